"""How a story stands, for whoever is about to change it: in review, signed, or voided by an edit since."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cms import review
from cms.db import read_scope
from cms.releases import voiding
from cms.releases.voiding import Signed
from cms.stories import story_named
from cms.web.desk import SHANGHAI, Desk, clock, day
from cms.web.entrance import now


@dataclass(frozen=True, slots=True)
class Standing:
    """One sentence, "" for nothing to know. ``kind``: review, signed (an edit would void it), voided (one did), out;
    ``release`` and ``revision``: the signed release and the number of the version that was signed, 0 for none."""

    kind: str = ""
    sentence: str = ""
    release: int = 0
    revision: int = 0


def standing(desk: Desk, slug: str) -> Standing:
    """What whoever changes this story must know first: signatures that would be lost, and what is scheduled."""
    with read_scope(desk.people.engine) as session:
        story = story_named(session, slug)
        if story is None:
            return Standing()
        found = voiding.signed(session, story)
        waits = next((one for one in found if one.unsent), None)
        open_one = review.under_review(session, story)
    if open_one:
        return Standing("review", open_one)
    if waits is not None:
        kind, words = ("voided", _voided(waits)) if waits.voided else ("signed", _signed(waits))
        return Standing(kind, f"{words}{_out(waits.out)}", waits.release.id, waits.revision)
    if out := sum(one.out for one in found):
        return Standing("out", f"已发出 {out} 份：在这里改动不会改已发出的，要改请走更正。")
    return Standing()


def _signed(one: Signed) -> str:
    who = f"（{'、'.join(one.signers)}）" if one.signers else ""
    when = soon(one.release.due_at, now())
    return (
        f"已签发{who}，{when} 发出，{one.waiting} 份。改动会使签发作废：没发出的先停下，"
        "要重新送审、从头再签，或由签发人照签发的那一版发。"
    )


def _voided(one: Signed) -> str:
    return (
        f"签发之后改过，签发作废：{one.voided} 份停下没有发（原定 {soon(one.release.due_at, now())}）。"
        "可以重新送审，可以改回签发的那一版，也可以请签发人照签发的那一版发。"
    )


def _out(count: int) -> str:
    return f"已发出的 {count} 份不会变，要改请走更正。" if count else ""


def soon(at: datetime, moment: datetime) -> str:
    """A moment as people say it: 明天 09:00, or the day."""
    days = (at.astimezone(SHANGHAI).date() - moment.astimezone(SHANGHAI).date()) // timedelta(days=1)
    return f"{('今天', '明天')[days]} {clock(at)}" if days in (0, 1) else day(at)
