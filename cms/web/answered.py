"""What a form was answered has an address of its own (Post/Redirect/Get): the page is kept, sealed, for a while, and
the browser is led back to the page of the form to read it there. So going back, reloading and a restored tab show it
again, with all that was filled in, and nobody is asked whether to send the form twice.

Only a browser that is going to show the answer is led on; scripts and programs are answered on the spot, and so is
whoever need not be signed in: there nobody could tell whether they may still read it, and anybody could fill the table.
The page stays out of every cache (``entrance``): it is read anew each time, by nobody but the visit it was made for,
and only where the page it stands at would be shown to them now.

A form that was refused with a mere sentence (``trouble``: its token is spent or stale, its page was open too long,
what it asks for is not so) has no page that shows it: then what was filled in is kept, and the page of the form, as it
is by now, is shown with it (``refilling``). Nothing was done; handing it in again is a person's own act. Whose visit
had ended meanwhile signs in first: until then nothing is kept here, what they filled in waits, sealed, in the page of
the door.
"""

import base64
import hashlib
import json
import re
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, Response, current_app, g, redirect, render_template, request, session
from flask_wtf.csrf import generate_csrf

from channels.contract import AdministratorError
from cms.db import read_scope, session_scope, utc
from cms.people import PeopleDesk
from cms.people.rows import FormAnswer
from cms.web import again, once
from cms.web.desk import Desk
from cms.web.entrance import own_path
from cms.web.permits import PERMITS
from cms.web.refilling import SAID, refilled

FIELD = "answered"
KEPT = timedelta(minutes=10)
LARGEST = 2 * 1024 * 1024
CARRIED = (
    400,
    409,
    422,
    429,
)  # nothing was done and the same form may count later; elsewhere there is nothing to fill in
WAITING = "waiting"  # a field of the door
MOST_WAITING = 256 * 1024
EXPIRED = "登录已过期，刚才没有提交。"
AT_THE_DOOR = f"{EXPIRED}填的都还在：请重新登录，登录后核对了再提交。"
TOKENS = ("csrf_token", once.FIELD, again.CODE)
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
    def wait(answer: Response) -> Response:
        return _at_the_door(desk.people) or answer if g.pop("is_turned_away", False) else answer

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


def _at_the_door(desk: PeopleDesk) -> Response | None:
    """The door, with what was filled in on a page of ours before the visit ended; None where there is nothing."""
    if request.method != "POST" or "text/html" not in request.headers.get("Accept", "") or not _is_from_here():
        return None
    way, form = _way(), {**_form(), "happened": EXPIRED, "beside": "请核对后再提交。"}
    said = json.dumps([way, form])
    if not way or not form["sent"] or len(said) > MOST_WAITING:
        return None
    waiting = desk.seal(said, WAITING)
    page = render_template(
        "sign_in.html", house=desk.house_name, login="", sentence=AT_THE_DOOR, onward=way.partition("?")[0],
        waiting=waiting, is_empty=False,
    )  # fmt: skip
    return current_app.make_response((page, 401))


def waited(desk: PeopleDesk, sealed: str, person_id: int) -> str:
    """Where somebody who just gave their password finds again what they filled in before; "" where nothing waited."""
    if not sealed:
        return ""
    try:
        way, form = json.loads(desk.open(sealed, WAITING))
    except (AdministratorError, ValueError):  # not what this house sealed
        return ""
    token = _keep(desk, {"status": 409, "form": form}, _owner(person_id, urlsplit(way).path))
    return f"{way}{token}#{SAID}"


def _led(desk: PeopleDesk, answer: Response, way: str) -> Response:
    kept = {
        "status": answer.status_code,
        "headers": [(name, value) for name, value in answer.headers if name.lower().startswith("content-")],
        "body": base64.b64encode(answer.get_data()).decode(),
        "form": _form() if "refused" in g and answer.status_code in CARRIED and _is_from_here() else None,
    }
    token = _keep(desk, kept, _reader(urlsplit(way).path))
    led: Response = redirect(f"{way}{token}{f'#{SAID}' if kept['form'] else ''}", 303)  # type: ignore[assignment]
    return led


