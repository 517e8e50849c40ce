"""Eight workers in two processes, 200 deliveries: each is sent by exactly one, and the audit chain never forks."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from cms import audit
from cms.audit import AuditEntry
from cms.db import read_scope
from tests.services import claims
from tests.services.databases import Address, Databases
from tests.services.postgres import text

ROOT = Path(__file__).resolve().parents[2]
SOAK = os.environ.get("YIGAO_SOAK") == "1"
WORKERS = [f"worker-{number}" for number in range(8)]


@pytest.fixture(scope="session")
def ready(databases: Databases) -> Address:
    if databases.kind == "sqlite" and not SOAK:
        pytest.skip("a file is raced for in the long form (YIGAO_SOAK=1), and by threads in tests/cms")
    return databases.prepare(claims.fill)


def each_exactly_once(engine: Engine, done: list[int]) -> None:
    assert len(done) == len(set(done)) == claims.COUNT
    with read_scope(engine) as session:
        assert len(claims.sent(session)) == claims.COUNT
        entries = session.exec(select(AuditEntry)).all()
        sent = Counter(one.subject for one in entries if one.action == "delivery.send")
        assert (len(sent), set(sent.values())) == (claims.COUNT, {1})
        assert audit.verify(session) is None


@pytest.mark.slow
def test_two_processes_of_four_threads(databases: Databases, ready: Address, tmp_path: Path) -> None:
    engine = databases.open_copy(ready, tmp_path / "yigao.db")
    where = text(engine.url) if databases.kind == "postgresql" else str(tmp_path / "yigao.db")
    command = [sys.executable, "-m", "tests.services.claims", where]
    started = [
        subprocess.Popen([*command, *WORKERS[at : at + 4]], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for at in range(0, len(WORKERS), 4)
    ]
    said = [one.communicate(timeout=120)[0] for one in started]
    assert [one.returncode for one in started] == [0, 0]
    each_exactly_once(engine, [int(word) for line in said for word in line.split()])
    engine.dispose()
