"""待代发 of a story that is called back or stopped, on the desk and on the phone."""

import io
import re
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms import recalls
from cms.arrivals import arrive
from cms.db import session_scope
from cms.people import PeopleDesk
from cms.recalls.posting import NOT_TO_POST
from cms.releases import Delivery, Item, Recall
from cms.releases.flash import order_end_of
from pipeline import recalls as press
from pipeline.desk_press import NO_PACKAGE
from tests.desk.test_handing import open_on, phone_way
from tests.halts.order import WHY, notices, stop, thaw
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill, hidden
from tests.people.house import login_of, signed_in
from tests.recalls import world as w

KEY = "toutiao:chengdu"
EDITOR, REPORTER = login_of("编辑", "chengdu"), login_of("记者", "chengdu")
ADDRESS = "https://www.toutiao.com/a9/"
pytestmark = pytest.mark.keeps("order")


@pytest.fixture
def task(world: PlatformsWorld) -> int:
    world.run(hours=2)
    return w.deliveries(world)[KEY][0].id


@pytest.fixture
def client(app: Flask, people: PeopleDesk, world: PlatformsWorld, task: int) -> FlaskClient:
    return signed_in(app, people, EDITOR, world.now)


@pytest.fixture
def phone(app: Flask, client: FlaskClient, task: int) -> FlaskClient:
    found = app.test_client()
    assert open_on(found, phone_way(client, task)) == 303
    return found


def order(world: PlatformsWorld) -> int:
    return press.order_retraction(world.house, "story-0", w.REASON, "本文不实，已撤回。", "editor", world.now)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.partition("<main")[2]))


def row(world: PlatformsWorld) -> Delivery:
    return w.deliveries(world)[KEY][0]


