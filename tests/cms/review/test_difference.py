"""What changed, as somebody reads it who never sees Markdown: blocks by their names, pictures as pictures, words to the
character; and nothing that changed is ever left out."""

import cProfile
import pstats
import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings

from channels.values import Blocks, Footnote, Picture, Quote
from cms.manuscript import normalise, read
from cms.manuscript.draft import FrontMatter
from cms.manuscript.travel import write
from cms.review.difference import Change, _compared, difference, has_changed, told
from cms.review.pieces import pieces_of
from tests.manuscript import trees

FRONT = "---\nheadline: 题\ncast:\n- key: ke\n  name: 小科\n- key: bu\n  name: 捕手\n---\n\n"
UNITS = {"chengdu": "成都", "ganzi": "甘孜"}
CAPTION = '![甲](pictures/a.jpg "{}")'
RAW = re.compile(r"!\[|:::|\]\(|^#|\*\*|^\|", re.M)


def changed(old: str, new: str) -> list[Change]:
    return [one for one in difference(FRONT + old, FRONT + new, UNITS) if one.kind != "same"]


def runs(one: Change) -> list[tuple[str, str]]:
    return [(run.kind, run.words) for run in one.runs]


def test_another_picture_is_two_pictures_and_its_caption_is_told_to_the_character() -> None:
    (one,) = changed('![甲](pictures/a.jpg "一号图")', '![甲](pictures/b.jpg "二号图")')
    assert (one.kind, one.label) == ("mended", "图片")
    assert one.old and one.new and (one.old.src, one.new.src) == ("pictures/a.jpg", "pictures/b.jpg")
    assert one.notes == ("图片换了", "图说改了") and one.is_swapped
    assert runs(one) == [("gone", "一"), ("new", "二"), ("same", "号图")]


def test_one_picture_that_stays_is_shown_once() -> None:
    (one,) = changed('![甲](pictures/a.jpg "图"){credit="张三"}', '![乙](pictures/a.jpg "图"){licence="CC0"}')
    assert one.notes == ("画面内容改了：甲 → 乙", "作者或来源去掉了：张三", "许可：CC0")
    assert not one.is_swapped
    (moved,) = changed("![甲](pictures/a.jpg)", "![甲](pictures/a.jpg){focus=20,80}")
    assert moved.notes == ("焦点：20%，80%",) and moved.is_swapped  # where it was, beside where it is


def test_a_picture_is_told_by_what_it_shows_and_not_by_its_path() -> None:
    """Other bytes under the same path are another picture, the same under another path are not."""
    text = FRONT + '![甲](pictures/a.jpg "图")\n\n一段。'
    was, now = {"pictures/a.jpg": "aa"}, {"pictures/a.jpg": "bb"}
    same = difference(text, text, hashes=(was, was))
    assert not has_changed(same) and same[-2].hashes == ("", "aa")
    (one,) = [x for x in difference(text, text, hashes=(was, now)) if x.notes]
    assert (one.notes, one.is_swapped, one.hashes) == (("图片换了",), True, ("aa", "bb"))
    moved = text.replace("a.jpg", "b.jpg")
    (one,) = [x for x in difference(text, moved, hashes=(was, {"pictures/b.jpg": "aa"})) if x.notes]
    assert (one.notes, one.is_swapped) == (("图片没有换，只是文件改了名",), False)
    assert not has_changed(difference(text, text, hashes=(was, {})))  # nobody knows: by the path


def test_another_picture_in_a_text_that_cannot_be_read_is_shown_beside_its_lines() -> None:
    old = "![甲](pictures/a.jpg)\n\n:::小知识 题\n一段。\n"
    found = difference(old, old, hashes=({"pictures/a.jpg": "aa"}, {"pictures/a.jpg": "bb"}))
    assert [one.notes for one in found if one.kind != "same"] == [("图片换了",)]
    assert "".join(run.words for run in found[0].runs) == "![甲](pictures/a.jpg)"


