"""An edit after the sign-off voids it (I6): what of the story has not gone out is held, until it is sent to review
anew, says again what was signed, or a signer says that it goes out as it was signed. What has gone out is for
a correction.

``settle`` runs in the transaction of every save. The clock asks again (``tend``), for a save and a signature that met;
until then ``halts`` and a wall keep it from starting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cms import audit, review
from cms.db import UtcTime, ask, utc
from cms.people import Person, notify, see_about
from cms.releases import halts
from cms.releases.cancel import may_be_out
from cms.releases.earlier import is_past
from cms.releases.resend import AGAIN, PATIENCE, resend
from cms.releases.returning import sources_of
from cms.releases.rows import Delivery, Item, Release, ReleaseStory
from cms.releases.states import move, void
from cms.releases.stops import has_stopped
from cms.review import POLICIES, Affirmation, SealedSet, Signature, SignError, Submission
from cms.stories import Revision, Story, newest

READY = ("ready", "staged")
OUT = ("sending", "accepted", "confirming", "published", "amended", "handed_over", "unknown", "reconciling")
"""Readers may see it, or a person has it in hand: no edit calls it back."""
SOON = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed release of a story: how many of its deliveries wait, stand still since an edit (``voided``), may be out
    (``out``); ``signers``: each step with who signed it; ``revision``: the number of the version that was signed."""

    release: Release
    revision: int
    signers: tuple[str, ...]
    waiting: int
    voided: int
    out: int

    @property
    def unsent(self) -> int:
        return self.waiting + self.voided


def settle(session: Session, story_id: int, now: datetime) -> list[Delivery]:
    """After a save: hold what waits of this story and was signed with other words, let go on what says the signed
    words again; the deliveries that changed, as they now are."""
    carries = col(Delivery.id).in_(select(Item.delivery_id).where(Item.story_id == story_id))
    edited = select(Delivery).where(col(Delivery.state).in_(READY), carries, halts.is_edited())
    held = [void(session, one, now) for one in _ordered(session, edited)]
    back = select(Delivery).where(col(Delivery.voided_by).is_not(None), Delivery.state == "held", carries)
    again = [
        move(session, one, "resume", actor="pipeline", now=now, reason="稿件又改回签发的那一版")
        for one in _ordered(session, back.where(~halts.is_edited()))
    ]
    for number in sorted({one.release_id for one in again}):
        see_about(session, f"release:{number}", "pipeline", now)
    _tell(session, held, now)
    return [*held, *again]


def tend(session: Session, now: datetime) -> list[Delivery]:
    """What is due soon and slipped past ``settle``: a save and a signature that met."""
    numbers = ask(session, _SLIPPED, soon=now + SOON).scalars()
    held = [void(session, session.get_one(Delivery, one), now) for one in list(numbers)]
    _tell(session, held, now)
    return held


def is_any(session: Session, now: datetime) -> bool:
    """Whether there is any of it."""
    return ask(session, _SLIPPED, soon=now + SOON).first() is not None


_SLIPPED = select(Delivery.id).where(
    col(Delivery.state).in_(READY), col(Delivery.due_at) <= bindparam("soon", type_=UtcTime()), halts.is_edited()
)


def _ordered(session: Session, query: SelectOfScalar[Delivery]) -> list[Delivery]:
    return list(session.exec(query.order_by(col(Delivery.id))))


def _tell(session: Session, held: Sequence[Delivery], now: datetime) -> None:
    """Who signed it and who sent it are told, by name; and of packages that are with a person already."""
    for number in sorted({one.release_id for one in held}):
        release = session.get_one(Release, number)
        why = next(one.reason for one in held if one.release_id == number)
        people = concerned(session, release)
        notify(session, f"release:{number}", why, now, people=people)
        with_people = select(Delivery.id).where(Delivery.release_id == number, Delivery.state == "handed_over")
        if count := len(session.exec(with_people).all()):
            words = f"《{release.title}》签发后改过，有 {count} 份已交人工代发：请通知代发人先不要发。"
            notify(session, f"release:{number}", words, now, people=people)


