"""The body of a manuscript, parsed in the limited child: text in, blocks and findings out.

Some inputs make Markdown parsers hang or overflow; here they only cost a child process. The answer is
pickled because it is ten times faster than JSON on a tree of dataclasses, and ``load`` lets nothing through
but our own value classes: a child that was taken over can send wrong blocks, not code.
"""

import io
import json
import pickle
from typing import Any

from channels import values
from channels.values import Blocks, Finding
from cms.manuscript import page
from cms.manuscript.dialect import to_html
from cms.manuscript.fences import Lines, set_aside
from cms.manuscript.gather import Gatherer

Parsed = tuple[Blocks, tuple[Finding, ...]]
_CLASSES = {name: value for name, value in vars(values).items() if isinstance(value, type)}


def parse(payload: bytes) -> bytes:
    """The child's door: a request of ``ask``, an answer for ``load``."""
    request = json.loads(payload)
    return pickle.dumps(parse_body(request["text"], request["first_line"]), protocol=5)


def ask(text: str, first_line: int) -> bytes:
    """The request for ``parse``."""
    return json.dumps({"text": text, "first_line": first_line}).encode()


class _OnlyValues(pickle.Unpickler):
    """Knows the classes of ``channels.values`` and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "channels.values" and name in _CLASSES:
            return _CLASSES[name]
        raise pickle.UnpicklingError(f"not a value: {module}.{name}")


def load(answer: bytes) -> Parsed:
    """The blocks and findings in an answer of ``parse``."""
    parsed: Parsed = _OnlyValues(io.BytesIO(answer)).load()
    return parsed


def parse_body(text: str, first_line: int = 1) -> Parsed:
    """Blocks of a tidy text, and what is wrong with it."""
    findings: list[Finding] = []
    lines = set_aside(text, first_line)
    html = to_html(lines, findings)
    sheet = page.parse(html)
    gatherer = Gatherer(lines.kept, findings)
    blocks = gatherer.story(sheet.root)
    for line in lines.unclosed:
        gatherer.say("warn", "code.unclosed", "代码块没有结束，请在末尾另起一行写 ```", line)
    _tell_dropped(sheet, gatherer)
    _tell_unplaced(lines, gatherer)
    return blocks, tuple(sorted(findings, key=lambda finding: finding.line))


def _tell_unplaced(lines: Lines, gatherer: Gatherer) -> None:
    """A finding for each listing or formula that was set aside and found no place again."""
    for number, kept in enumerate(lines.kept):
        if number not in lines.restored | gatherer.phrases.placed:
            message = "这段代码或公式夹在注释、属性或被去掉的标签里，没有收进稿件，请移到单独的段落"
            gatherer.say("warn", "code.unplaced", message, kept.line, kept.text)


def _tell_dropped(sheet: page.Page, gatherer: Gatherer) -> None:
    """A finding for each element that was not allowed."""
    for (tag, line, is_removed), count in sheet.dropped.items():
        times = f"（{count} 处）" if count > 1 else ""
        if is_removed:
            advice = "视频请插入“视频”块" if tag in ("video", "iframe", "embed", "object") else "请删去"
            gatherer.say("warn", "html.removed", f"稿件里不能用 <{tag}>{times}，已整个去掉，{advice}", line, f"<{tag}>")
        elif tag in page.QUIET:
            gatherer.say("info", "html.unwrapped", f"<{tag}>{times} 的样式不保留，文字已保留", line, f"<{tag}>")
        else:
            gatherer.say("warn", "html.unwrapped", f"不认识的标签 <{tag}>{times} 已去掉，文字已保留", line, f"<{tag}>")
    if sheet.is_cut_off:
        message = "有一个 HTML 标签没有结束，它后面的文字可能丢失，请补上结束标签或删去它"
        gatherer.say("block", "html.unclosed", message, 0)
