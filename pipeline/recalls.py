"""更正与撤稿 in the press room: ordered, rendered, sealed and signed; then carried out copy by copy.

order_correction, order_retraction   the order, with everything that will lie anywhere rendered and sealed
sign_correction, approve_retraction  the decision
carry_out_remedies                   one account's copies, before anything new goes out there
watch                                what takes too long is told; what was planned since is rendered
"""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, or_, select

from channels.values import Finding, Profile, Rendition
from cms import checks, recalls, releases, review
from cms import manuscript as desk
from cms.db import look, read_scope, session_scope
from cms.manuscript.shown import picture_paths
from cms.matrix import profiles_of
from cms.people import notify
from cms.recalls import RecallError, labelled
from cms.releases import Delivery, LostRace, Recall, Release, Remedy
from cms.review import Policy
from cms.stories import Apart, Revision, StaleError, Story, mark_of, newest, save, story_named, texts_of
from pipeline import press, recall_acts, recall_looks, recall_ours, recall_same
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.intake import blocks, sentence, take_in_text
from pipeline.ledger import Claim
from pipeline.packing import pack
from pipeline.press import Job
from pipeline.signoffs import lines_of

ACTOR = "pipeline"
_ROWS_ALONE = ("wait", "cancel", "replace", "none")
_PLANNED = (
    select(Release.id)
    .where(Release.recall_id == Recall.id, Release.state == "planned")
    .where(Delivery.release_id == Release.id, Delivery.state == "planned")
    .where(or_(col(Recall.kind) == "retraction", col(Recall.state) != "drafted"))
)
_FRONT = re.compile(r"\A---\r?\n.*?\n---\r?\n", re.S)
_SLUG = re.compile(r"^(?:slug|代号):\s*[\"']?([\w-]+)", re.M)


# --------------------------------------------------------------------------- the order


def order_correction(
    house: House,
    slug: str,
    text_or_revision: str | int,
    reason: str,
    notice: str,
    by: str,
    now: datetime,
    prefer: Mapping[str, str] | None = None,
    *,
    policy: Policy = review.CORRECTION,
    prefer_why: str = "",
    beside: Path | None = None,
) -> int:
    """Save the corrected text (labelled as a correction), plan a remedy for every copy, render, check and seal what
    will lie there; the recall's number. ``beside``: a folder with pictures the text brings; those that are not there
    lie with the story's draft. RecallError when there is nothing to correct, or the text is blocked."""
    with read_scope(house.engine) as session:
        recalls.check_order(session, _story_in(session, slug), prefer or {})
    if not isinstance(text_or_revision, str):
        return _ordered(house, slug, text_or_revision, reason, notice, by, now, prefer or {}, policy, prefer_why)
    with read_scope(house.engine) as session:
        story = _story_in(session, slug)
        before, headline = newest(session, story), story.headline
    try:
        saved = _save(house, slug, text_or_revision, notice, by, now, beside)
        return _ordered(house, slug, saved, reason, notice, by, now, prefer or {}, policy, prefer_why)
    except RecallError as error:
        if before is None:
            raise
        raise _put_back(house, slug, before, headline, by, now, error) from error


def _put_back(
    house: House, slug: str, before: Revision, headline: str, by: str, now: datetime, error: RecallError
) -> RecallError:
    """The text of a correction that was refused is kept and is not the story's newest: what stood before is."""
    with session_scope(house.engine) as session:
        refused = newest(session, _story_in(session, slug))
        if refused is None or refused.id == before.id:
            return error
        story = _story_in(session, slug)
        now_own, was = texts_of(session, story), texts_of(session, story, before.id)
        apart = [Apart(name, one.text, one.base_revision) for name, one in was.items()]
        apart += [Apart(name, "") for name in now_own if name not in was]
        named = {name: one.number for name, one in now_own.items()}
        save(
            session, slug, before.text, headline, by, now, before.manuscript_hash, before.findings, apart=apart,
            named=named,
        )  # fmt: skip
        return RecallError(f"{error}\n更正稿存作第 {refused.number} 版，没有采用；稿件的最新一版仍是原来的内容。")


