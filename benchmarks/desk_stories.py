"""Ten thousand stories, each with its release, its deliveries and what came of them, straight into the tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, text
from sqlmodel import col, select

from benchmarks.bulk import put
from cms.matrix import Account, Unit
from cms.releases import Delivery, Item, Receipt, Release, ReleaseStory
from cms.review import SealedSet
from cms.stories import Column, Revision, Story, weekly
from cms.stories.rows import StorySieve
from cms.stories.sieve import BITS, bits_of

CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
STORIES, UNITS, COUNTIES, COLUMNS = 10_000, 21, 200, 12
STATES = ((211, "failed"), (307, "held"), (401, "handed_over"))
"""Every so many deliveries one is in this state; the others are published."""
TO_ALL = 7
"""Every so many stories one goes to all units."""
EVERY_HOUR = timedelta(minutes=53)
AT_ONCE = 50_000
"""Deliveries made in one go."""
WORDS = "甘孜州科技局联合高校在稻城建成观测站，公开全部数据供研究者使用。"
_REST = WORDS * 60


def counties(connection: Connection) -> None:
    """200 counties with a site each."""
    above = list(connection.execute(select(Unit.id).where(col(Unit.parent_id).is_not(None))).scalars())
    units = (
        {"slug": f"county-{n}", "name": f"第{n}县科技局", "short": f"{n}县", "parent_id": above[n % len(above)]}
        for n in range(COUNTIES)
    )
    put(connection, Unit, units, kind="", code="")
    made = connection.execute(select(Unit.id, Unit.slug).where(col(Unit.slug).startswith("county-"))).all()
    rows = ({"key": f"site:{slug}", "unit_id": number, "name": slug} for number, slug in made)
    same = {"channel": "site", "transport": "files", "theme": "base", "site_url": "https://kj.test", "contact": ""}
    put(connection, Account, rows, **same, settings={})


def fill(connection: Connection, accounts: Sequence[tuple[int, int]], now: datetime) -> int:
    """All of it for these accounts, each with its unit; how many deliveries. The walls are down from here on: nothing
    here was signed."""
    for name in list(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()):
        connection.execute(text(f'DROP TRIGGER "{name}"'))
    by_unit: dict[int, list[int]] = {}
    for account, unit in accounts:
        by_unit.setdefault(unit, []).append(account)
    units = [unit for unit, own in by_unit.items() if len(own) == len(CHANNELS)]
    same = {"hour": 9, "minute": 0, "zone": "Asia/Shanghai", "cast": [], "first_number": 1, "push": False}
    columns = ({"slug": f"lan-{n}", "title": f"栏目{n}", "rhythm": weekly(n % 7)} for n in range(COLUMNS))
    put(connection, Column, columns, **same, opened_at=now)
    put(connection, Story, (_story(n, units) for n in range(STORIES)))
    put(connection, Revision, (_revision(n, turn, now) for n in range(STORIES) for turn in (1, 2)), findings=[])
    put(connection, StorySieve, _sieves())
    releases = ({"title": f"第 {n} 篇：{WORDS[:16]}", **_dated(n, now)} for n in range(STORIES))
    put(connection, Release, releases, state="sealed", policy="lawful", late="send", author="editor", flash=False)
    put(connection, ReleaseStory, map(told_in, range(STORIES), range(STORIES)), position=1)
    sets = (
        {"id": n + 1, "release_id": n + 1, "hash": f"s{n:063}", "manuscripts": [f"{n:064}"]} for n in range(STORIES)
    )
    put(connection, SealedSet, sets, renditions={}, assets=[], policy="lawful", complete=True, sealed_at=now)
    return _deliver(connection, [by_unit[one] for one in units], now)


def goes_to_all(n: int) -> bool:
    """Of each unit's stories every so many go to all: not all of one unit's and none of another's."""
    return n % TO_ALL == n // UNITS % TO_ALL


def told_in(release: int, n: int) -> dict[str, object]:
    """The row that says: this release, counted from nought, tells story ``n`` in its newest form."""
    return {"release_id": release + 1, "story_id": n + 1, "revision_id": 2 * n + 2, "manuscript_hash": f"{n:064}"}


