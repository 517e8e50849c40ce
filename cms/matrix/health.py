"""What the last asking about an account found: kept, so that a page shows how it stands without asking again."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session

from cms.db import Canonical, Row, UtcTime, utc


class AccountCheck(Row, table=True):
    """检查: the newest answer to "does it work, and whose is it". ``troubles`` and ``looked`` in Chinese; ``dies_at``:
    when a person must authorise it anew, None where nobody must or the platform does not say."""

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
    subject: str = ""
    troubles: list[str] = Field(sa_type=Canonical, default_factory=list)
    looked: list[str] = Field(sa_type=Canonical, default_factory=list)
    dies_at: datetime | None = Field(default=None, sa_type=UtcTime)


def keep(
    session: Session,
    account_id: int,
    at: datetime,
    subject: str,
    troubles: Sequence[str],
    looked: Sequence[str],
    dies_at: datetime | None,
) -> None:
    """Write down what was found, in the place of what was found before."""
    row = session.get(AccountCheck, account_id) or AccountCheck(account_id=account_id, at=utc(at))
    row.at, row.subject, row.dies_at = utc(at), subject, utc(dies_at) if dies_at else None
    row.troubles, row.looked = list(troubles), list(looked)
    session.add(row)


def forget(session: Session, account_id: int) -> None:
    """What was found of an earlier connection counts no more."""
    row = session.get(AccountCheck, account_id)
    if row is not None:
        session.delete(row)
