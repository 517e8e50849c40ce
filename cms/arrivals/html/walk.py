"""From a checked tree to pieces: text with its marks, lists, tables, boxes, pictures; the rest is told."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from channels.values import (
    Blocks,
    Code,
    Divider,
    Footnote,
    FootnoteRef,
    LineBreak,
    List,
    ListItem,
    Mark,
    Paragraph,
    Quote,
    Table,
    Text,
)
from cms.arrivals import nesting, shaping
from cms.arrivals.html import lists, media, page, tree
from cms.arrivals.html.css import Look, declarations, font_tag, look
from cms.arrivals.html.words import Sheet, Words
from cms.arrivals.media import Shelf
from cms.arrivals.pieces import DEEPEST, Piece, Remainder, Role
from cms.manuscript.normal import safe_href

_BLOCKS = tree.named(
    "p div section article main header footer aside nav center address figure figcaption fieldset form dl "
    "dt dd details summary hgroup li body html tr td th tbody thead tfoot caption legend option optgroup "
    "marquee"
)
_SILENT = tree.named("script style head template noscript link meta base title xml colgroup col rp wbr area")
_CONTROLS = tree.named("input button select textarea datalist output progress meter")
_LOOKS: dict[str, dict[str, object]] = {
    **{key: {"is_bold": True} for key in ("b", "strong", "th")},
    **{key: {"is_italic": True} for key in ("i", "em", "cite", "dfn", "var")},
    **{key: {"is_underlined": True} for key in ("u",)},
    **{key: {"is_struck": True} for key in ("s", "strike", "del")},
    "sub": {"lift": "sub"},
    "sup": {"lift": "sup"},
    "center": {"align": "center"},
    "mark": {"has_colour": True},
}
_CODES = ("code", "kbd", "tt", "samp")
_ROLES: dict[str, Role] = {"msotitle": "title", "msosubtitle": "subtitle", "msocaption": "caption"}


@dataclass
class Page:
    """What a page gave: pieces and notes, and the headline and byline it showed outside its text."""

    pieces: list[Piece]
    notes: list[Footnote]
    headline: str = ""
    byline: tuple[str, ...] = ()


def read(text: str, left: Remainder, shelf: Shelf) -> Page:
    """The pieces of a page or clipboard."""
    document = tree.parse(text)
    story = page.find(document, left)
    sheet = Sheet(left, shelf, story, is_word="mso-" in text or "MsoNormal" in text)
    walker = _Walker(sheet)
    style = declarations(story.root.get("style") or "")
    base = Look() if story.root.get("id") == "js_content" else look(Look(), style)
    walker.children(story.root, base)
    walker.end_line()
    walker.end_list()
    notes = _notes(sheet)
    for home in dict.fromkeys(story.notes.values()):
        if home not in sheet.labels:
            left.lost("note.unused", "有一条注释在正文里没有引用，没有带过来，请核对", tree.words(home))
    if re.search(r"135editor|135编辑器|xiumi|秀米|96微信|壹伴", text):
        left.changed("editor_style", "编辑器模板的装饰样式不保留，文字和图片已保留，样式由版式统一给出")
    return Page(walker.pieces, notes, story.headline, story.byline)


def _notes(sheet: Sheet) -> list[Footnote]:
    """The notes that were referred to; reading one may refer to more."""
    made: list[Footnote] = []
    while len(made) < len(sheet.labels):
        for home, label in list(sheet.labels.items())[len(made) :]:
            walker = _Walker(sheet, note=home)
            made.append(Footnote(label=label, blocks=walker.inside(home, Look())))
    return made


class _Walker(Words):
    """Walks one flow: a page, a cell, an entry, a note."""

    def inside(self, node: HtmlElement, base: Look) -> Blocks:
        """The blocks inside an element, as a flow of its own."""
        return self._apart(lambda inner: inner.children(node, replace(base, align="")))

    def _alone(self, node: HtmlElement, base: Look) -> Blocks:
        """The blocks of one element, as a flow of its own."""
        return self._apart(lambda inner: inner.one(node, base))

    def _apart(self, walk: Callable[["_Walker"], None]) -> Blocks:
        inner = _Walker(self.sheet, self.depth + 1, self.note)
        walk(inner)
        inner.end_line()
        inner.end_list()
        return shaping.flow(inner.pieces)

    def children(self, node: HtmlElement, base: Look) -> None:
        self.say(node.text or "", base)
        for one in node:
            if isinstance(one.tag, str):
                self.one(one, base)
            self.say(one.tail or "", base)

    def one(self, node: HtmlElement, base: Look) -> None:
        """An element, by its kind."""
        tag = node.tag.lower()
        if tag in _SILENT or self._is_apart(node):
            return
        style = declarations(node.get("style") or "")
        own = look(self._tagged(node, base), style)
        self._tell_background(style)
        if style.get("display") == "none" or node.get("hidden") is not None or own.is_hidden:
            self._hidden(node)
        elif media.is_widget(tag):
            self.end_line()
            media.tell_widget(node, self.left)
        elif make := _MAKERS.get(tag) or (_Walker._box if page.is_callout(node) else None):
            make(self, node, own)
        elif tag in _BLOCKS:
            self._block(node, own)
        else:
            self._inline(node, own)

    def _tagged(self, node: HtmlElement, base: Look) -> Look:
        """The look its tag and old attributes give an element."""
        changes = _LOOKS.get(node.tag, {})
        made = replace(base, **changes) if changes else base  # type: ignore[arg-type]
        if align := node.get("align"):
            made = look(made, {"text-align": align.lower()})
        return font_tag(made, dict(node.attrib)) if node.tag == "font" else made

    def _is_apart(self, node: HtmlElement) -> bool:
        """Notes, comments and labels, which are read elsewhere or not at all."""
        if node is not self.note and node in self.sheet.story.notes.values():
            return True
        if page.is_part(node, "comment-list"):
            self.left.lost("comment", "批注没有带过来，需要的内容请写进正文或“给同事的备注”", tree.words(node))
            return True
        kinds = tree.classes(node)
        return lists.is_label(node) or bool(kinds & {"msocomanchor", "msocommentreference"})

    def _tell_background(self, style: dict[str, str]) -> None:
        address = re.search(r"url\(\s*['\"]?(?!data:image/svg)([^'\")]{4,})", " ".join(style.values()))
        if address:
            self.left.count("background", "{n} 处背景图不保留，要用请另存后作为图片插入", address[1][:120])

    def _hidden(self, node: HtmlElement) -> None:
        if words := tree.words(node):
            self.left.lost("hidden", "原文里看不见的文字没有带过来，要用请另行粘贴", words)

    def _inline(self, node: HtmlElement, own: Look) -> None:
        was = self.is_code
        self.is_code = was or node.tag in _CODES
        self.children(node, own)
        self.is_code = was

    def _block(self, node: HtmlElement, own: Look) -> None:
        """A box of text; Word's own kinds of paragraph are known by their class."""
        self.end_line()
        if (level := lists.word_level(node)) is not None and node.tag in ("p", "div", "li"):
            self._word_entry(node, own, level)
            return
        kinds = tree.classes(node)
        if any(re.fullmatch(r"msotoc\d|msotocheading", kind) for kind in kinds):
            self.left.lost("contents", "目录没有带过来，各渠道按小标题自行生成，不用再写", tree.words(node))
            return
        if "msoquote" in kinds or "msointensequote" in kinds:
            self._quote(node, own)
            return
        role = next((_ROLES[kind] for kind in kinds if kind in _ROLES), "caption" if node.tag == "figcaption" else "")
        outline = re.search(r"mso-outline-level:\s*([1-6])", node.get("style") or "")
        was = self.role, self.level
        self.role, self.level = role or self.role, int(outline[1]) if outline and not role else self.level
        self.align = own.align
        self.children(node, replace(own, is_bold=True) if node.tag == "dt" else own)
        self.align = own.align
        self.end_line()
        self.role, self.level = was

    def _heading(self, node: HtmlElement, own: Look) -> None:
        self.end_line()
        was = self.level
        self.level = int(node.tag[1])
        self.children(node, replace(own, is_bold=False))
        self.end_line()
        self.level = was

    def _word_entry(self, node: HtmlElement, own: Look, level: int) -> None:
        label = lists.word_label(node)
        count = lists.number(label)
        if lists.is_literal(label):
            self.align = own.align
            self.say(label, own)
            self.children(node, own)
            self.end_line()
            return
        if count is not None and not label.strip("().（）、．")[:1].isdigit():
            self.left.count("list.style", "{n} 处字母、罗马数字编号已改为 1. 2. 3.", label)
        if blocks := self.inside(node, own):
            self.entries.append(nesting.Entry(level, count is not None, count or 1, blocks))

    def _list(self, node: HtmlElement, own: Look) -> None:
        """A list; lists and words standing between its entries belong to the entry before."""
        self.end_line()
        items: list[ListItem] = []
        for one in node:
            if not isinstance(one.tag, str) or self._is_apart(one):
                continue
            is_entry = one.tag == "li"
            style = declarations(one.get("style") or "")
            blocks = self.inside(one, look(own, style)) if is_entry else self._alone(one, own)
            if is_entry and (sign := lists.tick(one)):
                blocks = _signed(blocks, sign)
            if is_entry and blocks:
                items.append(ListItem(blocks=blocks))
            elif blocks and items:
                items[-1] = ListItem(blocks=items[-1].blocks + blocks)
            elif blocks:
                items.append(ListItem(blocks=blocks))
        if self.depth > DEEPEST:
            self.add(*(block for item in items for block in item.blocks))
        elif items:
            start = node.get("start", "1")
            is_ordered = node.tag == "ol"
            first = int(start) if is_ordered and start.isdigit() and len(start) < 6 else 1
            self.add(List(items=tuple(items), ordered=is_ordered, start=first))

    def _quote(self, node: HtmlElement, own: Look) -> None:
        self.end_line()
        blocks = self.inside(node, own)
        last = self.pieces[-1].block if self.pieces else None
        is_next = tree.classes(node) & {"msoquote", "msointensequote"} and isinstance(last, Quote) and not self.entries
        if is_next and isinstance(last, Quote):
            self.pieces[-1] = Piece(replace(last, blocks=last.blocks + blocks))
        elif blocks:
            self.add(*((Quote(blocks=blocks),) if self.depth <= DEEPEST else blocks))

    def _box(self, node: HtmlElement, own: Look) -> None:
        """A 飞书 callout."""
        self.end_line()
        blocks = self.inside(node, own)
        if blocks and self.depth <= DEEPEST:
            self.add(nesting.boxed(blocks))
        else:
            self.add(*blocks)

    def _listing(self, node: HtmlElement, own: Look) -> None:
        self.end_line()
        if text := lists.listing(node):
            self.add(Code(text=text, syntax=lists.syntax(node)))

    def _table(self, node: HtmlElement, own: Look) -> None:
        """A table; one of a single cell only held things in place."""
        self.end_line()
        base = replace(own, align="")
        rows = [[self._cell(cell, base) for cell in row if cell.tag in ("td", "th")] for row in _rows(node)]
        cells = [cell for row in rows for cell in row]
        if len(cells) == 1 or self.depth > DEEPEST:
            self.add(*(block for cell in cells for block in cell.blocks))
        else:
            made = nesting.table(rows, self.left)
            caption = next((tree.words(one) for one in node if one.tag == "caption"), "")
            if made and isinstance(made[0], Table):
                made = (replace(made[0], caption=caption), *made[1:])
            elif caption:
                made = (Paragraph(text=(Text(caption),)), *made)
            self.add(*made)

    def _cell(self, cell: HtmlElement, base: Look) -> nesting.Cell:
        style = declarations(cell.get("style") or "")
        own = look(self._tagged(cell, base), style)
        own = replace(own, is_bold=base.is_bold) if cell.tag == "th" and "font-weight" not in style else own
        blocks = self.inside(cell, own)
        align = next((b.align for b in blocks if isinstance(b, Paragraph) and b.align), own.align)
        return nesting.Cell(blocks, _span(cell, "colspan"), _span(cell, "rowspan"), align)

    def _rule(self, node: HtmlElement, own: Look) -> None:
        if not any(page.is_part(one, "(footnote|endnote)-list") for one in node.iterancestors()):
            self.add(Divider())

    def _break(self, node: HtmlElement, own: Look) -> None:
        if "page-break-before" in (node.get("style") or ""):
            self.left.count("page_break", "{n} 处分页、分栏不保留，网页上连续显示", "")
        self.line.parts.append(LineBreak())

    def _image(self, node: HtmlElement, own: Look) -> None:
        near = self.line.words[-20:] or self.sheet.near
        made = media.picture(node, self.left, self.sheet.shelf, near)
        if isinstance(made, str):
            self.put(made, own)
        elif made:
            self.line.parts.append(made)

    def _link(self, node: HtmlElement, own: Look) -> None:
        href = (node.get("href") or "").strip()
        target = self.sheet.story.notes.get(href[1:]) if href.startswith("#") else None
        if target is not None and target is not self.note:
            label = self.sheet.labels.setdefault(target, str(len(self.sheet.labels) + 1))
            self.line.parts.append(FootnoteRef(label))
            return
        if self.note is not None and href.startswith("#") and re.fullmatch(r"[\[\]\d\s↩︎^*a-z]*", tree.words(node)):
            return  # the way back from a note
        self.links.append(self._mark(href, tree.words(node)))
        self.children(node, own)
        self.links.pop()

    def _mark(self, href: str, words: str) -> Mark | None:
        if safe := safe_href(href):
            return Mark(kind="link", href=safe)
        if href.startswith("#"):
            self.left.count("link.inside", "{n} 处跳到文内的链接已去掉，文字已保留", words)
        elif href:
            message = "链接只能是 http、https、邮箱或电话的完整地址，这一处已去掉链接、保留文字"
            self.left.lost("link.unsafe", message, href)
        return None

    def _struck(self, node: HtmlElement, own: Look) -> None:
        """Deleted words: in Word a tracked change, on pages a strike."""
        if self.sheet.is_word and node.tag == "del":
            message = "修订中删除的文字没有带过来，要保留请先在 Word 里拒绝这处修订"
            self.left.lost("deleted", message, tree.words(node))
        else:
            self.children(node, own)

    def _reading(self, node: HtmlElement, own: Look) -> None:
        if words := tree.words(node):
            self.put(f"（{words}）", own)
            self.left.count("ruby", "{n} 处拼音注音已写成字后的括号", words)

    def _drawing(self, node: HtmlElement, own: Look) -> None:
        """An SVG: its words are told, its lines are decoration."""
        if words := tree.words(node):
            self.left.lost("svg", "SVG 图形里的文字没有带过来，请写进稿件或截图插入", words)
        elif node.find(".//image") is not None or node.find(".//foreignobject") is not None:
            self.left.lost("svg", "SVG 图形（互动或动画）没有带过来，请截图插入", self.sheet.near)
        else:
            self.left.count("decoration", "{n} 处 SVG 装饰不保留", "")

    def _control(self, node: HtmlElement, own: Look) -> None:
        if node.tag == "input" and node.get("type") in ("checkbox", "radio", "hidden"):
            return
        said = " ".join(filter(None, (node.get("value"), node.get("placeholder"), tree.words(node))))
        if said:
            self.left.lost("form", "表单和按钮没有带过来，需要的文字请写进正文", said)


