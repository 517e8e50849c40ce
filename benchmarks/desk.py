"""The pages of the newsroom on a house of ten thousand stories, a full calendar, review queue and library.

21 units with five accounts each and 200 counties with one; every seventh story went to all accounts of the units, the
others to one unit's five. The yardstick is an empty page of the same app: the door, the session, the bar and one
template, without a row. Every page of the permission table is asked (``benchmarks.desk_pages``).

The database has no statistics (ANALYZE), for no house of ours on SQLite ever gathers any: with them the planner chooses
other ways through the same tables.
"""

import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, text
from sqlmodel import select

from benchmarks import desk_pages, desk_rows, desk_things
from benchmarks.ratio import Measured, interleave
from cms.db import session_scope
from cms.matrix import Account, Unit, built_in, load_matrix
from cms.migrations import walls
from cms.releases import Delivery, Item, Receipt, Release, ReleaseStory
from cms.stories import Column, Revision, Story, weekly
from cms.stories.rows import StorySieve
from cms.stories.sieve import BITS, bits_of
from cms.web import Desk, create_app
from cms.web.handing import KEY
from cms.web.reviewing.by_link import OPENED
from pipeline.house import build_house
from pipeline.serve import desk_of
from tests.people.house import hire, signed_in

NOW = datetime(2026, 11, 22, 6, 2, tzinfo=UTC)
CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
STORIES, UNITS, COUNTIES, COLUMNS = 10_000, 21, 200, 12
STATES = ((211, "failed"), (307, "held"), (401, "handed_over"))
"""Every so many deliveries one is in this state; the others are published."""
TO_ALL = 7
"""Every so many stories one goes to all units."""
EVERY_HOUR = timedelta(minutes=53)
WORDS = "甘孜州科技局联合高校在稻城建成观测站，公开全部数据供研究者使用。"
AIM_MS = 200
AIM = f"p95 <= {AIM_MS} ms"


class Bench:
    """The house, made once, and a signer of the province in front of it."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        whole = load_matrix(built_in())
        house = build_house(
            self.root / "house", "四川科技", whole, CHANNELS, NOW, demo=False, base_url="https://kj.test"
        )
        self.house = house
        with session_scope(house.engine) as session:
            hire(session, "signer", "签发人", "签发", "sichuan", house.wires.vault)
            hire(session, "editor", "编辑", "编辑", "sichuan", house.wires.vault)
            hire(session, "reviewer", "审核", "审核", "sichuan", house.wires.vault)
            hire(session, "local", "通讯员", "编辑", "chengdu", house.wires.vault)
            hire(session, "keeper", "管理员", "省级管理员", "sichuan", house.wires.vault)
        with session_scope(house.engine) as session:
            _counties(session.connection())
        with session_scope(house.engine) as session:
            accounts = [(one.id, one.unit_id) for one in session.exec(select(Account)) if one.channel != "county"]
            self.deliveries = _fill(session.connection(), accounts)
            units = sorted({unit for _, unit in accounts})
            desk_rows.sealed(session.connection(), NOW, STORIES)
            desk_rows.fill(session.connection(), NOW, [one for one, _ in accounts], units, STORIES + 1)
        desk = desk_of(house, lambda: NOW)
        everywhere = [n for n in range(STORIES) if _goes_to_all(n)]
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


def _counties(connection: Connection) -> None:
    """200 counties with a site each."""
    above = list(connection.execute(select(Unit.id).where(Unit.parent_id.is_not(None))).scalars())  # type: ignore[union-attr]
    units = [
        {"slug": f"county-{n}", "name": f"第{n}县科技局", "short": f"{n}县", "kind": "", "code": "",
         "parent_id": above[n % len(above)]}
        for n in range(COUNTIES)
    ]  # fmt: skip
    connection.execute(insert(Unit), units)
    made = connection.execute(select(Unit.id, Unit.slug).where(Unit.slug.startswith("county-")))  # type: ignore[attr-defined]
    rows = [
        {"key": f"site:{slug}", "channel": "site", "unit_id": number, "name": slug, "transport": "files",
         "theme": "base", "site_url": "https://kj.test", "contact": "", "settings": {}}
        for number, slug in made
    ]  # fmt: skip
    connection.execute(insert(Account), rows)


def _fill(connection: Connection, accounts: list[tuple[int, int]]) -> int:
    """Stories, releases, deliveries, items and receipts, straight into the tables; how many deliveries. The walls are
    down meanwhile: nothing here was signed."""
    for name in list(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()):
        connection.execute(text(f'DROP TRIGGER "{name}"'))
    by_unit: dict[int, list[int]] = {}
    for account, unit in accounts:
        by_unit.setdefault(unit, []).append(account)
    units = [unit for unit, own in by_unit.items() if len(own) == len(CHANNELS)]
    everywhere = [account for unit in units for account in by_unit[unit]]
    connection.execute(insert(Column), [_column(n) for n in range(COLUMNS)])
    connection.execute(insert(Story), [_story(n, units) for n in range(STORIES)])
    connection.execute(insert(Revision), [_revision(n, turn) for n in range(STORIES) for turn in (1, 2)])
    sieves = [{"story_id": n + 1, "bits": bits_of(_text(n)).to_bytes(BITS // 8, "big")} for n in range(STORIES)]
    connection.execute(insert(StorySieve), sieves)
    connection.execute(insert(Release), [_release(n) for n in range(STORIES)])
    connection.execute(
        insert(ReleaseStory),
        [
            {"release_id": n + 1, "position": 1, "story_id": n + 1, "revision_id": 2 * n + 2,
             "manuscript_hash": f"{n:064}"}
            for n in range(STORIES)
        ],
    )  # fmt: skip
    number = 0
    for n in range(STORIES):
        there = everywhere if _goes_to_all(n) else by_unit[units[n % len(units)]]
        rows = [_delivery(number + at + 1, n, account) for at, account in enumerate(there)]
        connection.execute(insert(Delivery), rows)
        connection.execute(insert(Item), [_item(one, n) for one in rows])
        out = [_receipt(one) for one in rows if one["state"] == "published"]
        if out:
            connection.execute(insert(Receipt), out)
        number += len(rows)
    return number


def _goes_to_all(n: int) -> bool:
    """Of each unit's stories every so many go to all: not all of one unit's and none of another's."""
    return n % TO_ALL == n // UNITS % TO_ALL


