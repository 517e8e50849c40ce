"""From the library into a story: found from the editor, laid beside the draft with its focus, words and licence."""

from dataclasses import replace

from flask import Blueprint, Response, abort, jsonify, request

from assets.store import MissingAssetError
from channels.values import Figure, Picture
from cms import library as room_of
from cms.db import read_scope
from cms.library import Asset, LibraryDesk, LibraryError, Wanted
from cms.manuscript.writer import write_blocks
from cms.web.desk import Desk
from cms.web.entrance import scope
from cms.web.library.asking import asset_named
from cms.web.library.pages import end_of
from cms.web.narrowing import asked
from cms.web.shelf import lay, to_me

OVER = "这张图的授权到 {day} 已经过期，不能再用：续了授权先到素材库改到期日，或换一张。"
LOST = "这张图的文件在存储里找不到了，请告诉管理员从备份恢复，或换一张。"
RETIRED = "这张图已经停用，请换一张；确实要用，先到素材库恢复它。"


def add_routes(library: Blueprint, desk: Desk, room: LibraryDesk) -> None:
    """Looking for a picture, and taking it."""

    @library.get("/library/pick")
    def pick() -> Response:
        today = desk.today()
        wanted = replace(asked(Wanted), kind="picture", state="")
        with read_scope(room.engine) as session:
            rows, total = room_of.listed(session, scope(), wanted, today)
        shown = [
            {
                "number": one.id,
                "name": one.name,
                "alt": one.alt,
                "thumb": to_me(desk, one.thumb, one.unit_id),
                "said": "　".join(word for word in (one.licence, one.author) if word),
                "end": end_of(one, today)[0],
            }
            for one in rows
        ]
        return jsonify(pictures=shown, total=total)

    @library.post("/library/<int:number>/take")
    def take(number: int) -> Response:
        given = request.get_json()
        slug = given.get("slug", "") if isinstance(given, dict) else None
        if not isinstance(slug, str):
            abort(400)
        if slug and not desk.is_theirs(slug, scope()):
            abort(404)
        with read_scope(room.engine) as session:
            one = asset_named(session, number)
        check(one, desk)
        try:
            path = lay(desk.folder(slug), room.pictures.read(one.hash), one.name)
        except MissingAssetError as error:
            raise LibraryError(LOST) from error
        made = picture_of(one, path)
        told = {name: getattr(made, name) for name in ("src", "alt", "credit", "licence", "focus_x", "focus_y", "ai")}
        text = write_blocks((Figure(picture=made),)).strip()
        return jsonify(picture=told, text=text, shown=to_me(desk, one.thumb, one.unit_id))


def check(one: Asset, desk: Desk) -> None:
    """LibraryError, with the remedy, where the asset may not go into a story."""
    if one.kind != "picture":
        raise LibraryError("这是视频，正文里现在只能放图片；请用“视频”块写它的网址。")
    if one.retired_at is not None:
        raise LibraryError(RETIRED)
    if one.until is not None and one.until < desk.today():
        raise LibraryError(OVER.format(day=one.until.isoformat()))


def picture_of(one: Asset, path: str) -> Picture:
    """The asset where a story uses it: whose it is, by what right, and what no crop may cut away."""
    credit = "／".join(dict.fromkeys(word for word in (one.author, one.source) if word))
    return Picture(
        src=path, alt=one.alt, credit=credit, licence=one.licence, focus_x=one.focus_x, focus_y=one.focus_y, ai=one.ai
    )
