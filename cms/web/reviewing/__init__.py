"""审稿: what waits for whom, one page a submission, the four things one can do there, and the 审签单."""

from flask import Blueprint

from cms.web.desk import Desk
from cms.web.reviewing import attaching, by_link, deeds, letting, pages, rules, sending


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 审稿."""
    reviewing = Blueprint("reviewing", __name__)
    pages.add(reviewing, desk)
    sending.add(reviewing, desk)
    letting.add(reviewing, desk)
    attaching.add(reviewing, desk)
    deeds.add(reviewing, desk)
    rules.add(reviewing, desk)
    by_link.add(reviewing, desk)
    return reviewing
