"""What an answer or an error means for a delivery: pure, so every case can be a line in a test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import AdministratorError, LaterError, StoryError, UnknownOutcome
from channels.transport import QuotaError
from cms.releases.late import LATE, lasted

BACK_OFF_S = (5, 30, 120, 600, 1800)
SILENCE = timedelta(minutes=30)
"""How long a platform may give no answer before a person is told."""
GIVE_UP = timedelta(hours=48)
PATIENCE = timedelta(hours=2)
DOUBTFUL = "平台上有一篇很像这次发的，但标题或正文对不上，请人工核对：是这一篇，用 yigao adopt；不是，用 yigao retry。"
BY_HAND = "平台上已经有这一份：有人在平台后台发布了放好的草稿。请核对后认领（yigao adopt）；不是这一份，请选择发送。"
MANY = "平台上找到不止一篇一样的，分不清哪一篇是这次发的，请人工核对后选定（yigao adopt）或重发。"
UNTRUSTED = (
    "平台没有可靠的查询接口，分不清是否已经发出：已发布请贴链接（yigao adopt），没发布请选择发送（yigao retry）。"
)
SILENT = "半小时没能从平台查到结果：已发布请贴链接（yigao adopt），没发布请选择发送（yigao retry）。"
REPEATED = (
    "平台两次说刚收过一样的内容，核对两次都没有找到：它不收和刚删的那条一样的文字（换了配图也不行）。"
    "请改几个字，重新走更正；或请人在平台网页上发出，再认领（yigao adopt）。"
)
POISON = "处理这份投递时工作进程三次意外退出，已隔离，请管理员查看日志后再恢复。"
STUCK = "平台受理后半小时没有结果，继续每小时查一次，两天后停止；可在平台后台查看。"
DROWNED = "平台受理后两天没有结果，请到平台后台查看后处理。"


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


def after_error(
    error: Exception, tries: int, now: datetime, during: str = "publish", patience: datetime | None = None
) -> Verdict:
    """A step that raised: by the error's place in the tree, never by its words. ``tries``: which failure in a
    row this is; ``during``: connect, stage or publish. Before publishing nothing can have been seen, so an
    unknown outcome there is only a reason to look and try again. ``patience``: who waits longer than that for a
    quota is shown as held, with the time at which it goes on by itself (I2, F11)."""
    if isinstance(error, StoryError):
        return Verdict("hold", error.sentence)
    if isinstance(error, QuotaError):
        waits_long = patience is not None and error.until > patience
        return Verdict("hold" if waits_long else "retry", error.sentence, error.until)
    if isinstance(error, LaterError) or (isinstance(error, UnknownOutcome) and during != "publish"):
        return Verdict("retry", error.sentence, now + back_off(tries))
    if isinstance(error, UnknownOutcome):
        return Verdict("lose", error.sentence)
    if isinstance(error, AdministratorError):
        return Verdict("hold", error.sentence)
    # Anything we did not foresee may have happened after the platform accepted: it is not repeated.
    return Verdict("hold", f"发送时出现未预料的错误（{type(error).__name__}：{error}），请管理员查看后决定是否重发。")


def missed(due_at: datetime, now: datetime, late: str) -> str:
    """Why a delivery whose time was slept through does not go out by itself; "" when it still does."""
    if now - due_at <= LATE[late]:
        return ""
    behind = f"比原定时间晚了 {lasted(now - due_at)}"
    if late == "ask":
        return f"{behind}：还发吗？要发请用 yigao retry，不发请用 yigao cancel。"
    return f"错过了发布时间（{behind}），请确认稿件仍然有效后用 yigao retry 恢复发送。"


BREAKS_AT = 3
"""So many failures of an account in a row, and it rests (circuit breaker)."""


def rest_after(failures: int) -> timedelta | None:
    """How long an account rests after its n-th failure in a row; None while it may go on."""
    return None if failures < BREAKS_AT else back_off(failures - BREAKS_AT + 2)
