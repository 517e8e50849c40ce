"""Many inputs through the press in two processes, each judged; what is wrong comes back as words."""

import multiprocessing
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

from tests.hostile import inputs, judge, outputs

LONGEST_SECONDS = 6.0  # the parser's own five, and the rest


@dataclass(frozen=True)
class Judged:
    """One input: what it looked like, the documents made of it, what is wrong with them."""

    place: str
    text: str
    documents: int
    faults: tuple[str, ...]
    seconds: float


@cache
def harmless() -> dict[str, set[str]]:
    """What our own frames do on purpose (their script, their styles), by document: not an input's doing."""
    found: dict[str, set[str]] = {}
    for more in ("", "column: 栏\ncolumn_slug: x\n"):
        for name, html in outputs.documents(inputs.FRONT.format(more=more) + "话。\n"):
            found.setdefault(name, set()).update(judge.dangers(html))
    return found


def judged(one: tuple[str, str]) -> Judged:
    """An input pressed and judged; a crash is a fault."""
    place, text = one
    known = harmless()
    began = time.thread_time()
    faults: list[str] = []
    made = 0
    try:
        for name, html in outputs.documents(text):
            made += 1
            faults += [f"{name}: {said}" for said in judge.dangers(html) - known.get(name, set())]
    except Exception:
        faults.append(traceback.format_exc(limit=-3))
    return Judged(place, text, made, tuple(faults), time.thread_time() - began)


def press(wanted: Iterable[tuple[str, str]]) -> list[Judged]:
    """All of them, in order."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(judged, wanted, chunksize=16))
