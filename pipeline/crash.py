"""Named crash points: every step of a delivery passes one, and a test can kill the process at the n-th.

``YIGAO_CRASH_AT=point:n`` makes the n-th passage of ``point`` in this process SIGKILL it.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable

POINTS: set[str] = set()
_passed: Counter[str] = Counter()
watch: Callable[[str], None] | None = None
"""Told of every passage; one that raises a ``BaseException`` plays a death in process, for tests."""


def point(name: str) -> None:
    """Pass the crash point ``name``."""
    POINTS.add(name)
    if watch is not None:
        watch(name)
    wanted = os.environ.get("YIGAO_CRASH_AT", "")
    if not wanted:
        return
    target, _, count = wanted.partition(":")
    if target == name:
        _passed[name] += 1
        if _passed[name] >= int(count or 1):
            os.kill(os.getpid(), signal.SIGKILL)
