"""审签设置: which stages each grade asks for in one's units, and who reviews on loan until when."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response as Answer

from cms import review
from cms.db import read_scope, session_scope
from cms.matrix import Unit
from cms.people import Person
from cms.people.roles import NEEDS_CODE, REVIEWER, SIGNER, tree
from cms.people.rows import Appointment
from cms.review import DEFAULTS, GRADES, GradeError, Loan, LoanError, Stage, loans
from cms.review.grades import TAKERS
from cms.review.policies import ORDER
from cms.web.desk import SHANGHAI, Desk, day
from cms.web.entrance import now, scope, who
from cms.web.permits import PERMITS

NEEDED = frozenset({one.step for one in DEFAULTS["A"]})


def add(reviewing: Blueprint, desk: Desk) -> None:
    """The routes of the settings."""

    @reviewing.get("/review/rules")
    def rules() -> str:
        return _page(desk, "")

    @reviewing.post("/review/rules")
    def set_rules() -> Answer | tuple[str, int]:
        unit_id, grade = _unit(), request.form.get("grade", "")
        try:
            with session_scope(desk.people.engine) as session:
                stages = [] if request.form.get("default") else _stages(session, unit_id, grade)
                review.set_stages(session, unit_id, grade, stages, who().login, now())
        except GradeError as error:
            return _page(desk, str(error)), 422
        return redirect(f"{url_for('reviewing.rules')}?unit={unit_id}", 303)

    @reviewing.post("/review/adoptions")
    def set_adoptions() -> Answer:
        unit_id = _unit()
        with session_scope(desk.people.engine) as session:
            wanted = {grade: bool(request.form.get(f"one-{grade}")) for grade in GRADES}
            review.rule_adoptions(session, unit_id, wanted, who().login, now())
        return redirect(f"{url_for('reviewing.rules')}?unit={unit_id}#adoptions", 303)

    @reviewing.post("/review/loans")
    def lend() -> Answer | tuple[str, int]:
        unit_id = _unit()
        try:
            until = datetime.fromisoformat(request.form.get("until", "")).replace(tzinfo=SHANGHAI) + timedelta(days=1)
        except (ValueError, OverflowError):
            return _page(desk, "请选代审到哪一天。"), 422
        try:
            with session_scope(desk.people.engine) as session:
                person = session.exec(
                    select(Person).where(Person.login == request.form.get("login", "").strip())
                ).first()
                if person is None:
                    raise LoanError("没有这位同事，请写对方的登录名。")
                role = request.form.get("role", "")
                if role in NEEDS_CODE and not person.totp_sealed:
                    raise LoanError(f"{person.name}还没有设置两步验证，不能代{role}，请对方先设置。")
                review.lend(session, person, unit_id, role, until, request.form.get("why", ""), who().login, now())
        except LoanError as error:
            return _page(desk, str(error)), 422
        return redirect(f"{url_for('reviewing.rules')}?unit={unit_id}#loans", 303)

    @reviewing.post("/review/loans/<int:number>/end")
    def end_loan(number: int) -> Answer:
        with session_scope(desk.people.engine) as session:
            loan = session.get(Loan, number)
            if loan is None or not scope().holds(loan.unit_id):
                abort(404)
            review.end_loan(session, loan, who().login, now())
            unit_id = loan.unit_id
        return redirect(f"{url_for('reviewing.rules')}?unit={unit_id}#loans", 303)


def _unit() -> int:
    """The unit the form is about; one out of reach is not there."""
    text = request.values.get("unit", "")
    number = int(text) if text.isdecimal() and len(text) < 10 else 0
    if not scope().holds(number):
        abort(404)
    return number


def _stages(session: Session, unit_id: int, grade: str) -> list[Stage]:
    """The stages the form ticks, with the built-in takers."""
    known = {one.step: one for one in review.stages_for(session, unit_id, grade)}
    found = []
    for step in (one for one in ORDER if one in TAKERS):
        if step not in NEEDED and not request.form.get(f"step-{step}"):
            continue
        one = known.get(step) or next((x for x in DEFAULTS.get(grade, ()) if x.step == step), TAKERS[step])
        is_apart = bool(request.form.get("apart")) if step == "签发" else one.is_apart
        login = request.form.get(f"person-{step}", "").strip()
        person = _named(session, login) if login else None
        if login and person is None:
            raise GradeError(f"没有登录名是“{login}”的同事，请检查{step}指定的人。")
        found.append(Stage(step, one.role, one.reach, is_apart, person.id if person else None))
    return found


def _page(desk: Desk, sentence: str) -> str:
    chosen = request.values.get("unit", "")
    with read_scope(desk.people.engine) as session:
        names = dict(session.exec(select(Unit.id, Unit.short)).all())
        units = [(one, names[one]) for one in scope().ids if one in names]
        unit_id = int(chosen) if chosen.isdecimal() and scope().holds(int(chosen)) else _own(session)
        logins = dict(session.exec(select(Person.id, Person.login)).all())
        told: dict[str, Any] = {
            "units": sorted(units),
            "unit_id": unit_id,
            "unit": names.get(unit_id, ""),
            "grades": {
                key: (words, {one.step: one for one in review.stages_for(session, unit_id, key)})
                for key, words in GRADES.items()
            },
            "adoptions": {one: review.one_is_enough(session, unit_id, one) for one in GRADES},
            "rules_adoptions": _may_rule_adoptions(unit_id),
            "extra": [one for one in ORDER if one in TAKERS and one not in NEEDED],
            "order": [one for one in ORDER if one in TAKERS],
            "needed": NEEDED,
            "logins": logins,
            "loans": [
                (one, session.get_one(Person, one.person_id), names.get(one.unit_id, ""), _last_day(one))
                for one in session.exec(select(Loan).where(scope().over(Loan.unit_id)).order_by(col(Loan.id).desc()))
                if one.ended_at is None and one.until > now()
            ],
            "roles": (REVIEWER, SIGNER),
            "longest": loans.LONGEST.days,
            "last_day": loans.last_day(now()).isoformat(),
            "colleagues": _colleagues(session),
        }  # fmt: skip
    return render_template("reviewing/rules.html", **told, sentence=sentence, said=request.form)


def _named(session: Session, login: str) -> Person | None:
    return session.exec(select(Person).where(Person.login == login.strip())).first()


def _last_day(loan: Loan) -> str:
    """The last day it holds."""
    return day(loan.until - timedelta(minutes=1))


def _may_rule_adoptions(unit_id: int) -> bool:
    """Whether the one who looks is 省级管理员 over this unit."""
    visitor = who()
    reach = PERMITS["reviewing.set_adoptions", "POST"].roles
    return visitor.units.scope(visitor.held, reach).holds(unit_id)


def _own(session: Session) -> int:
    """The highest unit in reach."""
    units = tree(session)
    held = [one.unit_id for one in who().appointments if scope().holds(one.unit_id)]
    return held[0] if held else (units.top or 0)


def _colleagues(session: Session) -> list[Person]:
    """Who reviews or signs anywhere in the house, for the list of names to borrow."""
    held = select(Appointment.person_id).where(col(Appointment.role).in_((REVIEWER, SIGNER)))
    query = select(Person).where(col(Person.id).in_(held), col(Person.disabled_at).is_(None))
    return list(session.exec(query.order_by(col(Person.id))))
