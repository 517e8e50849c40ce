"""Tables that do not add up: shares of a whole, and columns with a line for the sum."""

import re
from collections.abc import Iterator
from decimal import Decimal

from channels.making.words import plain
from channels.values import Blocks, Finding, Table
from cms.checks import folding
from cms.checks.passages import Reading

_SHARE_HEAD = re.compile(r"占比|比重|份额|百分比|构成|比例")
_NOT_SUMMED = re.compile(r"增长|增幅|同比|环比|率|均|排名|名次|序号|年份")
_TOTAL = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|全部|总量)$")
_CELL = re.compile(r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(%)?\s*(?:个|项|家|人|元|万元|亿元|万人|件)?")


def check(reading: Reading) -> list[Finding]:
    """The tables of a story, also inside boxes and region blocks."""
    return [found for path, table in _tables(reading.story.blocks, "blocks") for found in _sums(path, table)]


def _tables(blocks: Blocks, path: str) -> Iterator[tuple[str, Table]]:
    for at, block in enumerate(blocks):
        if isinstance(block, Table):
            yield f"{path}.{at}", block
        yield from _tables(getattr(block, "blocks", ()), f"{path}.{at}.blocks")


def _sums(path: str, table: Table) -> Iterator[Finding]:
    heads = [folding.fold(plain(cell)).strip() for cell in table.header]
    rows = [[folding.fold(plain(cell)).strip() for cell in row] for row in table.rows]
    last = len(rows) - 1
    has_total = len(rows) > 2 and bool(_TOTAL.match(rows[-1][0]))
    for column in range(1, len(heads)):
        if _NOT_SUMMED.search(heads[column]):
            continue
        parts = [_CELL.fullmatch(row[column]) for row in (rows[:-1] if has_total else rows)]
        if len(parts) < 2 or not all(parts):
            continue
        written = [found[1].replace(",", "") for found in parts if found]
        total = sum(map(Decimal, written), Decimal(0))
        slack = sum((Decimal(1).scaleb(-len(one.partition(".")[2])) / 2 for one in written), Decimal(0))
        is_share = all(found and found[2] for found in parts) or (
            "%" in heads[column] and bool(_SHARE_HEAD.search(heads[column]))
        )
        if has_total and (given := _CELL.fullmatch(rows[-1][column])):
            wanted = Decimal(given[1].replace(",", ""))
            allowed = (
                slack if is_share or slack < Decimal("0.5") * len(written) else Decimal(0)
            )  # whole things are counted exactly
            if abs(total - wanted) > allowed:
                yield _said(
                    table, f"{path}.rows.{last}.{column}", heads[column], f"各行相加是 {total}，合计写的是 {given[1]}"
                )
        elif is_share and _SHARE_HEAD.search(heads[column]) and total > 100 + slack:
            yield _said(table, f"{path}.header.{column}", heads[column], f"各行占比相加是 {total}%，超过 100%")


def _said(table: Table, place: str, head: str, words: str) -> Finding:
    return Finding(
        level="warn", rule="checks.figure.shares", message=f"表格“{head}”这一列{words}，请核对",
        line=table.line, excerpt=head[:60], place=f"{place}#0",
    )  # fmt: skip
