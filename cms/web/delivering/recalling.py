"""更正与撤稿: the plan first, then the order, somebody else's approval, and what became of every copy."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from cms import recalls, review
from cms.db import read_scope, session_scope
from cms.people import PeopleError
from cms.people.mandates import DECIDERS, HANDLERS, SIGNERS
from cms.recalls import KIND_NAMES, RecallError
from cms.releases import Recall, Remedy
from cms.releases.recheck import OUTCOME_NAMES
from cms.review.policies import ISSUE
from cms.stories import Story, story_named
from cms.web.delivering.forms import gone, numbers, reason, said
from cms.web.desk import Desk, day
from cms.web.entrance import now, scope, who
from cms.web.spoken import on_screen

STATES = {
    "drafted": ("等批准", "wait"), "rejected": ("已驳回", "off"), "approved": ("正在处置", "wait"),
    "settled": ("已处置，复查中", "good"), "closed": ("已办结", "good"),
}  # fmt: skip
KINDS = ("correction", "retraction")
FILES = {"correction": "gengzheng", "retraction": "chegao", "expiry": "jiechu"}
"""What a printed report is called, by its kind."""
NO_NOTICE = "请写给读者的说明：一句话，登在页面上。"
NO_USE_WHY = "您为某个渠道另选了做法，请写一句为什么：它和您的名字一起存档。"
NO_OPINION = "请写一句意见：它和您的名字一起存档。"
NOT_SIGNER = "这一步要签发人来签，您是审核人；请转给签发人。"


def routes(found: Blueprint, desk: Desk) -> None:
    """The pages and forms of 更正与撤稿."""
    engine = desk.people.engine

    @found.get("/recalls", endpoint="recalls")
    def calls() -> str:
        with read_scope(engine) as session:
            shown = [
                (one, headline, KIND_NAMES[one.kind], _state(session, one), day(one.created_at))
                for one, headline in recalls.seen_by(session, scope())
            ]
        return render_template("delivering/recalls.html", rows=shown)

    @found.get("/stories/<slug>/recall")
    def draft(slug: str) -> str | tuple[str, int]:
        kind = request.args.get("kind", "retraction")
        return _draft_page(desk, slug, kind if kind in KINDS else gone())

    @found.post("/stories/<slug>/recall")
    def order(slug: str) -> Answer | tuple[str, int]:
        kind = request.form.get("kind", "")
        if kind not in KINDS:
            gone()
        _story(desk, slug)
        try:
            why, notice = reason(), reason("notice", NO_NOTICE)
            if kind == "correction":
                prefer = _preferred()
                use_why = reason("use_why", NO_USE_WHY) if prefer else ""
                number = desk.press.order_correction(slug, why, notice, who().login, prefer, use_why)
            else:
                number = desk.press.order_retraction(slug, why, notice, who().login)
        except (PeopleError, RecallError) as error:
            return _draft_page(desk, slug, kind, on_screen(str(error)))
        return redirect(url_for("delivering.recall", number=number), 303)

    @found.get("/recalls/<int:number>")
    def recall(number: int) -> str:
        return _progress(desk, number)

    @found.get("/recalls/<int:number>/decide")
    def decide(number: int) -> str:
        """The same page with the form of the decision: a fresh code was asked for before it."""
        return _progress(desk, number, is_deciding=True)

    @found.post("/recalls/<int:number>/approve")
    def approve(number: int) -> Answer:
        with read_scope(engine) as session:
            row, story = _recall(session, number)
            _check_may(session, row, story)
        desk.press.approve(number, who().login, reason("opinion", NO_OPINION))
        return redirect(url_for("delivering.recall", number=number), 303)

    @found.post("/recalls/<int:number>/reject")
    def reject(number: int) -> Answer:
        with session_scope(engine) as session:
            row, story = _recall(session, number)
            if not scope().holds(story.unit_id):
                gone()
            recalls.reject(session, row, who().login, reason("opinion", NO_OPINION), now())
        return redirect(url_for("delivering.recall", number=number), 303)

    @found.post("/remedies/<int:number>/done")
    def done(number: int) -> Answer:
        """What a person did about a copy in the platform's console."""
        outcome = request.form.get("outcome", "done")
        with session_scope(engine) as session:
            row = session.get(Remedy, number)
            if row is None or not scope().holds(recalls.place_of(session, row)[2].unit_id):
                gone()
            note = reason("note", "请写一句：做了什么、看到什么。")
            if outcome == "cannot":
                recalls.cannot_be_done(session, row, who().login, note, now())
            elif outcome == "again":
                recalls.once_more(session, row, who().login, now())
            else:
                address = said("address")
                recalls.done_by_hand(session, row, who().login, note, now(), address, outcome != "never")
            back = row.recall_id
        return redirect(url_for("delivering.recall", number=back), 303)

    @found.post("/recalls/<int:number>/reads")
    def note_reads(number: int) -> Answer:
        """How many read a copy that goes, as a person saw in the platform's console."""
        with session_scope(engine) as session:
            order, story = _recall(session, number)
            row = next((session.get(Remedy, one) for one in numbers("remedy")), None)
            if row is None or row.recall_id != order.id:
                gone()
            holds = scope().holds(story.unit_id) or scope().holds(recalls.place_of(session, row)[2].unit_id)
            if not holds:
                gone()
            count = said("reads")
            if not (count.isascii() and count.isdigit()):
                raise RecallError("阅读数请写一个整数，例如 4123。")
            recalls.note_reads(session, row, int(count), who().login, now())
        return redirect(url_for("delivering.recall", number=number), 303)

    @found.get("/recalls/<int:number>/report")
    def report(number: int) -> Response:
        with read_scope(engine) as session:
            _, story = _recall(session, number)
        answer = Response(desk.press.report(number, _may_call(desk, story)), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        return answer

    @found.get("/recalls/<int:number>/report.pdf")
    def report_pdf(number: int) -> Response:
        with read_scope(engine) as session:
            name = FILES[_recall(session, number)[0].kind]
        answer = Response(desk.press.report_pdf(number), mimetype="application/pdf")
        answer.headers["Content-Disposition"] = f'inline; filename="{name}-{number}.pdf"'
        return answer


# --------------------------------------------------------------------------- the plan, before


def _draft_page(desk: Desk, slug: str, kind: str, sentence: str = "") -> tuple[str, int]:
    story = _story(desk, slug)
    plan, refused, compared, chosen = None, "", None, _preferred()
    try:
        compared = desk.press.compare(slug) if kind == "correction" else None
        same = compared.same if compared else ()
        plan = recalls.foresee(desk.people.engine, slug, kind, who().login, now(), chosen, same)  # type: ignore[arg-type]
    except RecallError as error:
        refused = on_screen(str(error))
    page = render_template(
        "delivering/draft.html",
        story=story,
        kind=kind,
        kind_name=KIND_NAMES[kind],
        plan=plan,
        compared=compared,
        chosen=chosen,
        again=_draft_way(slug, kind, chosen),
        refused=refused,
        sentence=sentence,
        form=request.form,
    )
    return page, 422 if sentence else 200


def _draft_way(slug: str, kind: str, chosen: Mapping[str, str]) -> str:
    """This very plan, to be looked at again."""
    given: dict[str, Any] = {f"use-{one}": way for one, way in chosen.items()}
    return url_for("delivering.draft", slug=slug, kind=kind, **given)


def _story(desk: Desk, slug: str) -> Story:
    """A story of these units; foreign and missing ones answer alike."""
    with read_scope(desk.people.engine) as session:
        story = story_named(session, slug)
    return story if story is not None and scope().holds(story.unit_id) else gone()


def _preferred() -> dict[str, str]:
    """The way a person chose on a channel: fields named use-<channel>."""
    chosen = {name.removeprefix("use-"): value for name, value in request.values.items() if name.startswith("use-")}
    return {channel: value for channel, value in chosen.items() if value}


# --------------------------------------------------------------------------- what became of it


def _recall(session: Session, number: int) -> tuple[Recall, Story]:
    """An order about a story of these units, or with copies on their accounts."""
    row = session.get(Recall, number)
    if row is None:
        gone()
    story = session.get_one(Story, row.origin_id)
    if not scope().holds(story.unit_id) and not recalls.accounts_in(session, row, scope()):
        gone()
    return row, story


def _progress(desk: Desk, number: int, *, is_deciding: bool = False) -> str:
    with read_scope(desk.people.engine) as session:
        row, story = _recall(session, number)
        plan = recalls.plan_of(session, row, now(), _may_call(desk, story))
        own = {one.key for one in recalls.accounts_in(session, row, scope())}
        lines = [one for one in plan if scope().holds(story.unit_id) or one.account in own]
        warnings = recalls.warnings_of(session, row, now()) if row.state == "drafted" else []
        checks = [
            (line, day(due), OUTCOME_NAMES.get(outcome, "")) for line, due, outcome in recalls.looks(session, row)
        ]
        steps = _missing(session, row)
        may = _may_decide(session, row, story)
        chosen = recalls.chosen(session, row)
        state, titles = _state(session, row), recalls.title_of(session, row)
    by_state: dict[str, int] = {}
    for one in lines:
        by_state[one.remedy_state] = by_state.get(one.remedy_state, 0) + 1
    return render_template(
        "delivering/recall.html",
        one=row,
        title=titles.words,
        kind_name=KIND_NAMES[row.kind],
        state=state,
        lines=lines,
        own=own,
        may_note=bool(own) or row.proposed_by == who().login,
        warnings=[on_screen(one) for one in warnings],
        checks=checks,
        missing=steps,
        may=may,
        chosen=chosen,
        is_deciding=is_deciding,
        sums=by_state,
        created=day(row.created_at),
        approved=day(row.approved_at) if row.approved_at else "",
    )


def _state(session: Session, row: Recall) -> tuple[str, str]:
    """How far the order is, and the tone of it: while a corrected copy is not out, it says so, and so does the order
    over the end of a flash that still runs."""
    if at := recalls.ends_at(session, row, now()):
        return f"快讯有效中，{day(at)} 解除", "plain"
    if row.state == "approved" and not recalls.has_open(session, row) and recalls.is_outstanding(session, row):
        return recalls.AWAITED, "wait"
    return STATES[row.state]


def _missing(session: Session, row: Recall) -> list[str]:
    """The signatures a correction still needs, in order."""
    if row.kind != "correction" or row.state != "drafted":
        return []
    sealed = recalls.sealed_of(session, row)
    return review.missing_steps(session, sealed) if sealed is not None else []


def _may_call(desk: Desk, story: Story) -> recalls.MayCall:
    """Who may give or decide an order about the story, or handle copies in a unit, sees the numbers to call there."""
    me = who()
    decides, handles = me.units.scope(me.held, DECIDERS), me.units.scope(me.held, HANDLERS)
    may_all = decides.holds(story.unit_id) or handles.holds(story.unit_id)
    return lambda unit_id: desk.people.contact if may_all or handles.holds(unit_id) else None


def _may_decide(session: Session, row: Recall, story: Story) -> bool:
    """Whether the one who looks could take the next step by their role; the room still asks who they are."""
    if row.state != "drafted":
        return False
    needs = SIGNERS if _is_issuing(session, row) else DECIDERS
    return who().units.scope(who().held, needs).holds(story.unit_id)


def _is_issuing(session: Session, row: Recall) -> bool:
    """Whether the next step is a signer's alone."""
    return row.kind != "correction" or _missing(session, row)[:1] == [ISSUE]


def _check_may(session: Session, row: Recall, story: Story) -> None:
    if not scope().holds(story.unit_id):
        gone()
    if row.state == "drafted" and not _may_decide(session, row, story):
        raise PeopleError(NOT_SIGNER)
