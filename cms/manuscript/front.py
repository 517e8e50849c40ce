"""Front matter: YAML ↔ ``FrontMatter``. Bad fields are findings with their line; the good ones still count."""

import re
from collections.abc import Callable
from typing import Any

import yaml

from channels.values import Character, Finding, Picture, Source
from cms.manuscript.draft import FrontMatter
from cms.manuscript.names import is_yes, nearest
from cms.manuscript.normal import LANGUAGE, squash
from cms.manuscript.phrases import focus_of
from cms.manuscript.yaml_front import Fields, FrontError, Value, Word, Words, load

# other words for our fields: Chinese, and what earlier files used
ALIASES = {
    "title": "headline",
    "标题": "headline",
    "working_title": "working_title",
    "短标题": "short_headlines",
    "副标题": "subtitle",
    "摘要": "digest",
    "作者": "byline",
    "署名": "byline",
    "author": "byline",
    "编辑": "editor",
    "类型": "kind",
    "来源": "source",
    "栏目": "column",
    "section": "column",
    "期": "issue",
    "期号": "issue",
    "角色": "cast",
    "话题": "topics",
    "tags": "topics",
    "单位": "units",
    "封面": "cover",
    "date": "published",
    "日期": "published",
    "语言": "lang",
    "版式": "look",
    "note": "ed_note",
    "备注": "ed_note",
}
IGNORED = ("seed", "page")
# the same fields as the visual editor names them
LABELS = {
    "headline": "标题",
    "short_headlines": "各渠道短标题",
    "subtitle": "副标题",
    "digest": "摘要",
    "byline": "署名",
    "editor": "编辑",
    "kind": "类型",
    "source": "来源",
    "column": "栏目",
    "issue": "第几期",
    "cast": "角色",
    "topics": "话题",
    "cover": "封面",
    "published": "日期",
    "lang": "语言",
    "look": "版式",
    "ai_label": "AI 使用说明",
    "ed_note": "给同事的备注",
}
_KINDS = {"original": "original", "原创": "original", "reprint": "reprint", "转载": "reprint"}
_LOOKS = {
    "": "",
    "news": "news",
    "新闻": "news",
    "column": "column",
    "栏目": "column",
    "policy": "policy",
    "政策": "policy",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?)?")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_HINTS = 20  # a hint compares a name with every name we know; nobody misspells more
_FIELDS = tuple(FrontMatter.__dataclass_fields__)


def parse(text: str) -> tuple[FrontMatter, dict[str, int], list[Finding]]:
    """The front matter in YAML ``text``, the line of each field, and what is wrong."""
    try:
        fields = load(text)
    except FrontError as error:
        return FrontMatter(), {}, [fault(error)]
    reader = _Reader()
    given = reader.fields(fields)
    if given.get("source") and "kind" not in given:
        given["kind"] = "reprint"
    return FrontMatter(**given), reader.lines, reader.findings


def fault(error: FrontError) -> Finding:
    """The blocking finding of front matter that cannot be read."""
    return Finding(level="block", rule=f"manuscript.front.{error.rule}", message=error.message, line=error.line)


def _called(key: str) -> tuple[str, str]:
    """A field by its label, and what it is called in Markdown where that is another word."""
    name, _, part = key.partition(".")
    label = LABELS.get(ALIASES.get(name.strip(), name.strip()), name)
    said = f"“{label}”里的“{part}”" if part else f"“{label}”"
    return said, "" if label == name else f"（Markdown：{key}）"


