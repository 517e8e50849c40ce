"""WeChat's limits as dated data, and the check that measures a rendition by them."""

from datetime import date

from channels.making.measure import Gauge, in_force
from channels.slots import blank
from channels.values import Finding, Limit, Part, Profile, Rendition

RULES_VERSION = "wechat-2026-11-22"
_DRAFT = "developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_add"
_PICTURE = "developers.weixin.qq.com/doc/service/api/material/permanent/api_uploadimage"
_MATERIAL = "developers.weixin.qq.com/doc/service/api/material/permanent/api_addmaterial"
_READ_ON = "2026-11-22"


def _limit(
    key: str,
    value: int,
    unit: str,
    counted: str,
    source: str,
    test: str,
    confidence: str = "doc",
    level: str = "block",
) -> Limit:
    return Limit(
        key=f"wechat.{key}",
        value=value,
        unit=unit,
        counted=counted,
        source=source,
        read_on=_READ_ON,
        confidence=confidence,  # type: ignore[arg-type]
        level=level,  # type: ignore[arg-type]
        test=f"tests/wechat/test_wechat_limits.py::{test}",
    )


LIMITS = (
    _limit("title.advised", 32, "字", "每个字符计 1", _DRAFT, "test_a_title_over_32_warns", level="warn"),
    _limit("title.long", 64, "字", "每个字符计 1", _DRAFT, "test_a_title_over_64_blocks", "client"),
    _limit("title.empty", 1, "字", "每个字符计 1", _DRAFT, "test_an_empty_title_blocks"),
    _limit("author.long", 16, "字", "每个字符计 1", _DRAFT, "test_a_long_author_blocks"),
    _limit("digest.long", 128, "字", "每个字符计 1", _DRAFT, "test_a_long_digest_blocks"),
    _limit("body.characters", 20_000, "字符", "连同标签和样式", _DRAFT, "test_a_long_body_blocks"),
    _limit("body.bytes", 1_000_000, "字节", "UTF-8", _DRAFT, "test_a_heavy_body_blocks"),
    _limit("source_url.long", 1024, "字节", "UTF-8，含投递编号", _DRAFT, "test_a_long_source_address_blocks"),
    _limit("articles.many", 8, "篇", "一次推送", _DRAFT, "test_nine_articles_block"),
    _limit("picture.heavy", 1_000_000, "字节", "正文图片", _PICTURE, "test_a_heavy_picture_blocks"),
    _limit("picture.kind", 1, "种", "jpg 或 png", _PICTURE, "test_a_picture_of_another_kind_blocks"),
    _limit("cover.missing", 1, "张", "封面", _DRAFT, "test_a_missing_cover_blocks"),
    _limit("cover.heavy", 10_000_000, "字节", "封面", _MATERIAL, "test_a_heavy_cover_blocks"),
    _limit("thumb.heavy", 64_000, "字节", "分享小图", _MATERIAL, "test_a_heavy_thumb_blocks"),
)


def check(rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of every article in the push."""
    gauge = Gauge(in_force(LIMITS, on_date))
    gauge.at_most("wechat.articles.many", len(rendition.parts), "一次推送有", "请分成两次发布")
    for part in rendition.parts:
        _fields(gauge, part)
        _body(gauge, part)
        _files(gauge, part)
    return gauge.found


def _fields(gauge: Gauge, part: Part) -> None:
    title, author, digest = (part.field(name) for name in ("title", "author", "digest"))
    remedy = "请在稿件开头写 short_headlines: wechat: 给公众号一个短标题"
    gauge.at_least("wechat.title.empty", len(title), "公众号标题有", "请写标题")
    if gauge.at_most("wechat.title.long", len(title), "公众号标题有", remedy, title):
        gauge.at_most("wechat.title.advised", len(title), "公众号标题有", remedy, title)
    gauge.at_most("wechat.author.long", len(author), "公众号作者名有", "请在 byline 里缩短署名", author)
    gauge.at_most("wechat.digest.long", len(digest), "公众号摘要有", "请缩短 digest", digest)
    address = blank(part.field("content_source_url"), part.slots)
    gauge.at_most("wechat.source_url.long", len(address.encode()), "阅读原文的地址有", "请缩短稿件的 slug")


def _body(gauge: Gauge, part: Part) -> None:
    body = blank(part.body, part.slots)
    remedy = "请删减正文、拆成两篇，或把长表格和公式改成图片"
    gauge.at_most("wechat.body.characters", len(body), "公众号正文连同格式有", remedy)
    gauge.at_most("wechat.body.bytes", len(body.encode()), "公众号正文连同格式有", remedy)


def _files(gauge: Gauge, part: Part) -> None:
    covers = [one for one in part.files if one.role == "cover"]
    gauge.at_least("wechat.cover.missing", len(covers), "公众号封面有", "请在稿件开头写 cover: 或插入一张图片")
    remedy = "请换一张小一些的图片"
    for one in part.files:
        key = {"cover": "wechat.cover.heavy", "thumb": "wechat.thumb.heavy"}.get(one.role, "wechat.picture.heavy")
        gauge.at_most(key, one.size, f"图片 {one.alt or one.name} 有", remedy)
        if one.mime not in ("image/jpeg", "image/png"):
            gauge.say(
                "wechat.picture.kind",
                f"图片 {one.alt or one.name} 是 {one.mime}，公众号只收 jpg 和 png，请另存后重新插入。",
            )
