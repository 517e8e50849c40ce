"""Something of chengdu's in the library, and how each of its routes is asked for in the permission test."""

import itertools
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from assets.store import LocalStore
from cms.db import session_scope
from cms.library import Asset
from cms.matrix import Unit
from cms.people import PeopleDesk
from tests.library.photos import photo
from tests.people.house import NOON

WRITE = {"记者", "编辑"}
KEEP = {*WRITE, "地市管理员", "省级管理员"}
READ = {*KEEP, "审核", "签发", "审计员"}
_numbers = itertools.count()


def asks(people: PeopleDesk) -> list[dict[str, Any]]:
    with session_scope(people.engine) as session:
        known = session.exec(select(Asset).where(Asset.name == "留着的")).first()
        kept = known or _asset(session, people, "留着的", photo(1))
        spare = _asset(session, people, "要删的", b"")
    here, gone = f"/library/{kept.id}", "/library/uploads/nothing"
    facts = {"name": "留着的", "licence": "待核实"}
    begun = {"name": "a.jpg", "size": 10, "hash": "0" * 64, "unit": ""}

    def one(name: str, method: str, path: str, roles: set[str], of_unit: bool = True, **sent: Any) -> dict[str, Any]:
        return {
            "endpoint": f"library.{name}", "method": method, "path": path, "roles": roles, "of_unit": of_unit,
            "sent": sent,
        }  # fmt: skip

    return [
        one("page", "GET", "/library", READ, of_unit=False),
        one("asset", "GET", here, READ),
        one("frames", "GET", f"{here}/frames?x=10&y=20", READ),
        one("pick", "GET", "/library/pick", READ, of_unit=False),
        one("add_files", "POST", "/library", KEEP, data={"unit": "chengdu"}),
        one("begin", "POST", "/library/uploads", KEEP, json={**begun, "unit": "chengdu"}),
        one("upload", "GET", gone, set()),  # nothing there: 404 for all
        one("piece", "PATCH", gone, set(), data=b"x"),
        one("describe", "POST", f"{here}/facts", KEEP, data=facts),
        one("focus", "POST", f"{here}/focus", KEEP, data={"x": "10", "y": "20"}),
        one("retire", "POST", f"{here}/retire", KEEP, data={}),
        one("revive", "POST", f"{here}/revive", KEEP, data={}),
        one("apart", "POST", f"{here}/apart", KEEP, data={"other": "0"}),
        one("remove", "POST", f"/library/{spare.id}/remove", KEEP, data={}),
        one("take", "POST", f"{here}/take", WRITE, json={"slug": ""}),
    ]


def _asset(session: Session, people: PeopleDesk, name: str, content: bytes) -> Asset:
    """A row of chengdu's; with its bytes in the store when there are any."""
    digest = f"{next(_numbers):064x}"
    if content:
        digest = LocalStore(Path(str(people.engine.url.database)).parent / "store").put(content)
    row = Asset(
        unit_id=session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one(), hash=digest, sent_hash=digest,
        thumb=digest, kind="picture", mime="image/jpeg", width=960, height=640, size=len(content), name=name,
        licence="待核实", added_by="test", added_at=NOON,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
