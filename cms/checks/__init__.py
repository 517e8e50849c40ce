"""What a newsroom must find before it signs: words, names, personal data, sources, figures, pictures, links, dates.

Each check is a pure function over a manuscript's passages; ``examine`` runs them all, ``examine_rendition`` looks at
what readers will see. The desk keeps lists by version, results, overrides and the register of figures.
"""

from cms.checks.desk import (
    Checked,
    as_list,
    beside_checks,
    check,
    check_now,
    import_list,
    in_force,
    keep,
    keep_run,
    list_named,
    retire_list,
    save_original,
    standards,
)
from cms.checks.overrides import OverrideError, given, let_pass, obstacle, settled, unanswered
from cms.checks.passages import Spot, spots
from cms.checks.pictures import marks_of
from cms.checks.rows import CheckRun, Override, PolicyReading, SavedOriginal, StatedFigure, WordBook
from cms.checks.rules import RULES, Rule
from cms.checks.shown import examine_rendition
from cms.checks.standards import Standards, Surroundings, examine
from cms.checks.words import Entry, WordList, WordListError, changes, dump, parse

__all__ = [
    "RULES",
    "CheckRun",
    "Checked",
    "Entry",
    "Override",
    "OverrideError",
    "PolicyReading",
    "Rule",
    "SavedOriginal",
    "Spot",
    "Standards",
    "StatedFigure",
    "Surroundings",
    "WordBook",
    "WordList",
    "WordListError",
    "as_list",
    "beside_checks",
    "changes",
    "check",
    "check_now",
    "dump",
    "examine",
    "examine_rendition",
    "given",
    "import_list",
    "in_force",
    "keep",
    "keep_run",
    "let_pass",
    "list_named",
    "marks_of",
    "obstacle",
    "parse",
    "retire_list",
    "save_original",
    "settled",
    "spots",
    "standards",
    "unanswered",
]
