"""正在比对: before a correction is ordered, which copies it would leave as they are, drawn in the background.

The order decides by the very same function (``recall_same.is_untouched``). Drawing a hundred copies twice takes longer
than a page may: so each is drawn once, in a thread of its own, and remembered by what it was drawn from.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, select

from channels import canonical
from channels.values import Profile
from cms.db import read_scope
from cms.matrix import Account, profiles_of
from cms.recalls import WAITING
from cms.releases import Item
from cms.stories import newest, story_named
from cms.web.desk import Compared
from pipeline import recall_same
from pipeline.house import House
from pipeline.one_thread import OneThread

log = logging.getLogger("yigao.recalls")
KEPT = 20_000
"""So many answers are remembered; a province's correction has a few hundred."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One copy: what stands there, and what would."""

    item: int
    delivery: int
    profile: Profile
    digests: tuple[str, str]

    @property
    def key(self) -> str:
        return canonical.digest({"profile": self.profile, "digests": list(self.digests)})


@dataclass(frozen=True, slots=True)
class _Asked:
    """One copy to compare."""

    house: House
    pair: Pair
    now: datetime


@dataclass
class Comparing:
    """What was compared in this process, and what still waits to be."""

    _known: OrderedDict[str, bool] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: OneThread[_Asked] = field(init=False)

    def __post_init__(self) -> None:
        self._thread = OneThread("yigao-comparing", self._compare)

    def of(self, house: House, slug: str, now: datetime) -> Compared:
        """How far it is with the newest text of a story; what is not known yet is begun."""
        with read_scope(house.engine) as session:
            pairs = _pairs(session, slug)
        with self._lock:
            found = {one.item: self._known[one.key] for one in pairs if one.key in self._known}
        self._thread.begin({one.key: _Asked(house, one, now) for one in pairs if one.item not in found})
        return Compared(len(found), len(pairs), frozenset(item for item, is_same in found.items() if is_same))

    def wait(self) -> None:
        """Until nothing is left to compare."""
        self._thread.wait()

    def _compare(self, asked: _Asked) -> None:
        is_same = _compared(asked.house, asked.pair, asked.now)
        with self._lock:
            self._known[asked.pair.key] = is_same
            while len(self._known) > KEPT:
                self._known.popitem(last=False)


def _compared(house: House, pair: Pair, now: datetime) -> bool:
    """One that cannot be drawn is not known to be the same: the order says why."""
    try:
        return recall_same.is_untouched(house, pair.profile, pair.delivery, pair.digests, now)
    except Exception as error:
        log.error("comparing %s: %s", pair.profile.account, error, exc_info=error)
        return False


def _pairs(session: Session, slug: str) -> Sequence[Pair]:
    """Every copy of a story that a correction to its newest text may leave as it is."""
    story = story_named(session, slug)
    last = newest(session, story) if story is not None else None
    if story is None or last is None or not last.manuscript_hash:
        return []
    query = select(Item, Account).where(
        Item.account_id == Account.id, Item.story_id == story.id, Item.manuscript_hash != last.manuscript_hash
    )
    rows = [
        (item, account)
        for item, account in session.exec(query)
        if item.fate in WAITING and recall_same.is_compared(account, item)
    ]
    profiles = profiles_of(session, sorted({account.id for _, account in rows}))
    return [
        Pair(item.id, item.delivery_id, profiles[account.id], (item.manuscript_hash, last.manuscript_hash))
        for item, account in rows
    ]
