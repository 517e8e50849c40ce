"""What a person takes away: rich text for the 公众号 back office, the clip to watch, the whole story as a .zip."""

import base64
import html
import io
import re
import threading
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Response, abort, jsonify

from channels import registry
from channels.canonical import digest
from channels.contract import StoryError
from channels.values import Finding, Manuscript, Part, Profile, Rendition
from cms.db import read_scope
from cms.manuscript import export_story
from cms.recalls import posting
from cms.stories import story_named
from cms.web import signed
from cms.web.desk import Desk
from cms.web.editing.apart import own_of, written_of
from cms.web.editing.asking import asked_for
from cms.web.entrance import nearest, now, scope
from cms.web.preview import Frozen, Previewer, filled, fills_for
from cms.web.shelf import kind_of

NOT_READY = "稿件还不能成稿，请先改好“检查”里的红色各条。"
NO_ACCOUNT = "这里没有{channel}的账号，做不出它的成品：请换一个单位，或请管理员在“账号”里接入。"
_END = re.compile(r"</(?:p|section|h[1-6]|li|tr|blockquote)>|<br\s*/?>")
_TAG = re.compile(r"<[^>]*>")


def blueprint(desk: Desk, previewer: Previewer) -> Blueprint:
    """The routes of the hands."""
    hands = Blueprint("hands", __name__)
    one_clip = threading.Lock()

    def ready(asked: dict[str, Any], channel: str) -> tuple[Manuscript, Profile]:
        unit = asked.get("unit", "")
        profile = next((one for one in desk.accounts(unit) if one.channel == channel), None)
        if unit not in (dict(desk.looks(scope())) or {"": ""}):
            abort(400)
        if profile is None:
            raise StoryError(NO_ACCOUNT.format(channel=registry.get(channel).title))
        written = written_of(desk, asked)
        made = previewer.frozen(written.main, asked.get("slug", ""), written.own)
        if made.manuscript is None:
            raise StoryError(NOT_READY)
        return made.shown_on(channel), profile

    @hands.post("/copy")
    def copy() -> Response:
        manuscript, profile = ready(asked_for(desk), "wechat")
        rendition, findings = previewer.rendered(manuscript, profile)
        slots = rendition.parts[0].slots
        fills = {**fills_for(rendition.parts[0], profile, desk.shown_to(profile.unit)), "signoff": ""}
        part = filled(rendition, fills)
        shown = {fills[one.id]: one.ref for one in slots if one.kind == "picture" and fills[one.id] in part.body}
        body = with_pictures(desk, part.body, shown)
        return jsonify(html=body, plain=plain(part.body), sentence=said(part, rendition, findings, len(shown)))

    @hands.post("/clip")
    def clip() -> Response:
        manuscript, profile = ready(asked_for(desk), "shipinhao")
        with one_clip:
            rendition, findings = previewer.rendered(manuscript, profile)
        film = next(one for one in rendition.parts[0].files if one.role == "clip")
        words = "；".join(one.message for one in findings) or "就是要发布的那一条"
        shown = signed.address(desk.secret, film.hash, nearest(profile.unit), "films")
        return jsonify(film=shown, sentence=f"短片已生成，{film.size / 1e6:.1f} MB。{words}")

    @hands.get("/write/<slug>/story.zip")
    def package(slug: str) -> Response:
        try:
            text = desk.load(slug, scope())
        except KeyError:
            abort(404)
        own = {name: one.text for name, one in own_of(desk, slug).items()}
        made = previewer.frozen(text, slug, own)
        content = packed(desk, made, slug, text, own, _against(desk, slug, made))
        named = f'attachment; filename="{slug}.zip"'
        return Response(content, mimetype="application/zip", headers={"Content-Disposition": named})

    return hands


def _against(desk: Desk, slug: str, made: Frozen) -> list[str]:
    """What speaks against posting this text of the story anywhere."""
    with read_scope(desk.people.engine) as session:
        story = story_named(session, slug)
        assert story is not None  # its text was loaded
        return posting.against_version(session, story, digest(made.manuscript) if made.manuscript else "", now())


def packed(
    desk: Desk, made: Frozen, slug: str, text: str, own: Mapping[str, str], against: Sequence[str] = ()
) -> bytes:
    """The newest text of a story with its pictures, as files in a .zip that comes in again as the same story. One that
    cannot be frozen yet goes as it was saved, with the pictures it names. What speaks ``against`` posting it lies
    beside it as a sheet."""
    out = io.BytesIO()
    with TemporaryDirectory() as room, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        folder = Path(room)
        if made.manuscript is not None:
            export_story(made.manuscript, desk.pictures, folder, made.variants)
        else:
            (folder / f"{slug}.md").write_text(text, encoding="utf-8")
            for channel, words in own.items():
                (folder / f"{slug}.{channel}.md").write_text(words, encoding="utf-8")
            _beside(desk.folder(slug), folder, "\n".join([text, *own.values()]))
        if against:
            (folder / posting.NOT_TO_POST).write_text("".join(f"{one}\n" for one in against), encoding="utf-8")
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            kept.write(file, str(file.relative_to(folder)))
    return out.getvalue()


def _beside(home: Path, folder: Path, text: str) -> None:
    """The files beside a draft that its text names."""
    for file in home.rglob("*"):
        name = file.relative_to(home).as_posix()
        if file.is_file() and not file.is_symlink() and name in text:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(file.read_bytes())


def with_pictures(desk: Desk, body: str, shown: Mapping[str, str]) -> str:
    """``body`` carrying its pictures along: the back office cannot fetch them from this desk. ``shown``: their hashes,
    by the addresses they have in it; an address somebody wrote in a text is left as words."""

    def carried(found: re.Match[str]) -> str:
        content = desk.pictures.read(shown[found[0]])
        return f"data:{kind_of(content)};base64,{base64.b64encode(content).decode()}"

    return re.sub("|".join(map(re.escape, shown)), carried, body) if shown else body


def plain(body: str) -> str:
    """The words of ``body`` a line each, for places that take no formatting."""
    lines = html.unescape(_TAG.sub("", _END.sub("\n", body))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def said(part: Part, rendition: Rendition, findings: list[Finding], pictures: int) -> str:
    """What was copied with how many pictures, what the channel changed, and what is still to be done by hand."""
    words = [f"已复制《{part.field('title')}》的正文，请到公众号后台的正文框里粘贴"]
    if pictures:
        words.append(f"{pictures} 张图片随文带上，后台若没有自动上传，请在原处重新插入")
    changed = dict.fromkeys(one.reason for one in rendition.losses)
    if changed:
        words.append(f"为公众号改了 {len(rendition.losses)} 处：{'、'.join(list(changed)[:3])}")
    blocked = sum(one.level == "block" for one in findings)
    if blocked:
        words.append(f"还有 {blocked} 条必须改，见“检查”")
    return "；".join(words) + "。"
