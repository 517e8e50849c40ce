"""Who carries out due work: the pump asks the ledger and hands accounts to an engine, in process for now.

The task carries only an account's number. The lease decides who really works on it, so a task that is lost,
doubled or late does no harm.
"""

import logging
import os
import socket
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from cms import recalls
from cms.db import read_scope, session_scope
from cms.matrix import Account
from pipeline import discards, dispatch, ledger
from pipeline.clock import TimeSource, wall_clock
from pipeline.house import House
from pipeline.volley import Volley

log = logging.getLogger("yigao.engine")


class Engine(Protocol):
    """Carries out the due deliveries of an account, now or soon."""

    def submit(self, account_id: int) -> None: ...

    def fire(self) -> None:
        """Send together what lies in place on many accounts and falls due within seconds."""
        ...


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
    ledger.leave_at_once(house.engine, claim.account.id, claim.fence)


class ThreadEngine:
    """Threads in this process: they mostly wait for platforms, so one that hangs leaves the others room (I10). An
    account already on its way is not submitted again. Who has done one account takes the next: one with a flash before
    all that were submitted earlier, whether anybody has submitted it or not."""

    def __init__(self, house: House, now: TimeSource = wall_clock, threads: int = 16) -> None:
        self.house, self.now = house, now
        self.owner = f"{socket.gethostname()}:{os.getpid()}"
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="yigao-worker")
        self._volley = Volley(house, self.owner, now)
        self._gunner = ThreadPoolExecutor(1, thread_name_prefix="yigao-gunner")
        self._fired: Future[None] | None = None
        self._threads, self._working = threads, 0
        self._waiting: dict[int, None] = {}
        self._busy: dict[int, str] = {}  # account → its channel, where it was taken for a flash
        self._aside: set[int] = set()  # nothing came of it: not taken up again before somebody submits it
        self._lock = threading.Lock()

    def submit(self, account_id: int) -> None:
        with self._lock:
            if account_id in self._busy or account_id in self._waiting:
                return
            self._waiting[account_id] = None
            self._aside.discard(account_id)
            if self._working == self._threads:
                return
            self._working += 1
        self._pool.submit(self._work)

    def _work(self) -> None:
        """One account after the other, until none waits."""
        while (account_id := self._take()) is not None:
            is_done = False
            try:
                is_done = carry_out(self.house, account_id, self.owner, self.now)
            except Exception as error:
                # The lease runs out and the row is looked at again; nothing is lost, but somebody should know.
                log.error("account %s: %s", account_id, error, exc_info=error)
            with self._lock:
                self._busy.pop(account_id, None)
                if not is_done:
                    self._aside.add(account_id)

    def _take(self) -> int | None:
        """The account to go on with; None, and one worker less, when nothing is left to do. Of those with a flash one
        of the platform that keeps the fewest workers: one that hangs would soon keep them all."""
        flashes = self._flashes()
        with self._lock:
            kept = Counter(self._busy.values())
            free = [one for one in flashes if one not in self._aside and one not in self._busy]
            chosen = min(free, key=lambda one: kept[flashes[one]], default=None)
            if chosen is None:
                chosen = next((one for one in self._waiting if one not in self._busy), None)
            if chosen is None:
                self._working -= 1
                return None
            self._waiting.pop(chosen, None)
            self._busy[chosen] = flashes.get(chosen, "")
            return chosen

    def _flashes(self) -> dict[int, str]:
        try:
            with read_scope(self.house.engine) as session:
                return ledger.flash_accounts(session, self.now())
        except Exception as error:
            log.error("flashes: %s", error, exc_info=error)  # a busy database: in the order they were submitted, then
            return {}

    def fire(self) -> None:
        if self._fired is None or self._fired.done():
            self._fired = self._gunner.submit(self._fire)

    def _fire(self) -> None:
        try:
            for call in self._volley.fire():
                call.add_done_callback(_tell)
        except Exception as error:
            log.error("volley: %s", error, exc_info=error)

    def close(self) -> None:
        """Let running steps end and take no more."""
        with self._lock:
            self._waiting.clear()
        self._gunner.shutdown(wait=True)
        self._volley.close()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _tell(call: Future[None]) -> None:
    """A call whose answer could not be kept: its row says "sending", and whoever comes next asks about it."""
    error = call.exception()
    if error is not None:
        log.error("volley: %s", error, exc_info=error)


def pump(house: House, engine: Engine, now: datetime) -> int:
    """Hand every account with due work to the engine; how many there were."""
    engine.fire()
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
            with session_scope(house.engine) as session:
                recalls.settle_reissued(session, now())
            return steps + discards.discard(house, now, owner)
