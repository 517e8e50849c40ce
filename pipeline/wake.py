"""APScheduler lives only here: it wakes the pump and opens the next issues; it decides nothing.

Memory store, fixed ticks, coalesced: whatever is due is found by query, so a tick that is late or lost
changes nothing but the second at which the next one notices.
"""

import logging
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import select

from assets.fetch import Fetcher, is_online
from assets.store import StoreDownError
from cms import library
from cms.checks import links
from cms.db import session_scope
from cms.library import uploads
from cms.people import notify
from cms.releases import agenda
from cms.stories import Column, IssueError, open_next_issue
from pipeline import due
from pipeline.checkup import check_ahead
from pipeline.clock import TimeSource, wall_clock
from pipeline.discards import discard
from pipeline.engine import Engine, pump
from pipeline.flashes import escalate, tend
from pipeline.house import House
from pipeline.later_checks import look_again
from pipeline.notices import tell
from pipeline.reading import ask_reads
from pipeline.recalls import watch
from pipeline.reconcile import after_restoring, ask_again, nightly
from pipeline.relooking import catch_up
from pipeline.submissions import alarm, draw

log = logging.getLogger("yigao.wake")
TICK_S = 1
ISSUES_S = 60
CARRY_S = 15
ACCOUNTS_S = 60
RECALLS_S = 60
NOTICES_S = 10
LOOKS_S = 60
NIGHTS_S = 60


def start_clock(house: House, engine: Engine, now: TimeSource) -> BackgroundScheduler:
    """Start ticking; call ``shutdown()`` on what is returned."""
    clock = BackgroundScheduler(
        timezone="Asia/Shanghai",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    answers = links.Answers(Fetcher().get, is_online)
    clock.add_job(lambda: pump(house, engine, now()), "interval", seconds=TICK_S, id="pump")
    clock.add_job(lambda: tend(house, now()), "interval", seconds=TICK_S, id="halts")
    clock.add_job(lambda: draw(house, now(), answers.why), "interval", seconds=TICK_S, id="submissions")
    clock.add_job(lambda: alarm(house, now()), "interval", seconds=ISSUES_S, id="slots in danger")
    clock.add_job(lambda: escalate(house, now()), "interval", seconds=ISSUES_S, id="later reviews")
    clock.add_job(lambda: open_issues(house, now), "interval", seconds=ISSUES_S, id="issues")
    clock.add_job(lambda: alarm_issues(house, now), "interval", seconds=ISSUES_S, id="empty issues")
    clock.add_job(lambda: shelve(house, now()), "interval", seconds=ISSUES_S, id="library")
    clock.add_job(lambda: tell(house, now()), "interval", seconds=NOTICES_S, id="notices")
    clock.add_job(lambda: carry(house), "interval", seconds=CARRY_S, id="store")
    clock.add_job(lambda: check_ahead(house, now), "interval", seconds=ACCOUNTS_S, id="accounts")
    clock.add_job(lambda: watch(house, now()), "interval", seconds=RECALLS_S, id="recalls")
    clock.add_job(
        lambda: catch_up(house, now), "interval", seconds=LOOKS_S, next_run_time=wall_clock(), id="looks of the sites"
    )
    clock.add_job(lambda: ask_reads(house, now), "interval", seconds=RECALLS_S, id="readers")
    clock.add_job(lambda: discard(house, now), "interval", seconds=RECALLS_S, id="drafts to discard")
    clock.add_job(lambda: look_again(house, now), "interval", seconds=RECALLS_S, id="later looks")
    clock.add_job(lambda: ask_again(house, now), "interval", seconds=RECALLS_S, id="looks without an answer")
    clock.add_job(lambda: after_restoring(house, now), "interval", seconds=RECALLS_S, id="restored")
    turn = due.DayTurn(house)
    clock.add_job(lambda: turn(now()), "interval", seconds=NIGHTS_S, next_run_time=wall_clock(), id="the day turns")
    clock.add_job(lambda: nightly(house, now), "interval", seconds=NIGHTS_S, id="reconcile")
    clock.start()
    return clock


def open_issues(house: House, now: TimeSource) -> list[int]:
    """Open the next issue of every column whose last one is filled or past; the numbers that are open."""
    opened = []
    with session_scope(house.engine) as session:
        for column in session.exec(select(Column)).all():
            try:
                opened.append(open_next_issue(session, column, now()).number)
            except IssueError as error:  # one column's calendar is no reason to keep the others waiting
                notify(session, f"column:{column.slug}", str(error), now(), unit_id=column.unit_id)
    return opened


def alarm_issues(house: House, now: TimeSource) -> int:
    """Tell of every issue that comes out within two days and has no story; how many."""
    with session_scope(house.engine) as session:
        return agenda.alarm(session, now())


def shelve(house: House, now: datetime) -> int:
    """Note which pictures older texts rest on, and forget files nobody went on sending; how many texts."""
    uploads.sweep(house.library, now)
    return library.look_through(house.engine, house.store)


def carry(house: House) -> int:
    """Carry new objects to the bucket, where there is one; how many. An outage is said and waited for (F20)."""
    try:
        return house.store.flush()
    except StoreDownError as error:
        log.warning("%s", error)
        return 0
