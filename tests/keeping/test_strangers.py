"""陌生稿: what stands on an account and has no receipt is told once, and nothing of ours is taken for it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from channels.making.sandbox import Fault
from cms import audit, releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.matrix.wires import CallCount
from cms.people import Notice, PeopleError, Scope
from cms.releases import HandlingError, strangers
from cms.releases.sightings import Sighting, Stocktaking
from pipeline.cli import app
from pipeline.reconcile import Reconciled, ask_again, reconcile
from tests.ledger.platforms_world import PlatformsWorld, build, prepare
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("drift")
CHANNELS = ("wechat", "weibo")
ACCOUNT = {one: f"{one}:chengdu" for one in CHANNELS}
EVERYWHERE = Scope(is_everywhere=True)


@pytest.fixture(scope="module")
def shire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units on 公众号 and Weibo, two stories due in an hour: eight deliveries."""
    return prepare(tmp_path_factory.mktemp("shire"), CHANNELS, stories=2, due=timedelta(hours=1))


@pytest.fixture
def world(shire: Path, tmp_path: Path) -> PlatformsWorld:
    """Everything is out as it was signed."""
    made = build(shire, tmp_path / "w", CHANNELS)
    made.run(hours=3)
    assert made.all_states() == {"published": 8}
    return made


def night(world: PlatformsWorld, days: int = 7) -> Reconciled:
    world.now += timedelta(days=1)
    return reconcile(world.house, world.clock, days)


def post(world: PlatformsWorld, channel: str, title: str = "值班通知", body: str = "后台手工发的一条，请周知。") -> Any:
    return world.platform(channel).post_by_hand(ACCOUNT[channel], title, body)


def sightings(world: PlatformsWorld) -> list[Sighting]:
    with read_scope(world.house.engine) as session:
        return list(session.exec(select(Sighting).where(Sighting.kind == "stranger").order_by(Sighting.id)))  # type: ignore[arg-type]


def test_nothing_of_ours_is_taken_for_a_stranger(world: PlatformsWorld) -> None:
    done = night(world)
    assert (dict(done.counts), done.told, done.unlisted) == ({"as_it_should": 8}, [], {})
    w.retract(world, "story-0")
    w.correct(world, "story-1")
    world.run(hours=6)
    assert (night(world).told, sightings(world)) == ([], [])
    assert world.breaches() == []


def calls(world: PlatformsWorld, channel: str) -> list[str]:
    """The calls that asked about one publication alone, so far."""
    alone = {"wechat": "getarticle", "weibo": "statuses/show"}[channel]
    return [one[2] for one in world.platform(channel).book.calls(channel) if alone in one[2]]


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_the_list_shows_as_it_was_signed_costs_no_call_of_its_own(world: PlatformsWorld, channel: str) -> None:
    assert dict(night(world).counts) == {"as_it_should": 8}
    assert calls(world, channel) == []
    first, *_ = world.platform(channel).book.posts(channel)
    assert "消息" in first.body
    world.platform(channel).book.rewrite(first.id, first.title, first.body.replace("消息", "销息"))
    done = night(world)
    assert (done.counts["altered"], done.counts["as_it_should"]) == (1, 7)
    assert len(calls(world, channel)) == 1  # what the list shows otherwise is looked at by itself before it is told
    (words,) = done.told
    assert "销" in words


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_somebody_published_by_hand_is_told_once_and_left_alone(world: PlatformsWorld, channel: str) -> None:
    seen = post(world, channel)
    done = night(world)
    (words,) = done.told
    assert ("值班通知" in words or "后台手工发的一条" in words, seen.address in words) == (True, True)
    assert ("认领" in words, "记下" in words, "网信" in words) == (True, True, True)
    (row,) = sightings(world)
    assert (row.address, row.posted_at, row.remote_id) == (seen.address, seen.at, seen.remote.partition(":")[0])
    assert (done.counts["stranger"], done.drifts) == (1, 1)
    with read_scope(world.house.engine) as session:
        told = session.exec(select(Notice).where(Notice.subject == f"stranger:{row.id}")).one()
        account = session.exec(select(Account).where(Account.key == ACCOUNT[channel])).one()
        assert (told.sentence, told.unit_id) == (words, account.unit_id)
        assert audit.verify(session) is None
    again = night(world)
    assert (again.told, again.counts["stranger"]) == ([], 1)  # it still waits, and is not told twice
    assert [one.state for one in world.platform(channel).book.posts(channel, remote=seen.remote)] == ["live"]
    assert world.breaches() == []


def test_what_is_older_than_the_connection_is_not_told(shire: Path, tmp_path: Path) -> None:
    """Before it, people posted there without this house."""
    world = build(shire, tmp_path / "w", CHANNELS)
    post(world, "wechat", "接入以前发的")
    world.now += timedelta(hours=6)
    with session_scope(world.house.engine) as session:
        audit.record(session, "boss", "account.connect", f"account:{ACCOUNT['wechat']}", {}, world.now)
    post(world, "wechat", "接入以后发的")
    assert ["接入以后发的" in one for one in night(world).told] == [True]


