"""Dates as old sites wrote them. Nothing is guessed: what cannot be read is a fault of the entry, never today."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?")
_HOUR = re.compile(
    r"[T\s]+(\d{1,2})\s*[:：时]\s*(\d{1,2})\s*(?:[:：分]\s*(\d{1,2})(?:[.,]\d+)?秒?|分)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|CST)?"
)


class DateError(ValueError):
    """The words are no date, or one no archive can have; the message says why and what to write."""


def moment(text: str, now: datetime) -> tuple[datetime, bool]:
    """The moment (UTC) and whether only a day was given; DateError for anything else.

    Without a zone it is Beijing time; CST is China's, not America's, on a Chinese site."""
    words = unicodedata.normalize("NFKC", text).strip()
    found, is_day = _iso(words) or _mail(words) or (None, False)
    if found is None:
        raise DateError(f"日期“{text[:40]}”读不懂，请写成 2015-03-02 10:00:00 +08:00")
    if found < EARLIEST:
        raise DateError(f"日期 {text[:40]} 早于 1990 年，像是误填，请核对原文")
    if found > now:
        raise DateError(f"日期 {text[:40]} 在将来，不是旧稿，请核对日期，新稿请走正常发布")
    return found, is_day


def _iso(words: str) -> tuple[datetime, bool] | None:
    """Year first, however it is written: 2015-3-2, 2015/03/02 10:00, 2015年3月2日, 2015-03-02T10:00:00Z."""
    day = _DAY.match(words)
    if day is None:
        return None
    hour = _HOUR.fullmatch(words[day.end() :].rstrip()) if words[day.end() :].strip() else None
    if hour is None and words[day.end() :].strip():
        return None
    clock = [int(hour[n] or 0) for n in (1, 2, 3)] if hour else [0, 0, 0]
    try:
        naive = datetime(*(int(day[n]) for n in (1, 2, 3)), *clock)  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None
    return naive.replace(tzinfo=_zone(hour[4] if hour else None)).astimezone(UTC), hour is None


def _zone(words: str | None) -> timezone:
    if words in ("Z", "UTC", "GMT"):
        return UTC
    if not words or words == "CST":
        return BEIJING
    hours, minutes = int(words[1:3]), int(words[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if words[0] == "-" else offset) if offset < timedelta(days=1) else BEIJING


def _mail(words: str) -> tuple[datetime, bool] | None:
    """As mail and RSS write it: Mon, 02 Mar 2015 10:00:00 +0800."""
    try:
        found = parsedate_to_datetime(re.sub(r"\bCST$", "+0800", words))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=BEIJING)
    return found.astimezone(UTC), False
