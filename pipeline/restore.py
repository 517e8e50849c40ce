"""恢复: a backup into an empty house, into either database; and what may not go on until it was looked at (F37).

Everything is verified before anything is touched: every file against the manifest, every object against its name, the
audit chain from its first entry to its head, the key against what is sealed.
"""

import json
import shutil
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Date, DateTime, Engine, LargeBinary, Table, and_, func, inspect, not_, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select, update

from assets.store import hash_of
from cms import audit
from cms.audit import AuditEntry
from cms.db import migration_config, open_engine, read_scope, session_scope, utc
from cms.matrix.wires import Secret, StoredToken, Vault
from cms.migrations import walls
from cms.people import Workspace
from cms.releases import Delivery, Lane, Remedy, restoring
from cms.releases.restored import RESTORE
from pipeline import backup, doubts, kept_gone, settings
from pipeline.archive_file import SUFFIXES, unpack
from pipeline.backup import BackupError, Manifest
from pipeline.files import safe
from pipeline.house import DATABASE, GONE, KEY, SITES, House, open_house

LEFT_ALONE = frozenset({settings.FILE, KEY})
"""What may lie in the folder a house is restored into: where its database is, and its key."""
AFTERWARDS = "yigao.toml.from-backup"
BATCH = 500
_TIMED = ("核对", "素材", "台账")


@dataclass(frozen=True)
class Opened:
    """A verified backup: its manifest, the folder with its files, and where its objects lie."""

    manifest: Manifest
    folder: Path
    store: Path


@dataclass
class Restoring:
    """What was restored, and what needs looking at. ``seconds``: how long each part took; ``hold``: the number of the
    freeze over the whole house."""

    manifest: Manifest
    seconds: dict[str, float] = field(default_factory=dict)
    hold: int = 0
    doubted: int = 0
    handed_over: int = 0
    by_hand: int = 0
    remedies: int = 0
    is_old_known: bool = False
    kept_gone: int = 0

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """The seconds this part takes."""
        began = time.monotonic()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.monotonic() - began


def restore(
    source: Path, root: Path, by: str, reason: str, now: datetime, key: Path | None = None, old: Path | None = None
) -> Restoring:
    """The backup in ``source`` as a new house in ``root``; BackupError, and nothing touched, when anything is wrong.
    ``old``: the folder of the house that was lost, as far as it is there; by itself the folder its ``key`` lies in."""
    if not reason.strip():
        raise BackupError("请写明为什么恢复，用 --reason 写一句，记入审计。")
    _refuse_taken(root)
    gone = _gone_from(key, old, now)
    began = time.monotonic()
    with opened(source) as kept:
        _check_key(kept, key or root / KEY)
        done = Restoring(kept.manifest, {_TIMED[0]: time.monotonic() - began})
        _settle_in(kept, root, key)
        vault = Vault.at(root / KEY)
        engine = open_engine(settings.load(root, vault).database or root / DATABASE)
        _refuse_furnished(engine, root)
        with done.timed(_TIMED[2]):
            _fill(engine, kept)
        engine.dispose()
        house = open_house(root)
        with done.timed(_TIMED[1]):
            for digest in kept.manifest.objects:
                house.store.put((kept.store / digest[:2] / digest[2:]).read_bytes())
        with session_scope(house.engine) as session:
            _doubt(house, session, done, by, reason.strip(), now)
            done.is_old_known = gone is not None
            done.kept_gone = kept_gone.keep(session, gone or {}, by, now)
        house.engine.dispose()
    return done


# --------------------------------------------------------------------------- before anything is touched


