"""What 视频号 allows, as dated data."""

import re
from datetime import date

from channels.making.film import clips, declared, readings
from channels.making.measure import Gauge, in_force
from channels.values import Finding, Part, RenderedFile, Rendition

RULES_VERSION = "shipinhao-2"
READ_ON = "2026-11-22"
TITLE_MARKS = '《》“”""：:+?？%℃'
TITLE = 16
_PAGE = "视频号助手 发表视频页（channels.weixin.qq.com/platform/post/create）"
_GUIDES = "视频号创作者指南转述，未见官方页"
_SHAPES = (6 / 7, 16 / 9)  # shown whole from the one to the other; 9:16 fills the screen
_UPRIGHT = 9 / 16
_EACH = "每个字符算一个"
_OUTSIDE = "test_a_title_outside_six_to_sixteen_warns_with_the_remedy"
_LARGE = "test_a_file_too_large_is_found"
_ARTICLE = "文件大小；超过则公众号素材接口收不下同一个文件"
LIMITS = readings("shipinhao", READ_ON, (
    ("title.long", TITLE, "字", _EACH, _PAGE, _OUTSIDE, "client", "warn"),
    ("title.short", 6, "字", _EACH, _PAGE, _OUTSIDE, "client", "warn"),
    ("title.marks", 0, "个", f"字母、汉字、数字、空格和 {TITLE_MARKS} 之外的符号", _PAGE,
           "test_a_mark_the_page_refuses_warns", "client", "warn"),
    ("clip.missing", 1, "个", "视频文件", _PAGE, "test_a_package_without_a_clip_blocks", "client", "block"),
    ("clip.kind", 1, "种", "mp4", _GUIDES, "test_a_clip_of_another_kind_blocks", "unverified", "block"),
    ("clip.shape", 20, "千分之", "宽高比偏离 9:16，又在 6:7 到 16:9 之外", _GUIDES,
           "test_a_clip_that_would_be_cropped_warns", "unverified", "warn"),
    ("clip.lasting", 3600, "秒", "片长", _GUIDES, "test_a_clip_over_an_hour_warns", "unverified", "warn"),
    ("clip.large", 4_000_000_000, "字节", "文件大小", _GUIDES, _LARGE, "unverified", "block"),
    ("clip.article", 10_000_000, "字节", _ARTICLE, "公众号 新增永久素材（视频 10MB）", _LARGE, "doc", "info"),
    ("declaration.missing", 1, "项", "有 AI 内容时要选的视频标注", f"{_PAGE}；《人工智能生成合成内容标识办法》",
           "test_a_machine_without_its_label_blocks", "client", "block"),
))  # fmt: skip


def allowed(title: str) -> str:
    """``title`` in the marks the page takes: others become a space."""
    kept = (char if char.isalnum() or char in TITLE_MARKS else " " for char in title)
    return " ".join("".join(kept).split())


def check(rendition: Rendition, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the short title, the file and the label."""
    gauge = Gauge(in_force(LIMITS, on_date))
    for part in rendition.parts:
        _title(gauge, part)
        for one in clips(gauge, "shipinhao", "视频号", part):
            _clip(gauge, one, part)
        declared(gauge, "shipinhao", part, "描述", "视频标注")
    return gauge.found


def _title(gauge: Gauge, part: Part) -> None:
    title = part.field("title")
    remedy = (
        "请在稿头给视频号写一个 6 到 16 字的短标题；不改则短标题留空，"
        "标题仍在描述首行（Markdown：short_headlines: shipinhao:）"
    )
    gauge.at_least("shipinhao.title.short", len(title), "短标题有", remedy, title)
    gauge.at_most("shipinhao.title.long", len(title), "短标题有", remedy, title)
    kept = frozenset(allowed(title))
    strange = re.sub(r"\s", "", "".join(one for one in title if one not in kept))
    gauge.at_most("shipinhao.title.marks", len(strange), "短标题里不支持的符号有", "请换成空格", strange)


def _clip(gauge: Gauge, clip: RenderedFile, part: Part) -> None:
    if clip.mime != "video/mp4":
        gauge.say("shipinhao.clip.kind", f"视频是 {clip.mime}，视频号只收 mp4，请重新生成短片。")
    shape = clip.width / max(clip.height, 1)
    off = 0 if not clip.width or _SHAPES[0] <= shape <= _SHAPES[1] else abs(shape / _UPRIGHT - 1)
    gauge.at_most("shipinhao.clip.shape", round(off * 1000), "画面宽高比偏离", "请改用 9:16 的画面")
    seconds = round(float(part.field("seconds", "0")))
    gauge.at_most("shipinhao.clip.lasting", seconds, "短视频长", "请减少画面")
    remedy = "请减少画面，或把账号设置 clip 改为 standard"
    if gauge.at_most("shipinhao.clip.large", clip.size, "短视频有", remedy):
        remedy = "要放进公众号文章，请把账号设置 clip 改为 standard"
        gauge.at_most("shipinhao.clip.article", clip.size, "短视频有", remedy)
