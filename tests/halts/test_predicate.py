"""What may start, as one condition in the database: on both, and cheap while nothing is frozen."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from cms.db import read_scope, session_scope
from cms.matrix import Account, built_in, load_matrix, store_matrix
from cms.people import Workspace
from cms.releases import Delivery, Exemption, Freeze, Item, Release, may_start
from cms.stories import Column, Story, weekly
from tests.pipeline.conftest import NOW
from tests.services.databases import Address, Databases

pytestmark = pytest.mark.keeps("freeze")
CHANNELS = ("wechat", "weibo")


def fill(engine: Engine) -> None:
    """Sichuan with two channels; one story of a column, one of none, to each account; a flash to each."""
    with session_scope(engine) as session:
        session.add(Workspace(id=1, name="测试", demo=True, base_url="http://127.0.0.1:9/s", created_at=NOW))
        store_matrix(session, load_matrix(built_in()), list(CHANNELS), "http://127.0.0.1:9/s")
        column = Column(slug="heikeji", title="四川黑科技", rhythm=weekly(2), hour=9, opened_at=NOW)
        session.add(column)
        session.flush()
        for slug, headline, inside in (("a", "防汛通知", True), ("b", "普通消息 50%", False), ("c", "暴雨预警", False)):
            story = Story(slug=slug, headline=headline, column_id=column.id if inside else None, created_at=NOW)
            is_flash = slug == "c"
            end = NOW + timedelta(hours=1) if is_flash else None
            release = Release(
                title=headline, due_at=NOW, policy="flash" if is_flash else "lawful", author="editor", created_at=NOW,
                flash=is_flash, expires_at=end,
            )  # fmt: skip
            session.add_all([story, release])
            session.flush()
            for account in session.exec(select(Account)).all():
                _deliver(session, story, release, account, urgent=is_flash)


def _deliver(session: Session, story: Story, release: Release, account: Account, *, urgent: bool) -> None:
    delivery = Delivery(
        release_id=release.id, account_id=account.id, stories=[[story.slug, 1]], key=f"{story.slug}{account.id:019}",
        due_at=NOW, changed_at=NOW, urgent=urgent, expires_at=release.expires_at,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    session.add(
        Item(
            delivery_id=delivery.id, position=1, story_id=story.id, origin_id=story.id, account_id=account.id,
            manuscript_hash="h", guid=f"g{delivery.id}",
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def province(databases: Databases) -> Address:
    return databases.prepare(fill)


@pytest.fixture
def engine(databases: Databases, province: Address, tmp_path: Path) -> Engine:
    return databases.open_copy(province, tmp_path / "yigao.db")


def going(engine: Engine, *freezes: Freeze, late: timedelta = timedelta()) -> set[tuple[str, str]]:
    """What may start then: (story, account)."""
    with session_scope(engine) as session:
        session.add_all(freezes)
    with read_scope(engine) as session:
        query = select(Delivery, Account.key).where(Delivery.account_id == Account.id)
        found = session.exec(query.where(may_start(session, NOW + late))).all()
        return {(str(one.stories[0][0]), key) for one, key in found}


def frozen(**given: object) -> Freeze:
    return Freeze(reason="试", by="editor", at=NOW, **given)


def test_every_scope_on_both_databases(engine: Engine) -> None:
    everything = going(engine)
    units = {key.partition(":")[2] for _, key in everything}
    assert len(everything) == 3 * 2 * len(units) > 100
    flashes = {one for one in everything if one[0] == "c"}
    for given, stays in (
        ({}, lambda one: False),
        ({"unit": "sichuan"}, lambda one: False),
        ({"unit": "chengdu"}, lambda one: not one[1].endswith(":chengdu")),
        ({"channel": "weibo"}, lambda one: not one[1].startswith("weibo:")),
        ({"channel": "weibo", "unit": "chengdu"}, lambda one: one[1] != "weibo:chengdu"),
        ({"topic": "heikeji"}, lambda one: one[0] != "a"),
        ({"topic": "四川黑科技"}, lambda one: one[0] != "a"),
        ({"topic": "消息"}, lambda one: one[0] != "b"),
        ({"topic": "0%"}, lambda one: one[0] != "b"),
        ({"topic": "5%息"}, lambda one: True),
    ):
        row = frozen(**given)
        expected = {one for one in everything if stays(one)}
        assert going(engine, row) == expected | flashes, given
        with session_scope(engine) as session:
            session.get_one(Freeze, row.id).thawed_at = NOW
    row = frozen(lets_flash=False, topic="暴雨")
    assert going(engine, row) == everything - flashes
    engine.dispose()


def let(engine: Engine, number: int, **of: object) -> None:
    """Only this is exempt from now on."""
    with session_scope(engine) as session:
        for one in session.exec(select(Exemption).where(col(Exemption.ended_at).is_(None))):
            one.ended_by, one.ended_at = "editor", NOW
        session.add(Exemption(freeze_id=number, reason="试", by="editor", at=NOW, **of))


def numbers(engine: Engine) -> tuple[int, int, int]:
    """Of Chengdu's Weibo account, of its unit, of the story of the column."""
    with read_scope(engine) as session:
        account = session.exec(select(Account).where(Account.key == "weibo:chengdu")).one()
        return account.id, account.unit_id, session.exec(select(Story.id).where(Story.slug == "a")).one()


