"""Logs: one JSON object a line, UTC, the delivery's key on every line that is about one (design: habits)."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

_key: ContextVar[str] = ContextVar("delivery", default="")


@contextmanager
def about(key: str) -> Iterator[None]:
    """Every line logged inside is about the delivery ``key``."""
    before = _key.set(key)
    try:
        yield
    finally:
        _key.reset(before)


class Lines(logging.Formatter):
    """One event a line: when, how bad, who says it, what, and about which delivery."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "delivery": _key.get(),
            "message": record.getMessage(),
            "error": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)


def to_stream(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Log ours (``yigao.*``) to ``stream`` from now on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    ours = logging.getLogger("yigao")
    ours.handlers[:] = [handler]
    ours.setLevel(level)
    ours.propagate = False
    # A waking that is left out because the last one still runs is how the clock is meant to be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
