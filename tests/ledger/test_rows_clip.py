"""Nothing is left of a clip whose worker was killed in the middle of an encode (I13, F22)."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from assets.pictures import Pictures
from assets.store import LocalStore
from channels.making.clip import ffmpeg, make
from channels.making.clip.storyboard import Storyboard
from tests.clip import sample
from tests.clip.conftest import board_of, shortened

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import sys
from pathlib import Path
from tests.ledger.test_rows_clip import shot, opened
from channels.making.clip import make
assets = opened(Path(sys.argv[1]))
make.make(shot(assets), assets, Path(sys.argv[2]))
"""


def opened(root: Path) -> Pictures:
    """The store of the worker."""
    return Pictures(LocalStore(root))


def shot(assets: Pictures) -> Storyboard:
    """A short board."""
    return shortened(board_of(sample.story(assets), assets), 2)


def encoders(worker: psutil.Process) -> list[psutil.Process]:
    """Those of the worker that are at work, not only asked for their version."""
    found = []
    for one in worker.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [one] if ffmpeg.BASE[0] in one.cmdline() and "ffmpeg" in one.name() else []
    return found


def suspended(found: list[psutil.Process]) -> list[psutil.Process]:
    """Those of them that had not ended yet, at work for good: nothing but their own death ends them now."""
    held = []
    for one in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.suspend()
            held.append(one)
    return held


def still_there(found: list[psutil.Process], seconds: float = 5) -> list[psutil.Process]:
    """Those that have not ended; one that waits to be counted by its new parent has."""
    end = time.monotonic() + seconds
    while left := [one for one in found if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]:
        if time.monotonic() > end:
            break
        time.sleep(0.05)
    return left


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="NOT TESTED: no setpriv (util-linux) on this machine")
@pytest.mark.proves("I13", "F22")
def test_a_worker_killed_while_it_encodes_leaves_nothing_behind(tmp_path: Path) -> None:
    work, store = tmp_path / "work", tmp_path / "store"
    work.mkdir()
    command = [sys.executable, "-c", WORKER, str(store), str(work)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as worker:
        found: list[psutil.Process] = []
        while not found and worker.poll() is None:
            found = suspended(encoders(psutil.Process(worker.pid)))
            time.sleep(0.02)
        os.kill(worker.pid, signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL and found
    left = still_there(found)
    for one in left:
        one.kill()
    assert [one.pid for one in left] == []
    assert [one.name.startswith("yigao-clip-") for one in work.iterdir()] == [True]
    assert make.make(shot(opened(store)), opened(store), work).encoded > 0
    assert list(work.iterdir()) == []
    assert list(store.rglob(".new-*")) == []
