"""三校一读 (R2), and what of the checks is still without an answer."""

from datetime import datetime

from sqlalchemy import column, table
from sqlmodel import Session, col, select

from channels import registry
from channels.values import Finding
from cms import audit, checks
from cms.checks.overrides import PREFIX
from cms.db import utc
from cms.matrix import Account
from cms.people import Person
from cms.review.policies import ADOPTED
from cms.review.rows import Reading, SealedRendition, SealedSet, Submission
from cms.stories import Revision

DELIVERIES = table("deliveries", column("id"), column("account_id"), column("release_id"))
"""The ledger stands above this room: of its rows only whose account they are."""
NAMES = {1: "一校", 2: "二校", 3: "三校"}


def proof(session: Session, manuscript: str, number: int, by: Person | None, now: datetime) -> Reading:
    """A proof pass was made; ``by`` None: by the machine, which may do the first alone. Again changes nothing."""
    return _keep(session, Reading(kind="proof", subject_hash=manuscript, number=number, at=utc(now)), by, now)


def proof_next(session: Session, manuscript: str, by: Person, now: datetime) -> Reading | None:
    """The next proof pass still to be made, by somebody who made no other; None when there is none left, or it was
    theirs already."""
    made = proofs_made(session, manuscript)
    left = [number for number in NAMES if number not in made]
    if not left or any(one.person_id == by.id for one in made.values()):
        return None
    return proof(session, manuscript, left[0], by, now)


def read_channel(session: Session, sealed: SealedSet, channel: str, by: Person, now: datetime) -> Reading:
    """The preview of a channel was read as it is sealed."""
    return _keep(session, Reading(kind="read", subject_hash=sealed.hash, channel=channel, at=utc(now)), by, now)


def read_all(session: Session, sealed: SealedSet, by: Person, now: datetime) -> None:
    """Every channel's preview was read."""
    for channel in channels_of(session, sealed):
        read_channel(session, sealed, channel, by, now)


def _keep(session: Session, row: Reading, by: Person | None, now: datetime) -> Reading:
    same = (Reading.kind == row.kind, Reading.subject_hash == row.subject_hash)
    query = select(Reading).where(*same, Reading.number == row.number, Reading.channel == row.channel)
    if found := session.exec(query).one_or_none():
        return found
    row.person_id = by.id if by else None
    session.add(row)
    session.flush()
    detail = {"kind": row.kind, "hash": row.subject_hash, "number": row.number, "channel": row.channel}
    audit.record(session, by.login if by else "machine", "review.read", f"reading:{row.id}", detail, now)
    return row


def proofs_made(session: Session, manuscript: str) -> dict[int, Reading]:
    """Which proof passes there are, by number."""
    query = select(Reading).where(Reading.kind == "proof", Reading.subject_hash == manuscript)
    return {one.number: one for one in session.exec(query)}


def proofs_left(session: Session, manuscript: str) -> list[str]:
    """The names of those that are missing."""
    made = proofs_made(session, manuscript)
    return [name for number, name in NAMES.items() if number not in made]


def channels_of(session: Session, sealed: SealedSet) -> list[str]:
    """The channels a set goes out on, in the order of its deliveries."""
    query = (
        select(Account.channel)
        .join(DELIVERIES, DELIVERIES.c.account_id == col(Account.id))
        .join(SealedRendition, col(SealedRendition.delivery_id) == DELIVERIES.c.id)
        .where(SealedRendition.sealed_set_id == sealed.id)
    )
    return list(dict.fromkeys(session.exec(query.order_by(DELIVERIES.c.id))))


def channels_read(session: Session, sealed: SealedSet) -> dict[str, Reading]:
    """Who read the preview of which channel."""
    query = select(Reading).where(Reading.kind == "read", Reading.subject_hash == sealed.hash)
    return {one.channel: one for one in session.exec(query)}


def channels_unread(session: Session, sealed: SealedSet) -> list[str]:
    """The titles of the channels whose preview nobody has read."""
    read = channels_read(session, sealed)
    return [registry.get(one).title for one in channels_of(session, sealed) if one not in read]


# --------------------------------------------------------------------------- the checks


def findings_of(session: Session, manuscript: str) -> list[Finding]:
    """Everything found about a manuscript as last looked at, and on its renditions; what was let pass is an info."""
    query = select(Revision).where(Revision.manuscript_hash == manuscript).order_by(col(Revision.id).desc())
    revision = session.exec(query.limit(1)).first()
    saved = [Finding(**one) for one in revision.findings] if revision else []
    run = checks.last_run(session, manuscript)
    if run is not None:
        saved = [one for one in saved if not one.rule.startswith(PREFIX)] + [Finding(**one) for one in run.findings]
    sent = select(Submission).where(Submission.manuscript_hash == manuscript, Submission.policy != ADOPTED.name)
    submission = session.exec(sent.order_by(col(Submission.id).desc()).limit(1)).first()
    shown = [Finding(**one) for one in submission.findings] if submission else []
    if run is not None:  # of the text itself the last look holds, not what was found when it was drawn
        shown = [one for one in shown if one.account or not one.rule.startswith(PREFIX)]
    known = {(one.rule, one.place) for one in saved}
    whole = [*saved, *(one for one in shown if (one.rule, one.place) not in known)]
    return checks.settled(whole, checks.given(session, [manuscript]))


def unanswered(session: Session, manuscript: str) -> list[Finding]:
    """What the newsroom's checks block, and what they ask about without a reason given yet."""
    found = [one for one in findings_of(session, manuscript) if one.rule.startswith(PREFIX)]
    return [one for one in found if one.level in ("block", "warn")]
