"""收稿 at the cursor: what is pasted or dropped comes in through the one cleaner, with a list of what stayed behind."""

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from flask import session as browser
from werkzeug.wrappers import Response as Answer

from assets.pictures import PictureError
from channels import canonical
from channels.values import Blocks, Finding, Picture
from cms import arrivals
from cms.arrivals import ArrivalError, Arrived
from cms.manuscript import FrontMatter
from cms.manuscript.normal import rewrite
from cms.manuscript.rewriting import rewritten, told
from cms.manuscript.tree import tree_of
from cms.stories import StaleError
from cms.web.desk import Desk
from cms.web.entrance import scope
from cms.web.guard import trouble
from cms.web.pages import LEFT, begins_with, writer
from cms.web.permits import FILE_LIMIT
from cms.web.shelf import keep
from cms.web.skeletons import first_page
from cms.web.spoken import on_screen

NO_FILE = "还没有选文件，请选一个 .docx、.md、.html 或 .zip 文件。"
TWICE = "同一秒里已经有一篇新稿，请再导入一次。"
MOST_LEFT, MOST_WORDS = 12, 60
"""So much of it fits into a cookie."""
NOTHING = "没有收到内容，请重新粘贴，或选一个 .docx 文件。"
TOO_LARGE = "这个文件超过 64 MB，请先在 Word 里压缩图片再导入。"
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
        blocks, front, lost = _with_pictures(desk, desk.folder(slug), arrived)
        left = [*lost, *arrived.left]
        return jsonify(doc=tree_of(blocks), front=canonical.plain(front), left=[_said(one) for one in left])

    @arriving.post("/stories/import")
    def begin() -> Answer | tuple[Response | str, int]:
        """A new story from a file: the way to the editor, which shows what did not come along."""
        me = writer()
        slug = _free(desk, f"{begins_with(me)}gao-{desk.now():%Y%m%d-%H%M%S}")
        sent = request.files.get("file")
        try:
            arrived = _arrived() if sent is not None and sent.filename else None
        except ArrivalError as error:
            return trouble(str(error), 422)
        if arrived is None or sent is None:
            return trouble(NO_FILE, 422)
        blocks, given, lost = _with_pictures(desk, desk.folder(slug), arrived)
        text = first_page(slug, desk.today())
        front = _over(told(text).front, given, Path(sent.filename or "").stem)
        try:
            desk.save(slug, rewritten(text, front, blocks), me, "")
        except StaleError:
            return trouble(TWICE, 409)
        left = [_said(one) for one in [*lost, *arrived.left]]
        rows = [(one["level"], one["word"], one["message"][:MOST_WORDS]) for one in left[:MOST_LEFT]]
        if len(left) > MOST_LEFT:
            rows.append(("info", "还有", f"{len(left) - MOST_LEFT} 处同样没带来或改动过，请对照原文件。"))
        browser[LEFT] = {slug: rows}
        return redirect(url_for("pages.write", slug=slug), 303)

    return arriving


def _free(desk: Desk, slug: str) -> str:
    """The name, or one like it where there is a story of this very second."""
    name, tries = slug, 1
    while True:
        try:
            desk.load(name, scope())
        except KeyError:
            return name
        tries += 1
        name = f"{slug}-{tries}"


def _over(begun: FrontMatter, given: FrontMatter, name: str) -> FrontMatter:
    """What a new story begins with, and over it whatever the file says of itself; without a headline, its name. It is a
    story of ours from now on: its name, its column and its issue are not those of the file."""
    own = {"slug", "column", "column_slug", "issue"}
    kept = {one.name: getattr(given, one.name) for one in fields(FrontMatter) if one.name not in own}
    default = FrontMatter()
    said = {key: value for key, value in kept.items() if value != getattr(default, key)}
    return replace(begun, **{"headline": name, "digest": "", **said})


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


def _with_pictures(desk: Desk, folder: Path, arrived: Arrived) -> tuple[Blocks, FrontMatter, list[Finding]]:
    """The blocks and the cover with their pictures laid beside the draft; a finding for each that cannot be used."""
    kept: dict[str, str] = {}
    lost: list[Finding] = []
    for path, content in arrived.pictures.items():
        try:
            kept[path] = keep(desk.pictures, folder, content, Path(path).name)
        except PictureError as error:
            message = PICTURE_LOST.format(why=str(error).rstrip("。"))
            lost.append(Finding(level="warn", rule="arrival.picture", message=message, excerpt=path))
    named = _renamed(kept)
    return rewrite(arrived.blocks, named), rewrite(arrived.front, named), lost


def _renamed(kept: Mapping[str, str]) -> Any:
    def named(value: Any) -> Any:
        return replace(value, src=kept[value.src]) if isinstance(value, Picture) and value.src in kept else value

    return named


def _said(finding: Finding) -> dict[str, str]:
    return {
        "level": finding.level,
        "word": _WORDS[finding.level],
        "message": on_screen(finding.message),
        "excerpt": finding.excerpt,
    }
