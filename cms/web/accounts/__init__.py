"""账号: how every account stands, connecting and disconnecting it, and whether it works."""

from flask import Blueprint

from cms.web.accounts import board, connecting, house, looks, one
from cms.web.desk import Desk
from cms.web.preview import Previewer


def blueprint(desk: Desk, previewer: Previewer) -> Blueprint:
    """The routes of 账号, 样式 and 本单位."""
    found = Blueprint("accounts", __name__)
    for part in (board, one, connecting, house):
        part.routes(found, desk)
    looks.routes(found, desk, previewer)
    return found