def test_while_a_retraction_is_ordered_nobody_posts_it(
    client: FlaskClient, phone: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    number = order(world)
    for page in (client.get(f"/hand-over/{task}").text, phone.get(f"/phone/{task}").text):
        assert f"先不要发：撤稿令 {number} 等批准" in page and w.REASON in page
        assert "data-copy" not in page and "出二维码" not in page and "登记已发布" not in page
    assert client.get(f"/hand-over/{task}/files/toutiao.html").status_code == 404
    assert phone.get(f"/phone/{task}/files/toutiao.html").status_code == 404
    assert client.get("/hand-over").text.count("撤稿等批准，先不要发") == 1
    assert "撤稿等批准，先不要发" in client.get("/").text


def test_its_text_taken_away_says_so_and_comes_in_again(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    client, way = signed_in(app, people, login_of("编辑", "sichuan"), world.now), "/write/story-0/story.zip"
    assert NOT_TO_POST not in zipfile.ZipFile(io.BytesIO(client.get(way).data)).namelist()
    number = order(world)
    content = client.get(way).data
    with zipfile.ZipFile(io.BytesIO(content)) as kept:
        said = kept.read(NOT_TO_POST).decode()
    assert f"撤稿令 {number}" in said and w.REASON in said and "先不要发" in said
    assert arrive(content, "story.zip").front.headline


def test_whoever_has_it_is_told_and_told_again_when_it_may_go_on(world: PlatformsWorld, task: int) -> None:
    before = set(notices(world))
    number = order(world)
    said = [one for one in notices(world) if one not in before]
    there = [one for one in said if "先不要发；已经发了的，请在待代发里登记地址。" in one]
    assert len(there) == 2 and any("成都" in one for one in there)  # a unit each
    assert any("在代发人手里的 2 份已通知先不要发" in one for one in said) and not any(
        "未发的已全" in one for one in said
    )
    with session_scope(world.house.engine) as session:
        recalls.reject(session, session.get_one(Recall, number), "yi", "查实无误", world.now)
    assert len([one for one in notices(world) if f"撤稿令 {number} 没有批准" in one and "照旧代发" in one]) == 2


def test_refused_it_is_posted_after_all(client: FlaskClient, task: int, world: PlatformsWorld) -> None:
    number = order(world)
    with session_scope(world.house.engine) as session:
        recalls.reject(session, session.get_one(Recall, number), "yi", "查实无误", world.now)
    page = client.get(f"/hand-over/{task}").text
    assert "data-copy=" in page and "登记已发布" in page and "先不要发" not in page


def test_who_has_posted_already_says_where_and_the_retraction_takes_it_up(
    client: FlaskClient, phone: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    number = order(world)
    done = fill(phone, f"/phone/{task}", f"/phone/{task}/done", address=ADDRESS)
    assert done.status_code == 303 and row(world).state == "published"
    assert f"撤稿令 {number} 等批准" in phone.get(f"/phone/{task}").text
    w.approve(world, number)
    world.run(hours=0.2)
    page = client.get(f"/hand-over/{task}").text
    assert "要撤下" in page and ADDRESS in page and "从来没有发过" not in page
    (remedy,) = [one for key, one in w.remedies(world, number).items() if key == KEY]
    told = fill(client, f"/hand-over/{task}", f"/remedies/{remedy.id}/done", note="删了", outcome="done")
    assert told.status_code == 303 and row(world).state == "withdrawn"


def test_an_approved_retraction_is_shown_as_what_it_is(
    client: FlaskClient, phone: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    number = order(world)
    w.approve(world, number)
    page = client.get(f"/hand-over/{task}").text
    assert f"撤稿令 {number} 已经签发" in page and "data-copy" not in page  # before the worker came by
    world.run(hours=0.2)
    for page in (client.get(f"/hand-over/{task}").text, phone.get(f"/phone/{task}").text):
        assert "要撤下" in page and f"撤稿令 {number}" in page and "还没有发的不要再发" in page
        assert "本文不实，已撤回。" in page and "data-copy" not in page and NO_PACKAGE[:8] not in page
        assert "yigao" not in text(page)
    assert ">要撤下<" in client.get("/hand-over").text
    (remedy,) = [one for key, one in w.remedies(world, number).items() if key == KEY]
    way = f"/phone/{task}/remedies/{remedy.id}/done"
    assert fill(phone, f"/phone/{task}", way, note="", outcome="never").status_code == 422
    assert fill(phone, f"/phone/{task}", way, note="没有发过", outcome="never").status_code == 303
    assert row(world).state == "cancelled" and "不用代发了" in phone.get(f"/phone/{task}").text
    assert w.remedies(world, number)[KEY].state == "done"


def test_a_phone_registers_its_own_copys_remedy_alone(phone: FlaskClient, task: int, world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=0.2)
    found = w.remedies(world, number)
    own, other = (
        f"/phone/{task}/remedies/{found[KEY].id}/done",
        f"/phone/{task}/remedies/{found['toutiao:ganzi'].id}/done",
    )
    sent = phone.post(other, data={**hidden(phone.get(f"/phone/{task}").text, own), "note": "删了", "outcome": "done"})
    assert sent.status_code == 404 and w.remedies(world, number)["toutiao:ganzi"].state == "by_hand"


def test_a_corrected_package_is_no_ordinary_posting(
    client: FlaskClient, phone: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    number = w.correct(world)
    world.run(hours=0.2)
    for page in (client.get(f"/hand-over/{task}").text, phone.get(f"/phone/{task}").text):
        assert "要更正" in page and f"更正令 {number}" in page and "旧的不要再发" in page
        assert "更正版：照它改，不要另发" in page and "data-copy=" in page and "登记已发布" not in page
    assert w.CORRECTED in phone.get(f"/phone/{task}/files/toutiao.html").text
    (remedy,) = [one for key, one in w.remedies(world, number).items() if key == KEY]
    way = f"/phone/{task}/remedies/{remedy.id}/done"
    assert fill(phone, f"/phone/{task}", way, note="改好了", address=ADDRESS, outcome="done").status_code == 303
    assert row(world).state == "amended" and ADDRESS in phone.get(f"/phone/{task}").text


def test_who_may_not_register_it_reads_whom_to_tell(
    app: Flask, people: PeopleDesk, task: int, world: PlatformsWorld
) -> None:
    w.retract(world)
    world.run(hours=0.2)
    page = signed_in(app, people, REPORTER, world.now).get(f"/hand-over/{task}").text
    assert "要撤下" in page and "由编辑、签发人登记" in page and "/remedies/" not in page


def test_a_freeze_is_said_on_the_phone_too(phone: FlaskClient, task: int, world: PlatformsWorld) -> None:
    assert "停发" not in phone.get(f"/phone/{task}").text
    stop(world, unit="ganzi")
    assert "停发" not in phone.get(f"/phone/{task}").text  # another unit's
    stop(world, unit="chengdu")
    page = phone.get(f"/phone/{task}").text
    assert "停发中：" in page and "先不要发" in page


def test_while_a_freeze_stands_its_words_can_be_read_and_not_copied(
    client: FlaskClient, phone: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    """Nobody is offered to post it; who can end the freeze is said; what was posted before is registered."""
    ways = ((client, f"/hand-over/{task}"), (phone, f"/phone/{task}"))
    for who, way in ways:
        assert "data-copy=" in who.get(way).text and "登记已发布" in who.get(way).text
    number = stop(world, unit="chengdu")
    for who, way in ways:
        page = who.get(way).text
        for offer in ("data-copy=", "data-copy-body", "download>保存", "出二维码", "登记已发布", "发不了", "后台</a>"):
            assert offer not in page, offer
        assert "第一条消息" in text(page) and "body-frame" in page  # the words, to be read
        assert re.search("解除停发或豁免以后再发：可以找[^。]*签发", text(page))
        assert "停发以前已经发了的，照实登记地址" in page
    thaw(world, number)
    assert all("data-copy=" in who.get(way).text for who, way in ways)
    stop(world, unit="chengdu")
    done = fill(phone, f"/phone/{task}", f"/phone/{task}/done", address=ADDRESS)
    assert done.status_code == 303 and row(world).state == "published"


def test_the_lists_say_that_it_is_stopped_and_by_whom(client: FlaskClient, world: PlatformsWorld) -> None:
    """As on its own page, while it stands; another unit's stops nothing here."""
    ways = ("/hand-over", "/")
    stop(world, unit="ganzi")
    assert all("停发，先不要发" not in client.get(way).text for way in ways)
    number = stop(world, unit="chengdu")
    for way in ways:
        page = text(client.get(way).text)
        assert page.count("停发，先不要发") == 2 and "待代发" not in page.replace("去代发", "")
        assert re.search(f"停发 {number}：{WHY}，由 \\S+ 于", page), page
    assert "已超时" not in client.get("/hand-over").text
    thaw(world, number)
    assert all("停发，先不要发" not in client.get(way).text for way in ways)
    assert "去代发" in client.get("/").text


def test_a_flash_that_is_over_has_its_instructions(
    client: FlaskClient, phone: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    with session_scope(world.house.engine) as session:
        session.get_one(Delivery, task).expires_at = world.now
        item = session.exec(select(Item).where(Item.delivery_id == task)).one()
        made = Recall(
            kind="expiry", origin_id=item.origin_id, reason="快讯到时间解除", notice="请以最新发布为准。",
            policy="rehearsal", state="approved", proposed_by="editor", created_at=world.now, approved_by="yi",
            approved_at=world.now,
        )  # fmt: skip
        session.add(made)
        session.flush()
        order_end_of(session, made, item, world.now)
    world.run(hours=0.1)
    for page in (client.get(f"/hand-over/{task}").text, phone.get(f"/phone/{task}").text):
        assert "可以照抄" in page and "【已解除】" in page and "data-copy" not in page
