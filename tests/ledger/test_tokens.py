"""The token race: many workers, one token; a new one kills the old one, and refreshers die (F09)."""

import os
import random
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from channels.contract import LaterError
from channels.transport import Token
from cms.db import open_engine, session_scope
from cms.matrix import store_matrix
from cms.matrix.wires import REFRESH_LEASE, Tokens, Vault
from tests.pipeline.conftest import NOW, two_units
from tests.services.databases import Databases

WORKERS, USES, DEATHS = 8, 60, 12
VAULT = Vault(b"k" * 32)
ACCOUNT = 1


class Issuer:
    """A platform that knows one good token, forgets it now and then, and remembers who used a dead one."""

    def __init__(self) -> None:
        self.fetched, self.died, self.good = 0, 0, ""
        self.dead_uses: Counter[tuple[int, str]] = Counter()
        self._dice, self._lock = random.Random(5), threading.Lock()

    def fetch(self) -> Token:
        with self._lock:
            self.fetched += 1
            self.good = f"token-{self.fetched}"
            return Token(self.good, NOW + timedelta(hours=2))

    def takes(self, value: str, worker: int) -> bool:
        with self._lock:
            if value != self.good:
                self.dead_uses[worker, value] += 1
                return False
            if self.died < DEATHS and self._dice.randrange(20) == 0:
                self.died, self.good = self.died + 1, ""
            return True


@pytest.fixture
def prepared(databases: Databases) -> Path | URL:
    """One account, no token yet."""

    def fill(engine: Engine) -> None:
        with session_scope(engine) as session:
            store_matrix(session, two_units(), ["wechat"])

    return databases.prepare(fill)


def test_eight_workers_fetch_once_a_renewal(databases: Databases, prepared: Path | URL, tmp_path: Path) -> None:
    first = databases.open_copy(prepared, tmp_path / "race.db")
    issuer = Issuer()

    def work(worker: int) -> int:
        engine = open_engine(first.url)  # connections of its own, as another process has
        tokens, done = Tokens(engine, VAULT, ACCOUNT, lambda: NOW), 0
        while done < USES:
            kept = tokens.read()
            if kept and issuer.takes(kept.value, worker):
                done += 1
                continue
            try:
                tokens.renew(kept.value if kept else "", issuer.fetch)
            except LaterError:
                threading.Event().wait(0.005)
        engine.dispose()
        return done

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(work, range(WORKERS))) == WORKERS * USES
    first.dispose()
    assert issuer.died == DEATHS
    assert issuer.fetched - issuer.died in (0, 1), "one fetch a renewal; the last death may have met nobody"
    assert max(issuer.dead_uses.values()) == 1, "nobody uses a dead token twice"


def _die_fetching(url: URL) -> None:
    tokens = Tokens(open_engine(url), VAULT, ACCOUNT, lambda: NOW)
    tokens.renew("", lambda: os.kill(os.getpid(), signal.SIGKILL))  # type: ignore[arg-type,return-value]


def test_a_dead_refresher_is_replaced_after_its_lease(
    databases: Databases, prepared: Path | URL, tmp_path: Path
) -> None:
    engine = databases.open_copy(prepared, tmp_path / "dead.db")
    victim = get_context("fork").Process(target=_die_fetching, args=(engine.url,))
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    issuer, now = Issuer(), NOW
    tokens = Tokens(engine, VAULT, ACCOUNT, lambda: now)
    with pytest.raises(LaterError, match="另一个进程"):
        tokens.renew("", issuer.fetch)
    assert issuer.fetched == 0
    now = NOW + REFRESH_LEASE
    assert tokens.renew("", issuer.fetch).value == "token-1"
    assert tokens.renew("", issuer.fetch).value == "token-1"
    assert issuer.fetched == 1
    engine.dispose()


def test_a_slow_refresher_does_not_undo_the_one_that_took_over(
    databases: Databases, prepared: Path | URL, tmp_path: Path
) -> None:
    engine = databases.open_copy(prepared, tmp_path / "slow.db")
    issuer = Issuer()
    moments = {"slow": NOW, "quick": NOW + REFRESH_LEASE}

    def at(name: str) -> Tokens:
        return Tokens(engine, VAULT, ACCOUNT, lambda: moments[name])

    def slowly() -> Token:
        old = issuer.fetch()
        at("quick").renew("", issuer.fetch)
        return old

    assert at("slow").renew("", slowly).value == "token-2"
    kept = at("quick").read()
    assert kept is not None and kept.value == "token-2"
    engine.dispose()


def test_a_failed_fetch_leaves_the_turn_to_the_next(databases: Databases, prepared: Path | URL, tmp_path: Path) -> None:
    engine = databases.open_copy(prepared, tmp_path / "failed.db")
    tokens, issuer = Tokens(engine, VAULT, ACCOUNT, lambda: NOW), Issuer()

    def refused() -> Token:
        raise LaterError("令牌接口故障。")

    for _ in range(2):
        with pytest.raises(LaterError, match="令牌接口"):
            tokens.renew("", refused)
    assert tokens.renew("", issuer.fetch).value == "token-1"
    engine.dispose()
