"""稿件: the list of stories, searched, narrowed and a page at a time."""

from dataclasses import asdict, replace

from flask import render_template, request, url_for
from sqlmodel import Session, col, select

from cms.db import read_scope
from cms.releases import binned, boards
from cms.stories import Story, listing
from cms.stories.listing import AT_ONCE, STATE_NAMES, Wanted
from cms.web.adopting import below_somebody
from cms.web.desk import Desk
from cms.web.entrance import now, scope, who


def page(desk: Desk) -> str:
    """The page, as its address asks for it."""
    wanted = asked()
    with read_scope(desk.people.engine) as session:
        rows, total = listing.listed(session, scope(), wanted, now() - binned.KEPT)
        known = [one.slug for one in rows]
        own = binned.theirs_to_throw(session, known, who().login) if who().writes else set()
        gone = _gone(session)
        columns = boards.columns(session)
    return render_template(
        "stories.html",
        rows=rows,
        total=total,
        wanted=wanted,
        own=own,
        gone=gone,
        states=STATE_NAMES,
        columns=columns,
        units=desk.units(scope()),
        from_above=desk.galley is not None and below_somebody(),
        earlier=_way(wanted, wanted.page + 1) if wanted.page * AT_ONCE < total else "",
        later=_way(wanted, wanted.page - 1) if wanted.page > 1 else "",
    )


def _gone(session: Session) -> Story | None:
    """The story that was thrown away just now, for the one click that undoes it."""
    mine = (Story.slug == request.args.get("gone", "")[:80], scope().over(Story.unit_id))
    return session.exec(select(Story).where(*mine, col(Story.binned_at).is_not(None))).one_or_none()


def asked() -> Wanted:
    """What the list is to be narrowed to."""
    given = {name: " ".join(request.args.get(name, "").split())[:60] for name in asdict(Wanted()) if name != "page"}
    number = request.args.get("page", "1")
    is_page = number.isascii() and number.isdigit() and 0 < len(number) < 6 and int(number) > 0
    return Wanted(**given, page=int(number) if is_page else 1)


def _way(wanted: Wanted, number: int) -> str:
    given = {name: value for name, value in asdict(replace(wanted, page=number)).items() if value}
    return url_for("pages.stories", **given)