def test_a_token_given_anew_hides_nothing(shire: Path, tmp_path: Path) -> None:
    """What was posted by hand before the token died is told by the first list one gets again; a connection after a
    disconnection begins anew."""
    world = build(shire, tmp_path / "w", CHANNELS)

    def enter(action: str) -> None:
        with session_scope(world.house.engine) as session:
            audit.record(session, "boss", f"account.{action}", f"account:{ACCOUNT['wechat']}", {}, world.now)

    enter("connect")
    world.now += timedelta(hours=1)
    post(world, "wechat", "令牌失效前发的")
    world.now += timedelta(hours=6)
    enter("connect")
    assert ["令牌失效前发的" in one for one in night(world).told] == [True]
    enter("disconnect")
    post(world, "wechat", "断开时发的")
    world.now += timedelta(hours=1)
    enter("connect")
    assert night(world).told == []


def test_what_is_older_than_the_nights_look_back_is_not_told(world: PlatformsWorld) -> None:
    post(world, "weibo")
    world.now += timedelta(days=7)
    assert (night(world).told, sightings(world)) == ([], [])


def test_a_draft_in_the_box_is_none_and_one_published_by_hand_is_its_deliverys(shire: Path, tmp_path: Path) -> None:
    """Its own look before the send finds and adopts it (F35)."""
    made = build(shire, tmp_path / "w", CHANNELS, Fault("manual_publish", account=ACCOUNT["wechat"], nth=1))
    made.now += timedelta(minutes=40)
    while made.turn():
        pass
    with session_scope(made.house.engine) as session:
        audit.record(session, "boss", "account.connect", f"account:{ACCOUNT['wechat']}", {}, made.now - timedelta(1))
    assert {"staged"} <= set(made.all_states())
    assert (reconcile(made.house, made.clock).told, sightings(made)) == ([], [])


def test_a_delivery_in_doubt_is_settled_by_its_own_look_ups(shire: Path, tmp_path: Path) -> None:
    """The answer to the send is lost: what stands there is its own, and no stranger, before it is adopted."""
    lost = Fault("accept_then_drop", method="statuses/share", account=ACCOUNT["weibo"], nth=1)
    made = build(shire, tmp_path / "w", CHANNELS, lost)
    made.now += timedelta(hours=1)
    while made.turn():
        pass
    assert "unknown" in made.all_states()
    assert (reconcile(made.house, made.clock).told, sightings(made)) == ([], [])


def test_a_second_copy_under_the_same_key_is_told_with_its_delivery(world: PlatformsWorld) -> None:
    first = world.platform("wechat").book.posts("wechat", state="live")[0]
    copied = world.platform("wechat")
    more = {**first.more, "position": 1}
    copied.book.publish(
        "wechat", first.account, "a999:1", world.now, world.now, first.title, first.body, first.carried,
        "https://mp.weixin.qq.com/s/999-1", more,
    )  # fmt: skip
    (words,) = night(world).told
    key = next(one.key for one in world.deliveries() if one.key in first.carried)
    assert (key[:8] in words, "已发布" in words) == (True, True)


def test_a_list_that_cannot_be_had_says_so_and_is_asked_for_again_within_the_hour(world: PlatformsWorld) -> None:
    post(world, "weibo")
    world.sandboxes.faults.add(Fault("list_down", account=ACCOUNT["weibo"]))
    done = night(world)
    assert (list(done.unlisted), done.told) == ([ACCOUNT["weibo"]], [])
    with read_scope(world.house.engine) as session:
        stock = strangers.unseen(session, EVERYWHERE)
        assert [(one.key, row.note) for one, row in stock] == list(done.unlisted.items())
    world.sandboxes.faults.clear()
    world.now += timedelta(minutes=59)
    ask_again(world.house, world.clock)
    assert sightings(world) == []
    world.now += timedelta(minutes=1)
    ask_again(world.house, world.clock)
    assert len(sightings(world)) == 1
    with read_scope(world.house.engine) as session:
        assert {(row.note, row.whole_at) for row in session.exec(select(Stocktaking)) if row.at == world.now} == {
            ("", world.now)
        }


def test_a_look_takes_nothing_of_what_the_day_needs(world: PlatformsWorld) -> None:
    """Half of the day's calls and the reserve are left: beyond that the list is not asked for."""
    with session_scope(world.house.engine) as session:
        account = session.exec(select(Account).where(Account.key == ACCOUNT["weibo"])).one()
        world.now += timedelta(days=1)
        row = session.get(CallCount, (account.id, "*:day")) or CallCount(
            account_id=account.id, call="*:day", since=world.now
        )
        row.since, row.used = world.now, 50
        session.add(row)
    done = reconcile(world.house, world.clock)
    assert "留给白天的次数" in done.unlisted[ACCOUNT["weibo"]]


