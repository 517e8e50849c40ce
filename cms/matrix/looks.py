"""样式: how a unit changes the look of its theme, each change a version of its own; the newest counts.

A version is a handful of theme tokens; what it does not name stays as the theme has it, and what an account sets for
itself goes before it. Signed bytes are not touched by it: they are stored and sent as they were signed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, func, select

from cms.db import Canonical, Row, UtcTime, utc
from cms.matrix.values import MatrixError

QUICKER = "这个单位的样式刚才有人改过，请看看新的，再改一次。"


class UnitLook(Row, table=True):
    """样式: one version of a unit's look. ``number`` from 1; ``tokens`` as ``themes`` knows them, {}: as the theme
    is."""

    __table_args__ = (UniqueConstraint("unit_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="units.id")
    number: int
    tokens: dict[str, str] = Field(sa_type=Canonical, default_factory=dict)
    saved_by: str
    saved_at: datetime = Field(sa_type=UtcTime)
    reason: str = ""


def newest(session: Session, unit_id: int) -> UnitLook | None:
    """The look that counts; None while the unit never had one of its own."""
    query = select(UnitLook).where(UnitLook.unit_id == unit_id).order_by(col(UnitLook.number).desc())
    return session.exec(query.limit(1)).first()


def versions(session: Session, unit_id: int) -> Sequence[UnitLook]:
    """Every look the unit was given, the newest first."""
    return session.exec(select(UnitLook).where(UnitLook.unit_id == unit_id).order_by(col(UnitLook.number).desc())).all()


def save(
    session: Session, unit_id: int, tokens: Mapping[str, str], base: int, by: str, reason: str, now: datetime
) -> UnitLook:
    """The next version. ``base``: the number of the one it was made from, 0 for none; MatrixError where somebody else
    saved meanwhile, or nothing is changed."""
    last = newest(session, unit_id)
    number = last.number if last else 0
    if number != base:
        raise MatrixError(QUICKER)
    if dict(tokens) == (last.tokens if last else {}):
        raise MatrixError("和现在的样式一样，没有要保存的。")
    row = UnitLook(
        unit_id=unit_id, number=number + 1, tokens=dict(tokens), saved_by=by, saved_at=utc(now), reason=reason
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:  # at the very same moment; the database keeps one
        raise MatrixError(QUICKER) from error
    return row


def mark(session: Session) -> int:
    """Changes whenever some unit is given a look."""
    return session.exec(select(func.coalesce(func.max(UnitLook.id), 0))).one()
