"""An old archive as a folder: what Hugo, Jekyll, Hexo or a saved web site left, entry by entry.

Dates come from what the files say, never from the disk's clock. Old addresses are taken from the files where they are
written, and worked out as the generator did where they are not.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from assets.store import hash_of
from channels.contract import StoryError
from channels.values import Finding, Picture, Source
from cms.arrivals import tags
from cms.arrivals.dates import BEIJING, DateError, moment
from cms.arrivals.entries import Entry, Form, fault, old_path, slug_wish
from cms.arrivals.heads import Head, head_of, page_of
from cms.manuscript.draft import FrontMatter
from cms.manuscript.yaml_front import FrontError

FORMS: dict[str, Form] = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".docx": "docx"}
MAX_BYTES = 20 * 1024 * 1024
_SKIPPED = frozenset(
    {"node_modules", "themes", "archetypes", "layouts", "_layouts", "_includes", "_drafts", "public", "_site"}
)
_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(.+)")
_CODES = ("utf-8-sig", "gb18030")
HUGO, JEKYLL, HEXO = "/:sections/:slug/", "/:categories/:year/:month/:day/:title.html", "/:year/:month/:day/:title/"
_JEKYLL_STYLES = {
    "date": JEKYLL,
    "pretty": "/:categories/:year/:month/:day/:title/",
    "none": "/:categories/:title.html",
    "ordinal": "/:categories/:year/:y_day/:title.html",
}


@dataclass(frozen=True)
class Folder:
    """The folder of an archive. ``site_url`` is the old site's address ("" when nobody said); ``permalink`` how its
    generator made addresses, "" for a folder of saved pages: there a file's place is its address."""

    root: Path
    site_url: str = ""
    permalink: str = ""

    def entries(self, now: datetime) -> Iterator[Entry | Finding]:
        """Every entry, or why a file is none, in the order of the files' names."""
        for path in sorted(self.root.rglob("*")):
            inside = path.relative_to(self.root)
            hidden = any(part.startswith(".") or part in _SKIPPED for part in inside.parts)
            if path.suffix.lower() in FORMS and not hidden and path.name != "_index.md" and path.is_file():
                yield self._entry(path, inside.as_posix(), now)

    def _entry(self, path: Path, name: str, now: datetime) -> Entry | Finding:
        if not path.resolve().is_relative_to(self.root.resolve()):
            return fault("outside", "链接指到文件夹外面，没有读，请把文件复制进来", name)
        if path.stat().st_size > MAX_BYTES:
            return fault("too_large", f"文件超过 {MAX_BYTES >> 20} MB，请拆开再导入", name)
        form = FORMS[path.suffix.lower()]
        try:
            # a Word file is read later, as a whole: its hash stands for its words
            head = Head({}, hash_of(path.read_bytes())) if form == "docx" else _head(path, form)
            return self._made(path, name, form, head, now)
        except FrontError as error:
            return fault(error.rule, error.message, name, error.line)
        except DateError as error:
            return fault("bad_date", str(error), name, head.lines.get("date", 1))
        except UnicodeDecodeError:
            return fault("encoding", "文件不是 UTF-8，也不是 GB18030，请另存为 UTF-8", name)

    def _made(self, path: Path, name: str, form: Form, head: Head, now: datetime) -> Entry | Finding:
        if head.word("draft") == "true" or head.word("published") == "false":
            return fault("draft", "是没有发布过的草稿，没有导入", name, level="info")
        stem, dated = _stem(path), _DATED.fullmatch(path.stem)
        when = head.word("date", "publishDate", "pubDate", "日期") or _day(head) or (dated[1] if dated else "")
        if not when:
            return fault("no_date", "没有写发布日期，请在稿头写 date: 2015-03-02，或把日期写进文件名", name)
        at, is_day = moment(when, now)
        body, left = tags.plain(head.body) if form == "md" else (head.body, [])
        entry = Entry(
            identity=f"file:{name}",
            file=name,
            form=form,
            body=body,
            body_line=head.body_line,
            front=_front(head, "" if form == "md" else stem),
            published_at=at,
            is_dated_only=is_day,
            base=path.parent,
            findings=tuple(_left(left, name)),
        )
        return self._placed(entry, head, name, stem)

    def _placed(self, entry: Entry, head: Head, name: str, stem: str) -> Entry:
        """The entry with its old addresses: as written, else as the generator made them."""
        written = head.word("url", "permalink")
        main = "" if ":" in written and "://" not in written else written
        main = main or self._address(entry, head, name, stem, written)
        path = old_path(main, self.site_url)
        aliases = head.words("aliases", "alias", "redirect_from")
        others = [old_path(_beside(one, path), self.site_url) for one in aliases]
        address = (
            main if main.startswith(("http://", "https://")) else f"{self.site_url}{path}" if self.site_url else ""
        )
        identity = path or entry.identity
        wish = "" if PurePosixPath(path).stem == "index" else re.sub(r"\.\w{2,5}$", "", path.split("?")[0])
        return replace(
            entry,
            identity=head.word("guid") or identity,
            address=address,
            paths=tuple(dict.fromkeys(one for one in (path, *others) if one)),
            slug=slug_wish(head.word("slug"), wish, stem, identity=identity),
        )

    def _address(self, entry: Entry, head: Head, name: str, stem: str, own: str) -> str:
        template = own or self.permalink
        if not template:
            return f"/{name}" if entry.form == "html" else ""
        here = entry.published_at.astimezone(BEIJING)
        slug = head.word("slug") or stem
        places = {
            "year": f"{here:%Y}", "month": f"{here:%m}", "i_month": str(here.month), "day": f"{here:%d}",
            "i_day": str(here.day), "y_day": f"{here:%j}", "hour": f"{here:%H}", "minute": f"{here:%M}",
            "second": f"{here:%S}", "title": slug, "slug": slug, "name": stem,
            "post_title": stem, "filename": stem, "contentbasename": stem,
            "categories": "/".join(head.words("categories", "category")),
            "category": "/".join(head.words("categories", "category")[:1]), "sections": _sections(name),
            "section": _sections(name).split("/")[0], "output_ext": ".html",
        }  # fmt: skip
        made = re.sub(r":([a-z_]+)", lambda found: places.get(found[1], found[0]), template)
        return re.sub(r"/{2,}", "/", f"/{made}")


