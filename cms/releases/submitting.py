"""送审: a story's version on its way to a slot, what each signature moves on, and what sends it back.

The submission stands in the review room; its release, planned with it, stands here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from channels.rendering import text_of
from channels.values import Finding
from cms import audit, review
from cms.db import utc
from cms.people import Person, name_of, notify, see_about
from cms.releases import late, voiding
from cms.releases.agenda import DANGER
from cms.releases.cancel import UNSENT, CancelError, take_back
from cms.releases.moving import on_the_clock
from cms.releases.plan import FURTHEST, TOO_FAR, PlanError, plan
from cms.releases.rows import Delivery, Release
from cms.releases.seal import let_through
from cms.releases.stops import is_stopped
from cms.releases.target import Target, TargetError, accounts_of
from cms.review import ADOPTED, LAWFUL, Policy, SealedSet, SignError, Submission, SubmissionStep, submissions
from cms.review.checks import changed_above
from cms.stories import Revision, Story, newest, origin_of


class SubmitError(Exception):
    """Why this cannot be sent to review, in one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Order:
    """What whoever sends it asks for: the slot, the accounts, the grade. ``attachment``: what it rests on, in words;
    ``attachment_hash``: the paper itself in the store, "" for none. ``replaces``: the signed releases of the story they
    were told of, whose unsent deliveries are cancelled by it."""

    due_at: datetime
    targets: tuple[Target, ...]
    grade: str = "A"
    note: str = ""
    attachment: str = ""
    attachment_hash: str = ""
    policy: Policy = LAWFUL
    replaces: frozenset[int] = frozenset()


def submit(session: Session, story: Story, sender: Person, order: Order, now: datetime) -> Submission:
    """Send the newest version to review. An earlier submission of the story is replaced by it, a signed release of it
    only where the order names it."""
    revision = newest(session, story)
    if revision is None or not revision.manuscript_hash:
        raise SubmitError(f"稿件“{story.headline}”还没有定稿，请先改好检查里的红色各条再送审。")
    _check(session, order, revision.manuscript_hash, now)
    unit_id = _unit(session, story)
    before = submissions.open_of(session, story)
    if before is not None and before.manuscript_hash == revision.manuscript_hash and _same(session, before, order):
        raise SubmitError("这一版已经送审，不必再送；要换时间或账号，请改了再送。")
    _refuse_unsaid(session, story, order)
    _clear(session, story, sender, now)
    try:
        release = plan(session, [revision], order.targets, order.due_at, sender.login, order.policy, now)
    except (PlanError, TargetError) as error:
        raise SubmitError(str(error)) from error
    made = Submission(
        story_id=story.id, revision_id=revision.id, manuscript_hash=revision.manuscript_hash, release_id=release.id,
        unit_id=unit_id, grade=order.grade, policy=order.policy.name, note=order.note.strip(),
        attachment=order.attachment.strip(), attachment_hash=order.attachment_hash, sender_id=sender.id,
        sent_at=utc(now), due_at=utc(order.due_at),
    )  # fmt: skip
    session.add(made)
    session.flush()
    stages = [one for one in review.stages_for(session, unit_id, order.grade) if _is_asked(one.step, order.policy)]
    for position, one in enumerate(stages, 1):
        row = SubmissionStep(
            submission_id=made.id, step=one.step, position=position, role=one.role, reach=one.reach,
            is_apart=one.is_apart, person_id=one.person_id,
        )  # fmt: skip
        session.add(row)
    session.flush()
    review.proof(session, made.manuscript_hash, 1, None, now)
    detail = {"story": story.slug, "revision": revision.number, "grade": order.grade, "release": release.id}
    audit.record(session, sender.login, "review.submit", f"submission:{made.id}", detail, now)
    if story.issue_id is not None:
        see_about(session, f"issue:{story.issue_id}", sender.login, now)
    tell_next(session, made, now)
    return made


def _is_asked(step: str, policy: Policy) -> bool:
    return step in policy.steps or not policy.demo_only


