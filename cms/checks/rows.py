"""What the checks keep: lists as imported, results, what was let pass, figures, originals, policies."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from cms.db import Canonical, Row, UtcTime


class WordBook(Row, table=True):
    """词表: one version of one list, as imported; never changed. The newest of a name is in force, until it is
    retired. ``hash`` is of what it says, so importing the same again makes no row."""

    __table_args__ = (UniqueConstraint("name", "version"), CheckConstraint("imported_by <> ''", name="says_who"))

    id: int = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    version: str
    hash: str
    entries: list[dict[str, Any]] = Field(sa_type=Canonical)
    file: str = ""
    imported_by: str
    imported_at: datetime = Field(sa_type=UtcTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcTime)


class CheckRun(Row, table=True):
    """检查结果: what one manuscript's checks said under one state of lists and house."""

    __table_args__ = (UniqueConstraint("manuscript_hash", "standards_hash"),)

    id: int = Field(default=None, primary_key=True)
    manuscript_hash: str
    standards_hash: str
    findings: list[dict[str, Any]] = Field(sa_type=Canonical)
    run_at: datetime = Field(sa_type=UtcTime)


class Override(Row, table=True):
    """放行: somebody answers for one finding of one manuscript. Bound to the manuscript's hash, so a changed text loses
    it. ``role`` is the role it was given by; "" where a warning only needed its reason."""

    __table_args__ = (
        UniqueConstraint("manuscript_hash", "rule", "place"),
        CheckConstraint("reason <> ''", name="says_why"),
    )

    id: int = Field(default=None, primary_key=True)
    manuscript_hash: str
    rule: str
    place: str
    excerpt: str = ""
    reason: str
    role: str = ""
    person_id: int = Field(foreign_key="persons.id", index=True)
    given_at: datetime = Field(sa_type=UtcTime)


class StatedFigure(Row, table=True):
    """数字口径: a figure a story states now. ``key``: subject, unit and as-of; ``value`` in plain units."""

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="stories.id", index=True)
    key: str = Field(index=True)
    subject: str
    unit: str
    as_of: str
    value: str
    step: str
    is_about: bool = False
    words: str
    place: str


class PolicyReading(Row, table=True):
    """政策解读: a story that interprets a policy document, by the document's title, number and address."""

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="stories.id", index=True)
    title: str = Field(index=True)
    number: str = ""
    url: str = ""


class SavedOriginal(Row, table=True):
    """留存的原文: what a reprint was taken from, word for word. The newest of a story counts; none is ever changed."""

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="stories.id", index=True)
    text: str = Field(sa_type=Text)
    url: str = ""
    hash: str
    saved_by: str
    saved_at: datetime = Field(sa_type=UtcTime)
