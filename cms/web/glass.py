"""A phone's glass: how a frame's document and its files are handed out, wherever one is looked at."""

from collections.abc import Callable

from flask import abort, redirect
from werkzeug.wrappers import Response as Answer

from cms.web.frames import Sheet
from cms.web.guard import FRAME_CSP


def served(sheet: Sheet, path: str, keep: str, stored: Callable[[str], Answer] | None = None) -> Answer:
    """The frame's document, or a file of it, in the cage of ``FRAME_CSP``; 404 for anything else. ``keep``: for how
    long a browser may. ``stored``: what answers for a picture of the store, where its address does not."""
    if path == sheet.path:
        answer = Answer(sheet.document, mimetype="text/html")
    elif path in sheet.beside:
        mime, content = sheet.beside[path]
        answer = Answer(content, mimetype=mime)
    elif path in sheet.stored:
        digest = sheet.stored[path]
        answer = stored(digest) if stored else redirect(sheet.address(digest))
    else:
        abort(404)
    answer.headers["Content-Security-Policy"] = FRAME_CSP
    answer.headers["Cache-Control"] = f"private, {keep}"
    return answer
