"""Signing in and being here: a random token in the cookie, its hash in the row, and everything that ends a visit."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from cms import audit
from cms.db import read_scope, session_scope, utc
from cms.people import codes, lockouts, passwords
from cms.people.desk import PeopleDesk
from cms.people.roles import (
    AUDITOR,
    CITY,
    EDITOR,
    PROVINCE,
    REPORTER,
    SERVICE,
    PeopleError,
    Tree,
    appointments_of,
    needs_code,
    tree,
)
from cms.people.rows import Appointment, Person, RecoveryCode, SignIn

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
FRESH = timedelta(minutes=5)
"""How long a code counts where one is asked for again (签发, 人员)."""
TOUCH = timedelta(minutes=1)
WRONG = "登录名或密码不对，请检查大小写后再试；忘了密码请找管理员重发链接。"
WRONG_CODE = "验证码不对或已经用过，请等下一组数字再输；手机不在身边，可以用备用码。"
GONE = "登录已过期，请重新登录。"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking: a person on one device, and what they are here."""

    sign_in: int
    person_id: int
    login: str
    name: str
    is_full: bool
    has_code: bool
    began_at: datetime
    checked_at: datetime | None
    appointments: tuple[Appointment, ...]
    units: Tree

    @property
    def must_enrol(self) -> bool:
        """A role asks for a second step, and there is none yet."""
        return needs_code(self.appointments) and not self.has_code

    @property
    def held(self) -> tuple[tuple[str, int], ...]:
        """(role, unit) pairs."""
        return tuple((one.role, one.unit_id) for one in self.appointments)

    @property
    def rules(self) -> bool:
        """Whether 人员 is a page of theirs."""
        return any(one.role in (CITY, PROVINCE, AUDITOR) for one in self.appointments)

    @property
    def writes(self) -> bool:
        """Whether they write here."""
        return any(one.role in (REPORTER, EDITOR) for one in self.appointments)

    def is_fresh(self, now: datetime) -> bool:
        """Whether a code was asked for and right just now."""
        return self.checked_at is not None and now - self.checked_at <= FRESH


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks from."""

    address: str
    device: str


def new_token() -> tuple[str, str]:
    """A token for a cookie or a link, and the hash that is kept of it."""
    token = secrets.token_urlsafe(32)
    return token, token_hash(token)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(desk: PeopleDesk, login: str, password: str, place: Place, now: datetime) -> str:
    """The token of a new visit; PeopleError with one sentence for every kind of wrong. Where the person has a second
    step, the visit is not full before it."""
    login = login.strip()
    keys = (lockouts.account(login), lockouts.address(place.address))
    _count(desk, keys, login, place, now)
    with read_scope(desk.engine) as session:
        person = session.exec(select(Person).where(Person.login == login)).one_or_none()
        is_service = person is not None and any(one.role == SERVICE for one in appointments_of(session, person.id))
    is_right = passwords.is_right(person.password_hash if person else "", password)
    if person is None or not is_right or person.disabled_at or is_service:
        with session_scope(desk.engine) as session:
            audit.record(session, "web", "person.refused", _named(person), {"address": place.address}, now)
        raise PeopleError(WRONG)
    with session_scope(desk.engine) as session:
        lockouts.forgive(session, keys[0], keys[1:])
        person = session.get_one(Person, person.id)
        if passwords.is_old(person.password_hash):
            person.password_hash = passwords.hash_of(password, person.login)
        return begin(session, person, place, now)


def _count(desk: PeopleDesk, keys: tuple[lockouts.Key, ...], login: str, place: Place, now: datetime) -> None:
    try:
        with session_scope(desk.engine) as session:
            lockouts.count(session, keys, now)
    except lockouts.LockedError:
        with session_scope(desk.engine) as session:
            person = session.exec(select(Person).where(Person.login == login)).one_or_none()
            audit.record(session, "web", "person.locked", _named(person), {"address": place.address}, now)
        raise


def _named(person: Person | None) -> str:
    """What is typed into the wrong field is often a password: only a login that is one is written down."""
    return f"person:{person.login}" if person else "person:?"


def begin(session: Session, person: Person, place: Place, now: datetime) -> str:
    """A new visit; its token. Full at once only where there is no second step."""
    token, kept = new_token()
    is_full = not person.totp_sealed
    row = SignIn(
        person_id=person.id, token_hash=kept, is_full=is_full, began_at=utc(now), seen_at=utc(now),
        device=place.device[:200], address=place.address,
    )  # fmt: skip
    session.add(row)
    session.flush()
    action = "person.sign_in" if is_full else "person.password"
    audit.record(session, person.login, action, f"person:{person.login}", {"address": place.address}, now)
    return token


def visitor(desk: PeopleDesk, token: str, now: datetime) -> Visitor | None:
    """Who holds this token; None when the visit is over, whatever ended it."""
    if not token:
        return None
    with read_scope(desk.engine) as session:
        query = select(SignIn, Person).where(SignIn.person_id == Person.id, SignIn.token_hash == token_hash(token))
        found = session.exec(query).one_or_none()
        if found is None:
            return None
        row, person = found
        if row.ended_at or person.disabled_at or now - row.seen_at > IDLE or now - row.began_at > LONGEST:
            return None
        held, units = appointments_of(session, person.id), tree(session)
    if any(one.role == SERVICE for one in held):
        return None
    if now - row.seen_at > TOUCH:
        with session_scope(desk.engine) as session:
            session.get_one(SignIn, row.id).seen_at = utc(now)
    return Visitor(
        row.id, person.id, person.login, person.name, row.is_full, bool(person.totp_sealed), row.began_at,
        row.checked_at, held, units,
    )  # fmt: skip


def prove(desk: PeopleDesk, who: Visitor, said: str, place: Place, now: datetime) -> str:
    """A code or a recovery code was said: the token the visit goes on under. PeopleError when it is wrong."""
    token, kept = new_token()
    _prove(desk, who, said, place, now, kept)
    return token


def confirm(desk: PeopleDesk, who: Visitor, said: str, place: Place, now: datetime) -> None:
    """The same in the middle of a full visit, which goes on under the token it has: the form that asked may arrive
    twice. PeopleError when it is wrong."""
    _prove(desk, who, said, place, now, "")


def _prove(desk: PeopleDesk, who: Visitor, said: str, place: Place, now: datetime, kept: str) -> None:
    """``kept``: the hash of the token the visit goes on under; "" for the one it has."""
    keys = (lockouts.account(f"{who.login} code"), lockouts.address(place.address))
    _count(desk, keys, who.login, place, now)
    with session_scope(desk.engine) as session:
        person = session.get_one(Person, who.person_id)
        how = _right(desk, session, person, said, now)
        if not how:
            audit.record(
                session, who.login, "person.wrong_code", f"person:{who.login}", {"address": place.address}, now
            )
        else:
            lockouts.forgive(session, keys[0], keys[1:])
            row = session.get_one(SignIn, who.sign_in)
            row.token_hash = kept or row.token_hash
            action = "person.step_up" if row.is_full else "person.sign_in"
            row.is_full, row.checked_at, row.seen_at = True, utc(now), utc(now)
            audit.record(session, who.login, action, f"person:{who.login}", {"by": how}, now)
    if not how:
        raise PeopleError(WRONG_CODE)


def _right(desk: PeopleDesk, session: Session, person: Person, said: str, now: datetime) -> str:
    """How it was right: by the code, by a recovery code; "" when it was not."""
    if not person.totp_sealed:
        return ""
    step = codes.step_matching(desk.open(person.totp_sealed, f"totp:{person.id}"), said, now, person.totp_step)
    if step is not None:
        person.totp_step = step
        return "code"
    kept = (RecoveryCode.person_id == person.id, RecoveryCode.code_hash == codes.recovery_hash(said))
    row = session.exec(select(RecoveryCode).where(*kept, col(RecoveryCode.used_at).is_(None))).first()
    if row is None:
        return ""
    row.used_at = utc(now)
    return "recovery"


def sign_out(desk: PeopleDesk, who: Visitor, now: datetime) -> None:
    """This visit is over."""
    with session_scope(desk.engine) as session:
        row = session.get_one(SignIn, who.sign_in)
        row.ended_at, row.ended_why = utc(now), "退出"
        audit.record(session, who.login, "person.sign_out", f"person:{who.login}", {}, now)


def end_visits(session: Session, person_id: int, why: str, now: datetime, but: int = 0) -> int:
    """End every visit of somebody, except the one numbered ``but``; how many there were."""
    mine = select(SignIn).where(SignIn.person_id == person_id, col(SignIn.ended_at).is_(None), SignIn.id != but)
    found = list(session.exec(mine))
    for one in found:
        one.ended_at, one.ended_why = utc(now), why
    return len(found)


def visits_of(session: Session, person_id: int, now: datetime) -> list[SignIn]:
    """The visits that still go on, the latest first."""
    mine = (SignIn.person_id == person_id, col(SignIn.ended_at).is_(None))
    alive = (col(SignIn.seen_at) >= now - IDLE, col(SignIn.began_at) >= now - LONGEST)
    return list(session.exec(select(SignIn).where(*mine, *alive).order_by(col(SignIn.seen_at).desc())))
