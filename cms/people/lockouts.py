"""Wrong tries are counted before they are judged, so that a thousand at once count as a thousand; each further one
waits longer, by account and by address."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from cms.db import utc
from cms.people.roles import PeopleError
from cms.people.rows import Lockout

FORGOTTEN = timedelta(hours=24)
LONGEST = timedelta(minutes=15)


class LockedError(PeopleError):
    """Nothing is taken from here until ``until``."""

    def __init__(self, until: datetime, now: datetime) -> None:
        seconds = max(1, int((until - now).total_seconds()))
        wait = f"{seconds} 秒" if seconds < 120 else f"{seconds // 60 + 1} 分钟"
        super().__init__(f"错得太多了，请等 {wait}再试；忘了密码请找管理员重发链接。")
        self.until = until


@dataclass(frozen=True, slots=True)
class Key:
    """What tries are counted by: ``free`` of them cost nothing, then the wait doubles from ``first``."""

    name: str
    free: int
    first: timedelta = timedelta(seconds=15)


def account(login: str) -> Key:
    """One login, whether there is such a person or not."""
    return Key(f"login:{_short(login.strip().casefold())}", 5)


def address(where: str) -> Key:
    """One network address: an office shares one, so it has more room."""
    return Key(f"address:{_short(where)}", 30)


def link(where: str) -> Key:
    """Guessing at links, from one address."""
    return Key(f"link:{_short(where)}", 20)


def inviting(login: str) -> Key:
    """How many links one person may give before they wait."""
    return Key(f"inviting:{_short(login)}", 60)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def count(session: Session, keys: Sequence[Key], now: datetime) -> None:
    """One more try by these keys; LockedError, and nothing counted, while one of them has to wait."""
    rows = [session.get(Lockout, key.name) or Lockout(key=key.name, last_at=utc(now)) for key in keys]
    for row in rows:
        if row.until and row.until > now:
            raise LockedError(row.until, now)
    for key, row in zip(keys, rows, strict=True):
        row.failures = 1 if row.last_at < now - FORGOTTEN else row.failures + 1
        over = row.failures - key.free
        row.until = utc(now) + min(LONGEST, key.first * 2 ** min(over, 16)) if over >= 0 else None
        row.last_at = utc(now)
        session.add(row)


def forgive(session: Session, account_key: Key, others: Sequence[Key] = ()) -> None:
    """It was right: the account starts anew; an address only takes this one try back, or one own account would let
    somebody guess at all the others for ever."""
    if row := session.get(Lockout, account_key.name):
        session.delete(row)
    for key in others:
        if row := session.get(Lockout, key.name):
            row.failures = max(0, row.failures - 1)
            if row.failures < key.free:
                row.until = None
