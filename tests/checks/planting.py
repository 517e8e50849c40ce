"""Known faults put into sound stories: what is planted, where, and the rule that must find it there.

Every fault is made of a number, so a set can be made again; places are taken in turn: paragraph, heading, list, quote,
table cell, caption, words for the blind, footnote, spoken line, box, headline, digest, file name.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from channels.values import (
    AnyBlock,
    AssetInfo,
    Character,
    Dialogue,
    FactBox,
    Figure,
    Finding,
    Footnote,
    Heading,
    Line,
    List,
    ListItem,
    Manuscript,
    Mark,
    Paragraph,
    Picture,
    Quote,
    Source,
    Table,
    Text,
)
from cms.checks.personal import credit_check, identity_check, passes_luhn
from cms.checks.words import WordList, parse
from cms.manuscript.skeletons import DIGEST, START

LISTS = Path(__file__).with_name("lists")
DAY = date(2026, 11, 25)
PICTURE = "asset:" + "a1" * 32


def lists() -> tuple[WordList, ...]:
    """The lists the faults are made for: fictional words, people and outlets."""
    return tuple(parse(one.read_bytes(), one.name) for one in sorted(LISTS.iterdir()))


@dataclass(frozen=True)
class Fault:
    """One kind: the ``rule`` that must say it, and how its words are made; ``spots`` where it may stand."""

    name: str
    rule: str
    words: Callable[[random.Random], str] | None = None
    whole: Callable[[Manuscript, random.Random], Manuscript] | None = None
    spots: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planted:
    """A faulty story: what was planted, and the path it stands at ("" = anywhere)."""

    story: Manuscript
    fault: Fault
    path: str
    words: str

    def is_found_by(self, findings: Sequence[Finding]) -> bool:
        """Whether the rule says so, as it must, at the very place."""
        return any(
            one.level == "block" and one.rule == self.fault.rule and self.path in ("", one.place.partition("#")[0])
            for one in findings
        )


# --------------------------------------------------------------------------- places


def _said(words: str) -> tuple[Text, ...]:
    return (Text(words),)


def _blocks(spot: str, words: str) -> tuple[AnyBlock, str]:
    """A block with the words at ``spot``, and the path inside it."""
    around = f"据了解，{words}。"
    lines = tuple(Line(speaker="a", text=_said(one)) for one in ("你好。", around))
    made: dict[str, tuple[AnyBlock, str]] = {
        "paragraph": (Paragraph(text=_said(f"前面是一句没有问题的话。{around}后面也是。")), "text"),
        "marked": (
            Paragraph(text=(Text("其中"), Text(words[:2], (Mark("strong"),)), Text(words[2:]), Text("引人注意。"))),
            "text",
        ),
        "heading": (Heading(level=2, text=_said(words)), "text"),
        "list": (
            List(items=tuple(ListItem(blocks=(Paragraph(text=_said(one)),)) for one in ("第一条。", around))),
            "items.1.blocks.0.text",
        ),
        "quote": (Quote(blocks=(Paragraph(text=_said(around)),), cite="一位受访者"), "blocks.0.text"),
        "cell": (Table(header=(_said("项目"), _said("内容")), rows=((_said("说明"), _said(words)),)), "rows.0.1"),
        "caption": (Figure(picture=_picture(), caption=_said(around)), "caption"),
        "alt": (Figure(picture=replace(_picture(), alt=words), caption=_said("现场照片")), "picture.alt"),
        "spoken": (Dialogue(lines=lines), "lines.1.text"),
        "box": (FactBox(title="小知识", blocks=(Paragraph(text=_said(around)),)), "blocks.0.text"),
        "footnote": (Footnote(label="z9", blocks=(Paragraph(text=_said(around)),)), "blocks.0.text"),
    }  # fmt: skip
    return made[spot]


def _picture() -> Picture:
    return Picture(src=PICTURE, alt="一张照片", credit="本社记者", licence="本单位自有")


BLOCK_SPOTS = ("paragraph", "cell", "caption", "list", "footnote", "alt", "spoken", "quote", "box", "heading", "marked")
HEAD_SPOTS = ("headline", "digest", "subtitle", "file")
ANY = (*BLOCK_SPOTS, *HEAD_SPOTS)
PROSE = ("paragraph", "list", "quote", "footnote", "spoken", "box", "caption")


def put(story: Manuscript, spot: str, words: str, at: int) -> tuple[Manuscript, str]:
    """The story with the words at ``spot``, and where that is."""
    if spot == "file":
        asset = AssetInfo(hash="b2" * 32, mime="image/png", name=f"{words}.png")
        return replace(story, assets=(*story.assets, asset)), f"assets.{len(story.assets)}.name"
    if spot in HEAD_SPOTS:
        return replace(story, **{spot: f"{getattr(story, spot)} {words}".strip()}), spot
    block, inside = _blocks(spot, words)
    where = len(story.blocks) if spot == "footnote" else at % (len(story.blocks) + 1)
    cast = story.cast if spot != "spoken" else (*story.cast, Character(key="a", name="小问"))
    blocks = (*story.blocks[:where], block, *story.blocks[where:])
    return replace(story, blocks=blocks, cast=cast), f"blocks.{where}.{inside}"


# --------------------------------------------------------------------------- words


def _one_of(*words: str) -> Callable[[random.Random], str]:
    def make(dice: random.Random) -> str:
        return dice.choice(words)

    return make


def identity(dice: random.Random) -> str:
    """A number nobody has: the right form and checksum, of a district code that was never given."""
    born = date(1950, 1, 1) + timedelta(days=dice.randrange(20000))
    first = f"{dice.choice(('51', '15', '11', '44'))}9999{born:%Y%m%d}{dice.randrange(1000):03}"
    return first + identity_check(first)


def _identity(dice: random.Random) -> str:
    number = identity(dice)
    dressed = dice.choice(
        (
            number,
            f"{number[:6]} {number[6:14]} {number[14:]}",
            "".join(chr(ord(one) + 0xFEE0) for one in number),
            "\u200b".join((number[:5], number[5:11], number[11:])),
            number.lower(),
            f"身份证号{number}",
            f"{number[:6]}-{number[6:14]}-{number[14:]}",
        )
    )
    return dressed


def _mobile(dice: random.Random) -> str:
    number = f"1{dice.choice('3589')}{dice.randrange(10)}{dice.randrange(10**8):08}"
    dressed = dice.choice(
        (
            number,
            f"{number[:3]}-{number[3:7]}-{number[7:]}",
            f"{number[:3]} {number[3:7]} {number[7:]}",
            f"+86 {number}",
            f"电话：{number}",
            "".join(chr(ord(one) + 0xFEE0) for one in number),
            f"{number[:3]}\u200b{number[3:]}",
            f"微信同号{number}",
        )
    )
    return dressed


def card(dice: random.Random) -> str:
    """Nineteen figures that pass Luhn's rule."""
    first = f"62{dice.randrange(10**16):016}"
    return next(first + last for last in "0123456789" if passes_luhn(first + last))


