"""Who works here, how they come in, and what kind of house this is."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from cms.db import Row, UtcTime


class Person(Row, table=True):
    """Somebody who writes or signs; one person has one login. ``password_hash`` "" : nobody can sign in as them yet.

    ``totp_sealed``: the secret of the second step, sealed; ``totp_step``: the last code taken, which is never taken
    again. What they may do stands in ``appointments``.
    """

    id: int = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    password_hash: str = ""
    password_at: datetime | None = Field(default=None, sa_type=UtcTime)
    totp_sealed: str = ""
    totp_step: int = 0
    disabled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    disabled_by: str = ""


class Appointment(Row, table=True):
    """任职: a role somebody has in a unit; it reaches as far as the permission table says."""

    __table_args__ = (UniqueConstraint("person_id", "role", "unit_id"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="persons.id")
    role: str
    unit_id: int = Field(foreign_key="units.id", index=True)
    granted_by: str
    granted_at: datetime = Field(sa_type=UtcTime)


class SignIn(Row, table=True):
    """登录: somebody's visit on one device. The cookie holds a random token, the row only its hash.

    ``is_full``: the second step is done, or none is due; ``checked_at``: when a code was last asked for and right.
    """

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="persons.id", index=True)
    token_hash: str = Field(unique=True)
    is_full: bool = False
    began_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime = Field(sa_type=UtcTime)
    checked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    device: str = ""
    address: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_why: str = ""


class RecoveryCode(Row, table=True):
    """备用码: one of ten words that stand in once for a lost phone; only its hash is kept."""

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="persons.id", index=True)
    code_hash: str
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Invitation(Row, table=True):
    """邀请: a link that works once. ``kind``: invite (role and unit are fixed in it), reset (a new password), enter
    (straight in, demo houses only)."""

    __table_args__ = (CheckConstraint("kind IN ('invite', 'reset', 'enter')", name="kind"),)

    id: int = Field(default=None, primary_key=True)
    kind: str
    person_id: int = Field(foreign_key="persons.id", index=True)
    role: str = ""
    unit_id: int | None = Field(default=None, foreign_key="units.id", index=True)
    token_hash: str = Field(unique=True)
    invited_by: str
    invited_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Contact(Row, table=True):
    """联系方式: where somebody's notices go, sealed. ``way``: mail, wecom (a robot's address), sms. ``shown``: as
    much of it as may be seen."""

    person_id: int = Field(foreign_key="persons.id", primary_key=True)
    way: str = Field(primary_key=True)
    sealed: str
    shown: str = ""


class Lockout(Row, table=True):
    """Wrong tries against one account, address or link (``key``), and until when nothing is taken from there."""

    key: str = Field(primary_key=True)
    failures: int = 0
    last_at: datetime = Field(sa_type=UtcTime)
    until: datetime | None = Field(default=None, sa_type=UtcTime)


class FormAnswer(Row, table=True):
    """What a form was answered the first time, sealed, so that a replay hears the same and does nothing (F39); and, for
    a while, the page it was answered with, so that it can be gone back to (``cms.web.answered``)."""

    token_hash: str = Field(primary_key=True)
    asked: str
    begun_at: datetime = Field(sa_type=UtcTime)
    kept_until: datetime = Field(sa_type=UtcTime, index=True)
    sealed: str = ""


class Workspace(Row, table=True):
    """The house: its one row has id 1. ``demo`` is true where rehearsal policies are allowed. ``grey_since``: the sites
    are shown without colour (灰度, a day of mourning). ``logo``: the hash of its picture, "" for the
    name in type."""

    id: int = Field(default=1, primary_key=True)
    name: str
    demo: bool = False
    base_url: str = ""
    created_at: datetime = Field(sa_type=UtcTime)
    grey_since: datetime | None = Field(default=None, sa_type=UtcTime)
    logo: str = ""


class Beginning(Row, table=True):
    """初次设置: the first run of an empty house; its one row has id 1. ``key_hash``: of the key in the address that was
    printed on the machine, "" once it is used; ``person_id``: the first administrator; ``step``: the one of the three
    that comes next, 4 when all are done; ``ruled_at``: when they were given what an administrator may, once."""

    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(default=1, primary_key=True)
    key_hash: str
    made_at: datetime = Field(sa_type=UtcTime)
    person_id: int | None = Field(default=None, foreign_key="persons.id")
    step: int = 1
    ruled_at: datetime | None = Field(default=None, sa_type=UtcTime)
