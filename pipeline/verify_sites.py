"""What of a called-back story is still to be seen on our own sites: every file of a site against the rows.

The words are looked for in the files themselves, not by comparing with what we would write today: a list that still
named a retracted headline would otherwise be found in order, as long as it is our code that names it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from os.path import splitext
from pathlib import Path

from sqlalchemy import bindparam, or_
from sqlmodel import col, select

from assets.store import hash_of
from channels.site import pages
from channels.slots import story_path
from channels.values import RenderedFile
from cms.db import fetch, read_scope
from cms.releases import Recall, Remedy
from cms.releases.halts import NOW
from cms.releases.restored import pages_in_doubt, restored
from cms.stories import Story
from pipeline import sites
from pipeline.house import House
from pipeline.sites import Plan, Site
from pipeline.traces import Traces

WORDS = (".html", ".htm", ".xml", ".json", ".txt", ".css", ".js", ".map", ".svg", "")
_UNFINISHED = (
    select(Recall, Story.slug)
    .where(Remedy.recall_id == Recall.id, Recall.state == "approved", Recall.origin_id == Story.id)
    .where(col(Remedy.account_id).in_(bindparam("those", expanding=True)))
    .where(col(Remedy.state).not_in(("done", "off")), Remedy.action != "none")
    # The end of a flash is ordered when it is signed, and due at its time.
    .where(or_(col(Recall.kind) != "expiry", col(Remedy.next_at).is_(None), col(Remedy.next_at) <= NOW))
)
PAGE_IN_DOUBT = (
    "恢复备份之后核对，平台上的份已经不见了，备份以后可能撤过稿，这一页还在：请查明。"
    "撤过，现在用 yigao retract 补上；没有撤过，在“恢复后核对”里确认（yigao restored --done）"
)
_MAIN = re.compile(rb"<main .*</main>", re.DOTALL)


@dataclass(frozen=True, order=True)
class Survivor:
    """Something that is not as the rows say. ``kind``: words, picture, open, listed, missing, stray, half, altered;
    package: what a person holds (``packages.wrong``); doubt: a person decides whether it was called back; or what is
    told and counts for nothing: frame, a page right in itself, in the dress of an earlier day; aged, a package as an
    earlier version made it. ``story``: the slug of
    the story it shows or is the page of, "" where it is none's."""

    unit: str
    path: str
    kind: str
    sentence: str
    story: str = ""

    @property
    def counts(self) -> bool:
        return self.kind not in ("frame", "aged")


def survivors(house: House, site: Site, now: datetime) -> list[Survivor]:
    """Everything on the unit's site that is not as the rows say by ``now``."""
    plan = _planned(house, site)
    folder = _Folder(sites.folder_of(house, site), plan)
    found = [*_missing_or_altered(folder, plan), *_open(house, folder, plan), *_listed(folder, plan)]
    extra, half = sites.strays(house, site, plan, folder.paths), sites.leftovers(house, site, folder.paths)
    found += [(_at(folder.root, one), "stray", "没有登记的文件，请运行 yigao build") for one in extra]
    found += [(_at(folder.root, one), "half", "写了一半的文件，请运行 yigao build") for one in half]
    found += [*_words(house, site, folder), *_pictures(house, site, folder, plan), *_unfinished(house, site, now)]
    found += _in_doubt(house, site)
    own = {path: entry.slug for path, entry in plan.stories.items()}
    return sorted({Survivor(site.unit, *one[:3], "".join(one[3:]) or own.get(one[0], "")) for one in found})


def _planned(house: House, site: Site) -> Plan:
    """What is to stand there: nothing before the first publication, which builds the site."""
    plan, folder = Plan.of(house, site), sites.folder_of(house, site)
    is_built = any((folder / path).exists() for path in plan.files if path != pages.MODE)
    return plan if is_built or any(half.shown for half in site.halves) else replace(plan, files={}, maps={})


Found = tuple[str, str, str] | tuple[str, str, str, str]
"""Path, kind, sentence, and the story's slug where it is not the page's own."""


class _Folder:
    """A site's folder as it is now: walked once, and each of its texts read once for every question. Of one that is as
    planned the planned bytes are held, so that the site lies in memory once."""

    def __init__(self, root: Path, plan: Plan) -> None:
        self.root, self._plan = root, plan
        self.paths = sites.walked(root)
        self._read: dict[str, bytes | None] = {}

    def text(self, path: str) -> bytes | None:
        """What stands at a path; None where nothing does."""
        if path not in self._read:
            there, planned = _bytes(f"{self.root}/{path}"), self._plan.files.get(path)
            self._read[path] = planned if there == planned else there
        return self._read[path]


def _at(folder: Path, file: Path) -> str:
    return file.relative_to(folder).as_posix()


# --------------------------------------------------------------------------- what is to be there