def _card(dice: random.Random) -> str:
    number = card(dice)
    dressed = dice.choice((number, " ".join(number[at : at + 4] for at in range(0, 19, 4)), f"账号{number}"))
    return dressed


def _passport(dice: random.Random) -> str:
    words = f"护照号{dice.choice('EG')}{dice.randrange(10**8):08}"
    return words


def _hidden(dice: random.Random) -> str:
    word = dice.choice(("青龙计划泄密", "蓝湾事件真相", "云顶内幕"))
    between = dice.choice((" ", "\u200b", "\u3000", "*", "·", "\u2060", "|", "_", "  ", "\u00ad"))
    at = dice.randrange(1, len(word))
    dressed = word[:at] + between + word[at:] if dice.random() < 0.5 else between.join(word)
    return dressed


def _variant(dice: random.Random) -> str:
    words = dice.choice(("雲頂內幕", "藍灣事件真相", "青龍計劃洩密", "ＸＹＺ违规平台", "xyz違規平台"))
    return words


def _wrong_day(dice: random.Random) -> str:
    year, wrong = (
        dice.randrange(2019, 2027),
        dice.choice(("2月30日", "4月31日", "6月31日", "9月31日", "11月31日", "13月5日", "2月29日")),
    )
    if wrong == "2月29日":
        year = dice.choice((2021, 2022, 2023, 2025, 2026))
    written = dice.choice((f"{year}年{wrong}", f"{year}年{wrong}", wrong if wrong != "2月29日" else f"{year}年{wrong}"))
    return written


