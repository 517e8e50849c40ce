"""收稿 at the cursor: what is pasted or dropped comes in through the one cleaner, with a list of what stayed behind."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from assets.pictures import PictureError
from channels import canonical
from channels.values import Blocks, Finding, Picture
from cms import arrivals
from cms.arrivals import ArrivalError, Arrived
from cms.manuscript.normal import rewrite
from cms.manuscript.tree import tree_of
from cms.web.desk import Desk
from cms.web.entrance import scope
from cms.web.guard import trouble
from cms.web.permits import FILE_LIMIT
from cms.web.shelf import keep

NOTHING = "没有收到内容，请重新粘贴，或选一个 .docx 文件。"
TOO_LARGE = "这个文件超过 64 MiB，请先在 Word 里压缩图片再导入。"
PICTURE_LOST = "有一张图片没有带过来（{why}），请另存后重新插入。"
_WORDS = {"warn": "没带来", "info": "已改动", "block": "没带来"}


def blueprint(desk: Desk) -> Blueprint:
    """The route of the arrivals."""
    arriving = Blueprint("arriving", __name__)

    @arriving.post("/arrive")
    def arrive() -> Response | tuple[Response | str, int]:
        slug = request.form.get("slug", "")
        if slug and not desk.is_theirs(slug, scope()):
            abort(404)
        try:
            arrived = _arrived()
        except ArrivalError as error:
            return trouble(str(error), 422)
        if arrived is None:
            return trouble(NOTHING, 400)
        blocks, lost = _with_pictures(desk, desk.folder(slug), arrived)
        left = [*lost, *arrived.left]
        return jsonify(doc=tree_of(blocks), front=canonical.plain(arrived.front), left=[_said(one) for one in left])

    return arriving


def _arrived() -> Arrived | None:
    """What was sent: a clipboard's HTML, or a file; None when neither."""
    sent = request.files.get("file")
    if sent is None:
        html = request.form.get("html", "")
        return arrivals.arrive_html(html) if html.strip() else None
    content = sent.stream.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise ArrivalError(TOO_LARGE)
    return arrivals.arrive(content, sent.filename or "")


def _with_pictures(desk: Desk, folder: Path, arrived: Arrived) -> tuple[Blocks, list[Finding]]:
    """The blocks with their pictures laid beside the draft; a finding for each that cannot be used."""
    kept: dict[str, str] = {}
    lost: list[Finding] = []
    for path, content in arrived.pictures.items():
        try:
            kept[path] = keep(desk.pictures, folder, content, Path(path).name)
        except PictureError as error:
            message = PICTURE_LOST.format(why=str(error).rstrip("。"))
            lost.append(Finding(level="warn", rule="arrival.picture", message=message, excerpt=path))
    return rewrite(arrived.blocks, _renamed(kept)), lost


def _renamed(kept: Mapping[str, str]) -> Any:
    def named(value: Any) -> Any:
        return replace(value, src=kept[value.src]) if isinstance(value, Picture) and value.src in kept else value

    return named


def _said(finding: Finding) -> dict[str, str]:
    return {
        "level": finding.level,
        "word": _WORDS[finding.level],
        "message": finding.message,
        "excerpt": finding.excerpt,
    }
