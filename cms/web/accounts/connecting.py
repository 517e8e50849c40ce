"""Connecting an account, giving it new secrets, taking its interface away. What is typed goes into the vault and is
never shown again: a page that comes back empty is the only one there is."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from channels import registry
from channels.contract import ChannelError
from channels.transport import Connected
from cms.db import read_scope
from cms.people import PeopleError
from cms.releases import standing
from cms.releases.standing import Stands
from cms.web.accounts.one import reached
from cms.web.delivering.forms import reason
from cms.web.desk import Desk, day
from cms.web.entrance import who
from cms.web.spoken import on_screen

Shown = str | tuple[str, int] | Answer
LONGEST = 4096


def routes(found: Blueprint, desk: Desk) -> None:
    """The forms, and what they do."""

    @found.get("/accounts/<int:number>/connect")
    def connect(number: int) -> str:
        return _form(desk, *_able(desk, number))

    @found.post("/accounts/<int:number>/connect")
    def keep(number: int) -> Shown:
        one, channel = _able(desk, number)
        said = {each.name: request.form.get(each.name, "")[: LONGEST + 1] for each in channel.secret_fields}
        try:
            desk.press.connect(number, said, request.form.get("base", "").strip()[:300], who().login)
        except ChannelError as error:
            return _form(desk, one, channel, on_screen(error.sentence)), 422
        return redirect(url_for("accounts.show", number=number), 303)

    @found.post("/accounts/<int:number>/sandbox")
    def to_sandbox(number: int) -> Shown:
        one, channel = _able(desk, number)
        try:
            desk.press.connect_stand_in(number, request.form.get("address", "").strip()[:300], who().login)
        except ChannelError as error:
            return _form(desk, one, channel, on_screen(error.sentence)), 422
        return redirect(url_for("accounts.show", number=number), 303)

    @found.get("/accounts/<int:number>/disconnect")
    def leave(number: int) -> str:
        return _leaving(desk, _connected(desk, number))

    @found.post("/accounts/<int:number>/disconnect")
    def disconnect(number: int) -> Shown:
        one = _connected(desk, number)
        try:
            desk.press.disconnect(number, who().login, reason())
        except ChannelError as error:
            return _leaving(desk, one, on_screen(error.sentence)), 422
        except PeopleError as error:
            return _leaving(desk, one, error.sentence), 422
        return redirect(url_for("accounts.show", number=number), 303)


def _able(desk: Desk, number: int) -> tuple[Stands, Connected]:
    """An account in reach whose platform has an interface; any other is not there."""
    with read_scope(desk.people.engine) as session:
        one = reached(session, number)
    channel = registry.all_channels().get(one.account.channel)
    if not isinstance(channel, Connected):
        abort(404)
    return one, channel


def _connected(desk: Desk, number: int) -> Stands:
    with read_scope(desk.people.engine) as session:
        one = reached(session, number)
    if not one.is_connected:
        abort(404)
    return one


def _form(desk: Desk, one: Stands, channel: Connected, sentence: str = "") -> str:
    held = desk.press.held(one.account.id)
    shown = {each.name for each in channel.secret_fields if not each.is_secret}
    before = {name: request.form.get(name, held.known.get(name, "")) for name in shown}
    return render_template(
        "accounts/connect.html",
        one=one,
        channel=standing.titles()[one.account.channel],
        fields=[(each, before.get(each.name, "") or each.default) for each in channel.secret_fields],
        kept=held.kept,
        base=request.form.get("base", held.base or channel.base),
        real=channel.base,
        address=request.form.get("address", ""),
        sentence=sentence,
    )


def _leaving(desk: Desk, one: Stands, sentence: str = "") -> str:
    with read_scope(desk.people.engine) as session:
        planned = standing.planned_on(session, one.account.id)
    return render_template(
        "accounts/disconnect.html",
        one=one,
        channel=standing.titles().get(one.account.channel, one.account.channel),
        planned=planned,
        soonest=[(title, day(at)) for title, at in planned.soonest],
        said=request.form.get("reason", ""),
        sentence=sentence,
    )
