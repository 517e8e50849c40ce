"""The pages of the newsroom on a house of ten thousand stories, a full calendar, review queue and library.

21 units with five accounts each and 200 counties with one; every seventh story went to all accounts of the units, the
others to one unit's five. The yardstick is an empty page of the same app for the same person: the door, the session,
the bar and one template, without a row.
"""

import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, text
from sqlmodel import select

from benchmarks import desk_rows
from benchmarks.ratio import Measured, Row, interleave
from cms.db import session_scope
from cms.matrix import Account, Unit, built_in, load_matrix
from cms.migrations import walls
from cms.releases import Delivery, Item, Receipt, Release, ReleaseStory
from cms.stories import Column, Revision, Story, weekly
from cms.stories.rows import StorySieve
from cms.stories.sieve import BITS, bits_of
from cms.web import create_app
from pipeline.house import build_house
from pipeline.serve import desk_of
from tests.people.house import hire, signed_in

NOW = datetime(2026, 11, 22, 6, 2, tzinfo=UTC)
CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
STORIES, COUNTIES, COLUMNS = 10_000, 200, 12
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
            hire(session, "keeper", "管理员", "省级管理员", "sichuan", house.wires.vault)
        with session_scope(house.engine) as session:
            _counties(session.connection())
        with session_scope(house.engine) as session:
            accounts = [(one.id, one.unit_id) for one in session.exec(select(Account)) if one.channel != "county"]
            self.deliveries = _fill(session.connection(), accounts)
            units = sorted({unit for _, unit in accounts})
            desk_rows.fill(session.connection(), NOW, [one for one, _ in accounts], units, STORIES + 1)
            walls.build(session.connection())
            session.connection().execute(text("ANALYZE"))
        self.review = desk_rows.a_review(house, NOW)
        desk = desk_of(house, lambda: NOW)
        self.client = signed_in(create_app(desk), desk.people, "signer", NOW)
        self.editor = signed_in(create_app(desk), desk.people, "editor", NOW)
        self.reviewer = signed_in(create_app(desk), desk.people, "reviewer", NOW)
        self.keeper = signed_in(create_app(desk), desk.people, "keeper", NOW)

    def close(self) -> None:
        self.house.engine.dispose()
        shutil.rmtree(self.root, ignore_errors=True)


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
        there = everywhere if n % TO_ALL == 0 else by_unit[units[n % len(units)]]
        rows = [_delivery(number + at + 1, n, account) for at, account in enumerate(there)]
        connection.execute(insert(Delivery), rows)
        connection.execute(insert(Item), [_item(one, n) for one in rows])
        out = [_receipt(one) for one in rows if one["state"] == "published"]
        if out:
            connection.execute(insert(Receipt), out)
        number += len(rows)
    return number


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
        "author": "editor" if n % 3 else "other",
        "saved_at": _due(n) - timedelta(hours=9 - turn), "manuscript_hash": f"{n:064}", "findings": [],
    }  # fmt: skip


def _release(n: int) -> dict[str, object]:
    return {
        "title": f"第 {n} 篇：{WORDS[:16]}", "due_at": _due(n), "state": "sealed", "policy": "lawful", "late": "send",
        "author": "editor", "created_at": _due(n) - timedelta(days=1), "flash": False,
    }  # fmt: skip


def _delivery(number: int, n: int, account: int) -> dict[str, object]:
    is_ahead = _due(n) > NOW
    state = "ready" if is_ahead else "failed" if number % 211 == 0 else "held" if number % 307 == 0 else "published"
    return {
        "id": number, "release_id": n + 1, "account_id": account, "stories": [[f"gao-{n}", 2]], "key": f"{number:020}",
        "generation": 1, "state": state, "due_at": _due(n),
        "reason": "平台拒绝（平台代码 45009）。" if state in ("failed", "held") else "",
        "verified": state == "published", "staged": {}, "changed_at": _due(n), "push": False, "urgent": False,
        "rendition_hash": "", "lease_owner": "", "fence": 0, "attempts": 1, "deaths": 0, "person": "",
        "remote_id": "", "looks": 0,
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
    newest = STORIES - 1 - (STORIES - 1) % TO_ALL + 1
    full = NOW + desk_rows.SLOTS_FROM
    yield "an empty page (/me/notices)", lambda: seen(bench.client, "/me/notices"), ""
    for name, client, way in (
        ("today, as a signer", bench.client, "/"),
        ("today, as an editor", bench.editor, "/"),
        ("releases", bench.client, "/releases"),
        ("releases, what failed", bench.client, "/releases?tone=bad"),
        ("releases, one county", bench.client, "/releases?unit=county-7"),
        ("releases, one unit's weibo, a column", bench.client, "/releases?unit=ganzi&channel=weibo&column=lan-3"),
        ("releases, page 200", bench.client, "/releases?page=200"),
        ("a matrix of 105 accounts", bench.client, f"/releases/{newest}"),
        ("one delivery", bench.client, "/deliveries/1"),
        ("stories", bench.client, "/stories"),
        ("stories, a word in the text", bench.client, "/stories?words=稻城建成"),
        ("stories, a word nowhere", bench.client, "/stories?words=没有这个词"),
        ("stories, by column and state", bench.client, "/stories?column=lan-3&state=released"),
        ("freezes, what the province would stop", bench.client, "/halts?look=yes"),
        ("by hand", bench.client, "/hand-over"),
        ("schedule, a week", bench.client, "/schedule"),
        ("schedule, a full month", bench.client, f"/schedule?view=month&from={full:%Y-%m-%d}"),
        (f"schedule, a list of {desk_rows.CALENDAR}", bench.client, f"/schedule?view=list&from={full:%Y-%m-%d}"),
        ("columns", bench.client, "/schedule/columns"),
        (f"review, {desk_rows.WAITING} waiting", bench.reviewer, "/review"),
        ("one review", bench.reviewer, f"/review/{bench.review}"),
        ("review rules", bench.keeper, "/review/rules"),
        (f"library of {desk_rows.ASSETS}", bench.editor, "/library"),
        ("library, a word", bench.editor, "/library?words=观测站"),
        (f"people, {desk_rows.PEOPLE}", bench.keeper, "/people"),
        ("pushes", bench.client, "/pushes"),
        ("a push, put together", bench.client, "/pushes/new?account=wechat:chengdu"),
        (f"strangers, {desk_rows.STRANGERS}", bench.client, "/strangers"),
        ("write, a story", bench.editor, "/write/shen-gao"),
        ("its history", bench.editor, "/write/shen-gao/history"),
    ):
        yield name, lambda client=client, way=way: seen(client, way), AIM  # type: ignore[misc]


def seen(client: FlaskClient, way: str) -> int:
    """The page, as a browser gets it."""
    answer = client.get(way)
    if answer.status_code != 200:
        raise RuntimeError(f"{way}: {answer.status_code}")
    return len(answer.data)


def p95(row: Row) -> float:
    """The time nineteen of twenty stay under, in milliseconds."""
    return statistics.quantiles(row.seconds, n=20)[-1] * 1000


def measure(runs: int) -> Measured:
    with closing(Bench()) as bench:
        rows = interleave(list(pages(bench)), max(runs, 20))
        slowest = max(rows[1:], key=p95)
        note = (
            f"{STORIES} stories, {bench.deliveries} deliveries, {COUNTIES} counties; "
            f"p95: {', '.join(f'{one.name} {p95(one):.0f} ms' for one in rows)}; worst {slowest.name}"
        )
    return Measured(rows, note)
