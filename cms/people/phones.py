"""只用手机签字: somebody who reviews or signs by one-time links to a registered telephone, and has no account.

Who has a password signs in; nobody has both ways at once. A link itself is made in ``cms.review.links``.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from cms import audit
from cms.people import enrolment
from cms.people.desk import PeopleDesk, masked
from cms.people.invitations import add_person, revoke_of
from cms.people.roles import REVIEWER, SIGNER, PeopleError, appoint, appointments_of
from cms.people.rows import Appointment, Contact, Person

BY_PHONE = (REVIEWER, SIGNER)
"""The roles that can be lived by telephone alone: they sign, and change nothing else."""
WAY = "sms"


def register(
    desk: PeopleDesk, session: Session, login: str, name: str, role: str, unit_id: int, number: str, by: str,
    now: datetime,
) -> Person:  # fmt: skip
    """A new person without an account, who signs as ``role`` in a unit by links to ``number`` (11 digits)."""
    if role not in BY_PHONE:
        raise PeopleError(f"只用手机签字的人只能担任{'或'.join(BY_PHONE)}；别的角色要有账号，请生成邀请链接。")
    if not number.strip():
        raise PeopleError("请写手机号（11 位数字）：签字链接和验证码都发到这部手机。")
    person = add_person(session, login, name)
    appoint(session, person, role, unit_id, by, now)
    keep_number(desk, session, person, number, by, now)
    return person


def keep_number(desk: PeopleDesk, session: Session, person: Person, number: str, by: str, now: datetime) -> None:
    """Register the telephone, or another in its place; "" takes it away, and no link can be sent any more. An account
    they had is gone with it: password and second step are void, every visit ends, links to come in are void."""
    number = number.strip()
    if person.disabled_at:
        raise PeopleError(f"{person.name}的账号已停用，请先启用再登记手机号。")
    if number:
        if not any(one.role in BY_PHONE for one in appointments_of(session, person.id)):
            raise PeopleError(f"{person.name}不担任{'或'.join(BY_PHONE)}，没有要签的，请先给角色再登记手机号。")
        if person.password_hash or person.totp_sealed:
            enrolment.reset(session, person, by, now)
        revoke_of(session, person, now)
    elif person.password_hash:
        raise PeopleError(f"{person.name}有账号，手机号由本人在“我的”里改。")
    desk.keep_contact(session, person.id, WAY, number)
    shown = masked(WAY, number) if number else ""
    audit.record(session, by, "person.phone", f"person:{person.login}", {"number": shown}, now)


def numbers(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The registered telephones of those among these who sign by them alone (a role to sign in, and no account), as
    much of each as may be seen."""
    signs = select(Appointment.person_id).where(col(Appointment.role).in_(BY_PHONE))
    query = select(Contact.person_id, Contact.shown).where(
        Contact.person_id == Person.id, Contact.way == WAY, Person.password_hash == "", col(Person.id).in_(ids),
        col(Person.id).in_(signs),
    )  # fmt: skip
    return dict(session.exec(query).all())
