"""All sandbox platforms on a real port, for tests that speak to them over the wire."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from channels.making.sandbox import Book
from pipeline.clock import wall_clock
from pipeline.sandbox_console import with_console
from pipeline.sandboxes import Sandboxes, SandboxServer


@contextmanager
def sandbox_server(now: Callable[[], datetime]) -> Iterator[SandboxServer]:
    """A server with its console, whose platforms live by ``now`` and never keep anybody waiting."""
    sandboxes = Sandboxes(Book(), now, sleep=lambda seconds: None)
    with_console(sandboxes)
    with SandboxServer(sandboxes) as started:
        yield started


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    """One that lives by the real clock."""
    with sandbox_server(wall_clock) as started:
        yield started
