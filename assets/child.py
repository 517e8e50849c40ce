"""A warm child process that does the dangerous work: parsers and decoders of what strangers send.

``Child("module:function")`` imports the target once and calls it with bytes, again and again, under a
deadline and a memory limit. It is restarted after any failure and replaced after a number of calls, so
nothing a hostile input leaves behind lives long. It never outlives its owner: idle it sees its input end,
busy its own alarm ends it.

    ChildError             the target raised: ``kind`` is its exception's class name
    ├── ChildTimeoutError  over the deadline, killed
    ├── ChildMemoryError   over the memory limit
    └── ChildCrashError    the process died
"""

import contextlib
import importlib
import json
import math
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

Target = Callable[[bytes], bytes]

START_SECONDS = 60.0
CALLS_PER_PROCESS = 200
_KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONHASHSEED")
_COMMAND = (sys.executable, "-P", "-m", "assets.child")
_OVER_TIME = (-signal.SIGALRM, -signal.SIGXCPU)
_REQUEST = struct.Struct(">Q")
_ANSWER = struct.Struct(">?Q")


class ChildError(Exception):
    """The target failed: ``kind`` names its exception, ``message`` is what it said."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message or kind)
        self.kind = kind
        self.message = message or kind


class ChildTimeoutError(ChildError):
    """The target took longer than its deadline and was killed."""


class ChildMemoryError(ChildError):
    """The target wanted more memory than it may have."""


class ChildCrashError(ChildError):
    """The process died in the middle of a call, or never came up."""


class Child:
    """One child process for ``target`` ("module:function", bytes in, bytes out). Safe to share by threads;
    calls queue. ``memory_mib`` is what the target may take on top of what its imports already hold."""

    def __init__(
        self,
        target: str,
        seconds: float = 5,
        memory_mib: int = 512,
        *,
        calls_per_process: int = CALLS_PER_PROCESS,
    ) -> None:
        self.target = target
        self.seconds = seconds
        self.memory_mib = memory_mib
        self.calls_per_process = calls_per_process
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._finalizer: weakref.finalize[[subprocess.Popen[bytes], int], Child] | None = None
        self._owner = 0
        self._calls = 0

    def call(self, payload: bytes) -> bytes:
        """What the target makes of ``payload``; ChildError when it fails. Starts the process if needed."""
        with self._lock:
            process = self._ready()
            self._calls += 1
            return self._exchange(process, _REQUEST.pack(len(payload)) + payload, self.seconds)

    def close(self) -> None:
        """End the process; the next call starts another."""
        with self._lock:
            self._drop()

    @property
    def pid(self) -> int | None:
        """The process in use, for tests and for the curious."""
        return self._process.pid if self._process else None

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ready(self) -> subprocess.Popen[bytes]:
        """A living process that has imported the target."""
        if self._process and self._owner != os.getpid():
            self._process = None  # we are a fork: the process belongs to the one we were forked from
        if self._process and (self._process.poll() is not None or self._calls >= self.calls_per_process):
            self._drop()
        if self._process is None:
            self._start()
        assert self._process is not None
        return self._process

    def _start(self) -> None:
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "assets.child",
                self.target,
                str(self.seconds),
                str(self.memory_mib),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,
        )
        self._process, self._owner, self._calls = process, os.getpid(), 0
        self._finalizer = weakref.finalize(self, _kill, process, self._owner)
        try:
            self._exchange(process, b"", START_SECONDS)
        except ChildError:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._finalizer:
            self._finalizer()
        self._process = self._finalizer = None

    def _exchange(self, process: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes:
        """Send, and wait for the answer; at the deadline the whole process group is killed."""
        assert process.stdin and process.stdout
        expired = threading.Event()
        alarm = threading.Timer(seconds, _expire, (process, expired))
        alarm.daemon = True
        alarm.start()
        try:
            process.stdin.write(request)
            process.stdin.flush()
            is_good, answer = _read_answer(process.stdout)
        except (OSError, EOFError) as error:  # its end of a pipe is gone, and so is the process
            raise self._death(process, expired.is_set(), seconds) from error
        except BaseException:
            self._drop()  # an interrupt in mid-frame leaves the pipes out of step
            raise
        finally:
            alarm.cancel()
            alarm.join()
        if expired.is_set():
            self._drop()
        if not is_good:
            raise self._failure(answer)
        return answer

    def _failure(self, answer: bytes) -> ChildError:
        """The error the target raised, as ours."""
        told = json.loads(answer)
        if told["kind"] != "MemoryError":
            return ChildError(told["kind"], told["message"])
        self._drop()  # what could not be freed goes with the process
        sentence = f"处理所需内存超过 {self.memory_mib} MiB，已停止：请把内容缩小或拆开后重试"
        return ChildMemoryError("MemoryError", sentence)

    def _death(self, process: subprocess.Popen[bytes], has_expired: bool, seconds: float) -> ChildError:
        """Why the process died."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
        status = process.returncode
        self._drop()
        if has_expired or status in _OVER_TIME:
            sentence = f"处理超过 {seconds:g} 秒，已停止：内容可能过大或结构异常，请缩小或拆开后重试"
            return ChildTimeoutError("TimeoutError", sentence)
        sentence = f"处理程序意外退出（{_death_cause(status)}）：请检查内容后重试，仍不成功请联系管理员"
        return ChildCrashError("ProcessDied", sentence)