@pytest.mark.parametrize(
    ("whole", "parted", "name"),
    [
        ("> 一句\n>\n> 两句", "> 一句\n\n<!-- -->\n\n> 两句", "引文"),
        (":::对白\nke：一句\nbu：两句\n:::", ":::对白\nke：一句\n:::\n\n:::对白\nbu：两句\n:::", "对白"),
        (
            ":::地区 chengdu\n一句\n\n两句\n:::",
            ":::地区 chengdu\n一句\n:::\n\n:::地区 chengdu\n两句\n:::",
            "限定地区",
        ),
    ],
)
def test_what_is_split_or_put_together_is_told_beside_other_changes(whole: str, parted: str, name: str) -> None:
    def told_of(old: str, new: str) -> list[tuple[str, tuple[str, ...]]]:
        found = changed(f"{old}\n\n后来。", f"{new}\n\n后来吗？")
        return [("".join(run.words for run in one.runs), one.notes) for one in found]

    assert told_of(whole, parted)[0] == ("两句", (f"和前面的{name}分开了",))
    assert told_of(parted, whole)[0] == ("两句", (f"和前面的{name}连起来了",))
    assert len(told_of(whole, parted)) == 2  # and the other change
    more = changed(whole, f"{whole}\n\n<!-- -->\n\n{whole.replace('句', '行')}")
    assert (more[0].notes, more[1].notes) == ((f"另起一块{name}",), ())


def test_two_blocks_that_a_paragraph_comes_between_are_not_told_to_be_split() -> None:
    first, second = ":::对白\nke：一句\n:::", ":::对白\nbu：两句\n:::"
    (one,) = changed(f"{first}\n\n{second}", f"{first}\n\n中间。\n\n{second}")
    assert (one.kind, runs(one)) == ("new", [("new", "中间。")])


def test_what_comes_into_a_gallery_is_a_picture_of_it() -> None:
    two = "![一](pictures/a.jpg)\n![二](pictures/b.jpg)\n"
    found = changed(f":::图集\n{two}:::", f":::图集\n{two}![三](pictures/c.jpg)\n\n三张图\n:::")
    assert [(one.kind, one.label) for one in found] == [("mended", "图集，3 张"), ("new", "图集 · 图片")]
    assert found[0].notes == ("图说改了", "原来是图集，2 张")
    assert found[1].new == Picture(src="pictures/c.jpg", alt="三")


def test_a_line_of_a_dialogue_names_who_speaks() -> None:
    (one,) = changed(":::对白\nke：你好。\n:::", ":::对白\nbu：你好啊。\n:::")
    assert (one.label, one.notes) == ("对白 · 捕手", ("原来是对白 · 小科",))
    assert runs(one) == [("same", "你好"), ("new", "啊"), ("same", "。")]


def test_regions_are_named_as_people_name_them() -> None:
    (one,) = changed(":::地区 chengdu\n看这里。\n:::", ":::地区 chengdu,ganzi\n看这里。\n:::")
    assert (one.label, one.notes) == ("只给成都、甘孜的读者", ("原来是只给成都的读者",))
    (lead,) = changed(":::导语\nganzi：甘孜来了。\n:::", ":::导语\nganzi：甘孜也来了。\n:::")
    assert lead.label == "地方导语 · 甘孜" and ("new", "也") in runs(lead)


def test_a_card_is_read_row_by_row() -> None:
    old, new = (f":::资源卡 天文台\n地点: {where}\n网址: https://example.com/\n:::" for where in ("稻城", "稻城县"))
    (one,) = changed(old, new)
    assert one.label == "资源卡"
    assert runs(one) == [
        ("same", "天文台\n地点：稻城"), ("new", "县"), ("same", "\n网址：https://example.com/"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "label", "notes"),
    [
        ("看**这里**吧。", "看这里吧。", "", ("加粗改了",)),
        ("## 一节", "### 一节", "标题三", ("原来是标题二",)),
        ("## 一节", "一节", "", ("原来是标题二",)),
        ("- 一", "1. 一", "编号 1", ("原来是列表",)),
        ("> 一句", "一句", "", ("原来是引文",)),
        (":::with ai\n一句\n:::", "一句", "", ("AI 生成去掉了：是",)),
        (":::with align=center\n一句\n:::", "一句", "", ("对齐去掉了：居中",)),
        ("[一句](https://a.cn/)", "[一句](https://b.cn/)", "", ()),
    ],
)
def test_what_is_no_word_is_said(old: str, new: str, label: str, notes: tuple[str, ...]) -> None:
    (one,) = changed(old, new)
    assert (one.kind, one.label, one.notes) == ("mended", label, notes)


