"""The door: signing in, the second step, a link somebody was sent, and going home."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope
from cms.people import PeopleError, beginning, invitations, visits
from cms.web import answered
from cms.web.desk import Desk
from cms.web.entrance import let_in, let_out, now, own_path, place, who

UNLIKE = "两次输入的密码不一样，请重新输入。"
Shown = str | tuple[str, int] | Answer


def blueprint(desk: Desk) -> Blueprint:
    """The routes of the door."""
    door = Blueprint("door", __name__)
    people = desk.people

    @door.get("/sign-in")
    def sign_in() -> Shown:
        if g.visitor is not None and g.visitor.is_full:
            return redirect(own_path(request.args.get("next", "")) or "/", 303)
        return _sign_in_page(desk, "", "")

    @door.post("/sign-in", endpoint="let_in")
    def sign_in_now() -> Shown:
        login = request.form.get("login", "")[:80]
        try:
            token = visits.sign_in(people, login, request.form.get("password", ""), place(), now())
        except PeopleError as error:
            return _sign_in_page(desk, login, error.sentence), 422
        visitor = visits.visitor(people, token, now())
        waited = answered.waited(people, request.form.get(answered.WAITING, ""), visitor.person_id) if visitor else ""
        return let_in(desk, token, waited or request.form.get("next", ""))

    @door.get("/second-step")
    def second() -> Shown:
        if not who().has_code:
            return redirect("/", 303)
        return _second_page("")

    @door.post("/second-step")
    def prove() -> Shown:
        try:
            token = visits.prove(people, who(), request.form.get("code", "")[:40], place(), now())
        except PeopleError as error:
            return _second_page(error.sentence), 422
        return let_in(desk, token, request.form.get("next", ""))

    @door.post("/sign-out")
    def sign_out() -> Answer:
        visits.sign_out(people, who(), now())
        return let_out(desk)

    @door.get("/join/<token>")
    def invited(token: str) -> Shown:
        try:
            said = invitations.look_up(people, token, place(), now())
        except PeopleError as error:
            return _void(error)
        if said.kind == "enter":
            return redirect(url_for("door.enter", token=token), 303)
        return render_template("join.html", said=said, token=token, unit=_unit(desk, said.unit_id), sentence="")

    @door.post("/join/<token>")
    def accept(token: str) -> Shown:
        password = request.form.get("password", "")
        try:
            said = invitations.look_up(people, token, place(), now())
        except PeopleError as error:
            return _void(error)
        try:
            if password != request.form.get("again", ""):
                raise PeopleError(UNLIKE)
            visit = invitations.accept(people, token, password, place(), now())
        except PeopleError as error:
            unit = _unit(desk, said.unit_id)
            return render_template("join.html", said=said, token=token, unit=unit, sentence=error.sentence), 422
        return let_in(desk, visit, "/")

    @door.get("/enter/<token>")
    def enter(token: str) -> Shown:
        try:
            visit = invitations.enter(people, token, place(), now())
        except PeopleError as error:
            if g.visitor is not None:  # the same link again, in the browser it let in
                return redirect("/", 303)
            return _void(error)
        return let_in(desk, visit, "/")

    return door


def _sign_in_page(desk: Desk, login: str, sentence: str) -> str:
    with read_scope(desk.people.engine) as session:
        is_empty = not beginning.is_taken(session)
    house = desk.people.house_name
    onward = own_path(request.values.get("next", ""))
    return render_template(
        "sign_in.html", house=house, login=login, sentence=sentence, onward=onward, is_empty=is_empty,
        waiting=request.form.get(answered.WAITING, ""),
    )  # fmt: skip


def _second_page(sentence: str) -> str:
    onward = own_path(request.values.get("next", ""))
    return render_template("second_step.html", sentence=sentence, onward=onward, again=who().is_full)


def _void(error: PeopleError) -> tuple[str, int]:
    return render_template("void.html", sentence=error.sentence), 404


def _unit(desk: Desk, unit_id: int | None) -> str:
    return desk.unit_names().get(unit_id or 0, "")
