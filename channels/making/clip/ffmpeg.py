"""Runs the bundled ffmpeg as a limited child: no shell, no network, time and memory limits, group kill."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from channels.contract import LaterError

SECONDS = 120.0
MEMORY = 2 << 30
BASE = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y")
LOCAL = ("-protocol_whitelist", "file,pipe")
EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
_SENTENCE = "短视频没有做成：编码程序{cause}。其他渠道不受影响，系统会稍后重试；反复出现请联系管理员。"


@cache
def program() -> str:
    """Where the bundled ffmpeg is."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@cache
def fingerprint() -> str:
    """Which ffmpeg this is: other programs make other bytes."""
    path = Path(program())
    return f"{version('imageio-ffmpeg')}:{path.name}:{path.stat().st_size}"


def run(
    arguments: Sequence[str], work: Path, fed: Iterable[bytes | memoryview] = (), seconds: float | None = None
) -> None:
    """Runs ffmpeg in ``work``, feeding ``fed`` through a pipe; LaterError with the cause when it fails.

    The whole process group dies at the time limit, and whenever this function is left early."""
    with tempfile.TemporaryFile(dir=work) as log:
        child = _start(arguments, work, log)
        late = threading.Event()
        watch = threading.Timer(SECONDS if seconds is None else seconds, _stop, (child, late))
        watch.daemon = True
        watch.start()
        try:
            _feed(child, fed)
            code = child.wait()
        finally:
            watch.cancel()
            _kill(child)
        if late.is_set():
            raise LaterError(_SENTENCE.format(cause="超过了时间上限"), f"killed after {seconds or SECONDS} s")
        if code != 0:
            log.seek(0)
            raise LaterError(_SENTENCE.format(cause="报错退出"), log.read().decode(errors="replace")[-2000:])


@cache
def _mortal() -> tuple[str, ...]:
    """What lets the encoder die with its worker, however that dies (I13); without it one that hangs would stay."""
    found = shutil.which("setpriv")
    return (found, "--pdeathsig", "KILL", "--") if found else ()


def _start(arguments: Sequence[str], work: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [*_mortal(), program(), *BASE, *arguments],
        cwd=work,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=log,
        start_new_session=True,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
    )
    if hasattr(resource, "prlimit"):
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(child.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
    return child


def _feed(child: subprocess.Popen[bytes], fed: Iterable[bytes | memoryview]) -> None:
    assert child.stdin is not None
    try:
        for part in fed:
            child.stdin.write(part)
    except BrokenPipeError:
        pass  # the child ended early: its exit code and log tell why
    finally:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(child)


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
