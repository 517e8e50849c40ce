"""What was sealed, and who signed it. No row here ever changes, but for ``complete`` turning true once."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
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
