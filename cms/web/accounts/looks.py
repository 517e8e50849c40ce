"""样式: what a unit changes of its theme, tried on by the code that publishes before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar
from werkzeug.wrappers import Response as Answer

import themes
from channels.values import Profile
from cms.db import read_scope, session_scope
from cms.matrix import Account, MatrixError, Unit, looks, profiles_of
from cms.people import PeopleError, name_of
from cms.people.mandates import ADMINISTRATORS
from cms.releases import standing
from cms.web import beginning
from cms.web.delivering.forms import reason
from cms.web.desk import Desk, day, rank
from cms.web.entrance import now, scope, who
from cms.web.preview import Previewer, Shown

Seen = str | tuple[str, int] | Answer
LABELS: Mapping[str, tuple[str, str]] = {
    "masthead": ("刊头", "页头上的名字，12 字以内"),
    "motto": ("刊头语", "刊头旁的一句话，24 字以内"),
    "footer": ("页脚语", "每篇文末的一句话，60 字以内"),
}
QUOTES: Mapping[str, str] = {"bar": "竖线", "corner": "角标", "frame": "方框"}
SAMPLE = "sample.md"


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """A unit with what its theme says (``plain``), what it changes of it (``own``, in version ``number``), and its
    accounts as they are."""

    unit: Unit
    plain: Mapping[str, str]
    own: Mapping[str, str]
    number: int
    profiles: Mapping[int, Profile]


def routes(found: Blueprint, desk: Desk, previewer: Previewer) -> None:
    """The page, its live sample, and keeping a look."""

    @found.get("/accounts/look")
    def look() -> Seen:
        with read_scope(desk.people.engine) as session:
            has_any = session.exec(_units().limit(1)).first() is not None
        if has_any or request.args.get("unit"):  # one out of reach is not there
            return _page(desk, previewer)
        return redirect(url_for("accounts.page"), 303)

    @found.post("/accounts/look/sample")
    def sample() -> Response | tuple[Response, int]:
        asked = request.get_json(silent=True)
        asked = asked if isinstance(asked, dict) else {}
        said = {name: str(asked.get(name, ""))[:200] for name in looks.NAMES}
        with read_scope(desk.people.engine) as session:
            wardrobe = _wardrobe(session, str(asked.get("unit", "")))
            try:
                tokens = _tokens(wardrobe, said)
                notes = looks.notes(session, wardrobe.unit.id, tokens)
            except MatrixError as error:
                return jsonify(sentence=str(error)), 422
            shown = _shown(session, previewer, wardrobe, tokens, str(asked.get("channel", "")))
        return jsonify(frame=_address(shown), problem=shown.problem if shown else "", notes=notes)

    @found.post("/accounts/look")
    def keep_look() -> Seen:
        said = {name: request.form.get(name, "")[:200] for name in looks.NAMES}
        base = request.form.get("base", "0")
        try:
            why = reason()
            with session_scope(desk.people.engine) as session:
                wardrobe = _wardrobe(session, request.form.get("unit", ""))
                tokens = {} if request.form.get("plain") else _tokens(wardrobe, said)
                number = int(base) if base.isascii() and base.isdigit() and len(base) < 9 else -1
                looks.save(session, wardrobe.unit.id, tokens, number, who().login, why, now())
        except (MatrixError, PeopleError) as error:
            return _page(desk, previewer, str(error), said), 422
        desk.press.relook([wardrobe.unit.slug])
        return redirect(url_for("accounts.look", unit=wardrobe.unit.slug, saved=1), 303)


def _units() -> SelectOfScalar[Unit]:
    """The units in reach that have accounts, in order."""
    return select(Unit).where(scope().over(Unit.id), col(Unit.id).in_(select(Account.unit_id))).order_by(col(Unit.id))


def _wardrobe(session: Session, slug: str) -> Wardrobe:
    """A unit in reach that has accounts, or 404; the first of them where none is named."""
    query = _units()
    unit = session.exec(query.where(Unit.slug == slug) if slug else query).first()
    if unit is None:
        abort(404)
    rows = session.exec(select(Account).where(Account.unit_id == unit.id).order_by(col(Account.id))).all()
    last = looks.newest(session, unit.id)
    plain = dict(themes.load(rows[0].theme).tokens)
    profiles = profiles_of(session, [one.id for one in rows])
    ordered = dict(sorted(profiles.items(), key=lambda one: rank(one[1].channel)))
    own = last.tokens if last else {}
    return Wardrobe(unit, {name: plain[name] for name in looks.NAMES}, own, last.number if last else 0, ordered)


def _tokens(wardrobe: Wardrobe, said: Mapping[str, str]) -> dict[str, str]:
    """What is really changed: left empty, or as the theme has it, is no change."""
    said = {name: " ".join(value.split()) for name, value in said.items()}
    return {
        name: value for name, value in said.items() if value and value.casefold() != wardrobe.plain[name].casefold()
    }


def _shown(
    session: Session, previewer: Previewer, wardrobe: Wardrobe, tokens: Mapping[str, str], channel: str
) -> Shown | None:
    """The sample story on one account of the unit: of this channel, else the first."""
    instead = profiles_of(session, list(wardrobe.profiles), {wardrobe.unit.id: tokens})
    ordered = [instead[number] for number in wardrobe.profiles]
    profile = next((one for one in ordered if one.channel == channel), ordered[0])
    text = resources.files(beginning).joinpath(SAMPLE).read_text(encoding="utf-8")
    return previewer.sample(text, profile)


def _address(shown: Shown | None) -> str:
    return f"/frames/{shown.frame}/{shown.path}" if shown and shown.frame else ""


def _page(desk: Desk, previewer: Previewer, sentence: str = "", said: Mapping[str, str] | None = None) -> str:
    """The form filled with the look that counts, an older one that is looked at, or what was just said."""
    asked = request.form if request.method == "POST" else request.args
    named, channel = standing.titles(), request.args.get("channel", "")
    with read_scope(desk.people.engine) as session:
        wardrobe = _wardrobe(session, asked.get("unit", ""))
        history = looks.versions(session, wardrobe.unit.id)
        older = next((one for one in history if str(one.number) == request.args.get("version")), None)
        filled = said or (older.tokens if older else wardrobe.own)
        shown, notes = _tried(session, previewer, wardrobe, filled, channel)
        told: list[dict[str, Any]] = [
            {"row": one, "at": day(one.saved_at), "by": name_of(session, one.saved_by)} for one in history[:10]
        ]
        worn = standing.worn_by(session, wardrobe.unit.id)
        units = session.exec(_units()).all()
    channels = [one.channel for one in wardrobe.profiles.values()]
    return render_template(
        "accounts/look.html",
        unit=wardrobe.unit,
        units=[(one.slug, one.short) for one in units],
        plain=wardrobe.plain,
        values={name: filled.get(name) or wardrobe.plain[name] for name in looks.NAMES},
        number=wardrobe.number,
        is_own=bool(wardrobe.own),
        older=older,
        labels=LABELS,
        quotes=QUOTES,
        channels=[(one, named.get(one, one)) for one in channels],
        channel=channel if channel in channels else channels[0],
        frame=_address(shown),
        problem=shown.problem if shown else "",
        notes=notes,
        worn=worn,
        told=told,
        sentence=sentence,
        saved=request.args.get("saved", "") == "1" and not sentence,
        relooking=wardrobe.unit.slug in desk.press.relooked_late(),
        why=asked.get("reason", "") if request.method == "POST" else "",
        rules=who().units.scope(who().held, ADMINISTRATORS).holds(wardrobe.unit.id),
    )


def _tried(
    session: Session, previewer: Previewer, wardrobe: Wardrobe, filled: Mapping[str, str], channel: str
) -> tuple[Shown | None, list[str]]:
    """The sample in this look, and what is changed of it; in the one that counts where it cannot be worn."""
    try:
        tokens = _tokens(wardrobe, {name: filled.get(name, "") for name in looks.NAMES})
        notes = looks.notes(session, wardrobe.unit.id, tokens)
    except MatrixError:
        tokens, notes = dict(wardrobe.own), []
    return _shown(session, previewer, wardrobe, tokens, channel), notes
