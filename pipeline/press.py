"""From a planned release to one that may go out: render, check, hold what is blocked, seal, let through."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from sqlmodel import Session

import themes
from assets.pictures import Pictures
from channels.contract import ChannelError
from channels.rendering import render_and_check, text_of
from channels.values import Finding, Manuscript, Profile, Rendition
from cms import checks, recalls, releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account, profiles_of
from cms.people import Workspace, beginning
from cms.releases import Delivery, Release, flash, submitting
from cms.stories import Revision
from pipeline import ledger
from pipeline.address import REMEDY, leads_nowhere
from pipeline.house import House
from pipeline.intake import place

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ACTOR = "pipeline"


@dataclass(frozen=True)
class Job:
    """One delivery to render: the account, its stories, and what was found about them; ``standards`` its visible words
    are held against, and what was let pass (``passed``)."""

    delivery_id: int
    profile: Profile
    stories: tuple[Manuscript, ...]
    found: tuple[Finding, ...] = ()
    standards: checks.Standards | None = None
    passed: tuple[checks.Override, ...] = ()


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
        demo, trying = session.get_one(Workspace, 1).demo, beginning.is_trying(session)
        held = checks.standards(session, now)
        passed = tuple(checks.given(session, {one.manuscript_hash for one in chosen.values()}))
        told = {one.id: found_about(house, session, one, held, passed) for one in chosen.values()}
        jobs = []
        for delivery in waiting:
            mine = [chosen[str(slug)] for slug, _ in delivery.stories]
            profile = led(session, profiles[delivery.account_id], delivery)
            saved = tuple(one for revision in mine for one in about(told[revision.id], profile.channel))
            stories = tuple(house.shown_on(revision.manuscript_hash, profile.channel) for revision in mine)
            found = (
                *saved,
                *placeholder_address(profile, demo=demo, trying=trying),
                *embargoed(stories, delivery.due_at),
            )
            jobs.append(Job(delivery.id, profile, stories, found, held, passed))
    return jobs


def about(findings: Sequence[Finding], channel: str) -> list[Finding]:
    """Those that are of a delivery on this channel: what was found in the main text, and in the channel's own; not what
    is wrong in a text that goes elsewhere."""
    return [one for one in findings if one.channel in ("", text_of(channel), channel)]


def led(session: Session, profile: Profile, delivery: Delivery) -> Profile:
    """The profile, told whose publication this delivery reprints (首发账号)."""
    if delivery.lead_id is None:
        return profile
    lead = session.get_one(Account, session.get_one(Delivery, delivery.lead_id).account_id)
    return replace(profile, settings=(*profile.settings, ("lead", lead.name)))


def found_about(
    house: House, session: Session, revision: Revision, held: checks.Standards, passed: Sequence[checks.Override]
) -> list[Finding]:
    """What was found when the revision was saved, the newsroom's checks as they stand now, less what was let pass."""
    saved = [one for raw in revision.findings if not (one := Finding(**raw)).rule.startswith("checks.")]
    story = house.manuscript(revision.manuscript_hash)
    checked = checks.check(
        session, story, revision.manuscript_hash, held, checks.marks_of(house.pictures, story), house.variants(story)
    )
    own = [one for one in passed if one.manuscript_hash == revision.manuscript_hash]
    return checks.settled([*saved, *checked.findings], own)


def _render(house: House, job: Job, now: datetime) -> Made:
    rendition, findings = render_job(job, house.pictures, now)
    if rendition is not None and job.standards is not None:
        seen = checks.examine_rendition(rendition, job.stories, job.profile, job.standards, job.found, house.store.get)
        findings = [*findings, *checks.settled(seen, job.passed)]
    return Made(job.delivery_id, rendition, (*job.found, *findings))


def embargoed(stories: Sequence[Manuscript], due_at: datetime) -> list[Finding]:
    """No story goes out on any channel before its embargo (禁发时间) has passed."""
    return [
        Finding(
            level="block",
            rule="story.embargo",
            message=f"《{one.headline}》禁发到 {one.embargo}，发布时间排早了，请改到这之后再排",
        )
        for one in stories
        if one.embargo and due_at < _moment(one.embargo)
    ]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def placeholder_address(profile: Profile, *, demo: bool, trying: bool = False) -> list[Finding]:
    """A link that leads nowhere must not be signed: an example's or this machine's address blocks outside a demo. In a
    house just set up that reaches no platform in earnest (``trying``) it is only said."""
    if demo or not leads_nowhere(profile.site_url):
        return []
    words = "现在是试用，只有这台机器打得开，正式发布之前" if trying else "是本机或示例网址，读者打不开，"
    message = f"微站网址 {profile.site_url} {words}{REMEDY}"
    found = Finding(level="warn" if trying else "block", rule="account.site_url", message=message)
    return [replace(found, channel=profile.channel, account=profile.account)]


def render_job(job: Job, pictures: Pictures, now: datetime) -> tuple[Rendition | None, list[Finding]]:
    """One rendition by the one way there is; an error of the channel is a blocking finding of this job."""
    today = now.astimezone(SHANGHAI).date()
    try:
        theme = themes.load(job.profile.theme, job.profile.own_tokens)
        return render_and_check(job.stories, job.profile, theme, pictures, today)
    except ChannelError as error:
        found = Finding(
            level="block",
            rule=f"{job.profile.channel}.render",
            message=error.sentence,
            channel=job.profile.channel,
            account=job.profile.account,
        )
        return None, [found]


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
