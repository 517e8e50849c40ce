"""How a story stands, for whoever is about to change it: in review, signed, or voided by an edit since."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request
from sqlmodel import Session

from cms import review
from cms.db import read_scope
from cms.releases import voiding
from cms.releases.voiding import Signed
from cms.review import submissions
from cms.stories import Revision, Story, story_named
from cms.web.desk import SHANGHAI, Desk, clock, day
from cms.web.entrance import now

OVERTAKEN = "送审后改过：审核人先不审了。改好后重新送审，或改回送审的那一版，审稿就接着走。"


@dataclass(frozen=True, slots=True)
class Noted:
    """What a reviewer said of one sentence, and the words that it was said of."""

    who: str
    words: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One sentence, "" for nothing to know. ``kind``: review, overtaken (changed since it was sent), signed
    (an edit would void it), voided (one did), returned, out; ``release``: the signed one; ``revision``: the number of
    the version that was signed or sent, 0 for none; ``submission``: the one that came back or was overtaken, and
    ``notes`` what the reviewers of the one that came back said of sentences."""

    kind: str = ""
    sentence: str = ""
    release: int = 0
    revision: int = 0
    submission: int = 0
    notes: tuple[Noted, ...] = ()


def standing(desk: Desk, slug: str) -> Standing:
    """What whoever changes this story must know first: signatures that would be lost, and what is scheduled."""
    with read_scope(desk.people.engine) as session:
        story = story_named(session, slug)
        if story is None:
            return Standing()
        found = voiding.signed(session, story)
        waits = next((one for one in found if one.unsent), None)
        open_one = review.under_review(session, story)
        sent = submissions.open_of(session, story)
        is_overtaken = sent is not None and not submissions.is_current(session, sent)
        number = session.get_one(Revision, sent.revision_id).number if sent is not None and is_overtaken else 0
        back = _returned(session, story)
    if open_one:
        return Standing("review", open_one)
    if sent is not None and is_overtaken:
        return Standing("overtaken", OVERTAKEN, revision=number, submission=sent.id)
    if waits is not None:
        kind, words = ("voided", _voided(waits)) if waits.voided else ("signed", _signed(waits))
        return Standing(
            kind, f"{words}{_out(waits.out)}", waits.release.id, waits.revision, back.submission, back.notes
        )
    if back.submission:
        return back
    if out := sum(one.out for one in found):
        return Standing("out", f"已发出 {out} 份：在这里改动不会改已发出的，要改请走更正。")
    return Standing()


def _returned(session: Session, story: Story) -> Standing:
    """What its reviewers said, when it came back and was not sent again; else nothing."""
    last = submissions.last_of(session, story)
    if last is None or last.state not in ("returned", "stopped"):
        return Standing()
    said = [(one, by.name) for one, about, by in submissions.opinions_of(session, last) if about.id == last.id]
    notes = tuple(Noted(name, one.words, one.excerpt) for one, name in said if one.kind == "note" and one.excerpt)
    back = [f"{name}退回：{one.words}" for one, name in said if one.kind == "return"]
    words = back[-1] if back else f"没有送成：{last.trouble}"
    where = f"句子上的 {len(notes)} 条意见在“检查”里，点一下就到那一句。" if notes else ""
    ends = "" if words.endswith(("。", "！", "？")) else "。"
    return Standing("returned", f"{words}{ends}{where}改好后重新送审。", submission=last.id, notes=notes)


def lost(desk: Desk, slug: str) -> str:
    """The signatures that another version of this story would void, in one sentence; "" where none stands. Whoever is
    about to make one with a single click is told before, and asked."""
    with read_scope(desk.people.engine) as session:
        story = story_named(session, slug)
        found = voiding.signed(session, story) if story is not None else []
        return _signed(*[one for one in found if one.waiting])


def not_agreed(desk: Desk, slug: str) -> str:
    """What whoever sent this form has to be told first: signatures are lost and they did not tick that they know; ""
    where none are, or they did."""
    words = "" if request.form.get("void") == "yes" else lost(desk, slug)
    return f"{words}仍要改，请勾选“我知道签发会作废”再提交。" if words else ""


def _signed(*found: Signed) -> str:
    """What stands signed, and what a change does to it; "" for nothing."""
    if not found:
        return ""
    return (
        f"{'；'.join(_stands(one) for one in found)}。改动会使签发作废：没发出的先停下，"
        "要重新送审、从头再签，或由签发人照签发的那一版发。"
    )


def _stands(one: Signed) -> str:
    who = f"（{'、'.join(one.signers)}）" if one.signers else ""
    return f"已签发{who}，{soon(one.release.due_at, now())} 发出，{one.waiting} 份"


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
