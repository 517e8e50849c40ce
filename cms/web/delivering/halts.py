"""停发 (静默令): what it stops is shown before; what fell due under it is thawed item by item. The one a restoring gave
(恢复后核对) shows what the platforms answered, and ends with a person's word.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from channels import registry
from cms import releases
from cms.db import read_scope, session_scope
from cms.people import PeopleError
from cms.people import Scope as Units
from cms.people.mandates import STOPPERS
from cms.people.roles import who_may
from cms.releases import Delivery, exempting, freeze, halted, restoring
from cms.releases.exempting import KIND_NAMES, Exempt
from cms.releases.freeze import Scope
from cms.releases.recall_rows import Freeze
from cms.releases.restored import restored
from cms.web.delivering.forms import gone, numbers, reason, said, ticked
from cms.web.delivering.words import by_whom
from cms.web.desk import SHANGHAI, Desk, day
from cms.web.entrance import now, scope, who
from cms.web.spoken import on_screen

SHOWN = 40
MOST_LETS = 40
WHOLE = "全省停发要由省里的签发人或管理员来下；请选您管的单位。"
NO_TIME = "请给选中的投递定一个新的时间（北京时间）。"
NOTHING = "请先勾选要处理的投递。"


def routes(found: Blueprint, desk: Desk) -> None:
    """The pages and forms of 停发."""
    engine = desk.people.engine

    @found.get("/halts")
    def halts() -> str:
        wanted, lets = _scope(request.args), _lets(request.args)
        is_asked = "look" in request.args
        with read_scope(engine) as session:
            standing = [_told(session, one) for one in releases.freezes(session)]
            row = _row(wanted)
            rows = [exempting.row_of(session, row, one, "?", "", now()) for one in lets] if is_asked else []
            seen = halted.under(session, row, SHOWN, rows) if is_asked else None
            words = freeze.scope_words(session, row) if is_asked else ""
            going = [exempting.named(session, one) for one in rows]
            choices = halted.choices(session, _mine(), row)
        return render_template(
            "delivering/halts.html",
            standing=standing,
            seen=seen,
            words=words,
            wanted=wanted,
            lets={kind: [one.name for one in lets if one.kind == kind] for kind in KIND_NAMES},
            going=going,
            choices=choices,
            flash_too=not wanted_lets_flash(),
            units=desk.units(_mine()),
            whole=_mine().holds(who().units.top),
            may=bool(_mine().units),
            titles=_titles(desk),
        )

    @found.post("/halts")
    def stop() -> Answer:
        wanted = _scope(request.form)
        _check_reach(wanted.unit)
        why = reason("reason", "停发要写明原因：它显示在每个人的页面上。")
        with session_scope(engine) as session:
            row = freeze.freeze(
                session, wanted, why, who().login, now(), lets_flash=not ticked("flash_too"),
                lets=_lets(request.form), why_lets=said("let_reason"),
            )  # fmt: skip
        return redirect(url_for("delivering.halt", number=row.id), 303)

    @found.get("/halts/<int:number>")
    def halt(number: int) -> str:
        with read_scope(engine) as session:
            row = session.get(Freeze, number) or gone()
            about = _told(session, row)
            rows = halted.stopped(session, scope(), row.id)
            free = {one.id for one in freeze.let_go(session, row)}
            choices = halted.choices(session, _mine(), row)
            since = restored(session) if row.kept_at is not None else None
            found = restoring.compared(session, since, scope()) if since and since.hold == row.id else None
            people = [one.name for one in who_may(session, STOPPERS, [who().units.top or 0])] if found else []
        return render_template(
            "delivering/halt.html" if found is None else "delivering/restored.html",
            one=row,
            about=about,
            found=found,
            people=by_whom(people) if people else "",
            rows=[(one, day(one.due_at), one.id in free) for one in rows],
            choices=choices,
            titles=_titles(desk),
            may=_mine().holds(who().units.top) if not row.unit else row.unit in _mine().slugs,
            thawed=day(row.thawed_at) if row.thawed_at else "",
            crowded=request.args.getlist("crowded"),
            soon=f"{now().astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
        )

    @found.post("/halts/<int:number>/exempt")
    def exempt(number: int) -> Answer:
        """What the freeze lets go from now on."""
        with session_scope(engine) as session:
            row = session.get(Freeze, number) or gone()
            _check_reach(row.unit)
            why = reason("let_reason", "豁免要写明原因：它记入审计，写在停发的页面上。")
            freeze.exempt(session, row, _lets(request.form), why, who().login, now())
        return redirect(url_for("delivering.halt", number=number), 303)

    @found.post("/halts/<int:number>/exemptions/<int:which>/end")
    def end_exemption(number: int, which: int) -> Answer:
        with session_scope(engine) as session:
            row = session.get(Freeze, number) or gone()
            _check_reach(row.unit)
            freeze.end_exemption(session, row, which, reason(), who().login, now())
        return redirect(url_for("delivering.halt", number=number), 303)

    @found.post("/halts/<int:number>/thaw")
    def thaw(number: int) -> Answer:
        with session_scope(engine) as session:
            row = session.get(Freeze, number) or gone()
            _check_reach(row.unit)
            if row.kept_at is None or row.thawed_at is not None:
                freeze.thaw(session, row, who().login, reason(), now())
                return redirect(url_for("delivering.halt", number=number), 303)
            why, chosen = reason("reason", "请写一句核对了什么：它记入审计。"), numbers("delivery")
            at = moment("at") if chosen else now()
            left = restoring.confirm(session, who().login, why, now(), is_said=ticked("is_said"))
            chosen = [one.id for one in left.stopped if one.id in chosen]
        crowded = desk.press.retime(dict.fromkeys(chosen, at), who().login, why)
        return redirect(url_for("delivering.halt", number=number, crowded=list(crowded[:5])), 303)

    @found.post("/halts/<int:number>/items")
    def items(number: int) -> Answer:
        """A new time for the ticked deliveries, or no send at all."""
        with session_scope(engine) as session:
            there = {one.id for one in halted.stopped(session, scope(), number)} or gone()
            chosen, why = numbers("delivery"), reason()
            if not chosen or not set(chosen) <= there:
                raise PeopleError(NOTHING)
            if request.form.get("deed") == "cancel":
                for one in chosen:
                    releases.cancel_one(session, session.get_one(Delivery, one), who().login, why, now())
                return redirect(url_for("delivering.halt", number=number), 303)
        at = moment("at")
        crowded = desk.press.retime(dict.fromkeys(chosen, at), who().login, why)
        return redirect(url_for("delivering.halt", number=number, crowded=list(crowded[:5])), 303)


def _titles(desk: Desk) -> dict[str, str]:
    """The channels by name, in the order of the tabs."""
    return {one: registry.get(one).title for one in desk.channels()}


def moment(name: str) -> datetime:
    """A time of the form, Beijing time."""
    try:
        found = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError as error:
        raise PeopleError(NO_TIME) from error
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def wanted_lets_flash() -> bool:
    return request.args.get("flash_too") != "yes"


def _scope(given: Mapping[str, str]) -> Scope:
    return Scope(given.get("unit", ""), given.get("channel", ""), " ".join(given.get("topic", "").split())[:60])


def _lets(given: MultiDict[str, str]) -> list[Exempt]:
    """What the form wants exempt, each once: as many of a kind as were chosen; topics in one field, with 、 between."""
    found = dict.fromkeys(
        Exempt(kind, name)
        for kind in KIND_NAMES
        for words in given.getlist(f"let_{kind}")
        for name in _names(kind, words)
        if name
    )
    if len(found) > MOST_LETS:
        raise PeopleError(f"一次最多豁免 {MOST_LETS} 项，请分几次，或改按单位、栏目豁免。")
    return list(found)


def _names(kind: str, words: str) -> Sequence[str]:
    return [" ".join(one.split())[:120] for one in (re.split("[、,，;；]", words) if kind == "topic" else [words])]


def _row(wanted: Scope) -> Freeze:
    """The freeze as it would be: never kept."""
    return Freeze(
        unit=wanted.unit, channel=wanted.channel, topic=wanted.topic, lets_flash=wanted_lets_flash(), reason="?",
        by="", at=now(),
    )  # fmt: skip


def _mine() -> Units:
    return who().units.scope(who().held, STOPPERS)


def _check_reach(unit: str) -> None:
    """A unit out of reach is answered like one that is not there."""
    if not unit and not scope().holds(who().units.top):
        raise PeopleError(WHOLE)
    if unit and unit not in scope().slugs:
        gone()


def _told(session: Session, row: Freeze) -> dict[str, object]:
    return {
        "id": row.id,
        "scope": freeze.scope_words(session, row),
        "sentence": on_screen(freeze.sentence(session, row)),
        "coming": halted.count_under(session, row),
        "stopped": halted.count_stopped(session, row.id),
        "stands": row.thawed_at is None,
        "is_restored": row.kept_at is not None,
        "went": halted.went(session, row),
        "lets": [
            {
                "id": one.id,
                "what": exempting.named(session, one),
                "sentence": on_screen(exempting.sentence(session, one)),
                "stands": one.ended_at is None and row.thawed_at is None,
            }
            for one in exempting.all_of(session, row)
        ],
    }
