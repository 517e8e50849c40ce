"""The WeChat channel, as the contract asks for it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from assets.pictures import Pictures
from channels.contract import Mend, PackageFile
from channels.making import handover
from channels.transport import SecretField
from channels.values import Cleaned, CleaningRule, Fills, Finding, Manuscript, Profile, Rendition
from channels.wechat import cleaning, limits, render
from channels.wechat.api import WeChatTransport
from channels.wechat.forms import FORMS
from channels.wechat.mends import MENDS
from themes import Theme

CONSOLE = "https://mp.weixin.qq.com"
KINDS = (("subscription", "订阅号"), ("service", "服务号"))

SECRETS = (
    SecretField("appid", "AppID（微信开发者平台 → 我的业务 → 公众号）", is_secret=False, is_subject=True),
    SecretField("secret", "AppSecret（同一页，重置后只显示一次）"),
    SecretField("kind", "账号类型", is_secret=False, default="subscription", choices=KINDS, is_setting=True),
    SecretField("callback_token", "消息推送的 Token（没有配置消息推送就留空）"),
    SecretField("callback_aes_key", "消息推送的 EncodingAESKey（安全模式才填）"),
)


class WeChat:
    """微信公众号."""

    name = "wechat"
    title = "微信公众号"
    transports = ("handover", "api")
    transport = WeChatTransport()
    secret_fields = SECRETS
    base = "https://api.weixin.qq.com"
    hosts = ("mp.weixin.qq.com",)
    group_limit = 8
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

    def sandbox(self) -> type:
        from channels.wechat.sandbox import WeChatSandbox

        return WeChatSandbox


GUIDE = handover.Guide(
    channel="wechat",
    title="微信公众号",
    console=CONSOLE,
    rich_text=True,
    steps=(
        "在电脑上打开公众号后台，点“图文消息”新建一篇。",
        "复制标题、作者，贴进对应的格子。",
        "点“复制正文”，在正文框里粘贴；图片若没有自动上传，按顺序从 pictures 文件夹里拖进去。",
        "上传封面，复制摘要；“原文链接”贴上下面的地址。",
        "按清单核对一遍，预览到手机，再发表；发好后把文章地址贴回一稿。",
    ),
    copies=(("title", "标题"), ("author", "作者"), ("digest", "摘要"), ("content_source_url", "原文链接")),
)
channel = WeChat()
