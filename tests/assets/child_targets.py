"""What the limited child is asked to do in its tests: the good, and every way of going wrong."""

import os
import signal
import subprocess
import sys
import time
from typing import Any

calls = 0


class InkError(ValueError):
    """An error of the target's own."""


def echo(payload: bytes) -> bytes:
    return payload


def process_id(payload: bytes) -> bytes:
    return str(os.getpid()).encode()


def count(payload: bytes) -> bytes:
    global calls
    calls += 1
    return str(calls).encode()


def environment(payload: bytes) -> bytes:
    return "\n".join(sorted(os.environ)).encode()


def chatter(payload: bytes) -> bytes:
    print("a library prints on standard output")
    os.write(1, b"and so does C code\n")
    return payload


def complain(payload: bytes) -> bytes:
    raise InkError("墨用完了")


def leave(payload: bytes) -> bytes:
    sys.exit(3)


def sleep(payload: bytes) -> bytes:
    time.sleep(float(payload))
    return b"awake"


def spin(payload: bytes) -> bytes:
    """Busy in C with the interpreter lock held: no Python code can interrupt it."""
    return str(10**10_000_000).encode() if payload == b"digits" else bytes(sum(range(10**12)))


def breed(payload: bytes) -> bytes:
    """Start a process of our own, tell its id, and hang."""
    grandchild = subprocess.Popen(["sleep", "60"])
    with open(payload.decode(), "w") as file:
        file.write(str(grandchild.pid))
    time.sleep(60)
    return b""


def eat(payload: bytes) -> bytes:
    """Take as many MiB as asked."""
    return str(len(bytearray(int(payload) * 1024 * 1024))).encode()


def crash(payload: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def vanish(payload: bytes) -> bytes:
    os._exit(7)


def recurse(payload: bytes) -> bytes:
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    return repr(nested).encode()


def sleep_long(payload: bytes) -> bytes:
    time.sleep(30)
    return payload


def eat_much(payload: bytes) -> bytes:
    return eat(b"1000")
