"""Throwing a draft away and finding it again: one click, and one to undo it."""

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from sqlmodel import Session, select
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.releases import binned
from cms.releases.binned import BinError
from cms.stories import SaveError, Story
from cms.web.desk import Desk
from cms.web.entrance import now, scope, who
from cms.web.guard import trouble


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 回收."""
    binning = Blueprint("binning", __name__)
    engine = desk.people.engine

    @binning.post("/write/<slug>/bin")
    def throw(slug: str) -> Answer | tuple[Response | str, int]:
        try:
            with session_scope(engine) as session:
                binned.throw_away(session, _story(session, slug), who().login, now())
        except BinError as error:
            return trouble(str(error), 422)
        return redirect(url_for("pages.stories", gone=slug), 303)

    @binning.post("/write/<slug>/unbin")
    def bring_back(slug: str) -> Answer | tuple[Response | str, int]:
        try:
            with session_scope(engine) as session:
                binned.bring_back(session, _story(session, slug), who().login, now())
        except BinError as error:
            return trouble(str(error), 422)
        return redirect(url_for("pages.write", slug=slug), 303)

    return binning


def _story(session: Session, slug: str) -> Story:
    found = session.exec(select(Story).where(Story.slug == slug, scope().over(Story.unit_id))).one_or_none()
    if found is None:
        abort(404)
    return found


def guard(app: Flask, desk: Desk) -> None:
    """What lies in 回收 is not written on: its pages lead to where it can be brought back. And give the templates what
    they say about samples."""

    @app.before_request
    def closed() -> Answer | tuple[Response | str, int] | None:
        slug = (request.view_args or {}).get("slug")
        is_text = request.endpoint in ("pages.write", "pages.save") or request.blueprint == "apart"
        if not is_text or slug is None:
            return None
        with read_scope(desk.people.engine) as session:
            story = session.exec(select(Story).where(Story.slug == slug, scope().over(Story.unit_id))).one_or_none()
        if story is None or story.binned_at is None:
            return None
        if request.method == "GET":
            return render_template("binned.html", story=story), 410
        return trouble("这篇稿件在回收站里，没有存。请先在稿件列表的“回收站”里把它放回来。", 422)

    @app.errorhandler(SaveError)
    def refused(error: SaveError) -> tuple[Response | str, int]:
        return trouble(str(error), 422)

    @app.context_processor
    def samples() -> dict[str, object]:
        return {"is_sample": lambda slug: _is_sample(desk, slug)}


def _is_sample(desk: Desk, slug: str) -> bool:
    with read_scope(desk.people.engine) as session:
        found = session.exec(select(Story.is_sample).where(Story.slug == slug, scope().over(Story.unit_id))).first()
    return bool(found)
