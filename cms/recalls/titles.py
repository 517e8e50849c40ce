"""原来的标题: what a copy was called when readers saw it, and what a correction calls it.

A story's own headline is whatever was saved last; an order names the title of the version it concerns, and goes on
naming it whatever anybody saves afterwards.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from channels.rendering import text_of
from cms.manuscript.reading import read
from cms.manuscript.rewriting import told
from cms.manuscript.variants import cut_front
from cms.recalls.deciding import is_remark
from cms.releases import Delivery, Item, Recall, Remedy
from cms.stories import Revision, Story, texts_of

Key = TypeVar("Key", bound=Hashable)
_KEPT = 512
"""So many headlines read from texts are remembered; a list shows 50 orders."""


@dataclass(frozen=True, slots=True)
class Titles:
    """``was``: the title readers saw; ``now``: another one a correction brings, "" where there is none."""

    was: str
    now: str = ""

    @property
    def words(self) -> str:
        return f"《{self.was}》改为《{self.now}》" if self.now else f"《{self.was}》"


@dataclass(frozen=True, slots=True)
class Borne:
    """The version of its story a copy bore when an order found it; ``number`` 0 where no version is on record."""

    story: Story
    revision: Revision | None

    @property
    def number(self) -> int:
        return self.revision.number if self.revision else 0


def brought(session: Session, deliveries: Collection[int]) -> dict[tuple[int, int], Borne]:
    """What these deliveries brought, by delivery and story."""
    query = select(Item.delivery_id, Story, Delivery.stories)
    query = query.where(Item.story_id == Story.id, Item.delivery_id == Delivery.id)
    rows = list(session.exec(query.where(col(Item.delivery_id).in_(deliveries))))
    numbers = {
        (delivery, story.id): int(number)
        for delivery, story, carried in rows
        for slug, number in carried
        if slug == story.slug
    }
    known = select(Revision).where(col(Revision.story_id).in_({story for _, story in numbers}))
    known = known.where(col(Revision.number).in_(set(numbers.values())))
    versions = {(one.story_id, one.number): one for one in session.exec(known)}
    return {
        (delivery, story.id): Borne(story, versions.get((story.id, numbers.get((delivery, story.id), 0))))
        for delivery, story, _ in rows
    }


def borne(session: Session, orders: Collection[int]) -> dict[int, Borne]:
    """What each copy of these orders bore before the order was carried out, by remedy: what its delivery brought, or
    what an earlier correction had put in its place by then."""
    query = select(Remedy, Item.story_id).where(Remedy.item_id == Item.id, col(Remedy.recall_id).in_(orders))
    rows = list(session.exec(query))
    came = brought(session, {remedy.delivery_id for remedy, _ in rows})
    before = _put_in_place(session, orders)
    found = {}
    for remedy, story in rows:
        copy = came[remedy.delivery_id, story]
        since = [revision for one, revision in before.get(remedy.item_id, ()) if _was_before(one, remedy)]
        found[remedy.id] = replace(copy, revision=since[-1]) if since else copy
    return found


def _put_in_place(session: Session, orders: Collection[int]) -> dict[int, list[tuple[Remedy, Revision]]]:
    """By item: what corrections put in place of what was there, each with its version, oldest first."""
    mine = aliased(Remedy)
    here = select(mine.item_id).where(col(mine.recall_id).in_(orders))
    query = (
        select(Remedy, Revision)
        .where(Remedy.recall_id == Recall.id, Recall.revision_id == Revision.id, Recall.kind == "correction")
        .where(Remedy.state == "done", col(Remedy.action).in_(("amend", "by_hand")), Remedy.rendition_hash != "")
        .where(col(Remedy.item_id).in_(here))
        .order_by(col(Remedy.ended_at), col(Remedy.id))
    )
    found: dict[int, list[tuple[Remedy, Revision]]] = {}
    for remedy, revision in session.exec(query):
        if not is_remark(remedy.rule):
            found.setdefault(remedy.item_id, []).append((remedy, revision))
    return found


def _was_before(one: Remedy, remedy: Remedy) -> bool:
    """Whether an earlier order's remedy had ended when this one was carried out."""
    if one.recall_id >= remedy.recall_id:
        return False
    return remedy.ended_at is None or one.ended_at is None or one.ended_at <= remedy.ended_at


# --------------------------------------------------------------------------- what it was called


def titles_on(session: Session, copies: Mapping[Key, Borne], channels: Mapping[Key, str]) -> dict[Key, str]:
    """What each copy was called on its channel, which may have a headline of its own."""
    known: dict[tuple[int, int, str], str] = {}
    found = {}
    for key, one in copies.items():
        about = one.story.id, one.number, channels[key]
        if about not in known:
            known[about] = (
                headline_of(session, one.story, one.revision, channels[key]) if one.revision else one.story.headline
            )
        found[key] = known[about]
    return found


def headline_of(session: Session, story: Story, revision: Revision, channel: str = "") -> str:
    """The headline of a version: the story's, or as a channel says it."""
    own = texts_of(session, story, revision.id).get(text_of(channel)) if channel else None
    said = _headline(own.text) if own else ""
    return said or _headline(revision.text, channel) or story.headline


@lru_cache(maxsize=_KEPT)
def _headline(text: str, channel: str = "") -> str:
    return cut_front(told(text), channel).headline or read(text).front.headline


def titles_of(session: Session, orders: Collection[Recall]) -> Mapping[int, Titles]:
    """What each order is about, by its number: the title of the newest version of its story that a copy bore."""
    copies = borne(session, {one.id for one in orders})
    about = {one.id: one.origin_id for one in orders}
    found: dict[int, Borne] = {}
    query = select(Remedy.id, Remedy.recall_id).where(col(Remedy.recall_id).in_(about))
    for remedy, order in session.exec(query):
        one, best = copies[remedy], found.get(order)
        if one.story.id == about[order] and one.revision and (best is None or one.number > best.number):
            found[order] = one
    return {one.id: _titles(session, one, found.get(one.id)) for one in orders}


def _titles(session: Session, order: Recall, copy: Borne | None) -> Titles:
    story = session.get_one(Story, order.origin_id)
    known = copy.revision if copy else _then(session, order)
    corrected = session.get(Revision, order.revision_id) if order.revision_id else None
    was = headline_of(session, story, known) if known else story.headline
    now = headline_of(session, story, corrected) if corrected else ""
    return Titles(was, now if now != was else "")


def _then(session: Session, order: Recall) -> Revision | None:
    """The newest version before the order, of a story no copy of which is on record."""
    query = select(Revision).where(Revision.story_id == order.origin_id, Revision.saved_at <= order.created_at)
    if order.revision_id is not None:
        query = query.where(Revision.id != order.revision_id)
    return session.exec(query.order_by(col(Revision.number).desc()).limit(1)).first()


def title_of(session: Session, order: Recall) -> Titles:
    """What one order is about."""
    return titles_of(session, (order,))[order.id]
