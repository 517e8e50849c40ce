"""WeChat's limits as dated data, and the check that measures a rendition by them."""

from datetime import date

from channels.making.cleaning import findings
from channels.making.limiting import LimitsOf
from channels.making.measure import Gauge, in_force
from channels.slots import blank
from channels.values import Finding, Part, Profile, Rendition
from channels.wechat.cleaning import CLEANINGS

RULES_VERSION = "wechat-2026-11-22.2"
_DRAFT = "developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_add"
_PICTURE = "developers.weixin.qq.com/doc/service/api/material/permanent/api_uploadimage"
_MATERIAL = "developers.weixin.qq.com/doc/service/api/material/permanent/api_addmaterial"
_WIDE = "各家编辑器和教程通用的做法"
_TOLERANCE = 2


_limit = LimitsOf("wechat.", "2026-11-22", "tests/wechat/test_wechat_limits.py")


LIMITS = (
    _limit("title.advised", 32, "字", "每个字符计 1", _DRAFT, "test_a_title_over_32_warns", level="warn"),
    _limit("title.long", 64, "字", "每个字符计 1", _DRAFT, "test_a_title_over_64_blocks", "client"),
    _limit("title.empty", 1, "字", "每个字符计 1", _DRAFT, "test_an_empty_title_blocks"),
    _limit("author.long", 16, "字", "每个字符计 1", _DRAFT, "test_a_long_author_blocks"),
    _limit("digest.long", 128, "字", "每个字符计 1", _DRAFT, "test_a_long_digest_blocks"),
    _limit(
        "digest.single", 1, "篇", "带摘要的推送", _DRAFT, "test_a_digest_in_a_push_of_two_is_not_shown", level="info"
    ),
    _limit("body.characters", 20_000, "字符", "连同标签和样式", _DRAFT, "test_a_long_body_blocks"),
    _limit("body.bytes", 1_000_000, "字节", "UTF-8", _DRAFT, "test_a_heavy_body_blocks"),
    _limit("source_url.long", 1024, "字节", "UTF-8，含投递编号", _DRAFT, "test_a_long_source_address_blocks"),
    _limit("articles.many", 8, "篇", "一次推送", _DRAFT, "test_nine_articles_block"),
    _limit("picture.heavy", 1_000_000, "字节", "正文图片", _PICTURE, "test_a_heavy_picture_blocks"),
    _limit("picture.kind", 1, "种", "jpg 或 png", _PICTURE, "test_a_picture_of_another_kind_blocks"),
    _limit("cover.missing", 1, "张", "封面", _DRAFT, "test_a_missing_cover_blocks"),
    _limit("cover.heavy", 10_000_000, "字节", "封面", _MATERIAL, "test_a_heavy_cover_blocks"),
    _limit("cover.narrow", 900, "像素", "封面宽", _WIDE, "test_a_small_cover_warns", "unverified", "warn"),
    _limit("cover.low", 383, "像素", "封面高", _WIDE, "test_a_small_cover_warns", "unverified", "warn"),
    _limit("crop.form", 1, "个", "X1_Y1_X2_Y2，0 到 1 的小数", _DRAFT, "test_a_crop_outside_the_picture_blocks"),
    _limit("crop.wide", 235, "%", "宽 ÷ 高，容差 2 个百分点", _DRAFT, "test_a_crop_of_another_shape_blocks"),
    _limit("crop.square", 100, "%", "宽 ÷ 高，容差 2 个百分点", _DRAFT, "test_a_crop_of_another_shape_blocks"),
    _limit("thumb.heavy", 64_000, "字节", "分享小图", _MATERIAL, "test_a_heavy_thumb_blocks"),
)


