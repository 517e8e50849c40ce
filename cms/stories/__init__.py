"""Stories, their revisions, columns and the issues that open by themselves."""

from cms.stories.apart import Apart, OwnText, own_texts, texts_of
from cms.stories.columns import (
    HOLIDAYS,
    OPEN_AHEAD,
    IssueError,
    fill,
    follow_rhythm,
    move_issue,
    next_due,
    open_issues,
    open_next_issue,
    rhythm_words,
    upcoming,
)
from cms.stories.desk import MovedError, SaveError, StaleError, mark_of, newest, origin_of, save, story_named
from cms.stories.rhythm import Rhythm, RhythmError, parse_rhythm, weekly
from cms.stories.rows import ArchiveEntry, ChannelText, Column, Issue, NamedDate, Revision, Story
from cms.stories.skips import Skipped, comes_out_on, skip, skipped, skipped_of, slot_day, unskip
from cms.stories.workdays import CalendarError, Workdays, import_year, workdays
from cms.stories.year import foresee_year, take_year

__all__ = [
    "HOLIDAYS",
    "OPEN_AHEAD",
    "Apart",
    "ArchiveEntry",
    "CalendarError",
    "ChannelText",
    "Column",
    "Issue",
    "IssueError",
    "MovedError",
    "NamedDate",
    "OwnText",
    "Revision",
    "Rhythm",
    "RhythmError",
    "SaveError",
    "Skipped",
    "StaleError",
    "Story",
    "Workdays",
    "comes_out_on",
    "fill",
    "follow_rhythm",
    "foresee_year",
    "import_year",
    "mark_of",
    "move_issue",
    "newest",
    "next_due",
    "open_issues",
    "open_next_issue",
    "origin_of",
    "own_texts",
    "parse_rhythm",
    "rhythm_words",
    "save",
    "skip",
    "skipped",
    "skipped_of",
    "slot_day",
    "story_named",
    "take_year",
    "texts_of",
    "unskip",
    "upcoming",
    "weekly",
    "workdays",
]
