"""Counters follow the limits: a new limit shows without a line of code."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from channels import registry
from channels.values import Limit, Part, RenderedFile, Rendition
from channels.wechat import WeChat
from cms.web.counters import Counter, count

TODAY = date(2026, 11, 22)


def limit(key: str, value: int, unit: str = "字", level: str = "block", read_on: str = "2026-11-22") -> Limit:
    return Limit(
        key=f"wechat.{key}", value=value, unit=unit, counted="逐字", source="t", read_on=read_on, confidence="own",
        level=level,  # type: ignore[arg-type]
    )  # fmt: skip


@dataclass
class Limited(WeChat):
    """WeChat with limits of the test's own."""

    limits: tuple[Limit, ...] = ()


PICTURE = RenderedFile(role="picture", name="a.png", hash="0" * 64, mime="image/png", size=70_000)
PART = Part(
    story="s", manuscript="0", fields=(("title", "四个汉字"), ("author", "张三")), body="<p>正文</p>", files=(PICTURE,)
)
MADE = Rendition(channel="wechat", account="wechat:chengdu", mime="text/html", parts=(PART,), renderer="r")


def counted(*limits: Limit, made: Rendition = MADE) -> list[Counter]:
    return list(count(made, Limited(limits), TODAY))


def test_a_new_limit_of_a_field_shows_at_once() -> None:
    assert counted(limit("author.long", 16)) == [Counter("author", "作者", 2, block=16)]
    (unknown,) = counted(limit("motto.long", 9), made=_with_field("motto", "三个字"))
    assert (unknown.label, unknown.count, unknown.block) == ("motto", 3, 9)


def _with_field(name: str, value: str) -> Rendition:
    return replace(MADE, parts=(replace(PART, fields=(*PART.fields, (name, value))),))


def test_advice_and_bar_make_one_counter_with_two_bounds() -> None:
    (title,) = counted(limit("title.advised", 3, level="warn"), limit("title.long", 64))
    assert (title.count, title.warn, title.block, title.bounds, title.level) == (4, 3, 64, (3, 64), "warn")


def test_bytes_and_characters_are_counted_apart() -> None:
    by_unit = {one.unit: one.count for one in counted(limit("body.long", 99), limit("body.bytes", 99, "字节"))}
    assert by_unit == {"字": len(PART.body), "字节": len(PART.body.encode())}


def test_files_are_weighed_and_numbered() -> None:
    heavy, many = counted(limit("picture.heavy", 64_000, "字节"), limit("pictures.many", 9, "张"))
    assert (heavy.count, heavy.level) == (70_000, "block")
    assert (many.count, many.level) == (1, "")


def test_the_reading_in_force_counts_and_lower_limits_do_not() -> None:
    older, newer = limit("title.long", 30, read_on="2026-01-01"), limit("title.long", 64, read_on="2027-01-01")
    (title,) = counted(older, newer, limit("title.empty", 1))
    assert title.block == 30


@pytest.mark.parametrize("channel", ["wechat", "toutiao", "site"])
def test_every_upper_limit_of_a_title_has_its_counter(channel: str) -> None:
    own = registry.get(channel)
    wanted = {one.value for one in own.limits if one.key in (f"{channel}.title.long", f"{channel}.title.advised")}
    (title,) = [one for one in count(replace(MADE, channel=channel), own, TODAY) if one.field == "title"]
    assert wanted and set(title.bounds) == wanted


def test_what_is_far_from_its_bound_keeps_quiet_but_never_the_title() -> None:
    author, near = Counter("author", "作者", 2, block=16), Counter("author", "作者", 8, block=16)
    assert author.is_quiet and not near.is_quiet
    assert not Counter("title", "标题", 1, block=64).is_quiet
