"""The lists of 审稿, the page of one submission with its frames, and the 审签单."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from cms import review
from cms.db import read_scope
from cms.matrix import Unit
from cms.releases import Release
from cms.review import submissions
from cms.stories import Story
from cms.web import navigation, outside
from cms.web.desk import Desk
from cms.web.editing.doors import laid_beside
from cms.web.entrance import now, scope, who
from cms.web.glass import served
from cms.web.permits import LISTENERS
from cms.web.preview import Kept
from cms.web.reviewing import reading, showing

LISTED = 30
AGREED = "同意。"
"""What the field of an opinion begins with."""
START = "frame.html"


def add(reviewing: Blueprint, desk: Desk) -> None:
    """The pages that only show."""
    kept = Kept(64)

    @reviewing.get("/review")
    def page() -> str:
        return listed(desk)

    @reviewing.get("/review/<int:number>")
    def show(number: int) -> str:
        return shown(desk, number, "")

    @reviewing.get("/review/<int:number>/frame/<channel>/<path:path>")
    def frame(number: int, channel: str, path: str) -> Answer:
        with read_scope(desk.people.engine) as session:
            one = reading.submission(session, number)
            set_id = getattr(submissions.sealed_of(session, one), "id", 0)
            key = (number, set_id, one.state, session.get_one(Release, one.release_id).due_at, channel)
            shown_at = desk.shown_to(session.get_one(Unit, one.unit_id).slug)
            sheet = kept.get(key) or showing.sheet(desk, session, one, channel, shown_at)
        if sheet is None:
            abort(404)
        kept.put(key, sheet)
        if path == START and sheet.path != START:  # what it asks for lies beside its own path
            return redirect(url_for("reviewing.frame", number=number, channel=channel, path=sheet.path))
        return served(sheet, path, "no-cache")

    @reviewing.get("/review/<int:number>/beside/<path:name>")
    def beside(number: int, name: str) -> Response:
        """A picture of the text, also to who was lent here or adopts it and cannot open the draft."""
        with read_scope(desk.people.engine) as session:
            slug = session.get_one(Story, reading.submission(session, number).story_id).slug
        return laid_beside(desk, slug, name)

    @reviewing.get("/review/<int:number>/sheet")
    def sheet(number: int) -> str:
        with read_scope(desk.people.engine) as session:
            form = review.review_sheet(session, reading.submission(session, number))
        return render_template("reviewing/sheet.html", form=form, number=number)

    @reviewing.get("/review/<int:number>/sheet.pdf")
    def sheet_pdf(number: int) -> Response:
        with read_scope(desk.people.engine) as session:
            form = review.review_sheet(session, reading.submission(session, number))
        answer = Response(reading.galley_of(desk).sheet_pdf(form), mimetype="application/pdf")
        answer.headers["Content-Disposition"] = f'inline; filename="review-{number}.pdf"'
        return answer


def listed(desk: Desk, refused: Sequence[str] = (), done: str = "") -> str:
    """The page of lists; ``refused`` says of each what was not done and why."""
    with read_scope(desk.people.engine) as session:
        person, reach = reading.me(session), scope()
        mine, more = submissions.waiting_for(session, reach, person, now(), LISTED)
        sent = submissions.sent_by(session, person)
        known = {one.id for one in (*mine, *more, *sent)}
        others = [one for one in submissions.seen(session, reach, submissions.OPEN) if one.id not in known]
        back = submissions.returned_to(session, person)
        over = {one.id for one, _ in back}
        ahead = showing.ahead(session, [*mine, *sent, *others[:LISTED], *(one for one, _ in back)])
        rows = {
            "mine": [showing.row(session, one, now(), names=ahead) for one in mine],
            "back": [showing.row(session, one, now(), why, ahead) for one, why in back],
            "sent": [
                showing.row(session, one, now(), names=ahead)
                for one in sent
                if one.id not in over and one.state not in ("returned", "stopped")
            ],
            "others": [showing.row(session, one, now(), names=ahead) for one in others[:LISTED]],
        }
    sees_words = any(role in LISTENERS for role, _ in who().held)
    return render_template(
        "reviewing/list.html", **rows, more=len(more), refused=refused, done=done, sees_words=sees_words
    )


def shown(desk: Desk, number: int, sentence: str) -> str:
    """The page of one submission; ``sentence`` says why what was asked was not done."""
    with read_scope(desk.people.engine) as session:
        one = reading.submission(session, number)
        told = showing.everything(
            desk,
            session,
            one,
            reading.me(session),
            request.args.get("channel", ""),
            now(),
            request.args.get("unit", ""),
        )
        told["dead"] = outside.unreached(desk, "发签字链接") if told["leaders"] else ""
        may = {
            deed: navigation.may(f"reviewing.{deed}", "POST", one.unit_id) for deed in ("note", "proof", "pull", "link")
        }
    kept = "" if told["can_sign"] or not sentence else request.form.get("opinion", "").strip()
    kept = kept if kept != AGREED else ""
    return render_template(
        "reviewing/one.html",
        **told,
        may=may,
        sentence=sentence,
        said=request.form,
        kept=kept,
        agreed=AGREED,
        whole=review.WHOLE,
    )
