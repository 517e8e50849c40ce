"""Where an asset is used: every frozen manuscript is looked at once, whoever froze it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from assets.store import MissingAssetError, Storage
from channels import canonical
from channels.values import Manuscript
from cms.db import read_scope, session_scope
from cms.library.rows import Asset, AssetUse
from cms.library.search import readable
from cms.people import Scope
from cms.people.roles import tree
from cms.stories import Revision, Story

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Used:
    """A story that rests on an asset. ``is_now``: its newest text does, not only an older one."""

    slug: str
    headline: str
    is_now: bool


def note(session: Session, manuscript_hash: str, story: Manuscript) -> None:
    """Remember what a manuscript rests on; noting it again changes nothing."""
    if session.exec(select(AssetUse).where(AssetUse.manuscript_hash == manuscript_hash).limit(1)).first():
        return
    hashes = sorted({one.hash for one in story.assets}) or [""]
    session.add_all(AssetUse(manuscript_hash=manuscript_hash, asset_hash=one) for one in hashes)
    session.flush()


def look_through(engine: Engine, store: Storage) -> int:
    """Note every manuscript nobody noted (older ones, imported archives); how many. One without bytes is left."""
    seen = select(AssetUse.manuscript_hash).where(AssetUse.manuscript_hash == Revision.manuscript_hash).exists()
    with read_scope(engine) as session:
        query = select(Revision.manuscript_hash).where(Revision.manuscript_hash != "", ~seen).distinct()
        waiting = list(session.exec(query.limit(AT_ONCE)))
    found = {digest: story for digest in waiting if (story := _read(store, digest)) is not None}
    if found:
        with session_scope(engine) as session:
            for digest, story in found.items():
                note(session, digest, story)
    return len(found)


def _read(store: Storage, digest: str) -> Manuscript | None:
    try:
        return canonical.decode(Manuscript, store.get(digest))
    except (MissingAssetError, ValueError):
        return None


def stories_using(session: Session, scope: Scope, digest: str) -> tuple[list[Used], int]:
    """The stories in reach that rest on these bytes, the newest first; and how many there are beyond it."""
    last = func.max(Revision.number)
    query = (
        select(Story, last)
        .join(Revision, col(Revision.story_id) == col(Story.id))
        .join(AssetUse, col(AssetUse.manuscript_hash) == col(Revision.manuscript_hash))
        .where(AssetUse.asset_hash == digest)
        .group_by(col(Story.id))
        .order_by(col(Story.id).desc())
    )
    rows = [(story, number) for story, number in session.exec(query)]
    mine = [(story, number) for story, number in rows if scope.holds(story.unit_id)]
    newest = _newest(session, [story.id for story, _ in mine])
    return [Used(one.slug, one.headline, number == newest[one.id]) for one, number in mine], len(rows) - len(mine)


def _newest(session: Session, stories: Iterable[int]) -> Mapping[int, int]:
    query = select(Revision.story_id, func.max(Revision.number)).where(col(Revision.story_id).in_(list(stories)))
    return dict(session.exec(query.group_by(col(Revision.story_id))).all())


def use_counts(session: Session, hashes: Iterable[str]) -> Mapping[str, int]:
    """How many stories rest on each of these bytes; those nothing rests on are absent."""
    query = (
        select(AssetUse.asset_hash, func.count(func.distinct(Revision.story_id)))
        .join(Revision, col(Revision.manuscript_hash) == col(AssetUse.manuscript_hash))
        .where(col(AssetUse.asset_hash).in_(list(hashes)))
        .group_by(col(AssetUse.asset_hash))
    )
    return dict(session.exec(query).all())


def may_name(session: Session, unit_id: int | None, digest: str) -> bool:
    """Whether a story of this unit (None: the house's own province) may name these bytes by their hash: the library
    offers them to it, or a text of the unit's rests on them already. A hash alone, wherever it was read, is no right.
    """
    units = tree(session)
    whose = units.top if unit_id is None else unit_id
    if whose is None:
        return False
    offered = select(Asset.id).where(Asset.hash == digest, readable(session, Scope(((whose, units.slug(whose)),))))
    if session.exec(offered.limit(1)).first() is not None:
        return True
    own = col(Story.unit_id) == whose
    own = own | col(Story.unit_id).is_(None) if whose == units.top else own
    rests = (
        select(AssetUse.asset_hash)
        .join(Revision, col(Revision.manuscript_hash) == col(AssetUse.manuscript_hash))
        .join(Story, col(Revision.story_id) == col(Story.id))
        .where(AssetUse.asset_hash == digest, own)
    )
    return session.exec(rests.limit(1)).first() is not None


def is_used(session: Session, asset: Asset) -> bool:
    """Whether any manuscript ever frozen rests on it."""
    return session.exec(select(AssetUse).where(AssetUse.asset_hash == asset.hash).limit(1)).first() is not None
