"""The append-only log: one row per change, each holding the hash of the one before."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from cms.db import Canonical, Row, UtcTime


class AuditEntry(Row, table=True):
    """One thing somebody did. ``id`` counts from 1 without gaps; ``subject`` is e.g. delivery:17."""

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
    actor: str
    action: str
    subject: str = Field(index=True)
    detail: dict[str, Any] = Field(sa_type=Canonical, default_factory=dict)
    previous_hash: str = Field(unique=True)
    hash: str


class AuditHead(Row, table=True):
    """Where the chain ends (one row), so that entries cut from the end are missed too."""

    id: int = Field(default=None, primary_key=True)
    length: int = 0
    hash: str = ""
