"""An opened workspace: its folder, database, store and outputs. Wired here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from assets.pictures import Pictures
from assets.s3 import Bucket, S3Store
from assets.store import LocalStore, MirroredStore
from channels import canonical
from channels.contract import AdministratorError
from channels.rendering import variant_of
from channels.values import Manuscript, Rendition
from cms.db import migrate, open_engine, read_scope, session_scope
from cms.library import LibraryDesk
from cms.matrix import Matrix, store_matrix
from cms.matrix.wires import Vault
from cms.people import Workspace
from pipeline import settings
from pipeline.files import write_atomic
from pipeline.wires import Wires

DATABASE = "yigao.db"
KEY = "yigao.key"
SITES, GONE = "sites", "gone"
T = TypeVar("T")


@dataclass(frozen=True)
class House:
    """``root`` holds the database (unless the settings name another), ``store/`` (all bytes by hash), ``drafts/``
    (pictures beside the drafts), ``uploads/`` (files on their way to the library), ``sites/<unit>/`` (what readers see)
    and ``handover/<delivery key>/`` (代发包)."""

    root: Path
    engine: Engine
    store: LocalStore
    pictures: Pictures
    wires: Wires
    lease: timedelta = timedelta(seconds=60)

    @property
    def sites(self) -> Path:
        return self.root / SITES

    @property
    def drafts(self) -> Path:
        return self.root / "drafts"

    @property
    def handover(self) -> Path:
        return self.root / "handover"

    @property
    def library(self) -> LibraryDesk:
        """素材库 over this house; what is being sent lies in ``uploads/`` until it is whole."""
        return LibraryDesk(self.engine, self.pictures, self.root / "uploads")

    def keep(self, value: Manuscript | Rendition) -> str:
        """Put a value into the store under the hash of its canonical bytes."""
        return self.store.put(canonical.encode(value))

    def manuscript(self, digest: str) -> Manuscript:
        """The manuscript with this hash, read and decoded once."""
        return _manuscript(self.store, digest)

    def variants(self, manuscript: Manuscript) -> dict[str, Manuscript]:
        """The manuscripts of the channels that do not follow this one (单独编辑)."""
        return {channel: self.manuscript(digest) for channel, digest in manuscript.variants}

    def shown_on(self, digest: str, channel: str) -> Manuscript:
        """What ``channel`` shows of the manuscript with this hash: its own text where it has one. Whatever renders asks
        here, so that preview, review and publication are of one text."""
        manuscript = self.manuscript(digest)
        own = variant_of(manuscript, channel)
        return self.manuscript(own) if own else manuscript

    def rendition(self, digest: str) -> Rendition:
        """The signed bytes with this hash, decoded once."""
        return _rendition(self.store, digest)


@lru_cache(maxsize=256)
def _manuscript(store: LocalStore, digest: str) -> Manuscript:
    return canonical.decode(Manuscript, store.get(digest))


@lru_cache(maxsize=4096)
def _rendition(store: LocalStore, digest: str) -> Rendition:
    return canonical.decode(Rendition, store.get(digest))


def open_house(root: Path) -> House:
    """The workspace in ``root``; AdministratorError when there is none."""
    if not _has_database(root):
        raise AdministratorError(f"{root} 不是一稿的工作区，请先运行 yigao init {root}。")
    house = _wire(root)
    if not _is_furnished(house.engine):
        raise AdministratorError(f"{root} 的数据库里还没有工作区，请先运行 yigao init {root}。")
    return house


def empty_house(root: Path, now: datetime) -> House:
    """The workspace in ``root``, or a new one without units and people in an empty folder, for the first run to
    furnish; AdministratorError where something else lies there."""
    if _has_database(root):
        house = _wire(root)
        with session_scope(house.engine) as session:
            if session.get(Workspace, 1) is None:
                session.add(Workspace(id=1, name="", created_at=now))
        return house
    if root.exists() and not root.is_dir():
        raise AdministratorError(f"{root} 不是文件夹，请写一个文件夹。")
    if root.is_dir() and any(one for one in root.iterdir() if not one.name.startswith(".")):
        raise AdministratorError(
            f"{root.resolve()} 里有别的文件，也不是一稿的工作区。请换到一个空文件夹，或写 yigao serve 新文件夹。"
        )
    root.mkdir(parents=True, exist_ok=True)
    house = _wire(root)
    with session_scope(house.engine) as session:
        session.add(Workspace(id=1, name="", created_at=now))
    return house


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
    """Make a workspace with its units and accounts, in the database its settings file names (it may lie there
    already); AdministratorError when there is one already."""
    taken = AdministratorError(f"{root} 已经是一个工作区；要重新开始，请换一个空文件夹，或另一个数据库。")
    if (root / DATABASE).exists():
        raise taken
    root.mkdir(parents=True, exist_ok=True)
    house = _wire(root)
    with session_scope(house.engine) as session:
        if session.get(Workspace, 1) is not None:
            raise taken
        session.add(Workspace(id=1, name=name, demo=demo, base_url=base_url, created_at=now))
        store_matrix(session, matrix, channels, base_url)
    return house


def _has_database(root: Path) -> bool:
    """Whether a database is to be asked: made nowhere, and nothing is made in a folder that is not ours."""
    return (root / DATABASE).exists() or (root.is_dir() and settings.load(root).database is not None)


def _is_furnished(engine: Engine) -> bool:
    with read_scope(engine) as session:
        return session.get(Workspace, 1) is not None


def _wire(root: Path) -> House:
    vault = Vault.at(root / KEY)
    chosen = settings.load(root, vault)
    engine = open_engine(chosen.database or root / DATABASE)
    migrate(engine)
    store = _store(root / "store", chosen.bucket)
    wires = Wires(engine, vault, store)
    return House(root=root, engine=engine, store=store, pictures=Pictures(store), wires=wires)


def _store(folder: Path, bucket: Bucket | None) -> LocalStore:
    """The folder alone, or mirrored in a bucket; what lay in the folder before the bucket came is carried too."""
    if bucket is None:
        return LocalStore(folder)
    store = MirroredStore(folder, S3Store(bucket))
    mark = folder / "bucket"
    if not mark.exists() or mark.read_text(encoding="utf-8") != bucket.address:
        store.queue_all()
        write_atomic(mark, bucket.address.encode())
    return store
