"""Toutiao's limits as dated data, and the check."""

from datetime import date

from channels.making.measure import Gauge, in_force
from channels.values import Finding, Limit, Part, Profile, Rendition

RULES_VERSION = "toutiao-2026-11-22"
COVER = (1320, 880)
_CLIENT = "github.com/AceDataCloud/Skills skills/toutiao"
_CONSOLE = "mp.toutiao.com/profile_v4/graphic/publish"


def _limit(
    key: str, value: int, unit: str, source: str, test: str, confidence: str = "client", level: str = "block"
) -> Limit:
    return Limit(
        key=f"toutiao.{key}",
        value=value,
        unit=unit,
        counted="每个字符计 1" if unit == "字" else "逐个",
        source=source,
        read_on="2026-11-22",
        confidence=confidence,  # type: ignore[arg-type]
        level=level,  # type: ignore[arg-type]
        test=f"tests/toutiao/test_toutiao_limits.py::{test}",
    )


LIMITS = (
    _limit("title.short", 2, "字", _CLIENT, "test_a_title_of_one_character_blocks"),
    _limit("title.long", 30, "字", _CLIENT, "test_a_title_over_30_blocks"),
    _limit("picture.heavy", 12_000_000, "字节", _CLIENT, "test_a_heavy_picture_blocks"),
    _limit("picture.kind", 1, "种", _CLIENT, "test_a_picture_of_another_kind_blocks"),
    _limit("cover.narrow", 660, "像素", _CONSOLE, "test_a_small_cover_warns", "unverified", "warn"),
    _limit("cover.low", 370, "像素", _CONSOLE, "test_a_small_cover_warns", "unverified", "warn"),
    _limit("stories.many", 1, "篇", _CONSOLE, "test_two_stories_block", "own"),
)
_KINDS = ("image/jpeg", "image/png", "image/gif", "image/webp")


def check(rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the article."""
    gauge = Gauge(in_force(LIMITS, on_date))
    gauge.at_most("toutiao.stories.many", len(rendition.parts), "一篇头条文章带了", "请一篇发一次")
    for part in rendition.parts:
        _part(gauge, part)
    return gauge.found


def _part(gauge: Gauge, part: Part) -> None:
    title = part.field("title")
    remedy = "请在稿件开头写 short_headlines: toutiao: 给头条一个 2 到 30 字的标题"
    gauge.at_least("toutiao.title.short", len(title), "头条标题有", remedy, title)
    gauge.at_most("toutiao.title.long", len(title), "头条标题有", remedy, title)
    for one in part.files:
        named = one.alt or one.name
        if one.role == "cover":
            gauge.at_least("toutiao.cover.narrow", one.width, f"封面 {named} 宽", "请换一张大一些的图片")
            gauge.at_least("toutiao.cover.low", one.height, f"封面 {named} 高", "请换一张大一些的图片")
        gauge.at_most("toutiao.picture.heavy", one.size, f"图片 {named} 有", "请换一张小一些的图片")
        if one.mime not in _KINDS:
            gauge.say(
                "toutiao.picture.kind",
                f"图片 {named} 是 {one.mime}，头条不收，请另存为 jpg 或 png 后重新插入。",
            )
