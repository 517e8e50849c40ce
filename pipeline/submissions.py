"""What was sent to review is rendered, checked and sealed by the press room, found by query: a restart loses nothing.
And what the clock tells: slots in danger."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from channels import canonical
from channels.contract import ChannelError
from channels.values import Finding
from cms.checks import links, passages
from cms.db import read_scope, session_scope
from cms.releases import PlanError, submitting
from cms.review import SignError, Submission
from pipeline import press
from pipeline.house import House
from pipeline.press import Made

log = logging.getLogger("yigao.submissions")
TRIES = 3
KEPT = 60
"""Findings of renditions that are shown; the same of many accounts is one."""


def draw(house: House, now: datetime, why: links.Why | None = None) -> int:
    """Make what waits to be made; how many. ``why`` asks whether the links open, for the reviewers to know."""
    with read_scope(house.engine) as session:
        waiting = [(one.id, one.release_id) for one in submitting.to_draw(session)]
    return sum(_draw(house, number, release, now, why) for number, release in waiting)


def _draw(house: House, number: int, release: int, now: datetime, why: links.Why | None) -> bool:
    """One submission, from planned to sealed. What cannot be made three times is given back with the reason."""
    with session_scope(house.engine) as session:
        row = session.get_one(Submission, number)
        row.tries += 1
        is_last, manuscript = row.tries >= TRIES, row.manuscript_hash
        session.add(row)
    try:
        made = press.render_release(house, release, now)
        sealed = press.seal_release(house, release, now)
    except (ChannelError, PlanError, SignError, OSError, ValueError) as error:
        log.warning("submission %s could not be drawn: %s", number, error)
        if is_last:
            _ended(house, number, None, f"排版三次没有成功（{error}），请联系管理员。", (), now)
        return False
    held = [one.reason for one in made if one.reason]
    _ended(house, number, sealed, "；".join(dict.fromkeys(held))[:600], made, now, _dead(house, manuscript, why))
    return True


def _dead(house: House, manuscript: str, why: links.Why | None) -> list[Finding]:
    """The links that do not open today. Nobody is asked for a reason: tomorrow they may, and others may not."""
    if why is None or not manuscript:
        return []
    main = house.manuscript(manuscript)
    texts = [main, *house.variants(main).values()]
    found = [one for text in texts for one in links.ask(passages.read(text), why) if one.level == "warn"]
    return [replace(one, rule="review.link.dead") for one in dict.fromkeys(found)]


def _ended(
    house: House,
    number: int,
    sealed: int | None,
    trouble: str,
    made: Sequence[Made],
    now: datetime,
    dead: Sequence[Finding] = (),
) -> None:
    with session_scope(house.engine) as session:
        row = session.get_one(Submission, number)
        row.findings = [canonical.plain(one) for one in [*_told(made), *dead]]
        submitting.drawn(session, row, sealed, trouble, now)


def _told(made: Sequence[Made]) -> list[Finding]:
    """What was found on the renditions, each once."""
    found: dict[tuple[str, str, str, str], Finding] = {}
    for one in made:
        for each in one.findings:
            found.setdefault((each.rule, each.place, each.channel, each.message), each)
    return list(found.values())[:KEPT]


def alarm(house: House, now: datetime) -> int:
    """Tell which slots are in danger; how many."""
    with read_scope(house.engine) as session:
        if not submitting.in_danger(session, now):
            return 0
    with session_scope(house.engine) as session:
        return len(submitting.alarm(session, now))
