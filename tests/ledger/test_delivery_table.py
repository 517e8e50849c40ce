"""docs/delivery.md says what the tests say: no more, no less."""

import ast

from tests.ledger.delivery_table import PAGE, ROOT, ROWS, claims, table, written


def test_the_table_is_as_the_tests_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "run: python -m tests.ledger.delivery_table --write"


def test_every_row_is_there_once() -> None:
    assert list(ROWS) == [*(f"I{n}" for n in range(1, 15)), *(f"F{n:02}" for n in range(1, 41))]
    page = PAGE.read_text(encoding="utf-8")
    assert all(page.count(f"\n| {row} |") == 1 for row in ROWS)


def test_a_row_nobody_proves_says_so() -> None:
    lines = table({"I1": ["tests/x.py::test_y"]}).splitlines()
    assert lines[2].endswith("| `x.py::test_y` |")
    assert all("尚无" in line for line in lines[3:])


def test_a_claim_is_a_test_that_exists() -> None:
    for tests in claims().values():
        for one in tests:
            path, *_, name = one.split("::")
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert name.startswith("test_")
