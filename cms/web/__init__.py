"""The newsroom in the browser: one Flask app made from one Desk. Flask lives only here."""

from flask import Flask

from cms.web import guard, hands, pages, shelf
from cms.web.desk import Desk
from cms.web.preview import Previewer

JSON_LIMIT = 1024 * 1024  # a story of 300,000 characters still fits


def create_app(desk: Desk) -> Flask:
    """The app over ``desk``; as many as you like side by side."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=desk.secret,
        MAX_CONTENT_LENGTH=JSON_LIMIT,
        SESSION_COOKIE_NAME="__Host-yigao" if desk.https else "yigao",
        SESSION_COOKIE_SECURE=desk.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=desk.https,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    guard.protect(app, https=desk.https)
    previewer = Previewer(desk)
    app.register_blueprint(pages.blueprint(desk, previewer))
    app.register_blueprint(hands.blueprint(desk, previewer))
    app.register_blueprint(shelf.blueprint(desk))
    return app


__all__ = ["Desk", "create_app"]
