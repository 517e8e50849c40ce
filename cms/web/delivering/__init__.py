"""发布: what became of every delivery, and what a person may do about it: again, called back, stopped."""

from flask import Blueprint, Flask

from cms.db import read_scope
from cms.people import name_of
from cms.recalls import RecallError
from cms.releases import CancelError, HandlingError, IllegalMove, LostRace, PlanError, TargetError
from cms.releases.flash import FlashError
from cms.releases.freeze import FreezeError
from cms.releases.pushes import PushError
from cms.review import SignError
from cms.web.delivering import banner, board, deeds, halts, quick, recalling, stand_ins, strange
from cms.web.delivering.words import lasted
from cms.web.desk import Desk, day
from cms.web.guard import trouble
from cms.web.navigation import may
from cms.web.spoken import on_screen

REFUSALS = (
    CancelError, FlashError, FreezeError, HandlingError, IllegalMove, LostRace, PlanError, PushError, RecallError,
    SignError, TargetError,
)  # fmt: skip
"""What a room refuses, with a sentence that says why and what can be done."""


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 发布, 更正与撤稿, 停发."""
    found = Blueprint("delivering", __name__)
    for part in (board, deeds, recalling, strange, halts, quick):
        part.routes(found, desk)
    for each in (on_screen, lasted, day):
        found.add_app_template_filter(each)
    found.add_app_template_global(may, "goes")

    def named(login: str) -> str:
        """A login as the name of its person."""
        with read_scope(desk.people.engine) as session:
            return name_of(session, login)

    found.add_app_template_filter(named)
    return found


def guard(app: Flask, desk: Desk) -> None:
    """Say what a room refuses in its own words, and show on every page what is frozen."""
    for kind in REFUSALS:
        app.register_error_handler(kind, lambda error: trouble(str(error), 422))
    banner.show(app, desk)
    stand_ins.show(app, desk)