def test_a_person_says_what_it_is_once(world: PlatformsWorld) -> None:
    post(world, "wechat")
    night(world)
    with session_scope(world.house.engine) as session:
        (one,) = strangers.waiting(session, EVERYWHERE)
        assert strangers.count(session, EVERYWHERE) == 1
        with pytest.raises(HandlingError, match="依据"):
            strangers.answer(session, one.row, "ours", "editor", " ", world.now)
        with pytest.raises(PeopleError, match="没有人员"):
            strangers.answer(session, one.row, "ours", "nobody", "办公室发的", world.now)
        strangers.answer(session, one.row, "ours", "editor", "办公室手工发的", world.now)
        with pytest.raises(HandlingError, match="办公室手工发的"):
            strangers.answer(session, one.row, "foreign", "yi", "不认识", world.now)
    assert night(world).counts.get("stranger", 0) == 0
    with read_scope(world.house.engine) as session:
        assert [(one.state, one.row.answered_by) for one in strangers.answered(session, EVERYWHERE)] == [
            ("已记下：手工发的", "editor")
        ]


def test_one_that_is_not_there_any_more_waits_for_nobody_until_it_is_back(world: PlatformsWorld) -> None:
    seen = post(world, "weibo")
    night(world)
    world.platform("weibo").book.change(seen.id, "deleted")
    assert night(world).counts.get("stranger", 0) == 0
    assert [one.answer for one in sightings(world)] == ["gone"]
    world.platform("weibo").book.change(seen.id, "live")
    back = night(world)
    assert (back.told, back.counts["stranger"], [one.answer for one in sightings(world)]) == ([], 1, [""])


def test_one_a_delivery_adopted_meanwhile_is_none(shire: Path, tmp_path: Path) -> None:
    """A person at the desk had posted the held one by hand, under other words; its delivery takes the address."""
    world = build(shire, tmp_path / "w", CHANNELS)
    with session_scope(world.house.engine) as session:
        account = session.exec(select(Account).where(Account.key == ACCOUNT["weibo"])).one()
        first = next(one for one in world.deliveries() if one.account_id == account.id)
        row = session.get_one(releases.Delivery, first.id)
        releases.hold(session, row, "editor", "先等一等", world.now)
    world.run(hours=3)
    seen = post(world, "weibo", body="我们换个说法发了")
    assert len(night(world).told) == 1
    with session_scope(world.house.engine) as session:
        (one,) = strangers.waiting(session, EVERYWHERE)
        ((held, _),) = strangers.candidates(session, [one])[one.account.id]
        strangers.check_adoption(session, one, held)
        releases.adopt(session, held, [seen.address], "editor", "就是这一份", world.now)
    done = night(world)
    assert (done.told, [one.answer for one in sightings(world)]) == ([], ["adopted"])


def test_the_checker_names_what_was_missed_and_what_was_cried(world: PlatformsWorld) -> None:
    seen = post(world, "weibo")
    assert world.breaches() == []  # the night has not been yet
    world.now += timedelta(hours=31)
    (missed,) = world.breaches()
    assert missed == f"R15 {ACCOUNT['weibo']} {seen.remote} stands there by hand and was told 0 times"
    assert len(reconcile(world.house, world.clock).told) == 1
    assert world.breaches() == []
    with session_scope(world.house.engine) as session:
        out = next(one for one in world.deliveries() if one.state == "published")
        wolf = Sighting(
            account_id=out.account_id, kind="stranger", remote_id=out.remote_id, since=world.now, at=world.now
        )
        session.add(wolf)
    (cried,) = world.breaches()
    assert cried.endswith("is ours and was told as a stranger")


def test_the_command_lists_them_and_takes_the_word_of_a_person(world: PlatformsWorld) -> None:
    post(world, "wechat")
    night(world)
    place = ["--workspace", str(world.house.root)]

    def said(*words: str) -> Any:
        return CliRunner().invoke(app, ["strangers", *words, *place])

    listed = said()
    assert (listed.exit_code, "值班通知" in listed.output, "认领" in listed.output) == (0, True, True)
    both = said("1", "--ours", "--foreign", "--by", "editor", "--reason", "办公室发的")
    assert (both.exit_code, "只能写一个" in both.output) == (1, True)
    nobody = said("9", "--ours", "--by", "editor", "--reason", "办公室发的")
    assert (nobody.exit_code, "编号" in nobody.output) == (1, True)
    noted = said("1", "--foreign", "--by", "editor", "--reason", "改了密码，报了网信办")
    assert (noted.exit_code, "改了密码" in noted.output) == (0, True)
    found = json.loads(said("--json").output)
    assert [(one["answer"], one["answered_by"]) for one in found["strangers"]] == [("foreign", "editor")]
