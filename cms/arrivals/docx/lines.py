"""One Word paragraph as a line of text with the blocks that stood in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from mammoth.docx.dingbats import dingbats

from channels.values import FootnoteRef, Formula, InlineFormula, LineBreak, Mark, Paragraph, Text
from cms.arrivals.docx import drawings, fields, omml
from cms.arrivals.docx.context import Context, Field
from cms.arrivals.docx.package import Node, child, full, is_on, name, texts, value
from cms.arrivals.docx.styles import Look, Shape
from cms.arrivals.line import Line
from cms.manuscript.normal import safe_href

_PRIVATE = 0xF000
_SAFE_SYMBOLS = {"Symbol", "Wingdings", "Wingdings 2", "Wingdings 3", "Webdings"}


@dataclass(frozen=True)
class _Place:
    """Where a run stands: the link around it, the part it belongs to, its base look."""

    part: str
    base: Look
    link: Mark | None = None


def read(paragraph: Node, shape: Shape, context: Context, part: str) -> Line:
    """The paragraph's line."""
    reader = _Reader(context)
    reader.children(paragraph, _Place(part, shape.look))
    return reader.line


class _Reader:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.left = context.left
        self.line = Line()

    def children(self, node: Node, place: _Place) -> None:
        for one in node:
            self.one(one, place)

    def one(self, node: Node, place: _Place) -> None:
        """Whatever stands in a paragraph."""
        make = _MAKERS.get(name(node))
        if make:
            make(self, node, place)
        elif name(node) not in _IGNORED:
            self.children(node, place)

    def _run(self, node: Node, place: _Place) -> None:
        properties = child(node, "w:rPr")
        look = self.context.styles.run(place.base, properties)
        for one in node:
            tag = name(one)
            if tag == "w:t":
                self._say(one.text or "", look, place)
            elif tag in _SIGNS:
                self._say(_SIGNS[tag], look, place)
            elif tag in _RUN_MAKERS:
                _RUN_MAKERS[tag](self, one, look, place)

    def _say(self, text: str, look: Look, place: _Place) -> None:
        """Words, under the marks they had, unless nobody saw them."""
        if not text or self._is_swallowed(text):
            return
        if look.is_hidden:
            if text.strip():
                self.left.lost("hidden", "隐藏文字没有带过来，要用请在 Word 里取消“隐藏”", text)
            return
        self.line.saw(text, (look.size, look.is_bold, look.face))
        self._tell_looks(text, look, place)
        if look.is_underlined and not text.strip():
            text = "_" * len(text)  # a blank to fill in
        text = text.upper() if look.is_capital else text
        self.line.parts.append(Text(text, self._marks(look, place)))

    def _is_swallowed(self, text: str) -> bool:
        """Whether a field's instruction or a table of contents takes the words."""
        if any(fields.is_contents(one.instruction) for one in self.context.fields):
            self.context.contents.append(text)
            return True
        return any(not one.has_result for one in self.context.fields)

    def _tell_looks(self, text: str, look: Look, place: _Place) -> None:
        if look.is_underlined and not self._link(place) and text.strip():
            self.left.count("underline", "{n} 处下划线不保留，文字已保留；要强调请用加粗", text)
        if look.has_colour and not self._link(place) and text.strip():
            self.left.count("colour", "{n} 处字色、底色不保留，文字已保留，颜色由版式统一给出", text)

    def _marks(self, look: Look, place: _Place) -> tuple[Mark, ...]:
        link = self._link(place)
        marks = [link] if link else []
        marks += [Mark(kind="strong")] if look.is_bold else []
        marks += [Mark(kind="em")] if look.is_italic or look.is_dotted else []
        marks += [Mark(kind="strike")] if look.is_struck else []
        if look.lift:
            marks.append(Mark(kind="sup" if look.lift == "sup" else "sub"))
        return tuple(marks)

    def _link(self, place: _Place) -> Mark | None:
        if place.link:
            return place.link
        for one in reversed(self.context.fields):
            if one.has_result and (address := fields.address(one.instruction)):
                return self._safe(address)
        return None

    def _safe(self, address: str) -> Mark | None:
        if href := safe_href(address):
            return Mark(kind="link", href=href)
        self.left.lost("link.unsafe", "链接只能是 http、https、邮箱或电话，这一处已去掉链接、保留文字", address)
        return None

    def _hyperlink(self, node: Node, place: _Place) -> None:
        relation = self.context.package.relations(place.part).get(node.get(full("r:id"), ""))
        mark = self._safe(relation.target) if relation and relation.is_outside else None
        if relation is None:
            if node.get(full("r:id")):
                self.left.lost("link.missing", "有一处链接的地址丢了，文字已保留，请补上网址", texts(node, "w:t"))
            elif not self.context.fields:
                message = "{n} 处跳到文内的链接已去掉，文字已保留"
                self.left.count("link.inside", message, texts(node, "w:t"))
        self.children(node, replace(place, link=mark or place.link))

    def _simple_field(self, node: Node, place: _Place) -> None:
        instruction = value(node, "w:instr")
        self.context.fields.append(Field(instruction, has_result=True))
        self.children(node, place)
        self.context.fields.pop()

    def _field_mark(self, node: Node, look: Look, place: _Place) -> None:
        kind, open_fields = value(node, "w:fldCharType"), self.context.fields
        if kind == "begin":
            open_fields.append(Field())
            self._form(node, look, place)
        elif open_fields and kind == "separate":
            open_fields[-1].has_result = True
        elif open_fields and kind == "end":
            done = open_fields.pop()
            if not done.has_result:
                self._instruction_shown(done.instruction, look, place)

    def _form(self, node: Node, look: Look, place: _Place) -> None:
        """An old form's tick box shows a sign of its own."""
        box = next(node.iter(full("w:checkBox")), None)
        if box is not None:
            state = child(box, "w:checked")
            sign = "☑" if is_on(state if state is not None else child(box, "w:default")) else "☐"
            self.line.parts.append(Text(sign, self._marks(look, place)))

    def _instruction_shown(self, instruction: str, look: Look, place: _Place) -> None:
        words = fields.shown(instruction)
        if words is None:
            message = "用域代码写的特殊排法没有带过来，请直接写出文字"
            self.left.lost("field", message, instruction)
        elif words:
            self._say(words, look, place)

    def _instruction(self, node: Node, look: Look, place: _Place) -> None:
        if self.context.fields and not self.context.fields[-1].has_result:
            self.context.fields[-1].instruction += node.text or ""

    def _break(self, node: Node, look: Look, place: _Place) -> None:
        if value(node, "w:type") in ("page", "column"):
            self.left.count("page_break", "{n} 处分页、分栏不保留，网页上连续显示", "")
        elif not self._is_swallowed(" "):
            self.line.parts.append(LineBreak())

    def _symbol(self, node: Node, look: Look, place: _Place) -> None:
        font, code = value(node, "w:font"), value(node, "w:char")
        number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else 0
        found = dingbats.get((font, number - _PRIVATE if number >= _PRIVATE else number))
        if found or (number and font not in _SAFE_SYMBOLS and number < _PRIVATE):
            self._say(chr(found or number), look, place)
        else:
            self.left.lost("symbol", "有一个符号只在原来的字体里有，没有带过来，请换成通用字符", f"{font} {code}")

    def _note(self, node: Node, look: Look, place: _Place) -> None:
        kind = "footnote" if name(node) == "w:footnoteReference" else "endnote"
        self.line.parts.append(FootnoteRef(self.context.label(kind, value(node, "w:id"))))

    def _drawn(self, node: Node, look: Look | None, place: _Place) -> None:
        if not self._is_swallowed(""):
            if words := self.line.words:
                self.context.last_blocks = (Paragraph(text=(Text(words),)),)
            for block, is_floating in drawings.read(node, self.context, place.part):
                (self.line.floating if is_floating else self.line.parts).append(block)

    def _choice(self, node: Node, look: Look, place: _Place) -> None:
        """Two ways to write one thing: a drawing (the newer way), else whatever the fallback says."""
        chosen = next(iter(node), None)
        for one in chosen if chosen is not None else ():
            if name(one) in ("w:drawing", "w:pict", "w:object"):
                self._drawn(one, look, place)
            elif name(one) == "w:r":
                self._run(one, place)
            elif name(one) in _RUN_MAKERS:
                _RUN_MAKERS[name(one)](self, one, look, place)
            elif name(one) == "w:t":
                self._say(one.text or "", look, place)

    def _ruby(self, node: Node, look: Look, place: _Place) -> None:
        base, reading = child(node, "w:rubyBase"), child(node, "w:rt")
        if base is not None:
            self.children(base, place)
        if reading is not None and (words := texts(reading, "w:t")):
            self._say(f"（{words}）", replace(look, size=0.0), place)
            self.left.count("ruby", "{n} 处拼音指南已写成字后的括号", words)

    def _formula(self, node: Node, place: _Place) -> None:
        made = omml.tex(node)
        if made is None:
            message = "公式太复杂，没有带过来：请用“更多”里的“行内公式”写上，或截图插入"
            self.left.lost("formula", message, omml.words(node))
        elif made:
            self.line.parts.append(InlineFormula(made))

    def _formula_lines(self, node: Node, place: _Place) -> None:
        """A displayed equation."""
        before = len(self.line.parts)
        for one in node.findall(full("m:oMath")):
            self._formula(one, place)
        self.line.parts[before:] = [
            Formula(tex=part.tex) if isinstance(part, InlineFormula) else part for part in self.line.parts[before:]
        ]

    def _inserted(self, node: Node, place: _Place) -> None:
        if words := texts(node, "w:t"):
            self.left.count("inserted", "{n} 处修订中新增的文字已按接受处理，请核对", words)
        self.children(node, place)

    def _deleted(self, node: Node, place: _Place) -> None:
        if words := texts(node, "w:delText", "w:t"):
            message = "修订中删除的文字没有带过来，要保留请先在 Word 里拒绝这处修订"
            self.left.lost("deleted", message, words)

    def _moved_away(self, node: Node, place: _Place) -> None:
        self.left.count("moved", "{n} 处移动过的文字已放在新位置", texts(node, "w:t", "w:delText"))

    def _control(self, node: Node, place: _Place) -> None:
        """A content control; its prompt is not text of the story."""
        content = child(node, "w:sdtContent")
        if content is None:
            return
        if is_on(child(node, "w:sdtPr", "w:showingPlcHdr")):
            self.left.lost("prompt", "没有填写的提示文字没有带过来，需要时请补写", texts(content, "w:t"))
        else:
            self.children(content, place)


