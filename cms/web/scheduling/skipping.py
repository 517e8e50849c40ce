"""停一期: the days a column does not come out on, and taking one back."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session, select
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.stories import Column, IssueError, comes_out_on, rhythm_words, skip, skipped_of, unskip
from cms.stories.rhythm import WEEKDAYS
from cms.stories.skips import LONGEST_REASON
from cms.web.desk import Desk
from cms.web.entrance import now, who
from cms.web.scheduling import owning

Shown = str | tuple[str, int] | Answer
OFFERED = 8
BAD_DAY = "看不懂是哪一天，请重新选。"


def add_routes(scheduling: Blueprint, desk: Desk) -> None:
    """The routes of skipped issues, below 栏目."""
    engine = desk.people.engine

    def shown(slug: str, days: Sequence[str], sentence: str = "", reason: str = "") -> str:
        with read_scope(engine) as session:
            column = column_of(session, slug)
            ahead = [(one.isoformat(), on_weekday(one)) for one in comes_out_on(session, column, now())[:OFFERED]]
            past = [one for one in skipped_of(column) if one.at <= now()]
            rows = [(one.day.isoformat(), on_weekday(one.day), one.reason) for one in skipped_of(column)]
            return render_template(
                "scheduling/skip.html", column=column, words=rhythm_words(column), ahead=ahead, chosen=days,
                reason=reason, sentence=sentence, rows=rows[len(past) :], longest=LONGEST_REASON,
            )  # fmt: skip

    @scheduling.get("/schedule/columns/<slug>/skip")
    def skip_page(slug: str) -> Shown:
        return shown(slug, request.args.getlist("day"))

    @scheduling.post("/schedule/columns/<slug>/skip")
    def skip_issues(slug: str) -> Shown:
        said, reason = request.form.getlist("day"), request.form.get("reason", "")
        try:
            days = [day_said(one) for one in said]
            with session_scope(engine) as session:
                skip(session, column_of(session, slug), days, reason, who().login, now())
        except IssueError as error:
            return shown(slug, said, str(error), reason), 422
        return _on_the_schedule(min(days))

    @scheduling.post("/schedule/columns/<slug>/unskip")
    def unskip_issue(slug: str) -> Shown:
        try:
            day = day_said(request.form.get("day", ""))
            with session_scope(engine) as session:
                unskip(session, column_of(session, slug), day, who().login, now())
        except IssueError as error:
            return shown(slug, (), str(error)), 422
        return _on_the_schedule(day)


def column_of(session: Session, slug: str) -> Column:
    """A column of theirs; 404 for every other."""
    found = session.exec(select(Column).where(Column.slug == slug, owning.theirs())).one_or_none()
    if found is None:
        abort(404)
    return found


def day_said(said: str) -> date:
    """The day of a form; IssueError for what is none."""
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise IssueError(BAD_DAY) from error


def on_weekday(day: date) -> str:
    """10月7日 周三."""
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def _on_the_schedule(day: date) -> Answer:
    return redirect(f"{url_for('scheduling.page')}?from={day.isoformat()}", 303)
