"""The table of docs/delivery.md: each invariant and failure, what happens, and the tests that prove it.

    python -m tests.ledger.delivery_table --write

A test says what it proves with ``@pytest.mark.proves("F01", "I4")``; nothing is listed that no test claims.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "delivery.md"
BEGIN, END = "<!-- rows: begin -->", "<!-- rows: end -->"
# row: (in a few words, what the ledger does)
INVARIANTS: dict[str, tuple[str, str]] = {
    "I1": (
        "one live copy",
        "An account shows a story at most once, whatever the version; published means exactly one.",
    ),
    "I2": ("nobody left untold", "Two hours past its time a delivery has ended, or waits with reason and next time."),
    "I3": ("intent first", "No call that changes a platform without a committed attempt row before it."),
    "I4": ("never blindly again", "An unknown outcome is sent again only after two complete, spaced, empty look-ups."),
    "I5": ("the sum is whole", "What was planned equals all ends, holds, hand-overs and what is on its way."),
    "I6": ("as signed", "The bytes sent, slots un-filled, are the bytes signed; an edit voids the signature."),
    "I7": ("never early", "Nothing goes out before its time; lateness is recorded."),
    "I8": (
        "withdrawn is withdrawn",
        "After a retraction nothing of the story starts; every copy ends withdrawn or named; a correction leaves one.",
    ),
    "I9": ("live updates in order", "Each update at most once an account, in order; a late one is marked."),
    "I10": ("one dead account", "A slow or broken account does not delay the others."),
    "I11": ("one entry a step", "Every change of state is one audit entry; the chain names its first broken link."),
    "I12": ("no secret shown", "Secrets are sealed; no log, page, export or message has one."),
    "I13": ("nothing left behind", "After a death no child process, half file or lease remains."),
    "I14": ("readers see what is signed", "Readers and feeds never see unsigned, embargoed or withdrawn text."),
}
FAILURES: dict[str, tuple[str, str]] = {
    "F01": ("killed after the platform took it", "The lease runs out, the outcome is unknown, a look-up adopts it."),
    "F02": ("killed before the call", "Cannot be told from F01: unknown, looked up twice, then sent once."),
    "F03": ("killed while uploading", "Uploads are kept by content; only what is missing is uploaded again."),
    "F04": ("the answer is lost", "Never sent again blindly; looked up."),
    "F05": ("refused before acceptance", "Tried again, later and later."),
    "F06": ("the result never comes", "Asked after; held after half an hour, looked at hourly for two days."),
    "F07": ("events late, twice, shuffled, forged", "Signed events only wake the question; the answer decides."),
    "F08": ("removed by the platform later", "Shown and told; never posted again by itself."),
    "F09": ("token race", "One refresher under a lease; the others read what it stored."),
    "F10": ("token end-point, IP or permission", "That account stops with its cause; the others go on."),
    "F11": ("quota spent, 429", "Waited for until the reset; shown with the new time."),
    "F12": (
        "error code inside 200",
        "Not a success: by the platform's table, unknown where the table does not know it.",
    ),
    "F13": ("garbage for an answer", "Unknown when something may have changed; else tried again."),
    "F14": ("two schedulers, two machines", "A lease and a fence: one of them works, the other cannot write."),
    "F15": ("the machine was off", "Late inside the story's window, else held, as the release says."),
    "F16": ("clock jump, zone, leap day", "Times are kept in UTC; columns keep their hour in Shanghai."),
    "F17": ("database locked", "The transaction waits its turn; nothing is sent twice for it."),
    "F18": ("disk full", "New work stops with the reason; it is tried again."),
    "F19": ("power lost", "What was committed survives; everything else is found again."),
    "F20": ("S3 down, short, stale", "Local first, uploaded by an outbox, the hash checked on reading."),
    "F21": ("rendering crashes or hangs", "A limited child fails alone."),
    "F22": ("a clip that will not be made", "Limits and probes; it fails alone with its reason."),
    "F23": ("edited while rendering", "Versions never change; what was rendered is what was signed."),
    "F24": ("a correction meets a release", "Unsent deliveries take the new version, sent ones get a correction."),
    "F25": ("half-published and withdrawn", "What is unsent stops; what is out is withdrawn, account by account."),
    "F26": ("the platform cannot delete", "withdraw_failed, with a link for a person."),
    "F27": ("live updates shuffled", "Numbered by the server; a form counts once."),
    "F28": ("a poison story", "After three deaths in a row it is held apart."),
    "F29": ("a slow account", "One at a time an account; it rests while it fails, the pool does not starve."),
    "F30": ("the platform changed the text", "Found by its key, else by its words made alike."),
    "F31": ("refused for its content", "Held or failed with the platform's reason; not tried again by itself."),
    "F32": ("an upload expired", "Uploaded once more."),
    "F33": ("lists late, unstable, down", "Looked at twice; a list that is down leads to a person with two buttons."),
    "F34": ("another subject behind the account", "Noticed by the check before a release."),
    "F35": ("published by hand in the console", "Looked up before it is submitted; adopted."),
    "F36": ("upgraded mid-release", "Migrations add; rows written before go on."),
    "F37": (
        "an old backup restored",
        "All is held and looked up; a person confirms before anything is sent.",
    ),
    "F38": ("one subject registered twice", "Refused by a unique constraint."),
    "F39": ("a form sent twice", "An idempotency token counts it once."),
    "F40": (
        "the task engine doubles or drops",
        "A task is only a number; the lease decides, a sweep finds what was dropped.",
    ),
}
ROWS = {**INVARIANTS, **FAILURES}
# The issue that brings what is not here yet; the rest belongs to this one, "Never twice, never lost".
OWED = {
    **dict.fromkeys(("I8", "F08", "F24", "F25", "F26", "F37"), "What went out can be called back"),
    **dict.fromkeys(("I9", "F27"), "live coverage, not planned yet"),
    "F39": "the newsroom",
}
# What the tests of a row do not reach yet, so that the table does not say more than they do.
PARTLY = {
    "I12": "backups",
    "I14": "withdrawn text; another prefecture's",
    "F16": "a clock wrong by more than a day; a time that comes early by our own clock",
    "F28": "a death where no attempt is open: while confirming, or in our own files",
    "F34": "WeChat names no subject; a release due at once may be sent before the account is asked",
}
OURS = "Never twice, never lost"


def claims(mark: str = "proves", rows: Collection[str] = ROWS.keys()) -> dict[str, list[str]]:
    """For every row the tests that claim it by ``mark``: "tests/…/test_x.py::test_y"."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for row, test in _claimed(ast.parse(path.read_text(encoding="utf-8")), f"pytest.mark.{mark}"):
            if row not in rows:
                raise ValueError(f"{path}: no row {row}")
            found[row].append(f"{path.relative_to(ROOT)}::{test}")
    return found


