"""The house's own sign: its name and its logo, on the bar of every page, at the door and on the micro-sites."""

import base64
import io
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, g, request, send_file, url_for

from assets.pictures import Cut, PictureError, Pictures
from assets.store import MissingAssetError
from cms.db import read_scope
from cms.people import Workspace
from cms.web.desk import Desk
from cms.web.shelf import kind_of

LIMIT = 2 * 1024 * 1024
SMALLEST, WIDEST, TALLEST = 64, 6.0, 1.5
"""The shorter side in pixels at least; how many times as wide as high, and as high as wide, at most."""
HEIGHT = 96
"""Shown at half of it, or less: sharp on fine screens."""


@dataclass(frozen=True, slots=True)
class Brand:
    """``logo``: its address, "" for the name in type; ``width`` and ``height`` as shown, in CSS pixels."""

    name: str
    logo: str = ""
    width: int = 0
    height: int = 0


def take_logo(pictures: Pictures, content: bytes, name: str) -> str:
    """Keep a logo (through the limited child); its hash. PictureError, with the remedy, where it will not do."""
    if len(content) > LIMIT:
        raise PictureError("标志超过 2 MB，请缩小后再传：高 200 像素就够清楚。")
    if kind_of(content) not in ("image/png", "image/jpeg"):
        raise PictureError("标志要用 PNG 或 JPEG 图片；矢量图（SVG）请先导出成 PNG。")
    made = pictures.take_in(content, name)
    if min(made.width, made.height) < SMALLEST:
        raise PictureError(
            f"标志只有 {made.width}×{made.height} 像素，会模糊：短的一边至少 {SMALLEST} 像素，请换一张大些的。"
        )
    if made.width > WIDEST * made.height:
        raise PictureError("标志太长，放进页头会很小：宽最多是高的 6 倍，请裁掉两边的空白。")
    if made.height > TALLEST * made.width:
        raise PictureError("标志太高，放进页头会很小：高最多是宽的 1.5 倍，请裁掉上下的空白。")
    return made.hash


def small(pictures: Pictures, digest: str) -> bytes:
    """The logo as it is shown: a PNG, at most ``HEIGHT`` pixels high."""
    whole = pictures.info(digest)
    width = max(1, round(whole.width * min(1.0, HEIGHT / whole.height)))
    return pictures.read(pictures.variant(digest, Cut(width, mime="image/png")).hash)


def for_sites(pictures: Pictures, digest: str) -> str:
    """The small one as the sites' accounts name it: its hash, and its size in CSS pixels."""
    made = pictures.info(pictures.store.put(small(pictures, digest)))
    return f"{made.hash} {made.width // 2} {made.height // 2}"


def inline(pictures: Pictures, digest: str) -> str:
    """The logo as an address of its own, for a page shown before it is kept."""
    return f"data:image/png;base64,{base64.b64encode(small(pictures, digest)).decode()}"


def brand_of(desk: Desk) -> Brand:
    """The house's sign as it is now."""
    with read_scope(desk.people.engine) as session:
        house = session.get(Workspace, 1)
    if house is None or not house.logo:
        return Brand(house.name if house else "")
    try:
        whole = desk.pictures.info(house.logo)
    except (MissingAssetError, PictureError):
        return Brand(house.name)
    height = min(HEIGHT, whole.height) // 2
    return Brand(
        house.name, url_for("brand.logo", v=house.logo[:12]), round(height * whole.width / whole.height), height
    )


def blueprint(desk: Desk) -> Blueprint:
    """The route of the logo: whoever stands at the door sees it."""
    brand = Blueprint("brand", __name__)

    @brand.get("/brand/logo")
    def logo() -> Response:
        with read_scope(desk.people.engine) as session:
            house = session.get(Workspace, 1)
        if house is None or not house.logo:
            abort(404)
        try:
            content = small(desk.pictures, house.logo)
        except (MissingAssetError, PictureError):
            abort(404)
        answer = send_file(io.BytesIO(content), mimetype="image/png", etag=house.logo, conditional=True)
        is_named = request.args.get("v", "") == house.logo[:12]
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_named else "no-cache"
        return answer

    return brand


def show_brand(app: Flask, desk: Desk) -> None:
    """Give every template the house's sign, asked once a page."""

    @app.context_processor
    def sign() -> dict[str, object]:
        def brand() -> Brand:
            if "brand" not in g:
                g.brand = brand_of(desk)
            found: Brand = g.brand
            return found

        return {"brand": brand}
