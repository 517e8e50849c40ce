"""初次设置: the first run of an empty house. Whoever holds the key that was printed on the machine makes the first
administrator, once; while there is nobody there is no other way in, and as soon as there is somebody this one is gone.

The first administrator writes at once. Ruling (人员, 账号) begins with the second step, as it does for everybody.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, func, select

from cms import audit
from cms.db import read_scope, session_scope, utc
from cms.matrix import Account, Matrix, Unit, UnitSpec, built_in, load_matrix, sandboxed, store_matrix
from cms.people import lockouts, passwords
from cms.people.desk import PeopleDesk
from cms.people.invitations import VOID, add_person
from cms.people.roles import EDITOR, PROVINCE, PeopleError, appoint, tree
from cms.people.rows import Beginning, Person, Workspace
from cms.people.visits import Place, begin, new_token, token_hash

BY = "first-run"
LONGEST_NAME = 40
PROVINCES: Mapping[str, str] = {"sichuan": "四川省和 21 个市州（自带的名单）"}
"""The matrices that come along, and what they are called."""
ONE = "one"
DONE = 4
GONE = "这个地址已经用过，或不是最新的。请回到运行一稿的那个窗口，打开那里最后印出的地址。"
UNLIKE = "两次输入的密码不一样，请重新输入。"
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class First:
    """What the first step asks. ``units``: one (a single unit named like the house) or a province of ``PROVINCES``;
    ``slug``: the single unit's part of its site's address; ``logo``: the hash of its picture, "" for none; ``sign``:
    the same for the sites, small ("hash width height")."""

    house: str = ""
    units: str = ONE
    slug: str = "zhan"
    name: str = ""
    login: str = ""
    password: str = ""
    again: str = ""
    logo: str = ""
    sign: str = ""


def make_key(session: Session, now: datetime) -> str:
    """A new key for the first step, in place of the last; "" where there is somebody already."""
    if is_taken(session):
        return ""
    key, kept = new_token()
    row = session.get(Beginning, 1) or Beginning(key_hash=kept, made_at=utc(now))
    row.key_hash, row.made_at = kept, utc(now)
    session.add(row)
    return key


def is_taken(session: Session) -> bool:
    """Whether there is anybody in the house."""
    return session.exec(select(func.count()).select_from(Person)).one() > 0


def has_units(session: Session) -> bool:
    """Whether somebody made the units already (`yigao init`): then the first step does not ask for them."""
    return session.exec(select(Unit.id).limit(1)).first() is not None


def look_up(desk: PeopleDesk, key: str, place: Place, now: datetime) -> None:
    """PeopleError where the key does not open anything (any more). Wrong ones are counted by address."""
    with read_scope(desk.engine) as session:
        if _opens(session, key):
            return
    with session_scope(desk.engine) as session:
        lockouts.count(session, [lockouts.link(place.address)], now)
    raise PeopleError(GONE if key else VOID)


def _opens(session: Session, key: str) -> bool:
    row = session.get(Beginning, 1)
    return row is not None and bool(row.key_hash) and row.key_hash == token_hash(key) and not is_taken(session)


def faults(said: First, asks_units: bool) -> dict[str, str]:
    """What is wrong, by field, each with the remedy; nothing when the step may be taken."""
    found = {
        "house": "" if 0 < len(said.house) <= LONGEST_NAME else f"请写单位名称（{LONGEST_NAME} 字以内），它是刊头。",
        "name": "" if 0 < len(said.name) <= LONGEST_NAME else "请写上真实姓名（40 字以内），签发和审计都记这个名字。",
        "login": _login_trouble(said.login),
        "password": passwords.weakness(said.password, said.login),
        "again": "" if said.password == said.again else UNLIKE,
    }
    if asks_units and said.units == ONE and not (_SLUG.fullmatch(said.slug) and len(said.slug) <= 30):
        found["slug"] = "网址代号以小写字母开头，只用小写字母、数字和连字符，30 字以内，例如 kejiju。"
    if asks_units and said.units != ONE and said.units not in PROVINCES:
        found["units"] = "请选一种。"
    return {name: words for name, words in found.items() if words}


def _login_trouble(login: str) -> str:
    fine = 2 <= len(login) <= 40 and all(sign.isalnum() or sign in "._-@" for sign in login)
    return "" if fine else "登录名用 2 到 40 个字母、数字、点、横线，例如姓名拼音，请改正。"


def take(
    desk: PeopleDesk, key: str, said: First, channels: Sequence[str], base_url: str, place: Place, now: datetime
) -> str:
    """Take the first step: the name, the units and their accounts, the first administrator; the token of their visit.
    PeopleError where somebody was quicker. ``base_url``: under which the sites of the units are."""
    kept = passwords.hash_of(said.password, said.login)
    with session_scope(desk.engine) as session:
        if not _opens(session, key):
            raise PeopleError(GONE)
        row, house = session.get_one(Beginning, 1), session.get_one(Workspace, 1)
        house.name, house.logo = said.house, said.logo
        if not has_units(session):
            house.base_url = base_url
            store_matrix(session, _matrix(said, channels), channels, base_url)
        for account in session.exec(select(Account).where(Account.channel == "site")) if said.sign else ():
            account.settings = {**account.settings, "logo": said.sign}
        person = add_person(session, said.login, said.name)
        person.password_hash, person.password_at = kept, utc(now)
        top = tree(session).top
        if top is None:
            raise PeopleError("还没有单位，请先建立单位（yigao init）。")
        row.person_id, row.key_hash, row.step = person.id, "", 2
        detail = {"house": said.house, "units": said.units, "logo": said.logo}
        audit.record(session, BY, "house.begin", f"person:{person.login}", detail, now)
        appoint(session, person, EDITOR, top, BY, now)
        return begin(session, person, place, now)


def _matrix(said: First, channels: Sequence[str]) -> Matrix:
    if said.units in PROVINCES:
        return load_matrix(built_in(said.units), said.units)
    named = tuple((channel, (("name", said.house),)) for channel in channels)
    unit = UnitSpec(
        slug=said.slug, name=said.house, short=said.house, kind="", code="", path=(said.slug,), accounts=named
    )
    return Matrix((unit,))


def is_trying(session: Session) -> bool:
    """Whether the house was set up by the first run and none of its accounts reaches a platform in earnest yet."""
    row = session.get(Beginning, 1)
    return row is not None and row.person_id is not None and not sandboxed.real_ones(session)


def step_of(session: Session, person_id: int) -> int:
    """Which step comes next for this person; ``DONE`` for everybody but the first administrator."""
    row = session.get(Beginning, 1)
    return row.step if row is not None and row.person_id == person_id else DONE


def go_on(session: Session, step: int) -> None:
    """The steps before ``step`` are done; never back."""
    row = session.get_one(Beginning, 1)
    row.step = max(row.step, step)


def waits_for_code(session: Session, person_id: int) -> bool:
    """Whether this is the first administrator, who rules once the second step is set up."""
    row = session.get(Beginning, 1)
    return row is not None and row.person_id == person_id and row.ruled_at is None


def crown(session: Session, person: Person, now: datetime) -> None:
    """The first administrator has a second step now: what was meant for them counts from here. Once: what is taken
    from them later stays taken."""
    row, top = session.get(Beginning, 1), tree(session).top
    if row is not None and row.person_id == person.id and row.ruled_at is None and top is not None:
        row.ruled_at = utc(now)
        appoint(session, person, PROVINCE, top, BY, now)
