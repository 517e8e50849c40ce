"""Reading the signatures: what is still missing, and the line printed under the story."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Pool
from sqlmodel import Session, select

from cms.people import Person
from cms.review.policies import ADOPT, ADOPTED, APPROVE, COMPOSE, FIRST, ISSUE, POLICIES, PROVINCIAL
from cms.review.rows import SealedSet, Submission
from cms.review.subjects import places, signature_of, steps_of


def missing_steps(session: Session, sealed: SealedSet) -> list[str]:
    """The steps not yet signed (on any of the manuscripts), in order."""
    policy = POLICIES[sealed.policy]
    steps = steps_of(session, sealed, policy)
    missing = [step for step, one in places(sealed, steps) if not signature_of(session, one, step, policy)]
    return list(dict.fromkeys(missing))


_lines: WeakKeyDictionary[Pool, dict[int, str]] = WeakKeyDictionary()
"""By database: the lines of complete sets. Neither a set nor a signature ever changes again."""


def printed_lines(session: Session, sealed_ids: Iterable[int]) -> dict[int, str]:
    """The printed line of each of these sets, by its id: a site asks for its whole archive's at every publication."""
    kept = _lines.setdefault(session.get_bind().engine.pool, {})
    return {one: kept.get(one) or printed_line(session, session.get_one(SealedSet, one)) for one in sealed_ids}


def printed_line(session: Session, sealed: SealedSet) -> str:
    """The line under a story that says who answers for it (责编、审核、签发)."""
    line = _line(session, sealed)
    if sealed.complete and session.info.get("reads_only"):  # committed, not what may be undone
        _lines.setdefault(session.connection().engine.pool, {})[sealed.id] = line
    return line


def _line(session: Session, sealed: SealedSet) -> str:
    steps = steps_of(session, sealed, POLICIES[sealed.policy])
    names = {step: _signers(session, sealed, step) for step in steps}
    issuers = [*names.get(ISSUE, []), *names.get(PROVINCIAL, [])]
    known = (FIRST, ISSUE, PROVINCIAL, APPROVE, COMPOSE, ADOPT)
    reviewers = [name for step, found in names.items() if step not in known for name in found]
    said = {"责编": names.get(FIRST, []), "审核": reviewers, "签发": issuers}
    said |= {APPROVE: names.get(APPROVE, []), ADOPT: names.get(ADOPT, [])}
    line = "　".join(f"{title}：{'、'.join(dict.fromkeys(found))}" for title, found in said.items() if found)
    if sealed.policy == ADOPTED.name:  # first those who signed the words
        query = select(SealedSet).where(Submission.source_set_id == SealedSet.id)
        source = session.exec(query.where(Submission.release_id == sealed.release_id)).first()
        line = f"{_line(session, source)}　{line}" if source else line
    return f"{line}（演练）" if POLICIES[sealed.policy].demo_only else line


def _signers(session: Session, sealed: SealedSet, step: str) -> list[str]:
    policy = POLICIES[sealed.policy]
    signatures = [signature_of(session, one, step, policy) for _, one in places(sealed, [step])]
    return [session.get_one(Person, one.signer_id).name for one in signatures if one]
