"""Stories that are sound, and the lists they are held against."""

from functools import cache
from pathlib import Path

import pytest

from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.values import Manuscript
from cms import manuscript as desk
from cms.checks.standards import Standards
from tests.checks.planting import DAY, lists

OWN = Path(__file__).with_name("stories")
SAMPLE = Path(__file__).resolve().parents[2] / "pipeline" / "sample"


@cache
def frozen(path: Path) -> Manuscript:
    """A file as a manuscript; pictures that are only an address are left out."""
    draft = desk.read(path.read_text(encoding="utf-8-sig"), path.name)
    made = desk.freeze(draft, Pictures(MemoryStore()), path.parent, remote="drop", keep=True).manuscript
    assert made is not None, path
    return made


@pytest.fixture(scope="session")
def sound() -> list[Manuscript]:
    """Our own stories, full of what must not be taken for a fault, and the sample."""
    return [frozen(one) for one in (*sorted(OWN.glob("*.md")), *sorted(SAMPLE.glob("[ls]*.md")))]


@pytest.fixture(scope="session")
def standards() -> Standards:
    return Standards(lists=lists(), day=DAY)
