"""The sample story's renditions for one account of each channel, to the byte: a reviewer sees what a reader sees.

After a wanted change: ``YIGAO_GOLDEN=write python3 dev.py test tests/golden`` and look at the difference.
"""

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("kept")
UNIT = "ganzi"
FILES = (
    "s/lhaaso-haizishan.html",
    "feed.xml",
    "wechat.html",
    "wechat.json",
    "weibo.json",
    "toutiao.html",
    "toutiao.json",
)


def yigao(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False)


def render(out: Path, *arguments: str) -> dict[str, str]:
    """The hashes of the sample's renditions, made in a process of their own."""
    with resources.as_file(resources.files("pipeline") / "sample") as folder:
        done = yigao("render", str(folder / "lhaaso.md"), "--out", str(out), "--json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["renditions"]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("golden")
    render(out, "--unit", UNIT)
    return out / UNIT


@pytest.mark.parametrize("name", FILES)
def test_the_rendition_is_the_one_that_was_looked_at(made: Path, name: str) -> None:
    kept = KEPT / name
    if os.environ.get("YIGAO_GOLDEN") == "write":
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes((made / name).read_bytes())
    assert (made / name).read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")


def test_two_processes_make_the_same_hashes_for_the_whole_province(tmp_path: Path) -> None:
    one, other = render(tmp_path / "one"), render(tmp_path / "other")
    assert len(one) == 105
    assert one == other
    assert files(tmp_path / "one") == files(tmp_path / "other")


def test_two_processes_make_the_same_clip(tmp_path: Path) -> None:
    arguments = ("--unit", UNIT, "--channel", "shipinhao")
    assert render(tmp_path / "one", *arguments) == render(tmp_path / "other", *arguments)
    assert files(tmp_path / "one") == files(tmp_path / "other")


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
