"""换样子: the micro-sites put on a new look beside the page that asked for it: every page of theirs wears the frame.

What is signed stays as it was signed: only the frame around it, the style sheet and the lists are made anew.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from channels.contract import LaterError
from cms.db import read_scope
from pipeline import sites
from pipeline.clock import TimeSource
from pipeline.house import House

log = logging.getLogger("yigao.sites")
PAUSE_S, TRIES = 5.0, 60
"""How long a site that is just publishing is waited for, and how often."""


@dataclass
class Relooking:
    """Which sites this process still has to build anew, and the one thread that does it."""

    _waiting: OrderedDict[str, tuple[House, TimeSource]] = field(default_factory=OrderedDict)
    _busy: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def begin(self, house: House, units: Iterable[str], now: TimeSource) -> None:
        """Build the sites of these units anew; those without a site are left out."""
        with read_scope(house.engine) as session:
            known = set(sites.names(session))
        with self._lock:
            self._waiting |= {one: (house, now) for one in units if one in known}
            if self._waiting and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="yigao-relooking", daemon=True)
                self._thread.start()

    def is_busy(self, unit: str) -> bool:
        """Whether this unit's site still has its old look, or a part of it."""
        with self._lock:
            return unit in self._waiting or unit == self._busy

    def wait(self) -> None:
        """Until no site waits any more."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._busy = ""
                if not self._waiting:
                    self._thread = None
                    return
                self._busy, (house, now) = self._waiting.popitem(last=False)
            try:
                _rebuild(house, self._busy, now)
            except Exception as error:
                log.error("the site of %s keeps its old look: %s", self._busy, error, exc_info=error)


def _rebuild(house: House, unit: str, now: TimeSource) -> None:
    pause = threading.Event()
    for left in reversed(range(TRIES)):
        try:
            sites.rebuild(house, unit, now)
        except LaterError:
            if not left:
                raise
            pause.wait(PAUSE_S)
        else:
            return