def _claimed(
    tree: ast.Module | ast.ClassDef, marked: str, within: str = "", shared: Sequence[ast.expr] = ()
) -> Iterator[tuple[str, str]]:
    """What each test says it is evidence for, by its own mark or its module's ``pytestmark``."""
    marks = [*shared, *_marks_of_all(tree)]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _claimed(node, marked, f"{node.name}::", [*marks, *node.decorator_list])
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for mark in (*marks, *node.decorator_list):
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == marked:
                    for given in mark.args:
                        yield ast.literal_eval(given), f"{within}{node.name}"


def _marks_of_all(tree: ast.Module | ast.ClassDef) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            found += node.value.elts if isinstance(node.value, ast.List) else [node.value]
    return found


def table(claimed: Mapping[str, Sequence[str]]) -> str:
    """The rows as Markdown, with the tests that claim each."""
    lines = ["| row | what | what happens | proved by |", "|---|---|---|---|"]
    for row, (what, behaviour) in ROWS.items():
        tests = "<br>".join(f"`{one.removeprefix('tests/')}`" for one in claimed.get(row, ()))
        owed = f"尚无 (owed by “{OWED.get(row, OURS)}”)"
        part = f"<br>not yet: {PARTLY[row]}" if tests and row in PARTLY else ""
        lines.append(f"| {row} | {what} | {behaviour} | {tests or owed}{part} |")
    return "\n".join(lines)


def written(page: str) -> str:
    """``page`` with the table as it is now."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{table(claims())}\n{END}{tail}"


if __name__ == "__main__":
    now = written(PAGE.read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(now, encoding="utf-8")
    else:
        sys.stdout.write(table(claims()) + "\n")
