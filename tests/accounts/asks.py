"""An account of chengdu's that has an interface, and how each route of 账号 is asked for in the permission test."""

from typing import Any

from sqlmodel import select

from cms.db import session_scope
from cms.matrix import Account, Unit, sandboxed
from cms.matrix.wires import seal_secrets
from cms.people import PeopleDesk

KEEP = {"编辑", "签发", "地市管理员", "省级管理员", "审计员"}
PROVINCE = {"省级管理员"}
RULE = {"地市管理员", "省级管理员"}
NOBODY_THERE = "http://127.0.0.1:9/weibo"


def connected(people: PeopleDesk) -> int:
    """The account, once a house; nothing listens where it is connected to."""
    with session_scope(people.engine) as session:
        known = session.exec(select(Account.id).where(Account.key == "weibo:chengdu")).first()
        if known is not None:
            return known
        unit = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
        row = Account(key="weibo:chengdu", channel="weibo", unit_id=unit, name="成都科技", transport="api")
        session.add(row)
        session.flush()
        secrets = {"access_token": "t", "expires_at": "", "uid": "1", "rip": "", "base": NOBODY_THERE}
        seal_secrets(session, people.vault, row.id, secrets)
        sandboxed.note(session, row.id, NOBODY_THERE)
        return row.id


def asks(people: PeopleDesk) -> list[dict[str, Any]]:
    """Each route of 账号, who may, and what is sent: nothing that would be taken."""
    way = f"/accounts/{connected(people)}"
    none: dict[str, Any] = {"data": {}}
    far: dict[str, Any] = {"data": {"base": "https://elsewhere.example"}}
    rows = [
        ("accounts.page", "GET", "/accounts", KEEP, False, {}),
        ("accounts.show", "GET", way, KEEP, True, {}),
        ("accounts.check", "POST", f"{way}/check", RULE, True, none),
        ("accounts.connect", "GET", f"{way}/connect", RULE, True, {}),
        ("accounts.keep", "POST", f"{way}/connect", RULE, True, far),
        ("accounts.to_sandbox", "POST", f"{way}/sandbox", RULE, True, none),
        ("accounts.leave", "GET", f"{way}/disconnect", RULE, True, {}),
        ("accounts.disconnect", "POST", f"{way}/disconnect", RULE, True, none),
        ("accounts.look", "GET", "/accounts/look?unit=chengdu", KEEP, True, {}),
        ("accounts.sample", "POST", "/accounts/look/sample", RULE, True, {"json": {"unit": "chengdu"}}),
        ("accounts.keep_look", "POST", "/accounts/look", RULE, True, {"data": {"unit": "chengdu"}}),
        ("accounts.our_house", "GET", "/accounts/house", PROVINCE, True, {}, True),
        ("accounts.keep_house", "POST", "/accounts/house", PROVINCE, True, none, True),
    ]
    names = ("endpoint", "method", "path", "roles", "of_unit", "sent", "is_house")
    return [dict(zip(names, row, strict=False)) for row in rows]
