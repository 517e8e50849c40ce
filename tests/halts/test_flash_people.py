"""A person has a copy of a flash, and two orders about it: its end, and a correction or a retraction."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from cms import recalls, releases
from cms.db import read_scope, session_scope
from cms.releases import Delivery, Recall, Remedy
from pipeline.flashes import Flashed
from tests.halts.flashing import broken, end_of, left, left_to_people, named_in, of, slug_of
from tests.halts.order import notices
from tests.halts.test_flash_end import WORDS, correct, package, say, signed
from tests.ledger.platforms_world import PlatformsWorld
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("flash")
TO = "channel=toutiao unit=ganzi"
DELETE, OVER = "处置说明.txt", "解除说明.txt"


def asked(world: PlatformsWorld, kind: str) -> Remedy:
    with read_scope(world.house.engine) as session:
        query = select(Remedy).where(Remedy.recall_id == Recall.id, Recall.kind == kind)
        return session.exec(query.order_by(col(Remedy.id))).one()


def post(world: PlatformsWorld, made: Flashed) -> Delivery:
    (handed,) = of(world, made).values()
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, handed.id)
        releases.adopt(session, row, ["https://www.toutiao.com/article/8/"], "yi", "代发", world.now)
    return handed


@pytest.mark.parametrize("hours", [0.3, 1.2])
def test_what_is_to_be_deleted_needs_no_word_that_it_is_over(province: Path, tmp_path: Path, hours: float) -> None:
    """Retracted before the end, and after it."""
    world, made = signed(province, tmp_path / "w", to=TO)
    (handed,) = of(world, made).values()
    world.run(hours=hours)
    number = w.retract(world, slug_of(world, made))
    world.run(hours=1.5)
    (end,) = left_to_people(world)
    assert end.state == "off" and end.person == "" and f"撤稿令 {number} 要人删除这一份" in end.reason
    assert end_of(world)[0].state == "settled"
    (name,) = package(world, handed)
    words = package(world, handed)[name]
    assert name == DELETE and "删除这一篇" in words and "再发一条" not in words
    say(world, asked(world, "retraction"), was_posted=False)
    assert of(world, made)["toutiao:ganzi"].state == "cancelled"
    assert (left(world), broken(world)) == ([], [])


@pytest.mark.parametrize("hours", [0.3, 1.2])
def test_a_correction_and_the_end_lie_side_by_side(province: Path, tmp_path: Path, hours: float) -> None:
    world, made = signed(province, tmp_path / "w", to=TO)
    handed = post(world, made)
    world.run(hours=hours)
    correct(world, made)
    world.run(hours=1.5)
    files = package(world, handed)
    assert "换成更正稿再提交" in files[DELETE] and "再发一条“已解除”" in files[OVER]
    assert any(name.endswith(".html") and WORDS in text for name, text in files.items())
    later, other = (files[OVER], "更正令") if hours < 1 else (files[DELETE], "解除令")
    assert f"另有{other}" in later and "两件分别登记" in later
    for kind in ("expiry", "correction"):
        say(world, asked(world, kind))
    assert {asked(world, kind).state for kind in ("expiry", "correction")} == {"done"}
    assert end_of(world)[0].state == "settled" and (left(world), broken(world)) == ([], [])


@pytest.mark.parametrize("first", ["expiry", "correction"])
def test_who_never_posted_it_says_so_once(province: Path, tmp_path: Path, first: str) -> None:
    world, made = signed(province, tmp_path / "w", to=TO)
    world.run(hours=0.3)
    correct(world, made)
    world.run(hours=1)
    assert {asked(world, kind).state for kind in ("expiry", "correction")} == {"by_hand"}
    say(world, asked(world, first), was_posted=False)
    world.run(hours=1)
    with read_scope(world.house.engine) as session:
        assert not recalls.unsettled(session)
    assert end_of(world)[0].state == "settled" and (left(world), broken(world)) == ([], [])


@pytest.mark.parametrize("hours", [0.3, 1.2])
def test_what_cannot_be_deleted_is_said_to_be_over_after_all(province: Path, tmp_path: Path, hours: float) -> None:
    """Whoever was to delete it says that it cannot be done: the task to post 已解除 is there again, the order over the
    end open, and both end when it is posted."""
    world, made = signed(province, tmp_path / "w", to=TO)
    handed = post(world, made)
    world.run(hours=hours)
    w.retract(world, slug_of(world, made))
    world.run(hours=1.5)
    assert asked(world, "expiry").state == "off" and end_of(world)[0].state == "settled"
    cannot(world, asked(world, "retraction"))
    world.run(hours=1)
    end = asked(world, "expiry")
    assert end.state == "by_hand" and end.person and end.deadline and end.deadline > world.now - timedelta(hours=1)
    assert end_of(world)[0].state == "approved"
    assert "再发一条“已解除”" in package(world, handed)[OVER]
    assert any(f"yigao done {end.id}" in one for one in notices(world))
    assert broken(world) == []
    say(world, end)
    world.run(hours=1)
    assert end_of(world)[0].state == "settled" and broken(world) == []


def cannot(world: PlatformsWorld, remedy: Remedy) -> None:
    with session_scope(world.house.engine) as session:
        recalls.cannot_be_done(session, session.get_one(Remedy, remedy.id), "yi", "头条号登不上，删不了", world.now)


def test_the_checker_takes_a_deletion_for_an_answer_only_while_somebody_has_it(province: Path, tmp_path: Path) -> None:
    """R20: a person who is to delete it needs no word of its end; one who said that they cannot, or an order to change
    its words, is no excuse for silence."""
    world, made = signed(province, tmp_path / "w", to=TO)
    post(world, made)
    world.run(hours=0.3)
    w.retract(world, slug_of(world, made))
    world.run(hours=4)
    assert asked(world, "expiry").state == "off" and broken(world) == []
    remedy = asked(world, "retraction")
    silent = "was left to a person who does not know that flash"
    for change, given in (
        ("UPDATE remedies SET state = 'failed', reason = '删不了' WHERE id = :number", remedy.id),
        ("UPDATE remedies SET state = 'off' WHERE id = :number", remedy.id),
        ("UPDATE recalls SET kind = 'correction' WHERE id = :number", remedy.recall_id),
    ):
        assert any(silent in one for one in named_after(world, change, given)), change


def named_after(world: PlatformsWorld, change: str, number: int) -> list[str]:
    """What the checker names once somebody wrote this into the rows; nothing of it is kept."""
    with world.house.engine.connect() as connection, Session(connection) as session:
        connection.execute(text("DROP TRIGGER wall_recalls_update"))
        connection.execute(text(change), {"number": number})
        found = named_in(world, session)
        session.rollback()
    return found
