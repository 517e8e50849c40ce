"""Faces in the editor's header: who else has this story open."""

import re

from flask import Blueprint, Response, abort, jsonify, request
from sqlmodel import select

from cms.db import session_scope
from cms.stories import Story, presence
from cms.web.desk import Desk
from cms.web.entrance import now, scope, who

_PANE = re.compile(r"[a-f0-9]{16,40}")


def blueprint(desk: Desk) -> Blueprint:
    """The route a window says by that it is open."""
    faces = Blueprint("faces", __name__)

    @faces.post("/write/<slug>/here")
    def here(slug: str) -> Response:
        asked = request.get_json()
        pane = str(asked.get("pane", "")) if isinstance(asked, dict) else ""
        if not _PANE.fullmatch(pane):
            abort(400)
        with session_scope(desk.people.engine) as session:
            found = session.exec(select(Story.id).where(Story.slug == slug, scope().over(Story.unit_id))).one_or_none()
            if found is None:
                abort(404)
            me = who().person_id
            if asked.get("left") is True:
                presence.leave(session, found, me, pane)
            else:
                presence.stay(session, found, me, pane, now())
            others, twice = presence.beside(session, found, me, pane, now())
        return jsonify(others=[{"name": one.name, "initial": one.initial} for one in others], twice=twice)

    return faces
