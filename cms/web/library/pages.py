"""The grid and the page of one asset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from sqlmodel import Session

from assets.pictures import COVER_169, COVER_235, SQUARE, VERTICAL_916, frame
from cms import library as room_of
from cms.db import read_scope
from cms.library import KIND_NAMES, LICENCES, STATE_NAMES, UNVERIFIED, Asset, LibraryDesk, Wanted, focus_of
from cms.library.search import PAGE, SOON
from cms.releases.carrying import releases_carrying
from cms.web.desk import Desk
from cms.web.entrance import scope, who
from cms.web.library.asking import asset_named
from cms.web.narrowing import asked, beside
from cms.web.permits import LIBRARIANS

RATIOS: Sequence[tuple[str, str, tuple[int, int]]] = tuple(
    (name, words, cut.ratio or (1, 1))
    for name, words, cut in (
        ("2.35:1", "公众号头条封面", COVER_235),
        ("1:1", "分享小图", SQUARE),
        ("16:9", "微博、头条、视频", COVER_169),
        ("9:16", "竖屏短片", VERTICAL_916),
    )
)
"""The four frames of the page, by the very cuts the channels ask for."""


@dataclass(frozen=True, slots=True)
class Card:
    """An asset in the grid. ``end``: what is to be known of its licence, with its tone."""

    one: Asset
    unit: str
    used: int
    end: tuple[str, str]


def add_routes(library: Blueprint, desk: Desk, room: LibraryDesk) -> None:
    """The pages to look at."""

    @library.get("/library")
    def page() -> str:
        return grid(desk, room)

    @library.get("/library/<int:number>")
    def asset(number: int) -> str:
        return one_page(desk, room, number)

    @library.get("/library/<int:number>/frames")
    def frames(number: int) -> Response:
        with read_scope(room.engine) as session:
            one = asset_named(session, number)
        return jsonify(_frames(one, focus_of(request.args.get("x", ""), request.args.get("y", ""))))


def grid(desk: Desk, room: LibraryDesk, sentence: str = "", form: Mapping[str, str] | None = None) -> str:
    """The list, as the address asks for it."""
    wanted, today, names = asked(Wanted), desk.today(), desk.unit_names()
    with read_scope(room.engine) as session:
        rows, total = room_of.listed(session, scope(), wanted, today)
        shown = cards(session, desk, rows, today)
    return render_template(
        "library/page.html",
        cards=shown,
        total=total,
        wanted=wanted,
        form=form or {},
        sentence=sentence,
        licences=LICENCES,
        kinds=KIND_NAMES,
        states=STATE_NAMES,
        units=[(slug, names.get(number, slug)) for number, slug in scope().units],
        may_add=may_add(),
        limits=room.limits,
        **beside("library.page", wanted, PAGE, total),
    )


def may_add() -> bool:
    """Whether they bring pictures in, or only look."""
    return bool(who().units.scope(who().held, LIBRARIANS).units)


def cards(session: Session, desk: Desk, rows: Sequence[Asset], today: date) -> list[Card]:
    """The assets as the grid shows them."""
    used = room_of.use_counts(session, [one.hash for one in rows])
    names = desk.unit_names()
    return [Card(one, names.get(one.unit_id, ""), used.get(one.hash, 0), end_of(one, today)) for one in rows]


def end_of(one: Asset, today: date) -> tuple[str, str]:
    """(words, tone) of what stands against using it; ("", "") for nothing."""
    if one.until is not None and one.until < today:
        return f"{one.until.isoformat()} 已过期", "bad"
    if one.licence == UNVERIFIED:
        return UNVERIFIED, "wait"
    if one.until is not None and one.until <= today + SOON:
        return f"{one.until.isoformat()} 到期", "wait"
    return "", ""


def _frames(one: Asset, focus: tuple[int, int]) -> dict[str, str]:
    """What each ratio shows, as an SVG's viewBox in pixels of the picture."""
    found = {name: frame((one.width, one.height), ratio, focus) for name, _, ratio in RATIOS}
    return {name: f"{left} {top} {right - left} {down - top}" for name, (left, top, right, down) in found.items()}


def one_page(
    desk: Desk, room: LibraryDesk, number: int, sentence: str = "", form: Mapping[str, Any] | None = None
) -> str:
    """The page of one asset; ``form`` what somebody wrote that could not be kept."""
    today = desk.today()
    with read_scope(room.engine) as session:
        one = asset_named(session, number)
        used, beyond = room_of.stories_using(session, scope(), one.hash)
        carrying = releases_carrying(session, scope(), one.hash)
        near = room_of.alike(session, scope(), one)
        twins = list(zip(cards(session, desk, [each.asset for each in near], today), near, strict=True))
        (card,) = cards(session, desk, [one], today)
    frames = _frames(one, (one.focus_x, one.focus_y)) if one.kind == "picture" else {}
    return render_template(
        "library/asset.html",
        card=card,
        one=one,
        form=form or {},
        sentence=sentence,
        licences=LICENCES,
        frames=[(name, words, frames[name]) for name, words, _ in RATIOS] if frames else (),
        used=used,
        beyond=beyond,
        releases=carrying,
        twins=twins,
        mine=scope().holds(one.unit_id) and may_add(),
        reach=scope(),
    )
