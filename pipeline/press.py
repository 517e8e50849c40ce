"""From a planned release to one that may go out: render, check, hold what is blocked, seal, let through."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from sqlmodel import Session

import themes
from assets.pictures import Pictures
from channels.contract import ChannelError
from channels.rendering import render_and_check
from channels.values import Finding, Manuscript, Profile, Rendition
from cms import checks, recalls, releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account, profiles_of
from cms.releases import Delivery, Release, flash, submitting
from cms.stories import Revision
from pipeline import due, ledger
from pipeline.house import House
from pipeline.intake import place

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ACTOR = "pipeline"


@dataclass(frozen=True)
class Job:
    """One delivery to render: the account, its stories, and what was found about them; ``by`` what its visible words
    are looked at, None where they are not; ``day``: when it goes out."""

    delivery_id: int
    profile: Profile
    stories: tuple[Manuscript, ...]
    found: tuple[Finding, ...] = ()
    by: checks.Measure | None = None
    day: date | None = None


Watch = Callable[[list[Job]], Iterable[Job]]


@dataclass(frozen=True)
class Made:
    """What rendering one delivery gave: the rendition (None when there is none) and the findings."""

    delivery_id: int
    rendition: Rendition | None
    findings: tuple[Finding, ...]

    @property
    def reason(self) -> str:
        """Why it is held: the first blocking findings; empty when nothing blocks."""
        blocking = [one for one in self.findings if one.level == "block"]
        more = f"（共 {len(blocking)} 处）" if len(blocking) > 3 else ""
        return "；".join(f"{place(one)}{one.message}" for one in blocking[:3]) + more


def render_release(house: House, release_id: int, now: datetime, watch: Watch = list) -> list[Made]:
    """Render every delivery still planned, without holding a transaction; then write what came of it.

    ``watch`` passes the jobs on one by one, for whoever shows how far it is."""
    made = [_render(house, job, now) for job in watch(_planned(house, release_id, now))]
    digests = {one.delivery_id: house.keep(one.rendition) for one in made if one.rendition}
    with session_scope(house.engine) as session:
        rows = {one.id: one for one in releases.deliveries_of(session, session.get_one(Release, release_id))}
        for one in made:
            if one.reason:
                held = {"rendition_hash": digests.get(one.delivery_id, "")}
                releases.move(session, rows[one.delivery_id], "hold", actor=ACTOR, now=now, reason=one.reason, **held)
        drawn = [one.delivery_id for one in made if not one.reason]
        hashes = {number: {"rendition_hash": digests[number]} for number in drawn}
        releases.move_all(session, [rows[number] for number in drawn], "render", actor=ACTOR, now=now, each=hashes)
    return made


def _planned(house: House, release_id: int, now: datetime) -> list[Job]:
    """The deliveries to render, each with its profile, manuscripts and what is found about them."""
    with read_scope(house.engine) as session:
        release = session.get_one(Release, release_id)
        waiting = [one for one in releases.deliveries_of(session, release) if one.state == "planned"]
        profiles = profiles_of(session, list({one.account_id for one in waiting}))
        chosen = ledger.stories_of(session, release)
        by = checks.measure(session, {one.manuscript_hash for one in chosen.values()}, now)
        told: dict[tuple[int, date], list[Finding]] = {}
        jobs = []
        for delivery in waiting:
            mine = [chosen[str(slug)] for slug, _ in delivery.stories]
            profile = led(session, profiles[delivery.account_id], delivery)
            day = delivery.due_at.astimezone(SHANGHAI).date()
            for one in mine:
                if (one.id, day) not in told:
                    told[one.id, day] = found_about(house, session, one, by, delivery.due_at)
            found_here = [found for one in mine for found in checks.about(told[one.id, day], profile.channel)]
            stories = tuple(house.shown_on(revision.manuscript_hash, profile.channel) for revision in mine)
            account = checks.of_account(profile, demo=by.demo, trying=by.trying)
            found = (*found_here, *account, *checks.embargoed(stories, delivery.due_at))
            jobs.append(Job(delivery.id, profile, stories, found, by, day))
    return jobs


def led(session: Session, profile: Profile, delivery: Delivery) -> Profile:
    """The profile, told whose publication this delivery reprints (首发账号)."""
    if delivery.lead_id is None:
        return profile
    lead = session.get_one(Account, session.get_one(Delivery, delivery.lead_id).account_id)
    return replace(profile, settings=(*profile.settings, ("lead", lead.name)))


def found_about(
    house: House, session: Session, revision: Revision, by: checks.Measure, due_at: datetime | None = None
) -> list[Finding]:
    """What was found when the revision was saved, the newsroom's checks as they stand now and on the day it goes out
    (``due_at``), less what was let pass."""
    saved = [one for raw in revision.findings if not (one := Finding(**raw)).rule.startswith("checks.")]
    story = house.manuscript(revision.manuscript_hash)
    checked = checks.check(
        session, story, revision.manuscript_hash, by.standards, checks.marks_of(house.pictures, story),
        house.variants(story), [due_at] if due_at is not None else [],
    )  # fmt: skip
    own = [one for one in by.passed if one.manuscript_hash == revision.manuscript_hash]
    return checks.settled([*saved, *checked.findings], own)


def _render(house: House, job: Job, now: datetime) -> Made:
    rendition, findings = render_job(job, house.pictures, now)
    if rendition is not None and job.by is not None:
        for by in _days(job):
            told = (*job.found, *findings)
            seen = checks.of_rendition(rendition, job.stories, job.profile, by, told, house.store.get)
            findings += [one for one, _ in seen if one not in findings]
    return Made(job.delivery_id, rendition, (*job.found, *findings))


def _days(job: Job) -> Iterator[checks.Measure]:
    """By what a rendition's words are looked at: the lists of today, and those of its day where they say another
    thing."""
    if job.by is None:
        return
    yield job.by
    lists = job.by.standards
    if job.day is not None and job.day > lists.day and lists.on(job.day).hash != lists.hash:
        yield replace(job.by, standards=lists.on(job.day))


def render_job(job: Job, pictures: Pictures, now: datetime) -> tuple[Rendition | None, list[Finding]]:
    """One rendition by the one way there is; an error of the channel is a blocking finding of this job."""
    today = now.astimezone(SHANGHAI).date()
    try:
        theme = themes.load(job.profile.theme, job.profile.own_tokens)
        return render_and_check(job.stories, job.profile, theme, pictures, today)
    except ChannelError as error:
        return None, [checks.refused(error, job.profile)]


def seal_release(house: House, release_id: int, now: datetime) -> int | None:
    """Seal what was rendered; the sealed set's id, None when nothing of the release can go out."""
    with session_scope(house.engine) as session:
        release = session.get_one(Release, release_id)
        ready = [one for one in releases.deliveries_of(session, release) if one.state == "rendered"]
        if not ready:
            return None
        renditions = {one.id: one.rendition_hash for one in ready}
        assets = sorted(
            {file.hash for one in ready for part in house.rendition(one.rendition_hash).parts for file in part.files}
        )
        policy = review.POLICIES[release.policy]
        return releases.seal(session, release, renditions, assets, policy, now).id