def _environment() -> dict[str, str]:
    """The child knows where modules are and nothing else: no credentials to steal."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    # one thread per numeric library: idle pools map gigabytes and eat the CPU limit
    return {**kept, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _death_cause(status: int | None) -> str:
    if status is None:
        return "没有应答"
    return f"信号 {-status}" if status < 0 else f"退出码 {status}"


def _expire(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
    expired.set()
    _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:  # not yet reaped, so the group id cannot be a stranger's
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _kill(process: subprocess.Popen[bytes], owner: int) -> None:
    """End the process and its group, unless we are only a fork of its owner."""
    if os.getpid() != owner:
        return
    _kill_group(process)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


def _read_answer(pipe: IO[bytes]) -> tuple[bool, bytes]:
    is_good, size = _ANSWER.unpack(_read_exactly(pipe, _ANSWER.size))
    return is_good, _read_exactly(pipe, size)


def _read_exactly(pipe: IO[bytes], size: int) -> bytes:
    """``size`` bytes, EOFError when the other side ended first."""
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


# ---- in the child -----------------------------------------------------------------------------------


def _load(target: str) -> Target:
    module, _, name = target.partition(":")
    found: Target = getattr(importlib.import_module(module), name)
    return found


def _limit_memory(memory_mib: int) -> None:
    """Cap the address space at what is mapped now plus the allowance (numpy alone maps a lot)."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return
    mapped = int(statm.read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (mapped + memory_mib * 1024 * 1024, hard))


def _limit_time(seconds: float) -> None:
    """A second after the owner's deadline we end ourselves: it may be dead and unable to kill us."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    cpu_seconds = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)


def _attempt(target: Target, payload: bytes) -> tuple[bool, bytes]:
    """The answer frame's parts: the target's bytes, or its exception's name and words."""
    try:
        return True, target(payload)
    except BaseException as error:
        return False, _told(error)


def _told(error: BaseException) -> bytes:
    """An exception as the answer frame carries it."""
    return json.dumps({"kind": type(error).__name__, "message": str(error)}).encode()


def _send(pipe: IO[bytes], is_good: bool, answer: bytes) -> None:
    pipe.write(_ANSWER.pack(is_good, len(answer)))
    pipe.write(answer)
    pipe.flush()


def _serve(target: Target, seconds: float, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until the owner closes the pipe or dies."""
    while True:
        (size,) = _REQUEST.unpack(_read_exactly(requests, _REQUEST.size))
        payload = _read_exactly(requests, size)
        _limit_time(seconds)
        is_good, answer = _attempt(target, payload)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(answers, is_good, answer)


def _run(name: str, seconds: float, memory_mib: int) -> None:
    """The child's life: import, limit, say ready, serve."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not fall into our frames
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        target = _load(name)
    except Exception as error:
        _send(answers, False, _told(error))
        return
    _limit_memory(memory_mib)
    _send(answers, True, b"")
    with contextlib.suppress(EOFError, BrokenPipeError):
        _serve(target, seconds, sys.stdin.buffer, answers)


if __name__ == "__main__":
    _run(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
