"""The parts of a .docx: checked XML, relations, pictures. Names are Transitional; Strict files are translated."""

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from lxml import etree

from cms.arrivals.archives import Archive
from cms.arrivals.pieces import UnreadableError

Node = etree._Element

_OFFICE = "http://schemas.openxmlformats.org"
SPACES = {
    "w": f"{_OFFICE}/wordprocessingml/2006/main",
    "r": f"{_OFFICE}/officeDocument/2006/relationships",
    "m": f"{_OFFICE}/officeDocument/2006/math",
    "a": f"{_OFFICE}/drawingml/2006/main",
    "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
    "pic": f"{_OFFICE}/drawingml/2006/picture",
    "c": f"{_OFFICE}/drawingml/2006/chart",
    "dgm": f"{_OFFICE}/drawingml/2006/diagram",
    "mc": f"{_OFFICE}/markup-compatibility/2006",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
_PREFIXES = {uri: prefix for prefix, uri in SPACES.items()}
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", SPACES["w"].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", SPACES["r"].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", SPACES["m"].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/main", SPACES["a"].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/", f"{_OFFICE}/drawingml/2006/".encode()),
)
_MAX_PART = 48 << 20
_MAIN = "word/document.xml"


def name(node: Node) -> str:
    """The element's name with our short prefix: ``w:p``. Unknown namespaces keep their local name: ``?:x``."""
    tag = node.tag
    return _short(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=2048)
def _short(tag: str) -> str:
    uri, _, local = tag.rpartition("}")
    return f"{_PREFIXES.get(uri[1:], '?')}:{local}"


@lru_cache(maxsize=512)
def full(short: str) -> str:
    """``w:val`` as lxml writes it."""
    prefix, _, local = short.partition(":")
    return f"{{{SPACES[prefix]}}}{local}"


def value(node: Node | None, attribute: str = "w:val", default: str = "") -> str:
    return default if node is None else node.get(full(attribute), default)


def child(node: Node | None, *path: str) -> Node | None:
    """The first child along ``path``."""
    for step in path:
        node = None if node is None else node.find(full(step))
    return node


def is_on(node: Node | None) -> bool:
    """Whether a switch such as w:b is there and not off."""
    return node is not None and value(node, default="1").lower() not in ("0", "false", "off", "none")


def texts(node: Node, *kinds: str) -> str:
    """The words of all elements of these kinds inside, with a space between paragraphs."""
    parts = []
    for one in node.iter(*map(full, (*kinds, "w:p", "a:p", "w:tab"))):
        is_wall = name(one) in ("w:p", "a:p", "w:tab") and name(one) not in kinds
        parts.append(" " if is_wall else one.text or "")
    return " ".join("".join(parts).split())


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a relation points: a part's name, or an address outside."""

    target: str
    kind: str
    is_outside: bool


class Package:
    """A .docx opened."""

    def __init__(self, content: bytes) -> None:
        self.archive = Archive(content)
        self.main = self._main()
        self._relations: dict[str, dict[str, Relation]] = {}

    def xml(self, part: str) -> Node | None:
        """A part's root; None when there is no such part. UnreadableError when it is not sound XML."""
        content = self.archive.read(part)
        return parse(content) if content else None

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part by id; a broken or missing file has none."""
        if part not in self._relations:
            folder, base = posixpath.split(part)
            self._relations[part] = self._read_relations(f"{folder}/_rels/{base}.rels".lstrip("/"), folder)
        return self._relations[part]

    def related(self, kind: str) -> list[str]:
        """Names of the parts the main part relates to by ``kind`` (styles, footnotes …)."""
        found = [one.target for one in self.relations(self.main).values() if one.kind == kind and not one.is_outside]
        usual = posixpath.join(posixpath.dirname(self.main), f"{kind}.xml")
        return found or ([usual] if usual in self.archive.names else [])

    def part(self, kind: str) -> Node | None:
        """The first of them, parsed."""
        return next((root for one in self.related(kind) if (root := self.xml(one)) is not None), None)

    def _main(self) -> str:
        for relation in self._read_relations("_rels/.rels", "").values():
            if relation.kind == "officeDocument" and relation.target in self.archive.names:
                return relation.target
        if _MAIN not in self.archive.names:
            raise UnreadableError("文件里没有正文，可能没有传完，请在 Word 或 WPS 里另存为 .docx 再导入")
        return _MAIN

    def _read_relations(self, part: str, folder: str) -> dict[str, Relation]:
        content = self.archive.read(part)
        if not content:
            return {}
        found = {}
        for one in parse(content):
            if not isinstance(one.tag, str):
                continue
            is_outside = one.get("TargetMode") == "External"
            target = one.get("Target", "")
            if not is_outside:
                target = posixpath.normpath(posixpath.join(folder, unquote(target.replace("\\", "/")))).lstrip("/")
                target = target if target in self.archive.names else one.get("Target", "").lstrip("/")
            kind = one.get("Type", "").rpartition("/")[2]
            found[one.get("Id", "")] = Relation(target, kind, is_outside)
        return found


def parse(content: bytes) -> Node:
    """XML without a DTD: entities and outside references are refused before a parser sees them."""
    if len(content) > _MAX_PART:
        raise UnreadableError(f"文档里有一部分超过 {_MAX_PART >> 20} MB，请拆成几篇再导入")
    head = content[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    if re.search(rb"<!(DOCTYPE|ENTITY)", head, re.I):
        raise UnreadableError("文档里带有 DTD 或外部实体，可能有害，没有导入：请在 Word 里另存一份再导入")
    for strict, usual in _STRICT:
        content = content.replace(strict, usual)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error).lower():
            raise UnreadableError("文档里的表格或文本框套得太深，请减少层次后再导入") from error
        message = "文档内部已损坏，请在 Word 或 WPS 里打开、修复并另存一份，再导入"
        raise UnreadableError(message) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError("文档里带有 DTD 或外部实体，可能有害，没有导入：请在 Word 里另存一份再导入")
    return root
