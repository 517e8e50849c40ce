"""Blocks as the visual editor holds them: a document of ProseMirror in JSON, there and back.

One node type a block kind, under the same name (a listing is ``code_block``: no node may be called as a mark is), with
the block's own fields as attributes; what an editor types into is content. ``tree_of`` gives every empty place a
paragraph to type in; ``blocks_of`` takes a stranger's JSON, refuses what no block is (ValueError), and answers in
normal form, where those paragraphs are gone again. So ``blocks_of(tree_of(x)) == x`` for everything in normal form.

Each block ``blocks_of`` answers has the place of its node in the document as its ``line``: tokens as ProseMirror counts
them (UTF-16 units of text, one for a leaf, two for the edges of any other node).
"""

from collections.abc import Callable, Iterable
from typing import Any

from channels import canonical
from channels.values import AnyBlock, Blocks
from cms.manuscript.normal import normalise

Json = dict[str, Any]
DEEPEST = 60
_NODES = {"code": "code_block"}
_KINDS = {node: kind for kind, node in _NODES.items()}
_LINES = {"heading": "text", "paragraph": "text", "figure": "caption", "video": "caption"}
_FLOWS = frozenset({"quote", "fact_box", "region", "footnote"})
_ROWS = {"dialogue": ("lines", "line"), "local_lead": ("texts", "local_text")}
LEAVES = frozenset(
    {"divider", "audio", "live_stream", "formula", "resource_card", "policy_link", "key_figure", "correction"}
    | {"break", "footnote_ref", "inline_formula"}
)


def tree_of(blocks: Iterable[AnyBlock]) -> Json:
    """The document of ``blocks``."""
    return {"type": "doc", "content": _flow(canonical.plain(tuple(blocks)))}


def _flow(blocks: list[Json]) -> list[Json]:
    return [_node(one) for one in blocks] or [{"type": "paragraph"}]


def _node(block: Json) -> Json:
    attrs = dict(block)
    kind = attrs.pop("kind")
    content = _CONTENTS[kind](attrs) if kind in _CONTENTS else []
    return _made(_NODES.get(kind, kind), attrs, content)


def _made(kind: str, attrs: Json, content: list[Json]) -> Json:
    return {"type": kind} | ({"attrs": attrs} if attrs else {}) | ({"content": content} if content else {})


def _inlines(runs: list[Json]) -> list[Json]:
    return [_run(one) for one in runs]


def _run(run: Json) -> Json:
    if run["kind"] != "text":
        return _made(run["kind"], {key: value for key, value in run.items() if key != "kind"}, [])
    marks = [_mark(one) for one in run.get("marks", ())]
    return {"type": "text", "text": run["text"]} | ({"marks": marks} if marks else {})


def _mark(mark: Json) -> Json:
    attrs = {key: value for key, value in mark.items() if key != "kind"}
    return {"type": mark["kind"]} | ({"attrs": attrs} if attrs else {})


def _line_content(name: str) -> Callable[[Json], list[Json]]:
    return lambda attrs: _inlines(attrs.pop(name, []))


def _rows_content(name: str, kind: str) -> Callable[[Json], list[Json]]:
    def content(attrs: Json) -> list[Json]:
        return [_made(kind, row, _inlines(row.pop("text", []))) for row in attrs.pop(name)]

    return content


def _list_content(attrs: Json) -> list[Json]:
    return [_made("list_item", {}, _flow(one["blocks"])) for one in attrs.pop("items")]


def _gallery_content(attrs: Json) -> list[Json]:
    return [*map(_node, attrs.pop("figures")), _made("caption", {}, _inlines(attrs.pop("caption", [])))]


def _table_content(attrs: Json) -> list[Json]:
    header, rows = attrs.pop("header"), attrs.pop("rows")
    return [_row("table_header", header), *(_row("table_cell", row) for row in rows)]


def _row(kind: str, cells: list[list[Json]]) -> Json:
    return _made("table_row", {}, [_made(kind, {}, _inlines(cell)) for cell in cells])


def _code_content(attrs: Json) -> list[Json]:
    text = attrs.pop("text")
    return [{"type": "text", "text": text}] if text else []


