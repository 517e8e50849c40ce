"""The first run: three steps from an empty machine to the first issue, for whoever holds the key and nobody else."""

import io
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
from sqlmodel import select
from werkzeug.test import Client

import themes
from channels.contract import AdministratorError
from channels.site import pages
from cms import audit
from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit, built_in, load_matrix, profiles_of
from cms.people import Person, Workspace, appoint, beginning, codes, enrolment, visits
from cms.people.beginning import First
from cms.people.roles import EDITOR, PROVINCE, PeopleError, appointments_of, dismiss, tree
from cms.stories import Column, Issue, Story, weekly
from cms.web import Desk
from cms.web.desk import SHANGHAI
from pipeline import sites
from pipeline.build import show_logo
from pipeline.clock import wall_clock
from pipeline.house import DATABASE, House, build_house, empty_house, open_house
from pipeline.serve import Opening, first_address
from tests.first.conftest import COLUMN, GIVEN, PASSWORD, fill, furnished, new_key, people, picture
from tests.people.asking import hidden
from tests.people.house import PLACE


def roles(house: House, login: str = "limin") -> set[str]:
    with read_scope(house.engine) as session:
        person = session.exec(select(Person).where(Person.login == login)).one()
        return {one.role for one in appointments_of(session, person.id)}


def test_three_steps_from_an_empty_folder_to_the_slot_of_the_first_issue(
    house: House, client: Client, first: str
) -> None:
    """And everything the steps made is there."""
    page = client.get(first)
    assert page.status_code == 200 and "什么也不会真的发出去" in page.text
    furnished(client, first)
    editor = client.get("/write/heikeji-001").text
    assert "headline: 成都黑科技 第1期" in editor and "column_slug: heikeji" in editor
    with read_scope(house.engine) as session:
        workspace = session.get_one(Workspace, 1)
        assert (workspace.name, workspace.base_url, workspace.demo) == (
            "成都市科学技术局",
            "http://localhost/sites",
            False,
        )
        assert [one.slug for one in session.exec(select(Unit))] == ["kejiju"]
        accounts = list(session.exec(select(Account)))
        assert {one.name for one in accounts} == {"成都市科学技术局"}
        assert {one.transport for one in accounts} == {"files", "handover"}
        column = session.exec(select(Column)).one()
        assert (column.title, column.rhythm, column.hour) == ("成都黑科技", weekly(2), 9)
        issue = session.exec(select(Issue)).one()
        stories = {one.slug: one for one in session.exec(select(Story))}
        assert issue.state == "filled" and stories["heikeji-001"].issue_id == issue.id
        assert {slug for slug, one in stories.items() if one.is_sample} == {"shili-gao"}
        actions = [one.action for one in audit.history(session, "person:limin")]
    assert {"house.begin", "person.appoint", "person.sign_in"} <= set(actions)
    assert "成都市科学技术局" in client.get("/sites/").text


def test_afterwards_there_is_no_first_run_any_more_for_anybody(house: House, client: Client, first: str) -> None:
    furnished(client, first)
    missing = client.get("/no-such-page").text
    for address in (first, "/first/guess", "/start/column", "/start/write"):
        answer = client.get(address)
        assert (answer.status_code, answer.text) == (404, missing)
    stranger = Client(Opening(house))
    for address in (first, "/first/guess"):
        answer = stranger.get(address)
        assert (answer.status_code, answer.text) == (404, stranger.get("/no-such-page").text)
    assert first_address(house, "") == ""


def test_whoever_has_no_key_finds_a_closed_door_that_says_where_to_look(
    house: House, client: Client, first: str
) -> None:
    shown = client.get("/", follow_redirects=True)
    assert "还没有人用过这里" in shown.text and "第一次运行" in shown.text and "<form" not in shown.text
    wrong = client.get("/first/guess")
    assert wrong.status_code == 404 and "最后印出的地址" in wrong.text
    answer = client.post("/first/guess", data={**GIVEN, "once": "o" * 20})
    assert answer.status_code in (400, 404)
    assert people(house) == []


def test_guessing_at_keys_is_stopped(house: House, desk: Desk, first: str) -> None:
    said = []
    for number in range(25):
        with pytest.raises(PeopleError) as told:
            beginning.look_up(desk.people, f"guess{number}", PLACE, wall_clock())
        said.append(told.value.sentence)
    assert "错得太多了" in said[-1] and "最后印出的地址" in said[0]


def test_a_new_start_prints_a_new_key_and_the_old_one_is_void(house: House, client: Client, first: str) -> None:
    again = f"/first/{new_key(house)}"
    assert client.get(first).status_code == 404
    assert client.get(again).status_code == 200


