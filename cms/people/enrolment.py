"""What people set up for themselves: password, second step, recovery codes, contacts, and ending other visits."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from channels.contract import AdministratorError
from cms import audit
from cms.db import session_scope, utc
from cms.people import beginning, codes, lockouts, passwords
from cms.people.desk import PeopleDesk
from cms.people.roles import PeopleError
from cms.people.rows import Person, RecoveryCode, SignIn
from cms.people.visits import Place, Visitor, end_visits, new_token

STALE = "这一页打开太久了，请刷新后重新扫码。"


def change_password(desk: PeopleDesk, who: Visitor, old: str, new: str, place: Place, now: datetime) -> str:
    """A new password: every other visit ends, and this one goes on under the token returned."""
    keys = [lockouts.account(f"{who.login} old"), lockouts.address(place.address)]
    with session_scope(desk.engine) as session:
        lockouts.count(session, keys, now)
        kept = session.get_one(Person, who.person_id).password_hash
    # Who was let in by a demo's link has none yet, and may set the first.
    if kept and not passwords.is_right(kept, old):
        raise PeopleError("现在的密码不对，请重新输入。")
    fresh = passwords.hash_of(new, who.login)
    with session_scope(desk.engine) as session:
        lockouts.forgive(session, keys[0], keys[1:])
        person = session.get_one(Person, who.person_id)
        person.password_hash, person.password_at = fresh, utc(now)
        audit.record(session, who.login, "person.set_password", f"person:{who.login}", {"by": "self"}, now)
        return _go_on(session, who, "密码已更改", now)


def _go_on(session: Session, who: Visitor, why: str, now: datetime) -> str:
    """This visit under a new token, the others ended."""
    end_visits(session, who.person_id, why, now, but=who.sign_in)
    row = session.get_one(SignIn, who.sign_in)
    token, row.token_hash = new_token()
    return token


def sealed(desk: PeopleDesk, who: Visitor, secret: str) -> str:
    """The secret somebody is about to scan, as their page may carry it until they prove they have."""
    return desk.seal(secret, f"enrol:{who.sign_in}")


def opened(desk: PeopleDesk, who: Visitor, text: str) -> str:
    """The secret their page carried; PeopleError when it is another visit's."""
    try:
        return desk.open(text, f"enrol:{who.sign_in}")
    except (AdministratorError, ValueError) as error:
        raise PeopleError(STALE) from error


def enrol(desk: PeopleDesk, who: Visitor, secret: str, said: str, place: Place, now: datetime) -> tuple[str, list[str]]:
    """Keep the second step once its code was right: the token to go on under, and ten recovery codes to print."""
    with session_scope(desk.engine) as session:
        lockouts.count(session, [lockouts.account(f"{who.login} enrol"), lockouts.address(place.address)], now)
    step = codes.step_matching(secret, said, now, after=0)
    if step is None:
        raise PeopleError("验证码不对，请看手机上现在的六位数字再输；一直不对，请检查手机的时间。")
    with session_scope(desk.engine) as session:
        lockouts.forgive(session, lockouts.account(f"{who.login} enrol"))
        person = session.get_one(Person, who.person_id)
        if person.totp_sealed:
            raise PeopleError("两步验证已经开启；要换手机，请先在“我的”里关闭再设置。")
        person.totp_sealed, person.totp_step = desk.seal(secret, f"totp:{person.id}"), step
        recovery = _new_recovery(session, person.id)
        beginning.crown(session, person, now)
        row = session.get_one(SignIn, who.sign_in)
        row.checked_at = utc(now)
        audit.record(session, who.login, "person.second_step", f"person:{who.login}", {"on": True}, now)
        return _go_on(session, who, "已开启两步验证", now), recovery


def drop(desk: PeopleDesk, who: Visitor, now: datetime) -> None:
    """Turn the second step off, to set it up on another phone."""
    with session_scope(desk.engine) as session:
        forget_second_step(session, session.get_one(Person, who.person_id), who.login, now)


def forget_second_step(session: Session, person: Person, by: str, now: datetime) -> None:
    """No code is asked for; where a role needs one, it is set up anew before anything else."""
    person.totp_sealed, person.totp_step = "", 0
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person.id))
    audit.record(session, by, "person.second_step", f"person:{person.login}", {"on": False}, now)


def renew_recovery(desk: PeopleDesk, who: Visitor, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones are void."""
    if not who.has_code:
        raise PeopleError("还没有开启两步验证，请先开启。")
    with session_scope(desk.engine) as session:
        audit.record(session, who.login, "person.recovery_codes", f"person:{who.login}", {}, now)
        return _new_recovery(session, who.person_id)


def _new_recovery(session: Session, person_id: int) -> list[str]:
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    fresh = codes.new_recovery_codes()
    session.add_all(RecoveryCode(person_id=person_id, code_hash=codes.recovery_hash(one)) for one in fresh)
    return fresh


def recovery_left(session: Session, person_id: int) -> int:
    """How many recovery codes are unused."""
    query = select(func.count()).where(RecoveryCode.person_id == person_id, col(RecoveryCode.used_at).is_(None))
    return session.exec(query).one()


def others_out(desk: PeopleDesk, who: Visitor, now: datetime) -> int:
    """Sign out everywhere else; how many visits ended."""
    with session_scope(desk.engine) as session:
        ended = end_visits(session, who.person_id, "在别处退出", now, but=who.sign_in)
        audit.record(session, who.login, "person.others_out", f"person:{who.login}", {"ended": ended}, now)
        return ended


def keep_contacts(desk: PeopleDesk, who: Visitor, given: Mapping[str, str], now: datetime) -> None:
    """Keep what was filled in; "-" forgets one, an empty field leaves what is there."""
    with session_scope(desk.engine) as session:
        changed = [way for way, where in given.items() if where.strip()]
        for way in changed:
            desk.keep_contact(session, who.person_id, way, given[way].strip().removeprefix("-"))
        if changed:
            audit.record(session, who.login, "person.contacts", f"person:{who.login}", {"ways": changed}, now)


def reset(session: Session, person: Person, by: str, now: datetime) -> None:
    """Password and second step are void, every visit ends; a link to start again is the next step."""
    person.password_hash = ""
    if person.totp_sealed:
        forget_second_step(session, person, by, now)
    end_visits(session, person.id, "管理员重置", now)
    audit.record(session, by, "person.reset", f"person:{person.login}", {}, now)
