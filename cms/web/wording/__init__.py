"""词表: the lists in force, what each version says and how it differs from the one before, and a new one taken in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as browser
from sqlmodel import col, select
from werkzeug.wrappers import Response as Answer

from assets.store import MissingAssetError
from cms import checks
from cms.checks import Entry, WordBook, WordList, WordListError
from cms.checks.words import KINDS, LARGEST
from cms.db import read_scope, session_scope
from cms.people.roles import PROVINCE
from cms.stories import Story
from cms.web.desk import Desk, Rechecked, day
from cms.web.entrance import now, scope, who
from cms.web.wording import originals

SHOWN = 200
"""Entries of a list on one page."""
KEPT = "words"
LEVELS = {"block": "拦截", "warn": "提醒", "info": "提示"}
NO_FILE = "请先选词表文件：.csv、.tsv 或 .toml，UTF-8 编码。"
GONE = "要导入的文件已经不在了，请重新选一次。"
Shown = str | tuple[str, int] | Answer


@dataclass(frozen=True, slots=True)
class Line:
    """A version of a list as a page shows it. ``kinds``: how many entries of which kind, in words."""

    row: WordBook
    count: int
    kinds: str
    at: str
    is_in_force: bool


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 词表."""
    wording = Blueprint("wording", __name__)
    engine = desk.people.engine

    def shown(sentence: str = "", code: int = 200) -> Shown:
        with read_scope(engine) as session:
            books = checks.in_force(session)
            lines = [_line(one, books) for one in books]
        said = request.args.get("said", "") if request.method == "GET" else ""
        page = render_template("wording/page.html", lines=lines, sentence=sentence, may_change=may_change(), said=said)
        return page if code == 200 else (page, code)

    @wording.get("/words")
    def page() -> Shown:
        return shown()

    @wording.get("/words/<int:number>")
    def version(number: int) -> Shown:
        with read_scope(engine) as session:
            row = session.get(WordBook, number)
            if row is None:
                abort(404)
            books, every = checks.in_force(session), checks.versions(session, row.name)
            lines = [_line(one, books) for one in every]
            made = checks.as_list(row)
            older = next((one for one in every if one.id < row.id), None)
            come, gone = checks.changes(checks.as_list(older) if older else None, made)
        wanted = request.args.get("q", "").strip()[:60]
        found = [one for one in made.entries if wanted in one.word] if wanted else list(made.entries)
        held = request.args.get("held", "")
        return render_template(
            "wording/version.html", one=next(line for line in lines if line.row.id == number), lines=lines,
            older=older, come=come[:SHOWN], gone=gone[:SHOWN], counts=(len(come), len(gone)), entries=found[:SHOWN],
            found=len(found), wanted=wanted, kinds=KINDS, levels=LEVELS, may_change=may_change(),
            held=int(held) if held.isdecimal() and len(held) < 7 else None,
        )  # fmt: skip

    @wording.post("/words/look")
    def look() -> Shown:
        sent = request.files.get("file")
        content = sent.stream.read(LARGEST + 1) if sent else b""
        if sent is None or not content:
            return shown(NO_FILE, 422)
        file = " ".join((sent.filename or "").replace("\\", "/").rsplit("/", 1)[-1].split())[-60:]
        name = request.form.get("name", "").strip()
        try:
            made = _read(content, file, name)
        except WordListError as error:
            return shown(str(error), 422)
        browser[KEPT] = [desk.pictures.store.put(content), file, name]
        with read_scope(engine) as session:
            known = checks.list_named(session, made.name)
            come, gone = checks.changes(checks.as_list(known) if known else None, made)
        stories = _theirs(desk, desk.press.foresee_words(made))
        return render_template(
            "wording/look.html", made=made, known=known, come=come[:SHOWN], gone=gone[:SHOWN],
            counts=(len(come), len(gone)), stories=stories, kinds=KINDS, levels=LEVELS, mix=_mix(made.entries),
        )  # fmt: skip

    @wording.post("/words/import")
    def take() -> Shown:
        digest, file, name = browser.get(KEPT) or ("", "", "")
        try:
            made = _read(desk.pictures.store.get(digest) if digest else b"", file, name)
            number, held = desk.press.take_words(made, file, who().login, hold=request.form.get("hold") == "1")
        except MissingAssetError:
            return shown(GONE, 422)
        except WordListError as error:
            return shown(str(error) if digest else GONE, 422)
        browser.pop(KEPT)
        return redirect(url_for("wording.version", number=number, held=held), 303)

    @wording.post("/words/<int:number>/retire")
    def retire(number: int) -> Shown:
        try:
            with session_scope(engine) as session:
                row = session.get(WordBook, number)
                if row is None:
                    abort(404)
                name = checks.retire_list(session, row.name, who().login, now()).name
        except WordListError as error:
            return shown(str(error), 422)
        return redirect(url_for("wording.page", said=name), 303)

    originals.add_routes(wording, desk)
    return wording


def may_change() -> bool:
    """Whether who asks may take in and retire lists: they hold for the whole house."""
    return any(role == PROVINCE for role, _ in who().held)


def _read(content: bytes, file: str, name: str) -> WordList:
    made = checks.parse(content, file)
    return checks.named(made, name) if name else made


def _theirs(desk: Desk, found: Sequence[Rechecked]) -> list[Rechecked]:
    """Those of units in scope; of others nothing is said."""
    with read_scope(desk.people.engine) as session:
        named = col(Story.slug).in_([one.slug for one in found])
        mine = set(session.exec(select(Story.slug).where(named, scope().over(Story.unit_id))))
    return [one for one in found if one.slug in mine]


def _line(row: WordBook, books: Sequence[WordBook]) -> Line:
    entries = checks.as_list(row).entries
    return Line(row, len(entries), _mix(entries), day(row.imported_at), any(one.id == row.id for one in books))


def _mix(entries: Sequence[Entry]) -> str:
    """错敏词 120、姓名职务 30."""
    counted = Counter(one.kind for one in entries)
    return "、".join(f"{KINDS[kind]} {counted[kind]}" for kind in KINDS if counted[kind])