def open_folder(root: Path, site_url: str = "", permalink: str = "") -> Folder:
    """The folder, and how its addresses were made: as told, else as its generator's settings say."""
    if not root.is_dir():
        raise StoryError(f"{root}：没有这个文件夹，请检查路径。")
    return Folder(root, site_url.rstrip("/"), permalink or _generator(root))


def _generator(root: Path) -> str:
    """The permalink of the generator whose settings lie in the folder."""
    settings = root / "_config.yml"
    if settings.is_file() and settings.stat().st_size < MAX_BYTES:
        text = settings.read_text(encoding="utf-8", errors="replace")
        found = re.search(r"^permalink:[ \t]*['\"]?([^\s'\"#]+)", text, re.M)
        if (root / "source").is_dir():
            return found[1] if found else HEXO
        return _JEKYLL_STYLES.get(found[1], found[1]) if found else JEKYLL
    if any((root / name).is_file() for name in ("hugo.toml", "hugo.yaml", "hugo.json", "config.toml", "config.yaml")):
        return HUGO
    return JEKYLL if (root / "_posts").is_dir() else HUGO if (root / "content").is_dir() else ""


def _head(path: Path, form: Form) -> Head:
    raw = path.read_bytes()
    text = _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")
    if form == "html" and not text.startswith(("---\n", "+++\n")):
        return page_of(text)
    return head_of(text)


def _decoded(raw: bytes) -> str:
    """UTF-8, else what old Chinese sites wrote."""
    try:
        return raw.decode(_CODES[0])
    except UnicodeDecodeError:
        return raw.decode(_CODES[1])


def _day(head: Head) -> str:
    """Our own front matter says published: 2015-03-02."""
    return head.word("published") if head.word("published")[:1].isdigit() else ""


def _stem(path: Path) -> str:
    """The file's own name without its date; a page bundle (Hugo's index.md) has its folder's."""
    name = path.parent.name if path.stem == "index" else path.stem
    found = _DATED.fullmatch(name)
    return unicodedata.normalize("NFC", found[2] if found else name)


def _sections(name: str) -> str:
    """The folders between content/ and the entry, as Hugo puts them into addresses."""
    parts = PurePosixPath(name).parts
    parts = parts[1:] if parts[0] == "content" else parts
    return "/".join(parts[: -2 if parts[-1].startswith("index.") else -1]).lower()


def _beside(alias: str, path: str) -> str:
    """An alias without a leading slash is relative to the page's own folder (Hugo)."""
    if alias.startswith("/") or "://" in alias or not path:
        return alias
    return f"{path.rstrip('/').rpartition('/')[0]}/{alias}"


def _front(head: Head, fallback: str) -> FrontMatter:
    outlet = head.word("source", "来源")
    author = head.words("author", "authors", "byline", "作者")
    cover = head.word("cover", "image", "thumbnail", "featured_image", "banner")
    source = Source(outlet=outlet, author="、".join(author), title=head.word("title")) if outlet else None
    return FrontMatter(
        headline=" ".join((head.word("title", "headline", "标题") or fallback).split()),
        subtitle=head.word("subtitle"),
        digest=head.word("description", "summary", "excerpt", "digest", "摘要"),
        byline=tuple(author),
        kind="reprint" if source else "original",
        source=source,
        topics=tuple(dict.fromkeys([*head.words("tags", "topics"), *head.words("categories", "category")])),
        cover=Picture(src=cover) if cover else None,
    )


def _left(left: list[str], name: str) -> Iterator[Finding]:
    if left:
        message = f"有 {len(left)} 处建站程序的标签没有转换（如 {left[0][:30]}），文字原样保留，请核对"
        yield fault("tag", message, name, level="warn")


def find_picture(root: Path, entry: Entry, src: str, site_url: str = "") -> Path | None:
    """Where a picture of the entry lies inside the archive, None when it is not there."""
    path = old_path(src, site_url) if "://" in src or src.startswith("//") else src
    if (("://" in src or src.startswith("//")) and not site_url) or not path or entry.base is None:
        return None
    path = path.split("?")[0].split("#")[0]
    from_root = path.lstrip("/")
    stem = PurePosixPath(entry.file).stem
    near = [] if path.startswith("/") else [entry.base / path, entry.base / stem / path]
    home = root.resolve()
    for one in (*near, root / from_root, root / "static" / from_root, root / "source" / from_root):
        found = one.resolve()
        if found.is_relative_to(home) and found.is_file():
            return found
    return None
