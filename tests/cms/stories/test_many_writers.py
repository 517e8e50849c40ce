"""Fifty people at one story: whoever was told it is saved finds their words in the end."""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
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


def _newest(engine: Engine) -> str:
    with read_scope(engine) as session:
        story = story_named(session, "shared")
        last = newest(session, story) if story else None
        return last.text if last else ""


def _write(engine: Engine, writer: int) -> int:
    """Adds one's lines one after another, each upon what stood there when one looked; how often one was refused."""
    refused = 0
    for number in range(SAVES):
        while True:
            found = _newest(engine)
            text = f"{found}{writer}-{number}\n"
            try:
                with session_scope(engine) as session:
                    save(session, "shared", text, "合写", f"w{writer}", NOW, upon=mark_of(found) if found else "")
                break
            except StaleError:
                refused += 1
    return refused


@pytest.mark.slow
def test_no_acknowledged_save_is_lost(house: Engine) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        refused = sum(pool.map(lambda one: _write(house, one), range(WRITERS)))
    wanted = {f"{writer}-{number}" for writer in range(WRITERS) for number in range(SAVES)}
    lines = _newest(house).split()
    assert sorted(lines) == sorted(wanted)
    assert refused  # they did get in each other's way
    with read_scope(house) as session:
        texts = session.exec(select(Revision.text).order_by(col(Revision.number))).all()
    assert len(texts) == len(wanted)
    assert all(after.startswith(before) for before, after in itertools.pairwise(texts))


def test_a_save_upon_nothing_finds_that_somebody_began(house: Engine) -> None:
    with session_scope(house) as session:
        save(session, "shared", "先来的", "题", "wang", NOW, upon="")
    with pytest.raises(StaleError, match="刚在别处保存过"), session_scope(house) as session:
        save(session, "shared", "后来的", "题", "li", NOW, upon="")
    with session_scope(house) as session:  # the same once more is no other version: its answer was lost
        assert save(session, "shared", "先来的", "题", "wang", NOW, upon="").number == 1
