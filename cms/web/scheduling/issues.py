"""One issue of a column at another time, begun or not; the column's rhythm stays."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.releases import slots
from cms.releases.moving import MoveError
from cms.stories import IssueError, rhythm_words, slot_day, workdays
from cms.web.desk import SHANGHAI, Desk, asked_time, day
from cms.web.entrance import now, scope
from cms.web.scheduling.retiming import issue_of, issue_to_move, may_move

Shown = str | tuple[str, int] | Answer
BAD_TIME = "看不懂这个时间，请重新选日期和钟点。"
UNSEEN = "还没有改：这个时间有下面的提醒。看过以后仍要改，请再点一次。"
ONLY_SIGNERS = "这一期已经签发，改期要由签发人或管理员来做。"


def add_routes(scheduling: Blueprint, desk: Desk) -> None:
    """The routes of one issue, below 排期."""
    engine = desk.people.engine

    def shown(number: int, sentence: str = "", warnings: Sequence[str] = ()) -> str:
        with read_scope(engine) as session:
            issue, column = issue_of(session, number)
            local, story = issue.due_at.astimezone(SHANGHAI), slots.story_of(session, issue)
            signed, stuck = False, ""
            try:
                signed = slots.is_signed(session, issue)
            except MoveError as error:
                stuck = str(error)
            return render_template(
                "scheduling/issue.html", issue=issue, column=column, when=day(issue.due_at), sentence=sentence,
                warnings=warnings,
                special=workdays(session).words(local.date()), words=rhythm_words(column),
                slot=day(issue.slot_at) if issue.slot_at else "",
                skipped_on=slot_day(column, issue, now()).isoformat() if issue.state == "open" else "",
                to=request.form.get("to") or f"{local:%Y-%m-%dT%H:%M}", reason=request.form.get("reason", ""),
                story=story if story is not None and scope().holds(story.unit_id) else None, signed=signed, stuck=stuck,
            )  # fmt: skip

    @scheduling.get("/schedule/issues/<int:number>")
    def issue_page(number: int) -> Shown:
        return shown(number)

    @scheduling.post("/schedule/issues/<int:number>/move")
    def retime_issue(number: int) -> Shown:
        try:
            to = asked_time(request.form.get("to", ""))
        except ValueError:
            return shown(number, BAD_TIME), 422
        try:
            with session_scope(engine) as session:
                what = issue_to_move(desk, session, number)
                found = what.look(session, to)
                if not may_move(found):
                    raise MoveError(ONLY_SIGNERS)
                if not set(found.warnings) <= {*request.form.getlist("told")}:
                    return shown(number, UNSEEN, found.warnings), 409
                what.move(session, to, request.form.get("reason", ""))
        except (IssueError, MoveError) as error:
            return shown(number, str(error)), 422
        first = to.astimezone(SHANGHAI).date().isoformat()
        return redirect(f"{url_for('scheduling.page')}?from={first}", 303)
