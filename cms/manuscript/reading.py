"""Reading a manuscript file: never an exception for a bad one, always a draft and its findings."""

import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from assets.child import Child, ChildError, ChildMemoryError, ChildTimeoutError
from channels.values import Blocks, Finding, Heading, Inlines, Paragraph, Quote, Text
from cms.manuscript import faults, front, worker
from cms.manuscript.draft import Draft, FrontMatter
from cms.manuscript.letters import lined, tidy
from cms.manuscript.normal import squash
from cms.manuscript.yaml_front import split

MAX_CHARACTERS = 1_000_000
_HEADLINE_LENGTH = 64
_CACHED = 256
_RULE = "manuscript.text.unparsable"


class Parser:
    """Parses bodies in a limited child, once per text: answers are kept by the text's SHA-256."""

    def __init__(self, seconds: float = 5, memory_mib: int = 512) -> None:
        self._child = Child("cms.manuscript.worker:parse", seconds=seconds, memory_mib=memory_mib)
        self._seconds = seconds
        self._memory_mib = memory_mib
        self._kept: OrderedDict[bytes, worker.Parsed] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def child_pid(self) -> int | None:
        """The child in use, for whoever watches what it takes."""
        return self._child.pid

    def close(self) -> None:
        """End the child; the next text starts another."""
        self._child.close()

    def parse(self, text: str, first_line: int) -> worker.Parsed:
        """The blocks of ``text``; when the parser fails, no blocks and one blocking finding."""
        if len(text) > MAX_CHARACTERS:
            return (), (self._failed(f"正文超过 {MAX_CHARACTERS // 10000} 万字，请拆成几篇", first_line),)
        request = worker.ask(text, first_line)
        key = hashlib.sha256(request).digest()
        if kept := self._look_up(key):
            return kept
        try:
            parsed = worker.load(self._child.call(request))
        except ChildError as error:
            return (), (self._failed(self._reason(error), first_line),)
        with self._lock:
            self._kept[key] = parsed
            while len(self._kept) > _CACHED:
                self._kept.popitem(last=False)
        return parsed

    def _look_up(self, key: bytes) -> worker.Parsed | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _reason(self, error: ChildError) -> str:
        if isinstance(error, ChildTimeoutError):
            return f"正文 {self._seconds:g} 秒内解析不完，请查找成片重复的 [ * ` < 等符号并删去，或拆成几篇"
        if isinstance(error, ChildMemoryError):
            return f"解析正文所需内存超过 {self._memory_mib} MiB，请拆成几篇"
        if error.kind == "RecursionError":
            return "正文里的引用、列表或标签套得太深，请减少层次"
        return "正文解析失败，请删去不常见的标记后重试，仍不成功请联系管理员"

    def _failed(self, message: str, line: int) -> Finding:
        return Finding(level="block", rule=_RULE, message=message, line=line)


_parser = Parser()
DEEPEST = 40  # levels of quotes, lists and boxes inside each other


def read(text: str, file: str = "", parser: Parser | None = None) -> Draft:
    """The draft in a manuscript file's text."""
    clean, findings = tidy(text)
    parts = split(clean)
    matter, lines = FrontMatter(), dict[str, int]()
    if parts.front is not None:
        matter, lines, faulty = front.parse(parts.front)
        findings += faulty
    if parts.fault:
        findings.append(front.fault(parts.fault))
    blocks, told = (parser or _parser).parse(parts.body, parts.body_line)
    findings += told
    if is_too_deep(blocks):
        blocks = ()
        findings.append(_too_deep(parts.body_line))
    findings += faults.look_for(lined(text))  # before hygiene took its traces away
    matter, blocks, told_headline = _headlined(matter, blocks, parts.body, file)
    findings += told_headline + _source_findings(matter, lines)
    placed = tuple(replace(finding, file=file) for finding in sorted(findings, key=lambda f: f.line))
    return Draft(front=matter, blocks=blocks, findings=placed, source_text=text, file=file)


