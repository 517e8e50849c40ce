"""The columns as the sites' navigation shows them."""

from sqlalchemy import select
from sqlmodel import Session

from channels.site.pages import Tab
from cms.db import ask
from cms.stories import Column

_ROWS = Column.__table__.c  # type: ignore[attr-defined]
_COLUMNS = select(_ROWS.slug, _ROWS.title, _ROWS.rhythm, _ROWS.hour, _ROWS.minute).order_by(_ROWS.id)


def tabs_of(session: Session) -> tuple[Tab, ...]:
    """Every column, oldest first, with its rhythm in words (每周三 09:00)."""
    return tuple(
        Tab(slug=one.slug, name=one.title, rhythm=f"{one.rhythm.words} {one.hour:02}:{one.minute:02}")
        for one in ask(session, _COLUMNS)
    )
