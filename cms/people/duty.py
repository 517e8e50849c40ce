"""找谁: who looks after a unit's copies: the nearest person whose role lets them, by name and how they are reached; and
honest words where nobody is appointed."""

from collections.abc import Callable

from sqlmodel import Session, col, select

from cms.db import fetch, once
from cms.matrix import Unit
from cms.people.mandates import HANDLERS
from cms.people.roles import CITY, EDITOR, PROVINCE, SIGNER, tree
from cms.people.rows import Appointment, Contact, Person

ORDER = (EDITOR, SIGNER, CITY, PROVINCE)
"""Whoever works in the unit every day before those who rule it."""
NOBODY = "没有任命的人"
NOBODY_WORDS = "本单位和上级都没有任命能办的人，请管理员先在“人员”里任命编辑或签发人（yigao person add），再指定人来办"


_ABLE = (
    select(Appointment)
    .where(Appointment.person_id == Person.id, col(Person.disabled_at).is_(None), col(Appointment.role).in_(ORDER))
    .order_by(col(Appointment.id))
)


def on_duty(session: Session, unit_id: int) -> Appointment | None:
    """The appointment of who handles this unit's copies: in the unit itself, else in the nearest one above; None where
    nobody who is not disabled has such a role."""
    able = once(session, "duty", lambda: _able(session))
    for depth, here in enumerate(tree(session).above(unit_id)):
        mine = [one for one in able.get(here, ()) if depth == 0 or HANDLERS[one.role] == "below"]
        if mine:
            return min(mine, key=lambda one: (ORDER.index(one.role), one.id))
    return None


def _able(session: Session) -> dict[int, list[Appointment]]:
    """Whoever can handle copies, by unit, the longest appointed first."""
    found: dict[int, list[Appointment]] = {}
    for one in fetch(session, _ABLE):
        found.setdefault(one.unit_id, []).append(one)
    return found


def login_on_duty(session: Session, unit_id: int) -> str:
    """The login of who handles this unit's copies; NOBODY where nobody is appointed."""
    found = on_duty(session, unit_id)
    return session.get_one(Person, found.person_id).login if found else NOBODY


def overseers(session: Session, unit_id: int) -> list[int]:
    """The administrators of the unit, or of the nearest one above it that has some, by their persons' ids."""
    query = select(Person.id).where(
        Appointment.person_id == Person.id, col(Person.disabled_at).is_(None),
        col(Appointment.role).in_((CITY, PROVINCE)),
    )  # fmt: skip
    for here in tree(session).above(unit_id):
        found = list(session.exec(query.where(Appointment.unit_id == here).order_by(col(Person.id)).distinct()))
        if found:
            return found
    return []


Opened = Callable[[Contact], str]
"""How a registered telephone is read in full."""


def called(session: Session, login: str, unit_id: int, opened: Opened | None = None) -> str:
    """The person with this login as somebody looks for them: name, role, unit and telephone. Where the login is
    nobody's (any more), who handles the unit now; NOBODY_WORDS where there is nobody. ``opened``: for who may call
    them, the whole number; without it, as much of it as anybody may see."""
    return once(session, ("called", login, unit_id, opened is None), lambda: _called(session, login, unit_id, opened))


def _called(session: Session, login: str, unit_id: int, opened: Opened | None) -> str:
    query = select(Person).where(Person.login == login, col(Person.disabled_at).is_(None))
    person = session.exec(query).one_or_none()
    held = _held(session, person, unit_id) if person else on_duty(session, unit_id)
    if person is None and held is not None:
        person = session.get_one(Person, held.person_id)
    if person is None:
        return NOBODY_WORDS
    said = [_post(session, held)] if held else []
    phone = session.get(Contact, (person.id, "sms"))
    number = (opened(phone) if opened else phone.shown) if phone else ""
    return f"{person.name}（{'，'.join([*said, f'手机 {number}' if number else '没有登记手机'])}）"


def _held(session: Session, person: Person, unit_id: int) -> Appointment | None:
    """What they are in the unit, or in the nearest one above it."""
    found = session.exec(select(Appointment).where(Appointment.person_id == person.id)).all()
    near = {unit: depth for depth, unit in enumerate(tree(session).above(unit_id))}
    mine = [one for one in found if one.unit_id in near and one.role in ORDER]
    return min(mine, key=lambda one: (near[one.unit_id], ORDER.index(one.role)), default=None)


def _post(session: Session, held: Appointment) -> str:
    return f"{session.get_one(Unit, held.unit_id).short}{held.role}"
