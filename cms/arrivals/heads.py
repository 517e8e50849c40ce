"""What stands above an old text: YAML (---), TOML (+++) or JSON ({) front matter, or the head of an HTML page."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from cms.manuscript.yaml_front import Fields, FrontError, Value, Word, Words, load, split

MAX_HEAD = 64 * 1024
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*$\n?", re.S | re.M)
# What pages of government sites say of themselves (国办发〔2017〕47号), and what others do.
_METAS = {
    "articletitle": "title",
    "og:title": "title",
    "pubdate": "date",
    "publishdate": "date",
    "article:published_time": "date",
    "contentsource": "source",
    "author": "author",
    "keywords": "tags",
    "description": "description",
}
_BODIES = re.compile(r"<(article|main|body)\b[^>]*>", re.I)


@dataclass(frozen=True)
class Head:
    """The fields above a text (words, lists of words, maps of words), their lines, the body and its first line."""

    fields: dict[str, Any]
    body: str
    body_line: int = 1
    lines: dict[str, int] = field(default_factory=dict)

    def word(self, *names: str) -> str:
        """The first of these fields that is a word."""
        found = (self.fields.get(name) for name in names)
        return next((one.strip() for one in found if isinstance(one, str) and one.strip()), "")

    def words(self, *names: str) -> list[str]:
        """All words in these fields: lists, or words with commas or spaces between as the generators take them."""
        out: list[str] = []
        for name in names:
            value = self.fields.get(name)
            parts = value if isinstance(value, list) else re.split(r"[,，]", value) if isinstance(value, str) else []
            flat = (one for part in parts for one in (part if isinstance(part, list) else [part]))
            out += [one.strip() for one in flat if isinstance(one, str) and one.strip()]
        return list(dict.fromkeys(out))


def head_of(text: str) -> Head:
    """The front matter of a text and what follows; FrontError, with its line, when it cannot be read."""
    if found := _TOML.match(text):
        return Head(_toml(found[1]), text[found.end() :], text.count("\n", 0, found.end()) + 1)
    if text.startswith("{"):
        return _json(text)
    parts = split(text)
    if parts.fault:
        raise parts.fault
    if parts.front is None:
        return Head({}, text)
    fields = load(parts.front)
    return Head({key: _plain(one) for key, one in fields.parts.items()}, parts.body, parts.body_line, fields.lines)


def _plain(value: Value) -> Any:
    if isinstance(value, Word):
        return value.text
    if isinstance(value, Words):
        return [_plain(one) for one in value.parts]
    assert isinstance(value, Fields)
    return {key: _plain(one) for key, one in value.parts.items()}


def _toml(text: str) -> dict[str, Any]:
    try:
        return {key: _written(value) for key, value in tomllib.loads(text[:MAX_HEAD]).items()}
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise FrontError(
            "bad_toml", "稿头（TOML）读不懂，请检查引号和等号", int(found[1]) + 1 if found else 2
        ) from error


def _json(text: str) -> Head:
    try:
        fields, end = json.JSONDecoder().raw_decode(text[:MAX_HEAD])
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise FrontError("bad_json", "稿头（JSON）读不懂，请检查引号和逗号", line) from error
    if not isinstance(fields, dict):
        return Head({}, text)
    body = text[end:].lstrip("\n")
    return Head(
        {key: _written(value) for key, value in fields.items()}, body, text.count("\n", 0, len(text) - len(body)) + 1
    )


def _written(value: Any) -> Any:
    """A parsed value as words: dates and numbers as they would be written."""
    if isinstance(value, list):
        return [_written(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _written(one) for key, one in value.items()}
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(" ") if hasattr(value, "hour") else str(value) if value is not None else ""


class _Page(HTMLParser):
    """Collects what a page's head says; stops caring once the body has begun but for its first <time> and <h1>."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = _METAS.get((given.get("name") or given.get("property") or "").lower(), "")
        if tag == "meta" and name:
            self.found.setdefault(name, given.get("content", ""))
        if tag == "link" and given.get("rel", "").lower() == "canonical":
            self.found.setdefault("canonical", given.get("href", ""))
        if tag == "time" and given.get("datetime"):
            self.found.setdefault("time", given["datetime"])
        if tag in ("title", "h1"):
            self._in = tag if tag == "h1" else "<title>"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "h1"):
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.found[self._in] = (self.found.get(self._in, "") + data)[:500]


def page_of(text: str) -> Head:
    """The head of a saved HTML page as front matter, and the part that is the article."""
    reader = _Page()
    reader.feed(text)
    found = reader.found
    shown = found.get("h1", "").strip() or re.split(r"[_|]| - ", found.get("<title>", ""))[0].strip()
    fields: dict[str, Any] = {**found, "title": found.get("title", "").strip() or shown}
    fields["date"] = found.get("date", "") or found.get("time", "")
    if found.get("canonical"):
        fields["url"] = found["canonical"]
    start = min(_BODIES.finditer(text), key=lambda one: ("article", "main", "body").index(one[1].lower()), default=None)
    if start is None:
        return Head(fields, text)
    end = text.lower().rfind(f"</{start[1].lower()}>")
    return Head(fields, text[start.end() : end if end > start.end() else len(text)])
