"""What a newsroom must find before it signs: words, names, personal data, sources, figures, pictures, links, dates.

Each check is a pure function over a manuscript's passages; ``examine`` runs them all, ``examine_rendition`` looks at
what readers will see. The desk keeps lists by version, results, overrides and the register of figures.
"""

from cms.checks.accounts import Measure, about, embargoed, leads_nowhere, measure, of_account, of_rendition, refused
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
    last_run,
    list_named,
    originals,
    retire_list,
    save_original,
    standards,
    versions,
)
from cms.checks.due import slots_in
from cms.checks.overrides import (
    OverrideError,
    ask_for,
    given,
    let_pass,
    obstacle,
    said_before,
    settled,
    unanswered,
    who_may,
)
from cms.checks.passages import Spot, spots
from cms.checks.pictures import marks_of
from cms.checks.rows import CheckRun, Override, PolicyReading, SavedOriginal, StatedFigure, WordBook
from cms.checks.rules import RULES, Rule
from cms.checks.shown import examine_rendition
from cms.checks.standards import Standards, Surroundings, examine
from cms.checks.words import Entry, WordList, WordListError, changes, dump, named, parse

__all__ = [
    "RULES",
    "CheckRun",
    "Checked",
    "Entry",
    "Measure",
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
    "about",
    "as_list",
    "ask_for",
    "beside_checks",
    "changes",
    "check",
    "check_now",
    "dump",
    "embargoed",
    "examine",
    "examine_rendition",
    "given",
    "import_list",
    "in_force",
    "keep",
    "keep_run",
    "last_run",
    "leads_nowhere",
    "let_pass",
    "list_named",
    "marks_of",
    "measure",
    "named",
    "obstacle",
    "of_account",
    "of_rendition",
    "originals",
    "parse",
    "refused",
    "retire_list",
    "said_before",
    "save_original",
    "settled",
    "slots_in",
    "spots",
    "standards",
    "unanswered",
    "versions",
    "who_may",
]
