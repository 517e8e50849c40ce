"""The pages of the desk: the list of stories, and 写与看, where one is written and looked at."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request, url_for
from flask import session as browser
from sqlmodel import col, select
from werkzeug.wrappers import Response as Answer

from channels import registry
from channels.losses import Group, grouped, tally
from channels.rendering import text_of
from channels.values import Finding, Loss
from cms.db import read_scope
from cms.manuscript.skeletons import START
from cms.stories import Column, OwnText, StaleError, mark_of, story_named
from cms.web import shelves, skeletons
from cms.web.desk import Desk, Writer, clock
from cms.web.editing.apart import can_be_cut, own_of, written_of
from cms.web.editing.asking import asked_for, where
from cms.web.editing.beside import beside
from cms.web.entrance import nearest, scope, who
from cms.web.glass import served
from cms.web.guard import trouble, wants_json
from cms.web.permits import WRITERS
from cms.web.preview import FILMED, Elsewhere, Preview, Previewer, Written, alike, headline_of
from cms.web.spoken import on_screen
from cms.web.standing import standing as how_it_stands

CONFLICT = (
    "这篇稿件刚在别处保存过新的版本。您写的还在这一页上，没有覆盖别人的。"
    "要用您的这一版接着保存，请点“仍存我的”；别人的那一版会留在历史里。"
)
COMPARE = "这篇稿件刚在别处保存过新的版本，没有覆盖。请两边对照，再决定用哪一版；没用上的那一版也不会丢。"
LEFT = "left"
"""What a browser is still to be told of files that came in (cms/web/editing/arriving)."""
BAD_SLUG = "稿件名要用作网址，只许小写字母、数字和连字符，最长 80 字，请回到稿件列表新建。"
NOT_YOURS = (
    "这份文字是给别的单位写的，您现在的角色打不开。它还留在这台电脑上：换回原来的角色，或请管理员设好角色，就能再打开。"
)
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
KEYS = (
    ("Ctrl+S", "现在就保存（停笔 2 秒也会自己保存）"),
    ("Ctrl+B Ctrl+I Ctrl+K", "加粗、着重、链接"),
    ("/", "在行首或空格后：插入块，接着打拼音首字母，如 /tp 图片、/bg 表格、/gs 公式、/dh 对白"),
    ("Ctrl+1 … Ctrl+4", "看前四个渠道的样子"),
    ("Alt+↑ Alt+↓", "把这一块往上、往下移"),
    ("Shift+Enter", "段内换行"),
    ("Ctrl+Alt+0 Ctrl+Alt+2 Ctrl+Alt+3", "改成正文、标题二、标题三"),
    ("Ctrl+Z Ctrl+Y", "撤销、重做"),
    ("Ctrl+Enter", "送审"),
    ("Ctrl+Shift+P", "马上重新生成预览"),
    ("Alt+0", "从渠道的单独版本回到主稿"),
    ("Esc Tab", "离开正文"),
    ("?", "看所有键（不在写字时）"),
)
LEVELS = {"block": "必须改", "warn": "请留意", "info": "提示"}
"""The worst first, as they are listed."""


def blueprint(desk: Desk, previewer: Previewer) -> Blueprint:
    """The routes of the desk."""
    pages = Blueprint("pages", __name__)

    @pages.get("/stories")
    def stories() -> str:
        return shelves.page(desk)

    @pages.get("/new")
    def new() -> str | Answer | tuple[Response | str, int]:
        """A new story; ``?slug``: one that was begun in this browser and never saved, under its name; ``?column``: with
        that column's template."""
        slug = f"{begins_with(writer())}gao-{desk.now():%Y%m%d-%H%M%S}"
        begun = request.args.get("slug", "")
        if begun:
            if not _SLUG.fullmatch(begun) or not desk.is_theirs(begun, scope()):
                return trouble(NOT_YOURS, 404)
            if _current(desk, begun):
                return redirect(url_for("pages.write", slug=begun), 303)
            slug = begun
        column = _column(desk, request.args.get("column", ""))
        text = skeletons.first_text(column, None, slug, desk.today()) if column else None
        return write_page(desk, slug, text or skeletons.first_page(slug, desk.today()), base="", saved_at="")

    @pages.get("/write/<slug>")
    def write(slug: str) -> str:
        try:
            text = desk.load(slug, scope())
        except KeyError:
            abort(404)
        at = desk.saved_at(slug, scope()) or desk.now()
        left = browser.pop(LEFT, {}).get(slug, ())
        return write_page(desk, slug, text, base=mark_of(text), saved_at=clock(at), left=left)

    @pages.post("/write/<slug>")
    def save(slug: str) -> tuple[Response | str, int] | Answer:
        asked = asked_for()
        if not _SLUG.fullmatch(slug):
            return trouble(BAD_SLUG, 422)
        if not desk.is_theirs(slug, scope()):
            abort(404)
        upon = None if asked.get("anyway") else str(asked.get("base", ""))
        try:
            version = desk.save(slug, asked["text"], writer(), upon)
        except StaleError:
            return _conflict(desk, previewer, slug, asked["text"])
        if not wants_json():
            return redirect(url_for("plain.look" if asked.get("look") else "pages.write", slug=slug), 303)
        said = {"version": version, "base": mark_of(asked["text"]), "saved_at": clock(desk.now())}
        said["standing"] = asdict(how_it_stands(desk, slug))
        return jsonify(said | ({"text": asked["text"]} if "tree" in asked else {}))

    @pages.post("/preview")
    def preview() -> Response:
        asked = asked_for(desk)
        unit, units = asked.get("unit", ""), dict(desk.looks(scope()))
        if unit not in (units or {"": ""}):  # with no account anywhere the checks alone are asked for
            abort(400)
        written = written_of(desk, asked)
        slug = asked.get("slug", "")
        shown = as_json(previewer.look(written, unit, slug, reach_of(desk, slug), from_above(unit)))
        bases = {name: one.base for name, one in own_of(desk, asked.get("slug", "")).items()}
        shown["behind"] = [name for name, base in bases.items() if base != written.main]
        if "tree" in asked:
            shown |= {"text": asked["text"], **where(asked["text"], asked["tree"])}
        return jsonify(shown)

    @pages.post("/preview/elsewhere")
    def elsewhere() -> Response:
        asked = asked_for(desk)
        unit, slug = asked.get("unit", ""), asked.get("slug", "")
        if unit not in (dict(desk.looks(scope())) or {"": ""}):
            abort(400)
        found = previewer.elsewhere(written_of(desk, asked), unit, reach_of(desk, slug), slug)
        return jsonify(findings=found_elsewhere(found, dict(desk.looks(scope()))))

    @pages.post("/preview/links")
    def links() -> Response:
        """Which links do not open: asked once one rests, for it takes as long as the other side takes."""
        asked = asked_for(desk)
        titles = {name: one.title for name, one in registry.all_channels().items()}
        return jsonify(findings=_found(previewer.links(written_of(desk, asked), asked.get("slug", "")), titles))

    @pages.get("/frames/<key>/<path:path>")
    def frame(key: str, path: str) -> Answer | tuple[Response | str, int]:
        sheet = previewer.frame(key, scope().slugs)
        if sheet is None:
            return trouble("这一屏已经过期，回到写稿页再改动一处，或按 Ctrl+Shift+P 重新生成。", 404)
        return served(sheet, path, "max-age=31536000, immutable")

    return pages


