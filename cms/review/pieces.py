"""A text as somebody reads it who never sees Markdown: field by field, then block by block, each with its Chinese name.

What of a block has no words (a picture, a focus point, an address) stands in it as pictures and facts. A piece's
``key`` is the whole value it was made of: two pieces are the same only where nothing about them differs. What goes on
from the piece before, and what ends and begins again between the two, stands beside it (``joined``, ``anew``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import count
from typing import Any

from channels import registry
from channels.values import (
    Audio,
    Block,
    Character,
    Code,
    CorrectionNotice,
    Dialogue,
    FactBox,
    Figure,
    Footnote,
    FootnoteRef,
    Formula,
    Gallery,
    Heading,
    InlineFormula,
    Inlines,
    KeyFigure,
    LineBreak,
    List,
    LiveStream,
    LocalLead,
    Paragraph,
    Picture,
    PolicyLink,
    Quote,
    RegionBlock,
    ResourceCard,
    Source,
    Table,
    Text,
    Video,
)
from cms.manuscript.draft import FrontMatter
from cms.manuscript.front import LABELS
from cms.manuscript.rewriting import told

Facts = tuple[tuple[str, str], ...]
BLOCKS: Mapping[str, str] = {
    "list": "列表", "quote": "引文", "figure": "图片", "gallery": "图集", "video": "视频", "audio": "音频",
    "live_stream": "直播", "dialogue": "对白", "table": "表格", "code": "代码", "formula": "公式", "fact_box": "小知识",
    "divider": "分隔线", "resource_card": "资源卡", "policy_link": "政策", "key_figure": "数字", "region": "限定地区",
    "local_lead": "地方导语", "footnote": "脚注", "correction": "更正",
}  # fmt: skip
"""The kinds of blocks as the visual editor names them (front/src/fields.js)."""
MARKS: Mapping[str, str] = {
    "strong": "加粗", "em": "着重", "code": "代码字", "strike": "删除线", "sub": "下标", "sup": "上标", "ai": "AI 标记",
    "lang": "语言",
}  # fmt: skip
_STATES = {"upcoming": "预告", "live": "直播中", "ended": "已结束"}
_SOURCE = {"outlet": "来源媒体", "author": "原作者", "title": "原标题", "url": "原文网址", "published": "原文日期"}
_FRONT = {**LABELS, "column_slug": "栏目网址名", "units": "发往单位", "embargo": "不早于", "slug": "稿件名"}
_KINDS = {"original": "原创", "reprint": "转载"}
_LOOKS = {"": "按稿件自动", "news": "新闻", "column": "栏目", "policy": "政策"}
_ALIGNS = {"": "靠左", "left": "靠左", "center": "居中", "right": "靠右"}
_LEVELS = "零一二三四五六"


@dataclass(frozen=True, slots=True)
class Around:
    """A block around pieces: its Chinese name, whom it is for (``units``), and which of its text it is."""

    name: str
    units: tuple[str, ...]
    number: int

    def is_like(self, other: "Around") -> bool:
        return (self.name, self.units) == (other.name, other.units)


@dataclass(frozen=True, slots=True)
class Piece:
    """One field or block, or a part of one that reads by itself (a line of a dialogue, a row of a table).

    ``kind``: its family, so that like is compared with like; ``label``: its Chinese name, "" for a plain paragraph;
    ``marks``: (Chinese name, words) of what is set apart in its words; ``digest``: the hash of the bytes its picture
    shows, "" where that is not known; ``around``: the blocks it stands in whose beginning is no piece, outermost first;
    ``joined``: how many of these the piece before stands in too; ``anew``: the name of the next one, where it begins
    right after another like it."""

    kind: str
    label: str
    words: str
    key: tuple[Any, ...]
    picture: Picture | None = None
    facts: Facts = ()
    marks: Facts = ()
    digest: str = ""
    around: tuple["Around", ...] = ()
    joined: int = 0
    anew: str = ""


def pieces_of(text: str, units: Mapping[str, str], hashes: Mapping[str, str]) -> list[Piece]:
    """The pieces of a text, in reading order. ``units``: names of units by slug; ``hashes``: of the bytes its pictures
    show, by path, as far as they are known."""
    said = told(text)
    cast = {one.key: one.name for one in said.front.cast}
    found = [*_front(said.front, units), *_joined(_Reader(cast, units).flow(said.blocks))]
    return [replace(one, digest=hashes.get(one.picture.src, "")) if one.picture else one for one in found]


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces; each says what it has in common with the one before."""
    before: tuple[Around, ...] = ()
    for piece in pieces:
        here, both = piece.around, list(zip(before, piece.around, strict=False))
        joined = next((at for at, (last, one) in enumerate(both) if last != one), len(both))
        is_anew = joined < len(both) and before[joined].is_like(here[joined])
        yield replace(piece, joined=joined, anew=here[joined].name if is_anew else "") if both else piece
        before = here


