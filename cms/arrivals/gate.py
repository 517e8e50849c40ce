"""The door for single stories: .docx, .html, clipboard, .md, zip. Pure: bytes in, a story and a list out.

    arrive(content, "稿.docx")     what the file is, is read from its bytes; the name only helps
    arrive_html(text)              the same for a clipboard
    unpack(content)                the files of a zip, checked

What cannot be brought in at all raises ArrivalError, one Chinese sentence with the remedy. Parsers of what
strangers wrote run in the limited child (5 s, 512 MiB).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from assets.child import Child, ChildError, ChildMemoryError, ChildTimeoutError
from channels.values import Blocks, Finding
from cms.arrivals import worker
from cms.arrivals.archives import MAX_FILE
from cms.manuscript import FrontMatter, read, write

Kind = Literal["auto", "docx", "html", "md", "zip"]
STORIES = (".md", ".markdown", ".docx", ".html", ".htm")
_MAX_HTML = 16 << 20
_SECONDS, _MEMORY_MIB = 5, 512
_child = Child("cms.arrivals.worker:work", _SECONDS, _MEMORY_MIB)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RESAVE = "请在 Word 或 WPS 里打开，另存为 .docx 后再导入"
_WRONG = {
    "encrypted": "文档设了打开密码，读不了：请在 Word 里去掉密码（文件—信息—保护文档），保存后再导入",
    "doc": f"这是旧版 Word 文档（.doc），读不了：{_RESAVE}",
    "wps": f"这是 WPS 文字文档（.wps），读不了：{_RESAVE}",
    "xls": "这是 Excel 表格，不是稿件：请把表格复制到 Word 里再导入，或在稿件里插入“表格”块",
    "ppt": "这是演示文稿，不是稿件：请把文字和图片放进 Word 再导入",
    "pdf": "这是 PDF，文字次序无法可靠还原：请找原来的 Word 文件，或用 WPS 转成 .docx 核对后再导入",
    "pages": "这是苹果 Pages 文稿，读不了：请在 Pages 里选“文件—导出为—Word”后再导入",
    "odt": f"这是 OpenDocument 文档（.odt），读不了：{_RESAVE}",
    "rtf": f"这是 RTF 文档，读不了：{_RESAVE}",
    "mht": "这是网页归档（.mht），读不了：请在浏览器里另存为“网页，全部”（.html），或复制正文粘贴",
    "picture": "这是图片，不是稿件：请把图片放进稿件里，和稿件一起导入",
    "rar": "这是 RAR 或 7z 压缩包，读不了：请改用 .zip 打包稿件和图片",
    "corrupt": "文件已损坏或没有传完：请重新传一次，或在 Word、WPS 里打开后另存为 .docx 再导入",
    "empty": "这是空文件：请检查是否保存成功，再导入",
    "unknown": "认不出这种文件：请用 .docx、.md、.html，或把 .md 和图片打成 .zip",
}


class ArrivalError(ValueError):
    """Nothing could be brought in; the message is one Chinese sentence with the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A story that came in: its front matter, blocks, the manuscript ``text`` that says both, its pictures by
    their path beside the manuscript, and ``left``: what did not come along or came changed."""

    front: FrontMatter
    blocks: Blocks
    text: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    left: tuple[Finding, ...] = ()


def arrive(content: bytes, name: str = "", kind: Kind = "auto") -> Arrived:
    """The story in a file's bytes. ArrivalError when there is none to be had."""
    found = sniff(content, name) if kind == "auto" else kind
    if found in _WRONG:
        raise ArrivalError(_called(name, _WRONG[found]))
    if found == "md":
        return _read_markdown(_decoded(content), name)
    if found == "zip":
        return _only_story(unpack(content, name), name)
    if found == "html":
        return arrive_html(_decoded(content), name)
    return _brought(_ask("docx", name, content))


def arrive_html(html: str, name: str = "") -> Arrived:
    """The story in HTML as a clipboard or a saved page holds it."""
    content = html.encode("utf-8", "replace")
    if len(content) > _MAX_HTML:
        raise ArrivalError(_called(name, f"网页超过 {_MAX_HTML >> 20} MB：请只复制正文，图片另存后插入"))
    return _brought(_ask("html", name, content))


def unpack(content: bytes, name: str = "") -> dict[str, bytes]:
    """The files in a zip by path, whoever packed it; ArrivalError for bombs, ways out and broken ones."""
    return dict(_ask("zip", name, content).pictures)


def sniff(content: bytes, name: str = "") -> str:
    """What a file is by its bytes: docx, html, md, zip, or a key of the kinds we cannot read."""
    extension = PurePosixPath(name.lower()).suffix
    if not content.strip():
        return "empty"
    if content.startswith(b"PK"):
        return _zip_kind(content)
    if content.startswith(_OLE):
        return _ole_kind(content, extension)
    for signature, kind in _SIGNATURES:
        if re.match(signature, content):
            return kind
    if extension in (".docx", ".zip", ".pages", ".odt"):
        return "corrupt"
    head = content[:4096].lstrip(b"\xef\xbb\xbf").lstrip().lower()
    is_html = re.match(rb"<(!doctype html|html|head|meta|body|\?xml[^>]*>\s*<!doctype html|!--startfragment)", head)
    if is_html or extension in (".html", ".htm"):
        return "html"
    if extension in (".md", ".markdown"):
        return "md"
    return {".doc": "doc", ".wps": "wps"}.get(extension, "unknown")


