"""The pages of the newsroom on a house of ten thousand stories, a full calendar, review queue and library.

21 units with five accounts each and 200 counties with one; every seventh story went to all accounts of the units, the
others to one unit's five. The yardstick is an empty page of the same app: the door, the session, the bar and one
template, without a row. Every page of the permission table is asked (``benchmarks.desk_pages``).

The database has no statistics (ANALYZE), for no house of ours on SQLite ever gathers any: with them the planner chooses
other ways through the same tables.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from flask.testing import FlaskClient
from sqlmodel import select

from benchmarks import desk_pages, desk_rows, desk_stories, desk_things
from benchmarks.ratio import HEAD, Measured, Row, line, looked
from cms.db import session_scope
from cms.matrix import Account, built_in, load_matrix
from cms.migrations import walls
from cms.web import Desk, create_app
from cms.web.handing import KEY
from cms.web.reviewing.by_link import OPENED
from pipeline.house import build_house
from pipeline.serve import desk_of, unswept
from tests.people.house import hire, signed_in

NOW = datetime(2026, 11, 22, 6, 2, tzinfo=UTC)
LOOKS, AT_A_TIME, AIM_MS = 20, 8, 200


class Bench:
    """The house, made once, and a signer of the province in front of it."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        whole = load_matrix(built_in())
        house = build_house(
            self.root / "house", "四川科技", whole, desk_stories.CHANNELS, NOW, demo=False, base_url="https://kj.test"
        )
        self.house = house
        with session_scope(house.engine) as session:
            hire(session, "signer", "签发人", "签发", "sichuan", house.wires.vault)
            hire(session, "editor", "编辑", "编辑", "sichuan", house.wires.vault)
            hire(session, "reviewer", "审核", "审核", "sichuan", house.wires.vault)
            hire(session, "local", "通讯员", "编辑", "chengdu", house.wires.vault)
            hire(session, "keeper", "管理员", "省级管理员", "sichuan", house.wires.vault)
        with session_scope(house.engine) as session:
            connection = session.connection()
            connection.exec_driver_sql("PRAGMA cache_size=-500000")  # else half of it is written several times
            desk_stories.counties(connection)
            accounts = list(connection.execute(select(Account.id, Account.unit_id)).tuples())
            self.deliveries = desk_stories.fill(connection, accounts, NOW)
            desk_rows.fill(connection, NOW, [one for one, _ in accounts], sorted({unit for _, unit in accounts}))
        house.engine.dispose()  # the next connections are as in every house
        desk = desk_of(house, lambda: NOW)
        everywhere = [n for n in range(desk_stories.STORIES) if desk_stories.goes_to_all(n)]
        known = [f"gao-{one}" for one in everywhere[len(everywhere) // 2 :][:2]]
        self.things = desk_things.furnish(house, desk, NOW, *known, "ganzi")
        self.things |= {"newest": everywhere[-1] + 1, "full": f"{NOW + desk_rows.SLOTS_FROM:%Y-%m-%d}"}
        with session_scope(house.engine) as session:
            walls.build(session.connection())
        self.clients = clients(desk, self.things)

    def close(self) -> None:
        self.house.engine.dispose()
        shutil.rmtree(self.root, ignore_errors=True)


def clients(desk: Desk, things: Mapping[str, object]) -> dict[str, FlaskClient]:
    """A browser for each who asks, by login; "nobody" did not sign in, "leader" came by a signing link and its code,
    "phone" by a task's."""
    app = create_app(desk)
    found = {one: signed_in(app, desk.people, one, NOW) for one in desk_pages.ROLE_OF} | {"nobody": app.test_client()}
    for name, kept in (("leader", (OPENED, [things["signing"], NOW.isoformat()])), ("phone", (KEY, things["phone"]))):
        found[name] = app.test_client()
        with found[name].session_transaction() as cookie:
            cookie[kept[0]] = kept[1]
    return found


def pages(bench: Bench) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every page that is measured."""
    for name, login, way in desk_pages.asked(bench.things):
        yield name, partial(seen, bench.clients[login], way)


def seen(client: FlaskClient, way: str) -> int:
    """The page, as a browser gets it; its bytes."""
    answer = client.get(way)
    if answer.status_code != 200:
        raise RuntimeError(f"{way}: {answer.status_code}")
    return len(answer.data)


def measure(runs: int) -> Measured:
    """Page by page, told as it comes: a few pages and the empty one in turn, then the next few."""
    began = time.monotonic()
    with closing(Bench()) as bench:
        told = f"{desk_stories.STORIES} stories, {bench.deliveries} deliveries, {desk_stories.COUNTIES} counties"
        print(f"{told}; filled in {time.monotonic() - began:.0f} s. Milliseconds:\n{HEAD}", flush=True)
        unswept()
        empty, coming, rows = partial(seen, bench.clients[desk_pages.READS], "/me/notices"), pages(bench), [Row("", ())]
        while some := list(islice(coming, AT_A_TIME)):
            yardstick, *found = looked([("an empty page", empty), *some], max(runs, LOOKS), AIM_MS)
            for one in found:
                print(line(one, yardstick.median, AIM_MS), flush=True)
            rows = [_both(rows[0], yardstick), *rows[1:], *found]
    print(line(rows[0], rows[0].median, AIM_MS))
    over = [one.name for one in rows if one.p95 * 1000 > AIM_MS]
    note = f"{len(rows) - len(over)} of {len(rows)} within p95 <= {AIM_MS} ms" + (
        f"; not: {', '.join(over)}" if over else ""
    )
    print(f"{note}. All of it took {time.monotonic() - began:.0f} s.", flush=True)
    return Measured(tuple(rows), f"{told}. {note}", is_told=True)


def _both(one: Row, other: Row) -> Row:
    return replace(other, seconds=one.seconds + other.seconds, cpu=one.cpu + other.cpu, cold=one.cold or other.cold)
