"""Named crash points: every step of a delivery passes one, and a test can kill the process at the n-th.

``YIGAO_CRASH_AT=point:n`` makes the n-th passage of ``point`` in this process SIGKILL it.
"""

import os
import signal
from collections import Counter

POINTS: set[str] = set()
_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Pass the crash point ``name``."""
    POINTS.add(name)
    wanted = os.environ.get("YIGAO_CRASH_AT", "")
    if not wanted:
        return
    target, _, count = wanted.partition(":")
    if target == name:
        _passed[name] += 1
        if _passed[name] >= int(count or 1):
            os.kill(os.getpid(), signal.SIGKILL)
