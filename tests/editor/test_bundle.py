"""The committed bundle of the visual editor is what its sources make, and says so in its first line."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
assert _spec and _spec.loader
dev = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(dev)


def test_the_bundle_is_stamped_with_its_sources() -> None:
    stamp, _, bundle = dev.BUNDLE.read_text(encoding="utf-8").partition("\n")
    assert stamp == dev.web_stamp(bundle), "cms/web/front has changed: run python3 dev.py web"


def test_a_changed_bundle_loses_its_stamp() -> None:
    stamp, _, bundle = dev.BUNDLE.read_text(encoding="utf-8").partition("\n")
    assert dev.web_stamp(f"{bundle} ") != stamp


def test_the_lock_names_no_host() -> None:
    lock = (dev.FRONT / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock and "http" not in json.dumps(json.loads(lock)["packages"][""])


@pytest.mark.skipif(not (dev.FRONT / "node_modules" / "esbuild").is_dir(), reason="NOT TESTED: python3 dev.py web")
def test_the_sources_still_make_the_bundle(tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node
    subprocess.run([node, str(dev.FRONT / "build.mjs"), str(tmp_path / "made.js")], check=True, timeout=60)
    assert (tmp_path / "made.js").read_text(encoding="utf-8") == dev.BUNDLE.read_text(encoding="utf-8").partition("\n")[
        2
    ]
