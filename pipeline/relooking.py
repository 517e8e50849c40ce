"""换样子: the micro-sites put on a new look beside the page that asked for it: every page of theirs wears the frame.

What is signed stays as it was signed: only the frame around it, the style sheet and the lists are made anew. The thread
beside the page is only the quick way: which sites still wear another look is asked of rows and files (``late``), so
that a server that stopped in between goes on where it was.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from channels.contract import LaterError
from cms.db import read_scope
from cms.matrix import Account, profiles_of
from pipeline import advised, sites
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.one_thread import OneThread
from pipeline.worn import look_of, worn

log = logging.getLogger("yigao.sites")
PAUSE_S, TRIES = 5.0, 60
"""How long a site that is just publishing is waited for, and how often."""


@dataclass(frozen=True, slots=True)
class _Dressing:
    """One site to build anew."""

    house: House
    unit: str
    now: TimeSource


@dataclass
class Relooking:
    """The sites this process still has to build anew."""

    _thread: OneThread[_Dressing] = field(default_factory=lambda: OneThread("yigao-relooking", _dress))

    def begin(self, house: House, units: Iterable[str], now: TimeSource) -> None:
        """Build the sites of these units anew; those without a site are left out."""
        with read_scope(house.engine) as session:
            known = set(sites.names(session))
        self._thread.begin({one: _Dressing(house, one, now) for one in units if one in known})

    def wait(self) -> None:
        """Until no site waits any more."""
        self._thread.wait()


def late(house: House) -> frozenset[str]:
    """The units whose site, or a part of it, still wears another look than it is to wear."""
    with read_scope(house.engine) as session:
        wanted = _wanted(session)
    return frozenset(
        unit for unit, look in wanted.items() if (house.sites / unit).is_dir() and worn(house, unit) != look
    )


def catch_up(house: House, now: TimeSource) -> list[str]:
    """Dress what is late: what a stop cut off, or nobody asked for. One that is publishing waits for the next time; the
    units that were dressed."""
    done = []
    for unit in sorted(late(house)):
        try:
            sites.rebuild(house, unit, now)
        except LaterError as error:
            log.info("the site of %s is dressed later: %s", unit, error)
        except Exception as error:  # one site's trouble is no reason to leave the others as they are
            log.error("the site of %s keeps its old look: %s", unit, error, exc_info=error)
        else:
            done.append(unit)
    return done


def _wanted(session: Session) -> dict[str, str]:
    """The look each site is to wear, by unit."""
    ours = (col(Account.channel).in_(advised.OURS), Account.transport == "files")
    found = defaultdict(list)
    for profile in profiles_of(session, list(session.exec(select(Account.id).where(*ours)))).values():
        found[profile.unit].append(profile)
    return {unit: look_of(profiles) for unit, profiles in found.items()}


def _dress(one: _Dressing) -> None:
    pause = threading.Event()
    for left in reversed(range(TRIES)):
        try:
            sites.rebuild(one.house, one.unit, one.now)
        except LaterError:
            if not left:
                raise
            pause.wait(PAUSE_S)
        else:
            return
