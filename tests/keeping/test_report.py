"""The report of a recall: every copy with what was done, on which rule, by whom, and what was seen afterwards."""

import re
import zlib
from datetime import timedelta

import pytest

from cms.db import read_scope
from cms.recalls import RecallError
from pipeline.later_checks import look_again
from pipeline.recall_report import Report, gather, page
from pipeline.report_pdf import pdf
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.recalls.world import correct, recall, retract

pytestmark = pytest.mark.keeps("order")
CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> PlatformsWorld:
    """Two stories on own outputs, two interfaces and one channel by hand; one retracted, one corrected."""
    root = tmp_path_factory.mktemp("report")
    prepared = platforms_world.prepare(
        root / "p", CHANNELS, stories=2, due=timedelta(hours=1), own=("site", "feed"), by_hand=("toutiao",)
    )
    made = platforms_world.build(prepared, root / "w", CHANNELS)
    made.run(hours=2)
    assert (retract(made, "story-0"), correct(made, "story-1")) == (1, 2)
    made.run(hours=2)
    look_again(made.house, made.clock)
    return made


def report(world: PlatformsWorld, number: int = 1) -> Report:
    with read_scope(world.house.engine) as session:
        return gather(session, number, world.now)


def test_every_copy_is_in_it_with_rule_receipt_and_look(world: PlatformsWorld) -> None:
    found = report(world)
    assert len(found.copies) == 10
    assert {one.key.partition(":")[0] for one in found.copies} == set(CHANNELS)
    for one in found.copies:
        assert one.rule
        assert one.delivery
        if one.state == "已处置":
            assert one.ended and one.evidence and one.steps
            assert [step.words for step in one.checks] == ["和处置后的一样", "到时复查", "到时复查"]
        else:
            assert one.person and one.reason
    assert ("涉及", "10 份") in found.sums
    assert len(found.called) == sum(one.state == "待人工处置" for one in found.copies) == 2
    assert {name for name, _ in found.facts} >= {"提出", "批准", "意见", "程序"}


def test_what_was_deleted_and_sent_anew_is_in_it_with_its_new_address(world: PlatformsWorld) -> None:
    found = report(world, 2)
    anew = [one for one in found.copies if one.action == "下架后发更正版"]
    assert {one.key.partition(":")[0] for one in anew} >= {"wechat", "weibo"}
    for one in anew:
        (address,) = [line for line in one.again.splitlines() if line.startswith("https://")]
        assert address != one.address and "已发布" in one.again and address in page(found)


def test_the_page_says_it_all_and_needs_nothing_beside_it(world: PlatformsWorld) -> None:
    for number in (1, 2):
        found = report(world, number)
        html = page(found)
        wanted = [found.title, found.headline, found.reason, found.notice, found.audit_head]
        wanted += [words for one in found.copies for words in (one.account, one.address, one.rule, one.evidence)]
        for words in wanted:
            assert words in html
        assert "<script" not in html
        assert not re.search(r'(src|href)="', html)
        assert "size: A4" in html


def test_words_of_a_story_stay_words(world: PlatformsWorld) -> None:
    found = report(world)
    bad = Report(**{**{name: getattr(found, name) for name in found.__slots__}, "reason": "<b onclick=x>坏</b>"})
    assert "<b onclick" not in page(bad)


def test_the_print_carries_its_letters_and_can_be_searched(world: PlatformsWorld) -> None:
    made = pdf(report(world), world.now)
    assert made.startswith(b"%PDF-")
    assert made.count(b"/FontFile3") == 2  # regular and bold, embedded
    streams = [_open(one) for one in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)]
    maps = b"".join(one for one in streams if b"beginbfchar" in one or b"beginbfrange" in one).upper()
    for letter in "撤稿报告依据复查成都科技":
        assert f"{ord(letter):04X}".encode() in maps, letter
    assert pdf(report(world), world.now) == made  # the same facts, the same bytes


def _open(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_a_recall_that_is_not_there_is_said(world: PlatformsWorld) -> None:
    with read_scope(world.house.engine) as session, pytest.raises(RecallError, match="没有第 99 号"):
        gather(session, 99, world.now)
    assert recall(world, 1).state == "approved"  # two copies are with a person: not settled
