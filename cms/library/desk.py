"""The desk: taking a file in, saying what it is and what no crop may cut away, and taking it out of use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path, PurePath

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, func, select

from assets import marks
from assets.likeness import likeness
from assets.pictures import MAX_BYTES, Cut, PictureError, Pictures
from assets.probe import MediaError, is_film, probe, sniff
from assets.store import hash_of
from cms import audit
from cms.db import session_scope, utc
from cms.library import search, uses
from cms.library.facts import Facts, LibraryError
from cms.library.rows import Asset, AssetApart
from cms.people import Scope

MIB = 1024 * 1024
THUMB = Cut(480)
_NO_FILM = (
    "视频“{name}”打不开，文件坏了，或里面不是视频：请先在电脑上播放看看，再在剪辑软件里重新导出为 MP4（H.264）上传。"
)
_NEITHER = "“{name}”不是图片，也不是视频：素材库收 JPG、PNG、WebP、GIF 图片和 MP4 视频，请另存为其中一种再传。"
_NOT_MP4 = "视频“{name}”不是 MP4：请在剪辑软件里导出为 MP4（H.264）再上传。"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large things may be, in bytes. ``unfinished``: of all one person has under way; ``daily``: of what one person
    adds in 24 hours; ``lasts``: what is not gone on with for so long is forgotten."""

    chunk: int = MIB
    picture: int = MAX_BYTES
    video: int = 200 * MIB
    under_way: int = 40
    unfinished: int = 1024 * MIB
    daily: int = 4096 * MIB
    lasts: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class LibraryDesk:
    """What the room works with. ``spool``: the folder where files lie while they are being sent."""

    engine: Engine
    pictures: Pictures
    spool: Path
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, whose rows they reach, for which unit, and when."""

    login: str
    scope: Scope
    unit_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """An asset, and whether it came just now: else it was here already."""

    asset: Asset
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """What the bytes came to."""

    hash: str
    kind: str
    mime: str
    width: int
    height: int
    size: int
    seconds: int = 0
    thumb: str = ""
    likeness: str = ""
    ai: bool = False


def add(desk: LibraryDesk, content: bytes, facts: Facts, by: By, name: str = "") -> Added:
    """Take a picture or film in for ``by``'s unit; the one that is here already when it is the same. LibraryError or
    PictureError with the remedy when it cannot be used. ``name``: the file's, for what is said of it."""
    if not by.scope.holds(by.unit_id):
        raise LibraryError("您不能给这个单位加素材，请选自己的单位。")
    sent = hash_of(content)
    with session_scope(desk.engine) as session:
        known = search.same_bytes(session, by.scope, sent)
        if known is not None:
            return Added(known, False)
        check_daily(session, desk.limits, by, len(content))
    made = _taken_in(desk, content, name or facts.name)
    with session_scope(desk.engine) as session:
        known = search.same_bytes(session, by.scope, sent, made.hash)
        if known is not None:
            return Added(known, False)
        told = {one.name: getattr(facts, one.name) for one in fields(facts) if one.name != "ai"}
        seen = {one.name: getattr(made, one.name) for one in fields(made) if one.name != "ai"}
        row = Asset(
            **told, **seen, ai=facts.ai or made.ai, unit_id=by.unit_id, sent_hash=sent, added_by=by.login,
            added_at=utc(by.at),
        )  # fmt: skip
        session.add(row)
        session.flush()
        detail = {"hash": row.hash, "kind": row.kind, "size": row.size, "unit": row.unit_id, **facts.told()}
        audit.record(session, by.login, "library.add", f"asset:{row.id}", detail, by.at)
        return Added(row, True)


def check_daily(session: Session, limits: Limits, by: By, more: int) -> None:
    """LibraryError when ``more`` bytes are too much for one person in a day."""
    since = by.at - timedelta(hours=24)
    query = select(func.coalesce(func.sum(Asset.size), 0)).where(Asset.added_by == by.login)
    today = session.exec(query.where(col(Asset.added_at) > since)).one()
    if today + more > limits.daily:
        raise LibraryError(f"24 小时里最多加 {limits.daily // MIB} MB 素材，您已经加满，请明天再传，或请同事来传。")


def _taken_in(desk: LibraryDesk, content: bytes, name: str) -> _Made:
    mime = sniff(content)
    if mime == "video/quicktime" or (is_film(content, name) and _is_other_film(name)):
        raise LibraryError(_NOT_MP4.format(name=name))
    if is_film(content, name) and mime != "video/mp4":
        raise LibraryError(_NO_FILM.format(name=name))
    if content and not mime:
        raise LibraryError(_NEITHER.format(name=name))
    return _film(desk, content, name) if mime == "video/mp4" else _picture(desk, content, name)


def _is_other_film(name: str) -> bool:
    """Whether a name is that of a film, and of none we take."""
    return not name.lower().endswith((".mp4", ".m4v", ".mov")) and is_film(b"", name)


