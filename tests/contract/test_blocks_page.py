"""docs/blocks.md is what the channels state today, without an empty cell."""

from channels.values import BLOCK_KINDS
from tests.contract import forms_table


def test_the_page_is_up_to_date() -> None:
    written = forms_table.PAGE.read_text(encoding="utf-8")
    assert written == forms_table.page(), "run: python -m tests.contract.forms_table --write"


def test_no_cell_is_empty() -> None:
    rows = [line for line in forms_table.page().splitlines() if line.startswith("| ") and "`" in line][1:]
    assert len(rows) == len(BLOCK_KINDS)
    for row in rows:
        assert all(cell.strip(" △") for cell in row.strip("|").split(" | "))
