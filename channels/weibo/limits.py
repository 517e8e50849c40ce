"""Weibo's limits of the share route as dated data, and the check."""

import re
from datetime import date

from channels.making.measure import Gauge, in_force
from channels.slots import marks
from channels.values import Finding, Limit, Part, Profile, Rendition
from channels.weibo.count import count

RULES_VERSION = "weibo-2026-11-22"
TEXT_ZI = 140
PICTURE_BYTES = 5_000_000
_SHARE = "open.weibo.com/wiki/2/statuses/share"
_TOPIC = re.compile(r"[#＃][^#＃\n]+[#＃]")


def _limit(key: str, value: int, unit: str, counted: str, test: str, level: str = "block") -> Limit:
    return Limit(
        key=f"weibo.{key}",
        value=value,
        unit=unit,
        counted=counted,
        source=_SHARE,
        read_on="2026-11-22",
        confidence="doc",
        level=level,  # type: ignore[arg-type]
        test=f"tests/weibo/test_weibo_limits.py::{test}",
    )


LIMITS = (
    _limit("text.long", TEXT_ZI, "字", "半角计半字，链接计 max(10, 长度的一半)", "test_a_long_text_blocks"),
    _limit("text.empty", 1, "字", "链接之外", "test_an_empty_text_blocks"),
    _limit("topic.refused", 0, "个", "#话题#", "test_a_topic_blocks"),
    _limit("link.missing", 1, "个", "本单位网址", "test_a_missing_link_warns", level="warn"),
    _limit("pictures.many", 1, "张", "配图", "test_two_pictures_block"),
    _limit("picture.heavy", PICTURE_BYTES, "字节", "配图", "test_a_heavy_picture_blocks"),
    _limit("picture.kind", 1, "种", "JPEG、GIF、PNG", "test_a_picture_of_another_kind_blocks"),
    _limit("stories.many", 1, "篇", "一条微博", "test_two_stories_block"),
)


def measured(template: str, part_slots: dict[str, int]) -> str:
    """``template`` with each link as an address of its full length: what the counter will see."""
    for slot_id in marks(template):
        length = part_slots.get(slot_id, 0)
        template = template.replace(f"\x02{slot_id}\x03", "https://" + "x" * max(0, length - 8))
    return template


def check(rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the post."""
    gauge = Gauge(in_force(LIMITS, on_date))
    gauge.at_most("weibo.stories.many", len(rendition.parts), "一条微博带了", "请一篇发一条")
    for part in rendition.parts:
        _text(gauge, part)
        _pictures(gauge, part)
    return gauge.found


def _text(gauge: Gauge, part: Part) -> None:
    text = measured(part.body, {slot.id: slot.max_length for slot in part.slots})
    words = re.sub(r"https?://\S+|【】|\s", "", text)
    gauge.at_most("weibo.text.long", count(text), "微博正文有", "请缩短，或写 short_headlines: weibo:", text)
    gauge.at_least("weibo.text.empty", len(words), "微博正文有", "请写标题或摘要")
    gauge.at_most("weibo.topic.refused", len(_TOPIC.findall(text)), "微博正文有话题", "请去掉 # 号")
    gauge.at_least("weibo.link.missing", len(marks(part.field("link"))), "微博带的本单位网址有", "请给单位设 site_url")


def _pictures(gauge: Gauge, part: Part) -> None:
    gauge.at_most("weibo.pictures.many", len(part.files), "微博配图有", "请只留一张")
    for one in part.files:
        gauge.at_most("weibo.picture.heavy", one.size, f"图片 {one.alt or one.name} 有", "请换一张小一些的图片")
        if one.mime not in ("image/jpeg", "image/gif", "image/png"):
            gauge.say(
                "weibo.picture.kind",
                f"图片 {one.alt or one.name} 是 {one.mime}，微博只收 JPEG、GIF、PNG，请另存后重新插入。",
            )
