"""迟到: what a release does whose time has passed, and what is told to whoever gives its last signature then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from cms.releases.moving import is_quiet, on_the_clock, on_the_wall
from cms.releases.rows import Release

LATE: Mapping[str, timedelta] = {
    "send": timedelta(hours=24),
    "ask": timedelta(minutes=10),
    "hold": timedelta(minutes=1),
}
"""How late a release still goes out by itself (F15)."""
GRACE = timedelta(minutes=10)
"""So long whoever opened the page before the slot may still sign it as it stood there."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A slot that is over before the last signature. ``goes``: signed now it goes out at once; otherwise it is held.
    ``words``: both, in a sentence. ``must_be_said``: whoever signs has to have asked for it."""

    goes: bool
    words: str
    must_be_said: bool


def passed(session: Session, release_id: int, now: datetime) -> Passed | None:
    """What signing this release now would do, when its time is over; None while it is to come, and for a flash, which
    has no other time."""
    release = session.get_one(Release, release_id)
    behind = now - release.due_at
    if behind <= timedelta() or release.flash:
        return None
    when = f"原定 {on_the_clock(release.due_at)} 发布，已过 {lasted(behind)}"
    if behind > LATE[release.late]:
        return Passed(False, f"{when}：现在签了也不会自动发出，请先改到将来的时间再签。", True)
    night = f"现在 {on_the_wall(now)}，是夜间静默时段（22:00 到 7:00）。" if is_quiet(now) else ""
    return Passed(True, f"{when}：签齐后立即发布。{night}", behind > GRACE or bool(night))


def lasted(time: timedelta) -> str:
    """How long something is over, in the unit that says it: 3 分钟, 30 小时."""
    minutes = max(int(time.total_seconds()) // 60, 1)
    return f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时"
