"""人员: who works in which unit and as what; inviting, giving and taking roles, disabling, all within a scope."""

import itertools
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.people import PeopleError, Person, appoint, enrolment, invitations, lockouts, phones, roles
from cms.people.rows import Appointment, Invitation
from cms.review import links
from cms.web import outside
from cms.web.desk import Desk, day
from cms.web.entrance import now, scope, who
from cms.web.mine import qr

Shown = str | tuple[str, int] | Answer
OWN = "不能改自己的角色或停用自己，请另一位管理员来做。"
LISTED = 60
"""People on a page: each has several forms."""
NOT_YOURS = "这个角色或单位不归您管，请上一级管理员来做。"


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 人员."""
    staff = Blueprint("staff", __name__)
    people = desk.people

    def refused(error: PeopleError) -> tuple[str, int]:
        return render_template("staff.html", **_everything(desk), sentence=error.sentence, form=request.form), 422

    def linked(token: str, person: Person) -> str:
        address = outside.address(desk, "door.invited", token=token)
        dead = outside.unreached(desk, "重新生成链接")
        return render_template("invited.html", address=address, qr=qr(address), person=person, dead=dead)

    @staff.get("/people")
    def page() -> str:
        return render_template("staff.html", **_everything(desk), sentence="", form={})

    @staff.post("/people/invite")
    def invite() -> Shown:
        role, unit_id = request.form.get("role", ""), _number("unit")
        try:
            _check_grant(role, unit_id)
            with session_scope(people.engine) as session:
                lockouts.count(session, [lockouts.inviting(who().login)], now())
                person = invitations.add_person(session, request.form.get("login", ""), request.form.get("name", ""))
                token = invitations.invite(session, person, who().login, now(), role=role, unit_id=unit_id)
        except PeopleError as error:
            return refused(error)
        return linked(token, person)

    @staff.post("/people/phone")
    def register() -> Shown:
        role, unit_id, given = request.form.get("role", ""), _number("unit"), request.form
        try:
            _check_grant(role, unit_id)
            with session_scope(people.engine) as session:
                lockouts.count(session, [lockouts.inviting(who().login)], now())
                login, name, number = (given.get(one, "") for one in ("login", "name", "number"))
                person = phones.register(people, session, login, name, role, unit_id, number, who().login, now())
        except PeopleError as error:
            return refused(error)
        return _back(person.id)

    @staff.post("/people/<int:person_id>/phone")
    def phone(person_id: int) -> Shown:
        number = "" if request.form.get("forget") else request.form.get("number", "").strip()
        try:
            with session_scope(people.engine) as session:
                person = _ruled(session, person_id)
                if not number and not request.form.get("forget"):
                    raise PeopleError("请写手机号（11 位数字）；要去掉，请点“去掉手机号”。")
                phones.keep_number(people, session, person, number, who().login, now())
                links.void_of(session, person, now())
        except PeopleError as error:
            return refused(error)
        return _back(person_id)

    @staff.post("/people/<int:person_id>/link")
    def link(person_id: int) -> Shown:
        try:
            with session_scope(people.engine) as session:
                person = _ruled(session, person_id)
                lockouts.count(session, [lockouts.inviting(who().login)], now())
                waiting = invitations.waiting(session, now()).get(person.id)
                if person.password_hash:
                    enrolment.reset(session, person, who().login, now())
                kind, role, unit_id = (waiting.kind, waiting.role, waiting.unit_id) if waiting else ("reset", "", None)
                token = invitations.invite(session, person, who().login, now(), kind, role, unit_id)
        except PeopleError as error:
            return refused(error)
        return linked(token, person)

    @staff.post("/people/<int:person_id>/grant")
    def grant(person_id: int) -> Shown:
        role, unit_id = request.form.get("role", ""), _number("unit")
        try:
            _check_grant(role, unit_id)
            with session_scope(people.engine) as session:
                appoint(session, _ruled(session, person_id), role, unit_id, who().login, now())
        except PeopleError as error:
            return refused(error)
        return _back(person_id)

    @staff.post("/people/<int:person_id>/take")
    def take(person_id: int) -> Shown:
        try:
            with session_scope(people.engine) as session:
                person = _ruled(session, person_id)
                held = session.get(Appointment, _number("appointment"))
                if held is None or held.person_id != person.id or not scope().holds(held.unit_id):
                    abort(404)
                _check_grant(held.role, held.unit_id)
                roles.dismiss(session, held, who().login, now())
        except PeopleError as error:
            return refused(error)
        return _back(person_id)

    @staff.post("/people/<int:person_id>/disable")
    def disable(person_id: int) -> Shown:
        try:
            with session_scope(people.engine) as session:
                person = _ruled(session, person_id)
                invitations.disable(session, person, who().login, now())
                links.void_of(session, person, now())
        except PeopleError as error:
            return refused(error)
        return _back(person_id)

    @staff.post("/people/<int:person_id>/enable")
    def enable(person_id: int) -> Shown:
        try:
            with session_scope(people.engine) as session:
                invitations.enable(session, _ruled(session, person_id), who().login, now())
        except PeopleError as error:
            return refused(error)
        return _back(person_id)

    return staff


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _back(person_id: int) -> Answer:
    return redirect(f"{url_for('staff.page', person=person_id)}#p{person_id}", 303)


def _check_grant(role: str, unit_id: int) -> None:
    """A unit out of reach is answered like one that is not there."""
    if not scope().holds(unit_id):
        abort(404)
    if not roles.may_grant(who().appointments, role, unit_id, who().units):
        raise PeopleError(NOT_YOURS)


def _ruled(session: Session, person_id: int) -> Person:
    """Somebody this administrator may change: all that they are lies within reach. Others are not there at all where
    nothing of theirs does; where only a part does, it is said whose they are."""
    person = session.get(Person, person_id)
    if person is None or person.id not in _visible(session):
        abort(404)
    if person.id == who().person_id:
        raise PeopleError(OWN)
    pairs = [(one.role, one.unit_id) for one in roles.appointments_of(session, person.id)]
    waiting = invitations.waiting(session, now()).get(person.id)
    if waiting and waiting.unit_id is not None:
        pairs.append((waiting.role, waiting.unit_id))
    if not all(roles.may_grant(who().appointments, role, unit, who().units) for role, unit in pairs):
        raise PeopleError(NOT_YOURS)
    return person


def _visible(session: Session) -> set[int]:
    """The people with a role, or an invitation, in this scope."""
    held = select(Appointment.person_id).where(scope().over(Appointment.unit_id))
    asked = select(Invitation.person_id).where(scope().over(Invitation.unit_id))
    return {*session.exec(held), *session.exec(asked), *_unattached(session)}


def _unattached(session: Session) -> list[int]:
    """People without any role belong to the house: whoever rules its own province sees them."""
    if not scope().holds(who().units.top):
        return []
    held, asked = (
        select(Appointment.person_id),
        select(Invitation.person_id).where(col(Invitation.unit_id).is_not(None)),
    )
    return list(session.exec(select(Person.id).where(col(Person.id).not_in(held), col(Person.id).not_in(asked))))


def _everything(desk: Desk) -> dict[str, Any]:
    """The page: units in order, each with its people, as far as this scope goes."""
    names = desk.unit_names()
    with read_scope(desk.people.engine) as session:
        seen = _visible(session)
        persons = {one.id: one for one in session.exec(select(Person).where(col(Person.id).in_(seen)))}
        query = select(Appointment).where(scope().over(Appointment.unit_id)).order_by(col(Appointment.id))
        held = list(session.exec(query))
        waiting = {
            person: one
            for person, one in invitations.waiting(session, now()).items()
            if person in seen and (one.unit_id is None or scope().holds(one.unit_id))
        }
        here = invitations.last_seen(session, list(seen))
        numbers = phones.numbers(session, seen)
    within = _by_unit(held, waiting)
    groups = [
        (unit_id, names.get(unit_id, slug), _rows(within.get(unit_id, {}), persons, waiting, here, numbers))
        for unit_id, slug in scope().units
    ]
    loose = (
        set(persons)
        - {one.person_id for one in held}
        - {person for person, one in waiting.items() if one.unit_id is not None}
    )
    if loose:
        rows = [_row(persons[one], [], waiting.get(one), here, numbers) for one in sorted(loose)]
        groups.append((0, "还没有角色", rows))
    counts = {unit_id: len(rows) for unit_id, _, rows in groups}
    words = request.args.get("words", "").strip()[:40].casefold()
    flat = [(unit_id, title, row) for unit_id, title, rows in groups for row in rows if _is_named(row["person"], words)]
    pages = max(1, -(-len(flat) // LISTED))
    number = min(pages, _page_asked(flat))
    grantable = {
        unit_id: [role for role in roles.ROLES if roles.may_grant(who().appointments, role, unit_id, who().units)]
        for unit_id, _ in scope().units
    }
    return {
        "groups": _grouped(flat[(number - 1) * LISTED : number * LISTED], counts),
        "page": number,
        "pages": pages,
        "sought": request.args.get("words", "").strip()[:40],
        "units": [(unit_id, names.get(unit_id, slug)) for unit_id, slug in scope().units if grantable[unit_id]],
        "roles": list(dict.fromkeys(role for own in grantable.values() for role in own)),
        "by_phone": [one for one in phones.BY_PHONE if any(one in own for own in grantable.values())],
        "me": who().person_id,
        "total": len(persons),
    }


Flat = list[tuple[int, str, dict[str, Any]]]


def _page_asked(flat: Flat) -> int:
    """The page asked for, or the one somebody is on."""
    person, page = request.args.get("person", ""), request.args.get("page", "")
    at = next((at for at, (_, _, row) in enumerate(flat) if str(row["person"].id) == person), None)
    if at is not None:
        return at // LISTED + 1
    return max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1


def _is_named(person: Person, words: str) -> bool:
    return words in person.name.casefold() or words in person.login


def _grouped(flat: Flat, counts: dict[int, int]) -> list[tuple[int, str, int, list[dict[str, Any]]]]:
    """A page's people by unit, each with how many the unit has in all."""
    units = itertools.groupby(flat, key=lambda one: one[:2])
    return [(unit_id, title, counts[unit_id], [row for _, _, row in rows]) for (unit_id, title), rows in units]