def test_where_a_link_leads_is_part_of_the_words() -> None:
    (one,) = changed("[一句](https://a.cn/)", "[一句](https://b.cn/)")
    assert runs(one) == [("same", "一句〔链接 https://"), ("gone", "a"), ("new", "b"), ("same", ".cn/〕")]


def test_fields_have_their_labels() -> None:
    old = "---\nheadline: 题\nbyline: 记者 张三\ncover: pictures/a.jpg\nshort_headlines:\n  weibo: 短\n---\n\n一段。\n"
    new = (
        old.replace("张三", "李四")
        .replace("a.jpg", "b.jpg")
        .replace("短", "短题")
        .replace("headline: 题", "headline: 新题", 1)
    )
    found = [one for one in difference(old, new) if one.kind != "same"]
    assert [one.label for one in found] == ["标题", "微博短标题", "署名", "封面"]
    assert found[3].is_swapped and found[3].notes == ("图片换了",)


def test_what_readers_never_see_is_shown_as_it_is_written() -> None:
    found = [one for one in difference("一段。\n\n<!-- 甲 -->\n", "一段。\n\n<!-- 乙 -->\n") if one.kind != "same"]
    assert [runs(one) for one in found] == [[("same", "<!-- "), ("gone", "甲"), ("new", "乙"), ("same", " -->")]]


def test_what_cannot_be_read_as_blocks_is_shown_line_by_line() -> None:
    found = difference(":::小知识 题\n一段。\n", ":::小知识 题\n两段。\n:::\n")
    assert has_changed(found) and "".join(run.words for run in found[0].runs) == ":::小知识 题"


def _prose(seed: int, length: int) -> str:
    """Paragraphs of 250 characters, the frequent ones as frequent as in Chinese."""
    chance = random.Random(seed)
    many = chance.choices([chr(0x4E00 + at) for at in range(3000)], [1 / (at + 8) for at in range(3000)], k=length)
    return "\n\n".join("".join(many[at : at + 250]) + "。" for at in range(0, length, 250))


def _cost(old: str, new: str) -> float:
    """Seconds of CPU."""
    began = time.process_time()
    assert has_changed(difference(old, new))
    return time.process_time() - began


def test_a_text_four_times_as_long_costs_about_four_times_as_much() -> None:
    short, long = (_cost(_prose(1, length), _prose(2, length)) for length in (6_000, 24_000))
    assert long < 7 * short  # the square would be sixteen times
    alike = _cost(CAPTION.format("甲乙" * 3000), CAPTION.format("乙甲甲" * 2000))  # did not end in minutes
    assert alike < 7 * short


def _one_character_each(seed: int, characters: str) -> str:
    return "\n\n".join(random.Random(seed).choices(characters, k=3000))


MANY = "".join(chr(0x4E00 + at) for at in range(3000))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_one_character_each(1, MANY), _one_character_each(2, MANY)),
        (_one_character_each(1, "甲乙"), _one_character_each(2, "甲乙丙")),
        ("\n\n".join("甲" * 3000), "\n\n".join("乙" * 3000)),
        (
            "\n\n".join("甲乙丙丁"[at % 4 :] + "甲乙丙丁"[: at % 4] + MANY[at % 200] for at in range(3000)),
            "\n\n".join(MANY[at % 200] + "丁丙乙甲" for at in range(3000)),
        ),
        ("|甲|\n|--|\n|" + "|\n|".join(MANY[:1500] * 2) + "|", "|乙|\n|--|\n|" + "|\n|".join(MANY[1500:] * 2) + "|"),
    ],
)
def test_thousands_of_small_pieces_are_compared_with_little_effort(old: str, new: str) -> None:
    """Counted in calls, which are the same on every machine: 0.05 to 0.12 s of CPU, half a million calls."""
    pieces = [pieces_of(one, {}, {}) for one in (old, new)]
    assert min(map(len, pieces)) >= 3000
    watch = cProfile.Profile()
    found = watch.runcall(_compared, *pieces)
    assert pstats.Stats(watch).total_calls < 600_000  # type: ignore[attr-defined]
    for kind, whole in (("gone", pieces[0]), ("new", pieces[1])):  # and nothing is hidden
        told_of = "".join(run.words for one in found for run in one.runs if run.kind in ("same", kind))
        assert told_of == "".join(one.words for one in whole)