def check(rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of every article in the push."""
    gauge = Gauge(in_force(LIMITS, on_date))
    gauge.at_most("wechat.articles.many", len(rendition.parts), "一次推送有", "请分成两次发布")
    if any(part.field("digest") for part in rendition.parts):
        remedy = "多篇一起推送时摘要不显示，请把要紧的话写进正文"
        gauge.at_most("wechat.digest.single", len(rendition.parts), "带摘要的这次推送有", remedy)
    for part in rendition.parts:
        _fields(gauge, part)
        _body(gauge, part)
        _files(gauge, part)
        _crops(gauge, part)
        gauge.found += findings(CLEANINGS["console"], part.body, "公众号")
    return gauge.found


def _fields(gauge: Gauge, part: Part) -> None:
    title, author, digest = (part.field(name) for name in ("title", "author", "digest"))
    remedy = "请在稿头给公众号写一个短标题（Markdown：short_headlines: wechat:）"
    gauge.at_least("wechat.title.empty", len(title), "公众号标题有", "请写标题")
    if gauge.at_most("wechat.title.long", len(title), "公众号标题有", remedy, title):
        gauge.at_most("wechat.title.advised", len(title), "公众号标题有", remedy, title)
    gauge.at_most("wechat.author.long", len(author), "公众号作者名有", "请缩短稿头的“署名”（Markdown：byline）", author)
    gauge.at_most("wechat.digest.long", len(digest), "公众号摘要有", "请缩短摘要（Markdown：digest）", digest)
    address = blank(part.field("content_source_url"), part.slots)
    gauge.at_most(
        "wechat.source_url.long", len(address.encode()), "阅读原文的地址有", "请换一个短些的稿件名（Markdown：slug）"
    )


def _body(gauge: Gauge, part: Part) -> None:
    body = blank(part.body, part.slots)
    remedy = "请删减正文、拆成两篇，或把长表格和公式改成图片"
    gauge.at_most("wechat.body.characters", len(body), "公众号正文连同格式有", remedy)
    gauge.at_most("wechat.body.bytes", len(body.encode()), "公众号正文连同格式有", remedy)


def _files(gauge: Gauge, part: Part) -> None:
    covers = [one for one in part.files if one.role == "cover"]
    gauge.at_least(
        "wechat.cover.missing",
        len(covers),
        "公众号封面有",
        "请在稿头选一张封面，或在正文插入一张图片（Markdown：cover）",
    )
    remedy = "请换一张小一些的图片"
    for one in part.files:
        key = {"cover": "wechat.cover.heavy", "thumb": "wechat.thumb.heavy"}.get(one.role, "wechat.picture.heavy")
        gauge.at_most(key, one.size, f"图片 {one.alt or one.name} 有", remedy)
        if one.mime not in ("image/jpeg", "image/png"):
            gauge.say(
                "wechat.picture.kind",
                f"图片 {one.alt or one.name} 是 {one.mime}，公众号只收 jpg 和 png，请另存后重新插入。",
            )
        if one.role == "cover" and one.width:
            gauge.at_least("wechat.cover.narrow", one.width, "公众号封面宽", "请换一张大一些的图片")
            gauge.at_least("wechat.cover.low", one.height, "公众号封面高", "请换一张大一些的图片")


def _crops(gauge: Gauge, part: Part) -> None:
    """The crops must lie in the cover and have the shape they are named for."""
    cover = next((one for one in part.files if one.role == "cover" and one.height), None)
    for name, key in (("pic_crop_235_1", "wechat.crop.wide"), ("pic_crop_1_1", "wechat.crop.square")):
        written = part.field(name)
        if not written:
            continue
        left, top, right, bottom = _corners(written)
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            gauge.say("wechat.crop.form", f"封面裁剪 {written} 不在图内，请重新选封面或改焦点。")
        elif cover:
            shape = round(100 * (right - left) * cover.width / ((bottom - top) * cover.height))
            wanted = gauge.limits[key].value
            if abs(shape - wanted) > _TOLERANCE:
                gauge.say(key, f"封面裁剪 {written} 的宽高比是 {shape}%，要 {wanted}%，请重新选封面。")


def _corners(written: str) -> tuple[float, float, float, float]:
    """The corners of "X1_Y1_X2_Y2"; an empty box for anything else."""
    try:
        left, top, right, bottom = map(float, written.split("_"))
    except ValueError:
        return 0, 0, 0, 0
    return left, top, right, bottom
