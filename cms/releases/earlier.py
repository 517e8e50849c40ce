"""经过: what was tried before. A delivery that was cancelled, or failed, and whose account has the story in another one
now, or had it in a later one, is history: pages show what stands now once, and what came before under it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as columns_of
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cms.matrix import Account, Unit
from cms.releases.rows import LIVE_FATES, Delivery, Item, Release, ReleaseStory
from cms.releases.states import STATE_NAMES

ENDED = ("cancelled", "failed")


@dataclass(frozen=True, slots=True)
class Earlier:
    """Deliveries of one release that are history: so many, in one state, for one reason; ``where``: their units and
    channels, in the order of the matrix."""

    release: int
    due_at: datetime
    state: str
    reason: str
    count: int
    where: tuple[tuple[str, str], ...] = ()

    @property
    def state_name(self) -> str:
        return STATE_NAMES[self.state]


def is_past() -> ColumnElement[bool]:
    """The deliveries that are history, as a condition on ``Delivery``."""
    mine, other = aliased(Item), aliased(Item)
    # What failed is told until something was made of it: a later one that was cancelled is nothing.
    later = and_(
        col(other.delivery_id) > col(Delivery.id),
        or_(col(Delivery.state) == "cancelled", col(other.fate) != "cancelled"),
    )
    again = (
        select(other.id)
        # By the story's few rows, never by the account's many.
        .join(mine, and_(col(mine.story_id) == col(other.story_id), col(mine.account_id) == col(other.account_id) + 0))
        .where(col(mine.delivery_id) == col(Delivery.id), col(other.delivery_id) != col(Delivery.id))
        .where(or_(later, col(other.fate).in_(LIVE_FATES)))
        .correlate(Delivery)
    )
    return and_(col(Delivery.state).in_(ENDED), again.exists())


def is_over() -> ColumnElement[bool]:
    """The releases of which nothing but history is left, as a condition on ``Release``."""
    stands = select(Delivery.id).where(col(Delivery.release_id) == col(Release.id), ~is_past())
    return ~stands.correlate(Release).exists()


def folded(session: Session, shown: Collection[int], may: ColumnElement[bool]) -> Mapping[int, list[Earlier]]:
    """What was tried before each of these releases, as far as it may be read (``may``, a condition on ``Delivery``):
    the releases of its stories on its accounts that are over, each under the one that followed it (where none did,
    under the one before it), the latest first."""
    beside = _beside(session, shown)
    over = set(session.exec(select(Release.id).where(col(Release.id).in_(beside), is_over())))
    if not over:
        return {}
    accounts: dict[int, set[int]] = defaultdict(set)
    known = over.union(*(beside[one] for one in over))
    for number, account in session.exec(
        select(Delivery.release_id, Delivery.account_id).where(col(Delivery.release_id).in_(known))
    ):
        accounts[number].add(account)
    wanted: Sequence[Any] = (Release.id, Release.due_at, Delivery.state, Delivery.reason, func.count())
    query = (
        columns_of(*wanted)
        .join(Delivery, col(Delivery.release_id) == col(Release.id))
        .where(col(Release.id).in_(over), may)
        .group_by(col(Release.id), col(Delivery.state), col(Delivery.reason))
        .order_by(col(Release.id).desc(), func.count().desc())
    )
    found: dict[int, list[Earlier]] = defaultdict(list)
    for one in session.execute(query).all():
        if near := [number for number in beside[one[0]] if accounts[number] & accounts[one[0]]]:
            found[min((number for number in near if number > one[0]), default=max(near))].append(Earlier(*one))
    return found


def _beside(session: Session, shown: Collection[int]) -> Mapping[int, set[int]]:
    """The other releases of the first stories of these, each with those of ``shown`` that have a story with it."""
    first, other = aliased(ReleaseStory), aliased(ReleaseStory)
    query = (
        select(other.release_id, first.release_id)
        .join(first, col(other.story_id) == col(first.story_id))
        .where(col(first.release_id).in_(shown), col(first.position) == 1, col(other.position) == 1)
        .where(col(other.release_id) != col(first.release_id))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for number, beside in session.exec(query):
        found[number].add(beside)
    return found


def behind(session: Session, number: int, may: ColumnElement[bool]) -> list[Earlier]:
    """What is history of the stories of a release on its accounts, in it and in those before it, as far as it may be
    read (``may``, a condition on ``Delivery``), the latest first."""
    mine, other = aliased(ReleaseStory), aliased(ReleaseStory)
    of_its_stories = (
        select(other.release_id)
        .join(mine, col(mine.story_id) == col(other.story_id))
        .where(col(mine.release_id) == number, col(other.release_id) <= number)
    )
    numbers = sorted(set(session.exec(of_its_stories)))
    accounts = set(session.exec(select(Delivery.account_id).where(Delivery.release_id == number)))
    ended = select(Delivery.id, Delivery.account_id).where(col(Delivery.release_id).in_(numbers), is_past())
    past = [one for one, account in session.exec(ended) if account in accounts]
    if not past:
        return []
    query = (
        select(Delivery, Release.due_at, Unit.short, Account.channel)
        .where(Delivery.release_id == Release.id, Delivery.account_id == Account.id, Account.unit_id == Unit.id)
        .where(col(Delivery.id).in_(past), may)
        .order_by(col(Release.id).desc(), col(Unit.id), col(Delivery.id))
    )
    found: dict[tuple[int, str, str], tuple[datetime, list[tuple[str, str]]]] = {}
    for one, due_at, short, channel in session.exec(query).all():
        found.setdefault((one.release_id, one.state, one.reason), (due_at, []))[1].append((short, channel))
    return [
        Earlier(release, due_at, state, reason, len(where), tuple(where))
        for (release, state, reason), (due_at, where) in found.items()
    ]


def instead(session: Session, number: int) -> int | None:
    """The release that has the stories of one that is over on its accounts now: the last of them that is not over
    itself."""
    mine, other = aliased(ReleaseStory), aliased(ReleaseStory)
    accounts = set(session.exec(select(Delivery.account_id).where(Delivery.release_id == number)))
    shares = select(Delivery.id).where(
        col(Delivery.release_id) == col(Release.id), col(Delivery.account_id).in_(accounts)
    )
    query = (
        select(Release.id)
        .join(other, col(other.release_id) == col(Release.id))
        .join(mine, col(mine.story_id) == col(other.story_id))
        .where(col(mine.release_id) == number, col(Release.id) != number, ~is_over())
        .where(shares.correlate(Release).exists())
        .order_by(col(Release.id).desc())
    )
    return session.exec(query.limit(1)).first()
