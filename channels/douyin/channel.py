"""The 抖音 channel, as the contract asks for it: by the open platform's interface, or by hand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from assets.pictures import Pictures
from channels.contract import Mend, PackageFile
from channels.douyin import render
from channels.douyin.api import BASE, SECRET_FIELDS, DouyinTransport
from channels.douyin.limits import LIMITS, RULES_VERSION, check
from channels.douyin.mends import MENDS
from channels.making import film, handover
from channels.values import Cleaned, CleaningRule, Fills, Finding, Manuscript, Profile, Rendition
from themes import Theme

STEPS = (
    "用本单位抖音号扫码登录抖音创作者中心，打开“发布视频”。",
    "上传 douyin-clip.mp4，封面选 douyin-cover.jpg；不要再加台标和别的平台的水印。",
    "复制“标题”和“文案”（含话题）。",
    "若“自主声明”一栏非空，在页面上选同样的声明。",
    "发布后，把作品的分享链接贴回一稿。",
)
GUIDE = handover.Guide(
    channel="douyin",
    title="抖音",
    console="https://creator.douyin.com/creator-micro/content/upload",
    steps=STEPS,
    copies=(("title", "标题"), ("description", "文案"), ("topics", "话题"), ("declaration", "自主声明")),
)


class Douyin:
    """抖音."""

    name = "douyin"
    title = "抖音"
    transports = ("handover", "api")
    text_as = ""  # the clip is filmed of the main text
    group_limit = 1
    rules_version = RULES_VERSION
    limits = LIMITS
    forms = MappingProxyType(film.FORMS)
    mends: tuple[Mend, ...] = MENDS
    cleaning_rules: tuple[CleaningRule, ...] = ()
    cleanings: Mapping[str, Callable[[str], Cleaned]] = MappingProxyType({})
    transport = DouyinTransport()
    secret_fields = SECRET_FIELDS
    base = BASE

    def sandbox(self) -> type:
        from channels.douyin.sandbox import DouyinSandbox

        return DouyinSandbox

    def render(self, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
        return render.render(manuscripts, profile, theme, assets)

    def check(self, rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
        return check(rendition, on_date)

    def package(
        self, rendition: Rendition, profile: Profile, fills: Fills, assets: Pictures
    ) -> tuple[PackageFile, ...]:
        return film.package(rendition, profile, assets, GUIDE, prefix="douyin-")


channel = Douyin()
