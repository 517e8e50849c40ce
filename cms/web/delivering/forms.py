"""What the desks of delivery share: reading forms, finding rows in reach, and going back."""

from typing import NoReturn

from flask import abort, request
from sqlmodel import Session

from cms.matrix import Account
from cms.people import PeopleError
from cms.releases import Delivery
from cms.releases.boards import owned
from cms.web.entrance import scope

NO_REASON = "请写一句原因：它记入审计，也给接手的人看。"


def said(name: str, longest: int = 500) -> str:
    """A field of the form, trimmed."""
    return " ".join(request.form.get(name, "").split())[:longest]


def reason(name: str = "reason", missing: str = NO_REASON) -> str:
    """A field that must not be empty; PeopleError with what to do."""
    words = said(name)
    if not words:
        raise PeopleError(missing)
    return words


def ticked(name: str) -> bool:
    return request.form.get(name) == "yes"


def numbers(name: str) -> list[int]:
    """The numbers ticked under this name."""
    return [int(one) for one in request.form.getlist(name) if one.isascii() and one.isdigit() and len(one) < 12]


def delivery_in_reach(session: Session, number: int, *, to_read: bool = False) -> tuple[Delivery, Account]:
    """The delivery, or 404: foreign and missing ones answer alike."""
    found = owned(session, scope(), number, to_read=to_read)
    return found if found is not None else gone()


def gone() -> NoReturn:
    abort(404)
