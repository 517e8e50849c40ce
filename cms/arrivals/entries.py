"""One entry of an old archive as it was read, whatever it was read from, and its old addresses."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urljoin, urlsplit

from channels import canonical
from channels.values import Finding
from cms.manuscript.draft import FrontMatter
from cms.manuscript.freezing import slug_for

MAX_PATH = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
Form = Literal["md", "html", "docx"]
Level = Literal["block", "warn", "info"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What an old site published once: its words as they stood, its date, its addresses.

    ``identity`` is its guid, old path or file: for life, within a unit. ``file`` and ``line`` say where it was read;
    ``base`` is the folder its pictures are beside. ``paths`` are old addresses on the unit's host, the first the main
    one. ``slug`` is a wish. ``findings`` is what was noticed while reading."""

    identity: str
    file: str
    form: Form
    body: str
    front: FrontMatter
    published_at: datetime
    is_dated_only: bool = False
    line: int = 1
    body_line: int = 1
    base: Path | None = None
    address: str = ""
    paths: tuple[str, ...] = ()
    slug: str = ""
    findings: tuple[Finding, ...] = field(default=())

    @property
    def fingerprint(self) -> str:
        """Changes with anything of the entry a reader could notice."""
        said = [self.body, canonical.plain(self.front), self.published_at.isoformat(), self.address, *self.paths]
        return hashlib.sha256(canonical.encode(said)).hexdigest()


def fault(
    rule: str, message: str, file: str, line: int = 1, level: Literal["block", "warn", "info"] = "block"
) -> Finding:
    """Something wrong with an entry; ``block`` keeps it out, and the rest go on."""
    return Finding(level=level, rule=f"archive.{rule}", message=message, file=file, line=line)


def old_path(address: str, site_url: str = "") -> str:
    """The path (and query) of an old address on the old site: decoded, from the root; "" when it is elsewhere's,
    is the front page, or is nothing a server could be asked for."""
    try:
        asked = urlsplit(urljoin(f"{site_url or 'http://old.invalid'}/", address.strip()))
        home = urlsplit(site_url)
    except ValueError:
        return ""
    if asked.scheme not in ("http", "https") or (home.hostname and _host(asked.hostname) != _host(home.hostname)):
        return ""
    path = unicodedata.normalize("NFC", unquote(asked.path, errors="replace"))
    whole = path + (f"?{asked.query}" if asked.query else "")
    is_odd = _CONTROL.search(whole) or "\ufffd" in whole or ".." in path.split("/") or len(whole) > MAX_PATH
    return "" if is_odd or whole in ("", "/") else re.sub(r"/{2,}", "/", path) + whole[len(path) :]


def _host(name: str | None) -> str:
    return (name or "").removeprefix("www.")


def slug_wish(*names: str, identity: str) -> str:
    """The first of ``names`` that makes an address, else one from the entry's identity (no pinyin is guessed)."""
    for name in names:
        short = name.strip().strip("/").split("/")[-1]
        plain = short.lower().replace("_", "-")
        if _SLUG.fullmatch(plain) and len(plain) <= 60 and re.search("[a-z]", plain):
            return plain
        made = slug_for("", short) if short.isascii() else ""
        if made and not made.startswith("s-"):
            return made
    return f"a-{hashlib.sha256(identity.encode()).hexdigest()[:10]}"