def _refuse_taken(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise BackupError(f"{root} 是文件，请写一个空文件夹。")
    found = sorted(one.name for one in root.iterdir() if one.name not in LEFT_ALONE) if root.exists() else []
    if found:
        raise BackupError(f"{root} 里已经有东西（{'、'.join(found[:3])}），不覆盖；请换一个空文件夹恢复。")
    chosen = settings.load(root, Vault.at(root / KEY) if (root / KEY).exists() else None) if root.exists() else None
    if chosen and chosen.database:
        _refuse_furnished(open_engine(chosen.database), root)


def _gone_from(key: Path | None, old: Path | None, now: datetime) -> kept_gone.Gone | None:
    """What the lost house's own sites show as retracted; None where nobody can know."""
    if old is None and key is not None and any((key.parent / name).is_dir() for name in (SITES, GONE)):
        old = key.parent
    return kept_gone.read_gone(old, now) if old is not None else None


def _refuse_furnished(engine: Engine, root: Path) -> None:
    """A database that holds a house already is not written over."""
    with read_scope(engine) as session:
        if inspect(session.connection()).has_table("workspaces") and session.exec(select(Workspace.id)).first():
            raise BackupError(f"{root} 的数据库里已经有一个工作区，不覆盖；请换一个空的数据库恢复。")


@contextmanager
def opened(source: Path) -> Iterator[Opened]:
    """The backup in ``source`` (a file, a folder of snapshots, or one of these), verified."""
    if not source.exists():
        raise BackupError(f"没有 {source}，请检查备份的路径。")
    with tempfile.TemporaryDirectory(prefix="yigao-restore-") as scratch:
        if source.is_dir():
            folder = _newest(source)
            store = (folder if (folder / backup.STORE).is_dir() else folder.parent.parent) / backup.STORE
        elif source.name.endswith(SUFFIXES):
            unpack(source, Path(scratch))
            folder, store = Path(scratch), Path(scratch) / backup.STORE
        else:
            raise BackupError(f"{source} 不像一稿的备份，应当是 .tar.zst、.tar.gz 或备份文件夹。")
        manifest = _manifest(folder)
        _check_files(folder, manifest)
        _check_objects(store, manifest)
        _check_chain(folder, manifest)
        yield Opened(manifest, folder, store)


def _newest(source: Path) -> Path:
    """The newest whole snapshot of a folder; the folder itself when it is one."""
    if (source / backup.MANIFEST).exists():
        return source
    found = sorted(one.parent for one in (source / backup.SNAPSHOTS).glob(f"*/{backup.MANIFEST}"))
    if not found:
        raise BackupError(f"{source} 里没有备份（{backup.SNAPSHOTS}/…/{backup.MANIFEST}），请检查路径。")
    return found[-1]


def _manifest(folder: Path) -> Manifest:
    try:
        content = (folder / backup.MANIFEST).read_bytes()
        sealed = (folder / backup.SEAL).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(f"{backup.MANIFEST} 或 {backup.SEAL}", "缺失或读不出来") from error
    if hash_of(content) != sealed:
        raise _damaged(backup.MANIFEST, "和它的指纹对不上")
    try:
        manifest = Manifest.decode(content)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(backup.MANIFEST, "不是一稿的备份清单") from error
    if manifest.format != backup.FORMAT:
        raise BackupError(f"备份的格式是 {manifest.format}，这个版本只认 {backup.FORMAT}，请升级程序后再恢复。")
    return manifest


def _damaged(name: str, what: str) -> BackupError:
    return BackupError(f"备份损坏：{name} {what}，没有恢复任何东西，请换另一份备份。")


def _check_files(folder: Path, manifest: Manifest) -> None:
    for name, (digest, _) in manifest.files.items():
        path = folder / safe(name)
        if not path.is_file():
            raise _damaged(name, "不在备份里")
        if backup.hash_file(path) != digest:
            raise _damaged(name, "和清单里的指纹对不上")
    for table in manifest.rows:
        if f"{backup.ROWS}/{table}.jsonl" not in manifest.files:
            raise _damaged(f"{backup.ROWS}/{table}.jsonl", "不在清单里")


def _check_objects(store: Path, manifest: Manifest) -> None:
    for digest in manifest.objects:
        path = store / digest[:2] / digest[2:]
        if not path.is_file():
            raise _damaged(f"素材 {backup.object_path(digest)}", "不在备份里")
        if backup.hash_file(path) != digest:
            raise _damaged(f"素材 {backup.object_path(digest)}", "和它的指纹对不上")


def _check_chain(folder: Path, manifest: Manifest) -> None:
    broken = audit.verify_entries(_entries(folder), manifest.audit_length, manifest.audit_head)
    if broken is not None:
        raise _damaged(f"{backup.ROWS}/audit_entries.jsonl", f"的审计链断了（{broken.sentence}）")


def _entries(folder: Path) -> Iterator[AuditEntry]:
    for row in _rows(folder, "audit_entries"):
        row["at"] = utc(datetime.fromisoformat(row["at"]))
        row["detail"] = json.loads(row["detail"])
        yield AuditEntry(**row)


def _rows(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    path = folder / backup.ROWS / f"{table}.jsonl"
    if path.exists():
        with path.open("rb") as file:
            yield from (json.loads(line) for line in file)


def _check_key(kept: Opened, key: Path) -> None:
    """The key opens what is sealed: with another one the house could reach no platform, and nobody would know why."""
    if not key.exists():
        return
    sealed = next(_rows(kept.folder, "secrets"), None)
    if sealed is not None:
        try:
            vault = Vault.at(key)
            vault.open(sealed["sealed"], f"secret:{sealed['account_id']}")
        except Exception as error:
            words = f"密钥文件 {key.name} 打不开这份备份里的账号凭据：请用备份那时的密钥文件（yigao.key）。"
            raise BackupError(words, repr(error)) from error


# --------------------------------------------------------------------------- into place


def _settle_in(kept: Opened, root: Path, key: Path | None) -> None:
    """Key, drafts and the old settings. The settings are not put into force: they may name a database that lives."""
    root.mkdir(parents=True, exist_ok=True)
    if key is not None and key.resolve() != (root / KEY).resolve():
        (root / KEY).touch(mode=0o600)
        (root / KEY).write_bytes(key.read_bytes())
    if (kept.folder / backup.DRAFTS).is_dir():
        shutil.copytree(kept.folder / backup.DRAFTS, root / backup.DRAFTS, dirs_exist_ok=True)
    if (kept.folder / settings.FILE).exists():
        shutil.copy(kept.folder / settings.FILE, root / AFTERWARDS)


def _fill(engine: Engine, kept: Opened) -> None:
    """Every row, in one transaction: the tables as they were then, the rows, then whatever newer tables need.

    The walls are down meanwhile (the rows were lawful where they come from, and the chain was verified), and stand
    again before anybody else can write."""
    with session_scope(engine) as session:
        connection = session.connection()
        config = migration_config(connection)
        if kept.manifest.schema not in {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}:
            raise BackupError(f"备份来自更新的版本（{kept.manifest.schema}），请先升级程序再恢复。")
        there = MigrationContext.configure(connection).get_current_revision()
        if there not in (None, kept.manifest.schema):
            raise BackupError("要恢复到的数据库不是空的（已有别的版本的表），请换一个空的数据库。")
        command.upgrade(config, kept.manifest.schema)
        walls.take_down(connection)
        tables = backup.tables_of(connection)
        for table in reversed(tables):
            connection.execute(table.delete())
        for table in tables:
            _load(connection, table, kept.folder)
        command.upgrade(config, "head")
        walls.build(connection)


def _load(connection: Connection, table: Table, folder: Path) -> None:
    moments = {one.name for one in table.columns if isinstance(one.type, DateTime)}
    days = {one.name for one in table.columns if isinstance(one.type, Date)}
    raw = {one.name for one in table.columns if isinstance(one.type, LargeBinary)}
    rows = _in_order(table, [_typed(row, moments, days, raw) for row in _rows(folder, table.name)])
    for at in range(0, len(rows), BATCH):
        connection.execute(table.insert(), rows[at : at + BATCH])
    number = table.columns.get("id")
    if rows and number is not None and connection.dialect.name == "postgresql":
        # The counter behind the column goes on after the highest number.
        counter = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(sa_select(func.setval(counter, sa_select(func.max(number)).scalar_subquery())))


def _typed(row: Mapping[str, Any], moments: set[str], days: set[str], raw: set[str]) -> dict[str, Any]:
    def typed(name: str, value: Any) -> Any:
        if name in moments and value:
            return utc(datetime.fromisoformat(value)).replace(tzinfo=None)
        if name in raw and value is not None:
            return b64decode(value)
        return date.fromisoformat(value) if name in days and value else value

    return {name: typed(name, value) for name, value in row.items()}


def _in_order(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that refer to others of their own table after these."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    if not own:
        return rows
    waiting, placed, inside = list(rows), list[dict[str, Any]](), {row["id"] for row in rows}
    while waiting:
        free = [row for row in waiting if not any(row[name] in inside for name in own)] or waiting
        placed += free
        inside -= {row["id"] for row in free}
        waiting = [row for row in waiting if row["id"] in inside]
    return placed


# --------------------------------------------------------------------------- what may not go on unseen


def _with_people(session: Session) -> tuple[int, int]:
    """How many packages people were to post, and how many copies an order has given to people: one that an order took
    up meanwhile counts there alone."""
    taken = set(session.exec(select(Remedy.delivery_id).where(Remedy.state == "by_hand")))
    handed = set(session.exec(select(Delivery.id).where(Delivery.state == "handed_over")))
    count = select(func.count()).select_from(Remedy).where(Remedy.state == "by_hand")
    return len(handed - taken), session.exec(count).one()


def _doubt(house: House, session: Session, done: Restoring, by: str, reason: str, now: datetime) -> None:
    """Nobody holds a lease any more, and whatever an older house may have done since is asked about first."""
    manifest = done.manifest
    session.exec(update(Lane).values(owner="", until=None, rests_until=None, failures=0))
    session.exec(update(Delivery).values(lease_owner="", lease_until=None))
    for token in session.exec(select(StoredToken)):
        session.delete(token)  # the lost house may have fetched another one since, which ends this one
    detail = {
        "reason": reason, "kept_at": manifest.at.isoformat(), "manifest": hash_of(manifest.encode()),
        "audit": manifest.audit_length,
    }  # fmt: skip
    audit.record(session, by, RESTORE, "house:1", detail, now)
    done.hold = restoring.give(session, manifest.at, by, reason, now).id
    done.doubted = doubts.raise_all(house, session, now)
    done.remedies = _doubt_remedies(session, now)
    done.handed_over, done.by_hand = _with_people(session)


def _doubt_remedies(session: Session, now: datetime) -> int:
    """A remedy under way is read before it is repeated. What nobody had begun because its time was still ahead, as the
    end of a flash, keeps that time."""
    words = "恢复备份之后，先看平台上现在的样子，再接着处置。"
    is_ahead = and_(col(Remedy.state) == "due", col(Remedy.attempts) == 0, col(Remedy.next_at) > now)
    query = select(Remedy).where(col(Remedy.state).in_(("due", "acting", "unknown")))
    under_way = list(session.exec(query.where(or_(col(Remedy.next_at).is_(None), not_(is_ahead)))))
    for one in under_way:
        detail = {"from": one.state, "to": "unknown", "reason": words, "recall": one.recall_id}
        one.state, one.reason, one.next_at, one.changed_at = "unknown", words, now, now
        session.add(one)
        audit.record(session, "pipeline", "remedy.lose", f"remedy:{one.id}", detail, now)
    return len(under_way)


def has_secrets(house: House) -> bool:
    """Whether any account's credentials are sealed here: then the key that opens them is needed."""
    with read_scope(house.engine) as session:
        return session.exec(select(Secret.account_id).limit(1)).first() is not None
