"""Pictures, text boxes, charts and shapes, as DrawingML and as VML wrote them."""

import posixpath
import re
from collections.abc import Iterator

from channels.values import AnyBlock, Divider, FactBox, Paragraph
from cms.arrivals import media, shaping
from cms.arrivals.docx.context import Context
from cms.arrivals.docx.package import Node, full, name, texts, value
from cms.arrivals.nesting import boxed
from cms.arrivals.pieces import DEEPEST, has_picture, plain, words_of

_CAPTION = re.compile(r"^(图|图片|照片|表)\s*[\d一二三四五六七八九十]")
_FORMULA_PROGRAMS = ("Equation", "MathType", "AxMath", "KSEE", "Word.Equation")
Placed = tuple[AnyBlock, bool]  # a block, and whether it floated beside the text


def read(node: Node, context: Context, part: str) -> list[Placed]:
    """What a w:drawing, w:pict or w:object shows."""
    is_floating = node.find(full("wp:anchor")) is not None
    alt = next((text for one in node.iter(full("wp:docPr")) if (text := one.get("descr") or one.get("title"))), "")
    made = list(_shown(node, context, part, alt))
    if not made and not any(name(one) in _HANDLED for one in node.iter()):
        context.left.count("shape", "{n} 个没有文字的图形（线条、箭头、形状）没有带过来，需要时请截图插入", "")
    if is_floating and any(has_picture((block,)) for block in made):
        context.left.count("floating", "{n} 张浮动图片已放到所在段落旁，请核对位置", context.last_words)
    return [(block, is_floating or isinstance(block, FactBox)) for block in made]


def _shown(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    tag = name(node)
    if tag == "mc:AlternateContent":
        chosen = next(iter(node), None)  # the first choice is the newest way to say it
        yield from _shown(chosen, context, part, alt) if chosen is not None else ()
    elif tag in _MAKERS:
        yield from _MAKERS[tag](node, context, part, alt)
    else:
        alt = node.get("alt", alt) if tag.startswith("v:") else alt
        if tag == "v:rect" and node.get(full("o:hr")) in ("t", "true", "1"):
            yield Divider()
        for one in node:
            yield from _shown(one, context, part, alt)


def _picture(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    """pic:pic, with the crop it was shown with."""
    blip = next(node.iter(full("a:blip")), None)
    rect = next(node.iter(full("a:srcRect")), None)
    if blip is None:
        return
    made = list(_related(blip.get(full("r:embed")) or blip.get(full("r:link")) or "", context, part, alt))
    if made and rect is not None and any((rect.get(side) or "0") not in ("0", "") for side in "ltrb"):
        message = "图片在 Word 里裁剪过，带过来的是整张原图：请核对，需要时裁好后替换"
        context.left.lost("picture.cropped", message, next(iter(_sources(made)), ""))
    yield from made


def _sources(blocks: list[AnyBlock]) -> Iterator[str]:
    for block in blocks:
        if picture := getattr(block, "picture", None):
            yield picture.src


def _vml_picture(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    yield from _related(node.get(full("r:id"), ""), context, part, alt or node.get(full("o:title"), ""))


def _related(number: str, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    """The picture a relation leads to."""
    relation = context.package.relations(part).get(number)
    where = f"（在“{context.last_words}”附近）" if context.last_words else ""
    if relation and relation.is_outside and re.match(r"https?://", relation.target):
        yield media.remote(relation.target, alt, context.left)
        return
    content = context.package.archive.read(relation.target) if relation and not relation.is_outside else b""
    if not content or relation is None:
        words = relation.target if relation else alt or number
        context.left.lost("picture.missing", f"有一张图片不在文档里{where}，请在 Word 里重新插入，或另存后补上", words)
        return
    if src := context.shelf.keep(content, posixpath.basename(relation.target), context.last_words):
        yield media.figure(src, alt)


def _text_box(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    """A text box: a caption in a box becomes a line, anything more a box of ours."""
    content = next(node.iter(full("w:txbxContent")), None)
    if content is None:
        return
    blocks = shaping.flow(context.flow(content, part))
    if not blocks:
        return
    head = blocks[0]
    is_line = len(blocks) == 1 and isinstance(head, Paragraph) and _CAPTION.match(plain(head.text))
    if is_line or has_picture(blocks) or context.depth > DEEPEST:
        yield from blocks
        return
    context.left.count("text_box", "{n} 个文本框已改为资料框，放在所在段落后面，请核对", words_of(blocks))
    yield boxed(blocks)


def _chart(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    """A chart is drawn by Office from numbers: its words are listed."""
    relation = context.package.relations(part).get(node.get(full("r:id"), ""))
    root = context.package.xml(relation.target) if relation and not relation.is_outside else None
    words = texts(root, "a:t", "c:v") if root is not None else ""
    shown = " ".join(filter(None, (alt, _spaced(root) if root is not None else words)))
    context.left.lost("chart", "图表没有带过来，请在 Word 里把它另存为图片，再插入稿件", shown)
    yield from ()


def _spaced(root: Node) -> str:
    """The words and numbers of a chart, apart."""
    return " ".join(one.text for one in root.iter(full("a:t"), full("c:v")) if one.text)


def _smart_art(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    relation = context.package.relations(part).get(node.get(full("r:dm"), ""))
    root = context.package.xml(relation.target) if relation and not relation.is_outside else None
    words = " ".join(filter(None, (alt, texts(root, "a:t") if root is not None else "")))
    context.left.lost("smart_art", "SmartArt 图示没有带过来，请把它另存为图片插入，或把文字写成列表", words)
    yield from ()


def _word_art(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    context.left.lost("word_art", "艺术字没有带过来，请把文字直接写进稿件", node.get("string", ""))
    yield from ()


def _drawn_words(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    """Words drawn into a shape without a text box of Word's."""
    if words := texts(node, "a:t"):
        context.left.lost("shape.words", "图形里的文字没有带过来，请写进稿件或截图插入", words)
    yield from ()


def _embedded(node: Node, context: Context, part: str, alt: str) -> Iterator[AnyBlock]:
    program = node.get("ProgID", "")
    if program.startswith(_FORMULA_PROGRAMS):
        message = "用公式编辑器（MathType 等）写的公式没有带过来，请在 Word 里转换为 Office 公式，或写成 $…$"
        context.left.lost("formula.object", message, context.last_words)
    else:
        message = "嵌入的对象（如 Excel 表格）没有带过来，请把内容粘贴成表格或图片"
        context.left.lost("embedded", message, program)
    yield from ()


_MAKERS = {
    "pic:pic": _picture,
    "v:imagedata": _vml_picture,
    "w:txbxContent": _text_box,
    "wps:txbx": _text_box,
    "v:textbox": _text_box,
    "c:chart": _chart,
    "dgm:relIds": _smart_art,
    "v:textpath": _word_art,
    "a:txBody": _drawn_words,
    "o:OLEObject": _embedded,
}
_HANDLED = frozenset(_MAKERS) - {"wps:txbx", "v:textbox"}


def numbered_property(node: Node, tag: str, default: int = 1) -> int:
    """A number in w:tcPr or w:trPr."""
    found = value(node.find(full(tag)), default=str(default)) if node is not None else str(default)
    return int(found) if found.isdigit() else default