def _keep(desk: PeopleDesk, kept: dict[str, Any], reader: str) -> str:
    token = secrets.token_urlsafe(18)
    with session_scope(desk.engine) as rows:
        row = FormAnswer(
            token_hash=_hash(token), asked=reader, begun_at=utc(g.now), kept_until=utc(g.now) + KEPT,
            sealed=desk.seal(json.dumps(kept), f"answer:{token}"),
        )  # fmt: skip
        rows.add(row)
    return token


def _form() -> dict[str, object]:
    """What was sent, its tokens left out, and what is to be said beside it. Its mark against counting twice stays where
    the first try may have counted or still may: handed in again as it is, it counts once."""
    happened, beside = g.get("refused", ("", ""))
    before = dict(parse_qsl(urlsplit(request.referrer or "").query)).get(FIELD, "")
    return {
        "path": request.path,
        "happened": happened,
        "beside": beside,
        "sent": [pair for pair in request.form.items(multi=True) if pair[0] not in TOKENS],
        "once": "" if g.get("is_spent") else request.form.get(once.FIELD, "")[:80],
        "before": before,  # the form stood on a page that was an answer itself
    }


def _is_from_here() -> bool:
    """Whether a page of ours sent it: what another site made somebody send is not filled in as if it were theirs."""
    said = request.headers.get("Origin", request.referrer or "")
    return urlsplit(said).netloc == request.host


def _kept(desk: PeopleDesk, token: str, bare: Response) -> Response | None:
    """The page that was kept, in place of the ``bare`` page of the form, or that with what was filled in; None where
    there is none any more, or it is not this visit's: then that is shown as it is."""
    kept = _read(desk, token)
    if kept is None:
        return None
    if kept.get("form"):
        return _carried(desk, kept["form"], kept["status"], bare)
    body = base64.b64decode(kept["body"]).decode()
    # Handed in once more after it counted, it is another form: each showing has a token of its own.
    answer = current_app.response_class(_ONCE.sub(lambda _: str(once.field()), body), kept["status"])
    for name, value in kept["headers"]:
        if name.lower() != "content-length":
            answer.headers[name] = value
    for value in bare.headers.getlist("Set-Cookie"):
        answer.headers.add("Set-Cookie", value)
    return answer


def _carried(desk: PeopleDesk, form: dict[str, Any], status: int, bare: Response) -> Response:
    """The page of a refused form, with what was filled in. Where that form stands no more, at least what was written is
    shown, to be copied."""
    page = bare.get_data(as_text=True)
    fresh = {
        "csrf_token": generate_csrf(),
        once.FIELD: form["once"] if once.is_token(form["once"]) else secrets.token_urlsafe(18),
    }
    pages, before = [page], form["before"]
    while before and (kept := _read(desk, before)) is not None:
        if not kept.get("form"):
            pages.insert(0, base64.b64decode(kept["body"]).decode())
        before = (kept.get("form") or {}).get("before", "")
    for one in pages:
        filled = refilled(one, form["path"], form["sent"], fresh, f"{form['happened']}{form['beside']}")
        if filled is not None:
            break
    else:
        # Words, not the numbers and marks of a page: whoever writes here writes Chinese, and no key is that.
        words = [value for _, value in form["sent"] if not value.isascii()]
        filled = render_template("trouble.html", sentence=form["happened"], code=status, words=words, back=request.path)
    bare.set_data(filled)
    bare.status_code = status
    return bare


def _read(desk: PeopleDesk, token: str) -> dict[str, Any] | None:
    """What was kept for this visit, at this page."""
    with read_scope(desk.engine) as rows:
        row = rows.get(FormAnswer, _hash(token))
    person_id = g.visitor.person_id if g.visitor else 0
    if (
        row is None
        or row.kept_until < g.now
        or row.asked not in (_reader(request.path), _owner(person_id, request.path))
    ):
        return None
    kept: dict[str, Any] = json.loads(desk.open(row.sealed, f"answer:{token}"))
    return kept


def _reader(path: str) -> str:
    """Who may read it, and where: the person in this visit, at the page of the form."""
    visitor = g.visitor
    said = [visitor.person_id if visitor else 0, session.get("csrf_token", ""), path]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _owner(person_id: int, path: str) -> str:
    """The same where the visit is only about to begin: by the person alone, who is sent the address."""
    return hashlib.sha256(json.dumps([person_id, path]).encode()).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(f"answer:{token}".encode()).hexdigest()
