"""初次设置: three steps from an empty machine to the first issue: name and logo, one column, write."""

from collections.abc import Mapping
from dataclasses import fields, replace

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from assets.pictures import PictureError
from assets.store import MissingAssetError
from channels import registry
from channels.contract import ChannelError
from cms.db import read_scope, session_scope
from cms.people import PeopleError, beginning
from cms.people.beginning import DONE, ONE, PROVINCES, First
from cms.releases import TargetError
from cms.stories import Column, Issue, IssueError, open_next_issue
from cms.stories.rhythm import WEEKDAYS
from cms.web import brand
from cms.web.beginning import sample
from cms.web.desk import SHANGHAI, Desk
from cms.web.entrance import let_in, now, place, scope, who
from cms.web.guard import trouble
from cms.web.scheduling import begin_issue
from cms.web.scheduling.columns import ColumnError, Form, free_slug, kept_column

PLAIN = {"holiday": "keep", "target": "", "push": "", "template": "", "new": "yes"}
"""What the first run does not ask of a column."""
STEPS = ("名称和标志", "一个栏目", "开始写")
Shown = str | tuple[Response | str, int] | Answer


def blueprint(desk: Desk) -> Blueprint:
    """The routes of the first run."""
    first = Blueprint("beginning", __name__)
    people, engine = desk.people, desk.people.engine

    @first.get("/first/<key>")
    def start(key: str) -> Shown:
        return _closed(desk, key) or _first_page(desk, key, First(), {})

    @first.post("/first/<key>")
    def take(key: str) -> Shown:
        if closed := _closed(desk, key):
            return closed
        said, wrong = _said(desk, key, request.form)
        with read_scope(engine) as session:
            wrong = {**beginning.faults(said, not beginning.has_units(session)), **wrong}
        if wrong:
            return _first_page(desk, key, said, wrong), 422
        said = replace(said, sign=brand.for_sites(desk.pictures, said.logo)) if said.logo else said
        names, root = sorted(registry.all_channels()), f"{request.url_root}sites"
        try:
            token = beginning.take(people, key, said, names, root, place(), now())
        except PeopleError as error:
            return _first_page(desk, key, said, {"": error.sentence}), 422
        return let_in(desk, token, url_for("beginning.column"))

    @first.get("/start/column")
    def column() -> Shown:
        return _elsewhere(desk, 2) or _column_page(engine, MultiDict(), "", "")

    @first.post("/start/column")
    def keep() -> Shown:
        if elsewhere := _elsewhere(desk, 2):
            return elsewhere
        if "skip" not in request.form:
            unit = min(scope().units)[1]
            form = MultiDict(request.form)
            for name, value in {"unit": unit, **PLAIN}.items():
                form[name] = value
            try:
                with session_scope(engine) as session:
                    open_next_issue(session, kept_column(session, form), now())
            except (ColumnError, TargetError, IssueError) as error:
                return _column_page(engine, request.form, getattr(error, "field", ""), str(error)), 422
        sample.lay(desk)
        with session_scope(engine) as session:
            beginning.go_on(session, 3)
        return redirect(url_for("beginning.ready"), 303)

    @first.get("/start/write")
    def ready() -> Shown:
        if elsewhere := _elsewhere(desk, 3):
            return elsewhere
        with read_scope(engine) as session:
            found = _first_issue(session)
            has_sample = sample.is_there(session)
        return render_template(
            "beginning/write.html", step=3, steps=STEPS, found=found, when=_when(found[0]) if found else "",
            has_sample=has_sample,
        )  # fmt: skip

    @first.post("/start/write")
    def write() -> Shown:
        if elsewhere := _elsewhere(desk, 3):
            return elsewhere
        with read_scope(engine) as session:
            found = _first_issue(session)
        to = begin_issue(desk, found[0].id) if found else redirect(url_for("pages.new"), 303)
        with session_scope(engine) as session:
            beginning.go_on(session, DONE)
        return to if isinstance(to, Answer) else redirect(url_for("today.page"), 303)

    return first