def _front(front: FrontMatter, units: Mapping[str, str]) -> Iterator[Piece]:
    """The fields that say something, in the order of the page."""
    for one in fields(front):
        name, value = one.name, getattr(front, one.name)
        if value == one.default:
            continue
        if name == "cover":
            yield _pictured("field.cover", "封面", value, "", (), ("cover", value))
        elif name == "cast":
            yield from (_character(each) for each in value)
        elif name == "short_headlines":
            for channel, words in value:
                yield _field(f"short.{channel}", f"{_channel(channel)}短标题", words)
        elif isinstance(value, Source):
            for part, label in _SOURCE.items():
                if said := getattr(value, part):
                    yield _field(f"source.{part}", label, said)
        else:
            yield _field(name, _FRONT.get(name, name), _said(name, value, units))


def _said(name: str, value: Any, units: Mapping[str, str]) -> str:
    """A field's value in words."""
    if name == "kind":
        return _KINDS.get(value, str(value))
    if name == "look":
        return _LOOKS.get(value, str(value))
    if name == "units":
        return "、".join(units.get(one, one) for one in value)
    return "、".join(value) if isinstance(value, tuple) else str(value)


def _field(name: str, label: str, words: str) -> Piece:
    return Piece(f"field.{name}", label, words, (name, words))


def _character(one: Character) -> Piece:
    side = "右边" if one.side == "right" else "左边"
    facts = (("位置", side), ("颜色", one.colour))
    return Piece("field.cast", "角色", one.name, ("cast", one), one.picture, facts)


def _channel(name: str) -> str:
    known = registry.all_channels()
    return known[name].title if name in known else name


def inline(text: Inlines) -> str:
    """A line as it is read; where a link leads, notes and formulas in brackets of their own."""
    out = ""
    for run in text:
        if isinstance(run, Text):
            href = next((mark.href for mark in run.marks if mark.kind == "link"), "")
            out += run.text + (f"〔链接 {href}〕" if href else "")
        elif isinstance(run, LineBreak):
            out += "\n"
        elif isinstance(run, FootnoteRef):
            out += f"〔脚注 {run.label}〕"
        elif isinstance(run, InlineFormula):
            out += f"〔公式 {run.tex}〕"
    return out


def _marks(text: Inlines) -> Facts:
    return tuple(
        (MARKS[mark.kind], run.text)
        for run in text
        if isinstance(run, Text)
        for mark in run.marks
        if mark.kind in MARKS
    )


def _pictured(kind: str, label: str, picture: Picture, words: str, marks: Facts, key: tuple[Any, ...]) -> Piece:
    facts = [("画面内容", picture.alt), ("作者或来源", picture.credit), ("许可", picture.licence)]
    focus = f"{picture.focus_x / 10:g}%，{picture.focus_y / 10:g}%"
    facts += [("焦点", "" if (picture.focus_x, picture.focus_y) == (500, 500) else focus)]
    facts += [("AI 生成", "是" if picture.ai else "")]
    return Piece(kind, label, words, key, picture, tuple(facts), marks)


