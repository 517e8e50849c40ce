"""What an order would do, before it is given: drafted by the very code that orders it, in a transaction that is never
kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cms import review
from cms.db import session_scope
from cms.matrix import Account
from cms.recalls.choosing import Ways, ways
from cms.recalls.deciding import Kind
from cms.recalls.drafting import choose_check, draft_correction, draft_retraction, places
from cms.recalls.labelling import labelled
from cms.recalls.settling import leave
from cms.recalls.showing import Line, plan_of, warnings_of
from cms.recalls.steps import RecallError
from cms.releases import Recall, Remedy
from cms.stories import Revision, newest, story_named


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The plan of an order that was not given: a line a copy, what to know before, and where there is a choice."""

    lines: tuple[Line, ...]
    warnings: tuple[str, ...]
    ways: tuple[Ways, ...] = ()


class _Undone(Exception):
    """It was only to see."""


def foresee(
    engine: Engine,
    slug: str,
    kind: Kind,
    by: str,
    now: datetime,
    prefer: Mapping[str, str] | None = None,
    same: Collection[int] = (),
) -> Foreseen:
    """The plan of taking the story back, or of bringing every copy to its newest text. ``same``: the items whose
    readers would see what they see now. RecallError where the order itself would be refused."""
    found: list[Foreseen] = []
    try:
        with session_scope(engine) as session:
            story = story_named(session, slug)
            if story is None:
                raise RecallError(f"没有稿件“{slug}”，请检查代号。")
            if kind == "retraction":
                recall = draft_retraction(session, story, "预览", "预览", by, now, policy=review.CORRECTION)
            else:
                last = newest(session, story)
                if last is None:
                    raise RecallError(f"稿件“{story.headline}”还没有保存过，请先写好再更正。")
                text = labelled(last.text, "预览", now)  # as the order will save it: the notice is a change too
                revised = Revision(
                    **last.model_dump(exclude={"id", "number", "text"}), number=last.number + 1, text=text
                )
                session.add(revised)
                session.flush()
                recall = draft_correction(
                    session, story, revised, "预览", "预览", by, now, policy=review.CORRECTION, prefer=prefer or {}
                )
                if not places(session, recall):
                    raise RecallError(f"稿件“{story.headline}”在各账号上已经是这一版：请先改好稿件，保存，再来更正。")
                choose_check(session, recall)
                leave(session, recall, _left(session, recall, same), now)
            lines = tuple(plan_of(session, recall, now))
            choices = ways(session, recall) if kind == "correction" else []
            found.append(Foreseen(lines, tuple(warnings_of(session, recall, now)), tuple(choices)))
            raise _Undone
    except _Undone:
        return found[0]


def _left(session: Session, recall: Recall, same: Collection[int]) -> list[int]:
    """The remedies of these copies, but for the channels on which a person chose what is done."""
    query = select(Remedy.id).where(Remedy.recall_id == recall.id, Remedy.account_id == Account.id)
    return list(
        session.exec(query.where(col(Remedy.item_id).in_(same), col(Account.channel).not_in(sorted(recall.prefer))))
    )
