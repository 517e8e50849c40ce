"""Word lists (R6) as values: what an entry says, how a list is read from a file, how a text is held against them."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from channels import canonical
from channels.values import Finding
from cms.checks import folding
from cms.checks.matching import Hit, Matcher, longest
from cms.checks.passages import Passage, Reading

MOST_ENTRIES = 200_000
LONGEST_WORD = 60
LONGEST_NAME = 40
LONGEST_CELL = 1000
LARGEST = 16 * 1024 * 1024
"""The most bytes of a list's file; MOST_ENTRIES lines have some 10 MiB."""
KINDS: Mapping[str, str] = {
    "sensitive": "错敏词",
    "misused": "易错词",
    "banned": "禁用语",
    "person": "姓名职务",
    "place": "地名",
    "source": "稿源单位",
    "contact": "对外联系方式",
    "exception": "例外",
}
_KIND_NAMES = (
    {name: key for key, name in KINDS.items()} | {key: key for key in KINDS} | {"错别字": "misused", "人名": "person"}
)
_LEVELS = {"block": "block", "拦截": "block", "warn": "warn", "提醒": "warn", "info": "info", "提示": "info"}
_USUAL = {"sensitive": "block", "banned": "block", "misused": "warn", "place": "warn"}
_COLUMNS = {
    "词": "word", "类": "kind", "类别": "kind", "级别": "severity", "改为": "suggestion", "建议": "suggestion",
    "说明": "note", "起": "valid_from", "止": "valid_to", "来源": "source", "例外": "exceptions", "职务": "title",
    "位次": "rank", "from": "valid_from", "to": "valid_to", "order": "rank",
}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class WordListError(ValueError):
    """The file is no word list: one Chinese sentence with the line and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a list. ``exceptions`` are words (apart by |) around which it is not meant: 例外 or 上下文词.

    A person's ``title`` may be several (、 between); ``rank`` is the order of precedence, 1 first, 0 = not ranked.
    For a source ``word`` is the outlet, for a contact the number or address that may be shown."""

    word: str
    kind: str
    severity: str = "warn"
    suggestion: str = ""
    note: str = ""
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    exceptions: tuple[str, ...] = ()
    title: str = ""
    rank: int = 0

    def is_valid(self, day: date) -> bool:
        """Whether it holds on ``day``; both ends belong to it."""
        today = day.isoformat()
        return (not self.valid_from or self.valid_from <= today) and (not self.valid_to or today <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """A list as imported: its name, its own version, and the entries. Its hash is of what it says, not of its name."""

    name: str
    version: str
    entries: tuple[Entry, ...]

    @property
    def hash(self) -> str:
        return canonical.digest(self.entries)


# --------------------------------------------------------------------------- reading a file


def parse(content: bytes, name: str, version: str = "") -> WordList:
    """The list in a .csv, .tsv or .toml file called ``name``; WordListError with the line when it is none."""
    stem, _, ending = name.rpartition(".")
    if len(content) > LARGEST:
        raise WordListError(f"{name}：超过 {LARGEST >> 20} MiB，不像词表，请拆成几份导入。")
    if ending.lower() not in ("csv", "tsv", "txt", "toml"):
        raise WordListError(f"{name}：不是词表，请另存为 .csv、.tsv 或 .toml 再导入。")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WordListError(f"{name}：不是 UTF-8 编码，请在表格软件里另存为“CSV UTF-8”再导入。") from error
    if ending.lower() == "toml":
        head, rows = _toml(text, name)
    else:
        head, rows = {}, _table(text, name, "\t" if ending.lower() != "csv" or "\t" in text.split("\n")[0] else ",")
    entries = _all_entries(rows, name)
    own, given = _called(head.get("name", stem), "词表名", name), head.get("version", version)
    made = WordList(name=own, version="", entries=entries)
    named = _called(given, "版本", name) if given != "" else made.hash[:8]
    return WordList(name=own, version=named, entries=entries)


def named(made: WordList, name: str) -> WordList:
    """The same list under another name; WordListError for what is no name."""
    own = _called(name, "词表名", made.name)
    return WordList(name=own, version=made.version, entries=made.entries)


def _called(said: object, what: str, file: str) -> str:
    """A name or version as a page can show it."""
    text = " ".join(str(said).split())
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise WordListError(f"{file[:60]}：{what}要写 1 到 {LONGEST_NAME} 个字，不能有控制字符。")
    return text


def _toml(text: str, name: str) -> tuple[dict[str, Any], Iterator[tuple[int, dict[str, Any]]]]:
    try:
        raw = tomllib.loads(text)
    except RecursionError as error:
        raise WordListError(f"{name}：TOML 里括号套得太深，请照 docs/checks.md 的样子改。") from error
    except tomllib.TOMLDecodeError as error:
        raise WordListError(f"{name}：TOML 写法有误（{error}），请改正再导入。") from error
    listed = raw.get("word", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise WordListError(f"{name}：每个词要写成一节 [[word]]，请照 docs/checks.md 的样子改。")
    head = raw.get("list", {})
    return head if isinstance(head, dict) else {}, enumerate(listed, 1)


def _table(text: str, name: str, separator: str) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = csv.reader(io.StringIO(text), delimiter=separator)
    heading: list[str] = []
    try:
        for row in lines:
            if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
                continue
            if not heading:
                heading = [cell.strip().lower() for cell in row]
                continue
            yield lines.line_num, dict(zip(heading, row, strict=False))
    except csv.Error as error:
        raise WordListError(f"{name}:{lines.line_num}：这一行读不出来（{error}），请检查引号和分隔符。") from error
    if not heading:
        raise WordListError(f"{name}：是空表，请在第一行写列名：word、kind、severity、suggestion……")


def _all_entries(rows: Iterable[tuple[int, dict[str, Any]]], name: str) -> tuple[Entry, ...]:
    found: dict[Entry, None] = {}
    for line, row in rows:
        found[
            _entry({_COLUMNS.get(str(key).strip(), str(key).strip()): value for key, value in row.items()}, line, name)
        ] = None
        if len(found) > MOST_ENTRIES:
            raise WordListError(f"{name}：超过 {MOST_ENTRIES} 条，请拆成几份导入。")
    if not found:
        raise WordListError(f"{name}：里面一个词也没有，请检查列名和内容。")
    return tuple(
        sorted(found, key=lambda one: (one.kind, one.rank, one.word, one.valid_from, one.title, one.suggestion))
    )


def _entry(row: Mapping[str, Any], line: int, name: str) -> Entry:
    given = {key: _cell(row.get(key)) for key in ("word", "kind", "severity", "suggestion", "note", "source", "title")}
    given |= {key: _cell(row.get(key)) for key in ("valid_from", "valid_to")}
    kind = _KIND_NAMES.get(given["kind"] or "sensitive")
    where = f"{name}:{line}"
    if not given["word"] or not folding.squeezed(given["word"]).text.strip():
        raise WordListError(f"{where}：没有写词（word），请补上或删去这一行。")
    if long := next((key for key, said in given.items() if len(said) > LONGEST_CELL), ""):
        raise WordListError(f"{where}：{long} 一栏超过 {LONGEST_CELL} 字，请写短些。")
    if len(given["word"]) > LONGEST_WORD:
        raise WordListError(f"{where}：“{given['word'][:12]}…”超过 {LONGEST_WORD} 字，请写短些的词。")
    if kind is None:
        raise WordListError(f"{where}：不认识类别“{given['kind']}”，可用：{'、'.join(KINDS.values())}。")
    level = _LEVELS.get(given["severity"] or _USUAL.get(kind, "warn"))
    if level is None:
        raise WordListError(f"{where}：不认识级别“{given['severity']}”，可用 block、warn、info。")
    for key in ("valid_from", "valid_to"):
        _check_day(given[key], where)
    rank = _cell(row.get("rank")) or "0"
    if not rank.isdecimal() or len(rank) > 4:
        raise WordListError(f"{where}：位次“{rank}”认不出，请写成数字，1 在最前。")
    raw = row.get("exceptions", "")
    around = raw if isinstance(raw, list) else re.split(r"[|｜]", _cell(raw))
    exceptions = tuple(sorted({str(one).strip() for one in around if str(one).strip()}))
    return Entry(**{**given, "kind": kind, "severity": level}, rank=int(rank), exceptions=exceptions)


def _cell(value: Any) -> str:
    return " ".join(str(value if value is not None else "").split())


def _check_day(text: str, where: str) -> None:
    try:
        if text and not (_DAY.fullmatch(text) and date.fromisoformat(text)):
            raise ValueError
    except ValueError as error:
        raise WordListError(f"{where}：日期“{text}”认不出，请写成 2026-11-25 的样子。") from error


def changes(before: WordList | None, after: WordList) -> tuple[list[Entry], list[Entry]]:
    """The entries that come and that go."""
    old, new = set(before.entries if before else ()), set(after.entries)
    return [one for one in after.entries if one not in old], [
        one for one in (before.entries if before else ()) if one not in new
    ]


def as_json(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries as they are kept."""
    return [canonical.plain(one) for one in entries]


def from_json(raw: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """The entries as they were kept."""
    return tuple(Entry(**{**one, "exceptions": tuple(one.get("exceptions", ()))}) for one in raw)


# --------------------------------------------------------------------------- holding a text against them


class Lexicon:
    """All words to look for on one day, with the words that excuse them."""

    def __init__(self, entries: Iterable[Entry], day: date) -> None:
        looked_for = ("sensitive", "misused", "banned")
        valid = [one for one in entries if one.is_valid(day)]
        self.entries = [one for one in valid if one.kind in looked_for]
        self._folded = [folding.squeezed(one.word).text for one in self.entries]
        self._matcher = Matcher(self._folded)
        # 「乾净」→「干净」: folded they are one word, so only the very letters count
        self._exact = [
            folding.squeezed(one.suggestion).text == folded
            for one, folded in zip(self.entries, self._folded, strict=True)
        ]
        excused = [one.word for one in valid if one.kind == "exception"]
        self._general = Matcher([folding.squeezed(one).text for one in excused])

    def findings(self, passage: Passage) -> list[Finding]:
        """What stands in ``passage`` that should not, the longest word of those that overlap."""
        if not self.entries:
            return []
        folded = folding.squeezed(passage.text)
        hits = self._matcher.find(folded.text)
        if not hits:
            return []
        excused = [(one.start, one.end) for one in self._general.find(folded.text)]
        found = [hit for hit in hits if not self._is_excused(hit, folded.text, excused)]
        return [one for hit in longest(found) if (one := self._finding(hit, folded, passage)) is not None]

    def _is_excused(self, hit: Hit, text: str, excused: Sequence[tuple[int, int]]) -> bool:
        """Whether it lies inside a longer harmless word, or a word of its own exceptions stands there or close by."""
        if any(start <= hit.start and hit.end <= end for start, end in excused):
            return True
        own = self.entries[hit.word].exceptions
        if not own:
            return False
        around = text[max(0, hit.start - 12) : hit.end + 12]
        return any(folding.squeezed(one).text in around for one in own)

    def _finding(self, hit: Hit, folded: folding.Folded, passage: Passage) -> Finding | None:
        entry = self.entries[hit.word]
        start, end = folded.span(hit.start, hit.end)
        written = passage.text[start:end]
        if self._exact[hit.word] and written != entry.word:
            return None
        if _is_part_of_a_word(folded.text, hit):
            return None
        is_hidden = len(written) > hit.end - hit.start
        if is_hidden and entry.severity == "block":
            message = f"“{entry.word}”被隔开写成了“{_shown(written)}”，{_remedy(entry)}"
            return passage.say("block", "checks.word.hidden", message, start, end, _shown(written))
        message = f"{KINDS[entry.kind]}“{_shown(written)}”，{_remedy(entry)}"
        level = entry.severity
        assert level in ("block", "warn", "info")
        return passage.say(level, f"checks.word.{level}", message, start, end, _shown(written))  # type: ignore[arg-type]


def _is_part_of_a_word(text: str, hit: Hit) -> bool:
    """A Latin word counts whole: "ad" is not in "Adobe"."""
    word = text[hit.start : hit.end]

    def joins(inner: str, outer: str) -> bool:
        return inner.isascii() and inner.isalnum() and outer.isascii() and outer.isalnum()

    return joins(word[0], text[hit.start - 1 : hit.start]) or joins(word[-1], text[hit.end : hit.end + 1])


def _remedy(entry: Entry) -> str:
    note = f"（{entry.note}）" if entry.note else ""
    if entry.suggestion:
        return f"请改为“{entry.suggestion}”{note}"
    return f"请删去或换个说法{note}"


def _shown(text: str) -> str:
    """``text`` with what cannot be seen written out."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def check(reading: Reading, lexicon: Lexicon) -> list[Finding]:
    """The words of every passage."""
    return [found for passage in reading.passages for found in lexicon.findings(passage)]


def columns() -> list[str]:
    """The columns a file may have, for the docs."""
    return [one.name for one in fields(Entry)]


def dump(entries: Sequence[Entry]) -> str:
    """The entries as TSV, as they can be imported again."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(columns())
    for one in entries:
        writer.writerow(
            [
                json.dumps(value) if isinstance(value, int) else "|".join(value) if isinstance(value, tuple) else value
                for value in (getattr(one, name) for name in columns())
            ]
        )
    return out.getvalue()