def _closed(desk: Desk, key: str) -> Shown | None:
    """None while this key opens the first step. The one who took it is led on; everybody else finds nothing here."""
    with read_scope(desk.people.engine) as session:
        is_taken = beginning.is_taken(session)
        step = beginning.step_of(session, g.visitor.person_id) if g.visitor is not None else DONE
    if is_taken:
        if step < DONE:
            return redirect(url_for("beginning.column" if step == 2 else "beginning.ready"), 303)
        abort(404)
    try:
        beginning.look_up(desk.people, key, place(), now())
    except PeopleError as error:
        return trouble(error.sentence, 404)
    return None


def _elsewhere(desk: Desk, step: int) -> Answer | None:
    """None where this step is the next one of the first administrator; done ones lead on, nobody else finds any."""
    with read_scope(desk.people.engine) as session:
        at = beginning.step_of(session, who().person_id)
    if at == DONE:
        abort(404)
    if at == step or (step == 2 and at == 3):  # back, to set up one column more
        return None
    return redirect(url_for("beginning.column" if at == 2 else "beginning.ready"), 303)


# --------------------------------------------------------------------------- the first step


def _said(desk: Desk, key: str, form: Mapping[str, str]) -> tuple[First, dict[str, str]]:
    """What the form says, what was said before along with it (the logo, the password), and what is wrong so far."""
    words = {one.name: form.get(one.name, "").strip()[:200] for one in fields(First) if one.name != "sign"}
    for name in ("password", "again"):
        words[name] = form.get(name, "")[:200]
    if not words["password"] and not words["again"]:
        words["password"] = words["again"] = _opened(desk, key, form.get("sealed", ""))
    wrong: dict[str, str] = {}
    words["logo"] = "" if "no-logo" in form else _opened(desk, key, form.get("kept-logo", ""))
    sent = request.files.get("logo")
    if sent is not None and sent.filename:
        try:
            words["logo"] = brand.take_logo(desk.pictures, sent.stream.read(brand.LIMIT + 1), sent.filename)
        except PictureError as error:
            wrong["logo"] = str(error)
    return First(**{**words, "slug": words["slug"] or First().slug, "units": words["units"] or ONE}), wrong


def _opened(desk: Desk, key: str, sealed: str) -> str:
    """What this page carried along, sealed for this very set-up; "" where there is nothing, or something else."""
    if not sealed:
        return ""
    try:
        return desk.people.open(sealed, f"first:{key}")
    except (ChannelError, ValueError):
        return ""


def _first_page(desk: Desk, key: str, said: First, wrong: Mapping[str, str]) -> str:
    with read_scope(desk.people.engine) as session:
        asks_units = not beginning.has_units(session)
    is_set = bool(said.password) and not {"password", "again", "login"} & wrong.keys()
    sealed = desk.people.seal(said.password, f"first:{key}") if is_set else ""
    try:
        shown = brand.inline(desk.pictures, said.logo) if said.logo else ""
    except (PictureError, MissingAssetError):
        shown = ""
    return render_template(
        "beginning/name.html", step=1, steps=STEPS, key=key, said=said, wrong=wrong, asks_units=asks_units,
        provinces=PROVINCES, sealed=sealed, logo=shown,
        kept_logo=desk.people.seal(said.logo, f"first:{key}") if shown else "",
    )  # fmt: skip


# --------------------------------------------------------------------------- the second and the third


def _column_page(engine: Engine, form: Form, field: str, sentence: str) -> str:
    with read_scope(engine) as session:
        slug = free_slug(session, "lanmu")  # who comes back for one column more has the first one already
    given = {"title": "", "slug": slug, "clock": "09:00", "first_number": "1", **form.to_dict()}
    chosen = form.getlist("weekday") if sentence else ["2"]
    return render_template(
        "beginning/column.html", step=2, steps=STEPS, given=given, chosen=chosen, field=field, sentence=sentence,
        weekdays=WEEKDAYS,
    )  # fmt: skip


def _first_issue(session: Session) -> tuple[Issue, Column] | None:
    """The issue to write for: the next open one of the newest column in reach."""
    mine = col(Column.unit_id).is_(None) | scope().over(Column.unit_id)
    query = select(Issue, Column).where(Issue.column_id == Column.id, Issue.state == "open", mine)
    found = session.exec(query.order_by(col(Column.id).desc(), col(Issue.number)).limit(1)).first()
    return (found[0], found[1]) if found else None


def _when(issue: Issue) -> str:
    local = issue.due_at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 星期{WEEKDAYS[local.weekday()]} {local:%H:%M}"
