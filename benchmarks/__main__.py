"""`python3 dev.py bench [NAME] [--json FILE] [--runs N] [--full]`: prints one table a benchmark."""

import argparse
import importlib
import json
from pathlib import Path

from rich.console import Console

from benchmarks.ratio import table

NAMES = (
    "renditions", "rebuild", "delivery", "ledger_speed", "checks", "flash", "desk", "sites", "rehearsal", "preview",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.py bench")
    parser.add_argument("name", nargs="?", choices=NAMES, help="one benchmark; all without it")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--full", action="store_true", help="rebuild: 10,000 articles instead of 400")
    asked = parser.parse_args()
    report = {}
    for name in [asked.name] if asked.name else NAMES:
        size = {"is_full": asked.full} if name == "rebuild" else {}
        measured = importlib.import_module(f"benchmarks.{name}").measure(asked.runs, **size)
        if not measured.is_told:
            Console().print(table(name, measured))
        report[name] = [one.as_json() for one in measured.rows]
    if asked.json:
        asked.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")


main()
