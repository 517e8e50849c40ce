"""Pictures of the store are shown to the people of the units they are of, and to nobody for their hash's sake."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from cms import review
from cms.db import session_scope
from cms.library import By, Facts, add
from cms.people import PeopleDesk, Person, Scope, appoint
from cms.people.roles import ROLES, appointments_of, dismiss, tree
from cms.review import Loan
from cms.web import Desk, create_app
from pipeline.house import House
from pipeline.intake import take_in_text
from pipeline.submissions import draw
from tests.library.photos import photo
from tests.people.house import BOSS, NOON, hire, login_of, signed_in
from tests.review.conftest import AUTHOR, crew, sent, unit_of
from tests.review.test_adopting import EDITOR, Above, above, adopt

__all__ = ["above", "crew", "sent"]  # fixtures
READ = {"记者", "编辑", "审核", "签发", "地市管理员", "省级管理员", "审计员"}
SHOWN = re.compile(r"/pictures/[\w-]+/[\w-]{24}/[0-9a-f]{64}")
TEXT = "---\nslug: {slug}\nheadline: 题\ndigest: 一句话。\nbyline: 记者 张三\n---\n\n正文一段。\n\n{more}\n"
FIGURE = '![雪山下的圆顶](pictures/dome.jpg "圆顶"){credit="张三" licence="自有"}'


@pytest.fixture
def web(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def digest(house: House) -> str:
    """A picture in the store."""
    return house.pictures.take_in(photo(5), "a.jpg").hash


@pytest.fixture
def drawn(house: House, web: Flask, people: PeopleDesk) -> Callable[..., str]:
    """A story with a picture as its writer's preview shows it on a channel: the frame's document."""

    def one(unit: str = "chengdu", channel: str = "wechat", slug: str = "") -> str:
        slug = slug or f"{unit}-one"
        lay(house, slug)
        client = signed_in(web, people, login_of("编辑", unit))
        return document(client, TEXT.format(slug=slug, more=FIGURE), slug, unit, channel)

    return one


def lay(house: House, slug: str) -> None:
    folder = house.drafts / slug / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dome.jpg").write_bytes(photo(5))


def document(client: FlaskClient, text: str, slug: str, unit: str, channel: str) -> str:
    told = client.post("/preview", json={"text": text, "slug": slug, "unit": unit}).json
    assert told is not None
    frame = next(one["frame"] for one in told["channels"] if one["name"] == channel)
    return client.get(frame).text


def whole(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that is to be seen of an answer."""
    return answer.status_code, answer.data, sorted(one for one in answer.headers if one[0] != "Set-Cookie")


@pytest.mark.parametrize("unit", ["sichuan", "chengdu", "ganzi", "wuhou", "yunnan"])
@pytest.mark.parametrize("role", ROLES)
def test_each_role_in_each_unit(web: Flask, people: PeopleDesk, desk: Desk, digest: str, role: str, unit: str) -> None:
    """Chengdu's is shown in Chengdu, and above it to whoever's reach goes below their own unit."""
    reaches = unit == "chengdu" or (unit == "sichuan" and role != "记者")
    client = signed_in(web, people, login_of(role, unit))
    answer = client.get(desk.shown_to("chengdu")(digest))
    assert (answer.status_code == 200) == (role in READ and reaches)
    assert (answer.mimetype == "image/jpeg") == (answer.status_code == 200)


def test_foreign_missing_and_made_up_answer_alike_to_the_byte(
    web: Flask, people: PeopleDesk, desk: Desk, digest: str
) -> None:
    client = signed_in(web, people, login_of("编辑", "ganzi"))
    own, foreign = desk.shown_to("ganzi")(digest), desk.shown_to("chengdu")(digest)
    mark = foreign.split("/")[3]
    closed = [
        desk.shown_to("chengdu")("0" * 64),
        desk.shown_to("ganzi")("0" * 64),  # nothing is there
        f"/pictures/ganzi/{mark}/{digest}",  # the right mark, of another unit
        f"/pictures/chengdu/{'A' * 24}/{digest}",
        f"/pictures/ganzi/{'A' * 24}/{digest}",
        f"/pictures/ganzi/{own.split('/')[3]}/{'0' * 64}",
        f"/pictures/nowhere/{mark}/{digest}",
        f"/pictures/ganzi/é中/{digest}",
        foreign.replace("/pictures/", "/films/"),
    ]
    for method in ("GET", "HEAD"):
        first = whole(client.open(foreign, method=method))
        assert first[0] == 404
        assert [one for one in closed if whole(client.open(one, method=method)) != first] == []
        assert whole(client.open(foreign, method=method, headers={"If-None-Match": f'"{digest}"'})) == first
        assert whole(client.open(foreign, method=method, headers={"Range": "bytes=0-9"})) == first
    assert client.get(own).status_code == client.head(own).status_code == 200
    bare = [f"/pictures/{digest}", f"/pictures/{'0' * 64}", f"/films/{digest}"]
    assert {client.get(one).status_code for one in bare} == {404}
    stranger = web.test_client()
    assert {stranger.get(one).headers["Location"].partition("?")[0] for one in (own, foreign)} == {"/sign-in"}


