"""What the library keeps: assets, which manuscript rests on which, what is being sent, which twins are none."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from cms.db import Canonical, Row, UtcTime


class Asset(Row, table=True):
    """素材: a picture or film a unit holds, and by what right. ``hash`` names its bytes in the store, ``sent_hash`` the
    bytes as they were sent, ``thumb`` a small picture of it ("" for a film). ``likeness``: 64 bits of what it looks
    like (``assets.likeness``). ``until``: the last day of the licence, None without an end. ``focus_x/y``: the point
    every crop keeps, in per mille."""

    __table_args__ = (
        UniqueConstraint("unit_id", "hash"),
        CheckConstraint("kind IN ('picture', 'video')", name="kind"),
        CheckConstraint("licence <> '' AND added_by <> ''", name="says_who"),
        CheckConstraint("focus_x BETWEEN 0 AND 1000 AND focus_y BETWEEN 0 AND 1000", name="focus"),
    )

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="units.id", index=True)
    hash: str = Field(index=True)
    sent_hash: str = Field(index=True)
    thumb: str = ""
    likeness: str = ""
    kind: str
    mime: str
    width: int
    height: int
    size: int
    seconds: int = 0
    name: str
    alt: str = ""
    source: str = ""
    author: str = ""
    licence: str
    until: date | None = Field(default=None, index=True)
    keywords: str = ""
    ai: bool = False
    focus_x: int = 500
    focus_y: int = 500
    added_by: str
    added_at: datetime = Field(sa_type=UtcTime, index=True)
    retired_at: datetime | None = Field(default=None, sa_type=UtcTime)


class AssetUse(Row, table=True):
    """用在哪里: a frozen manuscript rests on these bytes. A manuscript without any has one row with "", so that it is
    known to have been looked at."""

    manuscript_hash: str = Field(primary_key=True)
    asset_hash: str = Field(primary_key=True, index=True)


class AssetUpload(Row, table=True):
    """上传: a file on its way, a chunk at a time. How much is here is what lies in the spool under ``key``; ``hash`` is
    what the whole must come to; ``facts`` what will be said of it."""

    key: str = Field(primary_key=True)
    person: str = Field(index=True)
    unit_id: int = Field(foreign_key="units.id")
    name: str
    size: int
    hash: str
    facts: dict[str, str] = Field(sa_type=Canonical, default_factory=dict)
    touched_at: datetime = Field(sa_type=UtcTime, index=True)
    asset_id: int | None = None


class AssetApart(Row, table=True):
    """不是重复: somebody looked at two assets that look alike and keeps both."""

    first_id: int = Field(foreign_key="assets.id", primary_key=True)
    second_id: int = Field(foreign_key="assets.id", primary_key=True)
    decided_by: str
    decided_at: datetime = Field(sa_type=UtcTime)
