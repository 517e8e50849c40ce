"""One command keeps the whole house at one moment, one brings it back; no secret is inside, no damage is used."""

import json
import shutil
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import select as rows_of
from sqlmodel import select

from channels.contract import AdministratorError
from cms import audit
from cms.audit import AuditEntry, AuditHead
from cms.db import open_engine, read_scope, session_scope
from cms.matrix.wires import Secret, StoredToken, secrets_of
from cms.migrations import walls
from cms.people import Workspace
from cms.releases import Delivery
from cms.releases.restored import restored
from pipeline import backup
from pipeline.backup import back_up
from pipeline.house import House, open_house
from pipeline.restore import restore
from tests.keeping.world import KeptWorld, build
from tests.neutral.platform import SECRET
from tests.pipeline.conftest import NOW
from tests.services.databases import settle_on

pytestmark = pytest.mark.keeps("backup")
LOST = ("stored_tokens", "lanes", "audit_entries", "audit_heads", "deliveries", "freezes", "notices")
"""What a restored house has otherwise than the one that was kept."""


@pytest.fixture
def world(village: Path, tmp_path: Path) -> KeptWorld:
    """Four publications, tokens fetched, pictures uploaded."""
    made = build(village, tmp_path / "house")
    made.run(hours=1)
    return made


def tables(house: House) -> dict[str, list[Any]]:
    """Every row of every table."""
    with read_scope(house.engine) as session:
        connection = session.connection()
        return {
            one.name: [tuple(row) for row in connection.execute(rows_of(one).order_by(*one.primary_key.columns))]
            for one in backup.tables_of(connection)
        }


def brought_back(source: Path, root: Path, key: Path | None = None) -> House:
    restore(source, root, "editor", "机器坏了", NOW, key)
    return open_house(root)


@pytest.mark.parametrize("name", ["kept.tar.zst", "kept.tar.gz", "kept"])
def test_a_house_comes_back_row_for_row(world: KeptWorld, tmp_path: Path, name: str) -> None:
    before = tables(world.house)
    kept = back_up(world.house, tmp_path / name, "editor", world.now)
    assert kept.missing == ()
    again = brought_back(tmp_path / name, tmp_path / "again", world.house.root / "yigao.key")
    after = tables(again)
    assert {one: rows for one, rows in after.items() if one not in LOST} == {
        one: rows for one, rows in before.items() if one not in LOST
    }
    assert after["audit_entries"][: len(before["audit_entries"])] == before["audit_entries"]
    for digest in kept.manifest.objects:
        assert again.store.get(digest) == world.house.store.get(digest)
    with read_scope(again.engine) as session:
        assert walls.are_standing(session.connection())
        assert audit.verify(session) is None
        assert session.exec(select(StoredToken)).all() == []
        one = session.exec(select(Delivery)).first()
        assert one is not None
        assert again.rendition(one.rendition_hash).parts
        assert secrets_of(again.engine, again.wires.vault, one.account_id)["secret"] == SECRET
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "house.restore")).one()
        assert (entry.actor, entry.detail["reason"]) == ("editor", "机器坏了")


@pytest.mark.proves("I12")
@pytest.mark.parametrize("name", ["kept.tar.zst", "kept"])
def test_no_key_and_no_secret_is_inside(world: KeptWorld, tmp_path: Path, name: str) -> None:
    (world.house.root / "session.key").write_text("a-key-that-signs-sessions")
    (world.house.root / "yigao.toml").write_text('[store]\nkind = "local"\n# secret_key = "x"\n')
    back_up(world.house, tmp_path / name, "editor", world.now)
    if name.endswith(".zst"):
        with (tmp_path / name).open("rb") as file:
            inside = zstandard.ZstdDecompressor().stream_reader(file).read()
    else:
        files = [one for one in (tmp_path / name).rglob("*") if one.is_file()]
        inside = b"".join(one.name.encode() + one.read_bytes() for one in files)
    token = world.neutral.book.things("neutral", "token")
    secrets = [(world.house.root / "yigao.key").read_bytes(), b"a-key-that-signs-sessions", SECRET.encode(), *token]
    assert len(secrets) > 4
    for secret in secrets:
        assert (secret if isinstance(secret, bytes) else secret.encode()) not in inside
    assert b"yigao.key" not in inside
    assert b"session.key" not in inside
    with read_scope(world.house.engine) as session:
        sealed = session.exec(select(Secret.sealed)).first()
        assert sealed is not None
        assert sealed.encode() in inside  # sealed, it travels


def test_a_folder_takes_only_what_is_new(world: KeptWorld, tmp_path: Path) -> None:
    first = back_up(world.house, tmp_path / "kept", "editor", world.now)
    assert first.new_objects == len(first.manifest.objects) > 0
    world.run(hours=1)
    second = back_up(world.house, tmp_path / "kept", "editor", world.now)
    assert second.new_objects == 0
    assert second.manifest.audit_length == first.manifest.audit_length + 1
    newest = brought_back(tmp_path / "kept", tmp_path / "newest")
    older = brought_back(first.place, tmp_path / "older")
    with read_scope(newest.engine) as one, read_scope(older.engine) as other:
        for session, kept in ((one, second), (other, first)):
            since = restored(session)
            assert since is not None and (since.kept_at, since.at) == (kept.manifest.at, NOW)


