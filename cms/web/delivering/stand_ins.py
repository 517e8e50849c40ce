"""沙箱 in words on every page where something goes out: what goes to a stand-in reaches no reader."""

from collections.abc import Collection

from flask import Flask, g

from cms.db import read_scope
from cms.matrix import sandboxed
from cms.web.desk import Desk


def show(app: Flask, desk: Desk) -> None:
    """Give every template ``stand_ins()``: the numbers of the accounts in the sandbox, asked once a page."""

    def stand_ins() -> Collection[int]:
        if "stand_ins" not in g:
            with read_scope(desk.people.engine) as session:
                g.stand_ins = sandboxed.numbers(session)
        found: Collection[int] = g.stand_ins
        return found

    app.jinja_env.globals["stand_ins"] = stand_ins
