"""The Weibo channel, as the contract asks for it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from assets.pictures import Pictures
from channels.contract import Form, Mend, PackageFile
from channels.making import handover
from channels.values import BLOCK_KINDS, Cleaned, CleaningRule, Fills, Finding, Manuscript, Profile, Rendition
from channels.weibo import api, limits, render, routes
from channels.weibo.count import count
from channels.weibo.mends import MENDS
from themes import Theme

_COPIES = (("text", "正文"), ("link", "链接"))
_STEPS = (
    "打开微博首页的发布框。",
    "复制正文贴进去，链接已在正文末尾。",
    "上传一张配图。",
    "按清单核对后发布，把这条微博的地址贴回一稿。",
)
_SEVERAL = "按顺序上传全部配图，第一张是封面。"
_ARTICLE_STEPS = (
    "在电脑上打开微博，在发布框里选“头条文章”。",
    "复制标题和导语；点“复制正文”，在正文框里粘贴。",
    "按顺序上传正文图片，再上传封面。",
    "发布时把“附带微博”贴进弹出的发布框。",
    "按清单核对后发布，把文章的地址贴回一稿。",
)


def _guide(name: str) -> handover.Guide:
    """How a person publishes by the route ``name``."""
    if name == "article":
        copies = (("title", "标题"), ("summary", "导语"), ("post", "附带微博"), ("link", "链接"))
        return handover.Guide("weibo", "微博头条文章", "https://weibo.com", _ARTICLE_STEPS, copies, rich_text=True)
    steps = _STEPS if name == "share" else (*_STEPS[:2], _SEVERAL, *_STEPS[3:])
    return handover.Guide("weibo", "微博", "https://weibo.com", steps, _COPIES)


GUIDES = MappingProxyType({name: _guide(name) for name in routes.ROUTES})
_TAKEN = {
    "paragraph": Form("普通微博没写摘要时取前几句，长微博按原文；放不下的逐句列明", native=False),
    "figure": Form("普通微博带封面或第一张，九图和长微博凑整宫格，其余列明", native=False),
    "gallery": Form("与图片同样处理", native=False),
    "region": Form("渲染前按单位取舍，留下的照其内容处理", native=False),
    "local_lead": Form("渲染前取本单位的一段，与段落同样处理", native=False),
    "formula": Form("不进正文，头条文章里成为图片", native=False),
    "code": Form("不进正文，头条文章里逐行文字", native=False),
    "video": Form("不进正文，头条文章里写标题和地址", native=False),
    "divider": Form("不进正文，头条文章里改为三点", native=False),
}
_TOLD = Form("普通微博不进正文；长微博和头条文章逐行写出", native=False)


class Weibo:
    """新浪微博."""

    name = "weibo"
    title = "微博"
    hosts = ("weibo.com", "weibo.cn", "t.cn")
    transports = ("handover", "api")
    transport = api.WeiboTransport()
    secret_fields = api.SECRETS
    base = api.BASE
    group_limit = 1
    rules_version = limits.RULES_VERSION
    limits = limits.LIMITS
    mends: tuple[Mend, ...] = MENDS
    cleaning_rules: tuple[CleaningRule, ...] = ()
    cleanings: Mapping[str, Callable[[str], Cleaned]] = MappingProxyType({})
    forms = MappingProxyType({kind: _TAKEN.get(kind, _TOLD) for kind in BLOCK_KINDS})

    def sandbox(self) -> type:
        from channels.weibo.sandbox import WeiboSandbox

        return WeiboSandbox

    def render(self, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
        return render.render(manuscripts, profile, theme, assets)

    def check(self, rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
        return limits.check(rendition, profile, on_date)

    def package(
        self, rendition: Rendition, profile: Profile, fills: Fills, assets: Pictures
    ) -> tuple[PackageFile, ...]:
        route = routes.of_part(rendition.parts[0])
        made = handover.package(rendition, profile, fills, assets, GUIDES[route.name])
        return tuple(_counted(one) if one.path.endswith(".json") else one for one in made)


def _counted(file: PackageFile) -> PackageFile:
    """The fields with the length Weibo will count."""
    sheet = json.loads(file.content)
    sheet["count"] = count(sheet.get("text") or sheet["post"])
    return replace(file, content=(json.dumps(sheet, ensure_ascii=False, indent=2) + "\n").encode())


channel = Weibo()