def test_every_paragraph_mended_is_told_to_the_character_however_long() -> None:
    old = _prose(1, 24_000)
    found = difference(old, old.replace("。", "吗？"))
    assert {one.kind for one in found} == {"mended"}
    assert all([run.kind for run in one.runs] == ["same", "gone", "new"] for one in found)


def test_what_is_too_much_for_characters_is_told_by_sentences_and_then_as_a_whole() -> None:
    first, last = "甲乙" * 2000, "乙甲甲" * 1500

    def mended(old: str, new: str) -> list[tuple[str, str]]:
        (one,) = changed(CAPTION.format(old), CAPTION.format(new))
        return runs(one)

    one_place = mended(f"{first}。丙丁{last}", f"{first}。戊丁{last}")
    assert one_place == [("same", f"{first}。"), ("gone", "丙"), ("new", "戊"), ("same", f"丁{last}")]
    by_sentence = mended(f"{first}。都在。{first}", f"{last}。都在。{last}")
    assert by_sentence == [
        ("gone", f"{first}。"), ("new", f"{last}。"), ("same", "都在。"), ("gone", first), ("new", last),
    ]  # fmt: skip
    assert mended(first, last) == [("gone", first), ("new", last)]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.stories)
def test_no_block_of_any_story_comes_or_goes_unseen(blocks: Blocks) -> None:
    """Without a fall back on the lines: its pieces alone tell a story from itself without one of its blocks."""
    whole = write(FrontMatter(headline="题"), blocks)
    assert not has_changed(difference(whole, whole))
    for at in range(len(blocks)):
        less = write(FrontMatter(headline="题"), blocks[:at] + blocks[at + 1 :])
        assert _seen(whole) != _seen(less)


def _regrouped(blocks: Blocks) -> Iterator[Blocks]:
    """Stories of the same words: one block in two, two in one, one inside a quotation, one somewhere else."""
    for at, block in enumerate(blocks):
        for name in ("blocks", "lines", "items", "texts"):
            parts = getattr(block, name, ())
            for cut in range(1, len(parts)):
                two = replace(block, **{name: parts[:cut]}), replace(block, **{name: parts[cut:]})  # type: ignore[type-var]
                yield *blocks[:at], *two, *blocks[at + 1 :]
            after = blocks[at + 1 : at + 2]
            if parts and after and isinstance(after[0], type(block)):
                one = replace(block, **{name: (*parts, *getattr(after[0], name))})  # type: ignore[type-var]
                yield *blocks[:at], one, *blocks[at + 2 :]
        rest = (*blocks[:at], *blocks[at + 1 :])
        yield *rest, block
        yield block, *rest
        yield *blocks[:at], Quote(blocks=blocks[at : at + 1]), *blocks[at + 1 :]


def _seen(text: str) -> list[tuple[object, ...]]:
    return [(one.label, one.key, one.joined, one.anew) for one in pieces_of(text, {}, {})]


@example((Footnote(label="0", blocks=()), Footnote(label="1", blocks=())))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.stories)
def test_no_other_grouping_of_the_same_words_goes_unseen(blocks: Blocks) -> None:
    """Also where something else changed, so that the lines are not compared: the pieces alone tell it."""
    whole = write(FrontMatter(headline="题"), blocks)
    for other in _regrouped(blocks):
        text = write(FrontMatter(headline="题"), normalise(other))
        assert _seen(text) != _seen(whole) or read(text).blocks == read(whole).blocks


def test_a_text_alone_is_told_without_markup() -> None:
    text = (
        '## 一节\n\n- 一\n- **二**\n\n![甲](pictures/a.jpg "图")\n\n'
        "| 甲 | 乙 |\n|--|--|\n| 1 | 2 |\n\n:::小知识 题\n里面。\n:::\n"
    )
    found = told(text)
    assert [one.label for one in found] == ["标题二", "列表", "列表", "图片", "表头", "表格", "小知识", "小知识"]
    assert not any(RAW.search(run.words) for one in found for run in one.runs)
