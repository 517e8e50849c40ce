"""The walls between the rooms, the linters, and the few facts of the house that must not drift."""

import ast
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ROOMS = ("cms", "pipeline", "channels", "themes", "assets")
# Each outside package has one home (style.md §2).
SANDBOXES = tuple(f"channels/{name}/sandbox" for name in ("wechat", "weibo", "douyin"))
HOMES = {
    "flask": ("cms/web", "pipeline/serve.py", "channels/making/sandbox", *SANDBOXES),
    "markdown": ("cms/manuscript",),
    "feedgen": ("channels/feed",),
    "moviepy": ("channels/making/clip",),
    "apscheduler": ("pipeline/wake.py",),
    "boto3": ("assets/s3.py",),
    "matplotlib": ("channels/making/formula.py",),
    "mammoth": ("cms/arrivals",),
    "feedparser": ("cms/arrivals",),
    "argon2": ("cms/people/passwords.py",),
    "segno": ("cms/web/mine.py", "pipeline/people_cli.py"),
    "httpx": (
        "assets/fetch.py",
        "channels/making/asking.py",
        "pipeline/wires.py",
        "channels/making/sandbox",
        "pipeline/sandboxes.py",
        "pipeline/rehearsal",  # platforms call back in process, and a page may be down
        *SANDBOXES,  # they call back
    ),
}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False)


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("lint-imports",)],
    ids=lambda command: " ".join(command),
)
def test_the_linters_find_nothing(command: tuple[str, ...]) -> None:
    done = run(str(BIN / command[0]), *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


@cache
def imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return frozenset(names)


@pytest.mark.parametrize("package", HOMES)
def test_each_outside_package_has_one_home(package: str) -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in sources()
        if package in imported(path) and not str(path.relative_to(ROOT)).startswith(HOMES[package])
    ]
    assert strays == []


def test_dev_py_needs_only_the_standard_library() -> None:
    assert imported(ROOT / "dev.py") <= set(sys.stdlib_module_names)


def test_the_lock_names_no_host_and_pins_by_hash() -> None:
    lock = (ROOT / "requirements" / "lock.txt").read_text()
    assert "://" not in lock
    for found in re.finditer(r"^[a-z0-9_.\[\]-]+==\S+.*\\$", lock, re.M):
        assert "--hash" in lock[found.end() : found.end() + 40]


def test_ci_calls_the_command_the_readme_names() -> None:
    assert "python3 dev.py test" in (ROOT / ".ci" / "run").read_text()
    for readme in ("README.md", "README.zh.md"):
        text = (ROOT / readme).read_text()
        assert "python3 dev.py demo" in text
        assert "python3 dev.py test" in text


def test_no_file_names_the_machine_it_was_made_on() -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("NOT TESTED: apt-get install git")
    names = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    bad = []
    for name in names.splitlines():
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 500_000:
            raw = path.read_bytes()
            if str(ROOT.parent / "main").encode() in raw:
                bad.append(name)
    assert bad == []


def test_no_test_waits_for_a_bare_expression() -> None:
    """Playwright evals one again each time it looks, and the pages' own policy refuses that from the second look on:
    the test passes only when there was nothing to wait for."""
    bare = []
    for path in (ROOT / "tests").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        named = {
            target.id: one.value
            for one in tree.body
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "wait_for_function":
                given = call.args[0]
                given = named.get(given.id, given) if isinstance(given, ast.Name) else given
                said = ast.literal_eval(given)
                if not re.match(r"(\([\w, ]*\)|\w+)\s*=>", said):
                    bare.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert bare == []
