"""Our Markdown: Python-Markdown with the ``:::`` blocks, footnotes, spans and formulas of the newsroom.

The only module that imports ``markdown``. Everything it answers is HTML for ``page``; nothing here is
trusted. Differences from plain Markdown, each with its reason: ``~x~`` is a subscript only after a letter
(10~20 is a range in Chinese), ``$x$`` never holds 汉字 (prices and shell prompts) nor ends before a brace
(``$A/${B}`` is a path), footnotes are blocks.
"""

import re
import xml.etree.ElementTree as etree
from typing import Any

import markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import ImageInlineProcessor, InlineProcessor, LinkInlineProcessor
from markdown.inlinepatterns import ImageReferenceInlineProcessor as ImageReference
from markdown.preprocessors import HtmlBlockPreprocessor
from markdown.util import AMP_SUBSTITUTE, BLOCK_LEVEL_ELEMENTS

from channels.values import Finding
from cms.manuscript import names
from cms.manuscript.fences import NOTE, OPENING, TOKEN, Lines, find_end, is_closing

MAX_DEPTH = 12
_HTML_BLOCK = re.compile(rf"^ {{0,3}}<(?:!|\?|/?(?:{'|'.join(BLOCK_LEVEL_ELEMENTS)})\b)", re.I | re.M)
_SPEECH = re.compile(r"^((?:[^\\:：]|\\.)*)[:：](.*)$")
_ATTRIBUTES = re.compile(r"\{([^{}\n]*)\}")
_ESCAPED = tuple("~^$|<&\"':/=")
_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


