"""The newsroom in the browser: one Flask app made from one Desk. Flask lives only here."""

from functools import partial
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

from cms.web import (
    accounts,
    adopting,
    answered,
    beginning,
    binning,
    brand,
    composing,
    delivering,
    door,
    entrance,
    faces,
    guard,
    handing,
    hands,
    library,
    mine,
    navigation,
    once,
    pace,
    pages,
    reviewing,
    scheduling,
    shelf,
    staff,
    statics,
    today,
    wording,
)
from cms.web.desk import LARGEST, Desk, Writer
from cms.web.editing import alone, arriving, doors, history, phone, plain
from cms.web.library import keeping
from cms.web.preview import Previewer


class RowNumber(IntegerConverter):
    """The number of a row in an address; what no database would hold is no address of ours."""

    regex = r"\d{1,10}"

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"max": LARGEST, **more})


JSON_LIMIT = 1024 * 1024  # a story of 300,000 characters still fits


def create_app(desk: Desk) -> Flask:
    """The app over ``desk``; as many as you like side by side."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SECRET_KEY=desk.secret,
        MAX_CONTENT_LENGTH=JSON_LIMIT,
        SESSION_COOKIE_NAME="__Host-yigao" if desk.https else "yigao",
        SESSION_COOKIE_SECURE=desk.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=desk.https,
    )
    app.url_map.converters["int"] = RowNumber
    statics.hand_out(app)  # after the settings: no OPTIONS that nobody wrote down
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    entrance.guard_entrance(app, desk)  # first: nobody learns anything before it is known who asks
    guard.protect(app, https=desk.https)
    answered.give_addresses(app, desk)
    pace.keep_pace(app)  # before a form is counted: what is refused may be sent again
    once.count_once(app, desk)
    previewer = Previewer(desk)
    app.register_blueprint(today.blueprint(desk))
    app.register_blueprint(delivering.blueprint(desk))
    app.register_blueprint(handing.blueprint(desk))
    delivering.guard(app, desk)
    app.register_blueprint(faces.blueprint(desk))
    app.register_blueprint(binning.blueprint(desk))
    binning.guard(app, desk)
    app.register_blueprint(brand.blueprint(desk))
    brand.show_brand(app, desk)
    app.register_blueprint(beginning.blueprint(desk))
    app.register_blueprint(door.blueprint(desk))
    app.register_blueprint(mine.blueprint(desk))
    app.register_blueprint(staff.blueprint(desk))
    app.register_blueprint(accounts.blueprint(desk, previewer))
    app.register_blueprint(pages.blueprint(desk, previewer))
    app.register_blueprint(alone.blueprint(desk, previewer))
    app.register_blueprint(plain.blueprint(desk, previewer))
    app.register_blueprint(doors.blueprint(desk))
    app.register_blueprint(arriving.blueprint(desk))
    app.register_blueprint(history.blueprint(desk))
    app.register_blueprint(hands.blueprint(desk, previewer))
    app.register_blueprint(scheduling.blueprint(desk))
    app.register_blueprint(composing.blueprint(desk))
    app.register_blueprint(wording.blueprint(desk))
    app.register_blueprint(phone.blueprint(desk))
    if desk.galley is not None:
        app.register_blueprint(reviewing.blueprint(desk))
        app.register_blueprint(adopting.blueprint(desk))
    if desk.library is not None:
        app.register_blueprint(library.blueprint(desk, desk.library))
    room = desk.library
    app.register_blueprint(shelf.blueprint(desk, partial(keeping.keep, desk, room) if room is not None else None))
    navigation.show_ways(app)
    return app


__all__ = ["Desk", "Writer", "create_app"]
