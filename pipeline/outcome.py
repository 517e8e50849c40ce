"""Pure: the state of a delivery, what an attempt answered and the time, in; the event and when, out.

No database, clock or network here, so its tests are tables of values.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import AdministratorError, LaterError, StoryError, UnknownOutcome

BACK_OFF_S = (5, 30, 120, 600, 1800)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens next: the ``event`` for the state table, the reason (Chinese), when to look again."""

    event: str
    reason: str = ""
    next_at: datetime | None = None


def after_error(error: Exception, attempts: int, now: datetime) -> Verdict:
    """An attempt that raised: by the error's place in the tree, never by its words."""
    if isinstance(error, StoryError):
        return Verdict("hold", error.sentence)
    if isinstance(error, LaterError):
        wait = BACK_OFF_S[min(attempts, len(BACK_OFF_S)) - 1]
        return Verdict("retry", error.sentence, now + timedelta(seconds=wait))
    if isinstance(error, UnknownOutcome):
        return Verdict("lose", error.sentence)
    if isinstance(error, AdministratorError):
        return Verdict("hold", error.sentence)
    # Anything we did not foresee may have happened after the platform accepted: it is not repeated.
    return Verdict("hold", f"发送时出现未预料的错误（{type(error).__name__}：{error}），请管理员查看后决定是否重发。")


def missed(due_at: datetime, now: datetime, window: timedelta) -> bool:
    """Whether the machine slept through the story's window (F15): then a person decides."""
    return now - due_at > window
