"""经过: what was sent, cancelled and sent again is shown once as it stands now, and what came before under it; the
counts are of what stands."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from cms import releases, review
from cms.db import session_scope
from cms.people import PeopleDesk, Person
from cms.people.roles import EVERYWHERE
from cms.releases import Delivery, Release, Target, agenda, boards, earlier, submitting
from cms.releases.boards import Wanted
from cms.stories import newest, story_named
from pipeline.house import House
from tests.people.house import NOON, login_of, signed_in
from tests.schedule.conftest import Plan
from tests.schedule.test_moving import sign

TOMORROW = NOON + timedelta(days=1)
WEEK = (NOON, NOON + timedelta(days=7))


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, login_of("签发", "chengdu"))


def submit(house: House, slug: str, hours: int, channels: tuple[str, ...] = ("site", "wechat")) -> int:
    """Sent to review for ``hours`` from tomorrow; the number of its release."""
    with session_scope(house.engine) as session:
        story = story_named(session, slug)
        assert story is not None and newest(session, story) is not None
        sender = session.exec(select(Person).where(Person.login == login_of("编辑", "chengdu"))).one()
        order = submitting.Order(TOMORROW + timedelta(hours=hours), (Target(channels=channels, units=("chengdu",)),))
        return submitting.submit(session, story, sender, order, NOON).release_id


@pytest.fixture
def thrice(house: House, plan: Plan) -> tuple[int, int, int]:
    """One story planned by the command, cancelled, and sent to review twice: its three releases."""
    first = plan("ours", TOMORROW)
    with session_scope(house.engine) as session:
        releases.cancel(session, session.get_one(Release, first), login_of("编辑", "chengdu"), "改到晚上", NOON)
    return first, submit(house, "ours", 2), submit(house, "ours", 4)


def test_the_list_shows_it_once_with_what_came_before_under_it(
    client: FlaskClient, house: House, thrice: tuple[int, int, int]
) -> None:
    first, second, last = thrice
    with session_scope(house.engine) as session:
        (one,), more = boards.listed(session, EVERYWHERE, Wanted())
        assert (one.id, dict(one.sums), more) == (last, {"wait": 2}, False)
        assert [(each.release, each.count, each.state) for each in one.earlier] == [
            (second, 2, "cancelled"),
            (first, 2, "cancelled"),
        ]
        gone, _ = boards.listed(session, EVERYWHERE, Wanted(tone="off"))  # whoever asks for them finds them
        assert [each.id for each in gone] == [second, first] and dict(gone[0].sums) == {"off": 2}
        narrow, _ = boards.listed(session, EVERYWHERE, Wanted(unit="chengdu", channel="site"))
        assert [(each.id, dict(each.sums)) for each in narrow] == [(last, {"wait": 1})]
    page = client.get("/releases").text
    assert page.count('class="row-headline"') == 1 and "经过：先前 4 份" in page and "改到晚上" in page


def test_the_schedule_shows_it_once_at_the_time_it_has_now(house: House, thrice: tuple[int, int, int]) -> None:
    everybody = agenda.Wanted(EVERYWHERE)
    with session_scope(house.engine) as session:
        (one,) = agenda.entries(session, *WEEK, everybody)
        assert (one.id, one.sum, one.deliveries, one.is_movable) == (thrice[2], "draft", 2, True)
        gone = agenda.entries(session, *WEEK, agenda.Wanted(EVERYWHERE, sum="gone"))
        assert [(each.id, each.deliveries) for each in gone] == [(thrice[0], 2), (thrice[1], 2)]


def test_the_page_of_each_says_where_it_went_on(client: FlaskClient, thrice: tuple[int, int, int]) -> None:
    first, second, last = thrice
    page = client.get(f"/releases/{last}").text
    assert "还没发 2" in page and "撤下" not in page and "经过：先前 4 份" in page and "成都 微站" in page
    for number in (first, second):
        page = client.get(f"/releases/{number}").text
        assert "这张发布单已经不作数" in page and f'href="/releases/{last}">发布单 {last}' in page
        assert page.count('class="cell"') == 2


def test_an_account_that_failed_and_got_it_from_another_release_is_told_once(
    client: FlaskClient, house: House, plan: Plan
) -> None:
    first = plan("ours", TOMORROW)
    with session_scope(house.engine) as session:
        site, wechat = sign(session, first)
        releases.move(session, site, "hold", actor="x", now=NOON, reason="等一等")
        releases.move(session, wechat, "send", actor="x", now=NOON)
        releases.move(session, wechat, "fail", actor="x", now=NOON, reason="标题太长")
        assert {one.state for one in boards.failing(session, EVERYWHERE, NOON)} == {"failed", "held"}
        story = story_named(session, "ours")
        revision = newest(session, story) if story else None
        assert revision is not None
        target = Target(channels=("wechat",), units=("chengdu",), alone=True)
        again = releases.plan(session, [revision], target, TOMORROW, "x", review.REHEARSAL, NOON).id
        assert {one.state for one in boards.failing(session, EVERYWHERE, NOON)} == {"held"}
        found = {one.id: dict(one.sums) for one in boards.listed(session, EVERYWHERE, Wanted())[0]}
        assert found == {first: {"bad": 1}, again: {"wait": 1}}
        assert boards.listed(session, EVERYWHERE, Wanted())[0][0].earlier == ()
        grid = boards.grid(session, EVERYWHERE, first)
        assert grid is not None and grid.instead is None and dict(grid.sums) == {"bad": 1}
        assert grid.failed(["chengdu"]) == []
        (past,) = grid.earlier
        assert (past.release, past.state, past.reason, past.where) == (
            first, "failed", "标题太长", (("成都", "wechat"),)
        )  # fmt: skip
        assert [one.release for one in boards.grid(session, EVERYWHERE, again).earlier] == [first]  # type: ignore[union-attr]
    assert re.search(r"这张发布单里：1 份失败（成都 微信公众号）", client.get(f"/releases/{first}").text)


def test_what_was_cancelled_while_another_copy_stood_is_history_too(house: House, plan: Plan) -> None:
    """A push that was taken apart: its story stands again as it was signed."""
    first, push = plan("ours", TOMORROW), plan("else", TOMORROW)
    with session_scope(house.engine) as session:
        story = story_named(session, "ours")
        assert story is not None
        for one in session.exec(select(releases.Item).join(Delivery).where(Delivery.release_id == push)):
            one.story_id, one.fate = story.id, "cancelled"
        for delivery in session.exec(select(Delivery).where(Delivery.release_id == push)):
            delivery.state = "cancelled"
        session.flush()
        past = session.exec(select(Delivery.release_id).where(earlier.is_past()).order_by(col(Delivery.id))).all()
        assert set(past) == {push}
        assert [one.id for one in boards.listed(session, EVERYWHERE, Wanted())[0]] == [first]


def test_what_is_cancelled_for_good_stays_in_sight(house: House, plan: Plan) -> None:
    number = plan("ours", TOMORROW)
    with session_scope(house.engine) as session:
        releases.cancel(session, session.get_one(Release, number), login_of("编辑", "chengdu"), "不发了", NOON)
        assert [(one.id, one.earlier) for one in boards.listed(session, EVERYWHERE, Wanted())[0]] == [(number, ())]
        assert [one.sum for one in agenda.entries(session, *WEEK, agenda.Wanted(EVERYWHERE))] == ["gone"]


def test_another_units_attempts_are_not_shown(house: House, plan: Plan, client: FlaskClient) -> None:
    """The same story on another unit's accounts: cancelled and planned again there, it is nothing of ours."""
    ours = plan("ours", TOMORROW)
    with session_scope(house.engine) as session:
        story = story_named(session, "ours")
        revision = newest(session, story) if story else None
        assert revision is not None
        target = Target(channels=("site",), units=("ganzi",), alone=True)
        theirs = releases.plan(session, [revision], target, TOMORROW, "x", review.LAWFUL, NOON)
        releases.cancel(session, theirs, login_of("编辑", "ganzi"), "甘孜另有安排", NOON)
        again = releases.plan(session, [revision], target, TOMORROW, "x", review.LAWFUL, NOON)
        listed = {
            one.id: [each.release for each in one.earlier] for one in boards.listed(session, EVERYWHERE, Wanted())[0]
        }
        assert listed == {ours: [], again.id: [theirs.id]}
        grid = boards.grid(session, EVERYWHERE, theirs.id)
        assert grid is not None and grid.instead == again.id
        assert boards.grid(session, EVERYWHERE, ours).earlier == []  # type: ignore[union-attr]
        numbers = ours, again.id
    assert all("甘孜另有安排" not in client.get(way).text for way in ("/schedule", f"/releases/{numbers[0]}"))


def test_what_failed_is_told_again_when_what_was_to_follow_it_is_cancelled(house: House, plan: Plan) -> None:
    first = plan("ours", TOMORROW)
    with session_scope(house.engine) as session:
        _, wechat = sign(session, first)
        releases.move(session, wechat, "send", actor="wang", now=NOON)
        releases.move(session, wechat, "fail", actor="wang", now=NOON, reason="标题太长")
        assert len(boards.failing(session, EVERYWHERE, NOON)) == 1
        story = story_named(session, "ours")
        assert story is not None
        newest_one, again = newest(session, story), Target(channels=("wechat",), units=("chengdu",), alone=True)
        assert newest_one is not None
        second = releases.plan(session, [newest_one], again, TOMORROW, "wang", review.LAWFUL, NOON)
        assert boards.failing(session, EVERYWHERE, NOON) == []
        releases.cancel(session, second, login_of("编辑", "chengdu"), "初审退回", NOON)
        assert [one.title for one in boards.failing(session, EVERYWHERE, NOON)] == [boards.listed(
            session, EVERYWHERE, Wanted(tone="bad"))[0][0].title]  # fmt: skip
