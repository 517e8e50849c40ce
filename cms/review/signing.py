"""Sealing and signing (三审三校, R1): what was decided is fixed by its hash, and people sign the hash."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from channels import canonical
from cms import audit
from cms.db import utc
from cms.people import Person, Workspace
from cms.review.policies import FIRST, ISSUE, LAWFUL, MANUSCRIPT_STEPS, POLICIES, Policy
from cms.review.rows import SealedRendition, SealedSet, SealedStep, Signature
from cms.stories import Revision, Story, newest


class SignError(Exception):
    """Why this signature cannot be given, in one sentence with the remedy."""


def seal(
    session: Session,
    release_id: int,
    manuscripts: Sequence[str],
    renditions: Mapping[int, str],
    assets: Sequence[str],
    policy: Policy,
    now: datetime,
) -> SealedSet:
    """Fix what is going to be signed. The same set again gives the same row, with its signatures."""
    _allow(session, policy)
    if not manuscripts or not renditions:
        raise SignError("没有可以封存的成品，请先完成渲染和检查。")
    said = _said(release_id, manuscripts, renditions, assets, policy.name)
    known = session.exec(select(SealedSet).where(SealedSet.hash == canonical.digest(said))).one_or_none()
    if known:
        return known
    sealed = SealedSet(**said, hash=canonical.digest(said), sealed_at=utc(now))
    session.add(sealed)
    session.flush()
    _write_out(session, sealed, policy)
    detail = {
        "hash": sealed.hash,
        "release": release_id,
        "policy": policy.name,
        "deliveries": len(renditions),
    }
    audit.record(session, "system", "release.seal", f"sealed_set:{sealed.id}", detail, now)
    return sealed


def _said(
    release_id: int,
    manuscripts: Sequence[str],
    renditions: Mapping[int, str],
    assets: Sequence[str],
    policy: str,
) -> dict[str, object]:
    return {
        "release_id": release_id,
        "manuscripts": sorted(set(manuscripts)),
        "renditions": {str(delivery_id): one for delivery_id, one in renditions.items()},
        "assets": sorted(set(assets)),
        "policy": policy,
    }


def _write_out(session: Session, sealed: SealedSet, policy: Policy) -> None:
    """The same facts as rows, for the database's own walls."""
    for delivery_id, rendition in sealed.renditions.items():
        session.add(
            SealedRendition(sealed_set_id=sealed.id, delivery_id=int(delivery_id), rendition_hash=rendition)
        )
    for step in policy.steps:
        for manuscript in sealed.manuscripts if step in MANUSCRIPT_STEPS else [""]:
            session.add(SealedStep(sealed_set_id=sealed.id, step=step, manuscript_hash=manuscript))
    session.flush()


def sign(
    session: Session,
    subject: SealedSet | str,
    step: str,
    signer: Person,
    opinion: str,
    now: datetime,
    policy: Policy | None = None,
) -> list[Signature]:
    """Give the signatures of one step; the last one completes the set.

    ``subject`` is a sealed set, or a manuscript's hash for 初审 and 复审 (``policy`` then says by which
    rules, 三审三校 unless told). Signing 初审 or 复审 on a set signs each of its manuscripts not yet signed.
    """
    policy = _policy_of(subject, policy)
    _allow(session, policy)
    if step not in policy.steps:
        raise SignError(f"“{policy.title}”没有“{step}”这一步，应为：{'、'.join(policy.steps)}。")
    if not opinion.strip():
        raise SignError(f"{step}缺意见，请写下审稿意见再签。")
    signatures = [
        _sign_one(session, one, step, signer, opinion.strip(), now, policy)
        for one in _subjects(session, subject, step, policy)
    ]
    if isinstance(subject, SealedSet):
        _complete(session, subject)
    return signatures


