"""What can be done about what is out, in every channel: dated, sourced, tripped, and enough for whoever decides."""

import re
from collections.abc import Callable
from dataclasses import replace

import feedparser
import pytest

import themes
from channels import registry
from channels.contract import Channel, Mend
from channels.feed import build
from channels.site import pages
from channels.transport import Amends, Connected, Reads, Remarks
from tests.contract import mends_table
from tests.contract.test_conformance import is_a_test
from tests.site.sample import entry, profile

CHANNELS = sorted(registry.all_channels().values(), key=lambda one: one.name)
EVERY = pytest.mark.parametrize("channel", CHANNELS, ids=lambda one: one.name)
NOTICE = "数据来源存疑，已由成都市科技局撤回。"


@EVERY
def test_every_rule_is_dated_sourced_and_tripped_by_its_test(channel: Channel) -> None:
    assert len({one.key for one in channel.mends}) == len(channel.mends)
    for one in channel.mends:
        assert one.key.startswith(f"{channel.name}.") and one.serves and one.source
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", one.read_on) and is_a_test(one.test), one.key
        for words in (one.words, one.remains):
            assert re.search("[\u4e00-\u9fff]{4}", words) and not words.endswith("。"), one.key


@EVERY
def test_a_rule_asks_only_for_what_the_channel_has(channel: Channel) -> None:
    transport = channel.transport if isinstance(channel, Connected) else None
    allowed = {one.call for one in transport.allowances({})} if transport else set()
    is_ours = channel.transports == ("files",)
    for one in channel.mends:
        assert set(one.calls) <= allowed, one.key
        assert one.action != "remark" or isinstance(transport, Remarks)
        assert one.action != "amend" or is_ours or isinstance(transport, Amends)
        assert one.action != "withdraw" or is_ours or transport is not None
    assert transport is None or isinstance(transport, Reads)


@EVERY
@pytest.mark.parametrize("kind", ["correction", "retraction"])
@pytest.mark.parametrize("is_push", [False, True])
@pytest.mark.keeps("order")
def test_something_can_always_be_done(channel: Channel, kind: str, is_push: bool) -> None:
    """However old it is and however much changes; and where a platform refuses, a person knows what to do."""

    def allows(one: Mend) -> bool:
        return one.allows(kind, is_push=is_push, days=4000, changed=20_000, beyond_body=True)  # type: ignore[arg-type]

    left = [one for one in channel.mends if allows(one)]
    assert left and (kind == "correction" or channel.transports == ("files",) or left[-1].action == "by_hand")


def test_a_rule_with_bounds_stops_at_them() -> None:
    rule = Mend(
        key="x.edit", action="by_hand", serves=("correction",), words="改", remains="留", source="s",
        read_on="2026-11-22", confidence="ours", test="", within_days=14, most=20, body_only=True, only="push",
    )  # fmt: skip
    assert rule.allows("correction", is_push=True, days=13, changed=20)
    assert not rule.allows("correction", is_push=True, days=14, changed=20)
    assert not rule.allows("correction", is_push=True, days=13, changed=21)
    assert not rule.allows("correction", is_push=True, days=13, changed=20, beyond_body=True)
    assert not replace(rule, once=True).allows("correction", is_push=True, days=13, changed=20, is_used=True)
    assert replace(rule, once=True).allows("correction", is_push=True, days=13, changed=20)
    assert not rule.allows("correction", is_push=False, days=13, changed=20)
    assert not rule.allows("retraction", is_push=True, days=13, changed=20)


def _site(state: str) -> str:
    told = replace(entry(3), state=state, notice=NOTICE)  # type: ignore[arg-type]
    frame = pages.frame_for(profile("chengdu"), themes.load("chengdu"), ())
    made = pages.render_site([told], frame)
    return (made[told.path] if state == "retracted" else made["index.html"]).decode()


def _feed(state: str) -> str:
    settings = build.FeedSettings(
        title="成都科技",
        site_url="https://kj.example.cn",
        description="全文",
        author="成都市科技局",
        guid="tag:kj,2026:x",
    )
    told = replace(entry(3), state=state, notice=NOTICE)  # type: ignore[arg-type]
    (read,) = feedparser.parse(build.rss([told], settings)).entries
    assert read.id == told.guid
    return f"{read.title} {read.content[0].value}"


@pytest.mark.parametrize("shown", [_site, _feed], ids=["site", "feed"])
@pytest.mark.keeps("outputs")
def test_our_own_outputs_say_what_became_of_a_story(shown: Callable[[str], str]) -> None:
    corrected, retracted = shown("corrected"), shown("retracted")
    assert "更正" in corrected and entry(3).headline in corrected
    assert NOTICE in retracted and "篇的全文" not in retracted


def test_the_page_is_up_to_date() -> None:
    page = mends_table.PAGE.read_text(encoding="utf-8")
    assert page == mends_table.written(page), "run: python -m tests.contract.mends_table --write"


def test_no_cell_is_empty_and_every_channel_is_told() -> None:
    made = mends_table.rules()
    rows = [line for line in made.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == sum(len(one.serves) for each in CHANNELS for one in each.mends)
    assert all(cell.strip() for row in rows for cell in row.strip("|").split("|"))
    assert all(f"### {one.title}" in made for one in CHANNELS)


def test_a_line_without_a_test_says_so() -> None:
    rows = mends_table.lines({"order": ("tests/x.py::test_y",)}).splitlines()[2:]
    assert [row[2] for row in rows] == list("12345678")
    assert "`x.py::test_y`" in rows[0] and all(row.endswith("| 尚无 |") for row in rows[1:])
