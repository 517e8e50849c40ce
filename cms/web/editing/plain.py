"""看样子: what every channel will show, as a page of its own, for a browser where the editor's scripts do not run.

The previewer is the editor's own; only the page is another: no script, no tab, the phones below one another."""

from flask import Blueprint, abort, render_template, request

from cms.web.desk import Desk
from cms.web.editing.apart import own_of
from cms.web.entrance import scope
from cms.web.pages import LEVELS, as_json, found_elsewhere, from_above, is_reviewed, reach_of, tabs
from cms.web.preview import Previewer, Written, headline_of


def blueprint(desk: Desk, previewer: Previewer) -> Blueprint:
    """The one route."""
    plain = Blueprint("plain", __name__)

    @plain.get("/write/<slug>/look")
    def look(slug: str) -> str:
        try:
            text = desk.load(slug, scope())
        except KeyError:
            abort(404)
        units = desk.looks(scope())
        unit = request.args.get("unit", units[0][0] if units else "")
        if unit not in (dict(units) or {"": ""}):
            abort(404)
        own = own_of(desk, slug)
        written = Written(text, {name: one.text for name, one in own.items()})
        shown = as_json(previewer.look(written, unit, slug, home=from_above(unit)))
        more = previewer.elsewhere(written, unit, reach_of(desk, slug), slug)
        found = [*shown["findings"], *found_elsewhere(more, dict(units))]
        return render_template(
            "plain_look.html",
            slug=slug,
            headline=headline_of(text),
            units=units,
            unit=unit,
            base="saved",
            channels=tabs(desk, own),
            shown=shown,
            findings=sorted(found, key=lambda one: list(LEVELS).index(one["level"])),
            is_reviewed=is_reviewed(),
        )

    return plain