def sign_all(session: Session, sealed: SealedSet, signer: Person, opinion: str, now: datetime) -> None:
    """Take every missing step in order with one person: what a rehearsal (演练) is."""
    for step in POLICIES[sealed.policy].steps:
        if step in missing_steps(session, sealed):
            sign(session, sealed, step, signer, opinion, now)


def _policy_of(subject: SealedSet | str, policy: Policy | None) -> Policy:
    return POLICIES[subject.policy] if isinstance(subject, SealedSet) else policy or LAWFUL


def _allow(session: Session, policy: Policy) -> None:
    workspace = session.get(Workspace, 1)
    if policy.demo_only and not (workspace and workspace.demo):
        raise SignError(f"“{policy.title}”只能用于演示工作区；正式工作区请按“{LAWFUL.title}”审签。")


def _subjects(session: Session, subject: SealedSet | str, step: str, policy: Policy) -> list[SealedSet | str]:
    """What exactly is signed by this step, refusing what is signed, changed or out of order."""
    if isinstance(subject, str):
        if step not in MANUSCRIPT_STEPS:
            raise SignError(f"{step}签的是封存件，请先渲染并封存。")
        _check_manuscript(session, subject)
        open_subjects: list[SealedSet | str] = [subject]
    else:
        _check_set(session, subject)
        whole = list[SealedSet | str](subject.manuscripts) if step in MANUSCRIPT_STEPS else [subject]
        open_subjects = [one for one in whole if not _signed(session, one, step, policy)]
    if not open_subjects or any(_signed(session, one, step, policy) for one in open_subjects):
        raise SignError(f"{step}已经签过，不必再签。")
    return open_subjects


def _check_manuscript(session: Session, manuscript_hash: str) -> None:
    """A manuscript can be signed while it is still what its story says."""
    for revision in _revisions(session, manuscript_hash):
        story = session.get_one(Story, revision.story_id)
        last = newest(session, story)
        if last and last.manuscript_hash == manuscript_hash:
            return
        raise SignError(f"稿件“{story.headline}”在送审后已改动，请重新从{FIRST}开始。")
    raise SignError("没有这份定稿，请先保存稿件再送审。")


def _check_set(session: Session, sealed: SealedSet) -> None:
    rows = session.exec(select(SealedRendition).where(SealedRendition.sealed_set_id == sealed.id))
    listed = {row.delivery_id: row.rendition_hash for row in rows}
    said = _said(sealed.release_id, sealed.manuscripts, listed, sealed.assets, sealed.policy)
    if canonical.digest(said) != sealed.hash:
        raise SignError("封存件与当初封存的不一致，请重新封存并查看审计记录。")
    for manuscript_hash in sealed.manuscripts:
        _check_manuscript(session, manuscript_hash)


def _revisions(session: Session, manuscript_hash: str) -> list[Revision]:
    return list(session.exec(select(Revision).where(Revision.manuscript_hash == manuscript_hash)))


def _hash(subject: SealedSet | str) -> str:
    return subject if isinstance(subject, str) else subject.hash


def _signed(session: Session, subject: SealedSet | str, step: str, policy: Policy) -> Signature | None:
    query = select(Signature).where(
        Signature.step == step, Signature.policy == policy.name, Signature.subject_hash == _hash(subject)
    )
    return session.exec(query).one_or_none()


def _sign_one(
    session: Session,
    subject: SealedSet | str,
    step: str,
    signer: Person,
    opinion: str,
    now: datetime,
    policy: Policy,
) -> Signature:
    manuscripts = [subject] if isinstance(subject, str) else subject.manuscripts
    _check_order(session, subject, manuscripts, step, policy)
    _check_people(session, subject, manuscripts, step, signer, policy)
    signature = Signature(
        step=step,
        signer_id=signer.id,
        subject_hash=_hash(subject),
        manuscript_hash=subject if isinstance(subject, str) else "",
        sealed_set_id=None if isinstance(subject, str) else subject.id,
        opinion=opinion,
        policy=policy.name,
        signed_at=utc(now),
    )
    session.add(signature)
    session.flush()
    detail = {"step": step, "hash": signature.subject_hash, "opinion": opinion, "policy": policy.name}
    audit.record(session, signer.login, "review.sign", f"signature:{signature.id}", detail, now)
    return signature


