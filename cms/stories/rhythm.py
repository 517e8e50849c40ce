"""The rhythm of a column as data: on which days it comes out; its words, and those words read again.

One value owns the rule: whoever asks whether a day is one of the column's asks ``Rhythm.holds``.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Dialect

from cms.db import Canonical

WEEKDAYS = "一二三四五六日"
LAST = -1
"""The last day of a month, or the last such weekday in it."""
EVERY: Mapping[str, str] = {
    "week": "每周",
    "fortnight": "每两周",
    "date": "每月几日",
    "weekday": "每月第几个星期几",
}
DAYS = (*range(1, 29), LAST)
NTHS: Mapping[int, str] = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", LAST: "最后一个"}
YEARS = (2000, 2100)
EXAMPLES = "每周三、每周一至五、每两周的周三、每月1日、15日、每月第一、三个周三、每月最后一个周五"
_WEEK = timedelta(days=7)
_FIGURES = "一二三四"


class RhythmError(ValueError):
    """The rhythm cannot be meant so: one sentence with the remedy. ``field``: the part of the form it is about."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Rhythm:
    """On which days. ``every``: a key of EVERY; ``weekdays``: 0 is Monday; ``places``: days of the month, or which of
    such weekdays in it; ``since``: a day of the first week of a fortnight."""

    every: str
    weekdays: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    since: date | None = None

    def __post_init__(self) -> None:
        """Refuse what no calendar has every month: RhythmError."""
        if self.every not in EVERY:
            raise RhythmError("请选多久出一期：每周、每两周、每月几日，或每月第几个星期几。", "every")
        if self.every != "date" and not (self.weekdays and set(self.weekdays) <= set(range(7))):
            raise RhythmError("请选星期几出刊，至少选一天。", "weekday")
        if self.every == "date" and not (self.places and set(self.places) <= set(DAYS)):
            said = "请选每月几日出刊：1 到 28 日，或最后一天（29、30、31 日不是每个月都有）。"
            raise RhythmError(said, "day")
        if self.every == "weekday" and not (self.places and set(self.places) <= set(NTHS)):
            raise RhythmError("请选每月第几个：第一到第四个，或最后一个（第五个不是每个月都有）。", "nth")
        if self.every == "fortnight" and not (self.since and YEARS[0] <= self.since.year <= YEARS[1]):
            raise RhythmError("每两周出一期，请写明从哪一天的那一周算起，例如 2026-11-25。", "since")

    def holds(self, day: date) -> bool:
        """Whether the column comes out on this day, holidays aside."""
        if self.every == "date":
            is_last = (day + timedelta(days=1)).day == 1
            return day.day in self.places or (is_last and LAST in self.places)
        if day.weekday() not in self.weekdays:
            return False
        if self.every == "fortnight":
            return ((_monday(day) - _monday(self.since or day)) // _WEEK) % 2 == 0
        is_last = (day + _WEEK).month != day.month
        nth = (day.day - 1) // 7 + 1
        return self.every == "week" or nth in self.places or (is_last and LAST in self.places)

    @property
    def words(self) -> str:
        """每周三, 每周一至五, 每两周的周三, 每月1日、15日, 每月第一、三个周三."""
        if self.every == "week":
            return "每天" if len(self.weekdays) == 7 else f"每周{_run(self.weekdays)}"
        if self.every == "fortnight":
            return f"每两周的周{_run(self.weekdays)}"
        if self.every == "date":
            return "每月" + "、".join("最后一天" if one == LAST else f"{one}日" for one in self.places)
        counted = "、".join(_FIGURES[one - 1] for one in self.places if one != LAST)
        which = [f"第{counted}个"] if counted else []
        which += ["最后一个"] if LAST in self.places else []
        return f"每月{'和'.join(which)}{'、'.join(f'周{WEEKDAYS[one]}' for one in self.weekdays)}"

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON keeps it: what does not count is left out."""
        parts = {"weekdays": list(self.weekdays), "places": list(self.places)}
        since = {"since": self.since.isoformat()} if self.since else {}
        return {"every": self.every} | {name: one for name, one in parts.items() if one} | since


class KeptRhythm(Canonical):
    """A rhythm in the database, as canonical JSON."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return super().process_bind_param(value.plain if isinstance(value, Rhythm) else value, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        said = super().process_result_value(value, dialect)
        return None if said is None else from_plain(said)


def weekly(*weekdays: int) -> Rhythm:
    """Every week on these days (0 is Monday)."""
    return rhythm("week", weekdays)


def rhythm(every: str, weekdays: Iterable[int] = (), places: Iterable[int] = (), since: date | None = None) -> Rhythm:
    """The rhythm with its parts in order and those that do not count left out; RhythmError says what is missing."""
    return Rhythm(
        every,
        () if every == "date" else tuple(sorted(set(weekdays))),
        tuple(sorted(set(places), key=lambda one: (one == LAST, one))) if every in ("date", "weekday") else (),
        since if every == "fortnight" else None,
    )


def from_plain(said: Mapping[str, Any]) -> Rhythm:
    """The rhythm a row keeps."""
    since = date.fromisoformat(said["since"]) if said.get("since") else None
    return rhythm(str(said.get("every", "")), said.get("weekdays", ()), said.get("places", ()), since)


# --------------------------------------------------------------------------- the words read again

_ONE_DAY = rf"周?[{WEEKDAYS}]"
_SOME_DAYS = rf"{_ONE_DAY}(?:[至到\-~]{_ONE_DAY}|(?:[、,和及]?{_ONE_DAY})*)"
_WEEKLY = re.compile(rf"每周({_SOME_DAYS})")
_FORTNIGHTLY = re.compile(rf"每(?:两|2|二|隔一)周的?({_SOME_DAYS})")
_BY_DATE = re.compile(r"每个?月((?:\d{1,2}日?|最后一天)(?:[、,和及](?:\d{1,2}日?|最后一天))*)")
_NTH = r"第?[一二三四五1-5]个?|最后一个"
_BY_WEEKDAY = re.compile(rf"每个?月((?:{_NTH})(?:[、,和及](?:{_NTH}))*)({_SOME_DAYS})")


def parse_rhythm(words: str, since: date | None = None) -> Rhythm:
    """The rhythm these words mean; RhythmError when they mean none. Reads everything ``Rhythm.words`` writes."""
    said = unicodedata.normalize("NFKC", words).replace("星期", "周").replace("周天", "周日").replace("号", "日")
    said = "".join(said.split())
    if said in ("每天", "每日"):
        return weekly(*range(7))
    if found := _FORTNIGHTLY.fullmatch(said):
        return rhythm("fortnight", _days_in(found[1]), since=since)
    if found := _WEEKLY.fullmatch(said):
        return weekly(*_days_in(found[1]))
    if found := _BY_DATE.fullmatch(said):
        days = [int(one) for one in re.findall(r"\d+", found[1])]
        return rhythm("date", places=[*days, *([LAST] if "最后" in found[1] else [])])
    if found := _BY_WEEKDAY.fullmatch(said):
        counted = re.findall(r"[一二三四五1-5]", found[1].replace("最后一个", ""))
        places = [int(one) if one.isdigit() else "一二三四五".index(one) + 1 for one in counted]
        return rhythm("weekday", _days_in(found[2]), [*places, *([LAST] if "最后" in found[1] else [])])
    raise RhythmError(f"看不懂“{words[:30]}”是什么节奏。可以写成：{EXAMPLES}。", "every")


def _days_in(text: str) -> list[int]:
    """一至五, 一三五, 周一、周三: the weekdays meant."""
    named = [WEEKDAYS.index(one) for one in text if one in WEEKDAYS]
    if len(named) == 2 and re.search(r"[至到\-~]", text):
        first, last = named
        return [one % 7 for one in range(first, last + 1 + (7 if last < first else 0))]
    return named


def _run(weekdays: tuple[int, ...]) -> str:
    """三; 一、三、五; 一至五."""
    first, last = weekdays[0], weekdays[-1]
    if len(weekdays) > 2 and last - first + 1 == len(weekdays):
        return f"{WEEKDAYS[first]}至{WEEKDAYS[last]}"
    return "、".join(WEEKDAYS[one] for one in weekdays)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
