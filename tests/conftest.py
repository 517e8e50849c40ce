"""What every test process has once: one playwright, for two in a process refuse each other."""

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.compiled import compile_once, hash_quickly, migrate_once
from tests.services.fixtures import databases as databases  # handed out to every room
from tests.services.fixtures import postgres as postgres

ROOT = Path(__file__).parent
# Debian builds its chromium twice: the one without a desktop draws the same pages for three fifths of the work.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
expect.set_options(timeout=60_000)  # how long a page may take is measured in benchmarks/, not by a busy machine
compile_once()
hash_quickly()
migrate_once()


LONGEST = (
    "pipeline/test_demo.py",
    "rehearsal/test_rehearsal.py",
    "people/test_permits.py",
    "golden/test_golden.py",
    "web/browser/test_visual.py",
    "corpus/test_corpus.py",
    "architecture/test_house.py",
    "hostile/test_hostile.py",
    "journeys/test_columnist.py",
    "web/browser/test_write.py",
    "desk/browser/test_desk_pages.py",
    "site/test_site_looks_browser.py",
    "ledger/test_one_road.py",
    "recalls/test_every_position.py",
    "web/browser/test_sheet_page.py",
    "hostile/test_limits.py",
    "schedule/browser/test_schedule_pages.py",
    "keeping/test_restored.py",
    "review/browser/test_review_pages.py",
    "hostile/test_canary.py",
    "keeping/test_backup.py",
    "review/test_machine.py",
)
"""Files that take longest by the clock: begun first, so that no worker is left alone with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page that came too late on a machine busy with other tests is asked once more; the summary says RERUN."""
    place = {ROOT / file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda one: place.get(one.path, len(place)))
    for one in items:
        if one.get_closest_marker("browser"):
            one.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """Six thousand tests and all they import live to the end: no collection of garbage looks through them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Debian's chromium with further switches; every one that was started is closed at the end."""
    if not CHROMIUM:
        pytest.skip("NOT TESTED: apt-get install chromium-headless-shell")
    with ExitStack() as running:
        play = running.enter_context(sync_playwright())

        def start(*switches: str) -> Browser:
            found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *switches])
            running.callback(found.close)
            return found

        yield start


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Browser:
    """Chromium as it comes."""
    return launch()