def test_two_first_administrators_at_once_are_one(house: House, desk: Desk) -> None:
    key = new_key(house)
    together, ended = threading.Barrier(4), []

    def take(number: int) -> None:
        said = First("局", "one", "zhan", "某人", f"person{number}", PASSWORD, PASSWORD)
        together.wait()
        try:
            beginning.take(desk.people, key, said, ["site"], "http://x/sites", PLACE, wall_clock())
            ended.append("in")
        except PeopleError as error:
            ended.append(error.sentence)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ended) == sorted(["in", *[beginning.GONE] * 3])
    assert len(people(house)) == 1


@pytest.mark.parametrize(
    ("field", "words", "sentence"),
    [
        ("house", "", "请写单位名称"),
        ("slug", "Ke ji", "网址代号以小写字母开头"),
        ("units", "atlantis", "请选一种"),
        ("name", "", "请写上真实姓名"),
        ("login", "a", "登录名用 2 到 40 个字母"),
        ("password", "12345", "密码至少 10 位"),
        ("password", "limin123456789", "太容易猜到"),
        ("again", "别的什么密码啊啊啊", "两次输入的密码不一样"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(
    house: House, client: Client, first: str, field: str, words: str, sentence: str
) -> None:
    answer = fill(client, first, **{**GIVEN, field: words})
    found = re.findall(r'class="field-bad" id="bad-([a-z]+)">([^<]+)<', answer.text)
    assert answer.status_code == 422
    assert [name for name, _ in found if name == field] == [field]
    assert sentence in dict(found)[field]
    assert f'aria-describedby="bad-{field}' in answer.text
    for name in {"house", "name", "login"} - {field}:
        assert f'value="{GIVEN[name]}"' in answer.text
    assert PASSWORD not in answer.text and people(house) == []


def test_the_password_and_the_logo_need_not_be_given_twice(
    house: House, desk: Desk, client: Client, first: str
) -> None:
    answer = fill(client, first, **{**GIVEN, "slug": "No!", "logo": (picture(), "logo.png")})
    assert answer.status_code == 422 and "data:image/png;base64," in answer.text
    kept = hidden(answer.text, first)
    assert {"sealed", "kept-logo"} <= kept.keys()
    mended = client.post(first, data={**kept, **GIVEN, "password": "", "again": ""})
    assert mended.headers["Location"] == "/start/column"
    assert visits.sign_in(desk.people, "limin", PASSWORD, PLACE, wall_clock())
    door = Client(Opening(house)).get("/sign-in").text
    logo = re.search(r'src="(/brand/logo[^"]*)" width="144" height="48" alt="成都市科学技术局"', door)
    assert logo and client.get(logo[1]).mimetype == "image/png"


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "请先导出成 PNG"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * (2 << 20), "a.png", "超过 2 MB"),
        (b"\x89PNG\r\n\x1a\nbroken", "a.png", "损坏"),
        (picture(60, 60).getvalue(), "a.png", "短的一边至少 64 像素"),
        (picture(700, 100).getvalue(), "a.png", "宽最多是高的 6 倍"),
        (picture(100, 200).getvalue(), "a.png", "高最多是宽的 1.5 倍"),
    ],
    ids=["svg", "large", "broken", "small", "long", "tall"],
)
def test_a_logo_that_will_not_do_is_refused_with_the_remedy(
    house: House, client: Client, first: str, content: bytes, name: str, sentence: str
) -> None:
    answer = fill(client, first, **{**GIVEN, "logo": (io.BytesIO(content), name)})
    assert answer.status_code == 422 and 'id="bad-logo"' in answer.text and sentence in answer.text
    assert people(house) == []


def test_a_province_comes_with_its_prefectures(house: House, client: Client, first: str) -> None:
    assert fill(client, first, **{**GIVEN, "units": "sichuan"}).status_code == 303
    with read_scope(house.engine) as session:
        assert len(list(session.exec(select(Unit)))) == 22
        sites = select(Account.site_url).where(Account.key == "site:chengdu")
        assert session.exec(sites).one() == "http://localhost/sites/chengdu"
    assert fill(client, "/start/column", **COLUMN).status_code == 303  # the pages know the units by now


def test_a_house_that_has_its_units_is_not_asked_for_them(tmp_path: Path) -> None:
    house = build_house(
        tmp_path / "made",
        "四川省科技厅",
        load_matrix(built_in()),
        ["site"],
        wall_clock(),
        demo=False,
        base_url="https://x.cn",
    )
    client, first = Client(Opening(house)), first_address(house, "")
    assert 'name="units"' not in client.get(first).text
    given = {name: words for name, words in GIVEN.items() if name not in ("units", "slug")}
    assert fill(client, first, **given).headers["Location"] == "/start/column"
    with read_scope(house.engine) as session:
        assert len(list(session.exec(select(Unit)))) == 22
        assert session.get_one(Workspace, 1).base_url == "https://x.cn"
    house.engine.dispose()