def is_too_deep(blocks: Blocks) -> bool:
    """Whether blocks are nested deeper than any reader follows, and than makers can walk."""
    level: list[Any] = list(blocks)
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in (*getattr(one, "blocks", ()), *getattr(one, "items", ()))]
        if not level:
            return False
    return True


def _too_deep(line: int) -> Finding:
    message = f"正文里的引用、列表或方框套了 {DEEPEST} 层以上，请减少层次"
    return Finding(level="block", rule=_RULE, message=message, line=line)


def _headlined(matter: FrontMatter, blocks: Blocks, body: str, file: str) -> tuple[FrontMatter, Blocks, list[Finding]]:
    """The headline from the front matter, else the first level-1 heading, the first line, the file's name."""
    first = next((block for block in blocks if isinstance(block, Heading) and block.level == 1), None)
    if matter.headline:
        top = blocks[0] if blocks else None
        is_repeated = isinstance(top, Heading) and words(top.text) == matter.headline
        return matter, blocks[1:] if is_repeated else blocks, [_repeated(top.line)] if is_repeated and top else []
    if first:
        rest = tuple(block for block in blocks if block is not first)
        return replace(matter, headline=words(first.text)), rest, []
    guess = _first_line(blocks) or squash(PurePath(file).stem)
    if not guess:
        return matter, blocks, [_no_headline("block", "稿件没有标题，请写上标题（Markdown：headline）")]
    message = "稿件没有标题，暂用第一行或文件名，请写上标题（Markdown：headline）"
    return replace(matter, headline=guess), blocks, [_no_headline("warn", message, guess)]


def _repeated(line: int) -> Finding:
    message = "正文开头的小标题与大标题相同，成品里只保留大标题"
    return Finding(level="info", rule="manuscript.front.repeated_headline", message=message, line=line)


def _no_headline(level: str, message: str, guess: str = "") -> Finding:
    rule = "manuscript.front.no_headline"
    return Finding(level=level, rule=rule, message=message, line=1, excerpt=guess)  # type: ignore[arg-type]


def _first_line(blocks: Blocks) -> str:
    for block in blocks:
        if isinstance(block, Heading | Paragraph) and (text := words(block.text)):
            first = re.split(r"(?<=[。！？!?])", text)[0]
            return squash(first)[:_HEADLINE_LENGTH]
        if isinstance(block, Quote) and (inner := _first_line(block.blocks)):
            return inner
    return ""


def words(text: Inlines) -> str:
    """The bare words of a line."""
    return squash("".join(run.text if isinstance(run, Text) else " " for run in text))


def _source_findings(matter: FrontMatter, lines: dict[str, int]) -> list[Finding]:
    """A reprint (转载) names where it is from, who wrote it and its address (R4)."""
    is_reprint = matter.kind == "reprint"
    source, line = matter.source, lines.get("source") or lines.get("kind", 0)
    if source and not is_reprint:
        return [
            _said(
                "warn", "kind", "写了来源，类型却是原创，转载请把稿头的“类型”改成转载（Markdown：kind: reprint）", line
            )
        ]
    if not is_reprint:
        return []
    if not source or not source.outlet:
        return [
            _said(
                "block",
                "no_outlet",
                "转载没有写来源媒体，请在稿头的“来源媒体”里写上（Markdown：source 下的 outlet）",
                line,
            )
        ]
    found = []
    if not (source.author or source.title):
        found.append(
            _said(
                "block",
                "no_author",
                "转载没有写原作者和原标题，请在稿头的“原作者”“原标题”里写上（Markdown：source 下的 author、title）",
                line,
            )
        )
    if not source.url:
        found.append(
            _said("warn", "no_url", "转载没有写原文网址，请在稿头的“原文网址”里写上（Markdown：source 下的 url）", line)
        )
    return found


def _said(level: str, rule: str, message: str, line: int) -> Finding:
    return Finding(level=level, rule=f"manuscript.source.{rule}", message=message, line=line)  # type: ignore[arg-type]
