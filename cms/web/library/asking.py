"""What every page of 素材库 asks first: who acts, and which asset."""

from flask import abort, request
from sqlmodel import Session

from cms.library import Asset, By, find
from cms.web.entrance import now, scope, who
from cms.web.pages import writer


def by(unit: str | None = None) -> By:
    """Whoever asks, for ``unit`` (that of the form), else for their highest one; 404 for one that is not theirs."""
    named = request.form.get("unit", "") if unit is None else unit
    own = next((number for number, slug in scope().units if slug == named), None)
    if named and own is None:
        abort(404)
    return By(who().login, scope(), writer().unit_id if own is None else own, now())


def asset_named(session: Session, number: int) -> Asset:
    """The asset, when they may see it; 404 like one that is not there."""
    found = find(session, scope(), number)
    if found is None:
        abort(404)
    return found