def from_above(unit: str) -> frozenset[str]:
    """The unit whose people look at a story on the accounts of ``unit``, where that is not theirs (``Desk.looks``)."""
    return frozenset({nearest(unit)} - {unit}) if unit else frozenset()


def writer() -> Writer:
    """Who writes here, and for which of their units: the highest they have."""
    mine = scope().units
    held = {unit for _, unit in who().held}
    unit_id, unit = next(((one, slug) for one, slug in mine if one in held), mine[0])
    return Writer(who().login, scope(), unit_id, unit)


def begins_with(one: Writer) -> str:
    """How the names of a unit's stories begin: so that nobody's new story takes, or finds out, another's name."""
    return "" if one.unit_id == who().units.top else f"{one.unit}-"


def reach_of(desk: Desk, slug: str) -> frozenset[str]:
    """The units a story may go to, of those one sees: its own and those below it; a new one's is the writer's."""
    units = who().units
    with read_scope(desk.people.engine) as session:
        story = story_named(session, slug) if slug else None
        unit_id = story.unit_id if story is not None and story.unit_id is not None else None
    if unit_id is None:
        unit_id = units.top if story is not None else writer().unit_id
    below = units.below(unit_id) if unit_id is not None else frozenset()
    return frozenset(name for number, name, _ in units.rows if number in below) & dict(desk.looks(scope())).keys()


def _current(desk: Desk, slug: str) -> str:
    try:
        return mark_of(desk.load(slug, scope()))
    except KeyError:
        return ""


def _conflict(desk: Desk, previewer: Previewer, slug: str, text: str) -> tuple[Response | str, int]:
    """Nothing is overwritten, and nothing lost: a form comes back with what was written."""
    if wants_json():
        shows = previewer.shows(Written(text), slug)
        return jsonify(sentence=COMPARE, conflict=True, beside=beside(desk, slug, text, shows)), 409
    return write_page(desk, slug, text, _current(desk, slug), "", CONFLICT), 409


