"""Stories, their revisions, columns and the issues that open by themselves."""

from cms.stories.columns import fill, next_due, open_next_issue
from cms.stories.desk import SaveError, newest, origin_of, save, story_named
from cms.stories.rows import ArchiveEntry, Column, Issue, Revision, Story

__all__ = [
    "ArchiveEntry",
    "Column",
    "Issue",
    "Revision",
    "SaveError",
    "Story",
    "fill",
    "newest",
    "next_due",
    "open_next_issue",
    "origin_of",
    "save",
    "story_named",
]
