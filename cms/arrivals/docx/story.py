"""The flow of a Word document: paragraphs, lists and tables in order, then notes, and all that stands around."""

from copy import deepcopy
from dataclasses import dataclass, field, replace

from channels.values import (
    Blocks,
    Code,
    Divider,
    Footnote,
    LineBreak,
    Quote,
    Text,
)
from cms.arrivals import shaping
from cms.arrivals.docx import lines, tables
from cms.arrivals.docx.context import Context
from cms.arrivals.docx.numbers import Number, Numbering
from cms.arrivals.docx.package import Node, Package, child, full, is_on, name, texts, value
from cms.arrivals.docx.styles import Shape, Styles
from cms.arrivals.line import Line
from cms.arrivals.media import Shelf
from cms.arrivals.nesting import Entry, nested
from cms.arrivals.pieces import Piece, Remainder, words_of

_THROUGH = ("w:ins", "w:moveTo", "w:customXml", "w:smartTag", "w:sdtContent", "w:subDoc", "w:txbxContent")
_SPECIAL = ("separator", "continuationSeparator", "continuationNotice")


def read(content: bytes, left: Remainder, shelf: Shelf) -> tuple[list[Piece], list[Footnote]]:
    """The pieces and notes of a .docx. UnreadableError when it cannot be opened."""
    package = Package(content)
    root = package.xml(package.main)
    body = child(root, "w:body")
    styles, numbering = Styles(package.part("styles")), Numbering(package.part("numbering"))
    context = Context(package, styles, numbering, left, shelf, lambda *_: [])
    context.flow = lambda node, part: _Flow(context, part).read(node)
    pieces = context.flow(body, package.main) if body is not None else []
    notes = _notes(context)
    _tell_contents(context)
    _tell_around(context, root)
    return pieces, notes


@dataclass
class _Flow:
    """Reads one container; list entries, quotes and listings gather until something else comes."""

    context: Context
    part: str
    pieces: list[Piece] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def read(self, container: Node) -> list[Piece]:
        self.context.depth += 1
        for node in container:
            self._one(node)
        self._end_list()
        self.context.depth -= 1
        return self.pieces

    def _one(self, node: Node) -> None:
        tag = name(node)
        if tag == "w:p":
            self._paragraph(node)
        elif tag == "w:tbl":
            self._end_list()
            self._add(tables.read(node, self.context, self.part))
        elif tag == "w:sdt":
            self._control(node)
        elif tag in _THROUGH:
            for one in node:
                self._one(one)
        elif tag == "mc:AlternateContent" and len(node):
            for one in node[0]:
                self._one(one)
        elif tag == "w:altChunk":
            message = "插入的其他文件内容没有带过来，请在 Word 里把它粘贴为正文再导入"
            self.context.left.lost("chunk", message, self.context.last_words)
        elif tag in ("w:del", "w:moveFrom"):
            self.context.left.lost("deleted", "修订中删除的段落没有带过来", texts(node, "w:t", "w:delText"))
        elif tag in ("m:oMathPara", "m:oMath"):
            holder = node.makeelement(full("w:p"), None, None)
            holder.append(deepcopy(node))
            self._paragraph(holder)

    def _control(self, node: Node) -> None:
        """A content control around paragraphs; a table of contents is made anew by each channel."""
        gallery = value(child(node, "w:sdtPr", "w:docPartObj", "w:docPartGallery"))
        content = child(node, "w:sdtContent")
        if content is None:
            return
        if gallery == "Table of Contents":
            self.context.contents.append(texts(content, "w:t"))
        else:
            for one in content:
                self._one(one)

    def _paragraph(self, node: Node) -> None:
        properties = child(node, "w:pPr")
        shape = self.context.styles.paragraph(properties)
        line = lines.read(node, shape, self.context, self.part)
        if shape.kind == "contents":
            self._swallow(line)
            return
        if child(properties, "w:textDirection") is not None:
            self.context.left.count("vertical", "{n} 段竖排文字已改为横排", "")
        number = self._number(shape, line)
        if number and number.is_listed and not shape.level:
            self._list_entry(line, shape, number)
            return
        self._end_list()
        if number:
            line.parts.insert(0, Text(f"{number.label}{' ' if number.label[-1:].isascii() else ''}"))
        made = self._made(line, shape)
        if not made and _is_ruled(properties):
            made = [Piece(Divider())]
        self._remember(made)
        self._append(made, shape)

    def _swallow(self, line: Line) -> None:
        """A line of a table of contents."""
        words = words_of(tuple(part for part in line.parts if not isinstance(part, LineBreak)))
        self.context.contents.append(words)
        self._add(tuple(line.floating))

    def _number(self, shape: Shape, line: Line) -> Number | None:
        is_empty = not any(not isinstance(part, Text) or part.text.strip() for part in line.parts)
        return None if not shape.number or is_empty else self.context.numbering.next(shape.number, shape.depth)

    def _list_entry(self, line: Line, shape: Shape, number: Number) -> None:
        if number.is_ordered and number.is_restyled:
            message = "{n} 处字母、罗马数字编号已改为 1. 2. 3."
            self.context.left.count("list.style", message, number.label)
        made = self._made(line, replace(shape, align="", role="", kind=""))
        self._remember(made)
        blocks = tuple(piece.block for piece in made)
        if blocks:
            self.entries.append(Entry(shape.depth, number.is_ordered, number.number, blocks))

    def _end_list(self) -> None:
        if self.entries:
            made = nested(self.entries)
            self.entries = []
            self.pieces += [Piece(block) for block in made]

    def _add(self, blocks: Blocks) -> None:
        self.pieces += [Piece(block) for block in blocks]

    def _append(self, made: list[Piece], shape: Shape) -> None:
        """Quotes and listings grow while their paragraphs follow each other."""
        last = self.pieces[-1].block if self.pieces else None
        if shape.kind == "quote" and made:
            blocks = tuple(piece.block for piece in made)
            if isinstance(last, Quote):
                self.pieces[-1] = Piece(replace(last, blocks=last.blocks + blocks))
            else:
                self.pieces.append(Piece(Quote(blocks=blocks)))
            return
        if shape.kind == "code" and made and isinstance(made[0].block, Code) and isinstance(last, Code):
            self.pieces[-1] = Piece(replace(last, text=f"{last.text}\n{made[0].block.text}"))
            made = made[1:]
        self.pieces += made

    def _remember(self, made: list[Piece]) -> None:
        if made:
            self.context.last_blocks = (*self.context.last_blocks[-1:], *(piece.block for piece in made))

    def _made(self, line: Line, shape: Shape) -> list[Piece]:
        if shape.kind == "code":
            return [Piece(_listing(line)), *map(Piece, line.floating)]
        return line.pieces(shape.align, shape.role, shape.level)