def test_each_step_is_found_again_after_the_browser_was_closed(house: House, client: Client, first: str) -> None:
    fill(client, first, **GIVEN)
    client.post("/sign-out", data={"once": "o" * 20})
    back = Client(Opening(house))
    assert fill(back, "/sign-in", login="limin", password=PASSWORD).status_code == 303
    today = back.get("/").text
    assert "初次设置，还有第 2 步" in today and 'href="/start/column"' in today
    assert back.get("/start/write").headers["Location"] == "/start/column"  # not before its turn
    assert back.get(first).headers["Location"] == "/start/column"
    fill(back, "/start/column", **COLUMN)
    assert "初次设置，还有第 3 步" in back.get("/").text
    assert fill(back, "/start/column", **{**COLUMN, "slug": "lanmu"}).status_code == 303  # back, for one column more
    assert 'value="lanmu-2"' in back.get("/start/column").text
    again = fill(back, "/start/column", **{**COLUMN, "title": "乙栏"})
    assert again.status_code == 422 and "已经是栏目《" in again.text
    fill(back, "/start/write")
    assert "初次设置" not in back.get("/").text


def test_the_same_step_sent_twice_is_taken_once(house: House, client: Client, first: str) -> None:
    sent = {**hidden(client.get(first).text, first), **GIVEN}
    before = client.get_cookie("yigao")
    assert before is not None
    answers = [client.post(first, data=sent)]
    client.delete_cookie("yigao-who")  # a double click: the second left before the first was answered
    client.set_cookie("yigao", before.value)
    answers.append(client.post(first, data=sent))
    assert [one.headers["Location"] for one in answers] == ["/start/column"] * 2
    assert people(house) == ["limin"]
    sent = {**hidden(client.get("/start/column").text, "/start/column"), **COLUMN}
    for _ in range(2):
        assert client.post("/start/column", data=sent).headers["Location"] == "/start/write"
    with read_scope(house.engine) as session:
        assert len(list(session.exec(select(Column)))) == len(list(session.exec(select(Issue)))) == 1


@pytest.mark.parametrize(
    ("field", "words"), [("title", ""), ("clock", "25:00"), ("slug", "黑"), ("first_number", "第三期")]
)
def test_a_column_that_will_not_do_says_so_at_its_field(
    house: House, client: Client, first: str, field: str, words: str
) -> None:
    fill(client, first, **GIVEN)
    answer = fill(client, "/start/column", **{**COLUMN, field: words})
    assert answer.status_code == 422 and f'id="bad-{field}"' in answer.text
    for name in {"title", "slug", "clock"} - {field}:
        assert f'value="{COLUMN[name]}"' in answer.text
    with read_scope(house.engine) as session:
        assert session.exec(select(Column)).first() is None


def test_a_column_that_is_older_than_the_house_goes_on_with_its_own_numbers(
    house: House, client: Client, first: str
) -> None:
    fill(client, first, **GIVEN)
    assert 'name="first_number" type="number" min="1" max="99999" step="1" inputmode="numeric" value="1"' in (
        client.get("/start/column").text
    )
    fill(client, "/start/column", **COLUMN, first_number="57")
    assert "成都黑科技 <span>第 57 期" in client.get("/start/write").text
    fill(client, "/start/column", **COLUMN, first_number="128")  # back, and better
    assert fill(client, "/start/write").headers["Location"] == "/write/heikeji-128"
    with read_scope(house.engine) as session:
        assert session.exec(select(Issue.number)).all() == [128]


def test_the_column_may_wait(house: House, client: Client, first: str) -> None:
    fill(client, first, **GIVEN)
    assert fill(client, "/start/column", skip="1").headers["Location"] == "/start/write"
    assert fill(client, "/start/write").headers["Location"] == "/new"


def test_the_steps_are_the_first_administrators_alone(house: House, client: Client, first: str) -> None:
    fill(client, first, **GIVEN)
    with session_scope(house.engine) as session:
        other = Person(login="other", name="别人", password_hash="x")
        session.add(other)
        session.flush()
        appoint(session, other, EDITOR, tree(session).top or 0, "test", wall_clock())
        token = visits.begin(session, other, PLACE, wall_clock())
    theirs = Client(Opening(house))
    theirs.set_cookie("yigao-who", token)
    assert theirs.get("/").status_code == 200 and "初次设置" not in theirs.get("/").text
    assert {theirs.get(one).status_code for one in ("/start/column", "/start/write", first)} == {404}


