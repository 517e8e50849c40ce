"""我的: one's password, second step, devices, and where one's notices go."""

from typing import Any

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlmodel import select
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.people import PeopleError, Person, codes, enrolment, notices, passwords, roles, visits
from cms.people.desk import WAYS
from cms.people.rows import Contact
from cms.web.desk import Desk, day
from cms.web.door import UNLIKE
from cms.web.entrance import let_in, now, place, who
from cms.web.spoken import on_screen
from cms.web.told import page_of

Shown = str | tuple[str, int] | Answer


def blueprint(desk: Desk) -> Blueprint:
    """The routes of one's own affairs."""
    mine = Blueprint("mine", __name__)
    people = desk.people

    def shown(sentence: str = "", at: str = "", recovery: list[str] | None = None) -> str:
        return render_template("mine.html", **_everything(desk), sentence=sentence, at=at, recovery=recovery or [])

    @mine.get("/me")
    def page() -> str:
        return shown()

    @mine.post("/me/password")
    def password() -> Shown:
        old, new = request.form.get("old", ""), request.form.get("password", "")
        try:
            if new != request.form.get("again", ""):
                raise PeopleError(UNLIKE)
            token = enrolment.change_password(people, who(), old, new, place(), now())
        except PeopleError as error:
            return shown(error.sentence, "password"), 422
        return let_in(desk, token, url_for("mine.page") + "?done=password")

    @mine.get("/me/second-step")
    def enrol() -> Shown:
        if who().has_code:
            return redirect(url_for("mine.page"), 303)
        return _enrol_page(desk, codes.new_secret(), "")

    @mine.post("/me/second-step")
    def keep_code() -> Shown:
        sealed = request.form.get("sealed", "")
        secret = enrolment.opened(people, who(), sealed)
        try:
            token, recovery = enrolment.enrol(people, who(), secret, request.form.get("code", ""), place(), now())
        except PeopleError as error:
            return _enrol_page(desk, secret, error.sentence), 422
        answer = let_in(desk, token, "/")
        page = render_template("recovery.html", recovery=recovery)
        answer.status_code, answer.data = 200, page.encode()
        del answer.headers["Location"]
        return answer

    @mine.post("/me/second-step/off")
    def drop_code() -> Answer:
        enrolment.drop(people, who(), now())
        return redirect(url_for("mine.page"), 303)

    @mine.post("/me/recovery")
    def recovery() -> str:
        return render_template("recovery.html", recovery=enrolment.renew_recovery(people, who(), now()))

    @mine.post("/me/others-out")
    def others_out() -> Answer:
        enrolment.others_out(people, who(), now())
        return redirect(url_for("mine.page") + "?done=others", 303)

    @mine.post("/me/contacts")
    def contacts() -> Shown:
        try:
            enrolment.keep_contacts(people, who(), {way: _given(way) for way in WAYS}, now())
        except PeopleError as error:
            return shown(error.sentence, "contacts"), 422
        return redirect(url_for("mine.page") + "?done=contacts", 303)

    @mine.get("/me/notices", endpoint="notices")
    def told() -> str:
        with read_scope(people.engine) as session:
            rows = notices.told_to(session, who().person_id)
        return render_template(
            "notices.html",
            rows=[(one, on_screen(one.sentence), day(one.last_at), page_of(one.subject)) for one in rows],
        )

    @mine.post("/me/notices")
    def seen() -> Answer:
        with session_scope(people.engine) as session:
            notices.see_told(session, who().person_id, who().login, request.form.get("notice", ""), now())
        return redirect(url_for("mine.notices"), 303)

    return mine


def _given(way: str) -> str:
    """What was filled in; "-" where it is to be forgotten."""
    return "-" if request.form.get(f"forget_{way}") else request.form.get(way, "")


def _everything(desk: Desk) -> dict[str, Any]:
    """What the page shows of the person."""
    names = desk.unit_names()
    with read_scope(desk.people.engine) as session:
        person = session.get_one(Person, who().person_id)
        devices = visits.visits_of(session, person.id, now())
        kept = {one.way: one.shown for one in session.exec(select(Contact).where(Contact.person_id == person.id))}
        left = enrolment.recovery_left(session, person.id)
    return {
        "person": person,
        "roles": [(one.role, names.get(one.unit_id, "")) for one in who().appointments],
        "devices": [(one, device_name(one.device), day(one.seen_at)) for one in devices],
        "contacts": [(way, label, kept.get(way, "")) for way, label in WAYS.items()],
        "left": left,
        "done": request.args.get("done", ""),
        "shortest": passwords.SHORTEST,
        "compulsory": roles.needs_code(who().appointments),
    }


def _enrol_page(desk: Desk, secret: str, sentence: str) -> str:
    address = codes.address(secret, who().login, desk.people.house_name)
    return render_template(
        "enrol.html",
        qr=qr(address),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        sealed=enrolment.sealed(desk.people, who(), secret),
        sentence=sentence,
        compulsory=who().must_enrol,
    )


def qr(text: str) -> Markup:
    """A QR code as inline SVG in ink on white, whatever the theme: cameras want it so."""
    drawn = segno.make(text, error="m", micro=False)
    return Markup(  # noqa: S704
        drawn.svg_inline(border=3, dark="#1e2422", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    )


def device_name(agent: str) -> str:
    """What somebody calls their device, from what it says of itself."""
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("Windows", "Windows"),
        ("Mac OS", "Mac"), ("Linux", "Linux"),
    )  # fmt: skip
    browsers = (
        ("MicroMessenger", "微信"), ("wxwork", "企业微信"), ("Edg", "Edge"), ("360", "360 浏览器"),
        ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
    )  # fmt: skip
    system = next((name for word, name in systems if word in agent), "未知设备")
    browser = next((name for word, name in browsers if word in agent), "")
    return f"{system} · {browser}" if browser else system
