"""样式: how a unit changes the look of its theme, each change a version of its own; the newest counts.

A version is a handful of theme tokens; what it does not name stays as the theme has it, and what an account sets for
itself goes before it. Signed bytes are not touched by it: they are stored and sent as they were signed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy import select as sa_select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, func, select

import themes
from cms import audit
from cms.db import Canonical, Row, UtcTime, utc
from cms.matrix.rows import Account, Unit
from cms.matrix.values import MatrixError
from themes.tokens import fault

QUICKER = "这个单位的样式刚才有人改过，请看看新的，再改一次。"

NAMES = ("masthead", "motto", "accent", "quote", "footer")
"""What a unit may change: 刊头, 刊头语, 主色, 引文, 页脚语."""


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


_ROWS = UnitLook.__table__.c  # type: ignore[attr-defined]
_LAST = sa_select(func.max(_ROWS.id)).group_by(_ROWS.unit_id)
NEWEST = sa_select(_ROWS.unit_id, _ROWS.tokens).where(_ROWS.id.in_(_LAST))
"""The look that counts of every unit that ever had one; built once: it is read at every step of every delivery."""


def newest(session: Session, unit_id: int) -> UnitLook | None:
    """The look that counts; None while the unit never had one of its own."""
    return next(iter(versions(session, unit_id)), None)


def versions(session: Session, unit_id: int) -> Sequence[UnitLook]:
    """Every look the unit was given, the newest first."""
    query = select(UnitLook).where(UnitLook.unit_id == unit_id)
    return session.exec(query.order_by(col(UnitLook.number).desc())).all()


def notes(session: Session, unit_id: int, tokens: Mapping[str, str]) -> list[str]:
    """What the themes of the unit's accounts change of this look to keep it readable, each a sentence with the number;
    MatrixError for a look that cannot be worn."""
    for name, value in tokens.items():
        if said := "这里改不了这一项。" if name not in NAMES else fault(name, value):
            raise MatrixError(said.replace(f" {name} ", "", 1))
    worn = session.exec(select(Account.theme).where(Account.unit_id == unit_id).distinct()).all()
    try:
        told = [themes.load(one, tuple(sorted(tokens.items()))).token("accent_note") for one in worn]
    except themes.ThemeError as error:
        raise MatrixError(str(error)) from error
    return list(dict.fromkeys(one for one in told if one))


def save(
    session: Session, unit_id: int, tokens: Mapping[str, str], base: int, by: str, reason: str, now: datetime
) -> UnitLook:
    """The next version. ``base``: the number of the one it was made from, 0 for none; MatrixError where somebody else
    saved meanwhile, where nothing is changed, or where it cannot be worn."""
    notes(session, unit_id, tokens)
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
    detail = {"number": row.number, "tokens": row.tokens, "reason": reason}
    audit.record(session, by, "unit.look", f"unit:{session.get_one(Unit, unit_id).slug}", detail, now)
    return row


def mark(session: Session) -> int:
    """Changes whenever some unit is given a look."""
    return session.exec(select(func.coalesce(func.max(UnitLook.id), 0))).one()
