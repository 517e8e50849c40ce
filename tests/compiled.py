"""What the tests would do anew hundreds of times and a newsroom does once: compiling templates and addresses,
making the tables of a house, hashing passwords slowly.

The tests make an app each, hundreds in a process; a newsroom makes one. Nothing else is shared between the apps.
"""

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Rule

from cms.db import open_engine
from cms.people import passwords
from pipeline import house

SLOW = passwords._hasher
"""The newsroom's own hasher, for the tests that are about it."""


class Templates(BytecodeCache):
    """Compiled templates in memory; the bucket's own checksum sees to it that a changed source is compiled again."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.load_bytecode(io.BytesIO(self.kept[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


class Address(Rule):
    """A rule whose builder of addresses is compiled once for its words: it is a function of the rule it is asked on."""

    built: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in self.built:
            self.built[key] = super()._compile_builder(append_unknown)
        return self.built[key]


def compile_once() -> None:
    Flask.jinja_options = {"bytecode_cache": Templates()}
    Flask.url_rule_class = Address


def migrate_once() -> None:
    """A new house's SQLite file is a copy of the first that was migrated; the real one then finds nothing to do. What
    the migrations themselves do is tests/cms/db's."""
    real, made = house.migrate, []

    def migrate(engine: Engine) -> None:
        file = Path(engine.url.database or "")
        if engine.dialect.name == "sqlite" and not (file.exists() and file.stat().st_size):
            made.extend([] if made else [_migrated(real)])
            file.write_bytes(made[0])
        real(engine)

    house.migrate = migrate


def _migrated(migrate: Callable[[Engine], None]) -> bytes:
    with TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "made.db")
        migrate(engine)
        engine.dispose()  # the last connection brings the log into the file
        return (Path(folder) / "made.db").read_bytes()


def hash_quickly() -> None:
    """A hash is meant to take a quarter of a second and 64 MiB; whether a door opens does not hang on it."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
