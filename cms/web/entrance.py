"""Who is asking, and whether they may: the permission table put in front of every route, deny by default."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, jsonify, redirect, request, session, url_for
from werkzeug.wrappers import Response as Answer

from cms import review
from cms.db import read_scope
from cms.people import visits
from cms.people.roles import NEEDS_CODE, Scope
from cms.people.visits import GONE, Place, Visitor
from cms.web import again
from cms.web.desk import Desk
from cms.web.guard import wants_json
from cms.web.permits import PERMITS, Permit

log = logging.getLogger("yigao.entrance")
AGAIN = "这一步要再输一次验证码，请输入后重新提交。"
ENROL = "您的角色要有两步验证，请先设置。"
Held = tuple[tuple[str, int], ...]
"""(role, unit) pairs."""


def guard_entrance(app: Flask, desk: Desk) -> None:
    """Put the table in front of ``app``."""

    @app.before_request
    def check() -> Answer | tuple[Response | str, int] | None:
        if request.routing_exception is not None:
            return None  # 404, 405 and the like: the same for everybody
        permit = PERMITS.get((request.endpoint or "", "GET" if request.method == "HEAD" else request.method))
        if permit is None:
            log.error("no permit for %s %s", request.method, request.endpoint)
            abort(404)
        g.permit, g.now = permit, desk.now()
        if permit.largest:
            request.max_content_length = permit.largest
        g.visitor = visits.visitor(desk.people, request.cookies.get(cookie_name(desk), ""), g.now)
        g.lent = _lent(desk, g.visitor, g.now)
        return _stopped(desk, permit, g.visitor, g.now)

    @app.after_request
    def never_kept(answer: Response) -> Response:
        """What somebody signed in saw is nobody else's, not even the cache's."""
        if getattr(g, "visitor", None) is not None:
            answer.headers.setdefault("Cache-Control", "private, no-store")
            if answer.cache_control.private:  # nor, on a machine that several use, the next visitor's
                answer.vary.add("Cookie")
        return answer

    @app.context_processor
    def visitor() -> dict[str, object]:
        return {"visitor": getattr(g, "visitor", None)}


def _stopped(
    desk: Desk, permit: Permit, who: Visitor | None, now: datetime
) -> Answer | tuple[Response | str, int] | None:
    """None when they may; else the way to what is missing."""
    if permit.gate == "open":
        return None
    if who is None:
        g.is_turned_away = True  # what they filled in need not be lost for it (answered)
        return _elsewhere("door.sign_in", GONE)
    if permit.gate == "step":
        return None
    if not who.is_full:
        return _elsewhere("door.second", GONE)
    if permit.gate == "enrol":
        return None
    if who.must_enrol or (permit.lent and not who.has_code and any(role in NEEDS_CODE for role, _ in g.lent())):
        return _elsewhere("mine.enrol", ENROL)
    if permit.gate == "roles":
        g.scope = reached(who, permit)
        if not g.scope.units:
            if request.endpoint == "today.page" and g.lent():  # nothing of theirs here, but a review lent to them
                return redirect(url_for("reviewing.page"), 303)
            abort(404)
    if permit.fresh and who.has_code and not who.is_fresh(now):
        if not again.is_carried():
            return _elsewhere("door.second", AGAIN)
        shown = again.ask(desk.people, who, place(), now, own_path(request.referrer or ""))
        if shown is not None:
            return shown
        g.visitor = visits.visitor(desk.people, request.cookies.get(cookie_name(desk), ""), now)
    return None


def _lent(desk: Desk, who: Visitor | None, now: datetime) -> Callable[[], Held]:
    """What somebody was lent to (代审) and may still do: asked once in a request, and only where it counts."""

    @cache
    def lent() -> Held:
        if who is None:
            return ()
        with read_scope(desk.people.engine) as session:
            return tuple((one.role, one.unit_id) for one in review.loans_of(session, who.person_id, now))

    return lent


def reached(who: Visitor, permit: Permit) -> Scope:
    """The units for which somebody may do what ``permit`` lets its roles do: by their own, and by those lent to them
    where these count."""
    return who.units.scope((*who.held, *(g.lent() if permit.lent else ())), permit.roles)


def _elsewhere(endpoint: str, sentence: str) -> Answer | tuple[Response | str, int]:
    """A page leads on to where it goes from here; a script is told in words, and the way there."""
    if wants_json():
        return jsonify(sentence=sentence, way=url_for(endpoint)), 401
    back = request.full_path.rstrip("?") if request.method == "GET" else own_path(request.referrer or "")
    return redirect(url_for(endpoint, next=back if back not in ("", "/") else None), 303)


def own_path(address: str) -> str:
    """The path of an address of our own, for going back to; "" for any other."""
    parts = urlsplit(address)
    if parts.netloc and parts.netloc != request.host:
        return ""
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    is_own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_own and not parts.scheme.startswith("java") else ""


def who() -> Visitor:
    """The person asking; only behind a gate that let them in."""
    found: Visitor | None = g.visitor
    if found is None:
        abort(404)
    return found


def scope() -> Scope:
    """Whose rows this request may touch; only behind a gate of roles."""
    found: Scope = g.scope
    return found


def nearest(unit: str) -> str:
    """``unit`` (a slug) where it is in reach; else the one of one's own above or below it: the province's assets are
    there for its prefectures, and where a unit has no accounts its people look at those below. 404 where there is none.
    """
    if unit in scope().slugs:
        return unit
    units = who().units
    number = next((one for one, slug, _ in units.rows if slug == unit), 0)
    line = {*units.above(number), *units.below(number)}
    return next((slug for one, slug in scope().units if one in line), "") or abort(404)


def now() -> datetime:
    """The moment of this request."""
    found: datetime = g.now
    return found


def place() -> Place:
    """Where the request comes from."""
    return Place(address=request.remote_addr or "?", device=request.headers.get("User-Agent", ""))


def cookie_name(desk: Desk) -> str:
    return "__Host-yigao-who" if desk.https else "yigao-who"


def let_in(desk: Desk, token: str, onward: str) -> Answer:
    """On to ``onward`` under a new token; what the browser held before the sign-in counts no more."""
    session.clear()
    answer = redirect(own_path(onward) or "/", 303)
    answer.set_cookie(
        cookie_name(desk), token, max_age=int(visits.LONGEST.total_seconds()), secure=desk.https, httponly=True,
        samesite="Lax", path="/",
    )  # fmt: skip
    return answer


def let_out(desk: Desk) -> Answer:
    """Back to the door, holding nothing."""
    session.clear()
    answer = redirect(url_for("door.sign_in"), 303)
    answer.delete_cookie(cookie_name(desk), secure=desk.https, httponly=True, samesite="Lax", path="/")
    return answer