def concerned(session: Session, release: Release) -> list[int]:
    """Who signed a release and who sent it to review, by number."""
    signers = select(Signature.signer_id).where(
        Signature.sealed_set_id == SealedSet.id, SealedSet.release_id == release.id
    )
    senders = select(Submission.sender_id).where(Submission.release_id == release.id)
    return sorted({*session.exec(signers), *session.exec(senders)})


# --------------------------------------------------------------------------- what stands


def signed(session: Session, story: Story) -> list[Signed]:
    """The signed releases of a story of which something has not gone out yet, or went out; the newest first."""
    query = (
        select(Release, Revision.number)
        .join(ReleaseStory, col(ReleaseStory.release_id) == col(Release.id))
        .join(Revision, col(Revision.id) == col(ReleaseStory.revision_id))
        .where(ReleaseStory.story_id == story.id)
        .order_by(col(Release.id).desc())
    )
    found = []
    for release, number in session.exec(query).all():
        counts = (
            select(Delivery.state, col(Delivery.voided_by).is_not(None), func.count())
            .where(Delivery.release_id == release.id)
            .group_by(col(Delivery.state), col(Delivery.voided_by).is_not(None))
        )
        rows = session.exec(counts).all()
        voided = sum(count for state, is_voided, count in rows if state == "held" and is_voided)
        waiting = sum(count for state, _, count in rows if state in READY)
        out = sum(count for state, _, count in rows if state in OUT)
        if voided or waiting or out:
            found.append(Signed(release, number, _signers(session, release), waiting, voided, out))
    return found


def _signers(session: Session, release: Release) -> tuple[str, ...]:
    query = select(SealedSet).where(SealedSet.release_id == release.id, col(SealedSet.complete).is_(True))
    sealed = session.exec(query.order_by(col(SealedSet.id).desc()).limit(1)).first()
    if sealed is None:
        return ()
    hashes = [sealed.hash, *sealed.manuscripts]
    given = select(Signature.step, Person.name).where(
        Signature.signer_id == Person.id, Signature.policy == sealed.policy, col(Signature.subject_hash).in_(hashes)
    )
    found = session.exec(given.order_by(col(Signature.id))).all()
    return tuple(dict.fromkeys(f"{step} {name}" for step, name in found))


def voided(session: Session, release_id: int) -> list[Delivery]:
    """The deliveries of a release that are held since a story of it was edited."""
    query = select(Delivery).where(
        Delivery.release_id == release_id, Delivery.state == "held", col(Delivery.voided_by).is_not(None)
    )
    return list(session.exec(query.order_by(col(Delivery.id))))


def lapsed(session: Session, release_id: int) -> list[Delivery]:
    """What else of a release was signed and cannot go any more since a story of it was edited: what failed, what the
    platform removed, what was held for another reason."""
    is_signed = SealedSet.id == Delivery.sealed_set_id, col(SealedSet.complete).is_(True)
    query = select(Delivery).where(
        Delivery.release_id == release_id, col(Delivery.state).in_(("held", *AGAIN)), col(Delivery.voided_by).is_(None)
    )
    return _ordered(session, query.where(*is_signed, halts.is_edited(), ~is_past()))


# --------------------------------------------------------------------------- 照签发的那一版发


def cannot(session: Session, release: Release, person: Person, now: datetime) -> str:
    """Why ``person`` may not say that a release goes out as it was signed; "" when they may: as for its last step."""
    sealed = _sealed(session, [*voided(session, release.id), *lapsed(session, release.id)])
    if sealed is None:
        return "这张发布单没有因为改稿停下的投递，请刷新再看。"
    policy = POLICIES[sealed.policy]
    return review.cannot(session, sealed, review.steps_of(session, sealed, policy)[-1], person, policy, now)


