"""The list: what waits for somebody, then every unit and channel as a table; narrowed, an account a line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for

from cms.db import read_scope
from cms.people.mandates import ADMINISTRATORS
from cms.releases import standing
from cms.releases.standing import STATES, STEPS, Stands
from cms.web.desk import SHANGHAI, Desk, Quota, day, rank
from cms.web.entrance import now, scope, who
from cms.web.spoken import on_screen

UNITS, LINES, PRESSING = 50, 60, 20
"""So many units of the table, lines of a narrowed list, and things that wait, on a page."""
NARROW = {"need": "要人处理", **{state: name for state, (_, name) in STATES.items()}}
SCARCE = 0.2
"""Of a quota: less is said."""


@dataclass(frozen=True, slots=True)
class Line:
    """One account as a line. ``health`` with its moment; ``button`` and ``way``: the one next thing, "" for none."""

    one: Stands
    channel: str
    health: str
    button: str
    way: str
    quota: str = ""
    is_deed: bool = False


def routes(found: Blueprint, desk: Desk) -> None:
    """The page of the list."""

    @found.get("/accounts")
    def page() -> str:
        unit, channel, state = (request.args.get(name, "") for name in ("unit", "channel", "state"))
        with read_scope(desk.people.engine) as session:
            whole = standing.all_of(session, scope(), now())
        mine = [one for one in whole if unit in ("", one.unit_slug) and channel in ("", one.account.channel)]
        chosen = [one for one in mine if state not in STATES or one.state == state]
        needing = sorted((one for one in mine if one.needs), key=lambda one: one.tone != "bad")
        chosen = needing if state == "need" else chosen
        named, number = standing.titles(), _page()
        is_table = not (channel or state in NARROW) and len({one.unit_slug for one in mine}) > 1
        units = list(dict.fromkeys((one.unit_slug, one.unit) for one in chosen))
        at_once, total = (UNITS, len(units)) if is_table else (LINES, len(chosen))
        shown = _part(chosen, units, number) if is_table else chosen[(number - 1) * LINES : number * LINES]
        return render_template(
            "accounts/list.html",
            said={"unit": unit, "channel": channel, "state": state},
            is_narrow=bool(unit or channel or state in NARROW),
            narrow=NARROW,
            sums=_sums(mine),
            sandboxed=sum(one.is_sandboxed for one in mine),
            units=list(dict.fromkeys((one.unit_slug, one.unit) for one in whole)),
            channels=[(one, named.get(one, one)) for one in _channels(whole)],
            needing=[] if state in NARROW else lines(desk, needing[:PRESSING]),
            more=len(needing) - PRESSING,
            table=_table(shown) if is_table else {},
            heads=[(one, named.get(one, one)) for one in _channels(mine)],
            lines=[] if is_table else lines(desk, shown),
            states=STATES,
            earlier=_way(number - 1) if number > 1 else "",
            later=_way(number + 1) if number * at_once < total else "",
            page=(number, -(-total // at_once)),
        )


def lines(desk: Desk, chosen: Sequence[Stands]) -> list[Line]:
    """Accounts as lines, each with what it will first run out of, where little is left."""
    named = standing.titles()
    quotas = desk.press.scarcest([one.account.id for one in chosen if one.is_connected])
    ruled = who().units.scope(who().held, ADMINISTRATORS)
    return [_line(one, named, quotas.get(one.account.id), ruled.holds(one.account.unit_id)) for one in chosen]


def _line(one: Stands, named: Mapping[str, str], quota: Quota | None, rules: bool) -> Line:
    number = one.account.id
    ways = {
        "check": url_for("accounts.check", number=number),
        "renew": url_for("accounts.connect", number=number),
        "connect": url_for("accounts.connect", number=number),
        "see": url_for("accounts.show", number=number),
    }
    step = one.step if rules else "see" if one.needs else ""
    said = words_of(quota) if quota is not None and quota.left <= quota.count * SCARCE else ""
    title = named.get(one.account.channel, one.account.channel)
    return Line(one, title, health(one), STEPS.get(step, ""), ways.get(step, ""), said, step == "check")


def health(one: Stands) -> str:
    """How it does, with the moment that is about."""
    words = on_screen(one.words)
    if one.until is None or one.tone == "bad":
        return words
    if one.tone == "wait":
        local = one.until.astimezone(SHANGHAI)
        return f"{words}：{local.month}月{local.day}日"
    return f"{words}，{day(one.until)} 查过"


def words_of(quota: Quota) -> str:
    """A quota in words: 今天“发布”用了 98 次，还剩 2 次."""
    return f"{PER[quota.per]}“{quota.title}”用了 {quota.count - quota.left} 次，还剩 {quota.left} 次"


PER = {"minute": "这一分钟", "hour": "这一小时", "day": "今天", "month": "本月"}


def _sums(mine: Sequence[Stands]) -> list[tuple[str, str, str, int]]:
    """(key, tone, name, count) of everything there is."""
    counts = Counter(one.state for one in mine)
    need = sum(one.needs for one in mine)
    found = [("need", "bad", NARROW["need"], need)] if need else []
    return found + [(state, tone, name, counts[state]) for state, (tone, name) in STATES.items() if counts[state]]


def _channels(mine: Sequence[Stands]) -> list[str]:
    return sorted({one.account.channel for one in mine}, key=rank)


def _part(chosen: Sequence[Stands], units: Sequence[tuple[str, str]], number: int) -> list[Stands]:
    shown = {slug for slug, _ in units[(number - 1) * UNITS : number * UNITS]}
    return [one for one in chosen if one.unit_slug in shown]


def _table(shown: Sequence[Stands]) -> dict[str, dict[str, Stands]]:
    found: dict[str, dict[str, Stands]] = {}
    for one in shown:
        found.setdefault(one.unit, {})[one.account.channel] = one
    return found


def _page() -> int:
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 and int(text) else 1


def _way(number: int) -> str:
    unit, channel, state = (request.args.get(name) or None for name in ("unit", "channel", "state"))
    return url_for("accounts.page", page=number, unit=unit, channel=channel, state=state)
