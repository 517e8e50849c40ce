"""留存的原文: what a reprint was taken from, kept word for word; every version of it stays."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from cms import checks
from cms.checks import WordListError
from cms.checks.desk import LONGEST_ORIGINAL
from cms.db import read_scope, session_scope
from cms.stories import Story, story_named
from cms.web.desk import Desk, day
from cms.web.entrance import now, scope, who

Shown = str | tuple[str, int] | Answer
NOT_TEXT = "这个文件不是 UTF-8 文字，请另存为 UTF-8 的 .txt 再选，或直接把原文粘贴进来。"
LARGEST = LONGEST_ORIGINAL * 4 + 16


def add_routes(wording: Blueprint, desk: Desk) -> None:
    """The routes of a story's original."""
    engine = desk.people.engine

    def shown(slug: str, sentence: str = "", code: int = 200) -> Shown:
        with read_scope(engine) as session:
            story = _story(session, slug)
            kept = [(one, day(one.saved_at)) for one in checks.originals(session, story)]
        page = render_template(
            "wording/original.html", story=story, kept=kept, sentence=sentence, may_keep=who().writes,
            said=request.form if sentence else {},
        )  # fmt: skip
        return page if code == 200 else (page, code)

    @wording.get("/write/<slug>/original")
    def original(slug: str) -> Shown:
        return shown(slug)

    @wording.post("/write/<slug>/original")
    def keep_original(slug: str) -> Shown:
        try:
            text = _text()
            with session_scope(engine) as session:
                story = _story(session, slug)
                checks.save_original(session, story, text, request.form.get("url", "").strip(), who().login, now())
        except UnicodeDecodeError:
            return shown(slug, NOT_TEXT, 422)
        except WordListError as error:
            return shown(slug, str(error), 422)
        return redirect(url_for("wording.original", slug=slug), 303)


def _text() -> str:
    """The words sent: a file's where one was chosen, else those written into the form."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.stream.read(LARGEST)
        return content.decode("utf-8-sig", errors="ignore" if len(content) == LARGEST else "strict")
    return request.form.get("text", "").replace("\r\n", "\n")


def _story(session: Session, slug: str) -> Story:
    story = story_named(session, slug)
    if story is None or story.binned_at is not None or not scope().holds(story.unit_id):
        abort(404)
    return story
