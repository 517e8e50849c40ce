"""Lists out of flat entries, and table cells out of blocks: what Word and HTML have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from channels.values import (
    AnyBlock,
    Blocks,
    Code,
    FactBox,
    Figure,
    Formula,
    Heading,
    Inline,
    InlineFormula,
    Inlines,
    LineBreak,
    List,
    ListItem,
    Mark,
    Paragraph,
    Quote,
    Table,
    Text,
)
from cms.arrivals.pieces import DEEPEST, Remainder, has_picture, plain, words_of
from cms.manuscript.normal import normal_inlines

MAX_COLUMNS = 200
_CAPTION_LENGTH = 60
_TITLE_LENGTH = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One paragraph of a list: how deep (from 0), numbered or not, its number, and its blocks."""

    level: int
    is_ordered: bool
    number: int
    blocks: Blocks


def nested(entries: Sequence[Entry], depth: int = 0) -> Blocks:
    """Lists inside lists out of entries that only know their level. A change between bullets and numbers on
    the same level starts another list, and so does a number that is not the next one."""
    lists: list[List] = []
    at = 0
    while at < len(entries):
        first = entries[at]
        end = at + 1
        while end < len(entries) and (entries[end].level > first.level or depth >= DEEPEST):
            end += 1
        deeper = entries[at + 1 : end]
        if depth >= DEEPEST:
            below: Blocks = tuple(block for one in deeper for block in one.blocks)
        else:
            below = nested(deeper, depth + 1) if deeper else ()
        item = ListItem(blocks=(*first.blocks, *below))
        last = lists[-1] if lists else None
        if last and last.ordered == first.is_ordered and (not last.ordered or _is_next(last, first)):
            lists[-1] = replace(last, items=(*last.items, item))
        else:
            lists.append(List(items=(item,), ordered=first.is_ordered, start=first.number if first.is_ordered else 1))
        at = end
    return tuple(lists)


