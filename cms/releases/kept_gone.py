"""撤过的不再放出: pages that the house which was lost had taken back since the backup, as its own 410 showed (F37).

The order itself is in no row, so nobody is held to it but our own outputs: they go on showing the notice readers had,
until the retraction is given again and says more. It stands in the audit log, which no later backup leaves out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from cms import audit
from cms.audit import AuditEntry
from cms.db import ask
from cms.matrix import Account
from cms.releases.recall_rows import Advisory
from cms.releases.rows import Delivery, Item
from cms.stories import Story

KEPT = "house.gone"
_ENTRIES = AuditEntry.__table__.c  # type: ignore[attr-defined]
_KEPT = (
    sa_select(_ENTRIES.detail)
    .where(_ENTRIES.subject == bindparam("subject"), _ENTRIES.action == KEPT)
    .order_by(_ENTRIES.id)
)


@dataclass(frozen=True, slots=True)
class Notice410:
    """What readers were told at a retracted address, and when it was taken back."""

    sentence: str
    at: datetime


def keep_gone(session: Session, account: Account, found: Mapping[int, Notice410], by: str, now: datetime) -> None:
    """From this transaction on the account shows these stories (by their origin) as retracted."""
    rows = [{"origin": origin, "sentence": one.sentence, "at": one.at.isoformat()} for origin, one in found.items()]
    audit.record(session, by, KEPT, _subject(account.id), {"stories": rows}, now)


def kept_gone(session: Session, account_id: int) -> dict[int, Notice410]:
    """The stories an account goes on showing as retracted since a restoring, by their origin."""
    found: dict[int, Notice410] = {}
    for (detail,) in ask(session, _KEPT, subject=_subject(account_id)):
        for one in detail["stories"]:
            found[one["origin"]] = Notice410(one["sentence"], datetime.fromisoformat(one["at"]))
    return found


def gone_pages(session: Session) -> list[tuple[Account, Story]]:
    """Of what is kept so: those whose retraction nobody has given again, by account."""
    found = []
    ours = select(Account).where(Account.transport == "files", Account.channel == "site").order_by(col(Account.id))
    for account in session.exec(ours):
        given = select(Advisory.origin_id).where(Advisory.account_id == account.id, Advisory.kind == "retracted")
        missing = kept_gone(session, account.id).keys() - set(session.exec(given))
        found += [(account, session.get_one(Story, origin)) for origin in sorted(missing)]
    return found


def kept_gone_on(session: Session, delivery: Delivery) -> list[str]:
    """The sites of ours that go on showing a story it carries as retracted."""
    query = select(Item.origin_id).where(Item.delivery_id == delivery.id)
    origins = set(session.exec(query))
    return [account.name for account, story in gone_pages(session) if story.id in origins]


def _subject(account_id: int) -> str:
    return f"gone:{account_id}"
