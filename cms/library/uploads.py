"""Files that come in pieces: after a cut line or a restart they go on from what is here.

A file is named by the hash of the whole, so sending it again finds what came of it before. What is here is what lies in
the spool: a row never says more than the disk. Pieces are written under the file's lock, at the end and nowhere else,
and are on the disk before they are answered for.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from assets.store import hash_of
from cms.db import read_scope, session_scope, utc
from cms.library import search
from cms.library.desk import MIB, Added, By, LibraryDesk, add, check_daily, too_large
from cms.library.facts import Facts, LibraryError, facts_of
from cms.library.rows import Asset, AssetUpload

_HASH = re.compile(r"[0-9a-f]{64}")
_FILM = (".mp4", ".m4v", ".mov")
GONE = "这次上传已经过期，请重新选这个文件。"
DAMAGED = "“{name}”传到的内容和您电脑上的不一样，已经作废，请再传一次。"
NO_ROOM = "服务器的磁盘写不进去了，“{name}”先停在这里，请告诉管理员；腾出地方后会接着传。"


class OffsetError(LibraryError):
    """A piece that does not begin where the file ends. ``here``: so much is here."""

    def __init__(self, here: int) -> None:
        super().__init__(f"这一段接不上，服务器已经收到 {here} 字节，请从那里接着传。")
        self.here = here


@dataclass(frozen=True, slots=True)
class Progress:
    """One file on its way: ``here`` of ``size`` bytes; ``done`` once it is an asset."""

    id: str
    here: int
    size: int
    done: Added | None = None


def begin(desk: LibraryDesk, name: str, size: int, digest: str, facts: Facts, by: By) -> Progress:
    """Say what is coming. What is here already is answered with the asset; what was begun before goes on."""
    _check_kind(desk, name, size, digest)
    sweep(desk, by.at)
    with session_scope(desk.engine) as session:
        known = search.same_bytes(session, by.scope, digest)
        if known is not None:
            return Progress("", size, size, Added(known, False))
        if not by.scope.holds(by.unit_id):
            raise LibraryError("您不能给这个单位加素材，请选自己的单位。")
        open_ones = _under_way(session, by.login)
        row = next((one for one in open_ones if one.hash == digest and one.unit_id == by.unit_id), None)
        if row is None:
            _check_quota(desk, open_ones, size)
            check_daily(session, desk.limits, by, size)
            row = AssetUpload(
                key=secrets.token_hex(16), person=by.login, unit_id=by.unit_id, name=name[:200], size=size, hash=digest,
                touched_at=utc(by.at),
            )  # fmt: skip
            session.add(row)
        row.facts, row.touched_at = facts.told(), utc(by.at)
        return Progress(row.key, _here(desk, row), size)


def progress(desk: LibraryDesk, number: str, by: By) -> Progress:
    """How far a file of ``by``'s is; LibraryError when nobody knows it any more."""
    with read_scope(desk.engine) as session:
        row = _mine(session, number, by)
        done = session.get(Asset, row.asset_id) if row.asset_id is not None else None
    return Progress(row.key, row.size if done else _here(desk, row), row.size, Added(done, True) if done else None)


def append(desk: LibraryDesk, number: str, offset: int, piece: bytes, by: By) -> Progress:
    """Write the next piece; the last one makes the asset. An empty piece at the end only asks for that, should it
    have been cut off. OffsetError when it does not begin where the file ends."""
    if len(piece) > desk.limits.chunk:
        raise LibraryError(f"一段最多 {desk.limits.chunk // MIB or 1} MB，请刷新页面再传。")
    with _locked(desk, number):
        before = progress(desk, number, by)
        if before.done:
            return before
        if offset != before.here:
            raise OffsetError(before.here)
        with read_scope(desk.engine) as session:
            row = _mine(session, number, by)
        if before.here + len(piece) > row.size:
            _forget(desk, row)
            raise LibraryError(DAMAGED.format(name=row.name))
        _write(_spooled(desk, row.key), piece, row)
        _touch(desk, row, by)
        here = before.here + len(piece)
        return _finish(desk, row, by) if here == row.size else Progress(row.key, here, row.size)