def stands_against(found: Finding, channels: Collection[str]) -> bool:
    """Whether this keeps the text from being sent to these channels ("" among none: to all). What was found on one
    account when it was drawn is found there again, or is not: it holds that account alone."""
    if found.level != "block" or found.account:
        return False
    return not found.channel or not channels or found.channel in {*channels, *map(text_of, channels)}


def _check(session: Session, order: Order, manuscript: str, now: datetime) -> None:
    if order.grade not in review.GRADES:
        raise SubmitError(f"没有“{order.grade}”这一级，可选：{'、'.join(review.GRADES)}。")
    if order.grade == "C" and not order.attachment.strip():
        raise SubmitError("C 级（重要稿件）要附上依据材料，请传文件，或写明文号。")
    if order.due_at <= now:
        raise SubmitError("发布时间已经过去，请选将来的时间。")
    if order.due_at > now + FURTHEST:
        raise SubmitError(TOO_FAR)
    found = review.findings_of(session, manuscript)
    chosen = {channel for target in order.targets for channel in target.channels}
    if blocked := [one for one in found if stands_against(one, chosen)]:
        more = f"（共 {len(blocked)} 处）" if len(blocked) > 1 else ""
        raise SubmitError(f"检查有拦截：{blocked[0].message.rstrip('。')}{more}，请改好再送审。")
    if waiting := review.unanswered(session, manuscript):
        raise SubmitError(f"还有 {len(waiting)} 条提醒没有写理由：{waiting[0].message}。")


def replaced_by(session: Session, story: Story) -> list[voiding.Signed]:
    """The signed releases of which sending this story again would cancel what has not gone out."""
    sent = set(session.exec(select(Submission.release_id).where(*_own(story), Submission.state == "signed")))
    return [one for one in voiding.signed(session, story) if one.unsent and one.release.id in sent]


def _refuse_unsaid(session: Session, story: Story, order: Order) -> None:
    for one in replaced_by(session, story):
        if one.release.id not in order.replaces:
            raise SubmitError(
                f"《{story.headline}》的发布单 {one.release.id} 已签发，定在 {on_the_clock(one.release.due_at)}，"
                f"还有 {one.unsent} 份没有发：重新送审会取消它们。请先确认用新的一版取代它，再送审。"
            )


def _own(story: Story) -> tuple[ColumnElement[bool], ...]:
    """A unit's own submissions of a story, not those of units that adopt it."""
    return col(Submission.story_id) == story.id, col(Submission.policy) != ADOPTED.name


def _unit(session: Session, story: Story) -> int:
    top = review.top_unit(session)
    if story.unit_id is None and top is None:
        raise SubmitError("工作区里还没有单位，请先导入账号矩阵。")
    return story.unit_id if story.unit_id is not None else int(top or 0)


def _same(session: Session, before: Submission, order: Order) -> bool:
    """Whether nothing was asked differently."""
    asked = (before.grade, before.policy, before.due_at, before.attachment, before.attachment_hash)
    wanted = (order.grade, order.policy.name, utc(order.due_at), order.attachment.strip(), order.attachment_hash)
    if asked != wanted:
        return False
    there = set(session.exec(select(Delivery.account_id).where(Delivery.release_id == before.release_id)))
    return there == {one.id for one in accounts_of(session, order.targets)}


def _clear(session: Session, story: Story, by: Person, now: datetime) -> None:
    """What was sent before of this story and did not go out makes room."""
    query = select(Submission).where(*_own(story), Submission.state != "replaced")
    make_room(session, list(session.exec(query)), by, "重新送审", now)


def make_room(session: Session, before: Sequence[Submission], by: Person, why: str, now: datetime) -> None:
    """What of these did not go out is cancelled, and what was open is replaced."""
    for one in before:
        is_open = one.state in submissions.OPEN
        if one.state == "signed" and not _take_back(session, one, by, why, now):
            continue
        if one.state != "signed":
            _take_back(session, one, by, why, now)
        if is_open or one.state == "stopped":
            _end(session, one, "replaced", now)
        _told_before(session, one, by.login, now)


