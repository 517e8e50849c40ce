"""YAML between ``---`` lines as plain strings, lists and maps that know their lines.

Nothing is guessed: 2026-11-22, yes and 007 stay the words they are. Aliases are refused (a few lines of them
can mean gigabytes), and so are tags, tabs and deep nesting; a fault is one sentence with its line.
"""

import re
from dataclasses import dataclass, field

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
_FENCE = re.compile(r"^(---|\.\.\.)[ \t]*$")
_WIDE_COLON = re.compile(r"^[\w一-鿿]+：")
_KEY = re.compile(r"^[\w一-鿿 -]+\s*[:：]")


class FrontError(Exception):
    """Front matter that cannot be read: rule, sentence, line (1-based in the file)."""

    def __init__(self, rule: str, message: str, line: int) -> None:
        super().__init__(message)
        self.rule, self.message, self.line = rule, message, line


@dataclass
class Word:
    """A scalar and its line."""

    text: str
    line: int


@dataclass
class Words:
    """A list and its line."""

    parts: "list[Value]"
    line: int


@dataclass
class Fields:
    """A map and its line; ``lines`` of the keys."""

    parts: "dict[str, Value]"
    line: int
    lines: dict[str, int] = field(default_factory=dict)


Value = Word | Words | Fields


@dataclass(frozen=True)
class Split:
    """A file cut in two: the front matter (None without), the body, the body's first line, a fault if any."""

    front: str | None
    body: str
    body_line: int
    fault: FrontError | None = None


def split(text: str) -> Split:
    """Cut a tidy text at its ``---`` lines."""
    lines = text.split("\n")
    if not _FENCE.match(lines[0]) or lines[0].startswith("."):
        return Split(None, text, 1)
    for at in range(1, len(lines)):
        if _FENCE.match(lines[at]):
            return Split("\n".join(lines[1:at]), "\n".join(lines[at + 1 :]), at + 2)
    end = next((at for at in range(1, len(lines)) if not lines[at].strip()), len(lines))
    if not any(_KEY.match(line) for line in lines[1:end]):
        return Split(None, text, 1)
    fault = FrontError("unclosed", "稿头没有结束，请在稿头最后一行下面另起一行写 ---", 1)
    return Split("\n".join(lines[1:end]), "\n".join(lines[end:]), end + 1, fault)


class _Loader(yaml.SafeLoader):
    """Composes nodes and refuses aliases and depth."""

    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 2
        if isinstance(event, yaml.AliasEvent):
            raise FrontError("alias", "稿头里不能用 * 引用（YAML 别名），请把内容直接写出来", line)
        if self.depth >= MAX_DEPTH:
            raise FrontError("too_deep", f"稿头套了 {MAX_DEPTH} 层以上，请减少嵌套", line)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def load(text: str) -> Fields:
    """The fields in front matter that starts on the file's second line; FrontError when it is not YAML."""
    if len(text.encode()) > MAX_BYTES:
        raise FrontError("too_long", "稿头超过 64 KB，请把正文移到 --- 下面", 1)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _explained(text, error) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise FrontError("bad_yaml", "稿头读不懂，请检查每行是否写成“名称: 值”", 2) from error
    if node is None:
        return Fields({}, 2)
    if not isinstance(node, MappingNode):
        raise FrontError("bad_yaml", "稿头要一行一项，写成“名称: 值”", 2)
    value = _value(node)
    assert isinstance(value, Fields)
    return value


def _explained(text: str, error: yaml.MarkedYAMLError) -> FrontError:
    """A YAML fault in words an editor can act on."""
    mark = error.problem_mark or error.context_mark
    at = mark.line if mark else 0
    row = f"{text}\n".split("\n")[at]
    if "\t" in row or "\\t" in str(error.problem):
        return FrontError("tab", "稿头里有制表符（Tab），请改成空格", at + 2)
    wide = next((i for i, line in enumerate(text.split("\n")[: at + 1]) if _WIDE_COLON.match(line)), None)
    if wide is not None:
        return FrontError("bad_yaml", "稿头里请用半角冒号加空格，写成“名称: 值”", wide + 2)
    return FrontError("bad_yaml", "稿头这一行读不懂：含冒号、#、引号的值请放进英文双引号里", at + 2)


def _value(node: Node) -> Value:
    line = node.start_mark.line + 2
    if isinstance(node, ScalarNode):
        is_null = node.style is None and node.value in ("", "~", "null", "Null", "NULL")
        return Word("" if is_null else str(node.value), line)
    if isinstance(node, SequenceNode):
        return Words([_value(part) for part in node.value], line)
    fields = Fields({}, line)
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise FrontError("bad_yaml", "稿头的名称只能是一个词", key.start_mark.line + 2)
        if key.value in fields.parts:
            message = f"稿头里“{key.value}”写了两次，请只留一处"
            raise FrontError("twice", message, key.start_mark.line + 2)
        fields.parts[key.value] = _value(value)
        fields.lines[key.value] = key.start_mark.line + 2
    return fields
