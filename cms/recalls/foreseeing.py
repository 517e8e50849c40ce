"""What an order would do, before it is given: drafted by the very code that orders it, in a transaction that is never
kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from cms import review
from cms.db import session_scope
from cms.recalls.deciding import ACTION_NAMES, Kind
from cms.recalls.drafting import choose_check, draft_correction, draft_retraction, places
from cms.recalls.showing import Line, plan_of, warnings_of
from cms.recalls.steps import RecallError
from cms.stories import newest, story_named

REDONE = frozenset(ACTION_NAMES[one] for one in ("reissue", "remark", "by_hand"))
COMPARED = "下令时会逐份比对新旧两版：读者看到的文字和图片没有变的那几份保持不动，不删也不重发，写在处置表里。"
"""Comparing means drawing every copy twice: done once, with the order, not for a look at the plan."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The plan of an order that was not given: a line a copy, and what to know before."""

    lines: tuple[Line, ...]
    warnings: tuple[str, ...]


class _Undone(Exception):
    """It was only to see."""


def foresee(
    engine: Engine, slug: str, kind: Kind, by: str, now: datetime, prefer: Mapping[str, str] | None = None
) -> Foreseen:
    """The plan of taking the story back, or of bringing every copy to its newest text. RecallError where the order
    itself would be refused."""
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
                recall = draft_correction(
                    session, story, last, "预览", "预览", by, now, policy=review.CORRECTION, prefer=prefer or {}
                )
                if not places(session, recall):
                    raise RecallError(f"稿件“{story.headline}”在各账号上已经是这一版：请先改好稿件，保存，再来更正。")
                choose_check(session, recall)
            lines = tuple(plan_of(session, recall, now))
            more = [COMPARED] if kind == "correction" and any(one.action in REDONE for one in lines) else []
            found.append(Foreseen(lines, (*warnings_of(session, recall), *more)))
            raise _Undone
    except _Undone:
        return found[0]