def _take_back(session: Session, submission: Submission, by: Person, reason: str, now: datetime) -> bool:
    """Cancel what of its release nobody has seen; whether there was any."""
    unsent = (Delivery.release_id == submission.release_id, col(Delivery.state).in_(UNSENT))
    if session.exec(select(Delivery.id).where(*unsent).limit(1)).first() is None:
        return False
    try:
        take_back(session, session.get_one(Release, submission.release_id), by.login, reason, now)
    except CancelError:
        return False
    see_about(session, f"release:{submission.release_id}", by.login, now)
    return True


def _end(session: Session, submission: Submission, state: str, now: datetime) -> None:
    submission.state, submission.ended_at, submission.assigned_id = state, utc(now), None
    session.add(submission)
    session.flush()


# --------------------------------------------------------------------------- a step taken


def take_step(
    session: Session,
    submission: Submission,
    person: Person,
    opinion: str,
    now: datetime,
    way: str = "",
    *,
    at_once: bool = False,
) -> list[str]:
    """通过: the next step is signed; with the last one the deliveries are ready. The steps still missing. ``at_once``:
    the person was told that the slot is over, and that the last signature sends it now."""
    turn = submissions.turn_of(session, submission)
    if reason := submissions.why_old(session, submission) or submissions.obstacle(session, submission, person, now):
        raise SignError(reason)
    if turn is None or turn.subject is None:
        raise SignError("现在没有要签的步骤，请刷新再看。")
    if submission.assigned_id not in (None, person.id):
        other = session.get_one(Person, submission.assigned_id)
        raise SignError(f"这一步已转交{other.name}，请由{other.name}来签，或请{other.name}再转回。")
    _refuse_stopped(session, submission)
    _refuse_late(session, submission, now, at_once=at_once)
    review.sign(session, turn.subject, turn.step, person, opinion, now, review.POLICIES[submission.policy])
    after_signature(session, submission, turn.step, person, opinion, now, way)
    sealed = submissions.sealed_of(session, submission)
    left = [one.stage.step for one in submissions.stages_signed(session, submission) if one.signature is None]
    if not left and sealed is not None and isinstance(turn.subject, SealedSet):
        let_through(session, sealed, person.login, now)
    return left


def is_last(session: Session, submission: Submission) -> bool:
    """Whether the step that is next is the one that sends it."""
    return sum(one.signature is None for one in submissions.stages_signed(session, submission)) == 1


def _refuse_late(session: Session, submission: Submission, now: datetime, *, at_once: bool) -> None:
    """The last signature after the slot sends at once: only where whoever gives it says that this is meant."""
    if not is_last(session, submission):
        return
    over = late.passed(session, submission.release_id, now)
    if over is not None and not over.goes:
        raise SignError(over.words)
    if over is not None and over.must_be_said and not at_once:
        raise SignError(f"{over.words}这一次没有签：确定现在发，请勾选“立即发布”再签；不是，请先改时间。")


def _refuse_stopped(session: Session, submission: Submission) -> None:
    story = session.get_one(Story, submission.story_id)
    if is_stopped(session, origin_of(session, story).id, story.id, submission.manuscript_hash):
        raise SignError(f"《{story.headline}》已撤稿或正在更正，这一版不能再签，请退回。")


def after_signature(
    session: Session, submission: Submission, step: str, person: Person, opinion: str, now: datetime, way: str = ""
) -> None:
    """A step of it was signed, at the desk or by the command: it is written down, and the next are told."""
    review.say(session, submission, person, "pass", opinion, now, step=step, way=way)
    submission.assigned_id = None
    session.add(submission)
    session.flush()
    _told_before(session, submission, person.login, now)
    if all(one.signature for one in submissions.stages_signed(session, submission)):
        _end(session, submission, "signed", now)
        done = "已确认采用" if submissions.is_adoption(submission) else "已签发"
        over, when = late.passed(session, submission.release_id, now), f"{on_the_clock(submission.due_at)} 发布"
        if over is not None:
            when = f"原定 {when}，已经过时，{'现在就发' if over.goes else '停下等您定时间'}"
        _tell(session, submission, f"{_name(session, submission)}{done}，{when}。", now)
    else:
        tell_next(session, submission, now)


