"""How often one person may ask for what costs much: a browser gone wild, or a script with somebody's session, must not
take the newsroom from the others. What is asked too often is answered at once, with how long to wait."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable

from flask import Flask, Response, g, request

from cms.web.guard import trouble

WINDOW_S = 60.0


class Pace:
    """The last asks of each key within a minute, in this process alone: every server of a house keeps its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: dict[object, deque[float]] = {}
        self._lock = threading.Lock()

    def wait(self, key: object, most: int) -> int:
        """Seconds until ``key`` may ask again, when it asked ``most`` times within a minute; 0, and counted, if not."""
        now = self._clock()
        with self._lock:
            if len(self._asked) > 10_000:
                self._forget(now)
            asked = self._asked.setdefault(key, deque())
            while asked and asked[0] <= now - WINDOW_S:
                asked.popleft()
            if len(asked) >= most:
                return max(1, math.ceil(asked[0] + WINDOW_S - now))
            asked.append(now)
            return 0

    def _forget(self, now: float) -> None:
        for key in [key for key, asked in self._asked.items() if not asked or asked[-1] <= now - WINDOW_S]:
            del self._asked[key]


def keep_pace(app: Flask) -> None:
    """Refuse what one person asks more often than its permit allows (``Permit.often``)."""
    pace = Pace()

    @app.before_request
    def hurry() -> tuple[Response | str, int] | None:
        permit, visitor = getattr(g, "permit", None), getattr(g, "visitor", None)
        if permit is None or not permit.often or visitor is None:
            return None
        if not (seconds := pace.wait((visitor.login, request.endpoint), permit.often)):
            return None
        answer, code = trouble(
            f"一分钟里要了 {permit.often} 次以上，先歇一歇：请等 {seconds} 秒再试。写的文字都还在这一页上。", 429
        )
        shown = app.make_response((answer, code))
        shown.headers["Retry-After"] = str(seconds)
        return shown  # type: ignore[return-value]
