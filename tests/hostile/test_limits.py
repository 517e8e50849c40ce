"""Nobody's text holds up the desk: five seconds and 512 MiB for the parser's child, then a finding.

The short form gives the child one second, so that what would run into the deadline does so sooner."""

import contextlib
import gc
import os
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from cms import manuscript as desk
from cms.manuscript import Parser
from tests.hostile.heavy import heavy

SOAK = os.environ.get("YIGAO_SOAK") == "1"
SECONDS, MIB = 5 if SOAK else 1, 512
OWN_SECONDS = 2  # of the desk's own processor time: nothing outside the child may be slow
WALL_SECONDS = SECONDS + 25  # another child starts after a killed one; a busy machine takes its time


class Watched:
    """A parser, and the most memory its child was ever seen to hold."""

    def __init__(self) -> None:
        self.parser = Parser(seconds=SECONDS, memory_mib=MIB)
        self.most_mib = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self.parser.close()

    def _watch(self) -> None:
        while not self._is_over.wait(0.02):
            with contextlib.suppress(psutil.Error):
                if child := self.parser.child_pid:
                    self.most_mib = max(self.most_mib, psutil.Process(child).memory_info().rss / 2**20)


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    gc.freeze()  # what other tests of this process left behind is not walked through again while one is timed
    with Watched() as one:
        yield one
    gc.unfreeze()


@pytest.mark.slow
@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in heavy()])
def test_a_heavy_text_is_answered_in_time(text: str, watched: Watched) -> None:
    began, used = time.perf_counter(), time.thread_time()
    draft = desk.read(text, "h.md", watched.parser)
    assert time.thread_time() - used < OWN_SECONDS
    assert time.perf_counter() - began < WALL_SECONDS
    assert draft.blocks or draft.findings or draft.front.headline
    assert watched.most_mib < MIB + 100  # what the imports hold comes on top


def test_the_deadline_is_the_parsers_own() -> None:
    """The desk's parser, as it is used everywhere, ends what does not end, and says so."""
    with Watched() as one:
        one.parser = Parser(seconds=0.5)
        draft = desk.read("[a](" * 25_000, "h.md", one.parser)
    assert [found.rule for found in draft.findings if found.level == "block"][:1] == ["manuscript.text.unparsable"]
    assert one.most_mib < MIB


def test_after_all_that_the_parser_still_reads(watched: Watched) -> None:
    draft = desk.read("# 题\n\n话。\n", "h.md", watched.parser)
    assert [block.kind for block in draft.blocks] == ["paragraph"] and not draft.is_held
