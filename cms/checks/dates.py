"""Dates: days and hours that do not exist, and weekdays that do not fit the date."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from channels.values import Finding
from cms.checks.passages import Passage, Reading

_FULL = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*(日|号)?(?![\d.])")
_SHORT = re.compile(r"(?<![\d年\-/.])(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_MONTH = re.compile(r"(?<!\d)(?:19|20)\d{2}\s*年\s*(\d{1,2})\s*月(?!\s*\d)")
_WEEKDAY = re.compile(r"\s*[（(，,]?\s*(?:当天是|是)?(?:星期|周|礼拜)([一二三四五六日天末])")
_HOUR = re.compile(r"(?:凌晨|早上|上午|中午|下午|晚上|晚|日|号)\s*(\d{1,2})\s*(?:[:：时点])\s*(\d{2})?")
_ANY = re.compile(r"\d\s*[月:：时点\-/]")
_DAYS = {word: number for number, words in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for word in words}
_NAMES = "一二三四五六日"
_LEAP = 2024  # without a year, the 29th of February exists


def check(reading: Reading, today: date) -> list[Finding]:
    """The dates of every passage. A date without a year is read in the story's own, or in today's."""
    issued = reading.story.published
    near = (
        date.fromisoformat(issued)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", issued) and _is_day(*map(int, issued.split("-")))
        else today
    )
    found: list[Finding] = []
    for passage in reading.passages:
        if passage.kind not in ("code", "file") and _ANY.search(passage.prose):
            found += _passage(passage, near)
    return found


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _passage(passage: Passage, near: date) -> Iterator[Finding]:
    text = passage.prose
    whole: list[tuple[int, int]] = []
    for found in _FULL.finditer(text):
        if not _is_written(found):
            continue
        whole.append(found.span())
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        if not _is_day(year, month, day):
            yield _impossible(passage, found, f"{year}年{month}月{day}日")
        elif told := _WEEKDAY.match(text, found.end()):
            yield from _weekday(passage, found, told, date(year, month, day), sure=True)
    for found in _SHORT.finditer(text):
        if any(start < found.end() and found.start() < end for start, end in whole):
            continue
        month, day = int(found[1]), int(found[2])
        if not _is_day(_LEAP, month, day):
            yield _impossible(passage, found, f"{month}月{day}日")
        elif (told := _WEEKDAY.match(text, found.end())) and _is_day(near.year, month, day):
            yield from _weekday(passage, found, told, _nearest(near, month, day), sure=False)
    for found in _MONTH.finditer(text):
        if not 1 <= int(found[1]) <= 12:
            yield _impossible(passage, found, f"{int(found[1])}月")
    yield from _hours(passage)


def _is_written(found: re.Match[str]) -> bool:
    """Whether it is meant as a date: 2026.13.45 is a version, 2026-11-31 a date gone wrong, 2026年 always a date."""
    if "年" in found[0]:
        return True
    signs = re.sub(r"[\d\s]", "", found[0])
    return signs in ("--", "//") and int(found[2]) <= 12 and int(found[3]) <= 31


def _impossible(passage: Passage, found: re.Match[str], words: str) -> Finding:
    message = f"日历上没有“{words}”，请核对日期"
    return passage.say("block", "checks.date.impossible", message, *found.span())


def _weekday(passage: Passage, found: re.Match[str], told: re.Match[str], day: date, sure: bool) -> Iterator[Finding]:
    right = _NAMES[day.weekday()]
    if told[1] == "末":
        fits = day.weekday() >= 5
    else:
        fits = _DAYS[told[1]] == day.weekday()
    if fits:
        return
    span = (found.start(), told.end())
    if sure:
        message = f"{day.year}年{day.month}月{day.day}日是星期{right}，这里写成星期{told[1]}，请核对"
        yield passage.say("block", "checks.date.weekday", message, *span)
    else:
        message = (
            f"按 {day.year} 年算，{day.month}月{day.day}日是星期{right}，这里写成星期{told[1]}，请核对，或写上年份"
        )
        yield passage.say("warn", "checks.date.weekday_guess", message, *span)


def _nearest(near: date, month: int, day: int) -> date:
    """The day nearest to the story's own: in December, the 3rd of January is next year's."""
    tried = [date(year, month, day) for year in (near.year - 1, near.year, near.year + 1) if _is_day(year, month, day)]
    return min(tried, key=lambda one: abs(one - near) if one != near else timedelta(0))


def _hours(passage: Passage) -> Iterator[Finding]:
    for found in _HOUR.finditer(passage.prose):
        hour, minute = int(found[1]), int(found[2] or 0)
        if hour > 24 or minute > 59 or (hour == 24 and minute):
            yield passage.say(
                "block", "checks.date.impossible", f"没有“{found[0].strip()}”这个时刻，请核对", *found.span()
            )
