"""Who carries out due work: the pump asks the ledger and hands accounts to an engine, in process for now.

The task carries only an account's number. The lease decides who really works on it, so a task that is lost,
doubled or late does no harm.
"""

import logging
import os
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from cms.db import read_scope, session_scope
from cms.matrix import Account
from pipeline import dispatch, ledger
from pipeline.clock import TimeSource, wall_clock
from pipeline.house import House

log = logging.getLogger("yigao.engine")


class Engine(Protocol):
    """Carries out the due deliveries of an account, now or soon."""

    def submit(self, account_id: int) -> None: ...


def carry_out(house: House, account_id: int, owner: str, now: TimeSource) -> bool:
    """Claim an account's due deliveries and take their step; False when there was nothing to claim."""
    with session_scope(house.engine) as session:
        claim = ledger.claim(session, session.get_one(Account, account_id), owner, now(), house.lease)
    if claim is None:
        return False
    try:
        dispatch.step(house, claim, now)
    except Exception:
        _leave(house, claim)
        raise
    _leave(house, claim)
    return True


def _leave(house: House, claim: ledger.Claim) -> None:
    with session_scope(house.engine) as session:
        ledger.leave(session, claim.account.id, claim.fence)


class ThreadEngine:
    """A few threads in this process. An account already on its way is not submitted again."""

    def __init__(self, house: House, now: TimeSource = wall_clock, threads: int = 2) -> None:
        self.house, self.now = house, now
        self.owner = f"{socket.gethostname()}:{os.getpid()}"
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="yigao-worker")
        self._busy: set[int] = set()
        self._lock = threading.Lock()

    def submit(self, account_id: int) -> None:
        with self._lock:
            if account_id in self._busy:
                return
            self._busy.add(account_id)
        work = self._pool.submit(carry_out, self.house, account_id, self.owner, self.now)
        work.add_done_callback(lambda done: self._finish(account_id, done))

    def _finish(self, account_id: int, done: Future[bool]) -> None:
        with self._lock:
            self._busy.discard(account_id)
        error = done.exception()
        if error is not None:
            # The lease runs out and the row is looked at again; nothing is lost, but somebody should know.
            log.error("account %s: %s", account_id, error, exc_info=error)

    def close(self) -> None:
        """Let running steps end and take no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def pump(house: House, engine: Engine, now: datetime) -> int:
    """Hand every account with due work to the engine; how many there were."""
    with read_scope(house.engine) as session:
        accounts = [one.id for one in ledger.due_accounts(session, now)]
    for account_id in accounts:
        engine.submit(account_id)
    return len(accounts)


def work_until_settled(house: House, owner: str, now: TimeSource = wall_clock) -> int:
    """Carry out due work here, one account after the other, until none is left; how many steps it took.

    Work put off to a later time, or held, is not waited for."""
    steps = 0
    while True:
        moment = now()
        with read_scope(house.engine) as session:
            accounts = [one.id for one in ledger.due_accounts(session, moment)]
        done = sum(carry_out(house, account_id, owner, now) for account_id in accounts)
        steps += done
        if not done:
            return steps