def test_who_lost_the_right_is_not_told_it_has_not_changed(
    web: Flask, people: PeopleDesk, desk: Desk, digest: str
) -> None:
    with session_scope(people.engine) as session:
        hire(session, "leaver", "要走的编辑", "编辑", "chengdu")
    client, address = signed_in(web, people, "leaver"), desk.shown_to("chengdu")(digest)
    answer = client.get(address)
    kept = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(address, headers=kept).status_code == 304
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == "leaver")).one()
        dismiss(session, appointments_of(session, person.id)[0], "boss", NOON)
        appoint(session, person, "编辑", unit_of(session, "ganzi"), "boss", NOON)
    assert client.get(address, headers=kept).status_code == 404


def test_who_works_in_two_units_carries_nothing_from_one_to_the_other(
    web: Flask, people: PeopleDesk, desk: Desk, house: House
) -> None:
    """What they are shown of Chengdu's is in Chengdu's name, so that nobody of their other unit may open it."""
    assert desk.library is not None
    with session_scope(people.engine) as session:
        person = hire(session, "both", "两处的编辑", "编辑", "chengdu")
        for unit in ("ganzi", "sichuan"):
            appoint(session, person, "记者", unit_of(session, unit), "boss", NOON)
        number = unit_of(session, "chengdu")
    add(desk.library, photo(3), Facts(name="成都的"), By("x", Scope(((number, "chengdu"),)), number, NOON))
    client = signed_in(web, people, "both")
    lay(house, "chengdu-one")
    text = TEXT.format(slug="chengdu-one", more=FIGURE)
    seen = SHOWN.findall(client.get("/library").text)
    seen += SHOWN.findall(document(client, text, "chengdu-one", "chengdu", "wechat"))
    assert len(seen) > 1 and {client.get(one).status_code for one in seen} == {200}
    for unit in ("ganzi", "sichuan"):
        assert {signed_in(web, people, login_of("记者", unit)).get(one).status_code for one in seen} == {404}


@pytest.mark.parametrize("channel", ["site", "wechat"])
def test_a_preview_shows_its_pictures_to_its_unit_and_above(
    web: Flask, people: PeopleDesk, drawn: Callable[..., str], channel: str
) -> None:
    document = drawn(channel=channel)
    writer = signed_in(web, people, login_of("记者", "chengdu"))
    if channel == "site":  # its pictures lie beside the page, as on the site
        told = writer.post(
            "/preview",
            json={"text": TEXT.format(slug="chengdu-one", more=FIGURE), "slug": "chengdu-one", "unit": "chengdu"},
        ).json
        assert told is not None
        frame = next(one["frame"] for one in told["channels"] if one["name"] == "site")
        beside = re.findall(r'src="\.\./([^"]+\.jpg)"', document)
        assert beside
        led = [writer.get(f"{frame.split('/s/')[0]}/{one}").headers["Location"] for one in beside]
    else:
        led = SHOWN.findall(document)
    assert led
    for address in led:
        assert writer.get(address).mimetype == "image/jpeg"
        assert signed_in(web, people, login_of("编辑", "sichuan")).get(address).status_code == 200
        for unit in ("ganzi", "yunnan", "wuhou"):
            assert signed_in(web, people, login_of("省级管理员", unit)).get(address).status_code == 404


def test_who_looks_from_above_a_unit_without_accounts_sees_pictures_too(
    web: Flask, people: PeopleDesk, desk: Desk, house: House
) -> None:
    """The province here has no account: its reporter, who reaches no further, looks at what goes out below."""
    lay(house, "xin-gao")
    client = signed_in(web, people, login_of("记者", "sichuan"))
    text = TEXT.format(slug="xin-gao", more=FIGURE)
    assert "sichuan" not in {one.unit for one in desk.profiles}
    shown = SHOWN.findall(document(client, text, "xin-gao", "chengdu", "wechat"))
    assert shown and {client.get(one).status_code for one in shown} == {200}


