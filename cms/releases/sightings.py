"""所见: what the last look at a published copy saw, and since when; the nightly reconciliation (夜间核对) writes it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from cms.db import Row, UtcTime

SIGHTING_NAMES: Mapping[str, str] = {
    "as_it_should": "与回执一致",
    "removed": "被平台下架",
    "gone": "已被删除（在后台删的，或平台删的）",
    "altered": "与签发的不一样",
    "stranger": "平台上有、台账上没有",
    "not_askable": "平台不给查",
    "asking": "这次没有查成",
}


class Sighting(Row, table=True):
    """One copy as it was last seen. ``kind``: as_it_should; removed (by the platform), gone (by hand), altered (not
    what was signed: the difference in ``note``), stranger (on the platform, unknown to the ledger: no ``item_id``),
    not_askable (the platform tells nothing), asking (it could not be asked: first in line next time).

    ``remote_id``: a stranger's number there, else "". ``since``: when it was first seen so; what stays the same is
    told once."""

    __table_args__ = (
        CheckConstraint("(kind = 'stranger') = (item_id IS NULL)", name="names_its_copy"),
        CheckConstraint(
            "kind IN ('as_it_should', 'removed', 'gone', 'altered', 'stranger', 'not_askable', 'asking')", name="kind"
        ),
    )

    id: int = Field(default=None, primary_key=True)
    item_id: int | None = Field(default=None, foreign_key="items.id", unique=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    remote_id: str = ""
    kind: str
    note: str = ""
    address: str = ""
    since: datetime = Field(sa_type=UtcTime)
    at: datetime = Field(sa_type=UtcTime, index=True)
