"""素材库: the pictures and films a unit holds; found, sent, described, cropped, and taken into stories."""

from flask import Blueprint, Response

from cms.library import LibraryDesk, LibraryError
from cms.web.desk import Desk
from cms.web.guard import trouble
from cms.web.library import deeds, pages, sending, taking


def blueprint(desk: Desk, room: LibraryDesk) -> Blueprint:
    """The routes of 素材库."""
    library = Blueprint("library", __name__)

    @library.errorhandler(LibraryError)
    def refused(error: LibraryError) -> tuple[Response | str, int]:
        return trouble(error.sentence, 422)

    pages.add_routes(library, desk, room)
    sending.add_routes(library, desk, room)
    deeds.add_routes(library, desk, room)
    taking.add_routes(library, desk, room)
    return library
