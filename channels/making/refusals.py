"""A platform's error codes as data: what each means, what to do, and the error of ours it becomes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from channels.contract import AdministratorError, ChannelError, LaterError, StoryError, UnknownOutcome
from channels.transport import Per, QuotaError

Kind = Literal["later", "token", "quota", "story", "admin", "bug", "success", "look"]
"""later: back off and retry; token: renew, retry once; quota: wait for the reset; story: back to the editor;
admin: the account or its settings; bug: our own mistake, a person must know; success: it is there; look: it may
be there, look it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One code of one platform. ``sentence``: Chinese, ends with what to do, no full stop. ``is_unclear``: after
    a call that changes something this code does not say whether it happened. ``per``: the window a quota is
    counted in. Source and confidence as for Limit."""

    code: int | str
    meaning: str
    kind: Kind
    sentence: str
    source: str
    confidence: Literal["doc", "client", "unverified"]
    is_unclear: bool = False
    per: Per = "day"


_KINDS: dict[Kind, type[ChannelError]] = {
    "later": LaterError,
    "token": AdministratorError,
    "story": StoryError,
    "admin": AdministratorError,
    "bug": AdministratorError,
    "look": UnknownOutcome,
    "success": UnknownOutcome,
}


def raised(row: ErrorRow, now: datetime, cause: str, *, changes: bool) -> ChannelError:
    """The error of ours for a code the platform gave. ``changes``: the call may have had an effect."""
    sentence = f"{row.sentence}（平台代码 {row.code}）。"
    if changes and row.is_unclear:
        return UnknownOutcome(sentence, cause)
    if row.kind == "quota":
        return QuotaError(sentence, reset_after(now, row.per), cause)
    return _KINDS[row.kind](sentence, cause)


def unlisted(code: object, cause: str, *, changes: bool) -> ChannelError:
    """A code no table knows: after a change nobody knows what happened, else it may be tried again."""
    sentence = f"平台返回了没见过的代码 {code}，先核对再决定，请把它告诉管理员。"
    return UnknownOutcome(sentence, cause) if changes else LaterError(sentence, cause)


def reset_after(now: datetime, per: Per) -> datetime:
    """When a quota counted per minute, hour, day or month starts anew: by the clock of Asia/Shanghai (no summer
    time), in UTC."""
    local = now + timedelta(hours=8)
    start = local.replace(second=0, microsecond=0)
    if per == "minute":
        end = start + timedelta(minutes=1)
    elif per == "hour":
        end = start.replace(minute=0) + timedelta(hours=1)
    elif per == "day":
        end = start.replace(hour=0, minute=0) + timedelta(days=1)
    else:
        end = (start.replace(day=1, hour=0, minute=0) + timedelta(days=32)).replace(day=1)
    return end - timedelta(hours=8)
