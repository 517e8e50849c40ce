"""What was sent to review, sealed and signed. What was sealed, signed or said never changes, but for ``complete``
turning true once."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from cms.db import Canonical, Row, UtcTime


class SealedSet(Row, table=True):
    """The hashes of all manuscripts, renditions and assets of a release, under one hash that is signed.

    ``renditions`` maps delivery ids (as text) to rendition hashes; SealedRendition says the same in rows.
    """

    id: int = Field(default=None, primary_key=True)
    hash: str = Field(unique=True)
    release_id: int = Field(foreign_key="releases.id", index=True)
    manuscripts: list[str] = Field(sa_type=Canonical)
    renditions: dict[str, str] = Field(sa_type=Canonical)
    assets: list[str] = Field(sa_type=Canonical)
    policy: str
    complete: bool = False
    sealed_at: datetime = Field(sa_type=UtcTime)


class SealedRendition(Row, table=True):
    """One rendition inside a sealed set, as a row the database itself can check a delivery against."""

    sealed_set_id: int = Field(foreign_key="sealed_sets.id", primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id", primary_key=True, index=True)
    rendition_hash: str


class SealedStep(Row, table=True):
    """One signature a sealed set needs: on a manuscript's hash, or ("") on the set itself."""

    sealed_set_id: int = Field(foreign_key="sealed_sets.id", primary_key=True)
    step: str = Field(primary_key=True)
    manuscript_hash: str = Field(default="", primary_key=True)


class Signature(Row, table=True):
    """One person's signature for one step, on a manuscript's hash or on a sealed set."""

    __table_args__ = (
        UniqueConstraint("step", "policy", "subject_hash"),
        CheckConstraint("opinion <> ''", name="says_why"),
    )

    id: int = Field(default=None, primary_key=True)
    step: str
    signer_id: int = Field(foreign_key="persons.id", index=True)
    subject_hash: str
    manuscript_hash: str = Field(default="", index=True)
    sealed_set_id: int | None = Field(default=None, foreign_key="sealed_sets.id", index=True)
    opinion: str
    policy: str
    signed_at: datetime = Field(sa_type=UtcTime)


class ReviewStep(Row, table=True):
    """审签流程: one stage a unit asks for at a grade, instead of the built-in ones (``grades.DEFAULTS``). ``unit_id``
    None: the house; it holds for the units below until one has rows of its own. ``is_apart``: its signer took no
    earlier step; ``person_id``: this person alone."""

    __table_args__ = (
        UniqueConstraint("unit_id", "grade", "position"),
        CheckConstraint("grade IN ('A', 'B', 'C')", name="grade"),
        CheckConstraint("reach IN ('below', 'province')", name="reach"),
    )

    id: int = Field(default=None, primary_key=True)
    unit_id: int | None = Field(default=None, foreign_key="units.id", index=True)
    grade: str
    position: int
    step: str
    role: str
    reach: str = "below"
    is_apart: bool = True
    person_id: int | None = Field(default=None, foreign_key="persons.id")


class AdoptionRule(Row, table=True):
    """Whether one confirmation is enough to adopt a story of this grade (``one_step``), in ``unit_id`` and below it
    until a unit there has a row of its own; instead of ``adoptions.DEFAULTS``."""

    __table_args__ = (
        UniqueConstraint("unit_id", "grade"),
        CheckConstraint("grade IN ('A', 'B', 'C')", name="grade"),
    )

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="units.id", index=True)
    grade: str
    one_step: bool


_OPEN = text("state IN ('drawing', 'reviewing')")


