"""The schedule as a page shows it: days with what goes out on them, and the ways to look at others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from sqlmodel import Session, col, select

from channels import registry
from cms.people import Scope
from cms.releases import agenda
from cms.stories import Column, Skipped, Workdays, rhythm_words, skipped, workdays
from cms.stories.rhythm import WEEKDAYS
from cms.web.desk import SHANGHAI, Desk
from cms.web.permits import WRITERS
from cms.web.scheduling import owning

VIEWS: Mapping[str, str] = {"week": "周", "month": "月", "list": "列表"}
LISTED = timedelta(days=60)
MOST_LISTED, MOST_A_DAY = 300, 12
"""So many stand in a list before it goes on on another page, and in a day of the month before the day has a list of its
own: a page stays one that can be looked over, and quick."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which schedule: how, the day it begins with (Beijing), and what it is narrowed to."""

    view: str
    day: date
    unit: str = ""
    channel: str = ""
    column: str = ""
    sum: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.unit or self.channel or self.column or self.sum)

    def link(self, **changes: object) -> str:
        """The query of the same schedule, changed."""
        one = replace(self, **changes)  # type: ignore[arg-type]
        said = {"view": one.view, "from": one.day.isoformat()}
        said |= {"unit": one.unit, "channel": one.channel, "column": one.column, "state": one.sum}
        return "?" + urlencode({name: value for name, value in said.items() if value})

    @property
    def span(self) -> tuple[date, date]:
        """The days shown, the last one not included."""
        if self.view == "list":
            return self.day, self.day + LISTED
        first = self.day.replace(day=1) if self.view == "month" else self.day
        monday = first - timedelta(days=first.weekday())
        if self.view == "week":
            return monday, monday + timedelta(days=7)
        last = _month_on(first, 1) - timedelta(days=1)
        return monday, last + timedelta(days=7 - last.weekday())

    def beside(self, step: int) -> date:
        """The day to begin with one page before (-1) or after (1)."""
        if self.view == "month":
            return _month_on(self.day.replace(day=1), step)
        return self.day + step * (LISTED if self.view == "list" else timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Placed:
    """One thing on a day: a release, the empty issue (``slot``), or the issue that is not there (``skipped``)."""

    at: datetime
    entry: agenda.Entry | None = None
    slot: agenda.Slot | None = None
    skipped: Skipped | None = None

    @property
    def clock(self) -> str:
        return f"{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class DayShown:
    """One day: ``words`` what is special about it, ``is_beside`` when it belongs to the month before or after."""

    day: date
    words: str
    is_off: bool
    is_today: bool
    is_beside: bool
    placed: tuple[Placed, ...]
    more: int = 0
    """So many of the day are not shown here."""

    @property
    def name(self) -> str:
        return f"{self.day.month}月{self.day.day}日　周{WEEKDAYS[self.day.weekday()]}"


@dataclass(frozen=True, slots=True)
class Page:
    """All the template needs."""

    title: str
    days: tuple[DayShown, ...]
    count: int
    units: Sequence[tuple[str, str]]
    channels: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str]]
    empty: str
    on: date | None = None
    """The day to read on from, where a list is longer than its page."""
    next: agenda.Slot | None = None
    """Where nothing is shown: the next issue that whoever looks may write, or go on writing."""


def asked_for(said: Mapping[str, str], moment: datetime) -> Asked:
    """What the query asks for; whatever cannot be read is as if it were not there."""
    view = said.get("view", "")
    try:
        day = date.fromisoformat(said.get("from", ""))
        day = day if 2000 <= day.year <= 2100 else moment.astimezone(SHANGHAI).date()
    except ValueError:
        day = moment.astimezone(SHANGHAI).date()
    sums = said.get("state", "")
    return Asked(
        view if view in VIEWS else "week",
        day,
        said.get("unit", ""),
        said.get("channel", ""),
        said.get("column", ""),
        sums if sums in agenda.SUMS else "",
    )


