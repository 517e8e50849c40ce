"""The Toutiao channel, as the contract asks for it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from assets.pictures import Pictures
from channels.contract import Form, Mend, PackageFile
from channels.making import handover
from channels.toutiao import cleaning, limits, render
from channels.toutiao.mends import MENDS
from channels.values import Cleaned, CleaningRule, Fills, Finding, Manuscript, Profile, Rendition
from themes import Theme

GUIDE = handover.Guide(
    channel="toutiao",
    title="今日头条",
    console="https://mp.toutiao.com/profile_v4/graphic/publish",
    rich_text=True,
    steps=(
        "在电脑上打开头条号后台的发文章页面。",
        "复制标题；点“复制正文”，在正文框里粘贴。",
        "按顺序上传正文图片，再上传封面。",
        "清单里有“作品声明”的，在声明里勾选它。",
        "核对后发布，审核通过后把文章地址贴回一稿。",
    ),
    copies=(("title", "标题"), ("digest", "摘要"), ("tags", "标签"), ("declaration", "作品声明")),
)
FORMS = MappingProxyType(
    {
        "heading": Form("标题 h1–h3，更深的并入 h3"),
        "paragraph": Form("段落"),
        "list": Form("列表；多层列表平铺"),
        "quote": Form("引用，出处另起一行"),
        "figure": Form("图片，图注和图源写在下一段"),
        "gallery": Form("逐张图片", native=False),
        "video": Form("封面、标题和地址", native=False),
        "audio": Form("标题、地址和文字稿", native=False),
        "live_stream": Form("状态、标题、时间和地址", native=False),
        "dialogue": Form("“人名：话”逐行", native=False),
        "table": Form("四列以内的表格，更宽的逐行写成文字"),
        "code": Form("逐行文字", native=False),
        "formula": Form("简单的写成文字，文字说不清的成为图片", native=False),
        "fact_box": Form("引用样式，标题加粗", native=False),
        "divider": Form("三点分隔", native=False),
        "resource_card": Form("引用样式逐行", native=False),
        "policy_link": Form("引用样式，地址写成文字", native=False),
        "key_figure": Form("加粗数字一行", native=False),
        "region": Form("渲染前按单位取舍，留下的照其内容显示"),
        "local_lead": Form("渲染前取本单位的一段，成为普通段落"),
        "footnote": Form("文末注释，正文里写注号"),
        "correction": Form("引用样式，写明原文与更正"),
    }
)


class Toutiao:
    """今日头条."""

    name = "toutiao"
    title = "今日头条"
    hosts = ("toutiao.com",)
    transports = ("handover",)
    group_limit = 1
    rules_version = limits.RULES_VERSION
    limits = limits.LIMITS
    forms = FORMS
    mends: tuple[Mend, ...] = MENDS
    cleaning_rules: tuple[CleaningRule, ...] = cleaning.RULES
    cleanings: Mapping[str, Callable[[str], Cleaned]] = cleaning.CLEANINGS

    def render(self, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
        return render.render(manuscripts, profile, theme, assets)

    def check(self, rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
        return limits.check(rendition, profile, on_date)

    def package(
        self, rendition: Rendition, profile: Profile, fills: Fills, assets: Pictures
    ) -> tuple[PackageFile, ...]:
        return handover.package(rendition, profile, fills, assets, GUIDE)


channel = Toutiao()