def _ordered(
    house: House,
    slug: str,
    revision_id: int,
    reason: str,
    notice: str,
    by: str,
    now: datetime,
    prefer: Mapping[str, str],
    policy: Policy,
    prefer_why: str,
) -> int:
    with session_scope(house.engine) as session:
        story, revision = _story_in(session, slug), session.get(Revision, revision_id)
        if revision is None or revision.story_id != story.id:
            raise RecallError(f"稿件“{slug}”没有版本 {revision_id}，请检查版本号。")
        recall = recalls.draft_correction(
            session, story, revision, reason, notice, by, now, policy=policy, prefer=prefer, prefer_why=prefer_why
        )
        if not recalls.places(session, recall):
            raise RecallError(f"稿件“{story.headline}”在各账号上已经是这一版，不用更正。")
        recalls.choose_check(session, recall)
        number = recall.id
    try:
        _prepare(house, number, now)
    except RecallError as error:
        with session_scope(house.engine) as session:
            recalls.give_up(session, _recall(session, number), by, str(error), now)
        raise
    return number


def order_retraction(
    house: House, slug: str, reason: str, notice: str, by: str, now: datetime, *, policy: Policy = review.CORRECTION
) -> int:
    """Stop the story at once and plan a remedy for every copy; the recall's number."""
    with session_scope(house.engine) as session:
        story = _story_in(session, slug)
        number = recalls.draft_retraction(session, story, reason, notice, by, now, policy=policy).id
    prepare_rest(house, now)
    return number


def _story_in(session: Session, slug: str) -> Story:
    story = story_named(session, slug)
    if story is None:
        raise RecallError(f"没有稿件“{slug}”，请检查代号。")
    return story


def _save(house: House, slug: str, text: str, notice: str, by: str, now: datetime, beside: Path | None) -> int:
    front = _FRONT.match(text)
    named = _SLUG.search(front[0]) if front else None
    if named and named[1] != slug:
        raise RecallError(f"更正稿里写的代号是“{named[1]}”，要更正的是“{slug}”，请改成一致再来。")
    with read_scope(house.engine) as session:
        own = texts_of(session, _story_in(session, slug))
    apart = [Apart(name, labelled(one.text, notice, now), upon=mark_of(one.text)) for name, one in own.items()]
    labelled_text = labelled(text, notice, now)
    try:
        with _pictures(house, slug, labelled_text, beside) as folder:
            made = take_in_text(
                house, labelled_text, f"{slug}.md", folder, by, now, slug=slug, apart=apart, voids=False
            )
    except StaleError as error:
        raise RecallError(f"{error} 请再下一次。") from error
    if blocks(made.findings):
        raise RecallError(f"更正稿还不能用，请改好再来：\n{sentence(made.findings)}")
    return made.revision_id


@contextmanager
def _pictures(house: House, slug: str, text: str, beside: Path | None) -> Iterator[Path]:
    """The folder the text's pictures lie in: the draft's; with ``beside``, its pictures and over them those."""
    drafts = house.drafts / slug
    if beside is None or beside.resolve() == drafts.resolve():
        yield drafts
        return
    draft = desk.read(text, f"{slug}.md")
    with tempfile.TemporaryDirectory(prefix="yigao-correct-") as scratch:
        folder, inside = Path(scratch) / slug, beside.resolve()
        if drafts.is_dir():
            shutil.copytree(drafts, folder)
        folder.mkdir(exist_ok=True)
        for src in dict.fromkeys(picture_paths((draft.front, draft.blocks))):
            source = (inside / src).resolve()
            target = (folder / src).resolve()
            if source.is_file() and source.is_relative_to(inside) and target.is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        yield folder


# --------------------------------------------------------------------------- rendered and sealed


def _prepare(house: House, recall_id: int, now: datetime) -> None:
    """Render what goes out anew and what is amended in place, and seal all of it in one set."""
    with read_scope(house.engine) as session:
        release = recalls.releases_of(session, session.get_one(Recall, recall_id))[0].id
    press.render_release(house, release, now)
    same = recall_same.unchanged(house, recall_id, now)
    with session_scope(house.engine) as session:
        recalls.leave(session, _recall(session, recall_id), same, now)
    with read_scope(house.engine) as session:
        jobs = _jobs(session, house, recall_id)
    in_place = {number: _in_place(house, job, position, old, now) for number, job, position, old in jobs}
    with session_scope(house.engine) as session:
        _seal(session, house, recall_id, release, in_place, now)