class _Reader:
    """Blocks as pieces; knows who speaks (``cast``: names by key) and what units are called."""

    def __init__(self, cast: Mapping[str, str], units: Mapping[str, str]) -> None:
        self.cast, self.units = cast, units
        self._numbers = count()

    def flow(self, blocks: Sequence[Block], within: str = "") -> Iterator[Piece]:
        """``within``: the names of the blocks around, outermost first."""
        for block in blocks:
            around = self._around(BLOCKS[block.kind], block) if type(block) in _HEADLESS else ()
            for piece in self._block(block):
                label = " · ".join(filter(None, (within, piece.label)))
                facts = (*piece.facts, *_common(block))
                key = (within, *((one.name, one.units) for one in around), *piece.key, block.lang, block.ai)
                yield replace(piece, label=label, facts=facts, key=key, around=(*around, *piece.around))

    def _around(self, name: str, block: Block | None = None) -> tuple[Around, ...]:
        return (Around(name, block.units if isinstance(block, RegionBlock) else (), next(self._numbers)),)

    def _block(self, block: Block) -> Sequence[Piece]:
        """Its pieces, one at least: what holds nothing is still there."""
        made = _MADE.get(type(block))
        found = list(made(self, block) if made else self._plain(block))
        return found or [Piece(block.kind, BLOCKS[block.kind], "", (block,))]

    def _plain(self, block: Block) -> Iterator[Piece]:
        """A block whose parts are a few words each: one line a part."""
        rows = "\n".join(f"{label}：{value}" if label else value for label, value in _rows(block) if value)
        yield Piece(block.kind, BLOCKS[block.kind], rows, (block,))

    def _paragraph(self, block: Paragraph) -> Iterator[Piece]:
        facts = (("对齐", _ALIGNS[block.align] if block.align else ""),)
        yield Piece("words", "", inline(block.text), ("p", block.text, block.align), None, facts, _marks(block.text))

    def _heading(self, block: Heading) -> Iterator[Piece]:
        label = f"标题{_LEVELS[block.level]}"
        yield Piece("words", label, inline(block.text), ("h", block.level, block.text), None, (), _marks(block.text))

    def _list(self, block: List) -> Iterator[Piece]:
        for number, entry in enumerate(block.items, block.start):
            name = f"编号 {number}" if block.ordered else "列表"
            head, *rest = entry.blocks or (None,)
            if isinstance(head, Paragraph) and not _common(head):
                for piece in self._paragraph(head):
                    yield replace(piece, label=name, key=("li", name, *piece.key))
                yield from self.flow(rest, name)
            else:
                around = self._around("一条")
                for piece in list(self.flow(entry.blocks, name)) or [Piece("words", name, "", ("li",))]:
                    yield replace(piece, around=(*around, *piece.around))

    def _quote(self, block: Quote) -> Iterator[Piece]:
        yield from self.flow(block.blocks, "引文")
        if block.cite:
            yield Piece("quote.cite", "引文的出处", block.cite, ("cite", block.cite))

    def _figure(self, block: Figure) -> Iterator[Piece]:
        words, marks = inline(block.caption), _marks(block.caption)
        yield _pictured("figure", "图片", block.picture, words, marks, ("figure", block.picture, block.caption))

    def _gallery(self, block: Gallery) -> Iterator[Piece]:
        words, marks = inline(block.caption), _marks(block.caption)
        yield Piece("gallery", f"图集，{len(block.figures)} 张", words, ("gallery", block.caption, len(block.figures)),
                    marks=marks)  # fmt: skip
        yield from self.flow(block.figures, "图集")

    def _video(self, block: Video) -> Iterator[Piece]:
        whole = ("video", replace(block, lang="", ai=False))
        rows = (("", block.title), ("", inline(block.caption)))
        facts = (("地址", block.src), ("时长", f"{block.seconds} 秒" if block.seconds else ""))
        words = "\n".join(value for _, value in rows if value)
        yield Piece("video", "视频", words, whole, block.poster, facts, _marks(block.caption))

    def _dialogue(self, block: Dialogue) -> Iterator[Piece]:
        for one in block.lines:
            who = self.cast.get(one.speaker, one.speaker)
            yield Piece("line", f"对白 · {who}", inline(one.text), ("line", one), marks=_marks(one.text))

    def _local_lead(self, block: LocalLead) -> Iterator[Piece]:
        for one in block.texts:
            where = self.units.get(one.unit, one.unit)
            yield Piece("local", f"地方导语 · {where}", inline(one.text), ("local", one), marks=_marks(one.text))

    def _table(self, block: Table) -> Iterator[Piece]:
        if block.caption:
            yield Piece("table.caption", "表题", block.caption, ("caption", block.caption))
        aligns = "、".join(_ALIGNS[one] for one in block.aligns) if any(block.aligns) else ""
        for at, row in enumerate((block.header, *block.rows)):
            words = "　｜　".join(map(inline, row))
            facts = (("各列", aligns),) if at == 0 else ()
            key = ("row", at == 0, row, block.aligns if at == 0 else ())
            marks = tuple(mark for cell in row for mark in _marks(cell))
            yield Piece("row", "表头" if at == 0 else "表格", words, key, None, facts, marks)

    def _fact_box(self, block: FactBox) -> Iterator[Piece]:
        yield Piece("fact_box", "小知识", block.title, ("fact_box", block.title))
        yield from self.flow(block.blocks, "小知识")

    def _region(self, block: RegionBlock) -> Iterator[Piece]:
        where = "、".join(self.units.get(one, one) for one in block.units)
        yield from self.flow(block.blocks, f"只给{where}的读者")

    def _footnote(self, block: Footnote) -> Iterator[Piece]:
        yield from self.flow(block.blocks, f"脚注 {block.label}")


