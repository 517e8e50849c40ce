"""Columns and their issues, stories and their revisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from cms.db import Canonical, Row, UtcTime
from cms.stories.rhythm import KeptRhythm, Rhythm


class Column(Row, table=True):
    """栏目: a standing series with a rhythm: the days it comes out on; hour and minute in ``zone``. ``push``: its
    issues go to followers as 群发 where a platform has that, instead of 发布. ``unit_id``: whose it is, None is the
    house's; ``target``: where its issues go (``cms.releases.Target`` in words), "" everywhere the unit has accounts;
    ``template``: what a new issue begins with; ``holiday``: what becomes of an issue due on a free day (keep, before,
    after, skip); ``skips``: the days it does not come out on all the same (停一期), each with why (``2026-10-07``:
    国庆假期)."""

    __table_args__ = (CheckConstraint("holiday IN ('keep', 'before', 'after', 'skip')", name="holiday"),)

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    title: str
    rhythm: Rhythm = Field(sa_type=KeptRhythm)
    hour: int
    minute: int = 0
    zone: str = "Asia/Shanghai"
    cast: list[dict[str, Any]] = Field(sa_type=Canonical, default_factory=list)
    first_number: int = 1
    push: bool = False
    opened_at: datetime = Field(sa_type=UtcTime)
    unit_id: int | None = Field(default=None, foreign_key="units.id", index=True)
    target: str = ""
    template: str = Field(default="", sa_type=Text)
    holiday: str = "keep"
    skips: dict[str, str] = Field(sa_type=Canonical, default_factory=dict)


class NamedDate(Row, table=True):
    """One day an imported notice of the State Council names (放假、调休). ``notice``: the year of the notice."""

    day: date = Field(primary_key=True)
    notice: int = Field(index=True)
    name: str
    is_off: bool


class Issue(Row, table=True):
    """期: one dated instalment of a column. ``state``: open, filled, or closed (its time passed unfilled).
    ``alarmed_at``: when it was told that nobody writes it. ``slot_at``: when the rhythm meant it, where somebody moved
    this one alone."""

    __table_args__ = (UniqueConstraint("column_id", "number"), UniqueConstraint("column_id", "due_at"))

    id: int = Field(default=None, primary_key=True)
    column_id: int = Field(foreign_key="columns.id")
    number: int
    due_at: datetime = Field(sa_type=UtcTime)
    state: str = "open"
    alarmed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    slot_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Story(Row, table=True):
    """稿件: one piece of journalism through all its revisions. ``origin_id``: the story it localises.

    ``state``: draft, then released once a release carries it. ``unit_id``: whose it is; only who works for that unit,
    or above it, sees it in the newsroom. ``is_sample``: the 示例 of the first run, which never reaches a real platform.
    ``binned_at``: thrown away then by ``binned_by``, to be found in 回收 for a while.
    """

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    headline: str
    column_id: int | None = Field(default=None, foreign_key="columns.id", index=True)
    issue_id: int | None = Field(default=None, foreign_key="issues.id", index=True)
    origin_id: int | None = Field(default=None, foreign_key="stories.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="units.id", index=True)
    state: str = "draft"
    is_sample: bool = False
    binned_at: datetime | None = Field(default=None, sa_type=UtcTime)
    binned_by: str = ""


class Presence(Row, table=True):
    """正在写: one window (``pane``) in which somebody has a story open; ``seen_at``: when it last said so."""

    story_id: int = Field(foreign_key="stories.id", primary_key=True)
    person_id: int = Field(foreign_key="persons.id", primary_key=True)
    pane: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=UtcTime, index=True)


class Revision(Row, table=True):
    """版本: one unchangeable state of a story. ``author`` is a login; ``text`` the Markdown as saved."""

    __table_args__ = (
        UniqueConstraint("story_id", "number"),
        # What lists of stories show of the newest one, beside its text: that would have to be read first.
        Index("ix_revisions_newest", "story_id", "number", "saved_at", "author"),
    )

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="stories.id")
    number: int
    text: str = Field(sa_type=Text)
    author: str
    saved_at: datetime = Field(sa_type=UtcTime)
    manuscript_hash: str = Field(default="", index=True)
    findings: list[dict[str, Any]] = Field(sa_type=Canonical, default_factory=list)


class ChannelText(Row, table=True):
    """单独编辑: one unchangeable state of a channel's own text, beside the main one. ``text`` "": from here on it
    follows the main text again. ``base_revision``: the number of the revision whose main text it was cut loose from,
    or last took over; ``revision_id``: the revision saved with it, whose manuscript names it."""

    __table_args__ = (UniqueConstraint("story_id", "channel", "number"),)

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="stories.id")
    channel: str
    number: int
    text: str = Field(sa_type=Text)
    base_revision: int
    revision_id: int = Field(foreign_key="revisions.id", index=True)
    author: str
    saved_at: datetime = Field(sa_type=UtcTime)


class StorySieve(Row, table=True):
    """Which pairs of characters the newest text of a story holds (``cms.stories.sieve``)."""

    story_id: int = Field(foreign_key="stories.id", primary_key=True)
    bits: bytes


class ArchiveEntry(Row, table=True):
    """旧档: where a story of an imported archive comes from, and who took it in. One row a story and unit, for life.

    ``identity``: the guid, address or path the old site knew it by; ``fingerprint``: the hash of the entry as read,
    to see a change; ``paths``: old addresses on the unit's host (/2015/03/a.html, /show?id=3) that lead to it now.
    ``is_dated_only``: the old date had no hour. ``published_at``
    follows a changed entry, the rest of its origin does not.
    """

    __table_args__ = (
        UniqueConstraint("unit_id", "identity"),
        CheckConstraint("imported_by <> '' AND reason <> ''", name="says_who"),
    )

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="stories.id", index=True)
    unit_id: int = Field(foreign_key="units.id")
    identity: str
    fingerprint: str
    address: str = ""
    paths: list[str] = Field(sa_type=Canonical, default_factory=list)
    published_at: datetime = Field(sa_type=UtcTime)
    is_dated_only: bool = False
    author: str = ""
    outlet: str = ""
    imported_by: str
    imported_at: datetime = Field(sa_type=UtcTime)
    reason: str
