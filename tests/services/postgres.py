"""A real PostgreSQL for tests: the one named by YIGAO_TEST_PG, else Debian's own on a free loopback port."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from tests.services.processes import free_port, server, tethered, unavailable

MISSING = "NOT TESTED: PostgreSQL. Install it with: apt-get install postgresql-15 (or set YIGAO_TEST_PG)"
_DEBIAN = Path("/usr/lib/postgresql")
_numbers = count(1)


@dataclass(frozen=True)
class Postgres:
    """A server one may make databases on. ``process``: ours, None when it was given."""

    url: URL
    process: subprocess.Popen[bytes] | None = None

    def create(self, template: str = "template0", encoding: str = "UTF8") -> URL:
        """A new database, a copy of ``template`` (nobody may be connected to that one); its address."""
        name = f"yigao_{os.getpid()}_{next(_numbers)}"
        as_what = f"ENCODING '{encoding}'" if template == "template0" else "STRATEGY file_copy"
        self._command(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {as_what}')
        return self.url.set(database=name)

    def copy(self, of: str | URL) -> URL:
        """A new database with everything that is in ``of``."""
        return self.create(make_url(of).database or "")

    def drop(self, url: str | URL) -> None:
        """Forget a database, whoever is connected to it."""
        self._command(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def disconnect(self, url: URL) -> None:
        """End every connection to a database, as a restart does."""
        found = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{url.database}'"
        self._command(found)

    def _command(self, statement: str) -> None:
        with psycopg.connect(text(self.url), autocommit=True) as connection:
            connection.execute(statement.encode())


def text(url: URL) -> str:
    """``url`` as libpq and the settings file have it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def server_of(url: URL) -> Postgres:
    """The server of a database."""
    return Postgres(url.set(database="postgres"))


@contextmanager
def running() -> Iterator[Postgres]:
    """The server for this test process, stopped at the end when we started it."""
    given = os.environ.get("YIGAO_TEST_PG")
    if given:
        yield Postgres(make_url(given))
        return
    programs = _programs()
    if programs is None:
        unavailable(MISSING)
        raise AssertionError("unreachable")
    folder = Path(tempfile.mkdtemp(prefix="yigao-pg-"))
    try:
        with _started(programs, folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """Where initdb and postgres are: not on Debian's PATH."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    if _DEBIAN.is_dir():
        places += sorted(_DEBIAN.glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    return next((one for one in places if (one / "initdb").exists() and (one / "postgres").exists()), None)


@contextmanager
def _started(programs: Path, folder: Path) -> Iterator[Postgres]:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")  # it refuses to run as root
    data, port = folder / "data", free_port()
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "yigao", "--auth=trust", "--no-sync"]
    command = [*tethered("postgres"), *initdb, "--encoding=UTF8", "--locale=C"]
    made = subprocess.run(command, capture_output=True, cwd=folder, check=False)
    assert made.returncode == 0, made.stderr.decode()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "max_connections": 300,
        "fsync": "off",  # a played death loses no page of the system's cache
        "full_page_writes": "off",
        "autovacuum": "off",
        "jit": "off",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [*tethered("postgres"), str(programs / "postgres"), "-D", str(data), *options]
    with server(command, port, folder, signal.SIGQUIT) as process:  # at once: nothing of it is kept
        found = Postgres(URL.create("postgresql", "yigao", host="127.0.0.1", port=port, database="postgres"), process)
        _wait(found)
        yield found


def _wait(server: Postgres) -> None:
    """It listens before it lets anybody in."""
    end = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(text(server.url), connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < end, "PostgreSQL does not let us in"
            time.sleep(0.05)