def _jobs(session: Session, house: House, recall_id: int) -> list[tuple[int, Job, int, str]]:
    recall = session.get_one(Recall, recall_id)
    revision = session.get_one(Revision, recall.revision_id)
    found = tuple(Finding(**one) for one in revision.findings)
    wanted = recalls.needs_rendition(session, recall)
    profiles = profiles_of(session, list({one.account_id for one in wanted}))
    jobs = []
    for remedy in wanted:
        item, delivery, account = recalls.place_of(session, remedy)
        profile = press.led(session, profiles[remedy.account_id], delivery)
        shown = house.shown_on(revision.manuscript_hash, profile.channel)
        if recalls.leaves_no_room(account, remedy):
            shown = recall_same.unmarked(shown)
        job = Job(delivery.id, profile, (shown,), tuple(checks.about(found, profile.channel)))
        old = delivery.rendition_hash if len(delivery.stories) > 1 else ""
        jobs.append((remedy.id, job, item.position, old))
    return jobs


def _in_place(house: House, job: Job, position: int, old: str, now: datetime) -> tuple[str, str]:
    """The hash of the bytes that will lie in the old ones' place, and why they cannot. In a push only the one story's
    part changes."""
    rendition, findings = press.render_job(job, house.pictures, now)
    stopped = [one for one in (*job.found, *findings) if one.level == "block"]
    if rendition is None or stopped:
        return "", sentence(stopped) or "更正版在这个渠道做不出来，请改稿。"
    if old:
        rendition = _exchanged(house.rendition(old), position, rendition)
    return house.keep(rendition), ""


def _exchanged(old: Rendition, position: int, new: Rendition) -> Rendition:
    parts = [*old.parts]
    parts[position - 1] = new.parts[0]
    return replace(old, parts=tuple(parts), renderer=new.renderer)


def _seal(
    session: Session,
    house: House,
    recall_id: int,
    release_id: int,
    in_place: Mapping[int, tuple[str, str]],
    now: datetime,
) -> None:
    """One set for everything of the recall; the replacements and the remedies point to it."""
    recall, release = session.get_one(Recall, recall_id), session.get_one(Release, release_id)
    fresh = [one for one in releases.deliveries_of(session, release) if one.state == "rendered"]
    renditions = {one.id: one.rendition_hash for one in fresh}
    for number, (digest, reason) in in_place.items():
        remedy = session.get_one(Remedy, number)
        remedy.rendition_hash, remedy.reason = digest, reason or remedy.reason
        session.add(remedy)
        if digest:
            renditions[remedy.delivery_id] = digest
        else:
            notify(session, f"recall:{recall.id}", f"处置 {number}：{reason}", now)
    if not renditions and not in_place and _all_same(session, recall):
        raise RecallError("更正没有改到任何账号上读者看到的文字和图片，不用更正。")
    if not renditions and not in_place and _is_taken_away(session, recall):
        raise RecallError(
            "这条快讯已经解除：没有一个账号能原地改，删了也不再重发，所以不能更正；要拿掉读者还看得到的，请撤稿。"
        )
    if not renditions:
        raise RecallError("更正版在所有渠道都有拦截级问题，请按提示改稿后再更正。")
    policy = review.POLICIES[recall.policy]
    manuscripts = releases.manuscripts_of(session, release)
    sealed = review.seal(session, release.id, manuscripts, renditions, _assets(house, renditions), policy, now)
    for one in fresh:
        one.sealed_set_id = sealed.id
        session.add(one)
    for remedy in session.exec(select(Remedy).where(Remedy.recall_id == recall.id, col(Remedy.rendition_hash) != "")):
        remedy.sealed_set_id = sealed.id
        session.add(remedy)
    release.state = "sealed"
    session.add(release)
    session.flush()


def _all_same(session: Session, recall: Recall) -> bool:
    """Whether no copy would say anything else."""
    return set(session.exec(select(Remedy.action).where(Remedy.recall_id == recall.id))) == {"none"}


def _is_taken_away(session: Session, recall: Recall) -> bool:
    """Whether there is a copy that is to go, and nothing instead of it: its flash is over."""
    query = select(Remedy.id).where(Remedy.recall_id == recall.id, Remedy.action == "withdraw")
    return session.exec(query.limit(1)).first() is not None


def _assets(house: House, renditions: Mapping[int, str]) -> list[str]:
    parts = (part for digest in renditions.values() for part in house.rendition(digest).parts)
    return sorted({file.hash for part in parts for file in part.files})


def prepare_rest(house: House, now: datetime) -> list[int]:
    """Render and seal what recalls planned since (the rest of a push, a story that goes out alone after all): it waits
    for its signatures. The releases."""
    waiting = sorted(set(look(house.engine, _PLANNED).scalars()))
    for number in waiting:
        press.render_release(house, number, now)
        press.seal_release(house, number, now)
    return waiting


