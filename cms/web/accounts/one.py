"""One account: how it stands, whether it works, what happened to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from channels import registry
from channels.transport import Connected
from cms import audit
from cms.audit import AuditEntry
from cms.db import read_scope
from cms.people import name_of
from cms.people.mandates import ADMINISTRATORS
from cms.releases import standing
from cms.releases.standing import STATES, Stands
from cms.web.accounts.board import PER, health, words_of
from cms.web.desk import SHANGHAI, Desk, day
from cms.web.entrance import now, scope, who
from cms.web.spoken import on_screen

DEEDS: Mapping[str, str] = {
    "account.connect": "接入，或换了凭据",
    "account.disconnect": "断开",
    "account.check": "检查",
}
SHOWN = 12


def routes(found: Blueprint, desk: Desk) -> None:
    """The page of one account, and asking whether it works."""

    @found.get("/accounts/<int:number>")
    def show(number: int) -> str:
        return _page(desk, number)

    @found.post("/accounts/<int:number>/check")
    def check(number: int) -> Answer:
        with read_scope(desk.people.engine) as session:
            one = reached(session, number)
        if not one.is_connected:
            abort(404)
        desk.press.inquire(number, who().login)
        return redirect(url_for("accounts.show", number=number), 303)


def reached(session: Session, number: int) -> Stands:
    """The account, or 404: foreign and missing ones answer alike."""
    found = standing.all_of(session, scope(), now(), number)
    if not found:
        abort(404)
    return found[0]


def _page(desk: Desk, number: int) -> str:
    with read_scope(desk.people.engine) as session:
        one = reached(session, number)
        check = standing.check_of(session, number) if one.is_connected else None
        told = [_told(session, each) for each in reversed(audit.history(session, f"account:{one.account.key}"))]
    channel = registry.all_channels().get(one.account.channel)
    held = desk.press.held(number)
    return render_template(
        "accounts/one.html",
        one=one,
        channel=channel.title if channel else one.account.channel,
        state=STATES[one.state],
        health=health(one),
        check=check,
        troubles=[on_screen(each) for each in check.troubles] if check else [],
        checked=day(check.at) if check else "",
        dies=_date(check.dies_at) if check and check.dies_at else "",
        held=held,
        rests=on_screen(held.rests),
        known=_known(channel, held.known) if isinstance(channel, Connected) else [],
        quotas=[(each, words_of(each), PER[each.per]) for each in held.quotas],
        told=told[:SHOWN],
        asking=desk.press.is_inquiring(number),
        rules=who().units.scope(who().held, ADMINISTRATORS).holds(one.account.unit_id),
    )


def _known(channel: Connected, known: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """What is no secret, under the words it was asked with."""
    return [
        (one.label, dict(one.choices).get(known[one.name], known[one.name]))
        for one in channel.secret_fields
        if known.get(one.name)
    ]


def _told(session: Session, entry: AuditEntry) -> tuple[str, str, str]:
    words = DEEDS.get(entry.action, "改动")
    if entry.action == "account.check":
        troubles = entry.detail.get("troubles", [])
        words = f"检查：{on_screen(troubles[0])}" if troubles else "检查：正常"
    elif entry.detail.get("reason"):
        words = f"{words}：{entry.detail['reason']}"
    return day(entry.at), name_of(session, entry.actor), words


def _date(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"
