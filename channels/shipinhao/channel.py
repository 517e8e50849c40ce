"""The 视频号 channel, as the contract asks for it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from assets.pictures import Pictures
from channels.contract import Mend, PackageFile
from channels.making import film, handover
from channels.shipinhao import render
from channels.shipinhao.limits import LIMITS, RULES_VERSION, check
from channels.shipinhao.mends import MENDS
from channels.values import Cleaned, CleaningRule, Fills, Finding, Manuscript, Profile, Rendition
from themes import Theme

CONSOLE = "https://channels.weixin.qq.com/platform/post/create"
STEPS = (
    "用本单位视频号的管理员微信扫码，打开视频号助手的“发表视频”。",
    "上传 clip.mp4，封面选 cover.jpg。",
    "复制“描述”（含话题）和“短标题”。",
    "若“视频标注”一栏非空，在页面上选同样的标注。",
    "发表后，把视频的分享链接贴回一稿。",
)


GUIDE = handover.Guide(
    channel="shipinhao",
    title="视频号",
    console=CONSOLE,
    steps=STEPS,
    copies=(("title", "短标题"), ("description", "描述"), ("topics", "话题"), ("declaration", "视频标注")),
)


class Shipinhao:
    """微信视频号."""

    name = "shipinhao"
    title = "视频号"
    transports = ("handover",)
    text_as = ""  # the clip is filmed of the main text
    group_limit = 1
    rules_version = RULES_VERSION
    limits = LIMITS
    forms = MappingProxyType(film.FORMS)
    mends: tuple[Mend, ...] = MENDS
    cleaning_rules: tuple[CleaningRule, ...] = ()
    cleanings: Mapping[str, Callable[[str], Cleaned]] = MappingProxyType({})

    def render(self, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
        return render.render(manuscripts, profile, theme, assets)

    def check(self, rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
        return check(rendition, on_date)

    def package(
        self, rendition: Rendition, profile: Profile, fills: Fills, assets: Pictures
    ) -> tuple[PackageFile, ...]:
        return film.package(rendition, profile, assets, GUIDE)


channel = Shipinhao()
