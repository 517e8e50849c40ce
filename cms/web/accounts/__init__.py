"""账号: how every account stands, connecting and disconnecting it, and whether it works."""

from flask import Blueprint

from cms.web.accounts import board, connecting, looks, one
from cms.web.desk import Desk
from cms.web.preview import Previewer


def blueprint(desk: Desk, previewer: Previewer) -> Blueprint:
    """The routes of 账号 and 样式."""
    found = Blueprint("accounts", __name__)
    for part in (board, one, connecting):
        part.routes(found, desk)
    looks.routes(found, desk, previewer)
    return found
