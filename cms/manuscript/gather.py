"""From allowed elements to blocks: the last step of reading, where every value gets its type.

Text and marks come from ``phrases``; here are the blocks. Whatever does not fit says so in a finding and
keeps its words.
"""

import textwrap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from channels.values import (
    AnyBlock,
    Audio,
    Blocks,
    Code,
    CorrectionNotice,
    Dialogue,
    Divider,
    FactBox,
    Figure,
    Finding,
    Footnote,
    Formula,
    Gallery,
    Heading,
    Inlines,
    KeyFigure,
    Line,
    List,
    ListItem,
    LiveStream,
    LocalLead,
    LocalText,
    Paragraph,
    PolicyLink,
    Quote,
    RegionBlock,
    ResourceCard,
    Table,
    Text,
    Video,
)
from cms.manuscript.fences import Kept
from cms.manuscript.names import STATES, is_yes
from cms.manuscript.normal import normal_inlines, normalise, squash
from cms.manuscript.page import Node
from cms.manuscript.phrases import Phrases, is_phrase

_ALIGNS = ("left", "center", "right")


class Gatherer:
    """Turns a page into blocks; footnotes wherever they stand are collected for the end."""

    def __init__(self, kept: list[Kept], findings: list[Finding]) -> None:
        self.findings = findings
        self.notes: list[Footnote] = []
        self.phrases = Phrases(kept, self.say)

    def say(self, level: Any, rule: str, message: str, line: int, excerpt: str = "") -> None:
        self.findings.append(
            Finding(level=level, rule=f"manuscript.{rule}", message=message, line=line, excerpt=excerpt[:60])
        )

    def story(self, root: Node) -> Blocks:
        """The whole page, in normal form."""
        return normalise((*self.flow(root), *self.notes))

    def flow(self, node: Node) -> Blocks:
        """The blocks among a node's children; loose words become paragraphs."""
        blocks: list[AnyBlock] = []
        loose: list[Node | str] = []
        for child in node.children:
            if is_phrase(child):
                loose.append(child)
                continue
            blocks += self._loose(loose, node.line)
            loose = []
            assert isinstance(child, Node)
            blocks += self._block(child)
        return (*blocks, *self._loose(loose, node.line))

    def _loose(self, words: list[Node | str], line: int) -> Blocks:
        """A paragraph of words that stood outside any; most often there are only line ends."""
        if all(isinstance(word, str) and not word.strip() for word in words):
            return ()
        return self._paragraph(Node("p", {}, words, line))

    def _block(self, node: Node) -> Blocks:
        make = _MAKERS.get(node.tag)
        if make is None:
            return self.flow(node)
        made = make(self, node)
        return tuple(self._flagged(block, node) for block in made)

    def _flagged(self, block: AnyBlock, node: Node) -> AnyBlock:
        """The block with the line, language and AI flag written on its element."""
        lang, ai = node.get("lang"), is_yes(node.get("ai"))
        if node.tag == "x-with" or not node.tag.startswith("x-"):
            lang, ai = "", False
        return replace(block, line=block.line or node.line, lang=block.lang or lang, ai=block.ai or ai)

    def _paragraph(self, node: Node) -> Blocks:
        """A paragraph; pictures, listings and formulas standing in it become blocks of their own."""
        style = node.get("align") or node.get("style").replace("text-align:", "").strip(" ;")
        align = style if style in ("center", "right") else ""
        out: list[AnyBlock] = []
        for part in self.phrases.parts(node):
            if not isinstance(part, list):
                out.append(replace(part, line=part.line or node.line))
            elif text := normal_inlines(part):
                out.append(Paragraph(text=text, align=align, line=node.line))
        if len(out) > 1 and any(isinstance(b, Figure) for b in out) and any(isinstance(b, Paragraph) for b in out):
            self.say("info", "picture.in_text", "文字中间的图片已单独成段，请核对位置", node.line)
        return tuple(out)

    def line(self, node: Node) -> tuple[Inlines, Blocks]:
        """One line of text, and the blocks that cannot stand inside it."""
        text: list[Any] = []
        strays: list[AnyBlock] = []
        for part in self.phrases.parts(node):
            if not isinstance(part, list):
                strays.append(replace(part, line=part.line or node.line))
            else:
                text += part
        return normal_inlines(text), tuple(strays)

    def _heading(self, node: Node) -> Blocks:
        text, strays = self.line(node)
        return (Heading(level=int(node.tag[1]), text=text), *strays) if text else strays

    def _list(self, node: Node) -> Blocks:
        tags = ("li",) if node.tag != "x-list" else ("x-item",)
        items = tuple(
            ListItem(blocks=self.flow(child))
            for child in node.children
            if isinstance(child, Node) and child.tag in tags
        )
        ordered = node.tag == "ol" or is_yes(node.get("ordered"))
        start = node.get("start", "1")
        return (List(items=items, ordered=ordered, start=_number(start, 1) if ordered else 1),)

    def _quote(self, node: Node) -> Blocks:
        return (Quote(blocks=self.flow(node), cite=node.get("cite") if node.tag == "x-quote" else ""),)

    def _listing(self, node: Node) -> Blocks:
        """An indented listing; fences and formulas indented like it stand for themselves."""
        out: list[AnyBlock] = []
        for part in self.phrases.pieces(node.words()):
            if not isinstance(part, str):
                out.append(part)
            elif part.strip():
                out.append(Code(text=textwrap.dedent(part.strip("\n")).rstrip() if out else part.rstrip()))
        return tuple(out) or (Code(text=""),)

    def _divider(self, node: Node) -> Blocks:
        return (Divider(),)

    def _table(self, node: Node) -> Blocks:
        rows = list(_rows(node))
        strays: list[AnyBlock] = []
        cells = []
        for row in rows:
            made = [self.line(cell) for cell in row.children if isinstance(cell, Node) and cell.tag in ("td", "th")]
            cells.append(tuple(text for text, _ in made))
            strays += [stray for _, blocks in made for stray in blocks]
        if strays:
            self.say("info", "table.strays", "表格里的图片或代码放不进单元格，已移到表格后面", node.line)
        if not cells:
            return tuple(strays)
        first = [cell for cell in rows[0].children if isinstance(cell, Node)]
        aligns = tuple(_align(cell) for cell in first if cell.tag in ("td", "th"))
        return (Table(header=cells[0], rows=tuple(cells[1:]), aligns=aligns), *strays)

    def _html_figure(self, node: Node) -> Blocks:
        caption = next((c for c in node.children if isinstance(c, Node) and c.tag == "figcaption"), None)
        rest = Node("div", {}, [c for c in node.children if c is not caption], node.line)
        blocks = self.flow(rest)
        if caption and blocks and isinstance(blocks[-1], Figure):
            return (*blocks[:-1], replace(blocks[-1], caption=self.line(caption)[0]))
        return blocks if not caption else (*blocks, *self._paragraph(caption))

    def _pictured(self, node: Node, what: str) -> tuple[tuple[Figure, ...], Inlines]:
        """The figures inside a block, and the words there, which are its caption."""
        figures, texts = [], []
        for block in self.flow(node):
            if isinstance(block, Figure):
                figures.append(block)
            elif isinstance(block, Paragraph):
                texts.append(block.text)
            else:
                self.say("warn", "block.misplaced", f"{what}里只能放图片和说明文字，其余已略去", node.line)
        return tuple(figures), normal_inlines(part for text in texts for part in (Text("\n"), *text))

    def _gallery(self, node: Node) -> Blocks:
        figures, caption = self._pictured(node, "图集")
        if not figures:
            self.say(
                "block",
                "block.no_picture",
                "图集里没有图片，请点“加图片”放进来（Markdown：![说明](图片路径)）",
                node.line,
            )
            return self._words(caption)
        return (Gallery(figures=figures, caption=caption),)

    def _figure(self, node: Node) -> Blocks:
        figures, caption = self._pictured(node, "图片块")
        if not figures:
            self.say(
                "block",
                "block.no_picture",
                "图片块里没有图片，请放进一张或删去这一块（Markdown：![说明](图片路径)）",
                node.line,
            )
            return self._words(caption)
        return (replace(figures[0], caption=caption or figures[0].caption, line=node.line), *figures[1:])

    def _words(self, text: Inlines) -> Blocks:
        return (Paragraph(text=text),) if text else ()

    def _video(self, node: Node) -> Blocks:
        figures, caption = self._pictured(node, "视频块")
        poster = figures[0].picture if figures else None
        self._need(node, "src", "视频没有写地址，请在它的“地址”里填上网址（Markdown：:::视频 网址）")
        src, title, seconds = node.get("src"), squash(node.get("title")), _number(node.get("seconds"), 0)
        return (Video(src=src, title=title, seconds=seconds, poster=poster, caption=caption),)

    def _audio(self, node: Node) -> Blocks:
        self._need(node, "src", "音频没有写地址，请在它的“地址”里填上网址（Markdown：:::音频 网址）")
        transcript = node.get("transcript") or node.get("raw")
        seconds = _number(node.get("seconds"), 0)
        return (Audio(src=node.get("src"), title=node.get("title"), seconds=seconds, transcript=transcript),)

    def _live_stream(self, node: Node) -> Blocks:
        self._need(node, "url", "直播没有写地址，请在它的“网址”里填上（Markdown：:::直播 网址 标题）")
        state = STATES.get(node.get("state", "upcoming"), "")
        if not state:
            self.say("warn", "live_stream.state", "直播状态只能写 预告、直播中、已结束", node.line, node.get("state"))
        title, starts = node.get("title"), node.get("starts")
        return (LiveStream(url=node.get("url"), title=title, state=state or "upcoming", starts=starts),)

    def _dialogue(self, node: Node) -> Blocks:
        lines = tuple(Line(speaker=c.get("speaker"), text=self._spoken(c)) for c in _inner(node, "x-line"))
        if not lines:
            self.say(
                "block",
                "block.empty",
                "对白是空的，请点“加一句”写上谁说了什么，或删去它（Markdown：“名字：话”，一人一行）",
                node.line,
            )
        return (Dialogue(lines=lines),) if lines else ()

    def _spoken(self, node: Node) -> Inlines:
        """A line of a dialogue or local lead; what cannot stand in it is told."""
        text, strays = self.line(node)
        if strays:
            message = "对白和地方导语的一行里放不进图片、代码和大公式，已略去，请移到块外"
            self.say("block", "block.misplaced", message, node.line)
        return text

    def _local_lead(self, node: Node) -> Blocks:
        lines = _inner(node, "x-line")
        return (LocalLead(texts=tuple(LocalText(unit=c.get("speaker"), text=self._spoken(c)) for c in lines)),)

    def _fact_box(self, node: Node) -> Blocks:
        return (FactBox(title=node.get("title"), blocks=self.flow(node)),)

    def _card(self, node: Node) -> Blocks:
        rows = tuple((c.get("label"), c.get("value")) for c in _inner(node, "x-field"))
        self._need(node, "title", "资源卡没有名称，请在它的“名称”里填上（Markdown：:::资源卡 标题）")
        url, summary = node.get("url"), node.get("summary")
        return (ResourceCard(title=node.get("title"), fields=rows, summary=summary, url=url),)

    def _policy(self, node: Node) -> Blocks:
        self._need(node, "title", "政策没有标题，请在它的“文件标题”里填上（Markdown：:::政策 标题）")
        self._need(node, "url", "政策没有网址，请在它的“网址”里填上（Markdown：网址: https://…）")
        title, url, number = node.get("title"), node.get("url"), node.get("number")
        return (PolicyLink(title=title, url=url, number=number, issuer=node.get("issuer"), issued=node.get("issued")),)

    def _key_figure(self, node: Node) -> Blocks:
        self._need(node, "value", "数字块没有数字，请在它的“数字”里填上（Markdown：:::数字 428 万 注册用户）")
        value, label = node.get("value"), node.get("label")
        return (KeyFigure(value=value, label=label, unit=node.get("unit"), note=node.get("note")),)

    def _correction(self, node: Node) -> Blocks:
        for key, label, chinese in (
            ("corrected", "更正日期", "更正日期"), ("was", "更正前", "更正前"), ("now", "更正后", "更正为"),
        ):  # fmt: skip
            self._need(node, key, f"更正没有写{label}，请在它的“{label}”里填上（Markdown：{chinese}: …）")
        return (CorrectionNotice(corrected=node.get("corrected"), was=node.get("was"), now=node.get("now")),)

    def _formula(self, node: Node) -> Blocks:
        return (Formula(tex=node.get("tex") or node.get("raw"), alt=node.get("alt")),)

    def _region(self, node: Node) -> Blocks:
        units = tuple(node.get("units").replace("，", ",").replace("、", ",").replace(",", " ").split())
        if not units:
            self.say(
                "block",
                "region.no_units",
                "限定地区的一块没有写单位，请在它的“地区”里填上（Markdown：:::地区 mianyang,zigong）",
                node.line,
            )
        return (RegionBlock(units=units, blocks=self.flow(node)),)

    def _captioned_table(self, node: Node) -> Blocks:
        blocks = self.flow(node)
        if not blocks or not isinstance(blocks[0], Table):
            self.say("warn", "block.misplaced", "表格块里没有表格", node.line)
            return blocks
        return (replace(blocks[0], caption=node.get("caption")), *blocks[1:])

    def _footnote(self, node: Node) -> Blocks:
        note = Footnote(label=squash(node.get("label")), blocks=self.flow(node), line=node.line)
        if any(note.label == other.label for other in self.notes):
            self.say(
                "block",
                "footnote.twice",
                f"脚注 {note.label} 写了两次，请改用不同编号（Markdown：[^{note.label}]）",
                node.line,
            )
            return ()
        flagged = self._flagged(note, node)
        assert isinstance(flagged, Footnote)
        self.notes.append(flagged)
        return ()

    def _with(self, node: Node) -> Blocks:
        """Language, AI flag and alignment for the blocks inside."""
        at = len(self.notes)
        blocks = self.flow(node)
        changed = tuple(self._marked(block, node) for block in blocks)
        self.notes[at:] = [self._marked(note, node) for note in self.notes[at:]]  # type: ignore[misc]
        return changed

    def _marked(self, block: AnyBlock, node: Node) -> AnyBlock:
        align = node.get("align")
        if isinstance(block, Paragraph) and align in ("center", "right"):
            block = replace(block, align=align)
        return replace(block, lang=block.lang or node.get("lang"), ai=block.ai or is_yes(node.get("ai")))

    def _need(self, node: Node, key: str, message: str) -> None:
        if not node.get(key).strip():
            self.say("block", f"block.no_{key}", message, node.line)


