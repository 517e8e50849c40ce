"""组稿: the pushes to come, the table on which one is put together, and one of them as it stands."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people.roles import Scope
from cms.releases import Delivery, Release, pushes, sources_of
from cms.releases.boards import TONES, items_of
from cms.releases.pushes import PushError
from cms.releases.states import STATE_NAMES
from cms.web.composing import table
from cms.web.desk import Desk, day
from cms.web.entrance import now, scope, who
from cms.web.permits import COMPOSERS
from cms.web.spoken import on_screen

Shown = str | tuple[str, int] | Answer
ASKED_ONCE_MORE = "请先看过提示，勾上“我看过了”再排。"


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 组稿."""
    composing = Blueprint("composing", __name__)
    engine = desk.people.engine

    @composing.get("/pushes")
    def page() -> str:
        with read_scope(engine) as session:
            rows = pushes.listed(session, scope(), now())
            accounts = pushes.accounts(session, scope()) if composes() else []
            waiting = pushes.waiting(session, accounts)
        return render_template(
            "composing/list.html",
            rows=[(one, account, day(one.due_at), TONES[one.state], STATE_NAMES[one.state]) for one, account in rows],
            accounts=accounts,
            waiting=waiting,
            composes=composes(),
        )

    @composing.get("/pushes/new")
    def new() -> Shown:
        with read_scope(engine) as session:
            asked = _asked(session, request.args)
            return _table(desk, session, asked)

    @composing.post("/pushes")
    def schedule() -> Shown:
        with read_scope(engine) as session:
            asked = _asked(session, request.form)
            order = asked.order()
            try:
                told = table.looked(desk, session, order, now())
                said = told.stops[0] if told.stops else ""
            except PushError as error:
                told, said = None, str(error)
            if told is not None and not said and told.warnings and request.form.get("seen") != "yes":
                said = ASKED_ONCE_MORE
            if said:
                return _table(desk, session, asked, said), 422
        try:
            number = desk.press.compose(order, who().login, request.form.get("reason", "").strip()[:200])
        except PushError as error:
            with read_scope(engine) as session:
                return _table(desk, session, asked, str(error)), 422
        return redirect(url_for("composing.show", number=number), 303)

    @composing.get("/pushes/<int:number>")
    def show(number: int) -> str:
        with read_scope(engine) as session:
            push, account, release = _push(session, number)
            return render_template(
                "composing/one.html",
                one=push,
                account=account,
                release=release,
                due=day(push.due_at),
                state=STATE_NAMES[push.state],
                tone=TONES[push.state],
                reason=on_screen(push.reason),
                articles=table.articles_of(desk, account.unit_id, [(push, at) for at in range(len(push.stories))]),
                items=items_of(session, push.id),
                picks=[one.source_id for one, _ in sources_of(session, push)],
                is_open=push.state in pushes.MAY_CHANGE and _reach().holds(account.unit_id),
                local=table.local(push.due_at),
            )

    @composing.post("/pushes/<int:number>/cancel")
    def cancel(number: int) -> Shown:
        with session_scope(engine) as session:
            push, _, _ = _push(session, number)
            pushes.take_apart(session, push, who().login, request.form.get("reason", "")[:200], now())
        return redirect(url_for("composing.show", number=number), 303)

    return composing


def composes() -> bool:
    """Whether the one who looks may put a push together."""
    return bool(_reach().units)


def _reach() -> Scope:
    return who().units.scope(who().held, COMPOSERS)


def _asked(session: Session, said: MultiDict[str, str]) -> table.Asked:
    """What the form says; 404 where the account, or the push to change, is somebody else's."""
    account = pushes.account_named(session, _reach(), said.get("account", ""))
    if account is None:
        abort(404)
    instead: Delivery | None = None
    if number := said.get("change", ""):
        if not number.isascii() or not number.isdigit() or len(number) > 11:
            abort(404)
        instead, own, _ = _push(session, int(number))
        if own.id != account.id:
            abort(404)
    return table.asked_for(session, said, account, instead, now())


def _push(session: Session, number: int) -> tuple[Delivery, Account, Release]:
    """A push in reach, by its release; 404 for others and for none alike."""
    found = pushes.find(session, scope(), number)
    if found is None:
        abort(404)
    return found


def _table(desk: Desk, session: Session, asked: table.Asked, said: str = "") -> str:
    return render_template("composing/table.html", t=table.laid(desk, session, asked, now()), said=said)