def _by_unit(held: list[Appointment], waiting: dict[int, Invitation]) -> dict[int, dict[int, list[Appointment]]]:
    """What each is in each unit, in one pass: there are hundreds of both."""
    found: dict[int, dict[int, list[Appointment]]] = {}
    for one in held:
        found.setdefault(one.unit_id, {}).setdefault(one.person_id, []).append(one)
    for person_id, asked in waiting.items():
        if asked.unit_id is not None:
            found.setdefault(asked.unit_id, {}).setdefault(person_id, [])
    return found


def _rows(
    own: dict[int, list[Appointment]], persons: dict[int, Person], waiting: dict[int, Invitation], here: Any,
    numbers: Mapping[int, str],
) -> list[dict[str, Any]]:  # fmt: skip
    return [_row(persons[one], mine, waiting.get(one), here, numbers) for one, mine in own.items() if one in persons]


def _row(
    person: Person, held: list[Appointment], asked: Invitation | None, here: Any, numbers: Mapping[int, str]
) -> dict[str, Any]:
    state = "off" if person.disabled_at else "asked" if asked else "in" if person.password_hash else "none"
    number = numbers.get(person.id, "")
    state = "phone" if state == "none" and number else state
    seen = here.get(person.id)
    return {
        "person": person,
        "held": held,
        "asked": asked,
        "until": day(asked.expires_at) if asked else "",
        "state": state,
        "number": number,
        "may_phone": state != "off" and any(one.role in phones.BY_PHONE for one in held),
        "seen": day(seen) if seen else "",
    }
