"""群发, taken back: what the platform allows is done by itself, and what rests with readers is named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from cms import recalls, releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Recall, moment, quota
from pipeline import ledger
from pipeline import recalls as press
from pipeline.house import open_house
from pipeline.intake import take_in
from pipeline.recall_report import Report, gather, page
from tests.ledger.platforms_world import PlatformsWorld, build, prepare
from tests.pipeline.conftest import NOW, write_story
from tests.recalls import world as w
from tests.recalls.test_company import ACCOUNTS, SLUGS, seen, sign

pytestmark = [pytest.mark.keeps("order"), pytest.mark.proves("F25")]
CARD = "收到过的人手机里还有那张卡片，点开已失效"
MIDNIGHT = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)  # in Shanghai
NOT_GIVEN_BACK = "群发次数不退"


@pytest.fixture
def world(tmp_path: Path) -> PlatformsWorld:
    """Three stories sent to the followers of two accounts in one push each."""
    prepared = prepare(tmp_path / "p", ("wechat",), stories=0)
    house = open_house(prepared)
    for number, slug in enumerate(SLUGS):
        take_in(house, write_story(tmp_path / slug, slug, f"第{'一二三'[number]}条消息"), "editor", NOW)
    with session_scope(house.engine) as session:
        chosen, target = ledger.newest_revisions(session, SLUGS), releases.parse_target("channel=wechat")
        due = NOW + timedelta(hours=1)
        number = releases.plan(session, chosen, target, due, "editor", review.REHEARSAL, now=NOW, push=True).id
    sign(house, number)
    house.engine.dispose()
    made = build(prepared, tmp_path / "w", ("wechat",))
    made.run(hours=2)
    assert seen(made) == ["第一条消息", "第二条消息", "第三条消息"] * 2
    return made


def report(world: PlatformsWorld, number: int) -> Report:
    with read_scope(world.house.engine) as session:
        return gather(session, number, world.now)


def test_one_story_of_a_mass_send_is_taken_back_and_what_rests_is_named(world: PlatformsWorld) -> None:
    number = press.order_retraction(
        world.house, "story-b", w.REASON, "本文不实，已撤回。", "editor", world.now, policy=review.REHEARSAL
    )
    before = w.lines(world, number)
    assert [one.account for one in before] == list(ACCOUNTS)
    assert all(NOT_GIVEN_BACK in one.rule and CARD in one.remains for one in before)  # told before anybody decides
    w.approve(world, number)
    world.run(hours=1)
    assert w.states(world, number) == dict.fromkeys(ACCOUNTS, "withdraw done")
    assert seen(world) == ["第一条消息", "第三条消息"] * 2
    assert {key: [one.fate for one in w.items(world, key)] for key in ACCOUNTS} == {
        key: ["published", "withdrawn", "published"] for key in ACCOUNTS
    }
    assert w.recall(world, number).state == "settled" and world.breaches() == []
    copies = report(world, number).copies
    assert len(copies) == 2 and all(CARD in one.remains and one.person == "" for one in copies)
    assert all(one.evidence and one.ended and one.tone == "good" for one in copies)


def test_the_whole_of_a_mass_send_is_taken_back_and_the_push_is_not_given_back(world: PlatformsWorld) -> None:
    for slug in SLUGS:
        w.retract(world, slug)
    world.run(hours=1)
    assert seen(world) == [] and {one.state for one in world.deliveries()} == {"withdrawn"}
    assert [w.recall(world, one).state for one in (1, 2, 3)] == ["settled"] * 3
    with read_scope(world.house.engine) as session:
        for account in session.exec(select(Account)):
            rooms = quota.room_at(session, account, world.now, push=True)
            assert [one.left for one in rooms if one.allowance.call == "message/mass"] == [-1]
    assert world.breaches() == []


def test_a_correction_whose_new_copy_waits_for_the_next_window_is_not_called_dealt_with(world: PlatformsWorld) -> None:
    number = w.order(world, "story-b")
    with read_scope(world.house.engine) as session:
        warned = recalls.warnings_of(session, session.get_one(Recall, number), world.now)
    for account in ACCOUNTS:  # told before anybody decides: it goes now and comes back tomorrow
        (words,) = [one for one in warned if account in one and "什么也看不到" in one]
        assert "“群发”已经用完" in words and f"{moment(MIDNIGHT)} 次数恢复" in words
    assert not any("message/mass" in one for one in warned) and len([one for one in warned if "群发" in one]) == 2
    assert any("还有不知道阅读数的" in one for one in warned)  # what is lost is not invented
    assert {words for one in w.lines(world, number) for words in one.calls.values()} == {"群发"}
    press.sign_correction(world.house, number, "yi", "同意", world.now)
    world.run(hours=2)
    press.watch(world.house, world.now)
    assert seen(world) == ["第一条消息", "第三条消息"] * 2 and w.recall(world, number).state == "approved"
    waiting = report(world, number)
    assert waiting.state == "等重发" and ("等重发", "2 份") in waiting.sums
    assert not any(name == "已处置" for name, _ in waiting.sums)
    for copy in waiting.copies:
        assert "更正稿" in copy.again and "暂停" in copy.again and f"{moment(MIDNIGHT)} 再试" in copy.again
        assert copy.tone == "open" and copy.again in page(waiting)
    assert {one.remedy_state for one in w.lines(world, number)} == {"等重发"}
    world.run(hours=24)
    press.watch(world.house, world.now)
    assert w.recall(world, number).state == "settled"
    after = report(world, number)
    for copy in after.copies:  # of a push the platform tells no address
        assert copy.state == "已处置" and "2026-11-19 00:00:10 已发布" in copy.again and "没有给出地址" in copy.again
        assert copy.again in page(after)
