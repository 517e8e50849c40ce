"""陌生稿 in the browser's forms: shown on 今天 and on its page, judged by somebody of the unit, once, with why."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms import releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import PeopleDesk
from cms.releases import Delivery, strangers
from cms.releases.sightings import Sighting
from pipeline.reconcile import reconcile
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill
from tests.people.house import login_of, signed_in

EDITOR, REPORTER, OTHERS = login_of("编辑", "chengdu"), login_of("记者", "chengdu"), login_of("编辑", "ganzi")
TITLE = "关于办公电话变更的通知"
PAGE = "/strangers"


@pytest.fixture
def strange(world: PlatformsWorld) -> PlatformsWorld:
    """One delivery is held; what it says was posted by hand, under other words."""
    with session_scope(world.house.engine) as session:
        query = select(Delivery).where(Delivery.account_id == Account.id, Account.key == "wechat:chengdu")
        held = session.exec(query.order_by(Delivery.id)).first()  # type: ignore[arg-type]
        assert held is not None
        releases.hold(session, held, "editor", "先等一等", world.now)
    world.run(hours=2)
    world.platform("wechat").post_by_hand("wechat:chengdu", TITLE, "<p>即日起启用新号码。</p>")
    world.now += timedelta(minutes=5)
    assert reconcile(world.house, world.clock).counts["stranger"] == 1
    return world


def client_of(app: Flask, people: PeopleDesk, login: str, world: PlatformsWorld) -> FlaskClient:
    return signed_in(app, people, login, world.now)


def the_one(world: PlatformsWorld) -> Sighting:
    with read_scope(world.house.engine) as session:
        return session.exec(select(Sighting).where(Sighting.kind == "stranger")).one()


def test_more_than_a_sitting_is_counted(
    app: Flask, people: PeopleDesk, strange: PlatformsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "SHOWN", 1)
    strange.platform("wechat").post_by_hand("wechat:chengdu", "第二篇陌生的", "<p>又有一篇。</p>")
    strange.now += timedelta(minutes=5)
    reconcile(strange.house, strange.clock)
    page = client_of(app, people, EDITOR, strange).get(PAGE).text
    assert ("第二篇陌生的" in page, TITLE in page, "还有 1 篇更早的" in page) == (True, False, True)


def test_it_is_on_today_and_on_its_page_for_its_unit_alone(
    app: Flask, people: PeopleDesk, strange: PlatformsWorld
) -> None:
    editor, others = (client_of(app, people, one, strange) for one in (EDITOR, OTHERS))
    assert TITLE in editor.get("/").text and TITLE not in others.get("/").text
    page = editor.get(PAGE).text
    assert TITLE in page and "改密码" in page and "网信" in page and the_one(strange).address in page
    assert "没有陌生稿" in others.get(PAGE).text
    assert others.post(f"{PAGE}/1/answer", data={"what": "ours", "reason": "不是我的"}).status_code in (400, 404)
    reporter = client_of(app, people, REPORTER, strange)
    assert TITLE in reporter.get(PAGE).text and "记下处理" not in reporter.get(PAGE).text


def test_what_was_posted_by_hand_is_noted_with_why_and_waits_no_more(
    app: Flask, people: PeopleDesk, strange: PlatformsWorld
) -> None:
    editor = client_of(app, people, EDITOR, strange)
    action = f"{PAGE}/{the_one(strange).id}/answer"
    bare = fill(editor, PAGE, action, what="ours", reason=" ")
    assert bare.status_code == 422 and "依据" in bare.text
    assert fill(editor, PAGE, action, what="ours", reason="办公室手工发的").status_code == 303
    row = the_one(strange)
    assert (row.answer, row.answered_by, row.answer_reason) == ("ours", EDITOR, "办公室手工发的")
    page = editor.get(PAGE).text
    assert "已记下：手工发的" in page and "办公室手工发的" in page and "没有陌生稿" in page
    assert "平台上有，台账上没有" not in editor.get("/").text


def test_what_is_ours_after_all_is_claimed_by_its_delivery(
    app: Flask, people: PeopleDesk, strange: PlatformsWorld
) -> None:
    editor, row = client_of(app, people, EDITOR, strange), the_one(strange)
    action = f"{PAGE}/{row.id}/claim"
    nothing = fill(editor, PAGE, action, delivery="", reason="就是它")
    assert nothing.status_code == 422 and "请先选" in nothing.text
    with read_scope(strange.house.engine) as session:
        held = session.exec(select(Delivery).where(Delivery.state == "held")).one()
    assert fill(editor, PAGE, action, delivery=str(held.id), reason="就是它，换了标题").status_code == 303
    with read_scope(strange.house.engine) as session:
        mine = session.get_one(Delivery, held.id)
        assert (mine.state, mine.verified) == ("published", False)
        assert [one.address for one, _ in releases.boards.items_of(session, mine.id)] == [row.address]
    assert the_one(strange).answer == "adopted"
    strange.now += timedelta(days=1)
    assert reconcile(strange.house, strange.clock).counts.get("stranger", 0) == 0


def test_a_list_that_was_not_had_is_said(app: Flask, people: PeopleDesk, strange: PlatformsWorld) -> None:
    from channels.making.sandbox import Fault

    strange.sandboxes.faults.add(Fault("list_down", account="wechat:chengdu"))
    strange.now += timedelta(days=1)
    reconcile(strange.house, strange.clock)
    page = client_of(app, people, EDITOR, strange).get(PAGE).text
    assert "没有看全的账号" in page and "上一次看全是" in page
