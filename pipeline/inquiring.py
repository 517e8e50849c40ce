"""正在检查: asking an account's platform beside the page that wants to know: a platform may be slow, a page may not.

What is found lies in the database, as the checks before the time leave it; here is only which accounts are being asked.
"""

import logging
import threading
from dataclasses import dataclass, field

from sqlmodel import col, select

from cms import audit
from cms.db import read_scope, session_scope
from cms.matrix import Account
from pipeline import checkup
from pipeline.clock import TimeSource
from pipeline.house import House

log = logging.getLogger("yigao.accounts")
PATIENCE_S = 10.0
"""How long one question to a platform may take; a check asks five at most."""
AT_ONCE_S = 0.8
"""Most platforms answer so soon: then the page shows the answer, not that it is waited for."""


@dataclass
class Inquiring:
    """Which accounts this process is asking about. Asked for again meanwhile, an account is asked once more."""

    _running: dict[int, threading.Thread] = field(default_factory=dict)
    _again: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, house: House, account_id: int, by: str, now: TimeSource) -> None:
        """Ask about an account; returns when it is answered, or after a moment."""
        with self._lock:
            thread = self._running.get(account_id)
            if thread is None:
                name = f"yigao-inquiring-{account_id}"
                thread = threading.Thread(target=self._work, args=(house, account_id, by, now), name=name, daemon=True)
                self._running[account_id] = thread
                thread.start()
            else:
                self._again.add(account_id)
        thread.join(AT_ONCE_S)

    def is_asking(self, account_id: int) -> bool:
        """Whether its answer is still to come."""
        with self._lock:
            return account_id in self._running

    def wait(self) -> None:
        """Until nothing is asked any more."""
        while True:
            with self._lock:
                thread = next(iter(self._running.values()), None)
            if thread is None:
                return
            thread.join()

    def _work(self, house: House, account_id: int, by: str, now: TimeSource) -> None:
        while True:
            try:
                _ask(house, account_id, by, now)
            except Exception as error:
                log.error("asking about account %s: %s", account_id, error, exc_info=error)
            with self._lock:
                if account_id not in self._again:
                    del self._running[account_id]
                    return
                self._again.discard(account_id)


def _ask(house: House, account_id: int, by: str, now: TimeSource) -> None:
    with read_scope(house.engine) as session:
        account = session.exec(select(Account).where(col(Account.id) == account_id)).one()
    if account.transport != "api":
        return
    found = checkup.ask(house, [account], now, timeout_s=PATIENCE_S)[0]
    with session_scope(house.engine) as session:
        detail = {"troubles": list(found.troubles)}
        audit.record(session, by, "account.check", f"account:{account.key}", detail, now())
