"""所见: what the last look at a published copy saw, and since when; the nightly reconciliation (夜间核对) writes it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
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
    "back": "先前不见了，又能看到了",
}
"""What a look saw; ``back`` is counted and told, and kept as as_it_should."""


ANSWER_NAMES: Mapping[str, str] = {
    "": "等您判断",
    "adopted": "已认领",
    "ours": "已记下：手工发的",
    "foreign": "已记下：不是我们发的",
    "gone": "平台上已经没有了",
}
_STRANGER = text("kind = 'stranger'")


class Sighting(Row, table=True):
    """One copy as it was last seen. ``kind``: as_it_should; removed (by the platform), gone (by hand), altered (not
    what was signed: the difference in ``note``), stranger (on the platform, unknown to the ledger: no ``item_id``),
    not_askable (the platform tells nothing), asking (it could not be asked: first in line next time).

    ``remote_id``: a stranger's number there, else "". ``since``: when it was first seen so; what stays the same is
    told once. A stranger has its ``title`` and ``posted_at``, and what a person made of it (``answer``: adopted, ours,
    foreign, with who, when and why; gone: it is not there any more)."""

    __table_args__ = (
        CheckConstraint("(kind = 'stranger') = (item_id IS NULL)", name="names_its_copy"),
        CheckConstraint(
            "kind IN ('as_it_should', 'removed', 'gone', 'altered', 'stranger', 'not_askable', 'asking')", name="kind"
        ),
        CheckConstraint("answer IN ('', 'adopted', 'ours', 'foreign', 'gone')", name="answer"),
        CheckConstraint(
            "answer IN ('', 'gone') OR (answered_by <> '' AND answer_reason <> '')", name="says_who_and_why"
        ),
        Index(
            "ux_sightings_stranger", "account_id", "remote_id", unique=True,
            sqlite_where=_STRANGER, postgresql_where=_STRANGER,
        ),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    item_id: int | None = Field(default=None, foreign_key="items.id", unique=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    remote_id: str = ""
    kind: str
    note: str = ""
    address: str = ""
    title: str = ""
    posted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    answer_reason: str = ""
    since: datetime = Field(sa_type=UtcTime)
    at: datetime = Field(sa_type=UtcTime, index=True)


class Stocktaking(Row, table=True):
    """清点: when everything an account publicly holds was last asked for (``at``), when all of it was last seen
    (``whole_at``), and why not all of it was seen now (``note``, "" when it was)."""

    account_id: int = Field(primary_key=True, foreign_key="accounts.id")
    at: datetime = Field(sa_type=UtcTime)
    whole_at: datetime | None = Field(default=None, sa_type=UtcTime)
    note: str = ""
