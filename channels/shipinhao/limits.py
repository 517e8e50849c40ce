"""What 视频号 allows, as dated data, and how each kind of block appears in a clip."""

from channels.contract import Form
from channels.values import Finding, Limit, Part, Rendition

RULES_VERSION = "shipinhao-1"
READ_ON = "2026-11-22"
_PAGE = "视频号助手 发表视频页（channels.weixin.qq.com/platform/post/create）"
TITLE_MARKS = '《》“”""：:+?？%℃'

LIMITS = (
    Limit(
        key="short_title_max",
        value=16,
        unit="字",
        counted="每个字符算一个",
        source=_PAGE,
        read_on=READ_ON,
        confidence="client",
        level="warn",
        test="tests/shipinhao/test_check.py::test_a_title_outside_six_to_sixteen_warns_with_the_remedy",
    ),
    Limit(
        key="short_title_min",
        value=6,
        unit="字",
        counted="每个字符算一个",
        source=_PAGE,
        read_on=READ_ON,
        confidence="client",
        level="warn",
        test="tests/shipinhao/test_check.py::test_a_title_outside_six_to_sixteen_warns_with_the_remedy",
    ),
    Limit(
        key="clip_bytes_max",
        value=4_000_000_000,
        unit="字节",
        counted="文件大小",
        source="视频号创作者指南转述，未见官方页",
        read_on=READ_ON,
        confidence="unverified",
        test="tests/shipinhao/test_check.py::test_a_file_too_large_is_found",
    ),
    Limit(
        key="clip_bytes_article",
        value=10_000_000,
        unit="字节",
        counted="文件大小；超过则公众号素材接口收不下同一个文件",
        source="公众号 新增永久素材（视频 10MB）",
        read_on=READ_ON,
        confidence="doc",
        level="info",
        test="tests/shipinhao/test_check.py::test_a_file_too_large_is_found",
    ),
)

FORMS = {
    "heading": Form("不单独出现，段落按原顺序选用", native=False),
    "paragraph": Form("摘原句作字幕或文字卡，不改写"),
    "list": Form("不收入短视频，列入改动清单", native=False),
    "quote": Form("引文卡，带出处"),
    "figure": Form("缓慢移动的画面，图注与摄影署名在画面下"),
    "gallery": Form("每张图各一个画面"),
    "video": Form("不收入短视频，列入改动清单", native=False),
    "audio": Form("不收入短视频，列入改动清单", native=False),
    "live_stream": Form("不收入短视频，列入改动清单", native=False),
    "dialogue": Form("对白卡，气泡逐句出现，最多三句"),
    "table": Form("不收入短视频，列入改动清单", native=False),
    "code": Form("不收入短视频，列入改动清单", native=False),
    "formula": Form("不收入短视频，列入改动清单", native=False),
    "fact_box": Form("框内段落、图片与正文一样选用", native=False),
    "divider": Form("不需要，画面切换即分隔", native=False),
    "resource_card": Form("不收入短视频，列入改动清单", native=False),
    "policy_link": Form("不收入短视频，列入改动清单", native=False),
    "key_figure": Form("数字卡"),
    "region": Form("只取本单位的内容，与正文一样选用"),
    "local_lead": Form("本单位的导语与段落一样选用"),
    "footnote": Form("不收入短视频，列入改动清单", native=False),
    "correction": Form("更正卡：原文与更正，必定出现"),
}


def limit(key: str) -> Limit:
    """The limit named ``key``."""
    return next(one for one in LIMITS if one.key == key)


def check(rendition: Rendition) -> list[Finding]:
    """What the limits say of the short title and the file."""
    return [found for part in rendition.parts for found in (*_title(part), *_clip(part))]


def _title(part: Part) -> list[Finding]:
    title, least, most = part.field("title"), limit("short_title_min"), limit("short_title_max")
    if least.value <= len(title) <= most.value:
        return []
    message = (
        f"短标题 {len(title)} 字，视频号要 {least.value}—{most.value} 字：请在稿件 short_headlines 里写一个"
        " shipinhao 短标题；不改则短标题留空，标题仍在描述首行。"
    )
    rule = "shipinhao.title.long" if len(title) > most.value else "shipinhao.title.short"
    return [Finding(level=most.level, rule=rule, message=message, excerpt=title)]


def _clip(part: Part) -> list[Finding]:
    size = next((one.size for one in part.files if one.role == "clip"), 0)
    if size > limit("clip_bytes_max").value:
        message = f"短视频 {size / 1e9:.1f} GB，超过 4 GB：请减少画面，或把账号设置 clip 改为 standard。"
        return [Finding(level="block", rule="shipinhao.clip.large", message=message)]
    if size > limit("clip_bytes_article").value:
        message = (
            f"短视频 {size / 1e6:.1f} MB，公众号素材接口只收 10 MB：要放进公众号文章，请把账号设置 clip 改为 standard。"
        )
        return [Finding(level="info", rule="shipinhao.clip.article", message=message)]
    return []
