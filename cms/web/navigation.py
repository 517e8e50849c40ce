"""The ways through the newsroom: the bar of every page, and on a phone the four below the thumb."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, g

from cms.people.visits import Visitor
from cms.web.entrance import reached
from cms.web.permits import PERMITS


@dataclass(frozen=True, slots=True)
class Way:
    """A page of the bar. ``is_thumbed``: one of the four on a phone; the others stand behind 更多."""

    endpoint: str
    title: str
    is_thumbed: bool = False


WAYS: Sequence[Way] = (
    Way("today.page", "今天", is_thumbed=True),
    Way("pages.stories", "稿件", is_thumbed=True),
    Way("reviewing.page", "审稿", is_thumbed=True),
    Way("scheduling.page", "排期"),
    Way("composing.page", "组稿"),
    Way("delivering.page", "发布"),
    Way("handing.page", "待代发"),
    Way("library.page", "素材库"),
    Way("accounts.page", "账号"),
    Way("staff.page", "人员"),
    Way("mine.notices", "提醒"),
    Way("mine.page", "我的", is_thumbed=True),
)


def show_ways(app: Flask) -> None:
    """Give every template the ways its reader may go."""

    @app.context_processor
    def ways() -> dict[str, object]:
        there = [one for one in WAYS if one.endpoint in app.view_functions and may(one.endpoint)]
        return {"ways": there}


def may(endpoint: str, method: str = "GET", unit_id: int | None = None) -> bool:
    """Whether the one who looks has this page, or may send what goes there; in this unit, where one is named."""
    visitor: Visitor | None = getattr(g, "visitor", None)
    if visitor is None or not visitor.is_full:
        return False
    permit = PERMITS[endpoint, method]
    if permit.gate != "roles":
        return True
    own = visitor.units.scope(visitor.held, permit.roles)
    if own.units and (unit_id is None or own.holds(unit_id)):
        return True  # without a question about loans, on the bar of every page
    found = reached(visitor, permit)
    return bool(found.units) and (unit_id is None or found.holds(unit_id))
