"""The rooms' sentences on a screen: what they say of commands becomes what the page calls it."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cms.web.desk import day

BUTTONS: Mapping[str, str] = {
    "accounts": "“账号”", "adopt": "“认领”", "approve": "“批准”", "cancel": "“取消”", "done": "“登记处置”",
    "freeze": "“停发”", "hold": "“暂停”", "lift": "“解除快讯”", "person": "“人员”", "recall": "“更正与撤稿”",
    "recalls": "“更正与撤稿”", "reject": "“驳回”", "release": "“排期”", "report": "“报告”", "restored": "“结束核对”",
    "retract": "“撤稿”", "correct": "“更正”", "retry": "“再发”", "sign": "“签发”",
    "address": "在服务器上运行 yigao address",
    "review": "“补审”", "status": "“发布”", "thaw": "“解除停发”", "why": "“来龙去脉”", "rebuild": "“重建网页”",
    "flash": "“快讯”", "reconcile": "“核对”", "strangers": "“发布”里的“陌生稿”",
}  # fmt: skip
"""A command's name, as the newsroom's pages call the same thing."""
MOST_NAMED = 3
_GIVEN = "登录名|原因|依据|意见|时间|文章地址|地址|投递码|告示|说明|发布单|召回令编号|编号|标题|正文|文件"
_COMMAND = re.compile(
    rf"\s*yigao\s+(?P<name>[a-z]+)(?:[ \t]+(?:--?[a-z-]+|[\w.:/-]*[a-z0-9…]|{_GIVEN})(?![\u4e00-\u9fff]))*[ \t]?", re.A
)
_ASIDE = re.compile(r"（(?:“[^”]+”[或、\s]*)+(?:可查)?）")
_WORK = re.compile(r"（yigao (?:work|serve)[^（）]*）")
_ABSENT = re.compile(r"加上\s*--not-published\s*再来一次")
_OPTION = re.compile(r"，?请?用\s*--(?:reason|opinion|notice|note)\s*写一句|\s*--[a-z-]+")


def on_screen(words: str) -> str:
    """``words`` of a room without anything one would have to type at a machine."""
    said = _WORK.sub("", words)
    said = _ABSENT.sub("勾选“到平台后台看过，没有发布”再来一次", said)
    said = _COMMAND.sub(lambda found: BUTTONS.get(found["name"], "“发布”"), said)
    said = _ASIDE.sub("", said)
    return _OPTION.sub(lambda found: "，请写一句" if "写一句" in found[0] else "", said).replace("，，", "，")


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