_MAKERS: dict[str, Callable[[Gatherer, Node], Blocks]] = {
    "p": Gatherer._paragraph,
    "ul": Gatherer._list,
    "ol": Gatherer._list,
    "x-list": Gatherer._list,
    "blockquote": Gatherer._quote,
    "x-quote": Gatherer._quote,
    "pre": Gatherer._listing,
    "hr": Gatherer._divider,
    "table": Gatherer._table,
    "figure": Gatherer._html_figure,
    "x-dialogue": Gatherer._dialogue,
    "x-gallery": Gatherer._gallery,
    "x-figure": Gatherer._figure,
    "x-fact-box": Gatherer._fact_box,
    "x-card": Gatherer._card,
    "x-policy": Gatherer._policy,
    "x-key-figure": Gatherer._key_figure,
    "x-region": Gatherer._region,
    "x-local-lead": Gatherer._local_lead,
    "x-live-stream": Gatherer._live_stream,
    "x-video": Gatherer._video,
    "x-audio": Gatherer._audio,
    "x-formula": Gatherer._formula,
    "x-correction": Gatherer._correction,
    "x-table": Gatherer._captioned_table,
    "x-footnote": Gatherer._footnote,
    "x-with": Gatherer._with,
    **{f"h{level}": Gatherer._heading for level in range(1, 7)},
}


def _inner(node: Node, tag: str) -> list[Node]:
    return [child for child in node.children if isinstance(child, Node) and child.tag == tag]


def _rows(node: Node) -> list[Node]:
    """Table rows however they are grouped."""
    rows: list[Node] = []
    for child in node.children:
        if isinstance(child, Node):
            rows += [child] if child.tag == "tr" else _rows(child) if child.tag[0] == "t" else []
    return rows


def _align(cell: Node) -> str:
    style = cell.get("align") or cell.get("style").replace("text-align:", "").strip(" ;")
    return style if style in _ALIGNS else ""


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default
