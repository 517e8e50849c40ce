"""Servers of other people, run for the tests on a free loopback port; none outlives the test process."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


def unavailable(words: str) -> None:
    """Skip aloud; fail where every service must be there (CI)."""
    if os.environ.get("YIGAO_REQUIRE_SERVICES") == "1":
        pytest.fail(words)
    pytest.skip(words)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tethered(user: str = "") -> list[str]:
    """What to put before a command so that it ends with us; as ``user`` when we are root."""
    setpriv = shutil.which("setpriv")
    is_root = bool(user) and os.geteuid() == 0
    who = ["--reuid", user, "--regid", user, "--clear-groups"] if is_root else []
    if setpriv:
        return [setpriv, *who, "--pdeathsig", "INT"]
    return ["runuser", "-u", user, "--"] if is_root else []


@contextmanager
def server(
    command: Sequence[str], port: int, folder: Path, stop: int, env: Mapping[str, str] = os.environ
) -> Iterator[subprocess.Popen[bytes]]:
    """``command`` running and taking connections on ``port``; its words go to ``folder``/log; ended by ``stop``."""
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(list(command), stderr=log, stdout=log, cwd=folder, env=dict(env))
    try:
        end = time.monotonic() + 60
        while not _listens(port):
            assert process.poll() is None and time.monotonic() < end, (folder / "log").read_text(errors="replace")
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(stop)
        process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
