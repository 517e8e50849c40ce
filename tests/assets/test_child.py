"""The limited child: warm, killable, and told apart by what went wrong."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assets.child import Child, ChildCrashError, ChildError, ChildMemoryError, ChildTimeoutError


def child(name: str, seconds: float = 5, memory_mib: int = 256, **more: int) -> Child:
    return Child(f"child_targets:{name}", seconds, memory_mib, **more)


def eventually(is_true: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_true():
            return True
        time.sleep(0.05)
    return False


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_bytes_go_in_and_come_out_whole() -> None:
    payload = os.urandom(3_000_000)
    with child("echo") as echo:
        assert echo.call(payload) == payload
        assert echo.call(b"") == b""


def test_the_process_stays_warm_between_calls() -> None:
    with child("count") as count:
        assert [count.call(b"") for _ in range(3)] == [b"1", b"2", b"3"]


def test_the_process_is_replaced_after_its_calls() -> None:
    with child("count", calls_per_process=2) as count:
        assert [count.call(b"") for _ in range(5)] == [b"1", b"2", b"1", b"2", b"1"]


def test_threads_share_one_child() -> None:
    with child("echo") as echo, ThreadPoolExecutor(8) as pool:
        payloads = [str(number).encode() * 1000 for number in range(40)]
        assert list(pool.map(echo.call, payloads)) == payloads


def test_what_a_library_prints_does_not_break_the_frames() -> None:
    with child("chatter") as chatter:
        assert chatter.call(b"quiet") == b"quiet"


def test_the_child_sees_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIGAO_SECRET", "never")
    with child("environment") as environment:
        assert b"YIGAO_SECRET" not in environment.call(b"")


def test_an_exception_keeps_its_name_and_words_and_the_process() -> None:
    with child("complain") as complain:
        with pytest.raises(ChildError) as caught:
            complain.call(b"")
        assert (caught.value.kind, caught.value.message) == ("InkError", "墨用完了")
        first = complain.pid
        with pytest.raises(ChildError):
            complain.call(b"")
        assert complain.pid == first


def test_leaving_is_an_error_like_any_other() -> None:
    with child("leave") as leave, pytest.raises(ChildError) as caught:
        leave.call(b"")
    assert caught.value.kind == "SystemExit"


def test_deep_recursion_is_an_error_not_a_crash() -> None:
    with child("recurse") as recurse, pytest.raises(ChildError) as caught:
        recurse.call(b"")
    assert caught.value.kind == "RecursionError"


def test_over_the_deadline_is_killed_and_the_next_call_works() -> None:
    with child("sleep", seconds=0.5) as sleep:
        started = time.monotonic()
        with pytest.raises(ChildTimeoutError, match=r"处理超过 0\.5 秒，已停止"):
            sleep.call(b"90")
        assert time.monotonic() - started < 60
        assert sleep.call(b"0") == b"awake"


@pytest.mark.proves("F21")
def test_a_target_stuck_in_c_code_is_killed() -> None:
    with child("spin", seconds=0.5) as spin, pytest.raises(ChildTimeoutError):
        spin.call(b"")


def test_the_deadline_takes_grandchildren_along(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    with child("breed", seconds=1) as breed, pytest.raises(ChildTimeoutError):
        breed.call(str(told).encode())
    assert eventually(lambda: not is_running(int(told.read_text())))


def test_memory_is_limited_on_top_of_what_imports_hold() -> None:
    with child("eat", memory_mib=200) as eat:
        assert eat.call(b"150") == str(150 * 1024 * 1024).encode()
        with pytest.raises(ChildMemoryError, match="处理所需内存超过 200 MiB"):
            eat.call(b"250")
        assert eat.call(b"10") == str(10 * 1024 * 1024).encode()


@pytest.mark.parametrize(("name", "cause"), [("crash", "信号 11"), ("vanish", "退出码 7")])
@pytest.mark.proves("F21")
def test_a_crash_is_told_and_the_next_call_restarts(name: str, cause: str) -> None:
    with child(name) as broken:
        for _ in range(2):
            with pytest.raises(ChildCrashError, match=f"意外退出（{cause}）"):
                broken.call(b"")


def test_a_process_killed_while_idle_is_restarted_unseen() -> None:
    with child("process_id") as idle:
        first = int(idle.call(b""))
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: not is_running(first))
        assert int(idle.call(b"")) != first


def test_closing_ends_the_process_and_a_call_opens_another() -> None:
    idle = child("process_id")
    first = int(idle.call(b""))
    idle.close()
    assert not is_running(first)
    assert int(idle.call(b"")) != first
    idle.close()


def test_a_forgotten_child_is_ended() -> None:
    forgotten = child("process_id")
    pid = int(forgotten.call(b""))
    del forgotten
    assert eventually(lambda: not is_running(pid))


def test_a_fork_of_the_owner_gets_a_process_of_its_own() -> None:
    with child("process_id") as shared:
        first = shared.call(b"")
        fork = os.fork()
        if fork == 0:
            is_own = shared.call(b"") != first
            shared.close()
            os._exit(0 if is_own else 1)
        assert os.waitpid(fork, 0)[1] == 0
        assert shared.call(b"") == first


@pytest.mark.parametrize("target", ["child_targets:nothing", "no_such_module:echo"])
def test_a_target_that_cannot_be_loaded_is_named(target: str) -> None:
    with Child(target) as lost, pytest.raises(ChildError, match=r"nothing|no_such_module"):
        lost.call(b"")


OWNER = """
import sys
from assets.child import Child
child = Child("child_targets:process_id" if sys.argv[1] == "idle" else "child_targets:sleep", 1.0)
if sys.argv[1] == "idle":
    print(int(child.call(b"")), flush=True)
    import time; time.sleep(60)
child.call(b"0")
print(child.pid, flush=True)
child.call(b"60")
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_the_child_dies_with_its_owner(state: str) -> None:
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, state], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    )
    assert owner.stdout
    pid = int(owner.stdout.readline())
    time.sleep(0.2)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert eventually(lambda: not is_running(pid))
