"""Letting a finding pass (放行): by the role the rule names, with a reason, for this very text and place.

A warning asks for a reason only, of anybody who works on the story. What changed has another hash: nothing it was
let pass with holds for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from channels.values import Finding
from cms import audit
from cms.checks.rows import Override
from cms.checks.rules import PROVINCE, RULES
from cms.db import utc
from cms.people import Person
from cms.people.roles import appointments_of, tree
from cms.stories import Revision, Story

PREFIX = "checks."


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