def page_of(session: Session, desk: Desk, asked: Asked, scope: Scope, moment: datetime) -> Page:
    """The schedule asked for, of these units."""
    first, end = asked.span
    since, until = _at(first), _at(end)
    wanted = agenda.Wanted(scope, asked.unit, asked.channel, asked.column, asked.sum)
    entries, on = (_page_full if asked.view == "list" else _whole)(session, since, until, wanted)
    until = _at(on) if on else until
    found = [Placed(one.due_at.astimezone(SHANGHAI), entry=one) for one in entries]
    if not (asked.unit or asked.channel or asked.sum):
        open_ones = agenda.slots(session, max(since, moment), until, scope, asked.column)
        found += [Placed(one.due_at.astimezone(SHANGHAI), slot=one) for one in open_ones]
        holes = skipped(session, since, until, scope, asked.column)
        found += [Placed(one.at.astimezone(SHANGHAI), skipped=one) for one in holes]
    found.sort(key=lambda one: one.at)
    mine = col(Column.unit_id).is_(None) | scope.over(Column.unit_id)
    columns = list(session.exec(select(Column).where(mine).order_by(Column.slug)))
    return Page(
        title=_title(asked, first, end),
        days=_days(asked, first, end, found, workdays(session), moment.astimezone(SHANGHAI).date()),
        count=sum(one.entry is not None for one in found),
        units=desk.units(scope),
        channels=[(one, registry.get(one).title) for one in desk.channels()],
        columns=[(one.slug, one.title) for one in columns],
        empty=_empty(asked, columns),
        on=on,
        next=None if found or asked.is_narrowed else _next(session, scope, moment),
    )


def _whole(
    session: Session, since: datetime, until: datetime, wanted: agenda.Wanted
) -> tuple[list[agenda.Entry], date | None]:
    return agenda.entries(session, since, until, wanted), None


def _page_full(
    session: Session, since: datetime, until: datetime, wanted: agenda.Wanted
) -> tuple[list[agenda.Entry], date | None]:
    """A page of a list, whole days of it, and the day to read on from; a day longer than a page is a page."""
    found = agenda.entries(session, since, until, wanted, MOST_LISTED + 1)
    if len(found) <= MOST_LISTED:
        return found, None
    days = [one.due_at.astimezone(SHANGHAI).date() for one in found]
    if days[0] == days[-1]:
        next_day = days[0] + timedelta(days=1)
        return agenda.entries(session, since, _at(next_day), wanted), next_day
    return [one for one, day in zip(found, days, strict=True) if day < days[-1]], days[-1]


def _days(
    asked: Asked, first: date, end: date, found: Sequence[Placed], known: Workdays, today: date
) -> tuple[DayShown, ...]:
    by_day: dict[date, list[Placed]] = {}
    for one in found:
        by_day.setdefault(one.at.date(), []).append(one)
    most = MOST_A_DAY if asked.view == "month" else None
    shown = sorted(by_day) if asked.view == "list" else [first + timedelta(days=n) for n in range((end - first).days)]
    return tuple(
        DayShown(
            day=one,
            words=known.words(one),
            is_off=known.is_off(one),
            is_today=one == today,
            is_beside=asked.view == "month" and one.month != asked.day.month,
            placed=tuple(by_day.get(one, ())[:most]),
            more=max(0, len(by_day.get(one, ())) - most) if most else 0,
        )
        for one in shown
    )


def _title(asked: Asked, first: date, end: date) -> str:
    if asked.view == "month":
        return f"{asked.day.year}年{asked.day.month}月"
    last = end - timedelta(days=1)
    until = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
    return f"{first.year}年{first.month}月{first.day}日至{until}"


def _empty(asked: Asked, columns: Sequence[Column]) -> str:
    if asked.is_narrowed:
        return "按现在的筛选，这段时间没有发布。"
    if not columns:
        return "这段时间没有排期，也还没有栏目。有了栏目，每一期会自己排在这里。"
    return f"这段时间没有排期。《{columns[0].title}》{rhythm_words(columns[0])} 出刊。"


def _next(session: Session, scope: Scope, moment: datetime) -> agenda.Slot | None:
    for one in agenda.slots(session, moment, moment + LISTED, scope):
        if owning.may(WRITERS, one.unit_id) and (one.state == "open" or (one.story and one.state != "review")):
            return one
    return None


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _month_on(first: date, step: int) -> date:
    months = first.year * 12 + first.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)
