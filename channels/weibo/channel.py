"""The Weibo channel, as the contract asks for it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from assets.pictures import Pictures
from channels.contract import Form, PackageFile
from channels.making import handover
from channels.values import BLOCK_KINDS, Cleaned, CleaningRule, Finding, Manuscript, Profile, Rendition
from channels.weibo import limits, render
from channels.weibo.count import count
from themes import Theme

GUIDE = handover.Guide(
    channel="weibo",
    title="微博",
    console="https://weibo.com",
    steps=(
        "打开微博首页的发布框。",
        "复制正文贴进去，链接已在正文末尾。",
        "上传一张配图。",
        "按清单核对后发布，把这条微博的地址贴回一稿。",
    ),
    copies=(("text", "正文"), ("link", "链接")),
)
_TAKEN = {
    "paragraph": Form("没写摘要时取前几句，放不下的见链接", native=False),
    "figure": Form("没选封面时第一张作配图，其余见链接", native=False),
    "gallery": Form("没选封面时第一张作配图，其余见链接", native=False),
    "region": Form("渲染前按单位取舍，留下的照其内容处理", native=False),
    "local_lead": Form("渲染前取本单位的一段，与段落同样处理", native=False),
}


class Weibo:
    """新浪微博."""

    name = "weibo"
    title = "微博"
    transports = ("handover",)
    group_limit = 1
    rules_version = limits.RULES_VERSION
    limits = limits.LIMITS
    cleaning_rules: tuple[CleaningRule, ...] = ()
    cleanings: Mapping[str, Callable[[str], Cleaned]] = MappingProxyType({})
    forms = MappingProxyType(
        {kind: _TAKEN.get(kind, Form("不进正文，全文见链接", native=False)) for kind in BLOCK_KINDS}
    )

    def render(self, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
        return render.render(manuscripts, profile, theme, assets)

    def check(self, rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
        return limits.check(rendition, profile, on_date)

    def package(
        self, rendition: Rendition, profile: Profile, fills: Mapping[str, str], assets: Pictures
    ) -> tuple[PackageFile, ...]:
        made = handover.package(rendition, profile, fills, assets, GUIDE)
        return tuple(_counted(one) if one.path.endswith(".json") else one for one in made)


def _counted(file: PackageFile) -> PackageFile:
    """The fields with the length Weibo will count."""
    sheet = json.loads(file.content)
    sheet["count"] = count(sheet["text"])
    return replace(file, content=(json.dumps(sheet, ensure_ascii=False, indent=2) + "\n").encode())


channel = Weibo()