def noticed(session: Session, subject: SealedSet | str, step: str, person: Person, opinion: str, now: datetime) -> None:
    """The same for a signature given straight to a set or a manuscript, where a submission asked for it. By the command
    a 初审 or 复审 stands for its proof, and the checks it asks for are the first."""
    for manuscript in review.manuscripts_of(subject) if step in (review.FIRST, review.SECOND) else ():
        review.proof(session, manuscript, 1, None, now)
        review.proof_next(session, manuscript, person, now)
    query = select(Submission).where(col(Submission.state).in_(submissions.OPEN))
    if isinstance(subject, SealedSet):
        query = query.where(Submission.release_id == subject.release_id)
    else:
        query = query.where(Submission.manuscript_hash == subject, Submission.policy != ADOPTED.name)
    found = session.exec(query).first()
    if found is not None:
        after_signature(session, found, step, person, opinion, now)


def send_back(
    session: Session,
    submission: Submission,
    person: Person,
    reasons: Sequence[str],
    words: str,
    now: datetime,
    way: str = "",
) -> None:
    """退回修改: by whoever's turn it is, with a reason; what was planned is cancelled and its author is told."""
    turn = submissions.turn_of(session, submission)
    if turn is None:
        raise SignError("这次送审已经结束，不能退回。")
    if reason := submissions.unfit(session, submission, person, now):
        raise SignError(reason)
    if unknown := [one for one in reasons if one not in review.REASONS]:
        raise SignError(f"没有“{unknown[0]}”这个退回原因，请重新选。")
    if not reasons and not words.strip():
        raise SignError("退回要写原因，请选一条或写一句。")
    said = review.say(session, submission, person, "return", words, now, step=turn.step, reasons=reasons, way=way)
    _take_back(session, submission, person, f"{turn.step}退回", now)
    _end(session, submission, "returned", now)
    _told_before(session, submission, person.login, now)
    how = "退回，不采用" if submissions.is_adoption(submission) else "退回修改"
    _tell(session, submission, f"{_name(session, submission)}被{person.name}{how}：{said.words}", now)


def edited(session: Session, story: Story, before: Revision, after: Revision, now: datetime) -> None:
    """After a save: of what is under way of this story and was sent with other words nobody is asked any more, and who
    sent it is told, when somebody else changed it; what says again what was sent asks again."""
    for one in submissions.open_ones(session, story):
        was, is_now = (one.manuscript_hash == each.manuscript_hash for each in (before, after))
        if was == is_now:
            continue
        _told_before(session, one, after.author, now)
        if is_now:
            tell_next(session, one, now)
        elif submissions.is_adoption(one):
            _tell(session, one, changed_above(story.headline), now)
        elif session.get_one(Person, one.sender_id).login != after.author:
            words = f"{_name(session, one)}送审后{name_of(session, after.author)}改过，要重新送审。"
            _tell(session, one, words, now)


def pull(session: Session, submission: Submission, person: Person, now: datetime) -> None:
    """撤回: whoever sent it takes it back before it is signed."""
    if submission.state not in (*submissions.OPEN, "stopped"):
        raise SubmitError("这次送审已经结束，不能撤回。")
    if submission.sender_id != person.id:
        raise SubmitError("只有送审的人能撤回，请联系对方，或由审核人退回。")
    _take_back(session, submission, person, "撤回送审", now)
    _end(session, submission, "pulled", now)
    _told_before(session, submission, person.login, now)
    audit.record(session, person.login, "review.pull", f"submission:{submission.id}", {}, now)


def pass_on(
    session: Session, submission: Submission, person: Person, to: Person, words: str, now: datetime
) -> None:  # fmt: skip
    """转交: somebody else who may take this step takes it."""
    if reason := submissions.why_old(session, submission) or submissions.obstacle(session, submission, person, now):
        raise SignError(reason)
    if to.id == person.id:
        raise SignError("不能转交给自己，请选另一位。")
    if reason := submissions.obstacle(session, submission, to, now):
        raise SignError(reason)
    turn = submissions.turn_of(session, submission)
    step = turn.step if turn else ""
    review.say(session, submission, person, "transfer", words or f"请{to.name}{step}。", now, step=step, to=to)
    submission.assigned_id = to.id
    session.add(submission)
    session.flush()
    _told_before(session, submission, person.login, now)
    tell_next(session, submission, now)


