"""发布审核单 (审签单): who proposed, read, signed and said what, over which hash, to which accounts; for one A4."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlmodel import Session, col, select

from channels import registry
from cms.matrix import Account, Unit, sandboxed
from cms.people import Person, Workspace
from cms.review import proofs, submissions
from cms.review.adoptions import signed_above
from cms.review.grades import GRADES
from cms.review.policies import POLICIES
from cms.review.rows import SealedRendition, Submission
from cms.stories import Column, Revision, Story, texts_of

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """The form in words. ``stages``: (step, name, opinion, time), blank where nobody signed; ``accounts``: (channel,
    names); ``apart``: the channels with a text of their own; ``seal``: the hash of what was signed, "" before it is
    sealed."""

    house: str
    headline: str
    slug: str
    version: str
    unit: str
    column: str
    grade: str
    author: str
    sender: str
    sent: str
    due: str
    note: str
    attachment: str
    stages: tuple[tuple[str, str, str, str], ...]
    proofs: tuple[tuple[str, str, str], ...]
    readings: tuple[tuple[str, str, str], ...]
    checks: tuple[str, ...]
    accounts: tuple[tuple[str, tuple[str, ...]], ...]
    apart: tuple[str, ...]
    manuscript: str
    seal: str
    is_signed: bool
    is_rehearsal: bool


def _paper(submission: Submission) -> str:
    """What it rests on, with the beginning of the file's hash: the paper in the drawer can be held against it."""
    return submission.attachment + (
        f"（SHA-256 {submission.attachment_hash[:12]}）" if submission.attachment_hash else ""
    )


def review_sheet(session: Session, submission: Submission) -> ReviewSheet:
    """The form of one submission as it stands."""
    story, revision = session.get_one(Story, submission.story_id), session.get_one(Revision, submission.revision_id)
    column = session.get(Column, story.column_id) if story.column_id else None
    sealed = submissions.sealed_of(session, submission)
    names = dict(session.exec(select(Person.id, Person.name)).all())
    made = proofs.proofs_made(session, submission.manuscript_hash)
    read = proofs.channels_read(session, sealed) if sealed else {}
    writers = session.exec(
        select(Revision.author).where(Revision.story_id == story.id, col(Revision.number) <= revision.number)
    )
    logins = dict(session.exec(select(Person.login, Person.name)).all())
    return ReviewSheet(
        house=session.get_one(Workspace, 1).name,
        headline=story.headline,
        slug=story.slug,
        version=f"第 {revision.number} 版",
        unit=session.get_one(Unit, submission.unit_id).name,
        column=column.title if column else "",
        grade=f"{submission.grade} 级（{GRADES[submission.grade]}）",
        author="、".join(dict.fromkeys(logins.get(one, one) for one in writers)),
        sender=names[submission.sender_id],
        sent=_moment(submission.sent_at),
        due=_moment(submission.due_at),
        note=submission.note,
        attachment=_paper(submission),
        stages=tuple(
            (f"{one.unit}{one.step}", one.name, "", _moment(one.at)) for one in signed_above(session, submission)
        )
        + tuple(
            (one.stage.step, one.name, one.signature.opinion, _moment(one.signature.signed_at))
            if one.signature
            else (one.stage.step, "", "", "")
            for one in submissions.stages_signed(session, submission)
        ),
        proofs=tuple(
            (name, _by(made[number].person_id, names), _moment(made[number].at)) if number in made else (name, "", "")
            for number, name in proofs.NAMES.items()
        ),
        readings=tuple(
            (registry.get(one).title, _by(read[one].person_id, names), _moment(read[one].at))
            for one in (proofs.channels_of(session, sealed) if sealed else ())
            if one in read
        ),
        checks=_checks(session, submission),
        accounts=accounts_of(session, submission),
        apart=tuple(registry.get(one).title for one in texts_of(session, story, revision.id)),
        manuscript=submission.manuscript_hash,
        seal=sealed.hash if sealed else "",
        is_signed=submission.state == "signed",
        is_rehearsal=POLICIES[submission.policy].demo_only,
    )


def _by(person_id: int | None, names: dict[int, str]) -> str:
    return names[person_id] if person_id is not None else "系统检查（机器）"


def _checks(session: Session, submission: Submission) -> tuple[str, ...]:
    """How many of each level, and every reason something was let pass with."""
    found = proofs.findings_of(session, submission.manuscript_hash)
    counted = {level: sum(one.level == level for one in found) for level in ("block", "warn", "info")}
    passed = [one.message for one in found if "（已放行：" in one.message]
    return (f"拦截 {counted['block']} 处，提醒 {counted['warn']} 处，提示 {counted['info']} 处", *passed)


def accounts_of(
    session: Session, submission: Submission, *, tells_sandbox: bool = False
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Exactly which accounts it goes to, by channel: as sealed, or as planned while it is drawn. ``tells_sandbox``:
    their names say which are connected to a stand-in now."""
    sealed = submissions.sealed_of(session, submission)
    stand_ins = sandboxed.numbers(session) if tells_sandbox else frozenset()
    query = select(Account.channel, Account.name, Account.id).join(
        proofs.DELIVERIES, proofs.DELIVERIES.c.account_id == col(Account.id)
    )
    if sealed is not None:
        query = query.join(SealedRendition, col(SealedRendition.delivery_id) == proofs.DELIVERIES.c.id)
        query = query.where(SealedRendition.sealed_set_id == sealed.id)
    else:
        query = query.where(proofs.DELIVERIES.c.release_id == submission.release_id)
    found: dict[str, list[str]] = {}
    for channel, name, number in session.exec(query.order_by(proofs.DELIVERIES.c.id)):
        told = f"{name}（沙箱）" if number in stand_ins else name
        found.setdefault(registry.get(channel).title, []).append(told)
    return tuple((channel, tuple(own)) for channel, own in found.items())


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