def write_page(
    desk: Desk,
    slug: str,
    text: str,
    base: str,
    saved_at: str,
    conflict: str = "",
    channel: str = "",
    left: Sequence[tuple[str, str, str]] = (),
) -> str:
    """写与看, over the main text or over the own text of a ``channel``. ``left``: (level, word, sentence) of what did
    not come along from the file it was made from."""
    own = own_of(desk, slug)
    writes = who().writes and desk.is_theirs(slug, who().units.scope(who().held, WRITERS))
    with read_scope(desk.people.engine) as session:
        columns = [title for _, title in shelves.columns_here(session)]
    return render_template(
        "write.html",
        slug=slug,
        text=text,
        base=base,
        saved_at=saved_at,
        headline=headline_of(text),
        conflict=conflict,
        left=left,
        stands=how_it_stands(desk, slug),
        is_reviewed=is_reviewed(),
        has_releases="delivering.release" in current_app.view_functions,
        has_library="library.pick" in current_app.view_functions,
        keys=KEYS,
        units=desk.looks(scope()),
        columns=columns,
        writes=writes,
        channels=tabs(desk, own),
        channel=channel,
        title=registry.get(channel).title if channel else "",
        own=own,
        skeletons=skeletons.documents(),
        begun=START,
    )


def _column(desk: Desk, slug: str) -> Column | None:
    """A column somebody here may write for; 404 for any other name."""
    if not slug:
        return None
    mine = col(Column.unit_id).is_(None) | scope().over(Column.unit_id)
    with read_scope(desk.people.engine) as session:
        return session.exec(select(Column).where(Column.slug == slug, mine)).one_or_none() or abort(404)


def is_reviewed() -> bool:
    """Whether this house has a review."""
    return "reviewing.new" in current_app.view_functions


def tabs(desk: Desk, own: Mapping[str, OwnText]) -> list[dict[str, object]]:
    """The channels as the page shows them: which follow the main text, which have words of their own."""
    return [
        {
            "name": name,
            "title": registry.get(name).title,
            "clip": name == FILMED[0],
            "can_be_cut": can_be_cut(name),
            "own": own.get(name),
            "shows": registry.get(text_of(name)).title if text_of(name) not in ("", name) else "",
        }
        for name in desk.channels()
    ]


def as_json(preview: Preview) -> dict[str, Any]:
    """The preview as the page's script reads it."""
    titles = {one.name: one.title for one in preview.channels}
    return {
        "headline": preview.headline,
        "channels": [
            {
                "name": one.name,
                "title": one.title,
                "account": one.account,
                "frame": f"/frames/{one.frame}/{one.path}" if one.frame else "",
                "problem": one.problem,
                "counters": [
                    {**asdict(each), "level": each.level, "bounds": each.bounds}
                    for each in one.counters
                    if not each.is_quiet
                ],
            }
            for one in preview.channels
        ],
        "findings": _found(preview.findings, titles),
        "is_all": preview.is_all,
        "losses": _lost(preview),
    }


def found_elsewhere(found: Sequence[Elsewhere], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What stands against it for readers of other units, each once, with the units it is about (``names`` by slug)."""
    titles = {name: one.title for name, one in registry.all_channels().items()}
    units: dict[Finding, dict[str, None]] = {}
    for one in found:
        units.setdefault(alike(one.finding), {}).update(dict.fromkeys(one.units))
    rows = _found([one.finding for one in found], titles)
    for row, about in zip(rows, units.values(), strict=True):
        row |= {"on": "", "what": _named([names.get(one, one) for one in about])}
    return rows


def _named(units: Sequence[str]) -> str:
    return "、".join(units) if len(units) <= 3 else f"{units[0]}等 {len(units)} 个单位"


def _found(findings: Sequence[Finding], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each once: what several channels show alike names them all, and leads ``on`` the first one's phone where it has
    no line."""
    channels: dict[Finding, dict[str, None]] = {}
    for one in findings:
        channels.setdefault(alike(one), {})[one.channel] = None
    return [
        {
            "level": one.level,
            "word": LEVELS[one.level],
            "message": on_screen(one.message, markdown=True),
            "line": one.line,
            "excerpt": one.excerpt,
            "channel": "、".join(dict.fromkeys(filter(None, (titles.get(name, "") for name in names)))),
            "on": next((name for name in names if name in titles), ""),
        }
        for one, names in channels.items()
    ]


def _lost(preview: Preview) -> list[dict[str, Any]]:
    """What each channel changes, in the order of the tabs; one that takes everything as it is is left out."""
    channels: dict[str, list[Loss]] = {}
    for title, one in preview.losses:
        channels.setdefault(title, []).append(one)
    return [
        {"channel": title, "tally": tally(own), "groups": [_group(one) for one in grouped(own)]}
        for title, own in channels.items()
    ]


def _group(group: Group) -> dict[str, Any]:
    head = {"kind": group.kind, "word": group.word, "reason": group.reason, "what": group.what, "count": group.count}
    return {**head, "places": [asdict(place) for place in group.places]}