def test_a_borrowed_reviewer_sees_the_pictures_until_the_loan_ends(
    web: Flask, people: PeopleDesk, desk: Desk, house: House, crew: House, sent: Callable[..., int]
) -> None:
    number = with_picture(crew, sent)
    lender = login_of("审核", "ganzi")
    client = signed_in(web, people, lender)
    frame = f"/review/{number}/frame/wechat/frame.html"
    by_draft, by_review = (
        "/write/chengdu-liangzi/beside/pictures/dome.jpg",
        f"/review/{number}/beside/pictures/dome.jpg",
    )
    assert {client.get(one).status_code for one in (frame, by_draft, by_review)} == {404}
    with session_scope(crew.engine) as session:
        person = session.exec(select(Person).where(Person.login == lender)).one()
        review.lend(session, person, unit_of(session, "chengdu"), "审核", NOON + timedelta(days=2), "借调", BOSS, NOON)
    shown = SHOWN.findall(client.get(frame).text)
    assert shown and {client.get(one).mimetype for one in shown} == {"image/jpeg"}
    assert client.get(by_review).mimetype == "image/jpeg"  # what changed is shown with its pictures
    assert {client.get(one).status_code for one in (by_draft, f"/review/{number}/beside/../../auth.json")} == {404}
    on_site = client.get(f"/review/{number}/frame/site/frame.html", follow_redirects=True)
    names = re.findall(r'src="\.\./([^"]+\.jpg)"', on_site.text)
    assert names
    shown += [client.get(f"/review/{number}/frame/site/{one}").headers["Location"] for one in names]
    assert {client.get(one).mimetype for one in shown} == {"image/jpeg"}
    assert {one.split("/")[2] for one in shown} == {"chengdu"}  # never in the name of the borrowed one's own unit
    later = create_app(replace(desk, now=lambda: NOON + timedelta(days=3)))
    after = signed_in(later, people, lender, NOON + timedelta(days=3))
    assert {after.get(one).status_code for one in (*shown, by_review)} == {404}  # over by itself
    with session_scope(crew.engine) as session:
        review.end_loan(session, session.exec(select(Loan)).one(), "boss", NOON)
    assert {client.get(one).status_code for one in shown} == {404}


def with_picture(crew: House, sent: Callable[..., int]) -> int:
    """Chengdu's story with a picture, sent to review and drawn."""
    slug = "chengdu-liangzi"
    lay(crew, slug)
    with session_scope(crew.engine) as session:
        unit = unit_of(session, "chengdu")
    text = TEXT.format(slug=slug, more=FIGURE)
    take_in_text(crew, text, f"{slug}.md", crew.drafts / slug, AUTHOR, NOON, unit_id=unit)
    return sent()


def test_who_adopts_sees_the_pictures_and_their_neighbours_do_not(
    web: Flask, people: PeopleDesk, crew: House, above: Above
) -> None:
    lay(crew, "sheng-liangzi")
    above(words=f"这是第一天\n\n{FIGURE}\n\n同日")
    number = adopt(crew)
    draw(crew, NOON)
    client = signed_in(web, people, EDITOR)
    shown = SHOWN.findall(client.get(f"/review/{number}/frame/wechat/frame.html").text)
    assert shown and {client.get(one).mimetype for one in shown} == {"image/jpeg"}
    assert {signed_in(web, people, login_of("编辑", "ganzi")).get(one).status_code for one in shown} == {404}


def test_the_provinces_assets_are_shown_below_it_and_nowhere_else(
    web: Flask, people: PeopleDesk, desk: Desk, house: House
) -> None:
    assert desk.library is not None
    with session_scope(people.engine) as session:
        units = tree(session)
        top = units.top
        scope = Scope(tuple((one, slug) for one, slug, _ in units.rows if one == top))
    assert top is not None
    made = add(desk.library, photo(3), Facts(name="全省可用"), By("x", scope, top, NOON)).asset
    client = signed_in(web, people, login_of("记者", "chengdu"))
    grid, page = client.get("/library").text, client.get(f"/library/{made.id}").text
    picked = client.get("/library/pick").json
    assert picked is not None
    shown = {*SHOWN.findall(grid), *SHOWN.findall(page), picked["pictures"][0]["thumb"]}
    assert len(shown) == 2 and {client.get(one).status_code for one in shown} == {200}  # the thumbnail and the whole
    elsewhere = signed_in(web, people, login_of("记者", "yunnan"))
    assert not SHOWN.findall(elsewhere.get("/library").text)
    assert {elsewhere.get(one).status_code for one in shown} == {404}


# --------------------------------------------------------------------------- a hash in a text