_SIGNS = {"w:tab": " ", "w:ptab": " ", "w:noBreakHyphen": "-"}
_IGNORED = frozenset(
    [
        "w:pPr",
        "w:rPr",
        "w:sdtPr",
        "w:sdtEndPr",
        "w:proofErr",
        "w:bookmarkStart",
        "w:bookmarkEnd",
        "w:commentRangeStart",
        "w:customXmlPr",
        "w:commentRangeEnd",
        "w:permStart",
        "w:permEnd",
        "w:smartTagPr",
        "w:tcPr",
        "w:trPr",
        "w:fldData",
    ]
)
_MAKERS: dict[str, Callable[[_Reader, Node, _Place], None]] = {
    "w:r": _Reader._run,
    "w:hyperlink": _Reader._hyperlink,
    "w:fldSimple": _Reader._simple_field,
    "w:ins": _Reader._inserted,
    "w:del": _Reader._deleted,
    "w:moveFrom": _Reader._moved_away,
    "w:sdt": _Reader._control,
    "m:oMath": _Reader._formula,
    "m:oMathPara": _Reader._formula_lines,
    "mc:AlternateContent": lambda reader, node, place: reader._choice(node, place.base, place),
    "w:drawing": lambda reader, node, place: reader._drawn(node, None, place),
    "w:pict": lambda reader, node, place: reader._drawn(node, None, place),
}
_RUN_MAKERS: dict[str, Callable[[_Reader, Any, Look, _Place], None]] = {
    "w:br": _Reader._break,
    "w:cr": _Reader._break,
    "w:sym": _Reader._symbol,
    "w:fldChar": _Reader._field_mark,
    "w:instrText": _Reader._instruction,
    "w:footnoteReference": _Reader._note,
    "w:endnoteReference": _Reader._note,
    "w:drawing": _Reader._drawn,
    "w:pict": _Reader._drawn,
    "w:object": _Reader._drawn,
    "w:ruby": _Reader._ruby,
    "mc:AlternateContent": _Reader._choice,
}
