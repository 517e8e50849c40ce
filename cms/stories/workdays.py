"""Working days (工作日): weekdays, but for what the State Council's yearly notice moves (放假、调休).

The notices come as documents in the form of github.com/NateScarlet/holiday-cn: ``{"year", "papers", "days": [{"name",
"date", "isOffDay"}]}``. Those of the years known when this version was made lie in ``holidays/``; later ones are
imported (`yigao calendar`), and win.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, delete, select

from cms import audit
from cms.stories.rows import NamedDate

BUILT_IN = Path(__file__).parent / "holidays"
LARGEST = 400
LONGEST = 64 * 1024
"""The most letters of a notice; a real one has some 4,000."""
LONGEST_NAME = 20


class CalendarError(ValueError):
    """The document is no year of holidays: one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day the notice names. ``is_off``: free, else worked although it is a weekend's (调休)."""

    name: str
    is_off: bool

    @property
    def words(self) -> str:
        """国庆节休; 国庆节调休，上班."""
        return f"{self.name}休" if self.is_off else f"{self.name}调休，上班"


@dataclass(frozen=True, slots=True)
class Workdays:
    """The days that are not as their weekday says, and the years a notice is known for."""

    named: Mapping[date, Day] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def is_off(self, day: date) -> bool:
        """Whether nobody works on this day."""
        found = self.named.get(day)
        return found.is_off if found else day.weekday() >= 5

    def words(self, day: date) -> str:
        """What is special about the day: 国庆节休, 调休上班; "" for a day like any other."""
        found = self.named.get(day)
        return found.words if found else ""

    def nearest(self, day: date, step: int) -> date:
        """``day``, or the next working day ``step`` days at a time (1 later, -1 earlier)."""
        while self.is_off(day):
            day += timedelta(days=step)
        return day


@cache
def built_in() -> Workdays:
    """The notices this version came with."""
    return _joined(read(file.read_text(encoding="utf-8")) for file in sorted(BUILT_IN.glob("*.json")))


def workdays(session: Session) -> Workdays:
    """All notices: those built in, and over them those imported."""
    rows = list(session.exec(select(NamedDate).order_by(col(NamedDate.day))))
    own = {one.day: Day(one.name, one.is_off) for one in rows}
    years = frozenset(one.notice for one in rows)
    kept = {day: found for day, found in built_in().named.items() if day.year not in years}
    return Workdays(kept | own, built_in().years | years)


def import_year(session: Session, text: str, by: str, now: datetime) -> tuple[int, int]:
    """Take in one notice, in place of what was known of its year; the year, and how many days it names."""
    year, days, paper = _parsed(text)
    session.exec(delete(NamedDate).where(or_(col(NamedDate.notice) == year, col(NamedDate.day).in_(days))))
    named = days.items()
    session.add_all(NamedDate(day=day, notice=year, name=one.name, is_off=one.is_off) for day, one in named)
    detail = {"year": year, "days": len(days), "paper": paper}
    audit.record(session, by, "calendar.import", f"calendar:{year}", detail, now)
    session.flush()
    return year, len(days)


def read(text: str) -> tuple[int, dict[date, Day]]:
    """The year and the days of one document."""
    year, days, _ = _parsed(text)
    return year, days


def _parsed(text: str) -> tuple[int, dict[date, Day], str]:
    if len(text) > LONGEST:
        raise CalendarError("文件太大，不像一年的放假安排。请从 holiday-cn 下载当年的 JSON，一般只有几 KB。")
    try:
        said: Any = json.loads(text)
        year, listed = int(said["year"]), list(said["days"])
        days = {date.fromisoformat(one["date"]): Day(_name(one["name"]), _yes(one["isOffDay"])) for one in listed}
        papers = [str(one) for one in said.get("papers") or ()] if isinstance(said.get("papers"), list) else []
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise CalendarError(
            "这不是放假安排：要一个 JSON，写明 year、papers 和 days（每天有 name、date、isOffDay），"
            "可从 holiday-cn 下载当年的文件。"
        ) from error
    if not days or len(days) > LARGEST or any(abs(day.year - year) > 1 for day in days) or len(listed) != len(days):
        raise CalendarError(f"{year} 年的放假安排里的日期不对，请检查 days，每天写成 2026-10-01 的样子。")
    return year, days, papers[0][:200] if papers else ""


def _name(said: object) -> str:
    """What the day is called; ValueError for what is no name."""
    if not isinstance(said, str) or not said.strip() or len(said) > LONGEST_NAME or not said.isprintable():
        raise ValueError(said)
    return said.strip()


def _yes(said: object) -> bool:
    """true or false, and nothing that only looks like it."""
    if not isinstance(said, bool):
        raise TypeError(said)
    return said


def _joined(years: Iterable[tuple[int, Mapping[date, Day]]]) -> Workdays:
    named: dict[date, Day] = {}
    known = []
    for year, days in years:
        known.append(year)
        named.update(days)
    return Workdays(named, frozenset(known))
