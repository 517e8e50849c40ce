"""Pictures in and out: uploads land beside the drafts, stored bytes are served at signed addresses."""

import hashlib
import io
import re
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, request, send_file

from assets.fetch import FetchError
from assets.pictures import PictureError, Pictures
from assets.store import MissingAssetError
from cms.web import signed
from cms.web.desk import Desk
from cms.web.entrance import nearest, scope, who
from cms.web.guard import trouble
from cms.web.permits import PICTURE_LIMIT as PICTURE_LIMIT

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_SUFFIX = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
_KEEP = "private, max-age=300"
"""A preview that is drawn again every few seconds asks for its pictures once; who lost the right loses them soon."""


def kind_of(content: bytes) -> str:
    """The media type by the first bytes; "" for what is never served (pages, SVG, anything else)."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return next((mime for magic, mime in _MAGIC if content.startswith(magic)), "")


def file_name(given: str, digest: str, mime: str) -> str:
    """A name safe in a Markdown path: the ASCII of the given one, and eight digits of the hash."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(given).stem.lower()).strip("-")[:40]
    return f"{stem or 'picture'}-{digest[:8]}{_SUFFIX[mime]}"


IntoLibrary = Callable[[bytes, str, str], Mapping[str, Any]]
"""What takes a picture (its bytes, its name, its path beside the draft) into the library, and what the editor says."""


def blueprint(desk: Desk, into_library: IntoLibrary | None = None) -> Blueprint:
    """The routes of the shelf."""
    shelf = Blueprint("shelf", __name__)

    @shelf.app_template_filter("stored")
    def stored(digest: str, unit_id: int, kind: signed.Kind = "pictures") -> str:
        return to_me(desk, digest, unit_id, kind)

    @shelf.get("/films/<unit>/<mark>/<digest>")
    @shelf.get("/pictures/<unit>/<mark>/<digest>")
    def show(unit: str, mark: str, digest: str) -> Response:
        """Whatever is wrong with it, it is answered alike: foreign, missing, made up."""
        if not signed.is_signed(desk.secret, digest, unit, mark) or unit not in scope().slugs:
            abort(404)
        return handed_out(desk, digest)

    @shelf.post("/pictures")
    def upload() -> tuple[Response | str, int] | Response:
        slug = request.form.get("slug", "")
        if slug and not desk.is_theirs(slug, scope()):
            abort(404)
        sent, address = request.files.get("picture"), request.form.get("address", "")
        if sent is None and not address:
            return trouble("没有收到图片，请把图片文件拖进正文，或复制后粘贴。", 400)
        try:
            content = sent.stream.read(PICTURE_LIMIT + 1) if sent else desk.fetch(address).content
        except FetchError as error:
            return trouble(f"{error.sentence}也可以把图片另存到电脑，再点“换图片”。", 422)
        if len(content) > PICTURE_LIMIT:
            return trouble("这张图片超过 20 MB，请缩小后再传。", 413)
        name = (sent.filename or "") if sent else urlsplit(address).path.rpartition("/")[2][:120]
        try:
            path = keep(desk.pictures, desk.folder(slug), content, name)
            noted = into_library(content, name, path) if into_library else None
            return jsonify(path=path, **({"library": noted} if noted else {}))
        except PictureError as error:
            return trouble(str(error), 422)

    return shelf


def to_me(desk: Desk, digest: str, unit_id: int, kind: signed.Kind = "pictures") -> str:
    """Where whoever asks is shown what lies in the store under ``digest``, found in a row of this unit that they may
    see."""
    return signed.address(desk.secret, digest, nearest(who().units.slug(unit_id)), kind)


def handed_out(desk: Desk, digest: str) -> Response:
    """The picture or film itself, to be kept by one browser within one visit; 404 for anything else. Whether it may be
    seen was asked before."""
    try:
        content = desk.pictures.store.get(digest)
    except MissingAssetError:
        abort(404)
    mime = kind_of(content)
    if not mime:
        abort(404)
    answer = send_file(io.BytesIO(content), mimetype=mime, etag=digest, conditional=True)
    answer.headers["Cache-Control"] = _KEEP
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'self'"
    answer.vary.add("Cookie")
    return answer


def keep(pictures: Pictures, folder: Path, content: bytes, name: str) -> str:
    """Take the picture in and lay the cleaned bytes (no camera data) beside the draft; its path."""
    return lay(folder, pictures.read(pictures.take_in(content, name).hash), name)


def lay(folder: Path, clean: bytes, name: str) -> str:
    """Lay a picture of the store beside a draft as it is; its path."""
    mime = kind_of(clean)
    if mime not in _SUFFIX:
        raise PictureError("这种图片不能用，请换成 JPEG 或 PNG 再传。")
    path = f"pictures/{file_name(name, hashlib.sha256(clean).hexdigest(), mime)}"
    target = folder / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".new-{uuid.uuid4().hex}")
        beside.write_bytes(clean)
        beside.replace(target)
    return path