def _common(block: Block) -> Facts:
    """What any block may say of itself."""
    return (("语言", block.lang), ("AI 生成", "是" if block.ai else "")) if block.lang or block.ai else ()


def _rows(block: Block) -> Facts:
    """The words of a small block, each with its label."""
    match block:
        case Audio():
            seconds = f"{block.seconds} 秒" if block.seconds else ""
            return (("", block.title), ("地址", block.src), ("时长", seconds), ("文字稿", block.transcript))
        case LiveStream():
            state = _STATES.get(block.state, block.state)
            return (("", block.title), ("网址", block.url), ("状态", state), ("开始时间", block.starts))
        case Code():
            return (("", block.text), ("语言", block.syntax))
        case Formula():
            return (("", block.tex), ("读作", block.alt))
        case ResourceCard():
            return (("", block.title), *block.fields, ("简介", block.summary), ("网址", block.url))
        case PolicyLink():
            return (
                ("", block.title), ("文号", block.number), ("发文机关", block.issuer), ("日期", block.issued),
                ("网址", block.url),
            )  # fmt: skip
        case KeyFigure():
            return (("", f"{block.value} {block.unit}".strip()), ("说明", block.label), ("补充", block.note))
        case CorrectionNotice():
            return (("更正日期", block.corrected), ("更正前", block.was), ("更正后", block.now))
        case _:
            return ()  # a dividing line says nothing


_HEADLESS = (Quote, List, Dialogue, LocalLead, RegionBlock)
"""Blocks whose beginning is no piece: two of a kind in a row read like one."""
_MADE: dict[type[Block], Callable[[_Reader, Any], Iterator[Piece]]] = {
    Paragraph: _Reader._paragraph,
    Heading: _Reader._heading,
    List: _Reader._list,
    Quote: _Reader._quote,
    Figure: _Reader._figure,
    Gallery: _Reader._gallery,
    Video: _Reader._video,
    Dialogue: _Reader._dialogue,
    LocalLead: _Reader._local_lead,
    Table: _Reader._table,
    FactBox: _Reader._fact_box,
    RegionBlock: _Reader._region,
    Footnote: _Reader._footnote,
}
__all__ = ["BLOCKS", "Piece", "inline", "pieces_of"]
