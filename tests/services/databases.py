"""The two databases behind one face: prepare something once, and have a fresh copy of it for every test."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, make_url

from cms.db import migrate, open_engine
from pipeline.settings import load
from tests.services.postgres import Postgres, server_of, text

KINDS = ("sqlite", "postgresql")
Address = Path | URL


class Databases(Protocol):
    """Makes databases of one kind."""

    kind: str

    def prepare(self, fill: Callable[[Engine], None], like: Address | None = None) -> Address:
        """A database (a copy of ``like``, else a migrated empty one) after ``fill``, for ``open_copy``."""
        ...

    def open_copy(self, prepared: Address, path: Path) -> Engine:
        """A copy of its own; where it is a file, at ``path``."""
        ...

    def done_with(self, engine: Engine) -> None:
        """End a copy nobody opens again: hundreds of them would fill the memory they lie in."""
        ...


@dataclass
class Files:
    """SQLite: a file each, in ``folder``."""

    folder: Path
    kind: str = "sqlite"
    made: int = 0

    def prepare(self, fill: Callable[[Engine], None], like: Address | None = None) -> Address:
        self.made += 1
        path = self.folder / f"{self.made}.db"
        engine = self.open_copy(like, path) if like else _migrated(path)
        fill(engine)
        engine.dispose()  # the last connection brings the log into the file
        return path

    def open_copy(self, prepared: Address, path: Path) -> Engine:
        shutil.copy(str(prepared), path)
        return open_engine(path)

    def done_with(self, engine: Engine) -> None:
        engine.dispose()  # pytest forgets the folder


@dataclass
class Served:
    """PostgreSQL: a database each, on ``server``."""

    server: Postgres
    kind: str = "postgresql"

    def prepare(self, fill: Callable[[Engine], None], like: Address | None = None) -> Address:
        url = self.server.copy(str(like)) if like else self.server.create()
        engine = open_engine(url) if like else _migrated(url)
        fill(engine)
        engine.dispose()  # a template has no guests
        return url

    def open_copy(self, prepared: Address, path: Path) -> Engine:
        return open_engine(self.server.copy(str(prepared)))

    def done_with(self, engine: Engine) -> None:
        engine.dispose()
        self.server.drop(engine.url)


def _migrated(where: Address) -> Engine:
    engine = open_engine(where)
    migrate(engine)
    return engine


def settle_on(root: Path, database: str | URL) -> None:
    """Let the workspace in ``root`` run on this database; "": on its own SQLite file."""
    if database:
        root.mkdir(parents=True, exist_ok=True)
        (root / "yigao.toml").write_text(f'[database]\nurl = "{text(make_url(database))}"\n', encoding="utf-8")


def copy_house(prepared: Path, root: Path) -> None:
    """A workspace with the same rows and key, over the same store. Nobody may be working in ``prepared``."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(prepared / "yigao.key", root / "yigao.key")
    (root / "store").symlink_to(prepared / "store")
    url = load(prepared).database
    if url is None:
        shutil.copy(prepared / "yigao.db", root / "yigao.db")
    else:
        settle_on(root, server_of(url).copy(url))


def drop_database(root: Path) -> None:
    """Forget the database of a workspace that is done with, where it is a served one."""
    url = load(root).database
    if url is not None:
        server_of(url).drop(url)


def spoken(statement: str, engine: Engine | Connection) -> str:
    """``statement`` in the words of the database: a replacing insert is SQLite's own, elsewhere an upsert."""
    if engine.dialect.name == "sqlite" or "INSERT OR REPLACE" not in statement:
        return statement
    return f"{statement.replace('INSERT OR REPLACE', 'INSERT')} ON CONFLICT DO NOTHING"
