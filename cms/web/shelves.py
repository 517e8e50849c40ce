"""稿件: the list of stories, searched, narrowed and a page at a time."""

from dataclasses import asdict, replace

from flask import render_template, request, url_for

from cms.db import read_scope
from cms.releases import boards
from cms.stories import listing
from cms.stories.listing import AT_ONCE, STATE_NAMES, Wanted
from cms.web.desk import Desk
from cms.web.entrance import scope


def page(desk: Desk) -> str:
    """The page, as its address asks for it."""
    wanted = asked()
    with read_scope(desk.people.engine) as session:
        rows, total = listing.listed(session, scope(), wanted)
        columns = boards.columns(session)
    return render_template(
        "stories.html",
        rows=rows,
        total=total,
        wanted=wanted,
        states=STATE_NAMES,
        columns=columns,
        units=desk.units(scope()),
        earlier=_way(wanted, wanted.page + 1) if wanted.page * AT_ONCE < total else "",
        later=_way(wanted, wanted.page - 1) if wanted.page > 1 else "",
    )


def asked() -> Wanted:
    """What the list is to be narrowed to."""
    given = {name: " ".join(request.args.get(name, "").split())[:60] for name in asdict(Wanted()) if name != "page"}
    number = request.args.get("page", "1")
    is_page = number.isascii() and number.isdigit() and 0 < len(number) < 6 and int(number) > 0
    return Wanted(**given, page=int(number) if is_page else 1)


def _way(wanted: Wanted, number: int) -> str:
    given = {name: value for name, value in asdict(replace(wanted, page=number)).items() if value}
    return url_for("pages.stories", **given)
