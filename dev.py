#!/usr/bin/env python3
"""Everything a developer needs, with the standard library alone.

python3 dev.py demo [...]   set up, publish the sample to 21 prefectures, serve (see `demo --help`)
python3 dev.py test [...]   set up, run the tests (arguments go to pytest)
python3 dev.py lint         ruff, mypy, import-linter
python3 dev.py bench [NAME] [--json FILE]   ratios against a yardstick, as a table
python3 dev.py lock         make requirements/lock.txt anew from pyproject.toml
python3 dev.py web          bundle the visual editor (cms/web/front) into cms/web/static; needs Node 18 and npm
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "lock.txt"
UV = "uv==0.13.9"
FRONT = ROOT / "cms" / "web" / "front"
BUNDLE = ROOT / "cms" / "web" / "static" / "prose.js"
WORKERS = "4"  # on two cores: a good part of the tests waits for a platform, a browser or a lease
ROOMY = 8 << 30
# What the tests use beyond pip: Debian package, the program it brings, what is skipped without it.
SYSTEM = [
    ("chromium-headless-shell", "chromium-headless-shell", "tests in a real browser"),
    ("postgresql-15", "/usr/lib/postgresql/15/bin/initdb", "tests on PostgreSQL"),
    ("nginx-light", "/usr/sbin/nginx", "the map of old addresses, by nginx itself"),
    ("fonts-noto-cjk", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Chinese type in screenshots"),
]


def main() -> int:
    # Many container images set it; then every one of the programs we start compiles thousands of files anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(__doc__)
        return 0 if sys.argv[1:] in ([], ["-h"], ["--help"]) else 2
    return COMMANDS[sys.argv[1]](sys.argv[2:])


def demo(arguments: list[str]) -> int:
    set_up()
    return run("-m", "pipeline.demo", *arguments)


def test(arguments: list[str]) -> int:
    set_up()
    missing = install_system_packages()
    for package, what in missing:
        print(f"NOT TESTED: {what}. Install it with: apt-get install {package}", flush=True)
    if missing and os.environ.get("YIGAO_REQUIRE_SERVICES") == "1":
        print("YIGAO_REQUIRE_SERVICES=1: a missing service is a failure.")
        return 1
    if any(word.startswith(("-n", "-m")) for word in arguments):
        with scratch() as options:
            return run("-m", "pytest", *options, *arguments)
    if not arguments:
        compile_tests()
    results = []
    # By file, so that what a file sets up once is set up once; tests/conftest.py puts the longest files first.
    by_file = ["--dist", "loadfile", "--no-loadscope-reorder"]
    names_a_place = any(Path(word.split("::")[0]).exists() for word in arguments)
    for chosen in (["-m", "not alone", "-n", WORKERS, *by_file], ["-m", "alone", *([] if names_a_place else alone())]):
        with scratch() as options:
            results.append(run("-m", "pytest", *chosen, *options, *arguments))
    none_collected = 5
    found = [one for one in results if one != none_collected]
    return max(found, default=none_collected)


def alone() -> list[str]:
    """The files with tests that run by themselves: a second run need not read all the others again."""
    return [
        str(one) for one in sorted((ROOT / "tests").rglob("test_*.py")) if "pytest.mark.alone" in one.read_text("utf-8")
    ]


def compile_tests() -> None:
    """Every worker reads every test file: on a fresh checkout each would compile all thousand of them anew, at the same
    time. Two processes do half each before; what is wrong with a file is told by the run itself."""
    folders = [str(one) for one in sorted((ROOT / "tests").iterdir()) if one.is_dir() and one.name != "__pycache__"]
    if any((ROOT / "tests" / "__pycache__").glob("conftest*.pyc")):
        return
    reading = [str(PYTHON), "-m", "pytest", "--collect-only", "-q"]
    started = [
        subprocess.Popen([*reading, *folders[half::2]], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for half in range(2)
    ]
    for one in started:
        one.wait()


@contextmanager
def scratch() -> Iterator[list[str]]:
    """Where the tests write: thousands of databases, synced at every step; in memory when there is plenty. The programs
    they start write there too: PostgreSQL, which copies a database for every test, and the browser."""
    memory = Path("/dev/shm")  # noqa: S108
    if not memory.is_dir() or shutil.disk_usage(memory).free < ROOMY:
        yield []
        return
    folder = Path(tempfile.mkdtemp(prefix="yigao-tests-", dir=memory))
    folder.chmod(0o711)  # PostgreSQL does not run as root
    (folder / "t").mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder / "t")
    try:
        yield [f"--basetemp={folder / 'p'}"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        del os.environ["TMPDIR"]
        if before is not None:
            os.environ["TMPDIR"] = before


def lint(_arguments: list[str]) -> int:
    set_up()
    steps = [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("importlinter.cli",)]
    return max(
        [run("-m", *step) if step[0] != "importlinter.cli" else call(VENV / "bin" / "lint-imports") for step in steps]
    )


def bench(arguments: list[str]) -> int:
    set_up()
    return run("-m", "benchmarks", *arguments)


def lock(_arguments: list[str]) -> int:
    set_up()
    return call(
        VENV / "bin" / "uv",
        "pip",
        "compile",
        "pyproject.toml",
        "--universal",
        "--group",
        "dev",
        "--generate-hashes",
        "--no-header",
        "-q",
        "--upgrade",
        "-o",
        "requirements/lock.txt",
    )


def web(_arguments: list[str]) -> int:
    """The bundle is committed: nobody needs Node to install or run. Its first line says what it was made from."""
    if not shutil.which("npm"):
        sys.exit("需要 Node 18 与 npm (Node 18 and npm are needed): apt-get install nodejs npm")
    check("npm", "ci", "--prefix", str(FRONT), "--ignore-scripts", "--no-fund", "--no-audit")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "prose.js"
        check("node", str(FRONT / "build.mjs"), str(made))
        bundle = made.read_text(encoding="utf-8")
    BUNDLE.write_text(f"{web_stamp(bundle)}\n{bundle}", encoding="utf-8")
    print(f"{BUNDLE.relative_to(ROOT)}: {BUNDLE.stat().st_size // 1024} KiB")
    return 0


def web_stamp(bundle: str) -> str:
    """The first line of the bundle: hashes of its sources and of itself."""
    sources = hashlib.sha256()
    for file in sorted(
        [*FRONT.glob("src/*.js"), FRONT / "build.mjs", FRONT / "package.json", FRONT / "package-lock.json"]
    ):
        sources.update(f"{file.name}\0".encode() + file.read_bytes())
    return f"/* sources {sources.hexdigest()} bundle {hashlib.sha256(bundle.encode()).hexdigest()} */"


def set_up() -> None:
    """Make .venv once for this lock file: no ensurepip (Debian splits it off), uv for speed, hashes checked."""
    stamp = VENV / "yigao-stamp"
    wanted = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if sys.version_info < (3, 11):  # noqa: UP036 (whoever runs this may have an older one)
        sys.exit("需要 Python 3.11 或更新版本 (Python 3.11 or newer is needed).")
    print("第一次运行：正在准备环境（约半分钟）… Setting up, about half a minute.", flush=True)
    if not PYTHON.exists():
        check(sys.executable, "-m", "venv", "--without-pip", str(VENV))
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "-q", "--disable-pip-version-check"]
    check(*pip, UV)
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "-q", "--system-certs", "--python", str(PYTHON)]
    locked = ["--require-hashes", "-r", str(LOCK)]
    if subprocess.run([*uv, *locked], cwd=ROOT, check=False).returncode:
        print("uv 没有成功，改用 pip（要几分钟）… uv failed, trying pip, some minutes.", flush=True)
        check(*pip, *locked)
    check(*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    stamp.write_text(wanted)


def install_system_packages() -> list[tuple[str, str]]:
    """Install what is missing when we may (root and apt); what is still missing, with what is skipped."""

    def missing() -> list[tuple[str, str]]:
        return [
            (package, what)
            for package, program, what in SYSTEM
            if not (shutil.which(program) or Path(program).is_file() or is_given(package))
        ]

    def is_given(package: str) -> bool:
        """A server somebody else runs for us."""
        return package.startswith("postgresql") and "YIGAO_TEST_PG" in os.environ

    if missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        for package, _ in missing():
            subprocess.run(
                ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
                env=environment,
                check=False,
                stdout=subprocess.DEVNULL,
            )
    return missing()


def run(*arguments: str) -> int:
    return call(PYTHON, *arguments)


def call(program: Path, *arguments: str) -> int:
    try:
        return subprocess.call([str(program), *arguments], cwd=ROOT)
    except KeyboardInterrupt:
        return 130


def check(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"准备环境失败 (set-up failed): {' '.join(command[:6])} …，请看上面的输出。")


COMMANDS = {"demo": demo, "test": test, "lint": lint, "bench": bench, "lock": lock, "web": web}

if __name__ == "__main__":
    sys.exit(main())