def sign_release(
    house: House, sealed_set_id: int, login: str, opinion: str, now: datetime, step: str = ""
) -> list[str]:
    """Sign one step (or, in a rehearsal, all of them); when none is missing the deliveries become ready.

    The steps still missing."""
    with read_scope(house.engine) as session:
        asked = session.get_one(review.SealedSet, sealed_set_id)
    for digest in asked.manuscripts if not review.POLICIES[asked.policy].demo_only else ():
        due.recheck(house, digest, now)
    with session_scope(house.engine) as session:
        sealed = session.get_one(review.SealedSet, sealed_set_id)
        signer, release = ledger.person(session, login), session.get_one(Release, sealed.release_id)
        flash.refuse_if_over(release, now)
        steps = review.POLICIES[sealed.policy].steps
        if step or not review.POLICIES[sealed.policy].demo_only:
            step = step or (steps[0] if len(steps) == 1 else "")
            review.sign(session, sealed, step, signer, opinion, now)
        else:
            step = review.missing_steps(session, sealed)[-1]
            review.sign_all(session, sealed, signer, opinion, now)
        submitting.noticed(session, sealed, step, signer, opinion, now)
        missing = review.missing_steps(session, sealed)
        if not missing:
            releases.let_through(session, sealed, signer.login, now)
            if release.flash:
                flash.begin(session, release, signer, now)
            recalls.signed(session, sealed, now)
        return missing