def _wrong_weekday(dice: random.Random) -> str:
    day = date(2019, 1, 1) + timedelta(days=dice.randrange(2800))
    wrong = (day.weekday() + dice.randrange(1, 7)) % 7
    name = "一二三四五六日"[wrong]
    written = dice.choice(
        ("{y}年{m}月{d}日（星期{w}）", "{y}年{m}月{d}日，星期{w}", "{y}年{m}月{d}日周{w}", "{y}-{m:02}-{d:02}（周{w}）")
    )
    words = written.format(y=day.year, m=day.month, d=day.day, w=name)
    return words


def _order(dice: random.Random) -> str:
    words = dice.choice(
        (
            "林样本、陈示例出席",
            "周虚构、陈示例参加",
            "周虚构和林样本到会",
            "陈示例、周虚构、林样本出席",
            "总工程师周虚构、副厅长林样本出席",
        )
    )
    return words


# --------------------------------------------------------------------------- whole stories


def _sourced(**given: str) -> Callable[[Manuscript, random.Random], Manuscript]:
    whole = {"outlet": "四川科技报", "author": "陈晓", "title": "原题", "url": "https://www.example.com/a/1.html"}

    def change(story: Manuscript, dice: random.Random) -> Manuscript:
        return replace(story, source=Source(**{**whole, **given}), editor=given.get("editor", "赵明"))

    return change


def _without_author(story: Manuscript, dice: random.Random) -> Manuscript:
    made = _sourced()(story, dice)
    assert made.source
    missing = dice.choice(("author", "title", "url", "editor"))
    return (
        replace(made, editor="") if missing == "editor" else replace(made, source=replace(made.source, **{missing: ""}))
    )


def _expired(story: Manuscript, dice: random.Random) -> Manuscript:
    ended = DAY - timedelta(days=dice.randrange(1, 900))
    words = dice.choice(
        ("图库授权，有效期至{0:%Y-%m-%d}", "授权至{0.year}年{0.month}月{0.day}日", "Stock, until {0:%Y/%m/%d}")
    )
    figure = Figure(picture=replace(_picture(), licence=words.format(ended)), caption=_said("图"))
    return replace(story, blocks=(*story.blocks, figure))


def _linked(*addresses: str) -> Callable[[Manuscript, random.Random], Manuscript]:
    def change(story: Manuscript, dice: random.Random) -> Manuscript:
        run = Text("详情见这里", (Mark("link", href=dice.choice(addresses)),))
        return replace(story, blocks=(Paragraph(text=(run,)), *story.blocks))

    return change


def _silent(story: Manuscript, dice: random.Random) -> Manuscript:
    """A line of a dialogue that nobody wrote, at the end of the story or in a box."""
    lines = [Line(speaker="a", text=_said("在吗？")), Line(speaker="a", text=())]
    dice.shuffle(lines)
    talk: AnyBlock = Dialogue(lines=tuple(lines))
    boxed = FactBox(title="对话", blocks=(talk,))
    cast = (*(one for one in story.cast if one.key != "a"), Character(key="a", name="小科"))
    return replace(story, cast=cast, blocks=(*story.blocks, dice.choice((talk, boxed))))


def _unlinked(story: Manuscript, dice: random.Random) -> Manuscript:
    kept = tuple(block for block in story.blocks if block.kind != "policy_link")
    headline = dice.choice(("政策解读：科技成果转化十八条", "一图读懂科技创新政策", "科技政策答记者问"))
    return replace(story, headline=headline, look="policy", blocks=kept)


