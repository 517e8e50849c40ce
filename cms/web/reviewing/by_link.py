"""A leader without an account: a link to their phone, a code to the same phone, and one page to read and sign on."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as browser
from sqlmodel import Session, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from cms import review
from cms.db import read_scope, session_scope
from cms.people import PeopleError, Person, lockouts
from cms.releases import late, submitting
from cms.releases.submitting import SubmitError
from cms.review import SignError, SigningLink, Submission, links, proofs, submissions
from cms.stories import Story
from cms.web.desk import Desk, day
from cms.web.entrance import now, place
from cms.web.frames import Sheet
from cms.web.glass import served
from cms.web.reviewing import attaching, reading, showing
from cms.web.reviewing.pages import START
from cms.web.reviewing.showing import framed, own_paragraphs, paragraphs, shown_channels
from cms.web.shelf import handed_out

FIELDS = ("opinion", "read", "reason", "words")
"""What a leader fills in."""
LONGEST = 2000
OPENED, LASTS = "signing", timedelta(minutes=20)
Shown = str | tuple[str, int]


def add(reviewing: Blueprint, desk: Desk) -> None:
    """The routes of the link; open to whoever holds it."""

    @reviewing.get("/sign/<token>")
    def by_link(token: str) -> Shown:
        return _page(desk, token, "")

    @reviewing.get("/sign/<token>/frame/<channel>/<path:path>")
    def link_frame(token: str, channel: str, path: str) -> Answer:
        sheet = _sheet(desk, token, channel)
        if path == START and sheet.path != START:  # what it asks for lies beside its own path
            return redirect(url_for("reviewing.link_frame", token=token, channel=channel, path=sheet.path))
        return served(sheet, path, "no-store", partial(handed_out, desk))

    @reviewing.get("/sign/<token>/pictures/<digest>")
    def link_picture(token: str, digest: str) -> Answer:
        with read_scope(desk.people.engine) as session:
            sealed = submissions.sealed_of(session, _opened(session, token))
        if sealed is None or digest not in sealed.assets:
            abort(404)
        return handed_out(desk, digest)

    @reviewing.get("/sign/<token>/attachment")
    def link_attachment(token: str) -> Answer:
        with read_scope(desk.people.engine) as session:
            return attaching.handed_out(desk, session, _opened(session, token))

    @reviewing.post("/sign/<token>/code")
    def link_code(token: str) -> Shown:
        try:
            with session_scope(desk.people.engine) as session:
                link = links.alive(session, token, now())
                code, number, person_id = links.new_code(session, link, now()), link.id, link.person_id
            _text_code(desk, number, person_id, code)
        except (SignError, PeopleError) as error:
            return _page(desk, token, str(error), 422)
        return _page(desk, token, "", asked=True)

    @reviewing.post("/sign/<token>/open")
    def link_open(token: str) -> Shown:
        try:
            with session_scope(desk.people.engine) as session:
                link = links.alive(session, token, now())
                is_right = links.is_right(session, link, request.form.get("code", "")[:12], now())
                number = link.id
        except SignError as error:
            return _page(desk, token, str(error), 422)
        if not is_right:
            return _page(desk, token, "验证码不对或已过期，请重新输入，或再要一个。", 422, asked=True)
        browser[OPENED] = [number, now().isoformat()]
        return _page(desk, token, "")

    @reviewing.post("/sign/<token>")
    def link_sign(token: str) -> Shown:
        if digest := _text_of(desk, token):
            reading.galley_of(desk).recheck(digest)
        try:
            with session_scope(desk.people.engine) as session:
                link = links.alive(session, token, now())
                if not _is_open(link.id, now()):
                    raise SignError("验证已过期，请重新收验证码。")
                one, person = session.get_one(Submission, link.submission_id), session.get_one(Person, link.person_id)
                words = _sign(session, one, person)
                links.use(session, link, now())
                used = _name(link)
        except (SignError, SubmitError) as error:
            return _page(desk, token, str(error), 422)
        browser.pop(OPENED, None)
        return render_template("reviewing/thanks.html", words=words, link=used)


def _text_code(desk: Desk, number: int, person_id: int, code: links.Code) -> None:
    """The code on its way to the phone; PeopleError, and it was never asked for, where it does not get out."""
    try:
        reading.galley_of(desk).text(person_id, f"签字验证码 {code.digits}，5 分钟内有效，请勿告诉他人。")
    except PeopleError:
        with session_scope(desk.people.engine) as session:
            links.code_not_sent(session, number, code)
        raise


def _text_of(desk: Desk, token: str) -> str:
    """The hash of what is to be signed; "" where the link does not hold any more, or its code is to be asked again."""
    try:
        with read_scope(desk.people.engine) as session:
            link = links.alive(session, token, now())
            return session.get_one(Submission, link.submission_id).manuscript_hash if _is_open(link.id, now()) else ""
    except SignError:
        return ""


def _opened(session: Session, token: str) -> Submission:
    """What the link is about, once its code was right in this browser; 404 to everybody else."""
    try:
        link = links.alive(session, token, now())
    except SignError:
        abort(404)
    if not _is_open(link.id, now()):
        abort(404)
    return session.get_one(Submission, link.submission_id)


def _sheet(desk: Desk, token: str, channel: str) -> Sheet:
    """The reader's screen of a channel; its pictures come by the link too, for who holds it has no other door."""
    with read_scope(desk.people.engine) as session:
        one = _opened(session, token)
        sheet = showing.sheet(desk, session, one, channel, lambda digest: f"/sign/{token}/pictures/{digest}")
    if sheet is None:
        abort(404)
    return sheet