def test_every_exemption_on_both_databases(engine: Engine) -> None:
    everything = going(engine)
    account, unit, story = numbers(engine)
    row = frozen(lets_flash=False)
    assert going(engine, row) == set()
    for of, goes in (
        ({"account_id": account}, lambda one: one[1] == "weibo:chengdu"),
        ({"unit_id": unit}, lambda one: one[1].endswith(":chengdu")),
        ({"story_id": story}, lambda one: one[0] == "a"),
        ({"topic": "heikeji"}, lambda one: one[0] == "a"),
        ({"topic": "四川黑科技"}, lambda one: one[0] == "a"),
        ({"topic": "消息 50%"}, lambda one: one[0] == "b"),
        ({"topic": "没有这样的"}, lambda one: False),
    ):
        let(engine, row.id, **of)
        assert going(engine) == {one for one in everything if goes(one)}, of
    engine.dispose()


def test_a_push_goes_when_each_of_its_stories_may(engine: Engine) -> None:
    """Two stories in one delivery: one exempt does not carry the other along; under a frozen topic only the stories of
    that topic count."""
    account, _, story = numbers(engine)
    with session_scope(engine) as session:
        push = session.exec(
            select(Delivery).where(Delivery.account_id == account, col(Delivery.key).startswith("a"))
        ).one()
        other = session.exec(select(Story.id).where(Story.slug == "b")).one()
        session.add(
            Item(
                delivery_id=push.id, position=2, story_id=other, origin_id=other, account_id=account,
                manuscript_hash="h", guid="second", fate="superseded",
            )
        )  # fmt: skip
    everything = frozen(lets_flash=False)
    going(engine, everything)
    let(engine, everything.id, story_id=story)
    assert ("a", "weibo:chengdu") not in going(engine) and ("a", "wechat:chengdu") in going(engine)
    with session_scope(engine) as session:  # ended ones do not count: both are named again
        session.add(Exemption(freeze_id=everything.id, reason="试", by="editor", at=NOW, topic="普通消息"))
    assert {one[0] for one in going(engine)} == {"a", "b"} and ("a", "weibo:chengdu") in going(engine)
    with session_scope(engine) as session:
        session.get_one(Freeze, everything.id).thawed_at = NOW
    topic = frozen(topic="heikeji")
    assert ("a", "weibo:chengdu") not in going(engine, topic)
    let(engine, topic.id, story_id=story)
    assert ("a", "weibo:chengdu") in going(engine)
    engine.dispose()


def test_a_flash_that_is_over_does_not_start(engine: Engine) -> None:
    there = going(engine, late=timedelta(minutes=59))
    assert {one for one, _ in there} == {"a", "b", "c"}
    assert {one for one, _ in going(engine, late=timedelta(hours=1))} == {"a", "b"}
    engine.dispose()


def test_a_freeze_stands_by_its_row_not_by_a_clock(engine: Engine) -> None:
    """The machine that sends may be minutes behind the one the order was given on."""
    assert going(engine, frozen(lets_flash=False), late=timedelta(minutes=-5)) == set()
    engine.dispose()


def test_exemptions_of_every_freeze_are_read_at_once(engine: Engine) -> None:
    going(engine, *(frozen(channel=one) for one in CHANNELS))
    let(engine, 1, topic="消息")
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *rest: asked.append(statement))
    with read_scope(engine) as session:
        session.exec(select(Delivery.id).where(may_start(session, NOW)).limit(1)).first()
    assert sum("FROM exemptions" in one for one in asked) == 1
    engine.dispose()


def test_while_nothing_is_frozen_it_costs_one_more_query(engine: Engine) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *rest: asked.append(statement))
    with read_scope(engine) as session:
        session.connection()
        asked.clear()  # what opening the transaction took
        session.exec(select(Delivery.id).where(may_start(session, NOW)).limit(1)).first()
    assert len(asked) == 2 and "freezes" in asked[0]
    engine.dispose()
