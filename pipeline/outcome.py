"""What an answer or an error means for a delivery: pure, so every case can be a line in a test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import AdministratorError, LaterError, StoryError, UnknownOutcome
from channels.transport import QuotaError

BACK_OFF_S = (5, 30, 120, 600, 1800)
SILENCE = timedelta(minutes=30)
"""How long a platform may give no answer before a person is told."""
GIVE_UP = timedelta(hours=48)
PATIENCE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens next: the ``event`` for the state table, the reason (Chinese), when to look again."""

    event: str
    reason: str = ""
    next_at: datetime | None = None


def back_off(tries: int) -> timedelta:
    """How long to wait after the n-th failure (from 1)."""
    return timedelta(seconds=BACK_OFF_S[min(max(tries, 1), len(BACK_OFF_S)) - 1])


def poll_after(waited: timedelta) -> timedelta:
    """When to ask again about an accepted task: soon at first, then once a minute, then every five: a day's
    budget of 100 questions must last for every delivery of the account."""
    if waited < timedelta(seconds=15):
        return timedelta(seconds=5)
    if waited < timedelta(minutes=1):
        return timedelta(seconds=20)
    return timedelta(minutes=1) if waited < timedelta(minutes=5) else timedelta(minutes=5)


def after_error(error: Exception, tries: int, now: datetime, during: str = "publish") -> Verdict:
    """A step that raised: by the error's place in the tree, never by its words. ``tries``: which failure in a
    row this is; ``during``: connect, stage or publish. Before publishing nothing can have been seen, so an
    unknown outcome there is only a reason to look and try again."""
    if isinstance(error, StoryError):
        return Verdict("hold", error.sentence)
    if isinstance(error, QuotaError):
        return Verdict("retry", error.sentence, error.until)
    if isinstance(error, LaterError) or (isinstance(error, UnknownOutcome) and during != "publish"):
        return Verdict("retry", error.sentence, now + back_off(tries))
    if isinstance(error, UnknownOutcome):
        return Verdict("lose", error.sentence)
    if isinstance(error, AdministratorError):
        return Verdict("hold", error.sentence)
    # Anything we did not foresee may have happened after the platform accepted: it is not repeated.
    return Verdict("hold", f"发送时出现未预料的错误（{type(error).__name__}：{error}），请管理员查看后决定是否重发。")


def missed(due_at: datetime, now: datetime, window: timedelta) -> bool:
    """Whether the machine slept through the story's window (F15): then a person decides."""
    return now - due_at > window
