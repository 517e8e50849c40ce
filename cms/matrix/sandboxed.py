"""Accounts in 沙箱: their interface is a stand-in's on this very machine, so no reader ever sees what they send."""

import ipaddress
from urllib.parse import urlsplit

from sqlmodel import Field, Session, col, delete, func, select

from cms.db import Row
from cms.matrix.rows import Account


class SandboxedAccount(Row, table=True):
    """沙箱: an account that is connected to a stand-in; without a row its platform is the real one."""

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)


def is_stand_in(base: str) -> bool:
    """Whether an interface at this address is on this machine: no platform is."""
    host = urlsplit(base).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def note(session: Session, account_id: int, base: str) -> None:
    """Write down what the account is connected to now; "" when it is connected to nothing any more."""
    session.exec(delete(SandboxedAccount).where(col(SandboxedAccount.account_id) == account_id))
    if is_stand_in(base):
        session.add(SandboxedAccount(account_id=account_id))


def is_sandboxed(session: Session, account_id: int) -> bool:
    """Whether this account is connected to a stand-in."""
    return session.get(SandboxedAccount, account_id) is not None


def numbers(session: Session) -> frozenset[int]:
    """Every account that is connected to a stand-in."""
    return frozenset(session.exec(select(SandboxedAccount.account_id)))


def real_ones(session: Session) -> int:
    """How many accounts are connected to a platform in earnest."""
    kept = col(Account.id).in_(select(SandboxedAccount.account_id))
    return session.exec(select(func.count()).where(Account.transport == "api", ~kept)).one()
