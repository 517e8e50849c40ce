# ruff: noqa: E501 (markup is easier to check unbroken)
"""Word files made by hand, part by part, so that every oddity is known."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EMF = b"\x01\x00\x00\x00" + b"\0" * 36 + b" EMF" + b"\0" * 80


def png(red: int = 170, size: int = 8) -> bytes:
    """A small real PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((red, 51, 34)) * size for _ in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def r(text: str, props: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{props}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(*runs: str, props: str = "", style: str = "") -> str:
    """A paragraph; a bare string is a run."""
    inside = "".join(one if one.startswith("<") else r(one) for one in runs)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{props}</w:pPr>{inside}</w:p>"


def numbered(text: str, number: int = 1, depth: int = 0, style: str = "") -> str:
    return p(text, props=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>', style=style)


def tc(*paragraphs: str, props: str = "") -> str:
    """A cell; a bare string is a paragraph."""
    inside = "".join(one if one.startswith("<") else p(one) for one in paragraphs)
    return f"<w:tc><w:tcPr>{props}</w:tcPr>{inside}</w:tc>"


def tbl(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def tr(*cells: str) -> str:
    return f"<w:tr>{''.join(one if one.startswith('<') else tc(one) for one in cells)}</w:tr>"


def picture(relation: str, alt: str = "", kind: str = "inline", crop: str = "") -> str:
    """A run with a picture."""
    return (
        f'<w:r><w:drawing><wp:{kind}><wp:docPr id="1" name="图片 1" descr="{escape(alt)}"/><a:graphic>'
        f'<a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="{relation}"/>{crop}</pic:blipFill></pic:pic>'
        f"</a:graphicData></a:graphic></wp:{kind}></w:drawing></w:r>"
    )


def text_box(*paragraphs: str) -> str:
    """A run with a text box, written twice as Word does."""
    inside = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor><wp:docPr id='2' name='文本框'/>"
        f"<a:graphic><a:graphicData><wps:wsp><wps:txbx>{inside}</wps:txbx></wps:wsp></a:graphicData></a:graphic>"
        f"</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{inside}</v:textbox></v:shape>"
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def style(key: str, name: str, ppr: str = "", rpr: str = "", based: str = "") -> str:
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{base}'
        f"<w:pPr>{ppr}</w:pPr><w:rPr>{rpr}</w:rPr></w:style>"
    )


def level(format: str, text: str, depth: int = 0, start: int = 1) -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{format}"/><w:lvlText w:val="{text}"/></w:lvl>'


def numbering(*lists: str) -> str:
    """Numberings 1, 2, 3 … each with its levels."""
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{at}">{levels}</w:abstractNum>' for at, levels in enumerate(lists, 1)
    )
    nums = "".join(f'<w:num w:numId="{at}"><w:abstractNumId w:val="{at}"/></w:num>' for at in range(1, len(lists) + 1))
    return f"<w:numbering {SPACES}>{abstract}{nums}</w:numbering>"


STYLES = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="21"/></w:rPr></w:rPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    + style("1", "heading 1", '<w:outlineLvl w:val="0"/>', '<w:b/><w:sz w:val="44"/>')
    + style("2", "heading 2", '<w:outlineLvl w:val="1"/>', '<w:b/><w:sz w:val="32"/>')
    + style("3", "heading 3", '<w:outlineLvl w:val="2"/>', '<w:b/><w:sz w:val="28"/>')
    + style("a3", "Title", '<w:jc w:val="center"/>', '<w:b/><w:sz w:val="44"/>')
    + style("a4", "caption", "", '<w:sz w:val="18"/>')
    + style("a5", "Quote", "", "<w:i/>")
    + style("toc1", "toc 1")
)


@dataclass
class Docx:
    """A .docx to be written. ``relations`` are id -> (kind, target, is outside)."""

    body: str
    styles: str = STYLES
    parts: dict[str, str | bytes] = field(default_factory=dict)
    relations: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    drop: tuple[str, ...] = ()

    def bytes(self) -> bytes:
        """The file."""
        files: dict[str, str | bytes] = {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": _rels({"rId1": ("officeDocument", "word/document.xml", False)}),
            "word/document.xml": f"<w:document {SPACES}><w:body>{self.body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {SPACES}>{self.styles}</w:styles>",
            "word/_rels/document.xml.rels": _rels(self.relations),
            **{f"word/{name}": content for name, content in self.parts.items()},
        }
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                if name not in self.drop:
                    archive.writestr(name, content)
        return out.getvalue()


def _rels(relations: dict[str, tuple[str, str, bool]]) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{_KIND}/{kind}" Target="{escape(target)}"'
        + (' TargetMode="External"/>' if is_outside else "/>")
        for key, (kind, target, is_outside) in relations.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def notes(kind: str, *texts: str) -> str:
    """footnotes.xml or endnotes.xml with notes 1, 2, 3 …"""
    rows = "".join(
        f'<w:{kind} w:id="{at}"><w:p><w:r><w:{kind}Ref/></w:r>{r(" " + text)}</w:p></w:{kind}>'
        for at, text in enumerate(texts, 1)
    )
    usual = f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>'
    return f"<w:{kind}s {SPACES}>{usual}{rows}</w:{kind}s>"


def note(number: int, kind: str = "footnote") -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def part(root: str, body: str) -> str:
    return f"<w:{root} {SPACES}>{body}</w:{root}>"