def sweep(desk: LibraryDesk, at: datetime) -> int:
    """Forget what nobody went on with, and files of the spool without a row; how many."""
    since, gone = utc(at) - desk.limits.lasts, 0
    with session_scope(desk.engine) as session:
        for row in session.exec(select(AssetUpload).where(col(AssetUpload.touched_at) < since)):
            session.delete(row)
        session.flush()
        known = set(session.exec(select(AssetUpload.key)))
        for file in desk.spool.glob("*") if desk.spool.is_dir() else ():
            if file.name not in known and not file.name.startswith("."):
                file.unlink(missing_ok=True)
                gone += 1
    return gone


# --------------------------------------------------------------------------- what may come


def _check_kind(desk: LibraryDesk, name: str, size: int, digest: str) -> None:
    if size <= 0:
        raise LibraryError(f"“{name}”是空文件，请重新导出再传。")
    if not _HASH.fullmatch(digest):
        raise LibraryError("浏览器没有算出文件的指纹，请刷新页面再传。")
    limit = desk.limits.video if name.lower().endswith(_FILM) else desk.limits.picture
    if size > limit:
        raise LibraryError(too_large(name, size, limit))


def _under_way(session: Session, login: str) -> list[AssetUpload]:
    query = select(AssetUpload).where(AssetUpload.person == login, col(AssetUpload.asset_id).is_(None))
    return list(session.exec(query))


def _check_quota(desk: LibraryDesk, open_ones: list[AssetUpload], size: int) -> None:
    limits = desk.limits
    if len(open_ones) >= limits.under_way:
        raise LibraryError(f"您有 {len(open_ones)} 个文件还没传完，最多同时 {limits.under_way} 个，请先等它们传完。")
    waiting = sum(one.size for one in open_ones) + size
    if waiting > limits.unfinished:
        allowed = f"{limits.unfinished / MIB:.0f} MB"
        raise LibraryError(f"没传完的加起来超过 {allowed}，请先等前面的传完；不要的，过一天会自动作废。")


# --------------------------------------------------------------------------- the spool


def _spooled(desk: LibraryDesk, number: str) -> Path:
    return desk.spool / number


@contextmanager
def _locked(desk: LibraryDesk, number: str) -> Iterator[None]:
    """One piece of a file at a time, whichever process it comes to."""
    if not re.fullmatch(r"[0-9a-f]{32}", number):
        raise LibraryError(GONE)
    desk.spool.mkdir(parents=True, exist_ok=True)
    with (desk.spool / f".{number[:2]}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _here(desk: LibraryDesk, row: AssetUpload) -> int:
    file = _spooled(desk, row.key)
    return file.stat().st_size if file.is_file() else 0


def _write(file: Path, piece: bytes, row: AssetUpload) -> None:
    before = file.stat().st_size if file.is_file() else 0
    try:
        with file.open("ab") as out:
            out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        if file.is_file():
            os.truncate(file, before)
        raise LibraryError(NO_ROOM.format(name=row.name)) from error


def _touch(desk: LibraryDesk, row: AssetUpload, by: By) -> None:
    with session_scope(desk.engine) as session:
        _mine(session, row.key, by).touched_at = utc(by.at)


def _mine(session: Session, number: str, by: By) -> AssetUpload:
    row = session.get(AssetUpload, number)
    if row is None or row.person != by.login:
        raise LibraryError(GONE)
    return row


def _finish(desk: LibraryDesk, row: AssetUpload, by: By) -> Progress:
    """The whole is here: looked at by the reader every picture goes through, and made an asset."""
    file = _spooled(desk, row.key)
    content = file.read_bytes()
    if hash_of(content) != row.hash:
        _forget(desk, row)
        raise LibraryError(DAMAGED.format(name=row.name))
    try:
        made = add(desk, content, facts_of(row.facts), _for(by, row), row.name)
    except LibraryError:
        _forget(desk, row)
        raise
    with session_scope(desk.engine) as session:
        session.get_one(AssetUpload, row.key).asset_id = made.asset.id
    file.unlink(missing_ok=True)
    return Progress(row.key, row.size, row.size, made)


def _for(by: By, row: AssetUpload) -> By:
    return By(by.login, by.scope, row.unit_id, by.at)


def _forget(desk: LibraryDesk, row: AssetUpload) -> None:
    with session_scope(desk.engine) as session:
        if (known := session.get(AssetUpload, row.key)) is not None:
            session.delete(known)
    _spooled(desk, row.key).unlink(missing_ok=True)