_MAKERS: dict[str, Callable[[_Walker, HtmlElement, Look], None]] = {
    **{f"h{level}": _Walker._heading for level in range(1, 7)},
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _Walker._list),
    **dict.fromkeys(_CONTROLS, _Walker._control),
    **dict.fromkeys(("del", "s", "strike"), _Walker._struck),
    "blockquote": _Walker._quote,
    "pre": _Walker._listing,
    "table": _Walker._table,
    "hr": _Walker._rule,
    "br": _Walker._break,
    "img": _Walker._image,
    "a": _Walker._link,
    "rt": _Walker._reading,
    "svg": _Walker._drawing,
}


def _rows(node: HtmlElement) -> list[HtmlElement]:
    """The rows of a table, not those of tables inside it."""
    rows: list[HtmlElement] = []
    for one in node:
        if one.tag == "tr":
            rows.append(one)
        elif one.tag in ("tbody", "thead", "tfoot"):
            rows += _rows(one)
    return rows


def _span(cell: HtmlElement, key: str) -> int:
    said = cell.get(key) or "1"
    return max(1, min(int(said), 1000)) if said.isdigit() and len(said) < 6 else 1


def _signed(blocks: Blocks, sign: str) -> Blocks:
    """An entry with a sign before its words."""
    head = blocks[0] if blocks else None
    if isinstance(head, Paragraph):
        return (replace(head, text=(Text(sign), *head.text)), *blocks[1:])
    return (Paragraph(text=(Text(sign),)), *blocks)
