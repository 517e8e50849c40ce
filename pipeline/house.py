"""An opened workspace: its folder, database, store and outputs. Wired here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from assets.pictures import Pictures
from assets.store import LocalStore
from channels import canonical
from channels.contract import AdministratorError
from channels.values import Manuscript, Rendition
from cms.db import migrate, open_engine, session_scope
from cms.matrix import Matrix, store_matrix
from cms.matrix.wires import Vault
from cms.people import Workspace
from pipeline.wires import Wires

DATABASE = "yigao.db"
KEY = "yigao.key"
T = TypeVar("T")


@dataclass(frozen=True)
class House:
    """``root`` holds the database, ``store/`` (all bytes by hash), ``drafts/`` (pictures beside the drafts),
    ``sites/<unit>/`` (what readers see) and ``handover/<delivery key>/`` (代发包)."""

    root: Path
    engine: Engine
    store: LocalStore
    pictures: Pictures
    wires: Wires
    lease: timedelta = timedelta(seconds=60)

    @property
    def sites(self) -> Path:
        return self.root / "sites"

    @property
    def drafts(self) -> Path:
        return self.root / "drafts"

    @property
    def handover(self) -> Path:
        return self.root / "handover"

    def keep(self, value: Manuscript | Rendition) -> str:
        """Put a value into the store under the hash of its canonical bytes."""
        return self.store.put(canonical.encode(value))

    def manuscript(self, digest: str) -> Manuscript:
        """The manuscript with this hash, read and decoded once."""
        return _manuscript(self.store, digest)

    def rendition(self, digest: str) -> Rendition:
        """The signed bytes with this hash, decoded once."""
        return _rendition(self.store, digest)


@lru_cache(maxsize=256)
def _manuscript(store: LocalStore, digest: str) -> Manuscript:
    return canonical.decode(Manuscript, store.get(digest))


@lru_cache(maxsize=2048)
def _rendition(store: LocalStore, digest: str) -> Rendition:
    return canonical.decode(Rendition, store.get(digest))


def open_house(root: Path) -> House:
    """The workspace in ``root``; AdministratorError when there is none."""
    if not (root / DATABASE).exists():
        raise AdministratorError(f"{root} 不是一稿的工作区，请先运行 yigao init {root}。")
    return _wire(root)


def build_house(
    root: Path,
    name: str,
    matrix: Matrix,
    channels: Sequence[str],
    now: datetime,
    *,
    demo: bool,
    base_url: str,
) -> House:
    """Make a workspace with its units and accounts; AdministratorError when there is one already."""
    if (root / DATABASE).exists():
        raise AdministratorError(f"{root} 已经是一个工作区；要重新开始，请换一个空文件夹。")
    root.mkdir(parents=True, exist_ok=True)
    house = _wire(root)
    with session_scope(house.engine) as session:
        session.add(Workspace(id=1, name=name, demo=demo, base_url=base_url, created_at=now))
        store_matrix(session, matrix, channels, base_url)
    return house


def _wire(root: Path) -> House:
    engine = open_engine(root / DATABASE)
    migrate(engine)
    store = LocalStore(root / "store")
    wires = Wires(engine, Vault.at(root / KEY), store)
    return House(root=root, engine=engine, store=store, pictures=Pictures(store), wires=wires)
