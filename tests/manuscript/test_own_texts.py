"""单独编辑: what a channel's own text is made of, how it is named, and how it takes the main text over."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from assets.pictures import Pictures
from assets.store import MemoryStore
from channels import canonical
from channels.rendering import text_of, variant_of
from cms.manuscript import freeze, read
from cms.manuscript.merging import Clash, merge
from cms.manuscript.rewriting import told
from cms.manuscript.variants import cut, own, with_variants

MAIN = """---
slug: quantum
headline: 量子通信走进盆地
short_headlines:
  weibo: 量子来了
digest: 一句话说清楚。
column: 成都黑科技
cast:
- key: hei
  name: 小黑
ai_label: AI 辅助整理
---

第一段。

第二段。<!-- 记者的批注 -->

:::dialogue
小黑：你好。
:::
"""


@pytest.fixture
def pictures() -> Pictures:
    return Pictures(MemoryStore())


def test_a_channel_is_cut_loose_with_what_it_shows_now() -> None:
    text = cut(MAIN, "weibo")
    front = told(text).front
    assert (front.headline, front.digest, front.column, front.cast) == ("量子来了", "一句话说清楚。", "", ())
    assert text.partition("---\n\n")[2] == MAIN.partition("---\n\n")[2]  # the lines to the letter
    assert told(cut(MAIN, "site")).front.headline == "量子通信走进盆地"


def test_what_is_the_storys_is_taken_off_and_what_cannot_be_read_stays() -> None:
    assert own("---\nheadline: 甲\ncolumn: 别的栏目\n---\n\n文。\n") == "---\nheadline: 甲\n---\n\n文。\n"
    broken = "---\nheadline: 甲\n\t坏: 行\n---\n\n文。\n"
    assert own(broken) == broken


def test_the_manuscript_names_its_variants_and_they_take_the_rest_from_the_main_text(pictures: Pictures) -> None:
    draft = read(MAIN)
    frozen = freeze(draft, pictures)
    text = "---\nheadline: 短\nslug: other\ncolumn: 别的栏目\n---\n\n:::dialogue\n小黑：短。\n:::\n"
    whole = with_variants(frozen, draft, {"weibo": text}, pictures, None)
    assert frozen.manuscript and whole.manuscript
    variant = whole.variants["weibo"]
    assert (variant.slug, variant.column, variant.ai_label) == ("quantum", "成都黑科技", "AI 辅助整理")
    assert (variant.headline, variant.digest, variant.headline_for("weibo")) == ("短", "", "短")
    assert variant.blocks[0].lines[0].speaker == "hei"  # type: ignore[union-attr]
    assert whole.manuscript.variants == (("weibo", canonical.digest(variant)),)
    assert canonical.digest(whole.manuscript) != canonical.digest(frozen.manuscript)
    assert canonical.decode(type(variant), canonical.encode(whole.manuscript)) == whole.manuscript


def test_without_variants_nothing_of_a_manuscript_changes(pictures: Pictures) -> None:
    draft = read(MAIN)
    frozen = freeze(draft, pictures)
    assert with_variants(frozen, draft, {}, pictures, None).manuscript == frozen.manuscript
    assert frozen.manuscript and b"variants" not in canonical.encode(frozen.manuscript)


def test_what_is_wrong_in_a_channels_text_says_the_channel_and_is_told_once(pictures: Pictures, tmp_path: Path) -> None:
    both = MAIN.replace("第一段。", "第一段[^1]。")
    draft = read(both)
    frozen = freeze(draft, pictures, keep=True)
    texts = {"weibo": cut(both, "weibo"), "wechat": "---\nheadline: 甲\n---\n\n![图](no.jpg)\n"}
    whole = with_variants(frozen, draft, texts, pictures, tmp_path)
    blocked = [(one.channel, one.rule) for one in whole.findings if one.level == "block"]
    assert blocked == [("", "manuscript.footnote.missing"), ("wechat", "manuscript.picture.missing")]


def test_channels_show_their_own_text_or_anothers(pictures: Pictures) -> None:
    draft = read(MAIN)
    whole = with_variants(freeze(draft, pictures), draft, {"site": cut(MAIN, "site")}, pictures, None)
    assert whole.manuscript
    held = dict(whole.manuscript.variants)["site"]
    assert [variant_of(whole.manuscript, one) for one in ("site", "feed", "weibo", "douyin")] == [held, held, "", ""]
    assert [text_of(one) for one in ("wechat", "toutiao", "feed", "shipinhao")] == ["wechat", "toutiao", "site", ""]


# --------------------------------------------------------------------------- taking over


def text(*paragraphs: str, headline: str = "题", digest: str = "") -> str:
    return (
        f"---\nheadline: {headline}\n{f'digest: {digest}' + chr(10) if digest else ''}---\n\n"
        + "\n\n".join(paragraphs)
        + "\n"
    )


def test_each_sides_changes_are_taken() -> None:
    made = merge(text("一", "二", "三"), text("一改", "二", "三"), text("一", "二", "三短"), "weibo")
    assert made.clashes == []
    assert made.chosen([]) == text("一改", "二", "三短")
    near = merge(text("一", "三"), text("一", "三", "四"), text("一", "三短"), "weibo")
    assert near.clashes == [Clash("", "三短", "三\n\n四")]  # nothing between them stayed: a person decides


def test_what_was_added_and_taken_away_comes_along() -> None:
    made = merge(text("一", "二", "三"), text("零", "一", "三"), text("一", "二", "三", "尾"), "weibo")
    assert made.clashes == []
    assert made.chosen([]) == text("零", "一", "三", "尾")


def test_where_both_changed_a_person_chooses_and_sees_both() -> None:
    made = merge(text("一", "二"), text("主改", "二", digest="主摘"), text("己改", "二", digest="己摘"), "weibo")
    assert made.clashes == [
        Clash("摘要", "---\ndigest: 己摘\n---\n", "---\ndigest: 主摘\n---\n"),
        Clash("", "己改", "主改"),
    ]
    assert made.chosen(["own", "own"]) == text("己改", "二", digest="己摘")
    assert made.chosen(["main", "main"]) == text("主改", "二", digest="主摘")
    assert made.chosen(["main", "both"]) == text("己改", "主改", "二", digest="主摘")
    with pytest.raises(ValueError, match="每一处"):
        made.chosen(["own"])


def test_the_short_headline_counts_as_the_main_texts_headline() -> None:
    short = MAIN.replace("量子来了", "量子真的来了")
    assert told(merge(MAIN, short, cut(MAIN, "weibo"), "weibo").chosen([])).front.headline == "量子真的来了"


paragraphs = some.lists(some.sampled_from("甲乙丙丁戊"), max_size=6)


@given(paragraphs, paragraphs, paragraphs)
def test_nothing_either_side_wrote_is_lost(base: list[str], main: list[str], mine: list[str]) -> None:
    made = merge(text(*base), text(*main), text(*mine), "weibo")
    both = made.chosen(["both"] * len(made.clashes))
    said = [line for line in both.partition("---\n\n")[2].split("\n") if line]
    for one in "甲乙丙丁戊":
        wanted = max(main.count(one), mine.count(one)) if not base.count(one) else 0
        assert said.count(one) >= wanted
    if main == base:
        assert said == mine
    if mine == base:
        assert said == main
