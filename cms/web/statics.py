"""Styles and scripts: small on the line, and kept for ever under an address that changes with them.

Only these are compressed. A page holds a token against forged forms, and may repeat words of its own address (a
search): whoever makes a browser ask for such pages and watches their lengths, compressed, can guess the token letter
by letter (BREACH). Flask-WTF does not mask the token, so pages stay as they are, small beside the scripts. What
is here is the same for everybody and says nothing about anybody.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, abort, request
from werkzeug.wrappers import Response as Answer

FOLDER = Path(__file__).parent / "static"
TYPES: Mapping[str, str] = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_STAMPED = re.compile(r"([0-9a-f]{16})/(.+)")
FOR_EVER = "public, max-age=31536000, immutable"


@lru_cache(maxsize=1)
def files() -> Mapping[str, bytes]:
    """Every file there is to hand out, by name."""
    return {one.name: one.read_bytes() for one in sorted(FOLDER.iterdir()) if one.suffix in TYPES}


@lru_cache(maxsize=1)
def stamp() -> str:
    """One fingerprint for all of them, so that a script finds its neighbours (``./wire.js``) of the same day."""
    whole = hashlib.sha256()
    for name, content in files().items():
        whole.update(f"{name}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()[:16]


@lru_cache(maxsize=64)
def packed(name: str) -> bytes:
    """A file as it goes over the line, by a compressor every browser knows; the same bytes each time."""
    return gzip.compress(files()[name], 9, mtime=0)


def hand_out(app: Flask) -> None:
    """Serve the files at ``/static/``; ``url_for("static", …)`` names them under their fingerprint."""

    @app.get("/static/<path:filename>", endpoint="static")
    def static(filename: str) -> Answer:
        stamped = _STAMPED.fullmatch(filename)
        name = stamped[2] if stamped else filename
        if name not in files():
            abort(404)
        is_packed = request.accept_encodings.best_match(("gzip", "identity")) == "gzip"
        answer = Answer(packed(name) if is_packed else files()[name], mimetype=TYPES[Path(name).suffix])
        answer.headers["Vary"] = "Accept-Encoding"
        # A page made before an update may ask by an older fingerprint: it gets today's file, and nobody keeps it.
        answer.headers["Cache-Control"] = FOR_EVER if stamped and stamped[1] == stamp() else "no-cache"
        answer.set_etag(f"{stamp()}{'-gz' if is_packed else ''}")
        if is_packed:
            answer.headers["Content-Encoding"] = "gzip"
        return answer.make_conditional(request)

    @app.url_defaults
    def fingerprinted(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["filename"] = f"{stamp()}/{values['filename']}"
