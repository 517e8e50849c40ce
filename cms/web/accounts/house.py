"""本单位: the house's name and logo, changed by whoever rules its own province."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from assets.pictures import PictureError
from assets.store import MissingAssetError
from cms.db import read_scope, session_scope
from cms.people import PeopleError, Workspace, house
from cms.web import brand
from cms.web.desk import Desk
from cms.web.entrance import now, scope, who

Seen = str | tuple[str, int] | Answer


def routes(found: Blueprint, desk: Desk) -> None:
    """The page, and keeping what it says."""

    @found.get("/accounts/house")
    def our_house() -> str:
        _must_be_ours()
        return _page(desk)

    @found.post("/accounts/house")
    def keep_house() -> Seen:
        _must_be_ours()
        name = " ".join(request.form.get("name", "").split())
        try:
            logo = _logo(desk)
            sign = brand.for_sites(desk.pictures, logo) if logo else ""
            with session_scope(desk.people.engine) as session:
                is_other = house.change(session, name, logo, sign, who().login, now())
        except (PictureError, PeopleError) as error:
            return _page(desk, str(error), name), 422
        if is_other:
            desk.press.relook([one.unit for one in desk.profiles if one.channel == "site"])
        return redirect(url_for("accounts.our_house", saved=1), 303)


def _must_be_ours() -> None:
    """Another province's administrator rules no house."""
    if not scope().holds(who().units.top):
        abort(404)


def _logo(desk: Desk) -> str:
    """The picture that was sent, none where that is asked for, else the one there is."""
    sent = request.files.get("logo")
    if sent is not None and sent.filename:
        return brand.take_logo(desk.pictures, sent.stream.read(brand.LIMIT + 1), sent.filename)
    if request.form.get("no-logo"):
        return ""
    with read_scope(desk.people.engine) as session:
        kept = session.get_one(Workspace, 1).logo
    try:
        return desk.pictures.info(kept).hash if kept else ""
    except MissingAssetError as error:
        raise PeopleError("标志的图片不在了，请重新选一张，或勾选不用标志。") from error


def _page(desk: Desk, sentence: str = "", name: str | None = None) -> str:
    with read_scope(desk.people.engine) as session:
        row = session.get_one(Workspace, 1)
    sites = [one.unit for one in desk.profiles if one.channel == "site"]
    return render_template(
        "accounts/house.html",
        name=row.name if name is None else name,
        sentence=sentence,
        saved=request.args.get("saved", "") == "1" and not sentence,
        relooking=len(desk.press.relooked_late() & set(sites)),
    )