_SIGNATURES = (
    (rb"%PDF", "pdf"),
    (rb"\{\\rtf", "rtf"),
    (rb"(?i)(MIME-Version|From: <)", "mht"),
    (rb"\xff\xd8\xff|\x89PNG|GIF8|BM.{12}\x28|(?s:RIFF....WEBP)", "picture"),
    (rb"Rar!|7z\xbc\xaf", "rar"),
)


def _zip_kind(content: bytes) -> str:
    """Which of the many files that are zips inside. Entry names stand uncompressed in the directory."""
    tail = content[-(1 << 20) :]
    for sign, kind in ((b"word/", "docx"), (b"xl/", "xls"), (b"ppt/", "ppt"), (b"Index/Document.iwa", "pages")):
        if sign in tail or sign in content[:4096]:
            return kind
    if b"mimetypeapplication/vnd.oasis" in content[:200]:
        return "odt"
    return "docx" if b"[Content_Types].xml" in content[:4096] else "zip"


def _ole_kind(content: bytes, extension: str) -> str:
    """An old compound file: names inside are UTF-16."""
    for sign, kind in (("EncryptedPackage", "encrypted"), ("WordDocument", "doc"), ("Workbook", "xls")):
        if sign.encode("utf-16-le") in content:
            return "wps" if kind == "doc" and extension == ".wps" else kind
    if "PowerPoint Document".encode("utf-16-le") in content:
        return "ppt"
    return "wps" if extension == ".wps" else "doc"


def _ask(kind: str, name: str, content: bytes) -> worker.Answer:
    """The child's answer; every failure in words."""
    if len(content) > MAX_FILE:
        raise ArrivalError(_called(name, f"文件超过 {MAX_FILE >> 20} MB：请先压缩图片再导入"))
    try:
        return worker.read_answer(_child.call(worker.ask(kind, PurePosixPath(name).name, content)))
    except ChildTimeoutError as error:
        message = f"{_SECONDS} 秒内读不完：文件可能过大或结构异常，请拆成几篇再导入"
        raise ArrivalError(_called(name, message)) from error
    except ChildMemoryError as error:
        message = f"读它要用 {_MEMORY_MIB} MiB 以上内存：请压缩图片或拆成几篇再导入"
        raise ArrivalError(_called(name, message)) from error
    except ChildError as error:
        known = error.kind == "UnreadableError"
        message = error.message if known else "读取失败：请在 Word 或 WPS 里另存一份再试，仍不成功请联系管理员"
        raise ArrivalError(_called(name, message)) from error


def _called(name: str, sentence: str) -> str:
    return f"{PurePosixPath(name).name}：{sentence}。" if name else f"{sentence}。"


def _brought(answer: worker.Answer) -> Arrived:
    front = FrontMatter(**dict(answer.front))
    text = write(front, answer.blocks)
    return Arrived(front=front, blocks=answer.blocks, text=text, pictures=dict(answer.pictures), left=answer.left)


def _read_markdown(text: str, name: str) -> Arrived:
    """A manuscript of ours stays as it is written."""
    draft = read(text, name)
    return Arrived(front=draft.front, blocks=draft.blocks, text=text)


def _only_story(files: dict[str, bytes], name: str) -> Arrived:
    """The one story in a zip, with the other files beside it as its pictures."""
    found = [one for one in files if PurePosixPath(one.lower()).suffix in STORIES]
    if len(found) != 1:
        count = f"有 {len(found)} 篇稿件，请一篇一个压缩包" if found else "没有稿件，请把 .md 和图片一起打包"
        raise ArrivalError(_called(name, f"压缩包里{count}"))
    made = arrive(files[found[0]], found[0])
    folder = str(PurePosixPath(found[0]).parent)
    prefix = "" if folder == "." else f"{folder}/"
    beside = {one[len(prefix) :]: files[one] for one in files if one.startswith(prefix) and one != found[0]}
    return Arrived(
        front=made.front, blocks=made.blocks, text=made.text, pictures={**beside, **made.pictures}, left=made.left
    )


def _decoded(content: bytes) -> str:
    """Text in the encoding it says or shows: UTF-8, UTF-16, else GB 18030 as old Chinese pages are."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = re.search(rb"charset=[\"']?([\w-]+)", content[:2048], re.I)
        code = declared[1].decode() if declared else "gb18030"
        code = "gb18030" if code.lower() in ("gb2312", "gbk", "gb18030", "utf-8", "utf8") else code
        try:
            return content.decode(code, "replace")
        except LookupError:
            return content.decode("gb18030", "replace")
