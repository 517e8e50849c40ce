"""A form that needs a fresh code (再验证) is not thrown away for it: the code is asked for beside what was filled in,
and both are handed in together."""

from datetime import datetime

from flask import current_app, render_template, request
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError  # type: ignore[import-untyped]

from cms.people import PeopleDesk, PeopleError, visits
from cms.people.visits import Place, Visitor
from cms.web.guard import wants_json

CODE = "fresh_code"


def is_carried() -> bool:
    """Whether this request is a form of one of our own pages, to be shown again with a field for the code."""
    if request.method != "POST" or wants_json() or not (request.form or request.files):
        return False
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return True
    try:  # what another site made somebody send is not dressed up as ours
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def ask(desk: PeopleDesk, who: Visitor, place: Place, now: datetime, back: str) -> tuple[str, int] | None:
    """None when the form brought a right code; else the page that asks for one and carries all that was filled in.
    Files cannot be carried by a page: it says which to choose again. ``back``: the page of the form."""
    said, sentence = request.form.get(CODE), ""
    if said is not None:
        try:
            visits.confirm(desk, who, said[:40], place, now)
        except PeopleError as error:
            sentence = error.sentence
        else:
            return None
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", CODE)]
    files = [(name, file.filename) for name, file in request.files.items(multi=True) if file.filename]
    page = render_template("again.html", kept=kept, files=files, sentence=sentence, back=back)
    return page, 422 if sentence else 401