def _missing_or_altered(folder: _Folder, plan: Plan) -> Iterator[Found]:
    for path, planned in plan.files.items():
        there = folder.text(path)
        if there is None:
            yield path, "missing", "应有的文件不在，请运行 yigao build"
        elif there is not planned:
            yield _difference(path, there, planned)
    for file, planned in plan.maps.items():
        if _bytes(file) != planned:
            yield f"{file.parent.name}/{file.name}", "altered", "网址表与台账不一致，请运行 yigao build"
    for path, digest in plan.pictures.items():
        picture = _bytes(f"{folder.root}/{path}")
        if picture is None:
            yield path, "missing", "应有的图片或短片不在，请运行 yigao build"
        elif hash_of(picture) != digest:
            yield path, "altered", "图片或短片的内容与签发的不一致，请运行 yigao build"


def _difference(path: str, there: bytes, planned: bytes) -> Found:
    """Pages keep the frame they were built in until they are built anew; what stands inside it must be right."""
    mine, rows = _MAIN.search(there), _MAIN.search(planned)
    is_frame = path == "yigao.js" or (mine is not None and rows is not None and mine[0] == rows[0])
    if is_frame:
        return path, "frame", "外框是早先的版式，内容无误；要换新请运行 yigao build"
    return path, "altered", "内容与台账不一致，请运行 yigao build"


def _bytes(file: Path | str) -> bytes | None:
    try:
        with open(file, "rb", 0) as there:
            return there.read()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


# --------------------------------------------------------------------------- what must not be there


def _open(house: House, folder: _Folder, plan: Plan) -> Iterator[Found]:
    """Retracted addresses, asked as a reader asks our server; and what a plain bucket would show."""
    from pipeline.serve import status_of

    for path in plan.gone:
        status = status_of(house.sites, f"/sites/{folder.root.name}/{path}")
        if status != 410:
            yield path, "open", f"撤稿的网址回答 {status}，应当是 410，请运行 yigao build"
        if b'<meta name="robots" content="noindex">' not in (folder.text(path) or b""):
            yield path, "open", "撤稿的网址上不是撤稿说明，请运行 yigao build"


def _listed(folder: _Folder, plan: Plan) -> Iterator[Found]:
    """Lists and sitemaps that still lead to a retracted story; other stories may have quoted it."""
    gone = plan.gone
    for path in folder.paths if gone else ():
        if path.startswith("s/") or path in plan.moved or not path.endswith((".html", ".htm", ".xml", ".txt")):
            continue
        is_feed = path.endswith(("/feed.xml", "/atom.xml")) or path in ("feed.xml", "atom.xml")
        if is_feed or (path.startswith("c/") and path.endswith(".xml")):
            continue
        there = folder.text(path) or b""
        for one in gone:
            if one.encode() in there:
                yield path, "listed", "还列着已撤稿的网址，请运行 yigao build", plan.stories[one].slug


def _words(house: House, site: Site, folder: _Folder) -> Iterator[Found]:
    traces = Traces.of(house, site)
    for path in folder.paths if traces else ():
        if splitext(path)[1] in WORDS:
            for story, excerpt in traces.found_in(folder.text(path) or b""):
                yield path, "words", f"还有{traces.titles[story]}的原文〔{excerpt}〕，请运行 yigao build", story


def _pictures(house: House, site: Site, folder: _Folder, plan: Plan) -> Iterator[Found]:
    """The pictures and films of what was called back, under their own name or any other."""
    kept = set(plan.pictures.values())
    away = {one.hash: story for story, one in _called_back(house, site) if one.hash not in kept}
    sizes = {house.store.local(one).stat().st_size for one in away}
    for path in folder.paths if away else ():
        file = folder.root / path
        if file.stat().st_size in sizes and (story := away.get(hash_of(file.read_bytes()))):
            yield path, "picture", "是已撤稿或更正前的图片、短片，请运行 yigao build", story


def _unfinished(house: House, site: Site, now: datetime) -> Iterator[Found]:
    """What was approved and is not carried out on these accounts yet."""
    words = {"retraction": "撤稿", "correction": "更正", "expiry": "解除"}
    with read_scope(house.engine) as session:
        for recall, slug in fetch(session, _UNFINISHED, those=[one.account_id for one in site.halves], now=now):
            yield story_path(slug), "open", f"{words[recall.kind]}已签发，这里还没有执行，请运行 yigao work", slug


def _in_doubt(house: House, site: Site) -> Iterator[Found]:
    """Pages of stories whose copies on platforms were found gone since a backup was restored (F37)."""
    with read_scope(house.engine) as session:
        since = restored(session)
        for item, account in pages_in_doubt(session, since) if since else ():
            if account.id in [one.account_id for one in site.halves]:
                slug = session.get_one(Story, item.story_id).slug
                yield story_path(slug), "doubt", PAGE_IN_DOUBT, slug


def _called_back(house: House, site: Site) -> Iterator[tuple[str, RenderedFile]]:
    """Each of them with the slug of its story."""
    for shown in (one for half in site.halves for one in half.shown):
        those = [*shown.former, *([shown.rendition] if shown.state == "retracted" else [])]
        for rendition in those:
            for part in house.rendition(rendition).parts:
                yield from ((part.story, one) for one in part.files)