def _steps_of(
    subject: SealedSet | str, manuscripts: Sequence[str], steps: Sequence[str]
) -> list[tuple[str, SealedSet | str]]:
    """Every (step, what it signs) that concerns ``subject``."""
    found: list[tuple[str, SealedSet | str]] = []
    for step in steps:
        if step in MANUSCRIPT_STEPS:
            found += [(step, one) for one in manuscripts]
        elif not isinstance(subject, str):
            found.append((step, subject))
    return found


def _check_order(
    session: Session, subject: SealedSet | str, manuscripts: Sequence[str], step: str, policy: Policy
) -> None:
    earlier = policy.steps[: policy.steps.index(step)]
    for name, one in _steps_of(subject, manuscripts, earlier):
        if not _signed(session, one, name, policy):
            raise SignError(f"还没有{name}，不能{step}；请按 {' → '.join(policy.steps)} 的顺序签。")


def _check_people(
    session: Session,
    subject: SealedSet | str,
    manuscripts: Sequence[str],
    step: str,
    signer: Person,
    policy: Policy,
) -> None:
    if not policy.signer_may_be_author and signer.login in _authors(session, manuscripts):
        raise SignError(f"{signer.name}写过或改过这篇稿件，不能自审，请换一位{step}人。")
    if not policy.distinct_people:
        return
    for name, one in _steps_of(subject, manuscripts, policy.steps):
        other = _signed(session, one, name, policy)
        if other and other.signer_id == signer.id and frozenset({name, step}) not in policy.same_hand:
            raise SignError(f"{signer.name}已签过{name}，同一人不能再签{step}，请换一位。")


def _authors(session: Session, manuscripts: Sequence[str]) -> set[str]:
    """Everyone who saved the story up to the signed state: each of them had a hand in the text."""
    authors: set[str] = set()
    for revision in (one for manuscript in manuscripts for one in _revisions(session, manuscript)):
        query = select(Revision.author).where(
            Revision.story_id == revision.story_id, col(Revision.number) <= revision.number
        )
        authors.update(session.exec(query))
    return authors


def _complete(session: Session, sealed: SealedSet) -> None:
    if not sealed.complete and not missing_steps(session, sealed):
        sealed.complete = True
        session.add(sealed)
        session.flush()


def missing_steps(session: Session, sealed: SealedSet) -> list[str]:
    """The steps not yet signed, in order."""
    policy = POLICIES[sealed.policy]
    pairs = _steps_of(sealed, sealed.manuscripts, policy.steps)
    missing = {step for step, one in pairs if not _signed(session, one, step, policy)}
    return [step for step in policy.steps if step in missing]


def printed_line(session: Session, sealed: SealedSet) -> str:
    """The line under a story that says who answers for it (责编、审核、签发)."""
    names = {step: _names(session, sealed, step) for step in POLICIES[sealed.policy].steps}
    checked = [name for step, found in names.items() if step not in (FIRST, ISSUE) for name in found]
    line = "　".join(
        f"{title}：{'、'.join(dict.fromkeys(found))}"
        for title, found in (("责编", names[FIRST]), ("审核", checked), ("签发", names[ISSUE]))
        if found
    )
    return f"{line}（演练）" if POLICIES[sealed.policy].demo_only else line


def _names(session: Session, sealed: SealedSet, step: str) -> list[str]:
    policy = POLICIES[sealed.policy]
    signatures = [
        _signed(session, one, name, policy) for name, one in _steps_of(sealed, sealed.manuscripts, [step])
    ]
    return [session.get_one(Person, one.signer_id).name for one in signatures if one]
