"""Which copies a correction does not touch: what readers see of them stays the same, word and picture.

The mark 更正 that each corrected story carries is no change of its own: a post that never had the mistake would be
deleted, with its comments, to say that something else was wrong. So what is compared is drawn anew of both versions,
without their notices.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from channels.values import CorrectionNotice, Manuscript, Part, Profile
from cms import recalls
from cms.db import read_scope
from cms.matrix import Account, profiles_of
from cms.releases import Item, Recall, Remedy
from cms.stories import Revision
from pipeline import press
from pipeline.house import House
from pipeline.press import Job


def unchanged(house: House, recall_id: int, now: datetime) -> frozenset[int]:
    """The remedies of a correction whose copies would say what they say now. Our own pages, which tell readers of the
    correction, are not among them, nor channels on which a person chose what is done."""
    with read_scope(house.engine) as session:
        recall = session.get_one(Recall, recall_id)
        new = session.get_one(Revision, recall.revision_id).manuscript_hash
        waiting = list(_waiting(session, recall))
        profiles = profiles_of(session, sorted({remedy.account_id for remedy, _, _ in waiting}))
        jobs = [(one.id, profiles[one.account_id], digest, number) for one, digest, number in waiting]
    return frozenset(
        remedy for remedy, profile, digest, number in jobs if is_untouched(house, profile, number, (digest, new), now)
    )


def _waiting(session: Session, recall: Recall) -> Iterator[tuple[Remedy, str, int]]:
    query = select(Remedy, Item).where(Remedy.recall_id == recall.id, Remedy.item_id == Item.id)
    for remedy, item in session.exec(query.order_by(col(Remedy.id))):
        account = recalls.place_of(session, remedy)[2]
        if is_compared(account, item) and account.channel not in recall.prefer:
            yield remedy, item.manuscript_hash, remedy.delivery_id


def is_compared(account: Account, item: Item) -> bool:
    """Whether a correction could leave this copy as it is: our own pages tell of it in any case, and what waits to go
    out instead of another is none."""
    return account.transport != "files" and item.fate != "waiting"


def is_untouched(house: House, profile: Profile, number: int, digests: tuple[str, str], now: datetime) -> bool:
    """Whether the account would show both manuscripts alike, each as its channel says it."""
    shown = (unmarked(house.shown_on(one, profile.channel)) for one in digests)
    before, after = (_seen(house, profile, number, one, now) for one in shown)
    return before is not None and before == after


def unmarked(manuscript: Manuscript) -> Manuscript:
    """The manuscript without its correction notices."""
    return replace(manuscript, blocks=tuple(one for one in manuscript.blocks if not isinstance(one, CorrectionNotice)))


def _seen(house: House, profile: Profile, number: int, manuscript: Manuscript, now: datetime) -> tuple[Any, ...] | None:
    """What readers of this account see of a manuscript; None where it cannot be drawn."""
    rendition, _ = press.render_job(Job(number, profile, (manuscript,)), house.pictures, now)
    return _of(rendition.parts[0]) if rendition is not None else None


def _of(part: Part) -> tuple[Any, ...]:
    return part.fields, part.body, part.slots, tuple((file.name, file.hash) for file in part.files)
