"""Stories, their revisions, columns and the issues that open by themselves."""

from cms.stories.apart import Apart, OwnText, own_texts, texts_of
from cms.stories.columns import HOLIDAYS, fill, next_due, open_next_issue
from cms.stories.desk import MovedError, SaveError, StaleError, mark_of, newest, origin_of, save, story_named
from cms.stories.rows import ArchiveEntry, ChannelText, Column, Issue, NamedDate, Revision, Story
from cms.stories.workdays import CalendarError, Workdays, import_year, workdays

__all__ = [
    "HOLIDAYS",
    "Apart",
    "ArchiveEntry",
    "CalendarError",
    "ChannelText",
    "Column",
    "Issue",
    "MovedError",
    "NamedDate",
    "OwnText",
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
    "own_texts",
    "save",
    "story_named",
    "texts_of",
    "workdays",
]
