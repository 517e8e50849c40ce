"""Stories, their revisions, columns and the issues that open by themselves."""

from cms.stories.columns import HOLIDAYS, fill, next_due, open_next_issue
from cms.stories.desk import SaveError, StaleError, mark_of, newest, origin_of, save, story_named
from cms.stories.rows import ArchiveEntry, Column, Issue, NamedDate, Revision, Story
from cms.stories.workdays import CalendarError, Workdays, import_year, workdays

__all__ = [
    "HOLIDAYS",
    "ArchiveEntry",
    "CalendarError",
    "Column",
    "Issue",
    "NamedDate",
    "Revision",
    "SaveError",
    "StaleError",
    "Story",
    "Workdays",
    "fill",
    "import_year",
    "mark_of",
    "newest",
    "next_due",
    "open_next_issue",
    "origin_of",
    "save",
    "story_named",
    "workdays",
]