class NewsroomParser(BlockParser):
    """Blocks of a manuscript: the ``:::`` blocks and footnotes are ours, the rest is Markdown's."""

    def __init__(self, md: markdown.Markdown, lines: Lines, findings: list[Finding]) -> None:
        super().__init__(md)
        self.lines, self.findings = lines, findings

    def parseDocument(self, lines: Any) -> Any:
        self.root = etree.Element(self.md.doc_tag)
        self.fill(self.root, 0, len(self.lines.texts), 0)
        return etree.ElementTree(self.root)

    def say(self, level: Any, rule: str, message: str, line: int, excerpt: str = "") -> None:
        self.findings.append(
            Finding(level=level, rule=f"manuscript.{rule}", message=message, line=line, excerpt=excerpt[:60])
        )

    def fill(self, parent: etree.Element, at: int, stop: int, depth: int) -> None:
        """Parse the lines ``at`` to ``stop`` into ``parent``."""
        texts = self.lines.texts
        plain = at
        while at < stop:
            text = texts[at]
            step = at
            if ":::" in text:
                step = self._fenced(parent, plain, at, stop, depth)
            if step == at and "[^" in text and NOTE.match(text):
                self.markdown(parent, plain, at)
                step = self._note(parent, at, stop, depth)
            if step > at:
                at = plain = step
            else:
                at += 1
        self.markdown(parent, plain, stop)

    def _fenced(self, parent: etree.Element, plain: int, at: int, stop: int, depth: int) -> int:
        """A ``:::`` line: an end without a start, or a block. The index after it."""
        text, line = self.lines.texts[at], self.lines.numbers[at]
        if is_closing(text):
            self.markdown(parent, plain, at)
            self.say(
                "warn", "block.stray_end", "这一行 ::: 没有对应的块开头，请到 Markdown 里删去，或补上开头", line, text
            )
            return at + 1
        if not OPENING.match(text):
            return at
        self.markdown(parent, plain, at)
        end = find_end(self.lines.texts, at, stop)
        if end is None:
            message = "这个块没有结束，请在它后面另起一行写 :::"
            self.say("block", "block.unclosed", message, line, text)
            end = stop
        if depth >= MAX_DEPTH:
            message = f"块套了 {MAX_DEPTH} 层以上，请减少嵌套"
            self.say("block", "block.too_deep", message, line, text)
        else:
            self._block(parent, at, end, depth)
        return end + 1

    def _block(self, parent: etree.Element, at: int, end: int, depth: int) -> None:
        """The element of the ``:::`` block whose lines are ``at`` to ``end``."""
        found = OPENING.match(self.lines.texts[at])
        assert found
        line = self.lines.numbers[at]
        kind = names.BY_NAME.get(found[2])
        if not kind:
            near = names.nearest(found[2], list(names.BY_NAME))
            hint = f"是不是“{near}”？" if near else "可用的块见《稿件写法》。"
            message = f"不认识的块“{found[2]}”，{hint}请改正块名"
            self.say("block", "block.unknown", message, line, self.lines.texts[at])
            self.fill(parent, at + 1, end, depth + 1)
            return
        filled, unknown = names.arguments(kind, found[3])
        for word in unknown:
            message = f"块“{found[2]}”没有“{word}”这一项，已忽略，请到 Markdown 里改正或删去"
            self.say("warn", "block.unknown_field", message, line, word)
        element = _element(f"x-{kind.name}", {"data-line": str(line), **filled}, parent)
        self._body(element, kind, at + 1, end, depth)

    def _body(self, element: etree.Element, kind: names.Kind, at: int, end: int, depth: int) -> None:
        if kind.body == "blocks":
            self.fill(element, at, end, depth + 1)
        elif kind.body == "lines":
            self._speech(element, at, end)
        elif kind.body == "rows":
            self._rows(element, kind, at, end)
        elif kind.body == "raw":
            raw = "\n".join(self.lines.texts[at:end]).strip("\n")
            element.set("raw", _carried(TOKEN.sub(self._restored, raw)))
        elif text := " ".join(self.lines.texts[at:end]).strip():
            element.set("note", _carried(TOKEN.sub(self._restored, text)))

    def _restored(self, match: re.Match[str]) -> str:
        """What a token stands for, where raw words are wanted."""
        self.lines.restored.add(int(match[2]))
        return self.lines.kept[int(match[2])].text

    def _speech(self, element: etree.Element, at: int, end: int) -> None:
        """Lines ``speaker：words``; a line without a speaker goes on with the one before."""
        last: etree.Element | None = None
        for i in range(at, end):
            text, line = self.lines.texts[i].strip(), self.lines.numbers[i]
            found = _SPEECH.match(text)
            if found and found[1].strip():
                speaker = re.sub(r"\\(.)", r"\1", found[1]).strip()
                last = _element("x-line", {"speaker": speaker, "data-line": str(line)}, element)
                last.text = found[2].strip()
            elif text and last is not None:
                last.text = f"{last.text}\n{text}"
            elif text:
                self.say("block", "block.no_speaker", "这一行没有写明是谁，请写成“名字：话”", line, text)

    def _rows(self, element: etree.Element, kind: names.Kind, at: int, end: int) -> None:
        """Lines ``label: value``; known labels fill fields, ``- label: value`` is always a row of its own."""
        for i in range(at, end):
            text, line = self.lines.texts[i].strip(), self.lines.numbers[i]
            found = _SPEECH.match(text.removeprefix("- "))
            if not text:
                continue
            if not found or not found[1].strip():
                self.say("block", "block.no_label", "这一行没有标签，请写成“标签: 值”", line, text)
                continue
            label, value = re.sub(r"\\(.)", r"\1", found[1]).strip(), found[2].strip()
            key = "" if text.startswith("- ") else names.ROW_FIELDS.get(label, "")
            if key in (*kind.places, *kind.fields) and key not in element.attrib:
                element.set(key, _carried(value))
            elif kind.name == "card":
                _element("x-field", {"label": label, "value": value}, element)
            else:
                self.say("warn", "block.unknown_field", f"这里没有“{label}”这一项，已忽略", line, text)

    def _note(self, parent: etree.Element, at: int, stop: int, depth: int) -> int:
        """A footnote and its indented lines; the index after them."""
        texts = self.lines.texts
        found = NOTE.match(texts[at])
        assert found
        end = at + 1
        while end < stop and _goes_on(texts, end, stop):
            end += 1
        line = str(self.lines.numbers[at])
        element = _element("x-footnote", {"label": found[1], "data-line": line}, parent)
        saved = texts[at:end]
        texts[at:end] = [found[2], *(text[4:] if text.startswith("    ") else text.lstrip() for text in saved[1:])]
        self.fill(element, at, end, depth + 1)
        return end

    def markdown(self, parent: etree.Element, at: int, stop: int) -> None:
        """Plain Markdown from the lines ``at`` to ``stop``; what comes of it knows its line."""
        texts, numbers = self.lines.texts[at:stop], self.lines.numbers[at:stop]
        text = "\n".join(texts)
        if not text.strip():
            return
        if "<" in text and _HTML_BLOCK.search(text):
            made = HtmlBlockPreprocessor(self.md).run(texts)
            texts, numbers = made, _renumbered(texts, numbers, made)
            text = "\n".join(made)
        i = 0
        for chunk in text.rstrip("\n").split("\n\n"):
            before = len(parent)
            start = i + len(chunk) - len(chunk.lstrip("\n"))
            self.parseBlocks(parent, [chunk])
            for element in list(parent)[before:]:
                element.set("data-line", str(numbers[min(start, len(numbers) - 1)]))
            i += chunk.count("\n") + 2


def _carried(value: str) -> str:
    """An attribute's value so that the serializer, which takes &amp; for done, gives it back whole."""
    return value.replace("&", f"{AMP_SUBSTITUTE}amp;")


def _element(tag: str, attributes: dict[str, str], parent: etree.Element | None = None) -> etree.Element:
    """An element, last in ``parent`` if there is one."""
    element = etree.Element(tag, {key: _carried(value) for key, value in attributes.items()})
    if parent is not None:
        parent.append(element)
    return element


def _goes_on(texts: list[str], at: int, stop: int) -> bool:
    """Whether the line at ``at`` still belongs to the footnote above it."""
    text = texts[at]
    if not text.strip():
        following = next((line for line in texts[at + 1 : stop] if line.strip()), "")
        return following.startswith("    ")
    if text.startswith("    "):
        return True
    is_lazy = bool(texts[at - 1].strip())
    return is_lazy and not NOTE.match(text) and not OPENING.match(text) and not is_closing(text)