# --------------------------------------------------------------------------- the press room, and the clock


def to_draw(session: Session) -> list[Submission]:
    """What the press room has to render, check and seal."""
    query = select(Submission).where(Submission.state == "drawing").order_by(col(Submission.due_at), col(Submission.id))
    return list(session.exec(query))


def drawn(session: Session, submission: Submission, sealed: int | None, trouble: str, now: datetime) -> None:
    """It is rendered and sealed, or nothing of it can go out and why."""
    if submission.state != "drawing":
        return
    if sealed is None:
        submission.trouble = trouble or "没有可以发布的成品，请看检查。"
        _end(session, submission, "stopped", now)
        _told_before(session, submission, "pipeline", now)
        _tell(session, submission, f"{_name(session, submission)}没有送成：{submission.trouble}", now)
        return
    submission.state, submission.trouble = "reviewing", trouble
    session.add(submission)
    session.flush()
    turn = submissions.turn_of(session, submission)
    if turn is not None and isinstance(turn.subject, SealedSet):
        tell_next(session, submission, now)


def in_danger(session: Session, now: datetime) -> list[Submission]:
    """Not signed two hours before the time, and not told yet."""
    query = select(Submission).where(
        col(Submission.state).in_(submissions.OPEN),
        col(Submission.alarmed_at).is_(None),
        col(Submission.due_at) <= now + DANGER,
    )
    return list(session.exec(query.order_by(col(Submission.id))))


def alarm(session: Session, now: datetime) -> list[Submission]:
    """Slots in danger are told once, to their next signers and up."""
    found = in_danger(session, now)
    for one in found:
        one.alarmed_at = utc(now)
        session.add(one)
        if submissions.why_old(session, one):
            again = "采用" if submissions.is_adoption(one) else "送审"
            words = f"{_name(session, one)}定在 {on_the_clock(one.due_at)} 发布，{again}后改过，还没有重新{again}。"
            notify(session, f"submission:{one.id}", words, now, one.unit_id, [one.sender_id])
            continue
        turn = submissions.turn_of(session, one)
        able = submissions.candidates(session, one, now)
        who, step = "、".join(person.name for person in able) or "还没有人能签", turn.step if turn else ""
        words = f"{_name(session, one)}定在 {on_the_clock(one.due_at)} 发布，还没有{step}（{who}）"
        # Two notices: whoever sent it takes note for themselves, and not for those who have to sign.
        told = [person.id for person in able]
        if one.sender_id not in told:
            hint = "已催，请您也盯着" if told else "请马上找管理员任命"
            notify(session, f"submission:{one.id}", f"{words}：{hint}，或改时间。", now, one.unit_id, [one.sender_id])
        notify(session, f"submission:{one.id}", f"{words}，请马上处理，或改时间。", now, one.unit_id, told)
    return found


def tell_next(session: Session, submission: Submission, now: datetime) -> None:
    """Whoever may take the next step is told; where nobody may, whoever sent it. Nobody, once the story was changed."""
    turn = submissions.turn_of(session, submission)
    if turn is None or not submissions.is_current(session, submission):
        return
    found = submissions.candidates(session, submission, now)
    name = _name(session, submission)
    over = late.passed(session, submission.release_id, now)
    words = f"{name}等您{turn.step}，{over.words if over else f'{on_the_clock(submission.due_at)} 发布。'}"
    if not found:
        words = f"{name}要{turn.step}，但没有人能签：请管理员任命“{turn.stage.role}”，或安排代审。"
    people = [one.id for one in found] or [submission.sender_id]
    notify(session, f"submission:{submission.id}", words, now, submission.unit_id, people)


def _told_before(session: Session, submission: Submission, by: str, now: datetime) -> None:
    """The step it waited for is taken, or it waits no more: nobody need take note of what was told of it."""
    see_about(session, f"submission:{submission.id}", by, now)


def _tell(session: Session, submission: Submission, words: str, now: datetime) -> None:
    notify(session, f"submission:{submission.id}", words, now, submission.unit_id, [submission.sender_id])


def _name(session: Session, submission: Submission) -> str:
    return f"《{session.get_one(Story, submission.story_id).headline}》"
