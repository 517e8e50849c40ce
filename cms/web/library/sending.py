"""Files on their way: begun, looked after, sent on a piece at a time."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for

from cms.db import read_scope
from cms.library import Added, LibraryDesk, LibraryError, facts_of, plain_name
from cms.library.uploads import GONE, OffsetError, Progress, append, begin, progress
from cms.web.desk import Desk
from cms.web.guard import trouble
from cms.web.library.asking import by
from cms.web.library.pages import cards

Told = Response | tuple[Response | str, int]
_FIELDS = ("unit", "licence", "author", "source", "keywords", "until")


def add_routes(library: Blueprint, desk: Desk, room: LibraryDesk) -> None:
    """The three ways a file in pieces is talked about."""

    @library.post("/library/uploads", endpoint="begin")
    def begin_one() -> Response:
        asked = _asked()
        facts = facts_of({name: asked[name] for name in _FIELDS}, plain_name(asked["name"]))
        return _said(begin(room, asked["name"], int(asked["size"]), asked["hash"], facts, by(asked["unit"])))

    @library.get("/library/uploads/<key>")
    def upload(key: str) -> Told:
        try:
            return _said(progress(room, key, by("")))
        except LibraryError as error:
            return trouble(error.sentence, 404)

    @library.patch("/library/uploads/<key>")
    def piece(key: str) -> Told:
        told = request.headers.get("Upload-Offset", "")
        offset = int(told) if told.isascii() and told.isdecimal() and len(told) < 16 else -1  # fits nowhere
        try:
            return _said(append(room, key, offset, request.get_data(cache=False), by("")))
        except OffsetError as error:
            answer = jsonify(sentence=error.sentence, offset=error.here)
            answer.headers["Upload-Offset"] = str(error.here)
            return answer, 409
        except LibraryError as error:
            return trouble(error.sentence, 404 if error.sentence == GONE else 422)

    def _said(one: Progress) -> Response:
        told: dict[str, Any] = {"id": one.id, "offset": one.here, "size": one.size}
        if one.done is not None:
            told["done"] = _done(one.done)
        answer = jsonify(told)
        answer.headers["Upload-Offset"], answer.headers["Upload-Length"] = str(one.here), str(one.size)
        return answer

    def _done(made: Added) -> dict[str, Any]:
        with read_scope(room.engine) as session:
            (card,) = cards(session, desk, [made.asset], desk.today())
        return {
            "number": made.asset.id,
            "name": made.asset.name,
            "address": url_for("library.asset", number=made.asset.id),
            "is_new": made.is_new,
            "said": "已收好" if made.is_new else "已有同一张图",
            "card": render_template("library/card.html", card=card),
        }


def _asked() -> dict[str, str]:
    """What a script says of a file: all in words, each there."""
    given = request.get_json()
    if not isinstance(given, dict):
        abort(400)
    told = {name: given.get(name, "") for name in ("name", "hash", *_FIELDS)}
    size = given.get("size")
    if not all(isinstance(one, str) for one in told.values()) or not isinstance(size, int) or not told["name"]:
        abort(400)
    return {**told, "size": str(size)}