def _due(n: int) -> datetime:
    """The newest stories go out during the coming day."""
    return NOW + timedelta(hours=20) - EVERY_HOUR * (STORIES - 1 - n)


def _column(n: int) -> dict[str, object]:
    return {
        "slug": f"lan-{n}", "title": f"栏目{n}", "rhythm": weekly(n % 7), "hour": 9, "minute": 0,
        "zone": "Asia/Shanghai", "cast": [], "first_number": 1, "push": False, "opened_at": NOW,
    }  # fmt: skip


def _story(n: int, units: list[int]) -> dict[str, object]:
    return {
        "slug": f"gao-{n}", "headline": f"第 {n} 篇：{WORDS[:16]}", "column_id": n % COLUMNS + 1,
        "unit_id": units[n % len(units)], "state": "draft" if n % 40 == 0 else "released",
    }  # fmt: skip


def _text(n: int) -> str:
    return f"第 {n} 篇\n\n" + WORDS * 60


def _revision(n: int, turn: int) -> dict[str, object]:
    return {
        "story_id": n + 1, "number": turn, "text": _text(n),
        "author": ("editor", "local", "other")[n % 3],
        "saved_at": _due(n) - timedelta(hours=9 - turn), "manuscript_hash": f"{n:064}", "findings": [],
    }  # fmt: skip


def _release(n: int) -> dict[str, object]:
    return {
        "title": f"第 {n} 篇：{WORDS[:16]}", "due_at": _due(n), "state": "sealed", "policy": "lawful", "late": "send",
        "author": "editor", "created_at": _due(n) - timedelta(days=1), "flash": False,
    }  # fmt: skip


def _delivery(number: int, n: int, account: int) -> dict[str, object]:
    is_ahead = _due(n) > NOW
    state = "ready" if is_ahead else next((state for every, state in STATES if number % every == 0), "published")
    return {
        "id": number, "release_id": n + 1, "account_id": account, "stories": [[f"gao-{n}", 2]], "key": f"{number:020}",
        "generation": 1, "state": state, "due_at": _due(n),
        "reason": "平台拒绝（平台代码 45009）。" if state in ("failed", "held") else "",
        "verified": state == "published", "staged": {}, "changed_at": _due(n), "push": False, "urgent": False,
        "rendition_hash": "", "lease_owner": "", "fence": 0, "attempts": 1, "deaths": 0,
        "person": "local" if state == "handed_over" else "",
        "deadline": _due(n) + timedelta(hours=3) if state == "handed_over" else None, "remote_id": "", "looks": 0,
    }  # fmt: skip


def _item(one: dict[str, object], n: int) -> dict[str, object]:
    number, state = one["id"], str(one["state"])
    return {
        "delivery_id": number, "position": 1, "story_id": n + 1, "origin_id": n + 1, "account_id": one["account_id"],
        "manuscript_hash": f"{n:064}", "fills": {}, "remote_id": "", "guid": f"g-{number}",
        "address": f"https://kj.test/{number}" if state == "published" else "",
        "fate": state if state in ("published", "failed") else "planned",
    }  # fmt: skip


def _receipt(one: dict[str, object]) -> dict[str, object]:
    return {
        "delivery_id": one["id"], "state": "published", "remote_id": "", "address": f"https://kj.test/{one['id']}",
        "at": one["due_at"], "fills": {}, "sent_hash": "", "verified": True, "note": "",
    }  # fmt: skip


def pages(bench: Bench) -> Iterator[tuple[str, Callable[[], object], str]]:
    """Every page that is measured, the empty one first."""
    empty = bench.clients[desk_pages.READS]
    yield "an empty page", lambda: seen(empty, "/me/notices"), ""
    for name, login, way in desk_pages.asked(bench.things):
        yield name, lambda client=bench.clients[login], way=way: seen(client, way), AIM  # type: ignore[misc]


def seen(client: FlaskClient, way: str) -> int:
    """The page, as a browser gets it."""
    answer = client.get(way)
    if answer.status_code != 200:
        raise RuntimeError(f"{way}: {answer.status_code}")
    return len(answer.data)


def p95(seconds: Sequence[float]) -> float:
    """The time nineteen of twenty stay under, in milliseconds."""
    return statistics.quantiles(seconds, n=20)[-1] * 1000


def measure(runs: int) -> Measured:
    with closing(Bench()) as bench:
        rows = interleave(list(pages(bench)), max(runs, 20))
        slowest = max(rows[1:], key=lambda one: p95(one.cpu))
        note = (
            f"{STORIES} stories, {bench.deliveries} deliveries, {COUNTIES} counties; "
            "p95 by the clock / of the processor, ms: "
            f"{', '.join(f'{one.name} {p95(one.seconds):.0f} / {p95(one.cpu):.0f}' for one in rows)}; "
            f"worst {slowest.name}"
        )
    return Measured(rows, note)
