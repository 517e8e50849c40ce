"""What is done at 素材库 by form: files sent whole, words, focus, out of use and back, gone, told apart."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, jsonify, redirect, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from cms import library as room_of
from cms.db import read_scope, session_scope
from cms.library import Added, Asset, By, LibraryDesk, LibraryError, facts_of, focus_of, plain_name
from cms.web.desk import Desk
from cms.web.guard import wants_json
from cms.web.library.asking import asset_named, by
from cms.web.library.pages import grid, one_page

NOTHING = "没有收到文件，请先选图片或视频，再点“上传”。"
Shown = Answer | str | tuple[str, int]


def add_routes(library: Blueprint, desk: Desk, room: LibraryDesk) -> None:
    """The deeds."""

    @library.post("/library")
    def add_files() -> Shown:
        """Without a script: whole files, as many as were chosen."""
        form, mine = request.form.to_dict(), by()
        sent = [one for one in request.files.getlist("files") if one.filename]
        try:
            made = [_added(room, one, mine) for one in sent]
        except LibraryError as error:
            return grid(desk, room, error.sentence, form), 422
        if not made:
            return grid(desk, room, NOTHING, form), 422
        if len(made) == 1:
            return redirect(
                url_for("library.asset", number=made[0].asset.id, already=None if made[0].is_new else 1), 303
            )
        return redirect(url_for("library.page"), 303)

    @library.post("/library/<int:number>/facts")
    def describe(number: int) -> Shown:
        try:
            facts = facts_of(request.form)
            before = _rights(room, number)
            _do(room, number, lambda session: room_of.describe(session, number, facts, by()))
        except LibraryError as error:
            return one_page(desk, room, number, error.sentence, request.form.to_dict()), 422
        if _rights(room, number) != before:
            desk.press.rights_changed(before[0])
        return redirect(url_for("library.asset", number=number), 303)

    @library.post("/library/<int:number>/focus")
    def focus(number: int) -> Shown:
        point = focus_of(request.form.get("x", ""), request.form.get("y", ""))
        _do(room, number, lambda session: room_of.focus(session, number, point, by()))
        if wants_json():
            return jsonify(said="焦点已保存")
        return redirect(url_for("library.asset", number=number, _anchor="crops"), 303)

    @library.post("/library/<int:number>/retire")
    def retire(number: int) -> Shown:
        _do(room, number, lambda session: room_of.retire(session, number, by()))
        return _back(number)

    @library.post("/library/<int:number>/revive")
    def revive(number: int) -> Shown:
        _do(room, number, lambda session: room_of.revive(session, number, by()))
        return _back(number)

    @library.post("/library/<int:number>/remove")
    def remove(number: int) -> Shown:
        with read_scope(room.engine) as session:
            asset_named(session, number)
        try:
            room_of.remove(room, number, by())
        except LibraryError as error:
            return one_page(desk, room, number, error.sentence), 422
        return redirect(url_for("library.page"), 303)

    @library.post("/library/<int:number>/apart")
    def apart(number: int) -> Shown:
        other = request.form.get("other", "")
        twin = int(other) if other.isascii() and other.isdecimal() and len(other) < 10 else 0
        _do(room, number, lambda session: room_of.tell_apart(session, number, twin, by()))
        return redirect(url_for("library.asset", number=number), 303)


def _added(room: LibraryDesk, file: FileStorage, by: By) -> Added:
    name = file.filename or ""
    content = file.stream.read(room.limits.video + 1)
    told = {**request.form.to_dict(), "name": ""}
    return room_of.add(room, content, facts_of(told, plain_name(name)), by, name)


def _do(room: LibraryDesk, number: int, deed: Callable[[Session], Asset | None]) -> None:
    with session_scope(room.engine) as session:
        asset_named(session, number)
        deed(session)


def _rights(room: LibraryDesk, number: int) -> tuple[str, str, date | None]:
    """Its bytes, and by what right they are used until when."""
    with read_scope(room.engine) as session:
        row = asset_named(session, number)
        return row.hash, row.licence, row.until


def _back(number: int) -> Answer:
    """To the page the button was on: a twin is put out of use on the other's."""
    at = request.form.get("at", "")
    shown = int(at) if at.isascii() and at.isdecimal() and len(at) < 10 else number
    return redirect(url_for("library.asset", number=shown), 303)
