"""Fifty people at one story: whoever was told it is saved finds their words in the end."""

import itertools
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from cms.db import read_scope, session_scope
from cms.stories import Revision, StaleError, mark_of, newest, save, story_named

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WRITERS = 50
SAVES = 1_000 if os.environ.get("YIGAO_SOAK") == "1" else 4
"""Of each writer."""
LONGEST_S = 0.02
"""A longer try was one that waited for its turn."""
BEGUN = "\n".join("0" for _ in range(WRITERS))
"""A line for each writer: how often they were told it is saved."""


def _newest(engine: Engine) -> str:
    with read_scope(engine) as session:
        story = story_named(session, "shared")
        last = newest(session, story) if story else None
        return last.text if last else BEGUN


def _save(engine: Engine, text: str, writer: int, found: str) -> None:
    with session_scope(engine) as session:
        save(session, "shared", text, "合写", f"w{writer}", NOW, upon="" if found == BEGUN else mark_of(found))


@dataclass
class Pace:
    """How long a try takes of late, whoever's it is: by their own tries the quick would think ever less, and the slow
    come never."""

    took: float = 0.0

    def note(self, seconds: float) -> None:
        self.took = 0.9 * self.took + 0.1 * min(seconds, LONGEST_S)


def _write(engine: Engine, writer: int, pace: Pace) -> int:
    """Counts one's own line up save by save, each upon what stood there when one looked; how often one was refused.

    All begin at once. Then each thinks so long that about one of the fifty is at it at any time: without that
    forty-nine of fifty tries are refused, and refusing is nearly all that is tried."""
    refused, thinking = 0, random.Random(writer)
    for number in range(SAVES):
        while True:
            time.sleep(thinking.uniform(0, 2 * WRITERS * pace.took))
            began, found = time.monotonic(), _newest(engine)
            lines = found.split("\n")
            assert lines[writer] == str(number)  # nobody wrote over what one was told is saved
            lines[writer] = str(number + 1)
            try:
                _save(engine, "\n".join(lines), writer, found)
                break
            except StaleError:
                refused += 1
            finally:
                pace.note(time.monotonic() - began)
    return refused


@pytest.mark.slow
@pytest.mark.timeout(7200 if SAVES > 4 else 600)
def test_no_acknowledged_save_is_lost(house: Engine) -> None:
    pace = Pace()
    with ThreadPoolExecutor(WRITERS) as pool:
        refused = sum(pool.map(lambda one: _write(house, one, pace), range(WRITERS)))
    assert _newest(house).split("\n") == [str(SAVES)] * WRITERS
    assert refused  # they did get in each other's way
    with read_scope(house) as session:
        texts = session.exec(select(Revision.text).order_by(col(Revision.number))).all()
    assert len(texts) == WRITERS * SAVES
    assert all(_steps(before, after) == 1 for before, after in itertools.pairwise((BEGUN, *texts)))


def _steps(before: str, after: str) -> int:
    """By how much all counters together went up; each may only go up."""
    pairs = [(int(one), int(other)) for one, other in zip(before.split("\n"), after.split("\n"), strict=True)]
    assert all(one <= other for one, other in pairs)
    return sum(other - one for one, other in pairs)


def test_a_save_upon_nothing_finds_that_somebody_began(house: Engine) -> None:
    with session_scope(house) as session:
        save(session, "shared", "先来的", "题", "wang", NOW, upon="")
    with pytest.raises(StaleError, match="刚在别处保存过"), session_scope(house) as session:
        save(session, "shared", "后来的", "题", "li", NOW, upon="")
    with session_scope(house) as session:  # the same once more is no other version: its answer was lost
        assert save(session, "shared", "先来的", "题", "wang", NOW, upon="").number == 1