def _sign(session: Session, one: Submission, person: Person) -> str:
    """Passed or returned, as the form says; what to tell."""
    said = request.form
    if said.get("deed") == "return":
        submitting.send_back(session, one, person, said.getlist("reason"), said.get("words", ""), now(), way="link")
        return "已退回修改，送审的人会收到您的意见。"
    sealed = submissions.sealed_of(session, one)
    if sealed is not None:
        for channel in said.getlist("read"):
            if channel in proofs.channels_of(session, sealed):
                review.read_channel(session, sealed, channel, person, now())
    words, at_once = said.get("opinion", ""), bool(said.get("at_once"))
    submitting.take_step(session, one, person, words, now(), "link", at_once=at_once)
    return "已签字，谢谢。"


def _name(link: SigningLink) -> str:
    """What the browser keeps what was written under: this link and its person, and nothing that opens it."""
    return f"{link.id}-{link.person_id}"


def _is_open(number: int, at: datetime) -> bool:
    """Whether the code for this link was right, in this browser, not long ago."""
    kept = browser.get(OPENED) or [0, ""]
    return kept[0] == number and at - datetime.fromisoformat(kept[1]) < LASTS


def _page(desk: Desk, token: str, sentence: str, status: int = 200, *, asked: bool = False) -> tuple[str, int]:
    """Before the code only who and what it is for; after it the whole text. What was filled in stays, also where a
    code is asked for in between."""
    try:
        with read_scope(desk.people.engine) as session:
            link = links.alive(session, token, now())
            one, person = session.get_one(Submission, link.submission_id), session.get_one(Person, link.person_id)
            told: dict[str, Any] = {"person": person, "step": link.step, "token": token, "asked": asked}
            told["said"] = MultiDict((name, value[:LONGEST]) for name in FIELDS for value in request.form.getlist(name))
            if _is_open(link.id, now()):
                sealed = submissions.sealed_of(session, one)
                read = proofs.channels_read(session, sealed) if sealed else {}
                told |= {
                    "link": _name(link),
                    "story": session.get_one(Story, one.story_id),
                    "due": day(one.due_at),
                    "over": late.passed(session, one.release_id, now()) if one.state in submissions.OPEN else None,
                    "sends": submitting.is_last(session, one),
                    "paper": (one.attachment, one.attachment_hash),
                    "paragraphs": paragraphs(session, reading.galley_of(desk).manuscript(one.manuscript_hash)),
                    "own_paragraphs": own_paragraphs(desk, session, one),
                    "accounts": review.accounts_of(session, one, tells_sandbox=True),
                    "stages": submissions.stages_signed(session, one),
                    "channels": (shown := shown_channels(session, one)),
                    **framed(desk, session, one, shown, request.args.get("channel", ""), request.args.get("unit", "")),
                    "unread": [each for each in shown if each[0] not in read] if sealed else [],
                    "reasons": review.REASONS,
                    "names": dict(session.exec(select(Person.id, Person.name)).all()),
                }
    except SignError as error:
        with session_scope(desk.people.engine) as session:
            try:
                lockouts.count(session, [lockouts.link(place().address)], now())
            except lockouts.LockedError as locked:
                return render_template("void.html", sentence=locked.sentence), 404
        return render_template("void.html", sentence=str(error)), 404
    return render_template("reviewing/by_link.html", **told, sentence=sentence), status
