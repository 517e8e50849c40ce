"""账号: how every account stands, connecting and disconnecting it, and whether it works."""

from flask import Blueprint

from cms.web.accounts import board, connecting, one
from cms.web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 账号."""
    found = Blueprint("accounts", __name__)
    for part in (board, one, connecting):
        part.routes(found, desk)
    return found