SHOPS = (
    "https://item.taobao.com/item.htm?id=1",
    "https://item.jd.com/100.html",
    "https://u.jd.com/abc",
    "https://mobile.yangkeduo.com/goods.html?g=1",
)
INSIDE = (
    "http://localhost:8080/x",
    "http://192.168.1.5/a",
    "http://10.0.0.1/",
    "https://oa.local/doc/1",
    "http://[::1]/",
)

SECRETS = ("青龙计划泄密", "蓝湾事件真相", "云顶内幕", "残废人", "凉山自治州")
TITLES = ("省科技厅副厅长陈示例", "林样本厅长", "总工程师林样本", "省科技厅厅长周虚构", "省科技厅副厅长 陈示例")
SLIPS = ("省科技厅厅长陈示列，", "总工程师周虚沟说", "省科技厅副厅长林样木。")
SELLING = ("扫码立即购买", "点击链接下单", "限时优惠", "现在全场八折", "原价99元，现价59元", "加微信：abc12345")
TITLED = (*PROSE, "cell", "heading", "digest")

FAULTS = (
    Fault("错敏词", "checks.word.block", _one_of(*SECRETS), spots=ANY),
    Fault("错敏词隔开写", "checks.word.hidden", _hidden, spots=ANY),
    Fault("错敏词换写法", "checks.word.block", _variant, spots=ANY),
    Fault("职务错", "checks.name.title", _one_of(*TITLES), spots=(*TITLED, "headline")),
    Fault("姓名错一字", "checks.name.spelling", _one_of(*SLIPS), spots=PROSE),
    Fault("排序错", "checks.name.order", _order, spots=(*PROSE, "digest")),
    Fault("身份证号", "checks.personal.identity", _identity, spots=ANY),
    Fault("手机号", "checks.personal.mobile", _mobile, spots=ANY),
    Fault("银行卡号", "checks.personal.bank", _card, spots=ANY),
    Fault("护照号", "checks.personal.passport", _passport, spots=(*PROSE, "cell", "alt")),
    Fault("没有这一天", "checks.date.impossible", _wrong_day, spots=(*TITLED, "headline")),
    Fault("星期不对", "checks.date.weekday", _wrong_weekday, spots=TITLED),
    Fault("提示语没换", "checks.text.skeleton", _one_of(START, DIGEST), spots=(*PROSE, "cell", "digest")),
    Fault("空对白", "checks.text.silent", whole=_silent),
    Fault("广告语", "checks.advert.selling", _one_of(*SELLING), spots=(*PROSE, "cell", "alt", "digest")),
    Fault("转载不全", "checks.reprint.incomplete", whole=_without_author),
    Fault("没有原文", "checks.reprint.unsaved", whole=_sourced()),
    Fault("来源不明", "checks.source.unknown", whole=_sourced(outlet="某自媒体号")),
    Fault("来源过期", "checks.source.unknown", whole=_sourced(outlet="旧日晚报")),
    Fault("解读没有政策", "checks.policy.unlinked", whole=_unlinked),
    Fault("图片授权过期", "checks.picture.expired", whole=_expired),
    Fault("商品链接", "checks.advert.shop", whole=_linked(*SHOPS)),
    Fault("内网链接", "checks.link.inside", whole=_linked(*INSIDE)),
)


def plant(stories: Sequence[Manuscript], count: int, seed: int = 2026) -> Iterator[Planted]:
    """``count`` faulty stories: kinds and places in turn, words and stories by lot."""
    dice = random.Random(seed)
    turns: dict[str, int] = {}
    for number in range(count):
        fault = FAULTS[number % len(FAULTS)]
        story = stories[number % len(stories)]
        turn = turns[fault.name] = turns.get(fault.name, -1) + 1
        if fault.whole:
            yield Planted(fault.whole(story, dice), fault, "", fault.name)
            continue
        assert fault.words
        words = fault.words(dice)
        made, path = put(story, fault.spots[turn % len(fault.spots)], words, dice.randrange(1000))
        yield Planted(made, fault, path, words)


def credit_code(dice: random.Random) -> str:
    """A code of the right form."""
    first = f"91510100MA{dice.randrange(10**7):07}"
    return first + credit_check(first)