def _is_next(last: List, entry: Entry) -> bool:
    return entry.number == last.start + len(last.items)


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell as it was: its blocks and how many columns and rows it took."""

    blocks: Blocks = ()
    columns: int = 1
    rows: int = 1
    align: str = ""


def table(rows: Sequence[Sequence[Cell]], left: Remainder) -> Blocks:
    """A table of ours, followed by whatever cannot stand in a cell (pictures, tables, listings)."""
    rows = [row for row in rows if row]
    if shown := _pictures_laid_out(rows):
        left.changed("table.layout", "排图片用的表格已拆开，图片按顺序排列，请核对图注", words_of(shown))
        return shown
    grid, has_merged = _grid(rows)
    if not grid:
        return ()
    if has_merged:
        words = words_of(next((c.blocks for row in rows for c in row if c.columns > 1 or c.rows > 1), ()))
        left.changed("table.merged", "表格里合并的单元格已拆开，内容放在左上一格，请核对", words)
    strays: list[AnyBlock] = []
    cells = []
    for row in grid:
        made = [in_line(cell.blocks if cell else ()) for cell in row]
        cells.append(tuple(text for text, _ in made))
        strays += [stray for _, blocks in made for stray in blocks]
    if strays:
        message = "表格里的图片、代码或内层表格放不进单元格，已移到表格后面，请核对位置"
        left.changed("table.strays", message, words_of(tuple(strays)))
    width = max(map(len, cells))
    aligns = tuple(_column_align(grid, column) for column in range(width))
    made_table = Table(header=cells[0], rows=tuple(cells[1:]), aligns=aligns if any(aligns) else ())
    return (made_table, *strays) if any(any(row) for row in cells) else tuple(strays)


def _grid(rows: Sequence[Sequence[Cell]]) -> tuple[list[list[Cell | None]], bool]:
    """The cells at their places; None where a merged neighbour reaches in."""
    grid: list[list[Cell | None]] = []
    reaching: dict[int, int] = {}  # column -> rows it is still taken for
    has_merged = False
    for row in rows:
        line: list[Cell | None] = []
        waiting = list(row)
        while (waiting or reaching.get(len(line), 0)) and len(line) < MAX_COLUMNS:
            at = len(line)
            if reaching.get(at, 0):
                reaching[at] -= 1
                line.append(None)
                continue
            cell = waiting.pop(0)
            has_merged |= cell.columns > 1 or cell.rows > 1
            for column in range(at, at + min(cell.columns, MAX_COLUMNS)):
                line.append(cell if column == at else None)
                if cell.rows > 1:
                    reaching[column] = min(cell.rows, len(rows)) - 1
        for cell in waiting:  # wider than any table: the words go into the last column
            line[-1] = replace(line[-1] or Cell(), blocks=((line[-1].blocks if line[-1] else ()) + cell.blocks))
        grid.append(line)
    return grid, has_merged


def _column_align(grid: list[list[Cell | None]], column: int) -> str:
    """The alignment most cells of a column have."""
    found = [cell.align for row in grid if column < len(row) and (cell := row[column]) and cell.blocks]
    return max(sorted(set(found)), key=found.count) if found else ""


def _pictures_laid_out(rows: Sequence[Sequence[Cell]]) -> Blocks:
    """The figures of a table that only puts pictures side by side; nothing for a table of facts."""
    if not rows or not any(has_picture(cell.blocks) for cell in rows[0]):
        return ()
    cells = [cell for row in rows for cell in row]
    is_layout = all(len(words_of(cell.blocks)) <= _CAPTION_LENGTH for cell in cells) and len(rows[0]) <= 4
    if not is_layout or any(isinstance(block, Table) for cell in cells for block in cell.blocks):
        return ()
    out: list[AnyBlock] = []
    for upper, lower in zip(rows, [*rows[1:], ()], strict=True):
        if not any(has_picture(cell.blocks) for cell in upper):
            continue
        has_words_below = bool(lower) and not any(has_picture(cell.blocks) for cell in lower)
        for at, cell in enumerate(upper):
            below = lower[at].blocks if has_words_below and at < len(lower) else ()
            out += _captioned((*cell.blocks, *below))
        if has_words_below:
            out += [block for cell in lower[len(upper) :] for block in cell.blocks]
    kept = words_of(tuple(out))
    return tuple(out) if all(words_of(cell.blocks) in kept for cell in cells) else ()


def _captioned(blocks: Blocks) -> Blocks:
    """A picture with the one line under it as its caption."""
    if len(blocks) == 2 and isinstance(blocks[0], Figure) and isinstance(blocks[1], Paragraph):
        return (replace(blocks[0], caption=blocks[1].text),)
    return blocks


def in_line(blocks: Blocks) -> tuple[Inlines, Blocks]:
    """Blocks as the text of one cell, lines apart, and those that cannot be."""
    lines: list[Inlines] = []
    strays: list[AnyBlock] = []
    for block in blocks:
        made, rest = _lines(block)
        lines += made
        strays += rest
    joined: list[Inline] = []
    for line in lines:
        joined += ([LineBreak()] if joined else []) + list(line)
    return normal_inlines(joined), tuple(strays)


def _lines(block: AnyBlock) -> tuple[list[Inlines], list[AnyBlock]]:
    if isinstance(block, Paragraph):
        return [block.text], []
    if isinstance(block, Heading):
        return [strengthened(block.text)], []
    if isinstance(block, Formula):
        return [(InlineFormula(block.tex),)], []
    if isinstance(block, List):
        return _list_lines(block)
    if isinstance(block, Quote | FactBox):
        title = [strengthened((Text(block.title),))] if isinstance(block, FactBox) and block.title else []
        made = [_lines(inner) for inner in block.blocks]
        return [*title, *(line for lines, _ in made for line in lines)], [one for _, rest in made for one in rest]
    if isinstance(block, Code) and "\n" not in block.text:
        return [(Text(block.text, (Mark(kind="code"),)),)], []
    return [], [block]


def _list_lines(block: List) -> tuple[list[Inlines], list[AnyBlock]]:
    lines: list[Inlines] = []
    strays: list[AnyBlock] = []
    for number, item in enumerate(block.items, block.start):
        made = [_lines(inner) for inner in item.blocks]
        sign = f"{number}. " if block.ordered else "• "
        own = [line for each, _ in made for line in each]
        lines += [(Text(sign), *line) if at == 0 else line for at, line in enumerate(own)]
        strays += [one for _, rest in made for one in rest]
    return lines, strays


def strengthened(text: Iterable[Inline]) -> Inlines:
    """The text in bold."""
    bold = Mark(kind="strong")
    return normal_inlines(Text(run.text, (*run.marks, bold)) if isinstance(run, Text) else run for run in text)


def unmarked(text: Inlines, kind: str = "strong") -> Inlines:
    """The text without one kind of mark."""
    return normal_inlines(
        Text(run.text, tuple(mark for mark in run.marks if mark.kind != kind)) if isinstance(run, Text) else run
        for run in text
    )


def boxed(blocks: Blocks) -> FactBox:
    """A box of ours; a short first line wholly in bold is its title."""
    head = blocks[0]
    if isinstance(head, Paragraph) and len(blocks) > 1 and len(words := plain(head.text)) <= _TITLE_LENGTH:
        is_bold = all(isinstance(run, Text) and any(mark.kind == "strong" for mark in run.marks) for run in head.text)
        if is_bold:
            return FactBox(title=words, blocks=blocks[1:])
    return FactBox(title="", blocks=blocks)
