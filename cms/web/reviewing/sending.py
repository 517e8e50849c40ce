"""送审: from a story to a submission; the slot and the accounts are chosen here, what the column knows is filled in."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as browser
from sqlmodel import Session, select
from werkzeug.wrappers import Response as Answer

from channels import registry
from channels.values import Finding
from cms import checks, review
from cms.checks.overrides import OverrideError
from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit, sandboxed
from cms.people import Workspace
from cms.people.roles import tree
from cms.releases import Delivery, Target, TargetError, submitting
from cms.releases.submitting import Order, SubmitError
from cms.review import GRADES, GradeError, Submission, proofs, submissions
from cms.stories import Column, Issue, Revision, Story, next_due, own_texts
from cms.web.delivering.forms import numbers
from cms.web.desk import SHANGHAI, Desk, asked_time, rank
from cms.web.entrance import now
from cms.web.preview import FILMED
from cms.web.reviewing import attaching, reading
from cms.web.reviewing.showing import LEVELS

_SLOT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
REFUSALS = (SubmitError, GradeError, TargetError, OverrideError)


def add(reviewing: Blueprint, desk: Desk) -> None:
    """The routes of sending."""

    def form(slug: str, sentence: str) -> str:
        with read_scope(desk.people.engine) as session:
            story, revision = reading.newest_of(session, slug)
            told = _form(desk, session, story, revision)
            last = submissions.last_of(session, story)
        if not sentence and last is not None and last.attachment_hash:
            browser[attaching.KEPT] = {slug: (last.attachment, last.attachment_hash)}
        kept = (browser.get(attaching.KEPT) or {}).get(slug)
        return render_template("reviewing/new.html", **told, sentence=sentence, said=request.form, kept=kept)

    @reviewing.get("/review/new")
    def new() -> str:
        slug = request.args.get("story", "")
        with read_scope(desk.people.engine) as session:
            story, revision = reading.newest_of(session, slug)
            digest, proposed = revision.manuscript_hash, _proposed(session, story)
        if digest:
            reading.galley_of(desk).recheck(digest, asked_time(proposed))
        return form(slug, "")

    @reviewing.post("/write/<slug>/submit")
    def submit(slug: str) -> Answer | tuple[str, int]:
        with read_scope(desk.people.engine) as session:
            digest = reading.newest_of(session, slug)[1].manuscript_hash
        if digest:
            reading.galley_of(desk).recheck(digest, _asked())
        try:
            with session_scope(desk.people.engine) as session:
                story, revision = reading.newest_of(session, slug)
                me = reading.me(session)
                for at, found in enumerate(review.unanswered(session, revision.manuscript_hash)):
                    reason = request.form.get(f"reason-{at}", "")
                    if reason.strip() and request.form.get(f"place-{at}") == f"{found.rule} {found.place}":
                        checks.let_pass(session, revision.manuscript_hash, found, me, reason, now())
                paper = attaching.taken(desk, slug)
                order = _order(session, story, paper)
                _refuse_early(desk, revision, order)
                number = submitting.submit(session, story, me, order, now()).id
        except REFUSALS as error:
            return form(slug, str(error)), 422
        browser.pop(attaching.KEPT, None)
        return redirect(url_for("reviewing.show", number=number), 303)


def _refuse_early(desk: Desk, revision: Revision, order: Order) -> None:
    """What the drawing would hold on every account is said at once: a time before the embargo's."""
    if revision.manuscript_hash:
        story = reading.galley_of(desk).manuscript(revision.manuscript_hash)
        for found in checks.embargoed([story], order.due_at):
            raise SubmitError(f"{found.message}。")


def _order(session: Session, story: Story, paper: tuple[str, str]) -> Order:
    """What the form asks for; ``paper``: name and hash of the file it rests on."""
    if not _SLOT.fullmatch(request.form.get("due", "")):
        raise SubmitError("请选发布的日期和时间。")
    due = _asked()
    if due is None:
        raise SubmitError("发布的日期或时间不对，请重新选。")
    channels = tuple(request.form.getlist("channel"))
    if not channels:
        raise SubmitError("还没有选渠道，请至少选一个。")
    unit = session.get_one(Unit, story.unit_id) if story.unit_id else None
    slug = unit.slug if unit else tree(session).slug(tree(session).top)
    is_whole = request.form.get("reach") == "below"
    demo = session.get_one(Workspace, 1).demo
    return Order(
        due_at=due,
        targets=(Target(channels, (slug,), alone=not is_whole),),
        grade=request.form.get("grade", "A"),
        note=request.form.get("note", "")[:500],
        attachment=request.form.get("attachment", "").strip()[:200] or paper[0],
        attachment_hash=paper[1],
        replaces=frozenset(numbers("replaces")),
        policy=review.REHEARSAL if demo and request.form.get("rehearsal") else review.LAWFUL,
    )


