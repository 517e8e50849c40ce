"""省级来稿: what a unit above has signed, and the form that takes it over for one's own accounts."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session, select
from werkzeug.wrappers import Response as Answer

from channels import registry
from cms import review
from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit
from cms.people import Person
from cms.releases import adopting
from cms.releases.adopting import Offer, Wish
from cms.releases.submitting import SubmitError
from cms.review import submissions
from cms.web.desk import SHANGHAI, Desk, day, rank
from cms.web.entrance import now, scope, who
from cms.web.preview import FILMED
from cms.web.reviewing.reading import galley_of
from cms.web.reviewing.showing import paragraphs

Shown = Answer | tuple[str, int] | str


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 省级来稿."""
    routes = Blueprint("adopting", __name__)

    @routes.get("/stories/from-above")
    def page() -> str:
        return _listed(desk, "")

    @routes.get("/stories/from-above/<slug>")
    def show(slug: str) -> Shown:
        return _form(desk, slug, "")

    @routes.post("/stories/from-above/<slug>")
    def take(slug: str) -> Shown:
        unit_id = _unit()
        try:
            with session_scope(desk.people.engine) as session:
                me = session.get_one(Person, who().person_id)
                number = adopting.adopt(session, slug, unit_id, me, _wish(), now()).id
        except SubmitError as error:
            return _form(desk, slug, str(error))
        return redirect(url_for("reviewing.show", number=number), 303)

    return routes


def below_somebody() -> bool:
    """Whether whoever looks may adopt for a unit that has another above it."""
    visitor = who()
    parents = {one: parent for one, _, parent in visitor.units.rows}
    own = (one.unit_id for one in visitor.appointments if one.role in adopting.ADOPTERS)
    return any(parents.get(one) is not None for one in own)


def _unit() -> int:
    """The unit one adopts for: one's own; another's is not there."""
    text = request.values.get("unit", "")
    if not text:
        parents = {one: parent for one, _, parent in who().units.rows}
        return min(scope().ids, key=lambda one: (parents.get(one) is None, one))
    number = int(text) if text.isdecimal() and len(text) < 10 else 0
    if not scope().holds(number):
        abort(404)
    return number


def _wish() -> Wish:
    try:
        due = datetime.strptime(request.form.get("due", ""), "%Y-%m-%dT%H:%M").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise SubmitError("请选发布的日期和时间。") from error
    return Wish(due, tuple(request.form.getlist("channel")), request.form.get("note", "")[:500])


def _listed(desk: Desk, sentence: str) -> str:
    unit_id = _unit()
    with read_scope(desk.people.engine) as session:
        units = dict(session.exec(select(Unit.id, Unit.short)).all())
        found = adopting.offered(session, unit_id)
        rows = [_row(session, one) for one in found]
        has_above = session.get_one(Unit, unit_id).parent_id is not None
    return render_template(
        "adopting/list.html",
        rows=rows,
        unit_id=unit_id,
        unit=units[unit_id],
        units=sorted((one, units[one]) for one in scope().ids),
        has_above=has_above,
        sentence=sentence,
    )


def _row(session: Session, one: Offer) -> dict[str, Any]:
    """One offer in the list."""
    open_one = one.under_way
    turn = submissions.turn_of(session, open_one) if open_one and not one.is_old else None
    waits = [each.name for each in submissions.candidates(session, open_one, now())] if open_one and turn else []
    return {
        "slug": one.story.slug,
        "headline": one.story.headline,
        "unit": one.unit,
        "number": one.revision.number,
        "grade": one.grade,
        "due": day(one.due_at),
        "is_out": one.due_at <= now(),
        "one_step": one.one_step,
        "is_old": one.is_old,
        "submission": open_one.id if open_one else 0,
        "waits": "、".join(waits[:3]) + ("等" if len(waits) > 3 else ""),
    }


def _form(desk: Desk, slug: str, sentence: str) -> Shown:
    unit_id = _unit()
    with read_scope(desk.people.engine) as session:
        offer = next(iter(adopting.offered(session, unit_id, slug)), None)
        if offer is not None:
            told = _told(desk, session, offer, unit_id)
    if offer is None:
        return _listed(desk, sentence or adopting.NOT_THERE), 422
    if offer.under_way is not None and not offer.is_old and not sentence:
        return redirect(url_for("reviewing.show", number=offer.under_way.id), 303)
    html = render_template("adopting/one.html", **told, sentence=sentence, said=request.form)
    return (html, 422) if sentence else html


def _told(desk: Desk, session: Session, offer: Offer, unit_id: int) -> dict[str, Any]:
    """All that the form shows."""
    accounts = list(session.exec(select(Account).where(Account.unit_id == unit_id)))
    channels = sorted({one.channel for one in accounts}, key=rank)
    names = {one: [each.name for each in accounts if each.channel == one] for one in channels}
    manuscript = galley_of(desk).manuscript(offer.revision.manuscript_hash)
    return {
        "row": _row(session, offer),
        "unit_id": unit_id,
        "unit": session.get_one(Unit, unit_id).short,
        "signers": review.signers_of(session, offer.source, offer.story, offer.revision.manuscript_hash),
        "channels": [(one, registry.get(one).title, names[one], one not in FILMED) for one in channels],
        "due": _slot(offer),
        "paragraphs": [
            one for one in paragraphs(session, manuscript) if [words for _, words in one[1]] != [offer.story.headline]
        ],
        "day": day,
        "grades": review.GRADES,
    }


def _slot(offer: Offer) -> str:
    """The slot it has above, or the next full hour."""
    hour = now().astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return f"{max(hour, offer.due_at.astimezone(SHANGHAI)):%Y-%m-%dT%H:%M}"
