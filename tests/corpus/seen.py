"""What a reader sees, by parsers that know nothing of ours: html5lib, and Python-Markdown as it comes."""

import re
import unicodedata
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import markdown

UNSEEN = {"script", "style", "head", "template", "title", "iframe", "noscript", "audio", "video", "object", "svg",
          "textarea", "select", "button", "canvas"}  # fmt: skip
APART = set(
    "address article aside blockquote body br caption center col dd details div dl dt figcaption figure footer "  # noqa: SIM905
    "h1 h2 h3 h4 h5 h6 header hr img li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_REFERENCE = re.compile(r"\[注?\d+\]")  # how channels point to their lists of links and notes
_NOTE = re.compile(r"\[\d+\]|注\d+")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})[^`]*")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_NUMBERED = re.compile(r"^\d+[.)]\s+")
_FORMULA = re.compile(
    r"\$\$.+?\$\$|(?<![\\$0-9A-Za-z_])\$(?=[^\s$])[^$\n]*?[^\s\\$]\$(?![\d${])|(?<![\\$0-9A-Za-z_])\$[^\s$]\$", re.S
)
_SPOILT = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f-\x9f]")
_END = re.compile(r"(?<=[。！？!?…；;])|\n")
_LETTERS = re.compile(r"[\W_]+")
FORMULA = "\ue800"  # a formula's place in the source: never a letter, so a sentence is compared around it


def letters(text: str) -> str:
    """Letters and figures alone: punctuation, space and marks may be written otherwise, x² as x^2, and
    what is struck through as （删去：…）."""
    plain = unicodedata.normalize("NFKC", _SPOILT.sub("", text))
    return _LETTERS.sub("", _REFERENCE.sub("", plain)).casefold().replace("删去", "")


def text_of(html: str) -> str:
    """The visible words of a document, blocks on lines of their own, marks of notes left out."""
    out: list[str] = []
    _gather(html5lib.parseFragment(html, namespaceHTMLElements=False), out)
    return "".join(out)


def _gather(node: Element, out: list[str]) -> None:
    name = str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else "!"
    if name not in UNSEEN and name != "!" and not (name == "sup" and _is_note(node)):
        edge = "\n" if name in APART else ""
        out.append(edge)
        out.append(node.text or "")
        for child in node:
            _gather(child, out)
        out.append(edge)
    out.append(node.tail or "")


def _is_note(node: Element) -> bool:
    """Whether a raised element is the mark of a note: a link of one number, or a number in brackets."""
    words = "".join(node.itertext()).strip()
    return bool(_NOTE.fullmatch(words)) or (words.isdecimal() and node.find(".//a") is not None)


def source_text(text: str) -> str:
    """The visible words of a manuscript file, by Python-Markdown alone; formulas are their own story."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    prose, code = _unfenced(_COMMENT.sub("", _FRONT.sub("", text)))
    prose = prose.replace("\\<", "&lt;").replace("\\>", "&gt;")  # a backslash keeps what follows from being markup
    made = markdown.markdown(prose, extensions=["tables", "footnotes", "sane_lists"])
    return f"{text_of(made)}\n{code}"


def _unfenced(text: str) -> tuple[str, str]:
    """The text without its fenced listings, and the lines of those, whatever they are indented by."""
    prose: list[str] = []
    code: list[str] = []
    end = ""
    for line in text.split("\n"):
        fence = _FENCE.fullmatch(line)
        if end:
            end = "" if line.strip(" \t>") and not line.strip(" \t>").strip(end[0]) and end in line else end
            code += [line] if end else []
        elif fence:
            end = fence[1]
        else:
            prose.append(line)
    return "\n".join(prose), "\n".join(code)


def sentences(text: str) -> Iterator[str]:
    """The sentences of visible text, each cut again where a formula stands in it."""
    for sentence in _END.split(_FORMULA.sub(FORMULA, text)):
        for piece in sentence.split(FORMULA):
            if len(letters(piece)) > 1:
                yield _NUMBERED.sub("", piece.strip(), count=1)
