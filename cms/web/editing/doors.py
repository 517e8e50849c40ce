"""The doors of the visual editor: the text as a document and back, and the pictures that lie beside a draft."""

from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, redirect
from werkzeug.wrappers import Response as Answer

from assets.pictures import MAX_BYTES
from cms.db import read_scope
from cms.manuscript import read
from cms.manuscript.draft import unfit
from cms.stories import story_named
from cms.web.desk import Desk
from cms.web.editing.apart import written_of
from cms.web.editing.asking import asked_for, tree_json
from cms.web.entrance import scope
from cms.web.guard import trouble
from cms.web.pictured import shown_at
from cms.web.shelf import kind_of

STORED = "asset:"
FIRST = "这篇稿件有一处要先在 Markdown 里改好，才能用所见即所得：第 {line} 行，{message}。"


def blueprint(desk: Desk) -> Blueprint:
    """The routes of the doors."""
    editing = Blueprint("editing", __name__)

    @editing.post("/tree")
    def tree() -> Response | tuple[Response | str, int]:
        asked = asked_for(desk)
        wrong = unfit(read(asked["text"]))
        if wrong is not None:
            return trouble(FIRST.format(line=wrong.line or 1, message=wrong.message), 422, markdown=True)
        said = tree_json(asked["text"])
        if asked.get("channel"):  # who speaks in a channel's own text is the story's
            cast = tree_json(written_of(desk, asked).main)["front"].get("cast")
            said["front"] |= {"cast": cast} if cast else {}
        return jsonify(said)

    @editing.post("/text")
    def text() -> Response:
        return jsonify(text=asked_for(desk)["text"])

    @editing.get("/write/<slug>/beside/<path:name>")
    def beside(slug: str, name: str) -> Response | Answer:
        """A picture as the text names it, beside the draft or (of an archive) in the store."""
        if not desk.is_theirs(slug, scope()):
            abort(404)
        if name.startswith(STORED):
            return redirect(_in_store(desk, slug, name.removeprefix(STORED)))
        return laid_beside(desk, slug, name)

    return editing


def laid_beside(desk: Desk, slug: str, name: str) -> Response:
    """A picture or film beside a draft; 404 for anything else. Whether who asks may see it was asked before."""
    content = _read(desk.folder(slug), name)
    mime = kind_of(content)
    if not mime:
        abort(404)
    answer = Response(content, mimetype=mime)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'self'"
    return answer


def _in_store(desk: Desk, slug: str, digest: str) -> str:
    """Where bytes of the store are shown that the story may name; 404 for any other, there or not."""
    with read_scope(desk.people.engine) as session:
        story = story_named(session, slug)
        if story is None or not desk.holds(slug, digest):
            abort(404)
        return shown_at(desk, session, story)(digest)


def _read(folder: Path, name: str) -> bytes:
    """The bytes of what lies beside the draft; 404 for what is not there or leads out of the folder."""
    base = folder.resolve()
    try:
        file = (base / name).resolve()
        if not file.is_relative_to(base) or not file.is_file() or file.stat().st_size > MAX_BYTES:
            abort(404)
        return file.read_bytes()
    except (OSError, ValueError):
        abort(404)
