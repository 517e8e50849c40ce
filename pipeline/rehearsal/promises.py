"""核对 at the end of a rehearsed day: here, or in a process of its own while the next day is already being played.

Either way it reads one moment: beside the play it holds a transaction on the database and on the platforms' book, and
the pages of that midnight under names of its own (a page is never written over, only replaced).
"""

import multiprocessing
import os
import shutil
import signal
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from sqlmodel import Session, func, select

from channels.making.sandbox import Book, Send
from cms import audit
from cms.db import read_scope
from cms.releases import Delivery
from pipeline import checker
from pipeline.files import link_or_copy
from pipeline.house import House, open_house
from pipeline.rehearsal.stage import Clock, Stage
from pipeline.sandboxes import Sandboxes
from pipeline.sites import walked

WORTH = 20
"""From so many days of a unit on a process of its own pays: it takes a second of a processor to start."""
PAGES = "midnight"


@dataclass(frozen=True)
class Midnight:
    """What is looked at: ``root`` is the house, ``book`` the platforms', ``sites`` the pages as they were ``at``."""

    root: Path
    book: Path
    sites: Path
    at: datetime
    died: tuple[Send, ...]
    is_last: bool


Found = tuple[datetime, checker.Looked]
"""When it was looked, and what was found."""


class Looks(Protocol):
    """Who looks, day after day."""

    def look(self, stage: Stage, died: Sequence[Send], *, is_last: bool) -> list[Found]:
        """Begin to look at the stage as it is now; what is known by now, of this look or of earlier ones. ``died``:
        where workers died so far."""
        ...

    def rest(self) -> list[Found]:
        """What was not told yet."""
        ...


@contextmanager
def looks(unit_days: int) -> Iterator[Looks]:
    """For a rehearsal that goes on for so many days of a unit after its first look."""
    if unit_days < WORTH or (os.cpu_count() or 1) < 2:
        yield Here()
        return
    beside = Beside()
    try:
        yield beside
    finally:
        beside.close()


class Here:
    """In this process, before the next day begins."""

    def __init__(self) -> None:
        self._chain = _Chain()

    def look(self, stage: Stage, died: Sequence[Send], *, is_last: bool) -> list[Found]:
        with read_scope(stage.house.engine) as session:
            seen = Midnight(stage.house.root, stage.book, stage.house.sites, stage.now, tuple(died), is_last)
            return [(stage.now, _look(session, stage.house, stage.sandboxes, seen, self._chain))]

    def rest(self) -> list[Found]:
        return []


class Beside:
    """In a process of its own, one day after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._end, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), name="yigao-rehearsal-check", daemon=True)
        self._process.start()
        theirs.close()
        self._looking: Midnight | None = None

    def look(self, stage: Stage, died: Sequence[Send], *, is_last: bool) -> list[Found]:
        found, root = self.rest(), stage.house.root
        self._looking = Midnight(root, stage.book, root.parent / PAGES, stage.now, tuple(died), is_last)
        for path in walked(stage.house.sites):
            link_or_copy(stage.house.sites / path, self._looking.sites / path)
        self._end.send(self._looking)
        self._hear()  # it has begun: from now on it sees this moment, whatever is played
        return [*found, *(self.rest() if is_last else [])]

    def rest(self) -> list[Found]:
        if self._looking is None:
            return []
        at, found = self._looking.at, self._hear()
        shutil.rmtree(self._looking.sites, ignore_errors=True)
        self._looking = None
        return [(at, found)]

    def _hear(self) -> checker.Looked:
        try:
            said = self._end.recv()
        except EOFError as error:
            raise RuntimeError("the process that checks the promises has died") from error
        if isinstance(said, str):
            raise RuntimeError(f"the process that checks the promises failed:\n{said}")
        return said  # type: ignore[no-any-return]

    def close(self) -> None:
        self._end.close()
        self._process.join()


def _work(end: Connection) -> None:
    """The other process, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever plays ends it
    house: House | None = None
    sandboxes: Sandboxes | None = None
    chain = _Chain()
    try:
        while True:
            asked: Midnight = end.recv()
            if house is None or house.root != asked.root:
                house = open_house(asked.root)
            if sandboxes is None:
                sandboxes = Sandboxes(Book(asked.book), Clock(asked.at))
            with read_scope(house.engine) as session, sandboxes.book.one_moment():
                session.exec(select(func.max(Delivery.id))).one()  # what is read first sets the moment
                end.send(checker.Looked([], []))
                end.send(_look(session, house, sandboxes, asked, chain))
    except (EOFError, BrokenPipeError):
        return
    except Exception:
        end.send(traceback.format_exc())
        raise


class _Chain:
    """The audit entries, walked from where the last look came to; where they do not go on from there (a backup was
    restored), and at the last look, all of them."""

    def __init__(self) -> None:
        self._walked = audit.Walked()

    def walk(self, session: Session, *, is_last: bool) -> audit.Break | None:
        found = audit.walk(session, audit.Walked() if is_last else self._walked)
        if isinstance(found, audit.Break):
            found = audit.walk(session, audit.Walked())
        if isinstance(found, audit.Break):
            return found
        self._walked = found
        return None


def _look(session: Session, house: House, sandboxes: Sandboxes, asked: Midnight, chain: _Chain) -> checker.Looked:
    """What the checker sees."""
    copies = [checker.Copy.of(one) for one in sandboxes.copies()]
    return checker.look(
        session,
        copies,
        sandboxes.sends(),
        house.rendition,
        asked.at,
        sandboxes.mends(),
        checker.OurSites(asked.sites, house.manuscript),
        lambda rows: chain.walk(rows, is_last=asked.is_last),
        [*sandboxes.struck(), *asked.died],
    )
