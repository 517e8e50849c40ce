"""Killed at every crash point, then started again: nothing lost, nothing twice, nothing unsigned."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import feedparser
import pytest
from sqlmodel import select

from cms import releases
from cms.db import read_scope, session_scope
from cms.releases import Delivery
from pipeline.engine import work_until_settled
from pipeline.house import House, open_house
from pipeline.intake import take_in
from pipeline.ledger import LEASE
from tests.pipeline.conftest import NOW
from tests.pipeline.test_path import plan, press, states

ROOT = Path(__file__).resolve().parents[2]
POINTS = (
    "files.announced",
    "site.page",
    "site.lists",
    "feed.files",
    "files.placed",
    "files.received",
    "handover.packed",
    "step.done",
)
WORK = """
import sys
from datetime import datetime
from pathlib import Path
from pipeline.engine import work_until_settled
from pipeline.house import open_house
now = datetime.fromisoformat(sys.argv[2])
work_until_settled(open_house(Path(sys.argv[1])), "victim", lambda: now)
"""


def ready(house: House, story: Path) -> None:
    release = plan(house, take_in(house, story, "editor", NOW))
    press.render_release(house, release, NOW)
    sealed = press.seal_release(house, release, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)


def kill_at(house: House, point: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(house.root), NOW.isoformat()],
        cwd=ROOT,
        env={**os.environ, "YIGAO_CRASH_AT": f"{point}:2"},
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, point


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.proves("I1", "I13", "F01", "F02")
def test_a_death_loses_and_doubles_nothing(make_house: Callable[..., House], story: Path, point: str) -> None:
    house = make_house()
    ready(house, story)
    kill_at(house, point)
    survivor = open_house(house.root)
    work_until_settled(survivor, "survivor", lambda: NOW + 2 * LEASE)
    assert states(survivor) == {
        "feed": {"published": 2},
        "site": {"published": 2},
        "toutiao": {"handed_over": 2},
        "wechat": {"handed_over": 2},
        "weibo": {"handed_over": 2},
    }
    for unit in ("chengdu", "ganzi"):
        feed = feedparser.parse((survivor.sites / unit / "feed.xml").read_bytes())
        assert [entry.title for entry in feed.entries] == ["红色的图"]
        front = (survivor.sites / unit / "index.html").read_text(encoding="utf-8")
        assert front.count('href="s/hong-tu.html"') == 1
    with read_scope(survivor.engine) as session:
        assert all(one.lease_owner == "" for one in session.exec(select(Delivery)))
    assert not list(survivor.sites.rglob(".new-*"))


@pytest.mark.proves("F14")
def test_a_worker_that_lost_its_lease_cannot_write(house: House, story: Path) -> None:
    ready(house, story)
    with session_scope(house.engine) as session:
        delivery = session.exec(select(Delivery).order_by(Delivery.id)).first()  # type: ignore[arg-type]
        assert delivery is not None
        session.expunge(delivery)
    work_until_settled(house, "other", lambda: NOW)
    with pytest.raises(releases.LostRace), session_scope(house.engine) as session:
        releases.move(session, delivery, "send", actor="late", now=NOW)
