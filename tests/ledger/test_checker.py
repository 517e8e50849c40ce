"""The checker bites: each invariant, broken by hand in the rows or on the platform, is named."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from channels.making.sandbox import Fault, Send
from cms.db import session_scope
from cms.releases import Delivery
from pipeline import checker
from tests.ledger.world import World, build

Break = Callable[[World, Session], None]


def _twice(world: World, session: Session) -> None:
    """The same story a second time on the platform."""
    one = world.neutral.book.posts()[0]
    world.neutral.book.publish(
        "neutral", one.account, "9", one.at, one.at, one.title, one.body, one.carried, "", one.more
    )


def _vanished(world: World, session: Session) -> None:
    world.neutral.book.change(world.neutral.book.posts()[0].id, "deleted")


def _stranger(world: World, session: Session) -> None:
    one = world.neutral.book.posts()[0]
    world.neutral.book.publish(
        "neutral", one.account, "9", one.at, one.at, "别的", "别的", "a" * 20, "", {**one.more, "title": "别的"}
    )


def _altered(world: World, session: Session) -> None:
    with world.neutral.book.turn() as to:
        to.execute("UPDATE posts SET more = replace(more, '编号0', '编号9') WHERE id = 1")


def _early(world: World, session: Session) -> None:
    session.execute(text("UPDATE deliveries SET due_at = '2026-11-19 01:00:00' WHERE id = 1"))


def _sent_unasked(world: World, session: Session) -> None:
    session.execute(text("DELETE FROM attempts WHERE step = 'publish'"))


def _sent_blindly(world: World, session: Session) -> None:
    session.execute(text("DELETE FROM attempts WHERE step = 'look_up'"))


def _lost(world: World, session: Session) -> None:
    session.execute(text("DROP TRIGGER wall_deliveries_update"))
    session.execute(text("UPDATE deliveries SET release_id = 2 WHERE id = 1"))


def _moved_by_hand(world: World, session: Session) -> None:
    session.execute(text("UPDATE deliveries SET state = 'removed' WHERE id = 1"))


def _untold(world: World, session: Session) -> None:
    session.execute(text("DELETE FROM notices"))
    session.execute(text("UPDATE deliveries SET state = 'held', reason = '原因' WHERE id = 1"))


def _forgotten(world: World, session: Session) -> None:
    session.execute(text("UPDATE deliveries SET state = 'ready' WHERE id = 1"))
    world.now += timedelta(hours=3)


def _rewritten(world: World, session: Session) -> None:
    session.execute(text("DROP TRIGGER wall_audit_entries_update"))
    session.execute(text("UPDATE audit_entries SET actor = 'nobody' WHERE id = 5"))


def _unsealed(world: World, session: Session) -> None:
    session.execute(text("DROP TRIGGER wall_deliveries_update"))
    session.execute(text("UPDATE deliveries SET sealed_set_id = NULL WHERE id = 1"))


BREAKS: dict[str, tuple[Break, str]] = {
    "a second copy": (_twice, "live 2 times"),
    "a copy that vanished": (_vanished, "I1"),
    "a copy nobody planned": (_stranger, "a key the ledger does not know"),
    "bytes nobody signed": (_altered, "is not what was signed"),
    "a send before its time": (_early, "I7"),
    "a send without an intent": (_sent_unasked, "I3"),
    "a second send unasked": (_sent_blindly, "I4"),
    "a delivery that is gone": (_lost, "I5"),
    "a state changed by hand": (_moved_by_hand, "I11"),
    "a stop nobody was told of": (_untold, "nobody was told"),
    "a delivery nobody looks after": (_forgotten, "I2"),
    "a log rewritten": (_rewritten, "the audit chain breaks"),
    "a publication without a seal": (_unsealed, "went out unsigned"),
}


@pytest.fixture(scope="module")
def done(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], World]:
    """A release that went out, one of its sends lost on the way and sent again after two empty look-ups."""
    root = tmp_path_factory.mktemp("done")
    count = iter(range(100))

    def make() -> World:
        world = build(prepared, root / str(next(count)), Fault("drop_before_accept", method="publish", nth=2))
        world.run(hours=1)
        assert world.states() == {"published": 6} and world.breaches() == []
        return world

    return make


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_promise_is_named(done: Callable[[], World], name: str) -> None:
    breaking, words = BREAKS[name]
    world = done()
    with session_scope(world.house.engine) as session:
        assert session.exec(select(Delivery)).first() is not None
        breaking(world, session)
    found = world.breaches()
    assert any(words in one for one in found), found


@pytest.mark.proves("I7")
def test_what_was_published_by_hand_while_another_went_out_is_no_early_send(done: Callable[[], World]) -> None:
    """Before its time, in the minute of another story's call on the account: theirs, unless a call of ours is left
    over, or its own attempt is written down."""
    world = done()
    with session_scope(world.house.engine) as session:
        one = session.get_one(Delivery, 1)
        account = world.neutral.sends()[0].account
        mine = [call for call in world.neutral.sends() if call.account == account]
        _early(world, session)
        session.execute(text("UPDATE attempts SET step = 'stage' WHERE delivery_id = 1 AND step = 'publish'"))

        def early(sends: list[Send]) -> bool:
            session.expire_all()
            found = checker.breaches(session, world.copies(), sends, world.house.rendition, world.now)
            return any(f"{one.key} went out" in each for each in found if each.startswith("I7"))

        assert early(mine) and not early(mine[1:])
        session.execute(text("UPDATE attempts SET step = 'publish' WHERE delivery_id = 1 AND step = 'stage'"))
        assert early(mine[1:])