# --------------------------------------------------------------------------- the decision


def sign_correction(house: House, recall_id: int, by: str, opinion: str, now: datetime, step: str = "") -> list[str]:
    """The next signature of a correction (all of them in a rehearsal); with the last one it begins. What is missing."""
    with read_scope(house.engine) as session:
        recall = _recall(session, recall_id)
        sealed = recalls.sealed_of(session, recall)
        if recall.state != "drafted" or sealed is None:
            raise RecallError(f"更正令 {recall_id} 现在不能签，用 yigao recall {recall_id} 查看。")
        missing = review.missing_steps(session, sealed)
        is_rehearsal = review.POLICIES[sealed.policy].demo_only
    chosen = step or ("" if is_rehearsal else missing[0])
    if is_rehearsal or len(missing) == 1:
        recall_looks.look_at_drafts(house, recall_id, now)
    left = press.sign_release(house, sealed.id, by, opinion, now, chosen)
    _clear_packages(house, recall_id)
    return left


def approve_retraction(house: House, recall_id: int, by: str, opinion: str, now: datetime) -> None:
    """The order is given: what is unsent is taken back now, what is out is due."""
    recall_looks.look_at_drafts(house, recall_id, now)
    with session_scope(house.engine) as session:
        recalls.approve(session, _recall(session, recall_id), by, opinion, now)
    _clear_packages(house, recall_id)
    prepare_rest(house, now)


def _clear_packages(house: House, recall_id: int) -> None:
    """A package nobody posts any more is not left for anybody to find."""
    with read_scope(house.engine) as session:
        query = select(Delivery.key).where(Remedy.delivery_id == Delivery.id, Remedy.recall_id == recall_id)
        keys = list(session.exec(query.where(col(Delivery.state).in_(("cancelled", "superseded", "held")))))
    for key in keys:
        shutil.rmtree(house.handover / key, ignore_errors=True)


def _recall(session: Session, recall_id: int) -> Recall:
    found = session.get(Recall, recall_id)
    if found is None:
        raise RecallError(f"没有第 {recall_id} 号更正令或撤稿令，用 yigao recalls 查看。")
    return found


# --------------------------------------------------------------------------- carried out


def carry_out_remedies(house: House, claim: Claim, profile: Profile, clock: TimeSource) -> None:
    """Deal with the claimed copies of one account, as far as it goes now."""
    _pack_again(house, profile, claim.remedies)
    due = _refreshed(house, claim.remedies, clock())
    by_hand = [
        one for one in due if one.action == "by_hand" or one.person or claim.account.transport == "handover"
    ]  # what has somebody's name is told to them anew
    for remedy in by_hand:
        recall_ours.give_to_a_person(house, remedy, clock())
    rest = [one for one in due if one not in by_hand]
    if rest and claim.account.transport == "files":
        recall_ours.show(house, claim, profile, rest, clock())
    elif rest:
        recall_acts.act(house, claim, profile, rest, clock)
    prepare_rest(house, clock())


def _pack_again(house: House, profile: Profile, remedies: Sequence[Remedy]) -> None:
    """A package nobody posted yet, which an older correction emptied, holds what it held: it may stay as it is."""
    undecided = [one for one in remedies if one.state == "due" and recalls.is_undecided(one)]
    with read_scope(house.engine) as session:
        rows = [recalls.place_of(session, one)[1] for one in undecided]
        rows = [one for one in rows if one.state == "handed_over"]
        signed = {one.id: lines_of(session, one) for one in rows}
    for one in rows:
        pack(house, profile, one, signed[one.id])


def _refreshed(house: House, remedies: Sequence[Remedy], now: datetime) -> list[Remedy]:
    """Each as things stand now; those that still have something to do outside."""
    found = []
    for one in remedies:
        try:
            with session_scope(house.engine) as session:
                row = recalls.refresh(session, one, now)
        except LostRace:
            continue
        is_now = row.next_at is None or row.next_at <= now
        if is_now and row.state in ("due", "acting", "unknown") and row.action not in _ROWS_ALONE:
            found.append(row)
    return found


def watch(house: House, now: datetime) -> None:
    """Whatever takes too long is told once; what was planned meanwhile is rendered and sealed."""
    with session_scope(house.engine) as session:
        recalls.alarm_late(session, now)
        recalls.alarm_undecided(session, now)
        recalls.settle_reissued(session, now)
    prepare_rest(house, now)
