"""What people say of a submission: kept for ever, in the order it was said."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from cms import audit
from cms.db import utc
from cms.people import Person
from cms.review.checks import SignError
from cms.review.rows import Opinion, Submission

REASONS = ("错别字", "事实存疑", "表述不当", "图片版权")
LONGEST = 2000
WHOLE = "whole"
"""In the place of a sentence: the opinion is on the text as it is."""


def say(
    session: Session,
    submission: Submission,
    by: Person,
    kind: str,
    words: str,
    now: datetime,
    *,
    step: str = "",
    place: str = "",
    excerpt: str = "",
    reasons: Sequence[str] = (),
    to: Person | None = None,
    way: str = "",
) -> Opinion:
    """Keep one opinion; SignError when nothing was said."""
    said = " ".join([*reasons, words.strip()]).strip() if kind == "return" else words.strip()
    if not said:
        raise SignError("意见是空的，请写一句再提交。")
    if len(said) > LONGEST:
        raise SignError(f"意见太长（{len(said)} 字），请控制在 {LONGEST} 字以内。")
    row = Opinion(
        submission_id=submission.id, person_id=by.id, kind=kind, step=step, place=place, excerpt=excerpt[:200],
        reasons=list(reasons), words=said, to_id=to.id if to else None, way=way, at=utc(now),
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"kind": kind, "step": step, "place": place, "words": said, "to": to.login if to else "", "way": way}
    audit.record(session, by.login, f"review.{kind}", f"submission:{submission.id}", detail, now)
    return row


def note(
    session: Session, submission: Submission, by: Person, place: str, excerpt: str, words: str, now: datetime
) -> Opinion:
    """An opinion on one sentence; on the whole text where ``place`` is WHOLE."""
    if place == WHOLE:
        return say(session, submission, by, "note", words, now)
    if not place or not excerpt.strip():
        raise SignError("请先选中一句话，再写意见。")
    return say(session, submission, by, "note", words, now, place=place, excerpt=excerpt)
