"""One issue of a column that nobody has written yet, at another time; the column's rhythm stays."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session, select
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.stories import Column, Issue, IssueError, move_issue, rhythm_words, slot_day, workdays
from cms.web.desk import SHANGHAI, Desk, asked_time, day
from cms.web.entrance import now, who
from cms.web.scheduling import owning

Shown = str | tuple[str, int] | Answer
BAD_TIME = "看不懂这个时间，请重新选日期和钟点。"


def add_routes(scheduling: Blueprint, desk: Desk) -> None:
    """The routes of one issue, below 排期."""
    engine = desk.people.engine

    def shown(number: int, sentence: str = "", to: str = "") -> str:
        with read_scope(engine) as session:
            issue, column = issue_of(session, number)
            special = workdays(session).words(issue.due_at.astimezone(SHANGHAI).date())
            local = issue.due_at.astimezone(SHANGHAI)
            return render_template(
                "scheduling/issue.html", issue=issue, column=column, when=day(issue.due_at), special=special,
                slot=day(issue.slot_at) if issue.slot_at else "", words=rhythm_words(column), sentence=sentence,
                skipped_on=slot_day(column, issue, now()).isoformat() if issue.state == "open" else "",
                to=to or f"{local:%Y-%m-%dT%H:%M}",
            )  # fmt: skip

    @scheduling.get("/schedule/issues/<int:number>")
    def issue_page(number: int) -> Shown:
        return shown(number)

    @scheduling.post("/schedule/issues/<int:number>/move")
    def retime_issue(number: int) -> Shown:
        said = request.form.get("to", "")
        try:
            to = asked_time(said)
        except ValueError:
            return shown(number, BAD_TIME), 422
        try:
            with session_scope(engine) as session:
                issue, column = issue_of(session, number)
                move_issue(session, column, issue, to, who().login, now())
        except IssueError as error:
            return shown(number, str(error), said), 422
        first = to.astimezone(SHANGHAI).date().isoformat()
        return redirect(f"{url_for('scheduling.page')}?from={first}", 303)


def issue_of(session: Session, number: int) -> tuple[Issue, Column]:
    """An issue of a column of theirs; 404 for every other."""
    query = select(Issue, Column).where(Issue.id == number, Issue.column_id == Column.id, owning.theirs())
    found = session.exec(query).one_or_none()
    if found is None:
        abort(404)
    return found[0], found[1]
