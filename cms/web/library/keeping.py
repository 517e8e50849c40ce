"""Pictures pasted or dropped into a story become assets of the library: found again by their bytes, never doubled, and
what is still to be said of their rights is asked for."""

from typing import Any

from flask import url_for

from assets.pictures import PictureError
from channels.values import Figure
from cms.library import Added, Asset, Facts, LibraryDesk, LibraryError, add, plain_name
from cms.library.facts import UNVERIFIED
from cms.manuscript.writer import write_blocks
from cms.web.desk import Desk
from cms.web.library.asking import by
from cms.web.library.taking import check, picture_of

_SAID = ("src", "alt", "credit", "licence", "focus_x", "focus_y", "ai")


def keep(desk: Desk, room: LibraryDesk, content: bytes, name: str, path: str) -> dict[str, Any]:
    """Take what was sent into the library too; what the editor says about it. A picture the library has no room for
    stays in the story all the same, and the words say why it is not in the library. ``path``: where it lies beside the
    draft."""
    try:
        added = add(room, content, Facts(name=plain_name(name)[:120] or "图片"), by(""), name)
    except (LibraryError, PictureError) as error:
        return {"said": f"已放进稿件，没有收进素材库：{error}", "button": "", "way": ""}
    one = added.asset
    told = {"said": _words(desk, added), "button": "" if _is_told(one) else "去补", "way": _way(one)}
    if added.is_new:
        return told
    made = picture_of(one, path)
    known = {each: getattr(made, each) for each in _SAID if getattr(made, each)}
    if known.get("licence") == UNVERIFIED:
        del known["licence"]
    return {**told, "picture": known, "text": write_blocks((Figure(picture=made),)).strip()}


def _words(desk: Desk, added: Added) -> str:
    one = added.asset
    try:
        check(one, desk)
    except LibraryError as error:
        return str(error)
    missing = "" if _is_told(one) else "还没写清画面内容、作者和许可，核实之前不要发。"
    if added.is_new:
        return f"已收进素材库，{missing}" if missing else "已收进素材库。"
    return f"素材库里已有这张（{one.name}），{missing or '作者和许可一并带来了。'}"


def _is_told(one: Asset) -> bool:
    return bool(one.alt) and one.licence != UNVERIFIED


def _way(one: Asset) -> str:
    return url_for("library.asset", number=one.id)
