"""Units (省, 市州, 区县) and the accounts they hold."""

from sqlalchemy import Index
from sqlmodel import Field

from cms.db import Canonical, Row


class Unit(Row, table=True):
    """单位: a province, prefecture or county office; a tree of any depth."""

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    short: str
    kind: str = ""
    code: str = ""
    parent_id: int | None = Field(default=None, foreign_key="units.id", index=True)


class Account(Row, table=True):
    """账号: one identity of one unit on one channel. ``key`` is "<channel>:<unit slug>".

    ``transport``: files (our own outputs), handover (a person posts it), api. ``subject``: what the platform knows it
    by (AppID, uid, open_id), once connected: two accounts of ours on one of the platform's would publish twice (F38).
    """

    __table_args__ = (Index("ux_accounts_subject", "channel", "subject", unique=True),)

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    channel: str = Field(index=True)
    unit_id: int = Field(foreign_key="units.id", index=True)
    name: str
    transport: str
    theme: str = "base"
    site_url: str = ""
    contact: str = ""
    subject: str | None = None
    settings: dict[str, str] = Field(sa_type=Canonical, default_factory=dict)
