"""稿件: the list of stories, searched, narrowed and a page at a time."""

from flask import render_template, request
from sqlmodel import Session, col, select

from cms.db import read_scope
from cms.people import name_of
from cms.releases import binned, boards, listing
from cms.releases.listing import AT_ONCE, STATE_NAMES, Wanted
from cms.stories import Column, Story
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
        columns, authors = boards.columns(session), listing.authors(session, scope())
        choices = _with(session, authors, wanted.author)
        short, templates = desk.unit_names(), columns_here(session)
    return render_template(
        "stories.html",
        rows=rows,
        total=total,
        wanted=wanted,
        own=own,
        gone=gone,
        states=STATE_NAMES,
        columns=columns,
        templates=templates,
        authors=choices,
        names=dict(authors),
        units=[(slug, short[number]) for number, slug in scope().units],
        from_above=desk.galley is not None and below_somebody(),
        **beside("pages.stories", wanted, AT_ONCE, total),
    )


def columns_here(session: Session) -> list[tuple[str, str]]:
    """(slug, title) of the columns one writes for."""
    mine = col(Column.unit_id).is_(None) | scope().over(Column.unit_id)
    return list(session.exec(select(Column.slug, Column.title).where(mine).order_by(Column.title)))


def _with(session: Session, authors: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    """Who can be chosen: the one who looks first, and whoever is chosen already."""
    me = who().login
    others = [one for one in authors if one[0] != me]
    if chosen and chosen != me and chosen not in dict(others):
        others.append((chosen, name_of(session, chosen)))
    return [(me, "我"), *others] if who().writes or chosen == me else others


def _gone(session: Session) -> Story | None:
    """The story that was thrown away just now, for the one click that undoes it."""
    mine = (Story.slug == request.args.get("gone", "")[:80], scope().over(Story.unit_id))
    return session.exec(select(Story).where(*mine, col(Story.binned_at).is_not(None))).one_or_none()
