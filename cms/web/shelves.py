"""稿件: the list of stories, searched, narrowed and a page at a time."""

from flask import render_template, request
from sqlmodel import Session, col, select

from cms.db import read_scope
from cms.releases import binned, boards
from cms.stories import Story, listing
from cms.stories.listing import AT_ONCE, STATE_NAMES, Wanted
from cms.web.adopting import below_somebody
from cms.web.desk import Desk
from cms.web.entrance import now, scope, who
from cms.web.narrowing import asked, beside


def page(desk: Desk) -> str:
    """The page, as its address asks for it."""
    wanted = asked(Wanted)
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
        **beside("pages.stories", wanted, AT_ONCE, total),
    )


def _gone(session: Session) -> Story | None:
    """The story that was thrown away just now, for the one click that undoes it."""
    mine = (Story.slug == request.args.get("gone", "")[:80], scope().over(Story.unit_id))
    return session.exec(select(Story).where(*mine, col(Story.binned_at).is_not(None))).one_or_none()
