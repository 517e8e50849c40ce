"""Who works here, and what kind of house this is."""

from datetime import datetime

from sqlmodel import Field

from cms.db import Row, UtcTime


class Person(Row, table=True):
    """Somebody who writes or signs. ``roles`` are words with a space between (记者 编辑 审核 签发 …)."""

    id: int = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    roles: str = ""


class Workspace(Row, table=True):
    """The house: its one row has id 1. ``demo`` is true where rehearsal policies are allowed. ``grey_since``: the sites
    are shown without colour (灰度, a day of mourning). ``restored_at``: the moment of the backup it was restored from;
    what was under way then is looked up before anything is sent (F37)."""

    id: int = Field(default=1, primary_key=True)
    name: str
    demo: bool = False
    base_url: str = ""
    created_at: datetime = Field(sa_type=UtcTime)
    grey_since: datetime | None = Field(default=None, sa_type=UtcTime)
    restored_at: datetime | None = Field(default=None, sa_type=UtcTime)
