"""The columns as the sites' navigation shows them."""

from sqlmodel import Session, col, select

from channels.site.pages import Tab
from cms.stories import Column

WEEKDAYS = "一二三四五六日"


def tabs_of(session: Session) -> tuple[Tab, ...]:
    """Every column, oldest first, with its rhythm in words (每周三 09:00)."""
    return tuple(
        Tab(slug=one.slug, name=one.title, rhythm=f"每周{WEEKDAYS[one.weekday]} {one.hour:02}:{one.minute:02}")
        for one in session.exec(select(Column).order_by(col(Column.id)))
    )
