"""The rooms' sentences on a screen: what they say of commands becomes what the page calls it."""

import re
from collections.abc import Mapping
from datetime import datetime

from channels import registry
from cms.web.desk import SHANGHAI, day

BUTTONS: Mapping[str, str] = {
    "accounts": "“账号”", "adopt": "“认领”", "approve": "“批准”", "cancel": "“取消”", "done": "“登记处置”",
    "freeze": "“停发”", "hold": "“暂停”", "lift": "“解除快讯”", "person": "“人员”", "recall": "“更正与撤稿”",
    "recalls": "“更正与撤稿”", "reject": "“驳回”", "release": "“排期”", "report": "“报告”", "restored": "“恢复后核对”",
    "retract": "“撤稿”", "correct": "“更正”", "retry": "“再发”", "sign": "“签发”",
    "address": "在服务器上运行 yigao address",
    "review": "“补审”", "status": "“发布”", "thaw": "“解除停发”", "why": "“来龙去脉”",
    "override": "“放行”", "words": "“词表”", "checks": "“检查”", "original": "“留存原文”",
    "init": "在服务器上运行 yigao init", "build": "在服务器上运行 yigao build", "work": "在服务器上运行 yigao work",
    "flash": "“快讯”", "reconcile": "“核对”", "strangers": "“发布”里的“陌生稿”",
}  # fmt: skip
"""A command's name, as the newsroom's pages call the same thing."""
_GIVEN = "登录名|原因|依据|意见|时间|文章地址|地址|投递码|告示|说明|发布单|编号|标题|正文|文件"
_COMMAND = re.compile(
    r"(?<!在服务器上运行)(?<!在服务器上运行 )\s*yigao\s+(?P<name>[a-z]+)"
    rf"(?:[ \t]+(?:--?[a-z-]+|[\w.:/-]*[a-z0-9…]|{_GIVEN})(?![\u4e00-\u9fff]))*[ \t]?",
    re.A,
)
_ON_SERVER = re.compile(r"(?<!在服务器上)运行\s*yigao (?P<name>build|work|init|address)(?![a-z])")
_ASIDE = re.compile(r"（(?:“[^”]+”[或、\s]*)+(?:可查)?）")
_WORK = re.compile(r"（yigao (?:work|serve)[^（）]*）")
_ABSENT = re.compile(r"加上\s*--not-published\s*再来一次")
_IN_MARKDOWN = re.compile(r"（Markdown：[^（）]*）")
"""What a sentence says beside itself to somebody who writes Markdown; static/look.js knows it too."""
_OPTION = re.compile(
    r"（(?:用命令的)?加\s*--[a-z-]+）|，?请?用\s*--(?:reason|opinion|notice|note)\s*写一句|\s*--[a-z-]+"
)
_ACCOUNT = re.compile(r"（(?P<channel>[a-z_]+):[a-z0-9-]+）")
"""An account's key beside its name: the command wants it, a person wants the platform."""
_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b", re.A)


def on_screen(words: str, *, markdown: bool = False, now: datetime | None = None) -> str:
    """``words`` of a room without anything one would have to type at a machine, accounts by name and platform, times
    as the desk says them; said twice it stays the same.
    ``markdown``: where somebody may be writing Markdown, its words stay beside the labels of the fields. ``now``: when
    it is said, where that is on no page."""
    said = _WORK.sub("", words if markdown else _IN_MARKDOWN.sub("", words))
    said = _ABSENT.sub("勾选“到平台后台看过，没有发布”再来一次", said)
    said = _ON_SERVER.sub(lambda found: BUTTONS[found["name"]], said)
    said = _COMMAND.sub(lambda found: BUTTONS.get(found["name"], "“发布”"), said)
    said = _MOMENT.sub(lambda found: _when(found, now), _ACCOUNT.sub(_where, _ASIDE.sub("", said)))
    return _OPTION.sub(lambda found: "，请写一句" if "写一句" in found[0] else "", said).replace("，，", "，")


def _where(found: re.Match[str]) -> str:
    """（toutiao:liangshan） behind an account's name: （今日头条）."""
    known = registry.all_channels()
    return f"（{known[found['channel']].title}）" if found["channel"] in known else found[0]


def _when(found: re.Match[str], now: datetime | None) -> str:
    """2026-11-24 00:29:22, which is Beijing time: 11月24日 00:29."""
    try:
        return day(datetime.fromisoformat(found[0]).replace(tzinfo=SHANGHAI), now)
    except ValueError:
        return found[0]
