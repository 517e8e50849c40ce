"""备份: the whole house at one moment, in one portable form, while it goes on working.

    manifest.json         what is here: every file with its hash, the objects, the schema, where the audit chain ends
    manifest.sha256       the manifest's own hash
    rows/<table>.jsonl    every row of every table, one JSON object a line
    yigao.toml            the settings, without what is secret in them
    drafts/…              the pictures beside the drafts
    store/ab/cdef…        the bytes the rows name, by hash

One read transaction sees one moment in both databases (SQLite's write-ahead log, PostgreSQL's repeatable read), so
nobody waits for a backup and it fits either database again. A folder keeps one snapshot a backup and the objects
once for all of them; a file holds one. No key is ever inside (I12): what is sealed stays sealed.
"""

import hashlib
import json
import re
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, select
from sqlmodel import Session

from assets.store import MissingAssetError, hash_of
from channels.contract import AdministratorError
from cms import audit
from cms.db import read_scope, session_scope
from pipeline import settings
from pipeline.archive_file import SUFFIXES, pack
from pipeline.files import write_atomic
from pipeline.house import House

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
SNAPSHOTS, STORE, ROWS, DRAFTS = "snapshots", "store", "rows", "drafts"
VERSIONS = "alembic_version"
NAMES_NO_BYTES = frozenset(
    {"audit_entries", "audit_heads", "attempts", "signatures", "secrets", "stored_tokens", "call_counts", "lanes"}
)
"""Tables whose hashes name no object of the store (or whose text is sealed)."""
_HASH = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_NAMED = (
    ("deliveries", "rendition_hash"),
    ("revisions", "manuscript_hash"),
    ("remedies", "rendition_hash"),
    ("assets", "hash"),
)


class BackupError(AdministratorError):
    """Why there is no backup, or why it cannot be used: one sentence with the remedy."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup says about itself. ``files``: path → (hash, size); ``objects``: hash → size; ``missing``: objects
    the rows name and the store had lost already."""

    at: datetime
    schema: str
    database: str
    by: str
    audit_length: int
    audit_head: str
    rows: Mapping[str, int]
    files: Mapping[str, tuple[str, int]]
    objects: Mapping[str, int]
    missing: tuple[str, ...] = ()
    format: int = FORMAT

    def encode(self) -> bytes:
        told = {**self.__dict__, "at": self.at.isoformat(), "missing": list(self.missing)}
        return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def decode(cls, content: bytes) -> "Manifest":
        """The manifest in these bytes; KeyError, TypeError or ValueError when they are none."""
        told = json.loads(content)
        told["at"] = datetime.fromisoformat(told["at"])
        told["files"] = {path: (str(digest), int(size)) for path, (digest, size) in told["files"].items()}
        told["missing"] = tuple(told["missing"])
        return cls(**told)


@dataclass(frozen=True)
class Kept:
    """What a backup came to. ``new_objects``: those that were not in the folder before."""

    place: Path
    manifest: Manifest
    new_objects: int
    size: int
    missing: tuple[str, ...] = field(default=())


def back_up(house: House, target: Path, by: str, now: datetime) -> Kept:
    """The house as it is now into ``target``: a .tar.zst or .tar.gz file, or a folder that grows with each backup."""
    is_file = target.name.endswith(SUFFIXES)
    if is_file and target.exists():
        raise BackupError(f"{target} 已经存在，请换一个文件名，不覆盖旧的备份。")
    if target.is_file() and not is_file:
        raise BackupError(f"{target} 是文件；备份请写成 .tar.zst、.tar.gz，或一个文件夹。")
    home = target.parent if is_file else target
    home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=home))
    try:
        manifest = _write_snapshot(house, folder, by, now)
        kept = _to_file(house, folder, target, manifest) if is_file else _to_folder(house, folder, target, manifest)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    detail = {"place": target.name, "manifest": hash_of(manifest.encode()), "audit": manifest.audit_length}
    with session_scope(house.engine) as session:
        audit.record(session, by, "house.backup", "house:1", detail, now)
    return kept


# --------------------------------------------------------------------------- one moment


