"""What 抖音 allows, as dated data: facts of the platform page douyin.md, §3 and §4."""

from datetime import date

from channels.making.film import clips, declared, readings
from channels.making.measure import Gauge, in_force
from channels.values import Finding, Part, RenderedFile, Rendition

RULES_VERSION = "douyin-1"
READ_ON = "2026-11-22"
TITLE = 30
KINDS = ("video/mp4", "video/webm")
_UPLOAD = "抖音开放平台 上传视频到文件服务器（openapi/video-management/douyin/create/upload）"
_CREATOR = "抖音创作者中心 发布视频页（social-auto-upload 2026-08 转述）"
_COVER = "抖音开放平台 创建视频页（2023 年转述，未见原页）"
_TEXT = "创建视频的 text，标题和话题合计；早年写 55 字，现写约 1000 字，都未见原页"


LIMITS = readings("douyin", READ_ON, (
    ("title.long", TITLE, "字", "每个字符算一个；只用于创作者中心", _CREATOR,
           "test_a_title_over_thirty_warns", "client", "warn"),
    ("text.long", 1000, "字", "每个字符算一个，含话题", _TEXT,
           "test_a_text_over_a_thousand_blocks", "unverified", "block"),
    ("text.empty", 1, "字", "标题和话题", _TEXT, "test_a_post_without_words_blocks", "unverified", "block"),
    ("clip.missing", 1, "个", "视频文件", _UPLOAD, "test_a_post_without_a_clip_blocks", "doc", "block"),
    ("clip.kind", 2, "种", "mp4、webm", _UPLOAD, "test_a_clip_of_another_kind_blocks", "doc", "block"),
    ("clip.lasting", 900, "秒", "片长（接口上传）", _UPLOAD,
           "test_a_clip_over_a_quarter_of_an_hour_blocks", "doc", "block"),
    ("clip.large", 4_000_000_000, "字节", "文件大小", _UPLOAD, "test_a_clip_too_large_blocks", "doc", "block"),
    ("clip.narrow", 720, "像素", "短边", _UPLOAD, "test_a_clip_under_720_warns", "doc", "warn"),
    ("clip.wide", 0, "个", "横屏的视频", _UPLOAD, "test_a_clip_lying_down_warns", "doc", "warn"),
    ("cover.large", 20_000_000, "字节", "封面文件大小", _COVER,
           "test_a_cover_too_large_blocks", "unverified", "block"),
    ("declaration.missing", 1, "项", "有 AI 内容时要选的自主声明",
           f"{_CREATOR}；《人工智能生成合成内容标识办法》",
           "test_a_machine_without_its_label_blocks", "client", "block"),
))  # fmt: skip


def check(rendition: Rendition, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the words, the files and the label."""
    gauge = Gauge(in_force(LIMITS, on_date))
    for part in rendition.parts:
        _words(gauge, part)
        for one in clips(gauge, "douyin", "抖音", part):
            _clip(gauge, one, part)
        for one in part.files:
            if one.role == "cover":
                gauge.at_most("douyin.cover.large", one.size, "封面有", "请换一张小些的封面")
        declared(gauge, "douyin", part, "文案", "自主声明")
    return gauge.found


def _words(gauge: Gauge, part: Part) -> None:
    title = part.field("title")
    remedy = "请在稿头给抖音写一个 30 字以内的短标题（Markdown：short_headlines: douyin:）"
    gauge.at_most("douyin.title.long", len(title), "标题有", remedy, title)
    gauge.at_most("douyin.text.long", len(part.body), "抖音文案有", "请缩短标题或摘要", part.body)
    gauge.at_least("douyin.text.empty", len(part.body.strip()), "抖音文案有", "请写标题或摘要")


def _clip(gauge: Gauge, clip: RenderedFile, part: Part) -> None:
    if clip.mime not in KINDS:
        gauge.say("douyin.clip.kind", f"视频是 {clip.mime}，抖音只收 mp4 和 webm，请重新生成短片。")
    if clip.width:
        remedy = "请把账号设置 clip 改为 standard"
        gauge.at_least("douyin.clip.narrow", min(clip.width, clip.height), "视频短边", remedy)
        gauge.at_most("douyin.clip.wide", int(clip.width > clip.height), "横屏的视频有", "请改用 9:16 的竖屏画面")
    gauge.at_most("douyin.clip.lasting", round(float(part.field("seconds", "0"))), "短视频长", "请减少画面")
    gauge.at_most("douyin.clip.large", clip.size, "短视频有", "请减少画面，或把账号设置 clip 改为 standard")
