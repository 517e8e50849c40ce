"""A form counts once (F39): every POST that changes something carries a token; the first answer is kept, sealed, and a
replay hears it again while nothing is done twice. What was refused may be sent again under the same token."""

import base64
import hashlib
import json
import secrets
import time
from datetime import datetime, timedelta

from flask import Flask, Response, current_app, g, request
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete

from cms.db import read_scope, session_scope, utc
from cms.people.desk import PeopleDesk
from cms.people.rows import FormAnswer
from cms.web import again
from cms.web.desk import Desk
from cms.web.guard import COPY, trouble

FIELD, HEADER = "once", "Idempotency-Key"
KEPT, KEPT_AT_THE_DOOR = timedelta(hours=24), timedelta(minutes=2)
PATIENCE_S, BETWEEN_S = 10.0, 0.05
MISSING = "这张表单缺少防重复的记号，什么也没有做。"
OTHER = "这张表单已经提交过一次，那次的内容和这次不一样；这一次没有提交。"
UNDER_WAY = "上一次提交还没有结果，请稍等片刻。"

Told = Response | tuple[Response | str, int]


def field() -> Markup:
    """The hidden field of a form."""
    return Markup(f'<input type="hidden" name="{FIELD}" value="{secrets.token_urlsafe(18)}">')  # noqa: S704


def is_token(said: str) -> bool:
    """Whether it is as long as one of ours."""
    return 16 <= len(said) <= 80


def count_once(app: Flask, desk: Desk) -> None:
    """Watch every POST of ``app`` whose permit says how it is known."""
    app.jinja_env.globals["once"] = field

    @app.before_request
    def replay() -> Told | None:
        permit = getattr(g, "permit", None)
        if request.method != "POST" or permit is None or permit.once in ("", "pure"):
            return None
        token = request.headers.get(HEADER, "") or (request.form.get(FIELD, "") if permit.once == "form" else "")
        if not is_token(token):
            return _refused(MISSING, 400, "记号已补上，请核对后再提交。")
        lasts = KEPT_AT_THE_DOOR if permit.gate in ("open", "step") else KEPT
        return _begin(desk.people, token, lasts, g.now)

    @app.after_request
    def keep(answer: Response) -> Response:
        if (token := g.pop("once", None)) is not None:
            _end(desk.people, token, answer)
        return answer

    @app.teardown_request
    def give_back(_error: BaseException | None) -> None:
        if (token := g.pop("once", None)) is not None:
            _forget(desk.people, token)


def _begin(desk: PeopleDesk, token: str, lasts: timedelta, now: datetime) -> Told | None:
    """None for the first; for a replay the first answer, once it is there."""
    known, asked = _hash(token), _asked()
    try:
        with session_scope(desk.engine) as session:
            session.exec(delete(FormAnswer).where(col(FormAnswer.kept_until) < now))
            session.add(FormAnswer(token_hash=known, asked=asked, begun_at=utc(now), kept_until=utc(now) + lasts))
    except IntegrityError:
        return _said_before(desk, known, asked)
    g.once = known
    return None


def _said_before(desk: PeopleDesk, known: str, asked: str) -> Told:
    end = time.monotonic() + PATIENCE_S
    while True:
        with read_scope(desk.engine) as session:
            row = session.get(FormAnswer, known)
        if row is None:
            return _waiting()  # refused the first time: the page says why, and may be sent again
        if row.asked != asked:
            return _refused(OTHER, 409, "请先看看那一次是否已经生效；确实还要提交这一次，核对后再点。")
        if row.sealed:
            return _opened(desk, row)
        if time.monotonic() > end:
            return _waiting()
        time.sleep(BETWEEN_S)


def _refused(sentence: str, code: int, beside: str) -> Told:
    """Refused for its token: shown again, it has another one."""
    g.is_spent = True
    return trouble(sentence, code, alone=COPY, beside=beside)


def _waiting() -> Told:
    """Shown again, it keeps its token: sent a second time as it is, it still counts once."""
    return trouble(
        UNDER_WAY, 409, alone="先看看是否已经生效，再刷新页面。", beside="再点一次也行：同样的内容只算一次。"
    )


def _asked() -> str:
    """What makes two requests the same: who, where to, and what."""
    visitor = g.visitor
    sent = request.form.to_dict(flat=False)
    for unlike in ("csrf_token", again.CODE):  # what is new each time a form is shown
        sent.pop(unlike, None)
    body = b"" if sent or request.files else request.get_data(cache=True)
    who = visitor.person_id if visitor else 0
    said = json.dumps([who, request.path, sent], sort_keys=True, ensure_ascii=False).encode() + body
    return hashlib.sha256(said).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _end(desk: PeopleDesk, known: str, answer: Response) -> None:
    if answer.status_code >= 400 or answer.is_streamed:
        _forget(desk, known)
        return
    kept = {
        "status": answer.status_code,
        "headers": [(name, value) for name, value in answer.headers if name.lower() != "set-cookie"],
        "cookies": answer.headers.getlist("Set-Cookie") if g.permit.gate in ("open", "step") else [],
        "body": base64.b64encode(answer.get_data()).decode(),
    }
    with session_scope(desk.engine) as session:
        row = session.get(FormAnswer, known)
        if row is not None:
            row.sealed = desk.seal(json.dumps(kept), f"form:{known}")


def _forget(desk: PeopleDesk, known: str) -> None:
    with session_scope(desk.engine) as session:
        session.exec(delete(FormAnswer).where(col(FormAnswer.token_hash) == known))


def _opened(desk: PeopleDesk, row: FormAnswer) -> Response:
    kept = json.loads(desk.open(row.sealed, f"form:{row.token_hash}"))
    answer = current_app.response_class(base64.b64decode(kept["body"]), kept["status"])
    answer.headers.clear()
    for name, value in kept["headers"]:
        answer.headers.add(name, value)
    for value in kept["cookies"]:
        answer.headers.add("Set-Cookie", value)
    return answer
