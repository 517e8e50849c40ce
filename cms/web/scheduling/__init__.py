"""排期: what goes out when, by week, month or list; moving it, and the issues nobody has written yet."""

from datetime import datetime
from functools import partial

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.people import see_about
from cms.people.mandates import PLANNERS
from cms.releases import agenda
from cms.releases.moving import MoveError, on_the_clock
from cms.stories import IssueError, StaleError, fill, story_named
from cms.web import skeletons
from cms.web.desk import LARGEST, Desk, asked_time
from cms.web.entrance import now, scope, who
from cms.web.guard import trouble
from cms.web.pages import writer
from cms.web.permits import WRITERS
from cms.web.scheduling import calendar, columns, issues, owning, skipping
from cms.web.scheduling.grid import asked_for, page_of
from cms.web.scheduling.retiming import Movable, issue_of, issue_to_move, may_move, placed, release_to_move

GONE_ON = "这张发布单刚被别人改过，页面上的不是最新的，请刷新再改。"
BAD_TIME = "看不懂这个时间，请重新选日期和钟点。"
ONLY_SIGNERS = "这张发布单已经签发，改期要由签发人或管理员来做。"
WRITTEN = "这一期刚有人开始写了，请刷新排期看看。"
Told = Answer | tuple[Answer | str, int]


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 排期."""
    scheduling = Blueprint("scheduling", __name__)
    engine = desk.people.engine

    @scheduling.get("/schedule")
    def page() -> str:
        asked = asked_for(request.args, now())
        with read_scope(engine) as session:
            shown = page_of(session, desk, asked, scope(), now())
        return render_template(
            "scheduling/page.html",
            shown=shown,
            asked=asked,
            moment=now(),
            stages=agenda.STAGES,
            may_plan=partial(owning.may, PLANNERS),
            may_write=partial(owning.may, WRITERS),
        )

    @scheduling.post("/schedule/look")
    def look_at() -> Told:
        with read_scope(engine) as session:
            what, to = _asked(desk, session)
            try:
                found = what.look(session, to)
            except (MoveError, IssueError) as error:
                return trouble(str(error), 422)
            if not may_move(found):
                return trouble(ONLY_SIGNERS, 422)
            return jsonify(warnings=found.warnings, signed=found.signed, said=f"改到 {on_the_clock(to)}")

    @scheduling.post("/schedule/move")
    def move_it() -> Told:
        with session_scope(engine) as session:
            what, to = _asked(desk, session)
            if str(request.get_json().get("base", "")) != what.due_at.isoformat():
                return trouble(GONE_ON, 409)
            try:
                found = what.look(session, to)
                if not may_move(found):
                    return trouble(ONLY_SIGNERS, 422)
                told = request.get_json().get("told")
                if not set(found.warnings) <= {*(told if isinstance(told, list) else ())}:
                    return jsonify(sentence=issues.UNSEEN, warnings=list(found.warnings)), 409
                along = what.move(session, to, str(request.get_json().get("reason", "")))
            except (MoveError, IssueError) as error:
                return trouble(str(error), 422)
            said = f"{what.name}已改到 {on_the_clock(what.due_at)}"
            return jsonify(**placed(what.due_at), said=said, along=along)

    @scheduling.post("/schedule/issues/<int:number>/write")
    def write(number: int) -> Told:
        return begin_issue(desk, number)

    columns.add_routes(scheduling, desk)
    issues.add_routes(scheduling, desk)
    skipping.add_routes(scheduling, desk)
    calendar.add_routes(scheduling, desk)
    return scheduling


def begin_issue(desk: Desk, number: int) -> Told:
    """Begin the story of an open issue, with its template and slot filled in: the way to the editor."""
    with read_scope(desk.people.engine) as session:
        issue, column = issue_of(session, number)
        slug = _free(session, columns.slug_for(column, issue, who().units))
    if not desk.is_theirs(slug, scope()):
        abort(404)
    try:
        desk.save(slug, skeletons.first_text(column, issue, slug, desk.today()), writer(), "")
    except StaleError:
        return trouble(WRITTEN, 409)
    with session_scope(desk.people.engine) as session:
        issue, column = issue_of(session, number)
        story = story_named(session, slug)
        if story is None or issue.state != "open":
            return trouble(WRITTEN, 409)
        fill(session, issue, story)
        see_about(session, f"issue:{issue.id}", who().login, now())
    return redirect(url_for("pages.write", slug=slug), 303)


def _free(session: Session, slug: str) -> str:
    """The name, or one like it, where the story of this name lies in 回收."""
    name, tries = slug, 1
    while (found := story_named(session, name)) is not None and found.binned_at is not None:
        tries += 1
        name = f"{slug}-{tries}"
    return name


def _asked(desk: Desk, session: Session) -> tuple[Movable, datetime]:
    """What a script asks about, a release or an issue, and the time; 404 where it is not theirs."""
    asked = request.get_json()
    asked = asked if isinstance(asked, dict) else {}
    kind = "issue" if "issue" in asked else "release"
    number = asked.get(kind)
    if not isinstance(number, int) or not 0 < number <= LARGEST:
        abort(404)
    what = issue_to_move(desk, session, number) if kind == "issue" else release_to_move(desk, session, number)
    try:
        return what, asked_time(str(asked.get("to", "")))
    except ValueError:
        abort(trouble_answer(BAD_TIME))


def trouble_answer(sentence: str) -> Answer:
    """A refusal to abort with."""
    answer = jsonify(sentence=sentence)
    answer.status_code = 422
    return answer
