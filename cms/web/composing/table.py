"""The table a push is put together on: what the form asks for, each button a step that needs no script, and what the
template shows of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from cms.matrix import Account
from cms.releases import Delivery, pushes
from cms.releases.pushes import Candidate, Order, Outlook
from cms.stories import workdays
from cms.web.desk import SHANGHAI, Desk, asked_time, day
from cms.web.shelf import to_me


@dataclass(frozen=True, slots=True)
class Asked:
    """What is being put together: deliveries in order, the slot (Beijing), 群发 or 发布; ``moved``: the one the last
    button moved."""

    account: Account
    picks: tuple[int, ...]
    at: datetime
    push: bool
    instead: Delivery | None = None
    moved: int = 0

    def order(self) -> Order:
        return Order(self.account, self.picks, self.at, self.push, self.instead)


@dataclass(frozen=True, slots=True)
class Article:
    """One story as readers see it in the push: its title and the addresses of its covers (2.35:1 and 1:1)."""

    title: str
    cover: str
    square: str


@dataclass(frozen=True, slots=True)
class Shelved:
    """One story of the account. ``article``: None while there is nothing to show yet."""

    id: int
    headline: str
    due: str
    trouble: str
    article: Article | None


@dataclass(frozen=True, slots=True)
class Laid:
    """All the template needs."""

    asked: Asked
    chosen: tuple[Shelved, ...]
    shelf: tuple[Shelved, ...]
    stops: tuple[str, ...]
    warnings: tuple[str, ...]
    quota: str
    local: str
    said_at: str


def asked_for(
    session: Session, said: MultiDict[str, str], account: Account, instead: Delivery | None, now: datetime
) -> Asked:
    """What the form says, and one step of its buttons (up, down, out, in) taken; what cannot be read is left out."""
    picks = list(dict.fromkeys(_numbers(said.getlist("pick"))))
    step, _, name = said.get("act", "").partition(":")
    moved = next(iter(_numbers([name])), 0)
    picks = _taken(picks, step, moved)
    at = _time(said.get("at", "")) or _first_time(session, account, instead, picks, now)
    way = said.get("way", "")
    push = way == "push" if way in ("push", "publish") else pushes.by_column(session, picks)
    return Asked(account, tuple(picks), at, push, instead, moved)


def _taken(picks: list[int], step: str, one: int) -> list[int]:
    if step == "in" and one:
        return [*picks, *([] if one in picks else [one])]
    if one not in picks:
        return picks
    at = picks.index(one)
    rest = picks[:at] + picks[at + 1 :]
    if step == "out":
        return rest
    to = {"up": max(at - 1, 0), "down": min(at + 1, len(rest))}.get(step, at)
    return [*rest[:to], one, *rest[to:]]


def _numbers(said: Iterable[str]) -> list[int]:
    return [int(one) for one in said if one.isascii() and one.isdigit() and len(one) < 12]


def _time(said: str) -> datetime | None:
    try:
        return asked_time(said)
    except ValueError:
        return None


def _first_time(
    session: Session, account: Account, instead: Delivery | None, picks: Sequence[int], now: datetime
) -> datetime:
    """The slot proposed: the one the push has, the first story's own, else the next full hour."""
    if instead is not None:
        return instead.due_at
    hour = (now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return pushes.first_time(session, account, picks, now) or hour


def looked(desk: Desk, session: Session, order: Order, now: datetime) -> Outlook:
    """What stands against it: also what the checks say of each story on this day (a licence that has run out by then),
    which they did not say of its own."""
    told = pushes.look(session, order, workdays(session), now)
    moved = [(one.delivery.release_id, order.at) for one in told.chosen if one.delivery.due_at != order.at]
    why, asked = desk.press.told_of_moving(moved)
    return replace(told, stops=(*told.stops, *([why] if why else [])), warnings=(*told.warnings, *asked))


def laid(desk: Desk, session: Session, asked: Asked, now: datetime) -> Laid:
    """The table as it lies."""
    told = looked(desk, session, asked.order(), now)
    return Laid(
        asked=asked,
        chosen=tuple(_shelved(desk, asked.account, one) for one in told.chosen),
        shelf=tuple(_shelved(desk, asked.account, one) for one in told.rest),
        stops=told.stops,
        warnings=told.warnings if told.chosen else (),
        quota=pushes.words(told.rooms[0]) if told.rooms else "",
        local=local(asked.at),
        said_at=day(asked.at),
    )


def _shelved(desk: Desk, account: Account, one: Candidate) -> Shelved:
    article = next(iter(articles_of(desk, account.unit_id, [(one.delivery, 0)])), None)
    return Shelved(one.delivery.id, one.story.headline, day(one.delivery.due_at), one.trouble, article)


def articles_of(desk: Desk, unit_id: int, places: Iterable[tuple[Delivery, int]]) -> list[Article]:
    """The articles at these places on an account of this unit, of the very bytes that were signed."""
    found = []
    for delivery, at in places:
        if not delivery.rendition_hash or desk.galley is None:
            continue
        part = desk.galley.rendition(delivery.rendition_hash).parts[at]
        files = {one.role: to_me(desk, one.hash, unit_id) for one in part.files}
        cover = files.get("cover", "")
        found.append(Article(part.field("title"), cover, files.get("thumb", cover)))
    return found


def local(at: datetime) -> str:
    """A moment as a datetime-local field holds it, Beijing time."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