def test_a_text_gets_nothing_for_a_hash_of_another_unit(
    web: Flask, people: PeopleDesk, house: House, drawn: Callable[..., str]
) -> None:
    """Foreign and missing alike: shown, copied, taken away as files, and saved."""
    drawn()  # Chengdu's picture is in the store now
    digest = house.pictures.take_in(photo(5), "dome.jpg").hash
    save(web, people, "chengdu", TEXT.format(slug="chengdu-one", more=FIGURE))
    client = signed_in(web, people, login_of("编辑", "ganzi"))
    bare = TEXT.format(slug="ganzi-one", more="")
    drawn_cover = SHOWN.findall(document(client, bare, "ganzi-one", "ganzi", "wechat"))  # 题图卡, and nothing else
    said = []
    for one in (digest, "0" * 64):
        text = TEXT.format(slug="ganzi-one", more=f"![图](asset:{one})\n\n::: video asset:{one} 一段影片\n:::")
        asked = {"text": text, "slug": "ganzi-one", "unit": "ganzi"}
        told = client.post("/preview", json=asked).json
        assert told is not None
        frame = next(each["frame"] for each in told["channels"] if each["name"] == "wechat")
        assert SHOWN.findall(client.get(frame).text) == drawn_cover
        copied = client.post("/copy", json=asked)
        assert "data:image" not in copied.text
        save(web, people, "ganzi", text)
        with zipfile.ZipFile(io.BytesIO(client.get("/write/ganzi-one/story.zip").data)) as kept:
            assert not [name for name in kept.namelist() if name.endswith((".jpg", ".png", ".mp4"))]
        found = [(each["message"], each["line"]) for each in told["findings"]]
        said.append((found, re.sub(one, "", copied.text)))
    assert said[0] == said[1]
    assert {"素材库里没有这张图片", "素材库里没有这个视频"} <= {message.partition("，")[0] for message, _ in said[0][0]}


def test_a_text_keeps_the_pictures_its_own_units_texts_rest_on(
    web: Flask, people: PeopleDesk, house: House, drawn: Callable[..., str]
) -> None:
    drawn()
    save(web, people, "chengdu", TEXT.format(slug="chengdu-one", more=FIGURE))
    digest = house.pictures.take_in(photo(5), "dome.jpg").hash
    client = signed_in(web, people, login_of("编辑", "chengdu"))
    text = TEXT.format(slug="chengdu-er", more=f"![图](asset:{digest})")
    shown = SHOWN.findall(document(client, text, "chengdu-er", "chengdu", "wechat"))
    assert shown and {client.get(one).status_code for one in shown} == {200}


def test_the_editor_shows_a_picture_named_by_its_hash_to_whom_the_text_may_name_it(
    web: Flask, people: PeopleDesk, house: House, drawn: Callable[..., str]
) -> None:
    drawn()
    save(web, people, "chengdu", TEXT.format(slug="chengdu-one", more=FIGURE))
    save(web, people, "ganzi", TEXT.format(slug="ganzi-one", more=""))
    digest = house.pictures.take_in(photo(5), "dome.jpg").hash
    ours, theirs = (signed_in(web, people, login_of("编辑", one)) for one in ("chengdu", "ganzi"))
    place = ours.get(f"/write/chengdu-one/beside/asset:{digest}").headers["Location"]
    assert SHOWN.fullmatch(place) and ours.get(place).status_code == 200
    foreign = theirs.get(f"/write/ganzi-one/beside/asset:{digest}")
    missing = theirs.get(f"/write/ganzi-one/beside/asset:{'0' * 64}")
    assert foreign.status_code == 404 and whole(foreign) == whole(missing)
    assert theirs.get(f"/write/chengdu-one/beside/asset:{digest}").status_code == 404
    assert theirs.get(place).status_code == 404


def save(web: Flask, people: PeopleDesk, unit: str, text: str) -> None:
    client = signed_in(web, people, login_of("编辑", unit))
    headers = {"Idempotency-Key": f"{unit}-{abs(hash(text)):020}", "Accept": "application/json"}
    answer = client.post(f"/write/{unit}-one", json={"text": text, "anyway": True}, headers=headers)
    assert answer.status_code == 200, answer.text


def test_what_is_no_name_is_nobodys(web: Flask, people: PeopleDesk, house: House) -> None:
    """Names that cannot be a story's would all share one folder."""
    (ours, theirs), lain = ("chengdu-!!", "ganzi-!!"), {"picture": (io.BytesIO(photo(5)), "dome.jpg")}
    client = signed_in(web, people, login_of("编辑", "chengdu"))
    sent = client.post("/pictures", data={"slug": ours, **lain}, headers={"Idempotency-Key": "of-no-name-at-all"})
    assert sent.status_code == 404
    (house.drafts / "nameless" / "pictures").mkdir(parents=True)
    (house.drafts / "nameless" / "pictures" / "dome.jpg").write_bytes(photo(5))
    other = signed_in(web, people, login_of("编辑", "ganzi"))
    assert other.get(f"/write/{theirs}/beside/pictures/dome.jpg").status_code == 404