def test_ruling_begins_with_the_second_step_and_what_is_taken_later_stays_taken(
    house: House, desk: Desk, client: Client, first: str
) -> None:
    furnished(client, first)
    assert roles(house) == {EDITOR}
    assert "绑定手机验证器" in client.get("/").text and client.get("/people").status_code == 404
    now = datetime.now(UTC)
    with session_scope(house.engine) as session:
        person = session.exec(select(Person)).one()
        token = visits.begin(session, person, PLACE, now)
    who = visits.visitor(desk.people, token, now)
    assert who is not None
    enrol(desk, who, now)
    assert roles(house) == {EDITOR, PROVINCE}
    assert "绑定手机验证器" not in client.get("/").text
    with session_scope(house.engine) as session:
        held = appointments_of(session, who.person_id)
        dismiss(session, next(one for one in held if one.role == PROVINCE), "test", now)
    enrolment.drop(desk.people, who, now)
    enrol(desk, who, now)
    assert roles(house) == {EDITOR}


def enrol(desk: Desk, who: visits.Visitor, now: datetime) -> None:
    secret = codes.new_secret()
    enrolment.enrol(desk.people, who, secret, codes.code_at(secret, codes.step_of(now)), PLACE, now)


def test_only_an_empty_folder_becomes_a_house(tmp_path: Path, house: House) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("x")
    with pytest.raises(AdministratorError, match="里有别的文件"):
        empty_house(tmp_path / "full", wall_clock())
    with pytest.raises(AdministratorError, match="不是文件夹"):
        empty_house(tmp_path / "full" / "letter.txt", wall_clock())
    assert not (tmp_path / "full" / DATABASE).exists()
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / ".venv").mkdir()
    empty_house(tmp_path / "hidden", wall_clock()).engine.dispose()
    assert (tmp_path / "hidden" / DATABASE).exists()
    again = empty_house(house.root, wall_clock())
    assert open_house(house.root).root == again.root
    again.engine.dispose()


def test_where_nothing_is_due_today_says_what_comes_next_and_leads_there(
    house: House, client: Client, first: str
) -> None:
    fill(client, first, **GIVEN)
    day = (datetime.now(SHANGHAI) + timedelta(days=3)).weekday()
    fill(client, "/start/column", **{**COLUMN, "weekday": str(day)})
    page = client.get("/").text
    assert "成都黑科技 第 1 期" in page and "24 小时内没有要发的。下一期" in page and "去写第 1 期" in page
    with read_scope(house.engine) as session:
        number = session.exec(select(Issue.id)).one()
    began = fill(client, "/", f"/schedule/issues/{number}/write")
    assert began.headers["Location"] == "/write/heikeji-001"
    page = client.get("/").text
    assert "稿件在写。" in page and 'href="/write/heikeji-001">去写第 1 期' in page


def test_the_logo_is_on_the_sites_and_in_their_preview(
    house: House, client: Client, first: str, tmp_path: Path
) -> None:
    assert fill(client, first, **{**GIVEN, "logo": (picture(), "logo.png")}).status_code == 303
    fill(client, "/start/column", skip="1")
    with read_scope(house.engine) as session:
        number = session.exec(select(Account.id).where(Account.channel == "site")).one()
        profile = profiles_of(session, [number])[number]
    frame = pages.frame_for(profile, themes.load(profile.theme, profile.own_tokens))
    assert frame.logo is not None and (frame.logo.width, frame.logo.height) == (144, 48)
    front = pages.front_page([], frame)
    tag = f'<img class="logo" src="{frame.logo.name}" width="144" height="48" alt="">'
    assert front.count(tag) == 2  # above and in the colophon
    show_logo(house, frame, tmp_path)
    assert (tmp_path / frame.logo.name).read_bytes() == house.store.get(frame.logo.hash)
    sites.rebuild(house, "kejiju", wall_clock)  # from rows alone, as after a restore
    with read_scope(house.engine) as session:
        site = sites.read(session, "kejiju")
    assert (house.sites / "kejiju" / frame.logo.name).is_file() and sites.strays(house, site) == []
    headers = {"Accept": "application/json", "X-CSRFToken": csrf(client)}
    asked = {"text": "---\nslug: a\nheadline: 题\n---\n\n一段。\n", "slug": "a", "unit": "kejiju"}
    shown = client.post("/preview", json=asked, headers=headers).json
    assert shown is not None
    address = next(one["frame"] for one in shown["channels"] if one["name"] == "site")
    source = re.search(r'<img class="logo" src="([^"]+)"', client.get(address).text)
    assert source is not None
    sent = client.get(urljoin(address, source[1]), follow_redirects=True)
    assert (sent.mimetype, sent.data) == ("image/png", house.store.get(frame.logo.hash))


def csrf(client: Client) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/write/shili-gao").text)
    assert found is not None
    return found[1]