def _film(desk: LibraryDesk, content: bytes, name: str) -> _Made:
    if len(content) > desk.limits.video:
        raise LibraryError(too_large(name, len(content), desk.limits.video))
    try:
        seen = probe(content)
    except MediaError as error:
        raise LibraryError(f"视频“{name}”读不出来：{error}。") from error
    digest = desk.pictures.store.put(content)
    return _Made(digest, "video", seen.mime, seen.width, seen.height, len(content), max(1, round(seen.seconds)))


def _picture(desk: LibraryDesk, content: bytes, name: str) -> _Made:
    if len(content) > desk.limits.picture:
        raise LibraryError(too_large(name, len(content), desk.limits.picture))
    try:
        seen = desk.pictures.take_in(content, name)
        thumb = desk.pictures.variant(seen.hash, THUMB)
    except PictureError as error:
        raise LibraryError(f"{error}。") from error
    clean = desk.pictures.read(seen.hash)
    return _Made(
        seen.hash, "picture", seen.mime, seen.width, seen.height, seen.size, thumb=thumb.hash,
        likeness=likeness(clean), ai=bool(marks.mark_of(clean)),
    )  # fmt: skip


def too_large(name: str, size: int, limit: int) -> str:
    """Why a file is not taken."""
    return f"“{name}”有 {size / MIB:.1f} MB，超过 {limit // MIB} MB 的上限，请压缩后再传。"


def plain_name(file: str) -> str:
    """What an asset is called after its file: no folder, no suffix."""
    return PurePath(file.replace("\\", "/")).stem.strip()[:120] or "未命名"


# --------------------------------------------------------------------------- afterwards


def describe(session: Session, number: int, facts: Facts, by: By) -> Asset:
    """Say something else of it."""
    row = search.mine(session, by.scope, number)
    before = {one.name: getattr(row, one.name) for one in fields(facts)}
    after = {one.name: getattr(facts, one.name) for one in fields(facts)}
    changed = {name: (_said(before[name]), _said(after[name])) for name in after if before[name] != after[name]}
    for name in changed:
        setattr(row, name, after[name])
    return _kept(session, row, "library.describe", changed, by) if changed else row


def _said(value: object) -> str:
    return "" if value is None else str(value)


def focus(session: Session, number: int, point: tuple[int, int], by: By) -> Asset:
    """Every crop keeps this point from now on."""
    row = search.mine(session, by.scope, number)
    if row.kind != "picture":
        raise LibraryError("视频没有焦点，不用设。")
    if (row.focus_x, row.focus_y) == point:
        return row
    row.focus_x, row.focus_y = point
    return _kept(session, row, "library.focus", {"x": point[0], "y": point[1]}, by)


def retire(session: Session, number: int, by: By) -> Asset:
    """Nobody is offered it any more; stories that use it keep it."""
    row = search.mine(session, by.scope, number)
    if row.retired_at is not None:
        return row
    row.retired_at = utc(by.at)
    return _kept(session, row, "library.retire", {}, by)


def revive(session: Session, number: int, by: By) -> Asset:
    """Offer it again."""
    row = search.mine(session, by.scope, number)
    if row.retired_at is None:
        return row
    row.retired_at = None
    return _kept(session, row, "library.revive", {}, by)


def remove(desk: LibraryDesk, number: int, by: By) -> None:
    """Take the row away; LibraryError when any text ever used it (a wall of the database says the same)."""
    uses.look_through(desk.engine, desk.pictures.store)
    with session_scope(desk.engine) as session:
        row = search.mine(session, by.scope, number)
        if uses.is_used(session, row):
            raise LibraryError("有稿件用过它，不能删除，旧版本还要靠它还原；不想再用，请点“停用”。")
        session.exec(
            delete(AssetApart).where((col(AssetApart.first_id) == number) | (col(AssetApart.second_id) == number))
        )
        detail = {"hash": row.hash, "name": row.name, "unit": row.unit_id}
        session.delete(row)
        audit.record(session, by.login, "library.remove", f"asset:{number}", detail, by.at)


def tell_apart(session: Session, number: int, other: int, by: By) -> None:
    """Two that look alike are two: they are not shown as twins again."""
    row, twin = search.mine(session, by.scope, number), search.find(session, by.scope, other)
    if twin is None or twin.id == row.id:
        raise LibraryError("要比的那一张不在了，请刷新页面看看。")
    first, second = sorted((row.id, twin.id))
    if session.get(AssetApart, (first, second)) is None:
        session.add(AssetApart(first_id=first, second_id=second, decided_by=by.login, decided_at=utc(by.at)))
        audit.record(session, by.login, "library.apart", f"asset:{first}", {"other": second}, by.at)


def _kept(session: Session, row: Asset, action: str, detail: Mapping[str, object], by: By) -> Asset:
    session.add(row)
    audit.record(session, by.login, action, f"asset:{row.id}", dict(detail), by.at)
    return row
