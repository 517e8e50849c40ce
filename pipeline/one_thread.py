"""Work beside a page: what waits is done one after the other by one thread, which ends when nothing waits.

What waits here is known to this process alone: whoever needs it done for sure keeps that in rows or files.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Task = TypeVar("Task")
log = logging.getLogger("yigao.beside")


@dataclass
class OneThread(Generic[Task]):
    """Tasks by name, in the order they came. ``work``: does one; what it raises is logged, and the next one begins."""

    name: str
    work: Callable[[Task], None]
    _waiting: OrderedDict[str, Task] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def begin(self, tasks: Mapping[str, Task]) -> None:
        """Have these done; one that waits already waits once."""
        with self._lock:
            self._waiting |= tasks
            if self._waiting and self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Until nothing waits any more."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                name, task = self._waiting.popitem(last=False)
            try:
                self.work(task)
            except Exception as error:
                log.error("%s, %s: %s", self.name, name, error, exc_info=error)
