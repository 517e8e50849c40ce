"""今天: what failed, what waits for me, what goes out next, my drafts."""

from flask import Blueprint, render_template

from cms.web.desk import Desk


def blueprint(_desk: Desk) -> Blueprint:
    """The route of 今天."""
    today = Blueprint("today", __name__)

    @today.get("/")
    def page() -> str:
        return render_template("today.html")

    return today