class _Reader:
    """Reads one map of fields; keeps lines and findings."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.lines: dict[str, int] = {}
        self.unknown = 0

    def say(self, level: Any, rule: str, message: str, line: int, excerpt: str = "") -> None:
        self.findings.append(
            Finding(level=level, rule=f"manuscript.front.{rule}", message=message, line=line, excerpt=excerpt[:60])
        )

    def fields(self, fields: Fields) -> dict[str, Any]:
        """The known fields, each of its right type."""
        given: dict[str, Any] = {}
        working = ""
        for key, value in fields.parts.items():
            line = fields.lines[key]
            name = ALIASES.get(key.strip(), key.strip())
            if name == "working_title":
                working = self.text(value, key)
            elif name in _FIELDS:
                self._keep(given, name, key, value, line)
            elif name not in IGNORED:
                self._unknown(name, line)
        if working and not given.get("headline"):
            given["headline"] = working
            line = fields.lines["working_title"]
            self.say(
                "warn",
                "working_title",
                "原文没有标题，暂用草拟的一个，请编辑定题（Markdown：working_title）",
                line,
                working,
            )
        return given

    def _keep(self, given: dict[str, Any], name: str, key: str, value: Value, line: int) -> None:
        if given.get(name):
            self.say(
                "warn", "twice", f"稿头的{_called(key)[0]}和前面的另一种写法重复，只用前面的{_called(key)[1]}", line
            )
            return
        given[name] = _READERS.get(name, _Reader.text)(self, value, key)
        self.lines[name] = line

    def _unknown(self, name: str, line: int) -> None:
        self.unknown += 1
        near = nearest(name, [*_FIELDS, *ALIASES]) if self.unknown <= _HINTS else ""
        hint = f"，是不是“{near}”？" if near else "，"
        self.say("warn", "unknown_key", f"稿头里不认识“{name}”{hint}已忽略，请到 Markdown 里改正或删去", line, name)

    def _wrong(self, key: str, want: str, value: Value) -> None:
        called, beside = _called(key)
        self.say("block", "wrong_type", f"稿头的{called}应当是{want}，请改正{beside}", value.line)

    def text(self, value: Value, key: str) -> str:
        if isinstance(value, Word):
            return squash(value.text)
        self._wrong(key, "一行文字", value)
        return ""

    def texts(self, value: Value, key: str) -> tuple[str, ...]:
        """One word or a list of them; a byline on one line is one entry."""
        if isinstance(value, Word):
            return (squash(value.text),) if value.text.strip() else ()
        if isinstance(value, Words) and all(isinstance(part, Word) for part in value.parts):
            return tuple(text for part in value.parts if (text := self.text(part, key)))
        self._wrong(key, "一行文字或列表", value)
        return ()

    def words(self, value: Value, key: str) -> tuple[str, ...]:
        """A list of words, or words between commas."""
        if isinstance(value, Word):
            return tuple(re.split(r"[\s,，、]+", value.text.strip())) if value.text.strip() else ()
        return self.texts(value, key)

    def number(self, value: Value, key: str) -> int:
        text = value.text.strip() if isinstance(value, Word) else "?"
        if not text:
            return 0
        if text.isascii() and text.isdecimal() and len(text) < 10:
            return int(text)
        self._wrong(key, "整数", value)
        return 0

    def pairs(self, value: Value, key: str) -> tuple[tuple[str, str], ...]:
        if isinstance(value, Fields):
            given = ((name, self.text(part, f"{key}.{name}")) for name, part in value.parts.items())
            return tuple((name, text) for name, text in given if text)
        if isinstance(value, Word) and not value.text:
            return ()
        self._wrong(key, "“渠道: 短标题”的各行", value)
        return ()

    def story_kind(self, value: Value, key: str) -> str:
        text = self.text(value, key)
        if text and text not in _KINDS:
            self._wrong(key, "原创或转载", value)
        return _KINDS.get(text, "original")

    def look(self, value: Value, key: str) -> str:
        text = self.text(value, key)
        if text and text not in _LOOKS:
            self._wrong(key, "新闻、栏目或政策", value)
        return _LOOKS.get(text, "")

    def source(self, value: Value, key: str) -> Source | None:
        """Where a reprint is from: a map, or only the outlet's name."""
        if isinstance(value, Word):
            return Source(outlet=squash(value.text)) if value.text.strip() else None
        return Source(**({"outlet": ""} | self._known(value, key, ("outlet", "author", "url", "title", "published"))))

    def _known(self, value: Value, key: str, known: tuple[str, ...]) -> dict[str, str]:
        """The known fields of a small map, as text."""
        if not isinstance(value, Fields):
            self._wrong(key, "“名称: 值”的各行", value)
            return {}
        for name in value.parts:
            if name not in known:
                self._unknown(name, value.lines[name])
        return {name: self.text(part, name) for name, part in value.parts.items() if name in known}

    def cast(self, value: Value, key: str) -> tuple[Character, ...]:
        if isinstance(value, Words):
            made = [self._character(part, key) for part in value.parts]
            return tuple(character for character in made if character)
        if isinstance(value, Word) and not value.text:
            return ()
        self._wrong(key, "角色的列表，每个写 key 和 name", value)
        return ()

    def _character(self, value: Value, key: str) -> Character | None:
        given = self._known(value, key, ("key", "name", "side", "colour", "picture"))
        name = given.get("name") or given.get("key", "")
        if not name:
            self._wrong(key, "写明 key 和 name 的角色", value)
            return None
        side = {"左": "left", "右": "right", "": "left"}.get(given.get("side", ""), given.get("side", ""))
        if side not in ("left", "right"):
            self._wrong("side", " left（左）或 right（右）", value)
            side = "left"
        colour = given.get("colour", "")
        if colour and not _COLOUR.fullmatch(colour):
            self._wrong("colour", " #rrggbb 颜色，并放进引号", value)
            colour = ""
        src = given.get("picture", "")
        picture = Picture(src=src, alt=name) if src else None
        character = Character(key=given.get("key") or name, name=name, side=side, picture=picture)
        return character if not colour else Character(**_shallow(character) | {"colour": colour})

    def cover(self, value: Value, key: str) -> Picture | None:
        if isinstance(value, Word):
            return Picture(src=value.text.strip()) if value.text.strip() else None
        given = self._known(value, key, ("path", "focus", "alt", "credit", "licence", "ai"))
        if not given.get("path"):
            self._wrong(key, "封面图片的路径（path）", value)
            return None
        x, y = focus_of(given.get("focus", "50,50"))
        words = {name: given.get(name, "") for name in ("alt", "credit", "licence")}
        return Picture(src=given["path"], focus_x=x, focus_y=y, ai=is_yes(given.get("ai", "")), **words)

    def date(self, value: Value, key: str) -> str:
        return self._shaped(value, key, _DATE, "日期，写成 2026-11-22")

    def moment(self, value: Value, key: str) -> str:
        return self._shaped(value, key, _MOMENT, "时间，写成 2026-11-22T08:00:00+08:00")

    def slug(self, value: Value, key: str) -> str:
        return self._shaped(value, key, _SLUG, "小写字母、数字和连字符，如 energy-catcher")

    def language(self, value: Value, key: str) -> str:
        return self._shaped(value, key, LANGUAGE, "语言代码，如 zh-CN、bo、ii") or "zh-CN"

    def _shaped(self, value: Value, key: str, shape: re.Pattern[str], want: str) -> str:
        text = self.text(value, key)
        if not text or shape.fullmatch(text):
            return text
        self._wrong(key, want, value)
        return ""


