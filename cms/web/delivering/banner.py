"""The freezes that stand, on every page of the newsroom until they are thawed."""

from flask import Flask, g

from cms.db import read_scope
from cms.releases import freeze, freezes
from cms.web.desk import Desk
from cms.web.spoken import on_screen


def show(app: Flask, desk: Desk) -> None:
    """Give every template ``frozen()``: (number, what is stopped, why, whether a restoring gave it) of each standing
    freeze."""

    def frozen() -> list[tuple[int, str, str, bool]]:
        visitor = getattr(g, "visitor", None)
        if visitor is None or not visitor.is_full or not visitor.appointments:
            return []
        with read_scope(desk.people.engine) as session:
            rows = freezes(session)
            return [
                (one.id, freeze.scope_words(session, one), on_screen(freeze.sentence(session, one)), bool(one.kept_at))
                for one in rows
            ]

    app.jinja_env.globals["frozen"] = frozen