def _asked() -> datetime | None:
    """When it is to go out, as the form says it; None where that is no time."""
    slot = request.form.get("due", "")
    try:
        return asked_time(slot) if _SLOT.fullmatch(slot) else None
    except ValueError:
        return None


def _form(desk: Desk, session: Session, story: Story, revision: Revision) -> dict[str, Any]:
    """The form with what is known already."""
    digest, units = revision.manuscript_hash, tree(session)
    unit_id = story.unit_id or units.top or 0
    found = review.findings_of(session, digest) if digest else []
    below = units.below(unit_id)
    accounts = list(session.exec(select(Account).where(Account.unit_id.in_(below))))  # type: ignore[attr-defined]
    own = {one.channel for one in accounts if one.unit_id == unit_id}
    channels = sorted({one.channel for one in accounts}, key=rank)
    counted = {one: sum(each.channel == one for each in accounts) for one in channels}
    before, apart = submissions.open_of(session, story), sandboxed.numbers(session)
    last = submissions.last_of(session, story)
    asked = _asked_before(session, last) if last else []
    chosen = {one.channel for one in asked} or set(channels) - set(FILMED)
    return {
        "story": story,
        "version": revision.number,
        "is_frozen": bool(digest),
        "unit": session.get_one(Unit, unit_id).short,
        "due": _proposed(session, story),
        "asked_due": bool(last and last.due_at > now()),
        "grade": last.grade if last else "A",
        "attachment": last.attachment if last else "",
        "is_whole": len({one.unit_id for one in asked}) > 1 if asked else not own,
        "column": session.get(Column, story.column_id) if story.column_id else None,
        "channels": [(one, registry.get(one).title, counted[one], one in chosen) for one in channels],
        "in_sandbox": {one: sum(each.channel == one and each.id in apart for each in accounts) for one in channels},
        "whole": len({one.unit_id for one in accounts}) > 1,
        "units": len({one.unit_id for one in accounts}),
        "blocked": [one for one in found if submitting.stands_against(one, ()) and not one.channel],
        "partly": _partly(found),
        "waiting": (waiting := review.unanswered(session, digest) if digest else []),
        "former": {f"{rule} {at}": why for (rule, at), why in checks.said_before(session, story.id, waiting).items()},
        "may_pass": {one.rule: role for one in found if (role := _passer(one.rule))},
        "levels": LEVELS,
        "titles": {name: one.title for name, one in registry.all_channels().items()},
        "apart": [(registry.get(name).title, one.is_behind) for name, one in own_texts(session, story).items()],
        "grades": {
            key: (words, [one.step for one in review.stages_for(session, unit_id, key)])
            for key, words in GRADES.items()
        },
        "before": before,
        "warning": submissions.under_review(session, story) if before else "",
        "signed": [one.name for one in submissions.stages_signed(session, before) if one.signature] if before else [],
        "replaced": submitting.replaced_by(session, story),
        "demo": session.get_one(Workspace, 1).demo,
        "proofs": proofs.NAMES,
    }  # fmt: skip


def _asked_before(session: Session, last: Submission) -> list[Account]:
    """The accounts it was meant for the last time it was sent."""
    query = select(Account).where(Delivery.account_id == Account.id, Delivery.release_id == last.release_id)
    return list(session.exec(query))


def _partly(found: Sequence[Finding]) -> list[tuple[str, str]]:
    """(channels, why) of what keeps single channels or accounts back, one line a rule."""
    by_rule: dict[str, tuple[str, dict[str, None]]] = {}
    for one in found:
        if one.level == "block" and one.channel:
            by_rule.setdefault(one.rule, (one.message, {}))[1][registry.get(one.channel).title] = None
    return [("、".join(titles), message) for message, titles in by_rule.values()]


def _passer(rule: str) -> str:
    """The role that may let a block of this rule pass; "" for nobody."""
    return checks.RULES[rule].override if rule in checks.RULES else ""


def _proposed(session: Session, story: Story) -> str:
    """The time it was last sent for, while that is to come, or its slot."""
    last = submissions.last_of(session, story)
    return local(last.due_at) if last and last.due_at > now() else _slot(session, story)


def _slot(session: Session, story: Story) -> str:
    """The issue's own time, the column's next, or tomorrow at nine."""
    issue = session.get(Issue, story.issue_id) if story.issue_id else None
    column = session.get(Column, story.column_id) if story.column_id else None
    if issue is not None and issue.due_at > now():
        due = issue.due_at
    elif column is not None:
        due = next_due(column, now())
    else:
        due = (now().astimezone(SHANGHAI) + timedelta(days=1)).replace(hour=9, minute=0)
    return local(due)


def local(at: datetime) -> str:
    """A moment as the field of a form holds it, Beijing time."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