def send_as_signed(session: Session, release: Release, person: Person, words: str, now: datetime) -> list[Delivery]:
    """照签发的那一版发: by somebody who may sign it, with a reason, written down; what goes on, as it now is: what the
    edit held, and what failed, under a new key. What the platform removed or a person held may be sent again after it,
    one by one. For any later state of the story the word does not hold. SignError in one sentence when it cannot be."""
    if not words.strip():
        raise SignError("照签发的那一版发要写明理由，请写一句。")
    if reason := cannot(session, release, person, now):
        raise SignError(reason)
    held, others = voided(session, release.id), lapsed(session, release.id)
    against = {one.id: _against(session, one, now) for one in (*held, *others)}
    going = [one for one in held if not against[one.id]]
    again = [one for one in others if one.state == "failed" and not against[one.id]]
    if all(against.values()):
        raise SignError(f"不能照签发的那一版发：{'；'.join(dict.fromkeys(against.values()))}。")
    for last in _edits(session, [*held, *others]):
        row = Affirmation(
            release_id=release.id, revision_id=last.id, person_id=person.id, words=words.strip(), at=utc(now)
        )
        session.add(row)
    session.flush()
    detail = {"words": words.strip(), "deliveries": len(going) + len(again)}
    audit.record(session, person.login, "release.affirm", f"release:{release.id}", detail, now)
    said = f"照签发的那一版发：{words.strip()}"
    made = [resend(session, one, person.login, said, now) for one in again]
    for one in going:
        changes = {"deadline": max(one.due_at, now) + PATIENCE, "staged": {}, "deaths": 0}
        made.append(move(session, one, "resume", actor=person.login, now=now, reason=said, **changes))
    see_about(session, f"release:{release.id}", person.login, now)
    return made


def _against(session: Session, delivery: Delivery, now: datetime) -> str:
    """Why what was signed cannot go out any more, whoever gives their word; "" where it can."""
    if has_stopped(session, delivery):
        return "稿件已撤稿或已更正，签发的那一版不能再发，更正版由更正令去发"
    if delivery.expires_at is not None and delivery.expires_at <= now:
        return "快讯的解除时间已过，签发的那一版不能再发"
    if any(one.state != "composed" for _, one in sources_of(session, delivery)):
        return "这次推送已经拆开，各篇另有安排，请到“组稿”里重新组"
    if delivery.state == "held" and may_be_out(session, delivery):
        return "可能已经发出，请先到平台后台看过，在那一份投递里认领，或取消"
    return ""


def affirmed(session: Session, release_id: int) -> list[tuple[str, str, datetime, int]]:
    """Who said that a release goes out as it was signed: (name, words, when, the version that is left out)."""
    query = (
        select(Person.name, Affirmation.words, Affirmation.at, Revision.number)
        .where(Affirmation.person_id == Person.id, Affirmation.revision_id == Revision.id)
        .where(Affirmation.release_id == release_id)
        .order_by(col(Affirmation.id))
    )
    return [(name, words, at, number) for name, words, at, number in session.exec(query).all()]


def _sealed(session: Session, held: Sequence[Delivery]) -> SealedSet | None:
    number = next((one.sealed_set_id for one in held if one.sealed_set_id is not None), None)
    return session.get(SealedSet, number) if number is not None else None


def _edits(session: Session, held: Iterable[Delivery]) -> list[Revision]:
    """What the edited stories of these deliveries say now."""
    numbers = [one.id for one in held]
    query = select(Story, Item.manuscript_hash).where(Item.story_id == Story.id, col(Item.delivery_id).in_(numbers))
    found: dict[int, Revision] = {}
    for story, manuscript in session.exec(query):
        last = newest(session, story)
        if last is not None and last.manuscript_hash != manuscript:
            found[last.id] = last
    return [found[one] for one in sorted(found)]