_CONTENTS: dict[str, Callable[[Json], list[Json]]] = {
    **{kind: _line_content(name) for kind, name in _LINES.items()},
    **{kind: (lambda attrs: _flow(attrs.pop("blocks"))) for kind in _FLOWS},
    **{kind: _rows_content(*names) for kind, names in _ROWS.items()},
    "list": _list_content,
    "gallery": _gallery_content,
    "table": _table_content,
    "code": _code_content,
}


def blocks_of(tree: Any) -> Blocks:
    """The blocks of a document, in normal form; ValueError when it is none of ours."""
    try:
        if tree["type"] != "doc":
            raise ValueError("not a document")
        raw = _Reader().flow(tree, 0)
        return normalise(canonical.build(Blocks, raw))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"not a document of ours: {error}") from error


class _Reader:
    """Turns nodes into the plain JSON of blocks; ``at`` is always the place of a node in the document."""

    def __init__(self) -> None:
        self.depth = 0

    def flow(self, node: Json, at: int) -> list[Json]:
        """The blocks inside ``node``, whose content begins at ``at``."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError("nested too deeply")
        out = []
        for child in node.get("content", ()):
            out.append(self.block(child, at))
            at += size(child)
        self.depth -= 1
        return out

    def block(self, node: Json, at: int) -> Json:
        kind: str = _KINDS.get(node["type"]) or node["type"]
        if node["type"] in _NODES:
            raise ValueError(f"no node of ours: {kind}")
        attrs = {key: value for key, value in node.get("attrs", {}).items() if value is not None}
        return {"kind": kind, **attrs, **self._content(kind, node, at + 1), "line": at}

    def _content(self, kind: str, node: Json, at: int) -> Json:
        if kind in _LINES:
            return {_LINES[kind]: _text(node)}
        if kind in _FLOWS:
            return {"blocks": self.flow(node, at)}
        if kind in _ROWS:
            name, inner = _ROWS[kind]
            return {name: [{**_attrs(one, inner), "text": _text(one)} for one in node.get("content", ())]}
        if kind == "list":
            return {"items": [{"blocks": self.flow(one, start + 1)} for one, start in _placed(node, at, "list_item")]}
        if kind == "gallery":
            return self._gallery(node, at)
        if kind == "table":
            return _table(node)
        if kind == "code":
            return {"text": "".join(one["text"] for one in node.get("content", ()))}
        return {}

    def _gallery(self, node: Json, at: int) -> Json:
        *figures, caption = node["content"]
        if caption["type"] != "caption":
            raise ValueError("a gallery ends with its caption")
        placed = list(_placed({"content": figures}, at, "figure"))
        return {"figures": [_untagged(self.block(one, start)) for one, start in placed], "caption": _text(caption)}


def _untagged(block: Json) -> Json:
    return {key: value for key, value in block.items() if key != "kind"}


def _placed(node: Json, at: int, kind: str) -> Iterable[tuple[Json, int]]:
    """The children, all of one kind, each with its place."""
    for child in node.get("content", ()):
        if child["type"] != kind:
            raise ValueError(f"{child['type']} where {kind} belongs")
        yield child, at
        at += size(child)


def _attrs(node: Json, kind: str) -> Json:
    if node["type"] != kind:
        raise ValueError(f"{node['type']} where {kind} belongs")
    return dict(node.get("attrs", {}))


def _table(node: Json) -> Json:
    rows = [[_text(cell) for cell in row.get("content", ())] for row, _ in _placed(node, 0, "table_row")]
    has_header = bool(rows) and all(cell["type"] == "table_header" for cell in node["content"][0].get("content", ()))
    return {"header": rows[0], "rows": rows[1:]} if has_header else {"header": [], "rows": rows}


def _text(node: Json) -> list[Json]:
    return [_inline(one) for one in node.get("content", ())]


def _inline(node: Json) -> Json:
    if node["type"] == "text":
        marks = [{"kind": one["type"], **one.get("attrs", {})} for one in node.get("marks", ())]
        return {"kind": "text", "text": node["text"], "marks": marks}
    return {"kind": node["type"], **node.get("attrs", {})}


def size(node: Json) -> int:
    """How many tokens a node takes."""
    if node["type"] == "text":
        return len(node["text"].encode("utf-16-le", "surrogatepass")) // 2
    if node["type"] in LEAVES:
        return 1
    return 2 + sum(size(child) for child in node.get("content", ()))