def regions(folder: Path) -> list[Path]:
    """A file of each kind in a backup folder."""
    place = next((folder / "snapshots").iterdir())
    store = sorted(one for one in (folder / "store").rglob("*") if one.is_file())
    rows = [place / "rows" / f"{name}.jsonl" for name in ("audit_entries", "deliveries", "revisions", "secrets")]
    return [place / "manifest.json", place / "manifest.sha256", *rows, store[0], store[-1]]


def test_every_damage_is_named_and_nothing_is_touched(world: KeptWorld, tmp_path: Path) -> None:
    back_up(world.house, tmp_path / "kept", "editor", world.now)
    for number, file in enumerate(regions(tmp_path / "kept")):
        whole = file.read_bytes()
        for damaged in (_flipped(whole, 0), _flipped(whole, len(whole) // 2), _flipped(whole, len(whole) - 1), None):
            _put(file, damaged)
            with pytest.raises(AdministratorError) as refused:
                brought_back(tmp_path / "kept", tmp_path / f"again-{number}")
            named = file.name if file.parent.parent.name != "store" else file.parent.name + "/" + file.name
            assert named in refused.value.sentence or file.name.startswith("manifest."), refused.value.sentence
            assert not (tmp_path / f"again-{number}").exists()
        _put(file, whole)
    brought_back(tmp_path / "kept", tmp_path / "whole")


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :]


def _put(file: Path, content: bytes | None) -> None:
    file.unlink(missing_ok=True)
    if content is not None:
        file.write_bytes(content)


@pytest.mark.parametrize("name", ["kept.tar.zst", "kept.tar.gz"])
def test_a_damaged_or_cut_file_is_refused(world: KeptWorld, tmp_path: Path, name: str) -> None:
    back_up(world.house, tmp_path / name, "editor", world.now)
    whole = (tmp_path / name).read_bytes()
    tries = [_flipped(whole, len(whole) * part // 7) for part in range(1, 7)] + [
        whole[: len(whole) // 2],
        b"",
        b"x" * 99,
    ]
    for number, damaged in enumerate(tries):
        (tmp_path / f"bad-{number}-{name}").write_bytes(damaged)
        with pytest.raises(AdministratorError, match=r"损坏|对不上"):
            brought_back(tmp_path / f"bad-{number}-{name}", tmp_path / "again")
        assert not (tmp_path / "again").exists()


def test_a_changed_log_is_refused_however_well_the_hashes_were_mended(world: KeptWorld, tmp_path: Path) -> None:
    place = back_up(world.house, tmp_path / "kept", "editor", world.now).place
    log = place / "rows" / "audit_entries.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"actor": "editor"', b'"actor": "nobody"', 1))
    told = json.loads((place / "manifest.json").read_bytes())
    told["files"]["rows/audit_entries.jsonl"][0] = backup.hash_file(log)
    content = json.dumps(told).encode()
    (place / "manifest.json").write_bytes(content)
    (place / "manifest.sha256").write_text(backup.hash_of(content))
    with pytest.raises(AdministratorError, match="审计链断了"):
        brought_back(tmp_path / "kept", tmp_path / "again")


def test_paths_that_lead_out_and_links_are_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as tar:
        (tmp_path / "x").write_text("x")
        tar.add(tmp_path / "x", "../../outside")
    with tarfile.open(tmp_path / "link.tar.gz", "w:gz") as tar:
        link = tarfile.TarInfo("store/ab/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    for name in ("bad.tar.gz", "link.tar.gz"):
        with pytest.raises(AdministratorError):
            brought_back(tmp_path / name, tmp_path / "again")
    assert not (tmp_path / "outside").exists()


def test_a_house_that_lives_is_not_written_over(world: KeptWorld, tmp_path: Path) -> None:
    back_up(world.house, tmp_path / "kept", "editor", world.now)
    with pytest.raises(AdministratorError, match="不覆盖"):
        brought_back(tmp_path / "kept", world.house.root)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    with pytest.raises(AdministratorError, match="something"):
        brought_back(tmp_path / "kept", tmp_path / "full")


def test_another_key_and_a_newer_schema_are_refused(world: KeptWorld, tmp_path: Path) -> None:
    place = back_up(world.house, tmp_path / "kept", "editor", world.now).place
    other = tmp_path / "other.key"
    other.write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    with pytest.raises(AdministratorError, match=r"密钥文件 other\.key 打不开"):
        brought_back(tmp_path / "kept", tmp_path / "again", other)
    assert not (tmp_path / "again").exists()
    told = json.loads((place / "manifest.json").read_bytes())
    content = json.dumps({**told, "schema": "9999"}).encode()
    (place / "manifest.json").write_bytes(content)
    (place / "manifest.sha256").write_text(backup.hash_of(content))
    with pytest.raises(AdministratorError, match="先升级程序"):
        brought_back(tmp_path / "kept", tmp_path / "again")


def test_a_backup_of_an_older_schema_is_brought_up_to_date(tmp_path: Path, world: KeptWorld) -> None:
    """Rows kept before the recalls had tables: they are loaded as they were, then the newer tables are made."""
    place = back_up(world.house, tmp_path / "kept", "editor", world.now).place
    newer = ("recalls", "remedies", "remedy_checks", "stops", "freezes", "advisories", "sightings")
    told = json.loads((place / "manifest.json").read_bytes())
    for table in [one for one in told["rows"] if one in newer or not _had(one)]:
        told["rows"].pop(table)
        told["files"].pop(f"rows/{table}.jsonl")
        (place / "rows" / f"{table}.jsonl").unlink()
    for table in told["rows"]:
        file = place / "rows" / f"{table}.jsonl"
        rows = [json.loads(line) for line in file.read_bytes().splitlines()]
        lines = [json.dumps({name: row.get(name, "") for name in _had(table)}) for row in rows]
        file.write_text("".join(f"{line}\n" for line in lines))
        told["files"][f"rows/{table}.jsonl"] = [backup.hash_file(file), file.stat().st_size]
    content = json.dumps({**told, "schema": "0004"}).encode()
    (place / "manifest.json").write_bytes(content)
    (place / "manifest.sha256").write_text(backup.hash_of(content))
    again = brought_back(tmp_path / "kept", tmp_path / "again")
    assert len(tables(again)["deliveries"]) == 4
    assert tables(again)["recalls"] == []


_columns: dict[str, set[str]] = {}


def _had(table: str) -> set[str]:
    """The columns a table had at 0004; none when it was not there."""
    if not _columns:
        from alembic import command

        from cms.db import migration_config

        engine = open_engine("sqlite://")
        with session_scope(engine) as session:
            command.upgrade(migration_config(session.connection()), "0004")
            for one in backup.tables_of(session.connection()):
                _columns[one.name] = {column.name for column in one.columns}
    return _columns.get(table, set())


def test_one_moment_while_the_house_works(world: KeptWorld, tmp_path: Path) -> None:
    """Whoever writes meanwhile waits for nobody, and no half of what they wrote is kept."""
    stop, written = threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            with session_scope(world.house.engine) as session:
                audit.record(session, "writer", "test.write", "test:1", {"number": written[0]}, NOW)
                session.get_one(Workspace, 1).name = f"第 {written[0]} 次"
            written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            back_up(world.house, tmp_path / f"kept-{number}.tar.gz", "editor", world.now)
    finally:
        stop.set()
        writer.join()
    assert written[0] > 3
    for number in range(3):
        again = brought_back(tmp_path / f"kept-{number}.tar.gz", tmp_path / f"again-{number}")
        with read_scope(again.engine) as session:
            last = session.exec(
                select(AuditEntry).where(AuditEntry.action == "test.write").order_by(AuditEntry.id.desc())  # type: ignore[attr-defined]
            ).first()
            name = session.get_one(Workspace, 1).name
            assert name == (f"第 {last.detail['number']} 次" if last else "测试")
        again.engine.dispose()


def test_from_one_database_into_the_other_and_back(world: KeptWorld, tmp_path: Path, postgres: Any) -> None:
    back_up(world.house, tmp_path / "files.tar.gz", "editor", world.now)
    url = postgres.create()
    settle_on(tmp_path / "served", url)
    served = brought_back(tmp_path / "files.tar.gz", tmp_path / "served", world.house.root / "yigao.key")
    assert served.engine.dialect.name == "postgresql"
    there, here = tables(served), tables(world.house)
    same = [one for one in here if one not in LOST]
    assert {one: there[one] for one in same} == {one: here[one] for one in same}
    with session_scope(served.engine) as session:  # the counters go on after the highest number
        session.add(_fresh(session))
    back_up(served, tmp_path / "served.tar.zst", "editor", world.now)
    back = brought_back(tmp_path / "served.tar.zst", tmp_path / "back", world.house.root / "yigao.key")
    assert back.engine.dialect.name == "sqlite"
    with read_scope(back.engine) as session:
        assert audit.verify(session) is None
        assert session.get_one(AuditHead, 1).length > len(tables(world.house)["audit_entries"])
    served.engine.dispose()


def _fresh(session: Any) -> Any:
    from cms.people import notify

    return notify(session, "house:1", "恢复演练", NOW)


def test_a_lost_object_is_named(world: KeptWorld, tmp_path: Path) -> None:
    with read_scope(world.house.engine) as session:
        one = session.exec(select(Delivery)).first()
        assert one is not None
    shutil.copytree(world.house.root / "store", tmp_path / "store")
    (world.house.root / "store").unlink()
    shutil.move(tmp_path / "store", world.house.root / "store")
    world.house.store.path(one.rendition_hash).unlink()
    kept = back_up(world.house, tmp_path / "kept", "editor", world.now)
    assert kept.missing == (one.rendition_hash,)