PLAIN: Mapping[str, object] = {
    "generation": 1, "staged": {}, "push": False, "urgent": False, "rendition_hash": "", "lease_owner": "", "fence": 0,
    "deaths": 0, "remote_id": "", "looks": 0,
}  # fmt: skip
"""What all deliveries here say."""


def _deliver(connection: Connection, accounts: Sequence[Sequence[int]], now: datetime) -> int:
    everywhere = [one for own in accounts for one in own]
    coming = _deliveries(accounts, everywhere, now)
    number = 0
    while rows := list(islice(coming, AT_ONCE)):
        put(connection, Delivery, (one for _, one in rows), **PLAIN, attempts=1)
        put(connection, Item, (_item(n, one) for n, one in rows), position=1, fills={}, remote_id="")
        out = (_receipt(one) for _, one in rows if one["state"] == "published")
        put(connection, Receipt, out, state="published", remote_id="", fills={}, sent_hash="", verified=True, note="")
        number += len(rows)
    return number


def _deliveries(
    accounts: Sequence[Sequence[int]], everywhere: Sequence[int], now: datetime
) -> Iterator[tuple[int, dict[str, object]]]:
    """Each with the number of its story."""
    number = 0
    for n in range(STORIES):
        due = _due(n, now)
        same = {
            "release_id": n + 1,
            "sealed_set_id": n + 1,
            "stories": [[f"gao-{n}", 2]],
            "due_at": due,
            "changed_at": due,
        }
        late = due + timedelta(hours=3)
        for account in everywhere if goes_to_all(n) else accounts[n % len(accounts)]:
            number += 1
            state = "ready" if due > now else next((one for every, one in STATES if number % every == 0), "published")
            yield n, {**same, "id": number, "account_id": account, **_stands(number, state, late)}


def _due(n: int, now: datetime) -> datetime:
    """The newest stories go out during the coming day."""
    return now + timedelta(hours=20) - EVERY_HOUR * (STORIES - 1 - n)


def _dated(n: int, now: datetime) -> dict[str, object]:
    due = _due(n, now)
    return {"due_at": due, "created_at": due - timedelta(days=1)}


def _story(n: int, units: Sequence[int]) -> dict[str, object]:
    return {
        "slug": f"gao-{n}", "headline": f"第 {n} 篇：{WORDS[:16]}", "column_id": n % COLUMNS + 1,
        "unit_id": units[n % len(units)], "state": "draft" if n % 40 == 0 else "released",
    }  # fmt: skip


def _text(n: int) -> str:
    return f"第 {n} 篇\n\n{_REST}"


def _revision(n: int, turn: int, now: datetime) -> dict[str, object]:
    return {
        "story_id": n + 1, "number": turn, "text": _text(n), "author": ("editor", "local", "other")[n % 3],
        "saved_at": _due(n, now) - timedelta(hours=9 - turn), "manuscript_hash": f"{n:064}",
    }  # fmt: skip


def _sieves() -> Iterator[dict[str, object]]:
    """The sieve of a text is that of its parts, and of the pair where they meet."""
    rest = bits_of(f"\n{_REST}")
    for n in range(STORIES):
        yield {"story_id": n + 1, "bits": (bits_of(f"第 {n} 篇\n\n") | rest).to_bytes(BITS // 8, "big")}


def _stands(number: int, state: str, late: datetime) -> dict[str, object]:
    return {
        "key": f"{number:020}", "state": state, "verified": state == "published",
        "reason": "平台拒绝（平台代码 45009）。" if state in ("failed", "held") else "",
        "person": "local" if state == "handed_over" else "", "deadline": late if state == "handed_over" else None,
    }  # fmt: skip


def _item(n: int, one: Mapping[str, object]) -> dict[str, object]:
    number, state = one["id"], str(one["state"])
    return {
        "delivery_id": number, "story_id": n + 1, "origin_id": n + 1, "account_id": one["account_id"],
        "manuscript_hash": f"{n:064}", "guid": f"g-{number}",
        "address": f"https://kj.test/{number}" if state == "published" else "",
        "fate": state if state in ("published", "failed") else "planned",
    }  # fmt: skip


def _receipt(one: Mapping[str, object]) -> dict[str, object]:
    return {"delivery_id": one["id"], "address": f"https://kj.test/{one['id']}", "at": one["due_at"]}