class Submission(Row, table=True):
    """送审: one version of a story on its way through review to a slot. ``state``: drawing (the press room makes it),
    reviewing, stopped (nothing of it can go out, ``trouble`` says why), returned, pulled (by who sent it), replaced (by
    a newer one), signed. ``findings``: what was found on the renditions; ``assigned_id``: whom it was passed on to;
    ``alarmed_at``: when it was told that the slot is in danger; ``source_set_id``: the set of another release that an
    adoption (采用) rests on."""

    __table_args__ = (
        CheckConstraint("grade IN ('A', 'B', 'C')", name="grade"),
        CheckConstraint("grade <> 'C' OR attachment <> ''", name="attachment"),
        CheckConstraint(
            "state IN ('drawing', 'reviewing', 'stopped', 'returned', 'pulled', 'replaced', 'signed')", name="state"
        ),
        Index(
            "ix_submissions_one_open", "story_id", "unit_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="stories.id", index=True)
    revision_id: int = Field(foreign_key="revisions.id")
    manuscript_hash: str = Field(index=True)
    release_id: int = Field(foreign_key="releases.id", unique=True)
    unit_id: int = Field(foreign_key="units.id", index=True)
    grade: str
    policy: str
    note: str = ""
    attachment: str = ""
    attachment_hash: str = ""
    source_set_id: int | None = Field(default=None, foreign_key="sealed_sets.id")
    sender_id: int = Field(foreign_key="persons.id", index=True)
    sent_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime)
    state: str = Field(default="drawing", index=True)
    trouble: str = ""
    tries: int = 0
    findings: list[dict[str, Any]] = Field(sa_type=Canonical, default_factory=list)
    assigned_id: int | None = Field(default=None, foreign_key="persons.id")
    alarmed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


class SubmissionStep(Row, table=True):
    """One stage a submission has to pass, as its unit asked for it on the day it was sent."""

    submission_id: int = Field(foreign_key="submissions.id", primary_key=True)
    step: str = Field(primary_key=True)
    position: int
    role: str
    reach: str = "below"
    is_apart: bool = True
    person_id: int | None = Field(default=None, foreign_key="persons.id")


class Opinion(Row, table=True):
    """意见: what somebody said of a submission. ``kind``: note (on the sentence ``excerpt``), pass, return, transfer
    (to ``to_id``). ``way``: "" at the desk, link where it came by a one-time link."""

    __table_args__ = (
        CheckConstraint("kind IN ('note', 'pass', 'return', 'transfer')", name="kind"),
        CheckConstraint("words <> ''", name="says_why"),
    )

    id: int = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submissions.id", index=True)
    person_id: int = Field(foreign_key="persons.id")
    kind: str
    step: str = ""
    place: str = ""
    excerpt: str = ""
    reasons: list[str] = Field(sa_type=Canonical, default_factory=list)
    words: str
    to_id: int | None = Field(default=None, foreign_key="persons.id")
    way: str = ""
    at: datetime = Field(sa_type=UtcTime)


class Affirmation(Row, table=True):
    """照签发的那一版发: a signer's word that a release goes out as it was signed, though its story says something else
    since; ``revision_id`` is that later state of the story, and for any other the word does not hold."""

    __table_args__ = (CheckConstraint("words <> ''", name="says_why"),)

    id: int = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="releases.id", index=True)
    revision_id: int = Field(foreign_key="revisions.id")
    person_id: int = Field(foreign_key="persons.id")
    words: str
    at: datetime = Field(sa_type=UtcTime)


class Reading(Row, table=True):
    """三校一读: ``kind`` proof (``number`` 1 to 3, on a manuscript's hash; the first may be a machine's) or
    read (the preview of ``channel``, on a sealed set's hash)."""

    __table_args__ = (
        UniqueConstraint("kind", "subject_hash", "number", "channel"),
        CheckConstraint("kind IN ('proof', 'read')", name="kind"),
        CheckConstraint("person_id IS NOT NULL OR (kind = 'proof' AND number = 1)", name="says_who"),
        CheckConstraint("number BETWEEN 0 AND 3", name="number"),
    )

    id: int = Field(default=None, primary_key=True)
    kind: str
    subject_hash: str
    number: int = 0
    channel: str = ""
    person_id: int | None = Field(default=None, foreign_key="persons.id")
    at: datetime = Field(sa_type=UtcTime)


class Loan(Row, table=True):
    """代审: somebody from elsewhere who has a role in a unit (and below it) until a day."""

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="persons.id", index=True)
    unit_id: int = Field(foreign_key="units.id", index=True)
    role: str
    until: datetime = Field(sa_type=UtcTime)
    reason: str
    given_by: str
    given_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


class SigningLink(Row, table=True):
    """签字链接: works once, for one person and one step, with the code sent to that person's registered phone."""

    id: int = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submissions.id", index=True)
    person_id: int = Field(foreign_key="persons.id")
    step: str
    token_hash: str = Field(unique=True)
    made_by: str
    made_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    code_hash: str = ""
    code_at: datetime | None = Field(default=None, sa_type=UtcTime)
    tries: int = 0
    codes: int = 0
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)
