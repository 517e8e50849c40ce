"""A desk made of real parts: pictures in memory, stories in a dict, the sample and its folder."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assets.pictures import Pictures
from assets.store import LocalStore, MemoryStore
from channels import registry
from channels.values import Profile
from cms.db import open_engine, session_scope
from cms.matrix import Unit
from cms.matrix.wires import Vault
from cms.people import EVERYWHERE, PeopleDesk, Scope
from cms.stories import StaleError, mark_of
from cms.web import Desk, Writer, create_app
from pipeline.desk_press import HousePress
from pipeline.house import House
from pipeline.wires import Wires
from tests.people.house import furnish, signed_in

SAMPLE = Path(__file__).resolve().parents[2] / "pipeline" / "sample"
UNITS = (("sichuan", "四川省", "四川"), ("chengdu", "成都市", "成都"), ("ganzi", "甘孜藏族自治州", "甘孜州"))
NAMED = ("liangshan", "mianyang")  # units the sample speaks to
NOON = datetime(2026, 11, 22, 6, 2, tzinfo=UTC)


@dataclass
class Drawer:
    """Stories as the desk above would keep them: every save a new revision."""

    revisions: dict[str, list[str]] = field(default_factory=dict)

    def load(self, slug: str, scope: Scope = EVERYWHERE) -> str:
        return self.revisions[slug][-1]

    def save(self, slug: str, text: str, writer: Writer | None = None, upon: str | None = None) -> int:
        if upon is not None and upon != (mark_of(self.load(slug)) if slug in self.revisions else ""):
            raise StaleError(slug)
        self.revisions.setdefault(slug, []).append(text)
        return len(self.revisions[slug])

    def saved_at(self, slug: str, scope: Scope) -> datetime | None:
        return NOON if slug in self.revisions else None


def profile(channel: str, unit: str, name: str, short: str) -> Profile:
    return Profile(
        account=f"{channel}:{unit}",
        channel=channel,
        unit=unit,
        unit_name=f"{name}科学技术{'厅' if unit == 'sichuan' else '局'}",
        unit_short=short,
        unit_path=("sichuan",) if unit == "sichuan" else ("sichuan", unit),
        name=f"{short}科技",
        site_url=f"https://{unit}.example.gov.cn",
        theme=unit,
    )


@pytest.fixture(scope="session")
def pictures() -> Pictures:
    return Pictures(MemoryStore())


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with units and people, made once and copied for each test."""
    file = tmp_path_factory.mktemp("people") / "people.db"
    furnish(file)
    engine = open_engine(file)
    with session_scope(engine) as session:
        session.add_all(Unit(slug=slug, name=slug, short=slug) for slug in NAMED)
    engine.dispose()
    return file


@pytest.fixture
def people(furnished: Path, tmp_path: Path) -> Iterator[PeopleDesk]:
    shutil.copyfile(furnished, tmp_path / "people.db")
    engine = open_engine(tmp_path / "people.db")
    yield PeopleDesk(engine, Vault(bytes(32)))
    engine.dispose()


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def sample() -> str:
    return (SAMPLE / "lhaaso.md").read_text(encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path, drawer: Drawer, pictures: Pictures, people: PeopleDesk) -> Desk:
    shutil.copytree(SAMPLE / "pictures", tmp_path / "pictures")
    wires = Wires(people.engine, Vault(bytes(32)), LocalStore(tmp_path / "store"))
    return Desk(
        pictures=pictures,
        profiles=tuple(profile(channel, *unit) for unit in UNITS for channel in registry.all_channels()),
        folder=lambda _slug: tmp_path,
        saved_at=drawer.saved_at,
        load=drawer.load,
        save=drawer.save,
        is_theirs=lambda _slug, _scope: True,
        people=people,
        secret="only for tests",
        press=HousePress(House(tmp_path, people.engine, LocalStore(tmp_path / "store"), pictures, wires), lambda: NOON),
        today=lambda: date(2026, 11, 22),
        now=lambda: NOON,
    )


@pytest.fixture
def app(desk: Desk) -> Flask:
    return create_app(desk)


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    """A browser in which the editor of the province is signed in."""
    return signed_in(app, people)
