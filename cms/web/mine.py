"""我的: one's password, second step, devices, and where one's notices go."""

from dataclasses import dataclass
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
from cms.releases.causes import Cause, Told, by_cause
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
            rows = by_cause(session, notices.told_to(session, who().person_id))
        return render_template("notices.html", causes=[_cause(one) for one in rows])

    @mine.post("/me/notices")
    def seen() -> Answer:
        with session_scope(people.engine) as session:
            notices.see_told(session, who().person_id, _numbers(request.form.get("notice", "")), now())
        return redirect(url_for("mine.notices"), 303)

    return mine


@dataclass(frozen=True, slots=True)
class _Line:
    """One notice: its number, what it says beside the others of its cause, when last and how often, and (words,
    address) of the page it leads to."""

    number: int
    words: str
    at: str
    count: int
    way: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Card:
    """One cause: its words, where it was told of, and its notices. ``way``: the page that all of them lead to."""

    words: str
    places: tuple[str, ...]
    lines: tuple[_Line, ...]
    way: tuple[str, str]

    @property
    def numbers(self) -> str:
        return ",".join(str(one.number) for one in self.lines)


def _cause(cause: Cause) -> _Card:
    lines = tuple(
        _Line(one.id, _of_its_own(told, cause), day(one.last_at), one.count, page_of(one.subject))
        for told in cause.told
        for one in [told.notice]
    )
    is_one_page = len({one.way for one in lines}) == 1
    return _Card(on_screen(cause.words), cause.places, lines, lines[0].way if is_one_page else ("", ""))


def _of_its_own(told: Told, cause: Cause) -> str:
    """The place alone, where no two have the same and the rest is what all of them say."""
    is_plain = len(cause.places) == len(cause.told) and told.words == cause.words
    return told.place if is_plain else on_screen(told.notice.sentence)


def _numbers(given: str) -> frozenset[int]:
    """The notices a form names: those that were shown beside its button."""
    return frozenset(int(one) for one in given.split(",") if one.isascii() and one.isdigit() and len(one) < 10)


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
