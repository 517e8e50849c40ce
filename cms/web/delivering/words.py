"""How long, until when, and by whom: the words of delivery's pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms.web.desk import day

MOST_NAMED = 3


def lasted(time: timedelta) -> str:
    """How long, in the largest unit that says it: 3 分钟."""
    seconds = int(time.total_seconds())
    if seconds < 120:
        return f"{seconds} 秒"
    return f"{seconds // 60} 分钟" if seconds < 7200 else f"{seconds // 3600} 小时"


def until(at: datetime | None, now: datetime) -> str:
    """A deadline, and how much is left of it."""
    if at is None:
        return ""
    left = at - now
    return f"{day(at)} 前（还有 {lasted(left)}）" if left > timedelta() else f"{day(at)} 前（已超 {lasted(-left)}）"


def by_whom(people: Sequence[str]) -> str:
    """Who can do something about it, for whoever cannot."""
    named = "、".join(people[:MOST_NAMED]) + (f"等 {len(people)} 人" if len(people) > MOST_NAMED else "")
    return f"可以找{named}。" if people else "现在没有人能处理：请管理员在“人员”里任命签发或编辑。"


def what_next(state: str, again_at: datetime | None, *, is_theirs: bool = True) -> str:
    """Whether we try again, and when; and whether it is theirs to decide."""
    if again_at is not None:
        asks = state in ("unknown", "reconciling", "held")
        return f"{day(again_at)} {'自动再核对或接着发' if asks else '自动再试'}。"
    if state in ("unknown", "reconciling"):
        return "正在向平台核对，查清以前不会再发。"
    if state == "held":
        return f"不会自己再发，要{'您' if is_theirs else '能处理的人'}决定。"
    return "不会自己再试。"
