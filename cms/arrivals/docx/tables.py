"""Word's tables as cells with spans."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.values import Blocks, Paragraph
from cms.arrivals import nesting, shaping
from cms.arrivals.docx.context import Context
from cms.arrivals.docx.drawings import numbered_property
from cms.arrivals.docx.package import Node, child, full, name, texts, value
from cms.arrivals.pieces import DEEPEST, has_picture, words_of

_WRAPPERS = ("w:sdt", "w:sdtContent", "w:ins", "w:customXml", "w:moveTo")


@dataclass
class _Open:
    """A cell that may still grow downwards."""

    blocks: Blocks
    columns: int
    align: str
    rows: int = 1


@dataclass
class _Row:
    cells: list[_Open] = field(default_factory=list)


def read(node: Node, context: Context, part: str) -> Blocks:
    """A table of ours and what could not stand in it; a table of one cell is a box."""
    rows: list[_Row] = []
    open_cells: dict[int, _Open] = {}
    for row in _inside(node, "w:tr"):
        properties = child(row, "w:trPr")
        if child(properties, "w:del") is not None:
            message = "修订中删除的表格行没有带过来，要保留请先在 Word 里拒绝这处修订"
            context.left.lost("deleted", message, texts(row, "w:t", "w:delText"))
            continue
        rows.append(_row(row, open_cells, context, part))
    cells = [cell for row in rows for cell in row.cells]
    if len(cells) == 1:
        return _box(cells[0].blocks, context)
    made = [[nesting.Cell(c.blocks, c.columns, c.rows, c.align) for c in row.cells] for row in rows]
    return nesting.table(made, context.left)


def _box(blocks: Blocks, context: Context) -> Blocks:
    """A table of one cell is a frame around words."""
    if not blocks or has_picture(blocks) or context.depth > DEEPEST:
        return blocks
    context.left.count("one_cell", "{n} 个单格表格已改为资料框，请核对", words_of(blocks))
    return (nesting.boxed(blocks),)


def _row(row: Node, open_cells: dict[int, _Open], context: Context, part: str) -> _Row:
    """One row; a cell that continues one above only makes that one longer."""
    made = _Row()
    before = child(row, "w:trPr", "w:gridBefore")
    skipped = int(value(before)) if value(before).isdigit() else 0
    made.cells += [_Open((), 1, "") for _ in range(min(skipped, nesting.MAX_COLUMNS))]
    at = skipped
    for cell in _inside(row, "w:tc"):
        properties = child(cell, "w:tcPr")
        columns = numbered_property(properties, "w:gridSpan") if properties is not None else 1
        merge = child(properties, "w:vMerge")
        blocks = shaping.flow(context.flow(cell, part))
        align = next((b.align for b in blocks if isinstance(b, Paragraph)), "")
        if child(properties, "w:textDirection") is not None:
            context.left.count("vertical", "{n} 个竖排单元格已改为横排", words_of(blocks))
        if merge is not None and value(merge, default="continue") == "continue" and at in open_cells:
            open_cells[at].rows += 1
            open_cells[at].blocks += blocks
        else:
            opened = _Open(blocks, columns, align)
            made.cells.append(opened)
            if merge is not None:
                open_cells[at] = opened
            else:
                open_cells.pop(at, None)
        at += columns
    return made


def _inside(node: Node, tag: str) -> Iterator[Node]:
    """Rows of a table or cells of a row, also those in content controls and revisions."""
    for one in node:
        if name(one) == tag:
            yield one
        elif name(one) in _WRAPPERS:
            yield from _inside(one, tag)
        elif name(one) == "mc:AlternateContent" and len(one):
            yield from _inside(one[0], tag)


def is_table(node: Node) -> bool:
    return node.tag == full("w:tbl")
