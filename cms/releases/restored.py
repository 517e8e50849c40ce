"""After a backup was restored (F37): what was sent since that backup is not in the rows, so nothing is sent unseen.

Until a person says it is over the whole house is held (``cms.releases.restoring``). What goes out meanwhile because it
is exempt, and what a lost house may have known when it goes out later, is put in place only after two complete look-ups
since the restoring found nothing of it, or on a person's word; and what had been under way goes back to 结果未知.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cms.audit import AuditEntry
from cms.db import ask
from cms.matrix import Account
from cms.releases.kept_gone import kept_gone
from cms.releases.recall_rows import Freeze
from cms.releases.rows import Attempt, Delivery, Item, Release
from cms.releases.sightings import Sighting

RESTORE = "house.restore"
WORD = "delivery.resume"
LOOKS = 2
REACH = timedelta(hours=25)
"""Look-ups reach back 26 hours (``channels.making.matching``); so much of it is left for what an older house sent."""
RECENT = timedelta(days=7)
_LAST = (
    select(Freeze.kept_at, Freeze.at, Freeze.id, Freeze.thawed_at)
    .where(col(Freeze.kept_at).is_not(None))
    .order_by(col(Freeze.id).desc())
    .limit(1)
)
UNDER_WAY = ("staged", "sending", "reconciling", "unknown")
"""What the lost rows may know more of; what the platform took (accepted) is asked about by its number in any case."""

OPEN = ("ready", "held", *UNDER_WAY, "accepted", "confirming")
SETTLED = ("published", "amended")


@dataclass(frozen=True, slots=True)
class Restored:
    """``kept_at``: the moment of the backup; ``at``: when it was restored; ``hold``: the number of the freeze it gave
    itself; ``over_at``: when a person said that everything was looked at."""

    kept_at: datetime
    at: datetime
    hold: int
    over_at: datetime | None = None

    @property
    def recent(self) -> datetime:
        """What is younger than this may have been changed by a decision that is lost."""
        return self.kept_at - RECENT

    @property
    def lost_at(self) -> datetime:
        """When a send nobody knows of began, for look-ups: as late as they still reach back to the backup, so that
        what was on its way at the last moment is waited for."""
        return min(self.at, self.kept_at + REACH)


def restored(session: Session) -> Restored | None:
    """How this house was restored, while nobody has said that it is over."""
    since = last_restored(session)
    return since if since is not None and since.over_at is None else None


def last_restored(session: Session) -> Restored | None:
    """How this house was last restored, also once that is over; None when it never was."""
    row = ask(session, _LAST).first()
    return None if row is None else Restored(*row)


def is_doubtful(session: Session, delivery: Delivery) -> bool:
    """Whether a house that was lost may have sent this very delivery, and nobody has looked yet. Once it is over that
    is asked of what is held since before, for as long as it is."""
    since = last_restored(session)
    if since is None or not _has_interface(session, delivery):
        return False
    if since.over_at is not None and (delivery.state != "held" or not is_older(session, delivery, since)):
        return False
    return not is_cleared(session, delivery, since)


def is_older(session: Session, delivery: Delivery, since: Restored) -> bool:
    """Whether its release was in the backup."""
    return session.get_one(Release, delivery.release_id).created_at <= since.kept_at


def is_warning(session: Session, delivery: Delivery, since: Restored) -> bool:
    """Whether it is a flash (快讯、预警) written since the restoring: it goes out at once."""
    return delivery.urgent and not is_older(session, delivery, since)


def is_cleared(session: Session, delivery: Delivery, since: Restored) -> bool:
    """Whether two complete look-ups since the restoring found nothing of it, or a person said so."""
    looks = select(func.count()).where(
        Attempt.delivery_id == delivery.id,
        Attempt.key == delivery.key,
        Attempt.step == "look_up",
        Attempt.outcome == "absent",
        col(Attempt.began_at) >= since.at,
    )
    return session.exec(looks).one() >= LOOKS or has_word(session, delivery, since)


def has_word(session: Session, delivery: Delivery, since: Restored) -> bool:
    """Whether a person let it go on since the restoring: they looked (``--not-published``)."""
    said = select(AuditEntry.id).where(
        AuditEntry.subject == f"delivery:{delivery.id}",
        AuditEntry.action == WORD,
        AuditEntry.actor != "pipeline",
        col(AuditEntry.at) >= since.at,
    )
    return session.exec(said.limit(1)).first() is not None


def _has_interface(session: Session, delivery: Delivery) -> bool:
    return session.get_one(Account, delivery.account_id).transport == "api"


def sisters(session: Session, delivery: Delivery, since: Restored) -> list[tuple[Item, Sighting | None]]:
    """The copies of the same stories on other accounts with an interface, as the rows have them and as they were last
    seen: when one is gone, the house that was lost may have called the story back. What was adopted since was seen."""
    query = (
        select(Item, Sighting)
        .join(Account, col(Account.id) == col(Item.account_id))
        .outerjoin(Sighting, col(Sighting.item_id) == col(Item.id))
        .join(Delivery, col(Delivery.id) == col(Item.delivery_id))
        .where(
            Account.transport == "api",
            col(Delivery.changed_at) >= since.recent,
            col(Item.origin_id).in_(select(Item.origin_id).where(Item.delivery_id == delivery.id)),
            Item.account_id != delivery.account_id,
            or_(
                col(Item.fate) == "removed",
                and_(col(Item.fate).in_(("published", "amended")), col(Delivery.changed_at) < since.at),
            ),
        )
    )
    return [(item, sighting) for item, sighting in session.exec(query)]


def looks(session: Session, delivery: Delivery, since: Restored, now: datetime) -> list[bool]:
    """Of each delivery of the same stories by interface that a lost house may have sent: whether it is known by now
    what became of it. What the rows called out before is in ``sisters``."""
    mine = select(Item.origin_id).where(Item.delivery_id == delivery.id)
    settled = and_(col(Delivery.state).in_(SETTLED), col(Delivery.changed_at) >= since.at)
    query = (
        select(Delivery)
        .join(Account, col(Account.id) == col(Delivery.account_id))
        .where(Account.transport == "api", col(Delivery.due_at) <= now)
        .where(or_(settled, col(Delivery.state).in_(OPEN)))
        .where(or_(col(Delivery.lead_id).is_(None), col(Delivery.lead_id) != delivery.id))  # that one waits for this
        .where(col(Delivery.id).in_(select(Item.delivery_id).where(col(Item.origin_id).in_(mine))))
        .order_by(col(Delivery.id))
    )
    return [one.state in SETTLED or is_cleared(session, one, since) for one in session.exec(query)]


def pages_in_doubt(session: Session, since: Restored) -> list[tuple[Item, Account]]:
    """Our own pages of stories that were found gone from a platform since the restoring: the house that was lost may
    have called these stories back, so a person decides. Not those that stay gone anyhow."""
    gone, there = aliased(Item), aliased(Account)
    lost = (
        select(gone.id)
        .join(there, col(there.id) == col(gone.account_id))
        .join(Sighting, col(Sighting.item_id) == col(gone.id))
        .where(there.transport == "api", gone.fate == "removed", col(Sighting.at) >= since.at)
        .where(col(gone.story_id).in_((Item.story_id, Item.origin_id)))
    )
    query = (
        select(Item, Account)
        .where(Item.account_id == Account.id, Account.transport == "files", Account.channel == "site")
        .where(col(Item.fate).in_(("published", "amended")), lost.exists())
        .order_by(col(Item.id))
    )
    found = session.exec(query).all()
    return [(item, account) for item, account in found if item.origin_id not in kept_gone(session, account.id)]
