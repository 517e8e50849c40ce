"""陌生稿: what stands on an account and nobody here knows of; a person says what it is."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from channels import registry
from cms.db import read_scope, session_scope
from cms.people import PeopleError
from cms.people.mandates import HANDLERS
from cms.releases import strangers
from cms.releases.handling import PREFIX
from cms.releases.strangers import Stranger
from cms.web.delivering.forms import gone, reason
from cms.web.desk import Desk, day
from cms.web.entrance import now, scope, who

NO_REASON = "请写一句依据：谁发的、怎么知道的，或者已经怎么处理。"
TONES = {"": "bad", "adopted": "good", "ours": "good", "foreign": "hand", "gone": "off"}


def routes(found: Blueprint, desk: Desk) -> None:
    """The page and its forms."""
    engine = desk.people.engine

    @found.get("/strangers", endpoint="strangers")
    def page() -> str:
        with read_scope(engine) as session:
            waiting = strangers.waiting(session, scope())
            could_be = strangers.candidates(session, waiting)
            shown = [(_shown(one), could_be[one.account.id], may(one)) for one in waiting]
            more = strangers.count(session, scope()) - len(waiting)
            others = [_shown(one) for one in strangers.answered(session, scope())]
            unseen = strangers.unseen(session, scope())
        return render_template(
            "delivering/strangers.html",
            waiting=shown,
            more=more,
            others=others,
            unseen=[(one.name, stock.note, day(stock.whole_at) if stock.whole_at else "") for one, stock in unseen],
            tones=TONES,
            prefix=PREFIX,
        )

    @found.post("/strangers/<int:number>/claim")
    def claim(number: int) -> Answer:
        """It is one of ours: the delivery takes the address, as it would on its own page."""
        chosen = request.form.get("delivery", "")
        with read_scope(engine) as session:
            one = _in_reach(desk, number)
            could_be = strangers.candidates(session, [one])[one.account.id]
            mine = [each for each, _ in could_be if str(each.id) == chosen]
            if not mine:
                raise PeopleError("请先选是哪一份投递；单子上没有的，说明那一份不在等结果。")
            strangers.check_adoption(session, one, mine[0])
        why = reason(missing=NO_REASON)
        desk.press.adopt(mine[0].id, [one.row.address], who().login, why)
        return _said(number, "adopted", why)

    @found.post("/strangers/<int:number>/answer")
    def answer(number: int) -> Answer:
        """Somebody of ours published it by hand, or nobody of ours did."""
        what = request.form.get("what", "")
        if what not in ("ours", "foreign"):
            gone()
        _in_reach(desk, number)
        return _said(number, "ours" if what == "ours" else "foreign", reason(missing=NO_REASON))

    def _said(number: int, what: strangers.Answer, why: str) -> Answer:
        with session_scope(engine) as session:
            one = strangers.named(session, scope(), number) or gone()
            strangers.answer(session, one.row, what, who().login, why, now())
        return redirect(url_for("delivering.strangers"), 303)


def may(one: Stranger) -> bool:
    """Whether the one who looks may say what it is."""
    return who().units.scope(who().held, HANDLERS).holds(one.account.unit_id)


def _in_reach(desk: Desk, number: int) -> Stranger:
    """The stranger, or 404: foreign and missing ones answer alike."""
    with read_scope(desk.people.engine) as session:
        one = strangers.named(session, scope(), number)
    return one if one is not None and may(one) else gone()


def _shown(one: Stranger) -> dict[str, object]:
    row = one.row
    return {
        "id": row.id, "title": row.title, "address": row.address, "note": row.note, "answer": row.answer,
        "account": one.account.name, "channel": registry.get(one.account.channel).title, "state": one.state,
        "posted": day(row.posted_at) if row.posted_at else "", "since": day(row.since), "by": row.answered_by,
        "why": row.answer_reason, "answered": day(row.answered_at) if row.answered_at else "",
    }  # fmt: skip