def _write_snapshot(house: House, folder: Path, by: str, now: datetime) -> Manifest:
    """Everything but the objects into ``folder``, and what it is."""
    counts: dict[str, int] = {}
    wanted: set[str] = set()
    with read_scope(house.engine) as session:
        connection = session.connection()
        tables = tables_of(connection)
        for table in tables:
            counts[table.name] = _write_table(connection, table, folder / ROWS / f"{table.name}.jsonl", wanted)
        schema = MigrationContext.configure(connection).get_current_revision() or ""
        length, head = _audit_head(session)
        named = _named(connection, tables)
    _write_settings(house, folder)
    if house.drafts.is_dir():
        shutil.copytree(house.drafts, folder / DRAFTS, symlinks=False, ignore=shutil.ignore_patterns(".*"))
    objects = closure(house, wanted)
    manifest = Manifest(
        at=now, schema=schema, database=house.engine.dialect.name, by=by, audit_length=length, audit_head=head,
        rows=counts, files=dict(_hashed(folder)), objects=objects, missing=tuple(sorted(named - set(objects))),
    )  # fmt: skip
    write_atomic(folder / MANIFEST, manifest.encode())
    write_atomic(folder / SEAL, f"{hash_of(manifest.encode())}\n".encode())
    return manifest


def tables_of(connection: Connection) -> list[Table]:
    """Every table as the database has it, those that are referred to first; without alembic's own."""
    found = MetaData()
    found.reflect(connection)
    return [one for one in found.sorted_tables if one.name != VERSIONS]


def _write_table(connection: Connection, table: Table, path: Path, wanted: set[str]) -> int:
    """The rows as lines; whatever hashes they name are ``wanted``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=1000)
    number = 0
    with path.open("wb") as file:
        for row in connection.execute(query).mappings():
            line = json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False).encode()
            if table.name not in NAMES_NO_BYTES:
                wanted.update(one.decode() for one in _HASH.findall(line))
            file.write(line + b"\n")
            number += 1
    return number


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _audit_head(session: Session) -> tuple[int, str]:
    head = session.get_one(audit.AuditHead, 1)
    return head.length, head.hash


def _named(connection: Connection, tables: list[Table]) -> set[str]:
    """The objects that must be there: what was frozen, what was rendered, and what the library holds."""
    known = {one.name: one for one in tables}
    columns = [known[table].c[column] for table, column in _NAMED if table in known]
    return {value for column in columns for value in connection.execute(select(column)).scalars() if value}


def _write_settings(house: House, folder: Path) -> None:
    """The settings file, without the lines that are secret: sealed or not, they are of no use elsewhere."""
    file = house.root / settings.FILE
    if not file.exists():
        return
    secret = tuple(name.partition(".")[2] for name in settings.SECRET)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [one for one in lines if one.partition("=")[0].strip() not in secret]
    write_atomic(folder / settings.FILE, "".join(kept).encode())


def _hashed(folder: Path) -> Iterator[tuple[str, tuple[str, int]]]:
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        yield path.relative_to(folder).as_posix(), (hash_file(path), path.stat().st_size)


def hash_file(path: Path) -> str:
    """SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --------------------------------------------------------------------------- the bytes


def closure(house: House, wanted: Iterable[str]) -> dict[str, int]:
    """The objects of the store these hashes name, and those named inside them (a rendition names its pictures)."""
    found: dict[str, int] = {}
    asked: set[str] = set()
    waiting = list(wanted)
    while waiting:
        digest = waiting.pop()
        if digest in asked:
            continue
        asked.add(digest)
        try:
            content = house.store.get(digest)
        except MissingAssetError:
            continue  # most hashes of rows name no object; those that must are listed apart
        found[digest] = len(content)
        if content[:1] in b"{[":
            waiting += [one.decode() for one in _HASH.findall(content)]
    return dict(sorted(found.items()))


def object_path(digest: str) -> str:
    """Where an object lies in a backup."""
    return f"{STORE}/{digest[:2]}/{digest[2:]}"


def _to_folder(house: House, folder: Path, target: Path, manifest: Manifest) -> Kept:
    """The objects that are new, then the snapshot under its moment: a backup that dies leaves the older ones whole."""
    place = target / SNAPSHOTS / manifest.at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    if place.exists():
        raise BackupError(f"{place} 已经存在：同一秒里备份了两次，请过一秒再来。")
    new = [one for one in manifest.objects if not (target / object_path(one)).is_file()]
    for digest in new:
        write_atomic(target / object_path(digest), house.store.get(digest))
    place.parent.mkdir(exist_ok=True)
    folder.rename(place)
    size = sum(manifest.objects[one] for one in new) + sum(one.stat().st_size for one in place.rglob("*"))
    return Kept(place, manifest, len(new), size, manifest.missing)


def _to_file(house: House, folder: Path, target: Path, manifest: Manifest) -> Kept:
    """One file, written beside and renamed."""
    files = [(path, folder / path) for path in (MANIFEST, SEAL, *manifest.files)]
    contents = ((object_path(one), house.store.get(one)) for one in manifest.objects)
    pack(target, files, contents, manifest.at)
    return Kept(target, manifest, len(manifest.objects), target.stat().st_size, manifest.missing)
