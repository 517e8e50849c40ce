"""What calls back what went out: recalls (更正、撤稿、解除), one remedy a copy, and what stops before it starts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from cms.db import Canonical, Row, UtcTime


class Recall(Row, table=True):
    """召回令: one order that follows every copy of a story. ``kind``: correction (更正), retraction (撤稿), or expiry
    (a flash that is over, 解除; ordered by the signature of the flash itself).

    ``origin_id`` is the story it concerns; a retraction takes its local versions along. ``revision_id``: the corrected
    revision. ``reason`` is for the file, ``notice`` what readers are told. ``state``: drafted, then approved (or
    rejected), settled once every remedy has ended, closed with the report. ``policy`` names the steps its signatures
    need (``cms.review.POLICIES``). ``prefer``: the way a person chose, by channel ({"wechat": "remark"}).
    ``replaces_id``: the earlier correction this one corrects."""

    __table_args__ = (
        CheckConstraint("state IN ('drafted', 'rejected') OR approved_by <> ''", name="says_who"),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("kind IN ('correction', 'retraction', 'expiry')", name="kind"),
    )

    id: int = Field(default=None, primary_key=True)
    kind: str
    origin_id: int = Field(foreign_key="stories.id", index=True)
    revision_id: int | None = Field(default=None, foreign_key="revisions.id")
    reason: str
    notice: str
    policy: str
    prefer: dict[str, str] = Field(sa_type=Canonical, default_factory=dict)
    state: str = "drafted"
    proposed_by: str
    created_at: datetime = Field(sa_type=UtcTime)
    approved_by: str = ""
    opinion: str = ""
    approved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    replaces_id: int | None = Field(default=None, foreign_key="recalls.id")


class Remedy(Row, table=True):
    """处置: what is done about one copy. One row for each item of a recall, for life.

    ``action``: amend (in place), withdraw, reissue (withdraw, then ``replacement_id`` goes out), replace (unsent: the
    replacement goes instead), cancel (unsent, nothing goes), remark (said under it), by_hand (a person does it in the
    platform's console), expire (the page says 已解除), wait (in flight: decided when it has settled), watch
    (found gone from the platform: dealt with should it come back), none.
    ``state``: planned → due → acting → done, failed or by_hand; unknown (asked about); off (not needed any more).
    ``rule`` names the platform's dated rule it rests on, ``costs`` the calls it takes. ``rendition_hash`` and
    ``sealed_set_id``: the signed bytes an amendment puts in place. ``evidence``: what was seen afterwards.
    ``alarmed_at``: when somebody was told that it takes too long."""

    __table_args__ = (
        UniqueConstraint("recall_id", "item_id"),
        CheckConstraint("state NOT IN ('failed', 'unknown') OR reason <> ''", name="says_why"),
        CheckConstraint("state <> 'by_hand' OR (person <> '' AND deadline IS NOT NULL)", name="says_who"),
        Index("ix_remedies_due", "state", "next_at"),
    )

    id: int = Field(default=None, primary_key=True)
    recall_id: int = Field(foreign_key="recalls.id", index=True)
    item_id: int = Field(foreign_key="items.id", index=True)
    delivery_id: int = Field(foreign_key="deliveries.id", index=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    action: str
    state: str = "planned"
    rule: str = ""
    costs: dict[str, int] = Field(sa_type=Canonical, default_factory=dict)
    reason: str = ""
    replacement_id: int | None = Field(default=None, foreign_key="deliveries.id", index=True)
    rendition_hash: str = ""
    sealed_set_id: int | None = Field(default=None, foreign_key="sealed_sets.id", index=True)
    fence: int = 0
    attempts: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcTime)
    person: str = ""
    deadline: datetime | None = Field(default=None, sa_type=UtcTime)
    evidence: str = ""
    alarmed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)


class RemedyCheck(Row, table=True):
    """A later look at a copy that was dealt with: after 1 h, 1 d, 7 d. ``outcome`` "" = not looked yet; as_it_should,
    there_again, altered, cannot_see (with the words in ``note``). A look that met a platform that was away is put off
    with the words why."""

    __table_args__ = (UniqueConstraint("remedy_id", "due_at"),)

    id: int = Field(default=None, primary_key=True)
    remedy_id: int = Field(foreign_key="remedies.id", index=True)
    due_at: datetime = Field(sa_type=UtcTime, index=True)
    at: datetime | None = Field(default=None, sa_type=UtcTime)
    outcome: str = ""
    note: str = ""


class ReadCount(Row, table=True):
    """阅读数: how many read a copy that an order takes away, as the platform told (``by`` "pipeline") or as a person
    saw in its console. ``until``: the last day it counts, where the platform says one. ``count`` None: nobody could
    say, ``why`` not."""

    __table_args__ = (
        CheckConstraint("count >= 0", name="is_a_number"),
        CheckConstraint("count IS NOT NULL OR why <> ''", name="says_why"),
    )

    id: int = Field(default=None, primary_key=True)
    remedy_id: int = Field(foreign_key="remedies.id", index=True)
    count: int | None = None
    until: date | None = None
    why: str = ""
    by: str
    at: datetime = Field(sa_type=UtcTime)


class Stop(Row, table=True):
    """止发: while it stands no delivery of the story starts (I8), but one that carries ``keep_hash`` (a correction's
    manuscript; "" = none at all). ``story_id`` None: the story with all its local versions. The database itself
    refuses to send what is stopped (cms/migrations/walls.py)."""

    id: int = Field(default=None, primary_key=True)
    origin_id: int = Field(foreign_key="stories.id", index=True)
    story_id: int | None = Field(default=None, foreign_key="stories.id")
    keep_hash: str = ""
    recall_id: int = Field(foreign_key="recalls.id", index=True)
    at: datetime = Field(sa_type=UtcTime)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Freeze(Row, table=True):
    """停发 (静默令): while it stands nothing in its scope starts. "" widens a scope: ``unit`` (a slug, with everything
    below it), ``channel``, ``topic`` (a column's slug, or words of a headline). ``lets_flash``: flashes still go.
    ``kept_at``: given by a restoring (恢复后核对), the moment of its backup; flashes written since still go, and it
    ends with a person's word that everything was compared (``cms.releases.restoring``)."""

    __table_args__ = (CheckConstraint("reason <> ''", name="says_why"),)

    id: int = Field(default=None, primary_key=True)
    unit: str = ""
    channel: str = ""
    topic: str = ""
    lets_flash: bool = True
    reason: str
    by: str
    at: datetime = Field(sa_type=UtcTime)
    kept_at: datetime | None = Field(default=None, sa_type=UtcTime)
    thawed_by: str = ""
    thawed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Exemption(Row, table=True):
    """豁免: what a freeze lets go all the same, until somebody ends it; exactly one of ``unit_id`` (its own accounts,
    not those of the units below), ``account_id``, ``story_id`` (with its local versions) and ``topic`` (a column's slug
    or title, or words of a headline). The database lets nobody change it (cms/migrations/walls.py)."""

    __table_args__ = (
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint(
            "CASE WHEN unit_id IS NULL THEN 0 ELSE 1 END + CASE WHEN account_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN story_id IS NULL THEN 0 ELSE 1 END + CASE WHEN topic = '' THEN 0 ELSE 1 END = 1",
            name="is_of_one",
        ),
        CheckConstraint("ended_at IS NULL OR ended_by <> ''", name="says_who_ended"),
    )

    id: int = Field(default=None, primary_key=True)
    freeze_id: int = Field(foreign_key="freezes.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="units.id")
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    story_id: int | None = Field(default=None, foreign_key="stories.id")
    topic: str = ""
    reason: str
    by: str
    at: datetime = Field(sa_type=UtcTime)
    ended_by: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Advisory(Row, table=True):
    """告示: what our own pages and feeds say about a story. ``kind``: corrected, retracted, expired."""

    __table_args__ = (UniqueConstraint("recall_id", "account_id"),)

    id: int = Field(default=None, primary_key=True)
    origin_id: int = Field(foreign_key="stories.id", index=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    recall_id: int = Field(foreign_key="recalls.id")
    kind: str
    sentence: str
    at: datetime = Field(sa_type=UtcTime)