_READERS: dict[str, Callable[[_Reader, Value, str], Any]] = {
    "short_headlines": _Reader.pairs,
    "byline": _Reader.texts,
    "kind": _Reader.story_kind,
    "source": _Reader.source,
    "issue": _Reader.number,
    "cast": _Reader.cast,
    "topics": _Reader.words,
    "units": _Reader.words,
    "cover": _Reader.cover,
    "embargo": _Reader.moment,
    "published": _Reader.date,
    "lang": _Reader.language,
    "look": _Reader.look,
    "slug": _Reader.slug,
    "column_slug": _Reader.slug,
}


def _shallow(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def dump(front: FrontMatter) -> str:
    """The front matter with its ``---`` lines; what holds its default is left out."""
    given = {name: _plain(name, getattr(front, name)) for name in _FIELDS if not _is_default(front, name)}
    text = yaml.safe_dump(given, allow_unicode=True, sort_keys=False, width=10_000) if given else ""
    return f"---\n{text}---\n"


def row(front: FrontMatter, name: str) -> str:
    """One field as it stands in the front matter; nothing when it holds its default."""
    if _is_default(front, name):
        return ""
    value = _plain(name, getattr(front, name))
    if name == "byline" and len(value) == 1:
        value = value[0]
    return str(yaml.safe_dump({name: value}, allow_unicode=True, sort_keys=False, width=10_000))


def _is_default(front: FrontMatter, name: str) -> bool:
    return bool(getattr(front, name) == FrontMatter.__dataclass_fields__[name].default)


def _plain(name: str, value: Any) -> Any:
    if name == "short_headlines":
        return dict(value)
    if name == "cast":
        return [_cast_row(character) for character in value]
    if name == "cover":
        return _cover(value)
    if isinstance(value, Source):
        return {key: text for key, text in _shallow(value).items() if text}
    return list(value) if isinstance(value, tuple) else value


def _cast_row(character: Character) -> dict[str, str]:
    row = {"key": character.key, "name": character.name, "side": character.side, "colour": character.colour}
    return row | ({"picture": character.picture.src} if character.picture else {})


def _cover(picture: Picture) -> Any:
    if picture == Picture(src=picture.src):
        return picture.src
    row: dict[str, str] = {"path": picture.src}
    if (picture.focus_x, picture.focus_y) != (500, 500):
        row["focus"] = f"{picture.focus_x / 10:g},{picture.focus_y / 10:g}"
    row |= {name: getattr(picture, name) for name in ("alt", "credit", "licence") if getattr(picture, name)}
    return row | ({"ai": "yes"} if picture.ai else {})
