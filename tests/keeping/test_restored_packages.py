"""After a restoring, packages of people (代发包) hold what orders left in them, and `yigao build --verify` sees it."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from channels import registry
from cms.db import session_scope
from cms.releases import Delivery
from pipeline import packages
from pipeline import recalls as press
from pipeline.packages import AGED, ALTERED, INSTRUCTIONS, MISSING, OVER, PENDING, STALE
from tests.halts.flashing import announce, sign
from tests.keeping.test_restored_own import CHANNELS, Kept
from tests.ledger import platforms_world
from tests.recalls import world as w

pytestmark = [pytest.mark.keeps("backup"), pytest.mark.proves("F37")]
KEY = "toutiao:chengdu"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    how: dict[str, Any] = {"stories": 1, "due": timedelta(hours=1), "own": ("site", "feed"), "by_hand": ("toutiao",)}
    return platforms_world.prepare(tmp_path_factory.mktemp("whole"), CHANNELS, **how)


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> Kept:
    made = platforms_world.build(prepared, tmp_path / "house", CHANNELS, kind=Kept)
    assert isinstance(made, Kept)
    return made


def folder(world: Kept, key: str = "") -> Path:
    return world.house.handover / (key or w.deliveries(world)[KEY][0].key)


def held(world: Kept, key: str = "") -> dict[str, bytes]:
    """The files of a package, by their paths."""
    there = folder(world, key)
    return {one.relative_to(there).as_posix(): one.read_bytes() for one in there.rglob("*") if one.is_file()}


def restore(world: Kept, tmp_path: Path) -> None:
    """A backup is taken, and everything but it lost."""
    world.keep(tmp_path / "kept")
    world.restored(tmp_path / "kept", tmp_path / "again")


def wrong(world: Kept) -> list[str]:
    return [one.sentence for one in packages.wrong(world.house, world.now)[1]]


def test_what_is_still_to_be_posted_is_there_again(world: Kept, tmp_path: Path) -> None:
    world.run(hours=2)
    before = held(world)
    assert before and wrong(world) == []
    restore(world, tmp_path)
    assert held(world) == before and wrong(world) == []


def test_a_retracted_package_is_not_put_back(world: Kept, tmp_path: Path) -> None:
    world.run(hours=2)
    w.retract(world)
    world.run(hours=1)
    before = held(world)
    assert list(before) == [INSTRUCTIONS] and wrong(world) == []
    restore(world, tmp_path)
    assert held(world) == before and wrong(world) == []
    world.run(hours=1)
    assert held(world) == before


def test_nor_while_nobody_was_told_yet_what_to_do(world: Kept, tmp_path: Path) -> None:
    """The order is signed, the worker has not come by: neither the old house nor the new one may offer the text."""
    world.run(hours=2)
    w.retract(world)
    assert wrong(world) == [PENDING] * 2
    restore(world, tmp_path)
    assert held(world) == {} and wrong(world) == []
    world.run(hours=1)
    assert list(held(world)) == [INSTRUCTIONS]


def test_a_retraction_nobody_decided_leaves_the_package(world: Kept, tmp_path: Path) -> None:
    """It may be refused, and then it is posted after all; the page says meanwhile that nobody posts it."""
    world.run(hours=2)
    before = held(world)
    press.order_retraction(world.house, "story-0", w.REASON, "本文不实，已撤回。", "editor", world.now)
    restore(world, tmp_path)
    assert held(world) == before and wrong(world) == []


def test_a_corrected_package_keeps_the_corrected_text(world: Kept, tmp_path: Path) -> None:
    world.run(hours=2)
    w.correct(world)
    world.run(hours=1)
    before = held(world)
    assert w.CORRECTED in before["toutiao.html"].decode() and INSTRUCTIONS in before and wrong(world) == []
    restore(world, tmp_path)
    assert held(world) == before and wrong(world) == []


def test_what_was_registered_keeps_its_instructions_too(world: Kept, tmp_path: Path) -> None:
    """A copy that was posted by hand, and is to be changed by hand."""
    world.run(hours=2)
    one = w.deliveries(world)[KEY][0]
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, one.id)
        press.releases.adopt(session, row, ["https://www.toutiao.com/article/8/"], "yi", "代发", world.now)
    w.correct(world)
    world.run(hours=1)
    before = held(world)
    assert w.CORRECTED in before["toutiao.html"].decode() and INSTRUCTIONS in before
    restore(world, tmp_path)
    assert held(world) == before and wrong(world) == []


@pytest.mark.keeps("flash")
def test_a_flash_that_is_over_is_not_put_back(world: Kept, tmp_path: Path) -> None:
    made = announce(world, expires_at=world.now + timedelta(hours=1))
    sign(world, made)
    world.run(hours=2)
    handed = (one for one in world.deliveries() if one.release_id == made.release and one.state == "handed_over")
    key = next(handed).key
    before = held(world, key)
    assert list(before) == [OVER] and wrong(world) == []
    restore(world, tmp_path)
    assert held(world, key) == before and wrong(world) == []


@pytest.mark.keeps("outputs")
def test_a_package_that_does_not_hold_what_stands_is_named_and_built_anew(world: Kept) -> None:
    world.run(hours=2)
    original = held(world)
    (folder(world) / "toutiao.html").write_text("不是签发的", encoding="utf-8")
    assert wrong(world) == [ALTERED]
    shutil.rmtree(folder(world))
    assert wrong(world) == [MISSING]
    assert packages.rebuild(world.house, world.clock) == 2
    assert held(world) == original and wrong(world) == []
    w.retract(world)
    world.run(hours=1)
    for name, content in original.items():
        (folder(world) / name).parent.mkdir(parents=True, exist_ok=True)
        (folder(world) / name).write_bytes(content)
    assert wrong(world) == [STALE]
    assert packages.wrong(world.house, world.now, "ganzi")[1] == []
    from pipeline.cli import app

    told = CliRunner().invoke(app, ["build", "--verify", "-w", str(world.house.root)])
    assert told.exit_code == 1 and STALE in told.output.replace("\n", ""), told.output
    assert CliRunner().invoke(app, ["build", "-w", str(world.house.root)]).exit_code == 0
    assert list(held(world)) == [INSTRUCTIONS] and wrong(world) == []


@pytest.mark.keeps("outputs")
def test_what_an_earlier_version_made_is_told_from_what_somebody_changed(
    world: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade makes other steps and another file: said as that, with what to do, and no alarm."""
    world.run(hours=2)
    channel = registry.get("toutiao")
    made = channel.package

    def newer(*args: Any) -> Any:
        files = [replace(one, content=one.content + b"<!-- newer -->") for one in made(*args)]
        return [*files, replace(files[0], path="new.txt", content=b"new")]

    monkeypatch.setattr(channel, "package", newer)
    assert wrong(world) == [AGED] * 2
    assert not any(one.counts for one in packages.wrong(world.house, world.now)[1])
    from pipeline.cli import app

    told = CliRunner().invoke(app, ["build", "--verify", "-w", str(world.house.root)])
    assert told.exit_code == 0 and "程序升级以前做的" in told.output, told.output
    (folder(world) / "toutiao.html").write_text("不是签发的", encoding="utf-8")
    assert sorted(wrong(world)) == sorted([AGED, MISSING])  # the alarm again: nobody wrote these bytes here
    sealed = world.house.root / "handover.made" / folder(world).name
    sealed.write_bytes((sealed.parent / w.deliveries(world)["toutiao:ganzi"][0].key).read_bytes())
    assert MISSING in wrong(world)  # nor does another package's word help
    assert packages.rebuild(world.house, world.clock) == 2
    assert wrong(world) == []
    monkeypatch.undo()
    assert wrong(world) == [AGED] * 2
    w.retract(world)
    world.run(hours=1)
    assert list(held(world)) == [INSTRUCTIONS] and wrong(world) == []
