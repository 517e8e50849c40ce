"""Canonical JSON, slots and the resolving of local blocks."""

from dataclasses import replace

import pytest

from channels import canonical, slots
from channels.rendering import resolve
from channels.values import (
    FactBox,
    Figure,
    Line,
    List,
    ListItem,
    LocalLead,
    LocalText,
    Manuscript,
    Mark,
    Paragraph,
    Part,
    Picture,
    Profile,
    RegionBlock,
    Slot,
    Source,
    Text,
    slot_mark,
)


def words(text: str) -> tuple[Text, ...]:
    return (Text(text),)


PROFILE = Profile(
    account="site:ganzi",
    channel="site",
    unit="ganzi",
    unit_name="甘孜藏族自治州",
    unit_short="甘孜州",
    unit_path=("sichuan", "ganzi"),
    name="甘孜科技",
    site_url="https://ganzi.example",
)
STORY = Manuscript(
    slug="a",
    headline="题目",
    source=Source(outlet="四川科技报"),
    blocks=(
        Paragraph(text=(Text("一", (Mark("strong"), Mark("link", href="https://a.example"))),), lang="bo"),
        List(items=(ListItem(blocks=(Paragraph(text=words("项")),)),), ordered=True, start=3),
        Figure(picture=Picture(src="asset:" + "0" * 64, focus_x=300)),
    ),
)


def test_a_manuscript_survives_the_round_trip_and_defaults_are_absent() -> None:
    raw = canonical.encode(STORY)
    assert canonical.decode(Manuscript, raw) == STORY
    assert b"focus_y" not in raw
    assert b"null" not in raw


def test_the_hash_forgets_the_source_line_and_the_unicode_form() -> None:
    composed = Manuscript(slug="a", headline="é", blocks=())
    assert canonical.digest(composed) == canonical.digest(replace(composed, headline="e\u0301"))
    moved = replace(STORY, blocks=(replace(STORY.blocks[0], line=99), *STORY.blocks[1:]))
    assert canonical.digest(moved) == canonical.digest(STORY)
    assert canonical.digest(replace(STORY, headline="另一题")) != canonical.digest(STORY)


@pytest.mark.parametrize(
    "raw",
    [
        '{"slug":"a","headline":"b","blocks":[{"kind":"nothing"}]}',
        '{"slug":"a","headline":1,"blocks":[]}',
        '{"slug":"a","blocks":[]}',
        '{"slug":"a","headline":"b","blocks":[],"stranger":1}',
        '{"slug":"a","headline":"b","blocks":[{"kind":"paragraph","text":[{"kind":"text","text":"x",'
        '"marks":[{"kind":"blink"}]}]}]}',
    ],
)
def test_what_is_no_manuscript_is_refused(raw: str) -> None:
    with pytest.raises(ValueError):
        canonical.decode(Manuscript, raw)


def test_slots_fill_escaped_and_unfill_to_the_signed_template() -> None:
    link = Slot(id="link", kind="own_link", max_length=60)
    key = Slot(id="key", kind="key", max_length=20, escape="url")
    part = Part(
        story="a",
        manuscript="m",
        fields=(("url", slot_mark("link") + "?k=" + slot_mark("key")),),
        body=f'<a href="{slot_mark("link")}">原文</a>',
        slots=(link, key),
    )
    sent = slots.fill(part, {"link": 'https://a.example/"><b>', "key": "a b"})
    assert sent.body == '<a href="https://a.example/&quot;&gt;&lt;b&gt;">原文</a>'
    assert sent.field("url").endswith("?k=a%20b")
    fills = {"link": 'https://a.example/"><b>', "key": "a b"}
    assert slots.unfill_matches(part.body, sent.body, part.slots, fills)
    assert not slots.unfill_matches(part.body, sent.body + " ", part.slots, fills)


def test_a_missing_or_overlong_fill_is_refused() -> None:
    slot = Slot(id="key", kind="key", max_length=3, escape="text")
    with pytest.raises(slots.SlotError, match="还没有内容"):
        slots.fill_text(slot_mark("key"), (slot,), {})
    with pytest.raises(slots.SlotError, match="超过"):
        slots.fill_text(slot_mark("key"), (slot,), {"key": "four"})


def test_region_blocks_and_local_leads_are_settled_for_the_unit() -> None:
    lead = LocalLead(texts=(LocalText(unit="sichuan", text=words("全省")), LocalText(unit="ganzi", text=words("甘孜"))))
    inner = RegionBlock(units=("ganzi",), blocks=(Paragraph(text=words("只给甘孜")),))
    story = Manuscript(slug="a", headline="b", blocks=(lead, FactBox(title="盒", blocks=(inner,))))
    own = resolve(story, PROFILE)
    assert own.blocks[0] == Paragraph(text=words("甘孜"))
    assert own.blocks[1] == FactBox(title="盒", blocks=(Paragraph(text=words("只给甘孜")),))
    other = resolve(story, replace(PROFILE, unit="aba", unit_path=("sichuan", "aba")))
    assert other.blocks == (Paragraph(text=words("全省")), FactBox(title="盒", blocks=()))
    assert resolve(story, replace(PROFILE, unit="x", unit_path=("x",))).blocks == (FactBox(title="盒", blocks=()),)


def test_a_story_without_local_blocks_is_one_object_for_all_units() -> None:
    assert resolve(STORY, PROFILE) is STORY
    assert Line(speaker="a", text=()).speaker == "a"


def test_units_that_read_the_same_share_one_object() -> None:
    story = replace(STORY, blocks=(RegionBlock(units=("ganzi",), blocks=STORY.blocks), *STORY.blocks))
    aba, abb = (resolve(story, replace(PROFILE, unit=unit, unit_path=("sichuan", unit))) for unit in ("aba", "abb"))
    assert aba is abb
    assert len(resolve(story, PROFILE).blocks) == 2 * len(STORY.blocks)


def test_a_local_block_that_names_nobody_is_left_out() -> None:
    assert resolve(replace(STORY, blocks=(LocalLead(texts=()),)), PROFILE).blocks == ()


def test_local_blocks_inside_a_list_are_resolved_and_an_entry_for_others_goes() -> None:
    here = ListItem(blocks=(RegionBlock(units=("ganzi",), blocks=(Paragraph(text=words("只给甘孜")),)),))
    there = ListItem(blocks=(RegionBlock(units=("aba",), blocks=(Paragraph(text=words("只给阿坝")),)),))
    story = replace(STORY, blocks=(List(items=(here, there)),))
    kept = (ListItem(blocks=(Paragraph(text=words("只给甘孜")),)),)
    assert resolve(story, PROFILE).blocks == (List(items=kept),)
    assert resolve(replace(story, blocks=(List(items=(there,)),)), PROFILE).blocks == ()
