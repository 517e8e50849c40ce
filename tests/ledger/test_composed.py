"""组稿 on the road: stories that were signed one by one go out as one push, to the byte, on WeChat's sandbox."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from cms import releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Delivery, Item, PushArticle, Receipt
from cms.releases.pushes import Order
from pipeline import pushing
from tests.ledger.platforms_world import PlatformsWorld, build, prepare
from tests.recalls import world as w
from tests.recalls.test_company import sign_rest

KEY = "wechat:chengdu"
SLUGS = ("story-0", "story-1", "story-2")
ORDER = ("story-2", "story-0", "story-1")
SLOT = timedelta(hours=2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three stories signed for the same account, each due alone in an hour."""
    return prepare(tmp_path_factory.mktemp("composed"), ("wechat",), stories=3, due=timedelta(hours=1))


def order(world: PlatformsWorld, *slugs: str, push: bool = True, at: timedelta = SLOT) -> Order:
    with read_scope(world.house.engine) as session:
        account = session.exec(select(Account).where(Account.key == KEY)).one()
        picks = tuple(row(world, slug).id for slug in slugs)
    return Order(account, picks, world.now + at, push)


def row(world: PlatformsWorld, slug: str) -> Delivery:
    """The delivery a story goes out by alone on the account."""
    rows = [one for one in world.deliveries() if [name for name, _ in one.stories] == [slug]]
    with read_scope(world.house.engine) as session:
        wanted = session.exec(select(Account.id).where(Account.key == KEY)).one()
    return next(one for one in rows if one.account_id == wanted)


def titles(world: PlatformsWorld) -> list[str]:
    """What readers of the account see, by place."""
    live = [one for one in world.copies() if one.state == "live" and one.account == KEY]
    return [one.title[:4] for one in sorted(live, key=lambda one: (one.at, one.position))]


@pytest.mark.proves("I1", "I6")
@pytest.mark.parametrize("push", [True, False], ids=["群发", "发布"])
def test_three_signed_stories_go_out_as_one_push(made: Path, tmp_path: Path, push: bool) -> None:
    world = build(made, tmp_path / "w", ("wechat",))
    parts = {slug: world.house.rendition(row(world, slug).rendition_hash).parts[0] for slug in SLUGS}
    number = pushing.compose(world.house, order(world, *ORDER, push=push), "yi", world.now)
    world.run(hours=4)
    assert world.breaches() == [] and titles(world) == ["第三条消", "第一条消", "第二条消"]
    with read_scope(world.house.engine) as session:
        sent = session.exec(select(Delivery).where(Delivery.release_id == number)).one()
        items = list(session.exec(select(Item).where(Item.delivery_id == sent.id).order_by(col(Item.position))))
        receipts = list(session.exec(select(Receipt).where(Receipt.delivery_id == sent.id)))
    assert (sent.state, sent.push, sent.verified) == ("published", push, True)
    whole = world.house.rendition(sent.rendition_hash)
    assert whole.parts == tuple(parts[slug] for slug in ORDER)
    assert [one.fate for one in items] == ["published"] * 3 and receipts[-1].state == "published"
    assert [one.fills["own_link"].rpartition("/")[2] for one in items] == [f"{slug}.html" for slug in ORDER]
    assert push or len({one.address for one in items} - {""}) == 3  # of a 群发 the platform tells no addresses here
    assert {row(world, slug).state for slug in SLUGS} == {"composed"}


@pytest.mark.proves("I4", "F01", "F02")
@pytest.mark.parametrize("point", ["stage.kept", "publish.announced", "publish.answered"])
def test_a_death_in_the_middle_loses_and_doubles_nothing(made: Path, tmp_path: Path, point: str) -> None:
    world = build(made, tmp_path / "w", ("wechat",))
    pushing.compose(world.house, order(world, *SLUGS), "yi", world.now)
    others = [one for one in world.deliveries() if one.state == "ready" and len(one.stories) == 1]
    with session_scope(world.house.engine) as session:  # the other account is not what this is about
        for one in others:
            releases.move(session, session.get_one(Delivery, one.id), "cancel", actor="x", now=world.now, reason="x")
    world.kill = (point, 1)
    world.run(hours=6)
    assert world.deaths == 1 and world.breaches() == []
    assert titles(world) == ["第一条消", "第二条消", "第三条消"]


@pytest.mark.proves("F25", "I8")
def test_a_story_is_called_back_out_of_a_push(made: Path, tmp_path: Path) -> None:
    world = build(made, tmp_path / "w", ("wechat",))
    pushing.compose(world.house, order(world, *SLUGS), "yi", world.now)
    world.run(hours=4)
    w.retract(world, "story-1")
    world.run(hours=2)
    assert titles(world) == ["第一条消", "第三条消"] and world.breaches() == []


@pytest.mark.proves("F25", "I8")
def test_a_story_called_back_before_the_time_leaves_the_rest(made: Path, tmp_path: Path) -> None:
    world = build(made, tmp_path / "w", ("wechat",))
    pushing.compose(world.house, order(world, *SLUGS), "yi", world.now)
    w.retract(world, "story-1")
    assert sign_rest(world)
    world.run(hours=4)
    assert titles(world) == ["第一条消", "第三条消"] and world.breaches() == []


def test_taken_apart_each_goes_out_alone_as_it_was_signed(made: Path, tmp_path: Path) -> None:
    world = build(made, tmp_path / "w", ("wechat",))
    number = pushing.compose(world.house, order(world, *SLUGS), "yi", world.now)
    with session_scope(world.house.engine) as session:
        releases.cancel(session, session.get_one(releases.Release, number), "yi", "改主意了", world.now)
    assert {row(world, slug).state for slug in SLUGS} == {"ready"}
    world.run(hours=4)
    assert sorted(titles(world)) == ["第一条消", "第三条消", "第二条消"] and world.breaches() == []
    with read_scope(world.house.engine) as session:
        assert len(list(session.exec(select(PushArticle)))) == 3  # who was in it stays written
