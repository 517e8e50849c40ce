"""历史: what was saved when and by whom, any two versions compared, and one of them brought back as a new one."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from channels import registry
from cms import audit
from cms.db import read_scope, session_scope
from cms.review.difference import difference, folded, has_changed
from cms.stories import StaleError, Story, history, mark_of, story_named
from cms.web.desk import Desk, day
from cms.web.editing.beside import unit_names
from cms.web.entrance import now, scope, who
from cms.web.guard import trouble
from cms.web.pages import writer
from cms.web.pictured import hashes_of, shown_at
from cms.web.standing import lost, not_agreed

MOVED_ON = "这篇稿件刚又保存过新的版本，没有恢复。请看过最新的一版再决定。"


def blueprint(desk: Desk) -> Blueprint:
    """The routes of the history."""
    pages = Blueprint("history", __name__)

    @pages.get("/write/<slug>/history")
    def page(slug: str) -> str:
        try:
            with read_scope(desk.people.engine) as session:
                sittings = history.sittings(session, slug, scope())
                last = sittings[0].newest.number
                to = _number("to", last)
                before = _number("from", _before(sittings, to))
                old, new, newest = (history.version_of(session, slug, one, scope()) for one in (before, to, last))
                own = history.channels(session, slug, scope())
                place = shown_at(desk, session, session.get_one(Story, newest.story_id))
        except KeyError:
            abort(404)
        hashes = [hashes_of(desk, one.text, one.manuscript_hash) for one in (old, new)]
        changes = difference(old.text, new.text, unit_names(desk), (hashes[0], hashes[1]))
        return render_template(
            "history.html",
            slug=slug,
            sittings=sittings,
            said=day,
            before=before,
            to=to,
            last=last,
            base=mark_of(newest.text),
            shown_at=place,
            runs=folded(changes),
            is_same=not has_changed(changes),
            lost=lost(desk, slug) if to != last else "",
            own=[(one, registry.get(one).title) for one in own],
        )

    @pages.post("/write/<slug>/restore")
    def restore(slug: str) -> Answer | tuple[Answer | str, int]:
        number = request.form.get("number", "")
        if not number.isdecimal() or len(number) > 9:
            abort(400)
        try:
            with read_scope(desk.people.engine) as session:
                text = history.version_of(session, slug, int(number), scope()).text
            if sentence := not_agreed(desk, slug):
                return trouble(sentence, 422)
            made = desk.save(slug, text, writer(), request.form.get("base", ""))
        except KeyError:
            abort(404)
        except StaleError:
            return trouble(MOVED_ON, 409)
        with session_scope(desk.people.engine) as session:
            story = story_named(session, slug)
            if story is not None:
                detail = {"from": int(number), "revision": made}
                audit.record(session, who().login, "story.restore", f"story:{story.id}", detail, now())
        return redirect(url_for("pages.write", slug=slug), 303)

    return pages


def _number(name: str, otherwise: int) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else otherwise


def _before(sittings: list[history.Sitting], number: int) -> int:
    """The last version of the sitting before the one that ``number`` is of; itself when there is none."""
    for at, sitting in enumerate(sittings):
        if sitting.oldest.number <= number <= sitting.newest.number:
            return sittings[at + 1].newest.number if at + 1 < len(sittings) else sitting.oldest.number
    return number
