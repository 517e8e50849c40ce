"""The ledger: releases, their deliveries and items, every attempt at a platform, every receipt."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from cms.db import Canonical, Row, UtcTime

LIVE_FATES = ("planned", "published", "amended")
_LIVE = text("fate IN ('planned', 'published', 'amended')")


class Release(Row, table=True):
    """发布: the decision which stories go to which accounts, and when. ``state``: planned, sealed. ``late``: what
    happens when its time was missed (F15): send (up to a day late), ask (a person decides), hold. ``recall_id``: it
    carries what a recall sends anew. ``flash`` (快讯、预警): it overtakes, is signed by one person and reviewed after;
    ``expires_at``: from then on our pages say 已解除; ``review_by``: until when the later review (补审) is due."""

    id: int = Field(default=None, primary_key=True)
    title: str
    due_at: datetime = Field(sa_type=UtcTime, index=True)
    state: str = "planned"
    policy: str
    late: str = "send"
    author: str
    created_at: datetime = Field(sa_type=UtcTime)
    recall_id: int | None = Field(default=None, foreign_key="recalls.id", index=True)
    flash: bool = False
    expires_at: datetime | None = Field(default=None, sa_type=UtcTime)
    review_by: datetime | None = Field(default=None, sa_type=UtcTime)
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class ReleaseStory(Row, table=True):
    """One story of a release, in its place, as the revision and the hash that were chosen."""

    release_id: int = Field(foreign_key="releases.id", primary_key=True)
    position: int = Field(primary_key=True)
    story_id: int = Field(foreign_key="stories.id", index=True)
    revision_id: int = Field(foreign_key="revisions.id")
    manuscript_hash: str


class Delivery(Row, table=True):
    """投递: one send on one account. The row is the truth; whoever works on it holds a lease.

    ``stories`` are the ordered [slug, revision number] pairs behind ``key``. ``fence`` grows with every
    claim, so a worker that lost its lease cannot write. ``verified``: published and seen, not only told.
    Where there is an interface: ``staged`` is what lies on the platform unseen (``channels.transport.Staged``),
    ``remote_id`` the platform's task or publication, ``lost_at`` when the send began whose outcome nobody knows,
    ``looks`` how many complete look-ups have found nothing of it, ``accepted_at`` when the platform took it.
    ``push``: as a push to followers (群发) where the platform tells that from publishing. ``lead_id``: the delivery
    whose publication this one reprints: it waits for that one's address (首发、转载). ``urgent``: a flash's, first in
    every queue; ``expires_at``: its end, which what a correction sends instead keeps. ``frozen_by``: held because its
    time passed under that freeze (停发), until a person decides. ``voided_by``: held because the story was edited after
    its sign-off, in that revision (``cms.releases.voiding``).
    """

    __table_args__ = (
        CheckConstraint("state NOT IN ('held', 'failed') OR reason <> ''", name="says_why"),
        CheckConstraint("state <> 'handed_over' OR (person <> '' AND deadline IS NOT NULL)", name="says_who"),
        Index("ix_deliveries_due", "state", "next_at", "due_at"),
        Index("ix_deliveries_changed", "state", "changed_at"),
        Index("ix_deliveries_slots", "account_id", "due_at"),
    )

    id: int = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="releases.id", index=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    stories: list[list[str | int]] = Field(sa_type=Canonical)
    key: str = Field(unique=True)
    generation: int = 1
    state: str = "planned"
    due_at: datetime = Field(sa_type=UtcTime)
    rendition_hash: str = ""
    sealed_set_id: int | None = Field(default=None, foreign_key="sealed_sets.id", index=True)
    lease_owner: str = ""
    lease_until: datetime | None = Field(default=None, sa_type=UtcTime)
    fence: int = 0
    attempts: int = 0
    deaths: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reason: str = ""
    person: str = ""
    deadline: datetime | None = Field(default=None, sa_type=UtcTime)
    verified: bool = False
    staged: dict[str, Any] = Field(sa_type=Canonical, default_factory=dict)
    remote_id: str = ""
    looks: int = 0
    lost_at: datetime | None = Field(default=None, sa_type=UtcTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    push: bool = False
    lead_id: int | None = Field(default=None, foreign_key="deliveries.id", index=True)
    urgent: bool = False
    expires_at: datetime | None = Field(default=None, sa_type=UtcTime)
    frozen_by: int | None = Field(default=None, foreign_key="freezes.id", index=True)
    voided_by: int | None = Field(default=None, foreign_key="revisions.id", index=True)
    changed_at: datetime = Field(sa_type=UtcTime)


class Lane(Row, table=True):
    """One account, one worker at a time: who holds it until when, and whether it rests (circuit breaker).

    ``failures``: calls in a row that failed for a reason of the account's, not of a story's. ``checked_at``: when the
    platform was last asked whether the account works and whose it is."""

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    owner: str = ""
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    fence: int = 0
    failures: int = 0
    rests_until: datetime | None = Field(default=None, sa_type=UtcTime)
    reason: str = ""
    checked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Item(Row, table=True):
    """One story inside a delivery, with its own fills, address and fate.

    ``origin_id`` is the story itself or the one it localises: an account shows an origin once (the index).
    ``fate``: planned, published, amended, or how it ended (the state of its delivery); waiting, while a remedy has to
    clear the account first.
    """

    __table_args__ = (
        UniqueConstraint("delivery_id", "position"),
        Index(
            "ix_items_one_live",
            "origin_id",
            "account_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: int = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id")
    position: int
    story_id: int = Field(foreign_key="stories.id", index=True)
    origin_id: int = Field(foreign_key="stories.id", index=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    manuscript_hash: str
    fills: dict[str, str] = Field(sa_type=Canonical, default_factory=dict)
    address: str = ""
    remote_id: str = ""
    fate: str = "planned"
    guid: str


class Attempt(Row, table=True):
    """The intent row: committed before any call that changes a platform (I3). ``outcome`` "" = not known."""

    id: int = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id", index=True)
    step: str
    key: str
    request_hash: str
    fence: int
    owner: str
    began_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    outcome: str = ""


class PushArticle(Row, table=True):
    """组稿: one article of a push, in its place: the delivery it was signed as (``source_id``), the set its signatures
    are in, and the rendition whose bytes go out in the push."""

    __table_args__ = (
        CheckConstraint("position BETWEEN 1 AND 8", name="place"),
        UniqueConstraint("delivery_id", "position"),
        UniqueConstraint("delivery_id", "source_id"),
    )

    id: int = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id")
    position: int
    source_id: int = Field(foreign_key="deliveries.id", index=True)
    sealed_set_id: int = Field(foreign_key="sealed_sets.id")
    rendition_hash: str


class Receipt(Row, table=True):
    """回执: what the platform, our own site or a person answered about one send."""

    id: int = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id", index=True)
    state: str
    remote_id: str = ""
    address: str = ""
    at: datetime = Field(sa_type=UtcTime)
    fills: dict[str, str] = Field(sa_type=Canonical, default_factory=dict)
    sent_hash: str = ""
    verified: bool = True
    note: str = ""
