"""What a form was answered has an address of its own (Post/Redirect/Get): the page is kept, sealed, for a while, and
the browser is led back to the page of the form to read it there. So going back, reloading and a restored tab show it
again, with all that was filled in, and nobody is asked whether to send the form twice.

Only a browser that is going to show the answer is led on; scripts and programs are answered on the spot, and so is
whoever need not be signed in: there nobody could tell whether they may still read it, and anybody could fill the table.
The page stays out of every cache (``entrance``): it is read anew each time, by nobody but the visit it was made for,
and only where the page it stands at would be shown to them now.
"""

import base64
import hashlib
import json
import re
import secrets
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session

from cms.db import read_scope, session_scope, utc
from cms.people import PeopleDesk
from cms.people.rows import FormAnswer
from cms.web import once
from cms.web.desk import Desk
from cms.web.entrance import own_path
from cms.web.permits import PERMITS

FIELD = "answered"
KEPT = timedelta(minutes=10)
LARGEST = 2 * 1024 * 1024
_ONCE = re.compile(rf'<input type="hidden" name="{once.FIELD}" value="[^"]*">')


def give_addresses(app: Flask, desk: Desk) -> None:
    """Watch every POST of ``app`` that is answered with a page. To stand behind the entrance, and before forms are
    counted: what is kept there is the answer itself, not the way to it."""

    @app.after_request
    def show(answer: Response) -> Response:
        token = request.args.get(FIELD, "")
        is_asked = request.method == "GET" and token and "permit" in g
        if not is_asked or answer.status_code != 200 or answer.mimetype != "text/html":
            return answer  # what may be read there now, the page itself decides
        return _kept(desk.people, token, answer) or answer

    @app.after_request
    def lead_on(answer: Response) -> Response:
        way = _way() if _is_page(answer) else ""
        return _led(desk.people, answer, way) if way else answer


def _is_page(answer: Response) -> bool:
    """Whether it is a page that a browser is about to show as the result of a form."""
    if request.method != "POST" or "permit" not in g or g.permit.gate == "open":
        return False
    if "text/html" not in request.headers.get("Accept", ""):
        return False
    if "Set-Cookie" in answer.headers:  # another visit begins, to which the page of the form may be closed
        return False
    is_shown = answer.mimetype == "text/html" and "Content-Disposition" not in answer.headers
    # 401 asks for a fresh code and carries the form on: the page of the form may ask for one itself, and would lose it.
    is_ours = answer.status_code == 200 or (400 <= answer.status_code < 500 and answer.status_code != 401)
    return is_shown and is_ours and not answer.is_streamed and (answer.content_length or 0) <= LARGEST


def _way() -> str:
    """The page of the form, or the form's own address where that is a page; "" where neither is, or only one that is
    open to everybody: that says nothing about who may read."""
    at = current_app.create_url_adapter(request)
    for address in (own_path(request.referrer or ""), request.full_path.rstrip("?")):
        parts = urlsplit(address)
        if (
            at is not None
            and parts.path
            and at.test(parts.path, "GET")
            and not _is_open(at.match(parts.path, "GET")[0])
        ):
            said = [(name, value) for name, value in parse_qsl(parts.query) if name != FIELD]
            return f"{parts.path}?{urlencode([*said, (FIELD, '')])}"
    return ""


def _is_open(endpoint: str) -> bool:
    permit = PERMITS.get((endpoint, "GET"))
    return permit is None or permit.gate == "open"


def _led(desk: PeopleDesk, answer: Response, way: str) -> Response:
    token = secrets.token_urlsafe(18)
    kept = {
        "status": answer.status_code,
        "headers": [(name, value) for name, value in answer.headers if name.lower().startswith("content-")],
        "body": base64.b64encode(answer.get_data()).decode(),
    }
    sealed = desk.seal(json.dumps(kept), f"answer:{token}")
    with session_scope(desk.engine) as rows:
        row = FormAnswer(
            token_hash=_hash(token), asked=_reader(urlsplit(way).path), begun_at=utc(g.now),
            kept_until=utc(g.now) + KEPT, sealed=sealed,
        )  # fmt: skip
        rows.add(row)
    led: Response = redirect(f"{way}{token}", 303)  # type: ignore[assignment]
    return led


def _kept(desk: PeopleDesk, token: str, bare: Response) -> Response | None:
    """The page that was kept, in place of the ``bare`` page of the form; None where there is none any more, or it is
    not this visit's: then that is shown as it is."""
    with read_scope(desk.engine) as rows:
        row = rows.get(FormAnswer, _hash(token))
    if row is None or row.kept_until < g.now or row.asked != _reader(request.path):
        return None
    kept = json.loads(desk.open(row.sealed, f"answer:{token}"))
    # Handed in once more after it counted, it is another form: each showing has a token of its own.
    body = _ONCE.sub(lambda _: str(once.field()), base64.b64decode(kept["body"]).decode())
    answer = current_app.response_class(body, kept["status"])
    for name, value in kept["headers"]:
        if name.lower() != "content-length":
            answer.headers[name] = value
    for value in bare.headers.getlist("Set-Cookie"):
        answer.headers.add("Set-Cookie", value)
    return answer


def _reader(path: str) -> str:
    """Who may read it, and where: the person in this visit, at the page of the form."""
    visitor = g.visitor
    said = [visitor.person_id if visitor else 0, session.get("csrf_token", ""), path]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(f"answer:{token}".encode()).hexdigest()