def _renumbered(texts: list[str], numbers: list[int], made: list[str]) -> list[int]:
    """Line numbers for ``made`` (raw HTML replaced by placeholders): equal lines keep their number."""
    out, at = [], 0
    for text in made:
        near = texts[at : at + 400]
        if text.strip() and text in near:
            at += near.index(text)
        elif text.strip():  # a placeholder: for the next line that says something
            at += next((i for i, line in enumerate(near) if line.strip()), 0)
        out.append(numbers[min(at, len(numbers) - 1)])
        at += bool(text.strip())
    return out


class _FootnoteRefs(InlineProcessor):
    """``[^label]``"""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]
        return _element("x-ref", {"label": m[1]}), m.start(0), m.end(0)


class _Formulas(InlineProcessor):
    """``$x^2$`` without 汉字 in it."""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]
        if _HAN.search(m[1]):
            return None, m.start(0), m.start(0) + 1
        return _element("x-formula", {"tex": m[1]}), m.start(0), m.end(0)


class _Spans(LinkInlineProcessor):
    """``[words]{ai}`` and ``[words]{lang=bo}``."""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]
        text, index, is_whole = self.getText(data, m.end(0))
        found = _ATTRIBUTES.match(data, index) if is_whole else None
        given = dict(_flags(found[1])) if found else {}
        if not found or not given or not given.keys() <= {"ai", "lang"}:
            return None, None, None
        element = _element("span", given)
        element.text = text
        return element, m.start(0), found.end()


class _Tagged(InlineProcessor):
    """``~~x~~``, ``H~2~O``, ``x^2^``."""

    def __init__(self, pattern: str, tag: str) -> None:
        super().__init__(pattern)
        self.tag = tag

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]
        element = etree.Element(self.tag)
        element.text = m[1]
        return element, m.start(0), m.end(0)


class _PictureFields:
    """Mixed into Markdown's picture patterns: ``{focus=50,30 credit="…" licence="…" ai}`` after a picture."""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:
        element, start, end = super().handleMatch(m, data)  # type: ignore[misc]
        if element is not None and (found := _ATTRIBUTES.match(data, end)):
            for key, value in _flags(self.unescape(found[1])):  # type: ignore[attr-defined]
                if key in ("focus", "credit", "licence", "ai"):
                    element.set(key, _carried(value))
            end = found.end()
        return element, start, end


class _Pictures(_PictureFields, ImageInlineProcessor):  # type: ignore[misc]
    pass


class _PictureRefs(_PictureFields, ImageReference):  # type: ignore[misc]
    pass


def _flags(text: str) -> list[tuple[str, str]]:
    """The key=value pairs in braces; a bare word is a flag."""
    return [(key, value) if key else (value, "yes") for key, value, _ in names.words(text)]


class _Newsroom(Extension):
    """Registers our parser and inline patterns."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        patterns = md.inlinePatterns
        patterns.register(
            _Formulas(r"(?<![\\$0-9A-Za-z_])\$(?=[^\s$])([^$\n]*?[^\s\\$]|[^\s\\$])\$(?![\d${])"), "tex", 185
        )
        patterns.register(_FootnoteRefs(r"\[\^([^\]\[\s]+)\]"), "note", 178)
        patterns.register(_Spans(r"(?<!\!)\[", md), "span", 175)
        patterns.register(_Pictures(r"\!\[", md), "image_link", 150)
        patterns.register(_PictureRefs(r"\!\[", md), "image_reference", 140)
        patterns.register(_Tagged(r"~~(?=[^\s~])((?:(?!~~).)+?)(?<=\S)~~(?!~)", "del"), "strike", 70)
        patterns.register(_Tagged(r"(?<=[A-Za-z)\]])~([\w+−-]{1,8})~(?!~)", "sub"), "sub", 68)
        patterns.register(_Tagged(r"(?<=[\w)\]])\^([\w+−-]{1,8})\^", "sup"), "sup", 66)
        md.preprocessors.deregister("normalize_whitespace")
        md.preprocessors.deregister("html_block")
        md.treeprocessors.deregister("prettify")
        md.ESCAPED_CHARS.extend(char for char in _ESCAPED if char not in md.ESCAPED_CHARS)


def to_html(lines: Lines, findings: list[Finding]) -> str:
    """The HTML of a manuscript's lines; what is wrong with its ``:::`` blocks goes to ``findings``."""
    extensions = [TableExtension(), SaneListExtension(), _Newsroom()]
    md = markdown.Markdown(extensions=extensions, output_format="html")
    parser = NewsroomParser(md, lines, findings)
    for processor in md.parser.blockprocessors:
        processor.parser = parser
    parser.blockprocessors = md.parser.blockprocessors
    md.parser = parser
    return md.convert("\n".join(lines.texts) or " ")
