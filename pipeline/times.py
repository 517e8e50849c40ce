"""Times as people write them: "2026-11-25 09:00" (Beijing), ISO, or how long from now ("6h")."""

import re
from datetime import datetime, timedelta

from cms.releases import PlanError
from pipeline.press import SHANGHAI

LATE = timedelta(minutes=5)
_SPAN = re.compile(r"(\d{1,4})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse_time(text: str, now: datetime) -> datetime:
    """A time as a person writes it, Beijing time unless it says otherwise; ``now`` when empty."""
    if not text:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise PlanError(f"看不懂时间“{text}”，请写成 2026-11-25 09:00 的形式（北京时间）。") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    if moment < now - LATE:
        raise PlanError(f"发布时间“{text}”已经过去，请写将来的时间；要马上发，请不写 --at。")
    return moment


def parse_end(text: str, now: datetime) -> datetime | None:
    """When something is over: a time, or so many minutes, hours or days from now; None when empty."""
    span = parse_span(text)
    return now + span if span else parse_time(text, now) if text else None


def parse_span(text: str) -> timedelta | None:
    """How long: 30m, 6h, 2d; None when it is not written so."""
    found = _SPAN.fullmatch(text.strip().lower())
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
