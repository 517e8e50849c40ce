"""Every question the library asks, and its walls, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select, update

from cms import library, releases, review
from cms.db import session_scope
from cms.library import Asset, AssetUse, By, Wanted
from cms.library.search import same_bytes
from cms.matrix import Unit
from cms.people import EVERYWHERE
from cms.releases.carrying import releases_carrying
from cms.stories import Story, save
from tests.cms.conftest import NOW
from tests.cms.conftest import empty as empty
from tests.cms.conftest import furnished as furnished
from tests.services.databases import Address, Databases

TODAY = NOW.date()
HASH, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def engine(databases: Databases, furnished: Address, tmp_path: Path) -> Iterator[Engine]:
    engine = databases.open_copy(furnished, tmp_path / "yigao.db")
    yield engine
    databases.done_with(engine)


def asset(session: Session, digest: str, **told: object) -> Asset:
    unit = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
    given = {
        "unit_id": unit, "hash": digest, "sent_hash": digest, "kind": "picture", "mime": "image/jpeg", "width": 9,
        "height": 6, "size": 1, "name": "望江楼", "licence": "自有", "author": "王", "added_by": "li", "added_at": NOW,
        "likeness": f"{0xF0F0:016x}", **told,
    }  # fmt: skip
    row = Asset.model_validate(given)
    session.add(row)
    session.flush()
    return row


def test_what_is_asked_is_answered_alike(engine: Engine) -> None:
    with session_scope(engine) as session:
        one = asset(session, HASH, until=TODAY + timedelta(days=30))
        two = asset(session, OTHER, name="没用过", until=TODAY - timedelta(days=1), likeness=f"{0xF0F1:016x}")
        revision = save(session, "quantum", "正文", "题", "wang", NOW, manuscript_hash="m" * 64)
        session.add(AssetUse(manuscript_hash="m" * 64, asset_hash=HASH))
        target = releases.Target(channels=("site",), units=("chengdu",))
        made = releases.plan(session, [revision], target, NOW + timedelta(days=1), "wang", review.LAWFUL, NOW)

        def names(**wanted: str) -> list[str]:
            return [each.name for each in library.listed(session, EVERYWHERE, Wanted(**wanted), TODAY)[0]]  # type: ignore[arg-type]

        assert names() == ["没用过", "望江楼"]
        assert names(words="江 王", licence="自有", kind="picture", unit="chengdu", state="soon") == ["望江楼"]
        assert names(state="over") == names(state="unused") == ["没用过"]
        assert names(state="retired") == []
        assert library.running_out(session, EVERYWHERE, TODAY) == (1, 1)
        assert library.use_counts(session, [HASH, OTHER]) == {HASH: 1}
        used, beyond = library.stories_using(session, EVERYWHERE, HASH)
        assert [(each.slug, each.is_now) for each in used] == [("quantum", True)] and beyond == 0
        (carried,) = releases_carrying(session, EVERYWHERE, HASH)
        assert (carried.number, carried.out, carried.accounts) == (made.id, 0, 1)
        assert [(each.asset.id, each.bits) for each in library.alike(session, EVERYWHERE, one)] == [(two.id, 1)]
        found = same_bytes(session, EVERYWHERE, OTHER)
        assert found is not None and found.id == two.id
        doubts = library.doubts(session, [HASH, OTHER], None, TODAY)
        assert [(each.number, each.ended) for each in doubts] == [(two.id, (TODAY - timedelta(days=1)).isoformat())]
        by = By("li", EVERYWHERE, one.unit_id, NOW)
        library.focus(session, one.id, (10, 20), by)
        library.retire(session, two.id, by)
        assert names() == ["望江楼"] and names(state="retired") == ["没用过"]


def test_which_bytes_a_units_texts_may_name(engine: Engine) -> None:
    """Those of its library and its province's, and those a text of its own rests on; not those of its neighbours."""
    with session_scope(engine) as session:
        units = dict(session.exec(select(Unit.slug, Unit.id)).all())
        assert {"sichuan", "chengdu", "ganzi"} <= units.keys()
        own, above, used, legacy = (letter * 64 for letter in "cdef")
        asset(session, own)
        asset(session, above, unit_id=units["sichuan"])
        for digest, unit in ((used, "chengdu"), (legacy, "sichuan")):
            made = save(session, f"story-{digest[0]}", "正文", "题", "wang", NOW, digest, unit_id=units[unit])
            session.add(AssetUse(manuscript_hash=digest, asset_hash=digest))
        session.get_one(Story, made.story_id).unit_id = None  # of the house, as the oldest ones are
        session.flush()
        asked = (own, above, used, legacy, HASH)
        held = {
            unit: {one[0] for one in asked if library.may_name(session, units.get(unit), one)}
            for unit in ("sichuan", "chengdu", "ganzi", "the house")
        }
    assert held == {"sichuan": {"d", "f"}, "chengdu": {"c", "d", "e"}, "ganzi": {"d"}, "the house": {"d", "f"}}


@pytest.mark.parametrize(
    "wrong",
    [
        delete(Asset).where(col(Asset.hash) == HASH),
        update(Asset).values(hash=OTHER),
        update(Asset).values(focus_x=1001),
        update(Asset).values(licence=""),
        update(Asset).values(kind="audio"),
        delete(AssetUse),
        update(AssetUse).values(asset_hash=OTHER),
    ],
)
def test_the_walls_stand_in_both(engine: Engine, wrong: object) -> None:
    with session_scope(engine) as session:
        asset(session, HASH)
        session.add(AssetUse(manuscript_hash="m" * 64, asset_hash=HASH))
    with pytest.raises(IntegrityError), session_scope(engine) as session:
        session.exec(wrong)  # type: ignore[call-overload]


def test_what_nothing_rests_on_may_go(engine: Engine) -> None:
    with session_scope(engine) as session:
        asset(session, HASH)
        session.add(AssetUse(manuscript_hash="m" * 64, asset_hash=OTHER))
    with session_scope(engine) as session:
        session.exec(delete(Asset).where(col(Asset.hash) == HASH))  # type: ignore[call-overload]
        assert session.exec(select(Asset)).all() == []
