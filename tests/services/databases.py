"""The two databases behind one face: prepare something once, and have a fresh copy of it for every test."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Engine

from cms.db import migrate, open_engine
from tests.services.postgres import Postgres

KINDS = ("sqlite", "postgresql")


class Databases(Protocol):
    """Makes databases of one kind."""

    kind: str

    def prepare(self, fill: Callable[[Engine], None], like: "Address | None" = None) -> "Address":
        """A database (a copy of ``like``, else a migrated empty one) after ``fill``, for ``open_copy``."""
        ...

    def open_copy(self, prepared: "Address", path: Path) -> Engine:
        """A copy of its own; where it is a file, at ``path``."""
        ...


Address = Path | URL


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


def _migrated(where: Address) -> Engine:
    engine = open_engine(where)
    migrate(engine)
    return engine
