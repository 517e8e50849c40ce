"""邀请: links that work once. The link holds a random token, the row only its hash; role and unit stand in the row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from cms import audit
from cms.db import read_scope, session_scope, utc
from cms.people import lockouts, passwords
from cms.people.desk import PeopleDesk
from cms.people.roles import ROLES, PeopleError, appoint, appointments_of, may_grant, tree
from cms.people.rows import Invitation, Person, SignIn, Workspace
from cms.people.visits import Place, begin, end_visits, new_token, token_hash

LASTS = timedelta(hours=72)
VOID = "这个链接已经用过、过期或被收回，请找管理员重发一个。"


@dataclass(frozen=True, slots=True)
class Invited:
    """What a link that still works says."""

    kind: str
    login: str
    name: str
    role: str
    unit_id: int | None
    by: str
    expires_at: datetime


def invite(
    session: Session, person: Person, by: str, now: datetime, kind: str = "invite", role: str = "",
    unit_id: int | None = None,
) -> str:  # fmt: skip
    """The token of a new link for ``person``; links they had before are void."""
    if person.disabled_at:
        raise PeopleError(f"{person.name}的账号已停用，请先启用再发链接。")
    if role and (role not in ROLES or unit_id is None):
        raise PeopleError("邀请要写明角色和单位，请检查后再发。")
    if kind == "enter" and not session.get_one(Workspace, 1).demo:
        raise PeopleError("直接进入的链接只用于演示工作区，请改发设置密码的链接。")
    if kind != "enter":
        revoke_of(session, person, now)
    token, kept = new_token()
    row = Invitation(
        kind=kind, person_id=person.id, role=role, unit_id=unit_id, token_hash=kept, invited_by=by,
        invited_at=utc(now), expires_at=utc(now) + LASTS,
    )  # fmt: skip
    session.add(row)
    detail = {"kind": kind, "role": role, "unit": unit_id or 0}
    audit.record(session, by, "person.invite", f"person:{person.login}", detail, now)
    return token


def add_person(session: Session, login: str, name: str) -> Person:
    """A new person; one login belongs to one of them for life."""
    login, name = login.strip(), name.strip()
    if not (2 <= len(login) <= 40) or not all(sign.isalnum() or sign in "._-@" for sign in login):
        raise PeopleError("登录名用 2 到 40 个字母、数字、点、横线，例如姓名拼音，请改正。")
    if not name or len(name) > 40:
        raise PeopleError("请写上真实姓名（40 字以内），签发和审计都记这个名字。")
    if session.exec(select(Person.id).where(Person.login == login)).first() is not None:
        raise PeopleError(f"登录名“{login}”已经有人用了，请换一个。")
    person = Person(login=login, name=name)
    session.add(person)
    session.flush()
    return person


def look_up(desk: PeopleDesk, token: str, place: Place, now: datetime) -> Invited:
    """What the link says; PeopleError when it does not work (any more): used, over, revoked, or given by somebody who
    might not give it now. Wrong ones are counted by address."""
    with read_scope(desk.engine) as session:
        found = _alive(session, token, now)
    if found is None:
        with session_scope(desk.engine) as session:
            lockouts.count(session, [lockouts.link(place.address)], now)
        raise PeopleError(VOID)
    row, person = found
    return Invited(row.kind, person.login, person.name, row.role, row.unit_id, row.invited_by, row.expires_at)


def _alive(session: Session, token: str, now: datetime) -> tuple[Invitation, Person] | None:
    query = select(Invitation, Person).where(
        Invitation.person_id == Person.id,
        Invitation.token_hash == token_hash(token),
        col(Invitation.used_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        col(Invitation.expires_at) > now,
        col(Person.disabled_at).is_(None),
    )
    found = session.exec(query).one_or_none()
    return found if found and _stands(session, *found) else None


def _stands(session: Session, row: Invitation, person: Person) -> bool:
    """Whether who gave the link might give it now: an office that was taken from them since gives nothing any more, and
    opens nobody's account. A link from the command line is the house's own."""
    giver = session.exec(select(Person).where(Person.login == row.invited_by)).one_or_none()
    if giver is None:
        return True
    held, units = appointments_of(session, giver.id), tree(session)
    pairs = [(one.role, one.unit_id) for one in appointments_of(session, person.id)]
    if row.unit_id is not None:
        pairs.append((row.role, row.unit_id))
    return giver.disabled_at is None and all(may_grant(held, role, unit, units) for role, unit in pairs)


def accept(desk: PeopleDesk, token: str, password: str, place: Place, now: datetime) -> str:
    """Set the password and come in: the token of the visit. Every earlier visit of the person ends."""
    said = look_up(desk, token, place, now)
    if said.kind == "enter":
        raise PeopleError(VOID)
    kept = passwords.hash_of(password, said.login)
    with session_scope(desk.engine) as session:
        row, person = _take(session, token, now)
        person.password_hash, person.password_at = kept, utc(now)
        end_visits(session, person.id, "密码已更改", now)
        lockouts.forgive(session, lockouts.account(person.login))
        if row.role and row.unit_id is not None:
            appoint(session, person, row.role, row.unit_id, row.invited_by, now)
        audit.record(session, person.login, "person.set_password", f"person:{person.login}", {"by": row.kind}, now)
        return begin(session, person, place, now)


def enter(desk: PeopleDesk, token: str, place: Place, now: datetime) -> str:
    """Come straight in, in a demo house: the token of the visit."""
    said = look_up(desk, token, place, now)
    with session_scope(desk.engine) as session:
        if said.kind != "enter" or not session.get_one(Workspace, 1).demo:
            raise PeopleError(VOID)
        _, person = _take(session, token, now)
        visit = begin(session, person, place, now)
        return visit


def _take(session: Session, token: str, now: datetime) -> tuple[Invitation, Person]:
    found = _alive(session, token, now)
    if found is None:  # somebody was quicker with the same link
        raise PeopleError(VOID)
    found[0].used_at = utc(now)
    return found


def revoke_of(session: Session, person: Person, now: datetime) -> None:
    """Links given to somebody, but not used yet, are void."""
    _revoke(session, Invitation.person_id == person.id, now)


def revoke_all(session: Session, person: Person, now: datetime) -> None:
    """Links given to or by somebody, but not used yet, are void."""
    _revoke(session, or_(Invitation.person_id == person.id, Invitation.invited_by == person.login), now)


def _revoke(session: Session, which: object, now: datetime) -> None:
    open_ones = select(Invitation).where(which, col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None))  # type: ignore[arg-type]
    for one in session.exec(open_ones):
        one.revoked_at = utc(now)


def waiting(session: Session, now: datetime) -> dict[int, Invitation]:
    """The links that still work, by person."""
    alive = (col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None), col(Invitation.expires_at) > now)
    return {one.person_id: one for one in session.exec(select(Invitation).where(*alive, Invitation.kind != "enter"))}


def disable(session: Session, person: Person, by: str, now: datetime) -> None:
    """Nobody signs in as them any more; every visit ends now, and invitations they gave or were given are void. The
    links they were sent to sign by are another room's (``cms.review.links.void_of``)."""
    person.disabled_at, person.disabled_by = utc(now), by
    session.add(person)
    end_visits(session, person.id, "账号已停用", now)
    revoke_all(session, person, now)
    audit.record(session, by, "person.disable", f"person:{person.login}", {}, now)


def enable(session: Session, person: Person, by: str, now: datetime) -> None:
    """They may sign in again, with the password they had."""
    person.disabled_at, person.disabled_by = None, ""
    session.add(person)
    audit.record(session, by, "person.enable", f"person:{person.login}", {}, now)


def last_seen(session: Session, ids: list[int]) -> dict[int, datetime]:
    """When each of these was last here."""
    query = select(SignIn.person_id, SignIn.seen_at).where(col(SignIn.person_id).in_(ids)).order_by(col(SignIn.seen_at))
    return dict(session.exec(query).all())
