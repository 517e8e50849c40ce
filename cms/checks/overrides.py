"""Letting a finding pass (放行): by the role the rule names, with a reason, for this very text and place.

A warning asks for a reason only, of anybody who works on the story. What changed has another hash: nothing it was
let pass with holds for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from sqlmodel import Session, col, select

from channels.values import Finding
from cms import audit
from cms.checks.rows import Override
from cms.checks.rules import PROVINCE, RULES
from cms.db import utc
from cms.people import Person, notify
from cms.people.roles import appointments_of, tree
from cms.people.rows import Appointment
from cms.stories import Issue, Revision, Story

PREFIX = "checks."
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class OverrideError(Exception):
    """Why it cannot be let pass: one sentence with the remedy."""


def let_pass(session: Session, digest: str, found: Finding, by: Person, reason: str, now: datetime) -> Override:
    """Let one finding of the manuscript ``digest`` pass; the same again gives the row there is."""
    if not reason.strip():
        raise OverrideError("放行要写理由，请写一句再试。")
    role = _role(session, digest, found, by)
    same = select(Override).where(
        Override.manuscript_hash == digest, Override.rule == found.rule, Override.place == found.place
    )
    known = session.exec(same).one_or_none()
    if known:
        return known
    row = Override(
        manuscript_hash=digest,
        rule=found.rule,
        place=found.place,
        excerpt=found.excerpt,
        reason=" ".join(reason.split()),
        role=role,
        person_id=by.id,
        given_at=utc(now),
    )
    session.add(row)
    session.flush()
    detail = {"rule": found.rule, "place": found.place, "reason": row.reason, "role": role, "level": found.level}
    audit.record(session, by.login, "checks.override", f"manuscript:{digest}", detail, now)
    return row


def who_may(session: Session, digest: str, found: Finding) -> list[Person]:
    """The nearest people who may let this block of the manuscript pass: those of the story's own unit, and where it has
    none, those above. Nobody where no role may."""
    rule = RULES.get(found.rule)
    if found.level != "block" or rule is None or not rule.override:
        return []
    query = select(Person, Appointment.unit_id).where(
        Appointment.person_id == Person.id, Appointment.role == rule.override, col(Person.disabled_at).is_(None)
    )
    own = set(
        session.exec(select(Story.unit_id).where(Story.id == Revision.story_id, Revision.manuscript_hash == digest))
    )
    rows = session.exec(query.order_by(col(Person.id))).all()
    may = [(one, unit in own) for one, unit in rows if not obstacle(session, digest, found, one)]
    near = [one for one, is_near in may if is_near] or [one for one, _ in may]
    return list({one.id: one for one in near}.values())


def ask_for(
    session: Session, story: Story, digest: str, blocked: Sequence[Finding], by: Person, now: datetime
) -> list[Person]:
    """Tell those who may let these blocks pass that somebody waits for it; who they are. OverrideError when there is
    nothing to ask for, or nobody to ask."""
    asked = [one for one in blocked if one.rule in RULES and RULES[one.rule].override]
    if not asked:
        raise OverrideError("这里没有可以放行的，请按提示改稿。")
    people = {person.id: person for one in asked for person in who_may(session, digest, one)}
    if not people:
        roles = "、".join(dict.fromkeys(RULES[one.rule].override for one in asked))
        raise OverrideError(f"现在没有人能放行：请管理员任命{roles}，写过这篇稿件的人不能放行自己的。")
    issue = session.get(Issue, story.issue_id) if story.issue_id else None
    slot = f"，第 {issue.number} 期定在 {on_the_clock(issue.due_at)} 出刊" if issue and issue.due_at > now else ""
    rules = "、".join(dict.fromkeys(RULES[one.rule].words for one in asked))
    words = f"《{story.headline}》有 {len(asked)} 处拦截（{rules}），{by.name}请您看要不要放行{slot}。"
    notify(session, f"block:{story.slug}", words, now, story.unit_id, sorted(people))
    detail = {"manuscript": digest, "rules": sorted({one.rule for one in asked}), "asked": sorted(people)}
    audit.record(session, by.login, "checks.ask", f"story:{story.id}", detail, now)
    return [people[one] for one in sorted(people)]


def on_the_clock(at: datetime) -> str:
    """A moment as people say it, Beijing time: 11月25日 09:00."""
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def obstacle(session: Session, digest: str, found: Finding, by: Person) -> str:
    """Why this person may not let it pass, and who may; "" when they may."""
    try:
        _role(session, digest, found, by)
    except OverrideError as error:
        return str(error)
    return ""


def _role(session: Session, digest: str, found: Finding, by: Person) -> str:
    """The role it is let pass by; "" for a warning. OverrideError when this person may not."""
    rule = RULES.get(found.rule)
    if rule is None:
        raise OverrideError(f"“{found.rule}”不是检查规则，不能放行，请按提示改稿。")
    if by.disabled_at is not None:
        raise OverrideError(f"{by.name}的账号已停用，不能放行，请换一位。")
    if found.level != "block":
        return ""
    if not rule.override:
        raise OverrideError(f"“{rule.words}”谁也不能放行，请按提示改稿。")
    if not _holds(session, by, rule.override, digest):
        raise OverrideError(f"“{rule.words}”只有{rule.override}能放行，{by.name}不是，请找{rule.override}。")
    if by.login in _authors(session, digest):
        raise OverrideError(f"{by.name}写过或改过这篇稿件，不能放行自己的稿件，请换一位{rule.override}。")
    return rule.override


def _holds(session: Session, by: Person, role: str, digest: str) -> bool:
    """Whether somebody has the role in the story's unit or above it; a province's administrator has it anywhere."""
    held = [one for one in appointments_of(session, by.id) if one.role == role]
    if role == PROVINCE or not held:
        return bool(held)
    query = select(Story.unit_id).where(Story.id == Revision.story_id, Revision.manuscript_hash == digest)
    units = tree(session)
    wanted = set(session.exec(query))
    return any(unit is None or unit in units.below(one.unit_id) for one in held for unit in wanted or {None})


def _authors(session: Session, digest: str) -> set[str]:
    """Who saved the story up to this text."""
    authors: set[str] = set()
    for one in session.exec(select(Revision).where(Revision.manuscript_hash == digest)):
        query = select(Revision.author).where(Revision.story_id == one.story_id, col(Revision.number) <= one.number)
        authors |= set(session.exec(query))
    return authors


def given(session: Session, digests: Iterable[str]) -> list[Override]:
    """What was let pass for these manuscripts."""
    query = select(Override).where(col(Override.manuscript_hash).in_(list(digests))).order_by(col(Override.id))
    return list(session.exec(query))


def said_before(session: Session, story_id: int, found: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """The reason last given, in an earlier version of this story, for the same thing said of the same words: by rule
    and place of those of ``found`` that had one. It holds for nothing until somebody gives it again."""
    mine = select(Revision.manuscript_hash).where(Revision.story_id == story_id)
    query = (
        select(Override).where(col(Override.manuscript_hash).in_(mine), Override.role == "").order_by(col(Override.id))
    )
    known = {(one.rule, one.excerpt or one.place): one.reason for one in session.exec(query)}
    asked = {(one.rule, one.place): known.get((one.rule, one.excerpt or one.place), "") for one in found}
    return {where: reason for where, reason in asked.items() if reason}


def settled(findings: Sequence[Finding], passed: Iterable[Override]) -> list[Finding]:
    """The findings with those let pass as an info that says why."""
    reasons = {(one.rule, one.place): one for one in passed}
    out = []
    for one in findings:
        row = reasons.get((one.rule, one.place))
        if row:
            one = replace(one, level="info", message=f"{one.message}（已放行：{row.reason}）")
        out.append(one)
    return out


def unanswered(findings: Sequence[Finding], passed: Iterable[Override]) -> list[Finding]:
    """The checks' warnings nobody has given a reason for yet."""
    return [one for one in settled(findings, passed) if one.level == "warn" and one.rule.startswith(PREFIX)]
