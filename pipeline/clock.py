"""Where time comes from: one source, given to whoever decides anything."""

from datetime import UTC, datetime
from typing import Protocol


class TimeSource(Protocol):
    """Where every decision gets its ``now`` from (aware, UTC)."""

    def __call__(self) -> datetime: ...


def wall_clock() -> datetime:
    """The real time, UTC."""
    return datetime.now(UTC)