def _listing(line: Line) -> Code:
    parts = [part.text if isinstance(part, Text) else "\n" for part in line.parts if isinstance(part, Text | LineBreak)]
    return Code(text="".join(parts))


def _is_ruled(properties: Node | None) -> bool:
    """An empty paragraph with a border is a dividing line (--- and Enter in Word)."""
    borders = child(properties, "w:pBdr")
    return borders is not None and any(value(one) not in ("", "nil", "none") for one in borders)


def _notes(context: Context) -> list[Footnote]:
    """The notes that are referred to; the words of others are told. A note may refer to further notes."""
    parts: dict[str, tuple[str, dict[str, Node]]] = {}
    for kind in ("footnote", "endnote"):
        for part in context.package.related(f"{kind}s")[:1]:
            root = context.package.xml(part)
            found = [] if root is None else root.findall(full(f"w:{kind}"))
            usual = {value(one, "w:id"): one for one in found if value(one, "w:type") not in _SPECIAL}
            parts[kind] = (part, usual)
    made: list[Footnote] = []
    while len(made) < len(context.labels):
        for (kind, number), label in list(context.labels.items())[len(made) :]:
            part, nodes = parts.get(kind, ("", {}))
            made.append(_note(context, label, part, nodes.pop(number, None)))
    for _, nodes in parts.values():
        for node in nodes.values():
            if words := texts(node, "w:t"):
                context.left.lost("note.unused", "有一条脚注在正文里没有引用，没有带过来，请核对", words)
    return made


def _note(context: Context, label: str, part: str, node: Node | None) -> Footnote:
    if node is None:
        message = "正文引用了一条脚注，但文档里没有它的内容，请补写"
        context.left.lost("note.missing", message, f"[{label}]")
        return Footnote(label=label, blocks=())
    return Footnote(label=label, blocks=shaping.flow(context.flow(node, part)))


def _tell_contents(context: Context) -> None:
    words = " ".join(filter(None, (part.strip() for part in context.contents)))
    if words:
        context.left.lost("contents", "目录没有带过来，各渠道按小标题自行生成，不用再写", words)


def _tell_around(context: Context, root: Node | None) -> None:
    """Headers, footers, comments, page settings: what stands around the story."""
    package, left = context.package, context.left
    for relation in dict.fromkeys(package.relations(package.main).values()):
        if relation.is_outside or relation.kind not in ("header", "footer", "comments"):
            continue
        node = package.xml(relation.target)
        if node is None:
            continue
        if relation.kind == "comments":
            _tell_comments(node, left)
            continue
        what = "页眉" if relation.kind == "header" else "页脚"
        art = " ".join(one.get("string", "") for one in node.iter(full("v:textpath")))
        if words := f"{texts(node, 'w:t')} {art}".strip():
            left.lost(relation.kind, f"{what}没有带过来，需要的内容请写进正文", words)
        if next(node.iter(full("a:blip"), full("v:imagedata")), None) is not None:
            left.lost(f"{relation.kind}.picture", f"{what}里的图片没有带过来，需要时请另存后插入", "")
    columns = [] if root is None else [one for one in root.iter(full("w:cols")) if value(one, "w:num", "1") != "1"]
    if columns:
        left.changed("columns", "分栏不保留，网页上按一栏排")
    if root is not None and is_on(child(root, "w:background")):
        left.changed("background", "页面背景不保留，颜色由版式统一给出")


def _tell_comments(node: Node, left: Remainder) -> None:
    for one in node.findall(full("w:comment")):
        author, words = value(one, "w:author"), texts(one, "w:t")
        if words:
            message = "批注没有带过来，请先处理批注，需要的内容写进正文或“给同事的备注”"
            left.lost("comment", message, f"{author}：{words}" if author else words)
