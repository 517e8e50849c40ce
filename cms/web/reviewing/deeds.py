"""What a person does to a submission: 通过, 退回, 转交, 撤回; an opinion on a sentence, a proof, a leader's link."""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from cms import review
from cms.db import read_scope, session_scope
from cms.people import PeopleError, Person
from cms.releases import submitting
from cms.releases.submitting import SubmitError
from cms.review import FIRST, MANUSCRIPT_STEPS, SECOND, SignError, Submission, links, proofs, submissions
from cms.review.submissions import Turn
from cms.stories import Story
from cms.web import outside
from cms.web.desk import Desk
from cms.web.entrance import now, scope
from cms.web.reviewing import pages, reading

REFUSALS = (SignError, SubmitError, PeopleError)
Shown = Answer | tuple[str, int] | str
Deed = Callable[[Session, Submission, Person], object]


def add(reviewing: Blueprint, desk: Desk) -> None:
    """The routes of doing."""

    def done(number: int, deed: Deed, where: str = "") -> Shown:
        """Do it in one transaction, or show the page again with why it was not done."""
        try:
            with session_scope(desk.people.engine) as session:
                deed(session, reading.submission(session, number), reading.me(session))
        except REFUSALS as error:
            return pages.shown(desk, number, str(error)), 422
        return redirect(where or url_for("reviewing.show", number=number), 303)

    def fresh(number: int) -> None:
        """What the checks say today, and of the day it goes out, is known before anybody signs."""
        with read_scope(desk.people.engine) as session:
            digest = reading.submission(session, number).manuscript_hash
        reading.galley_of(desk).recheck(digest)

    @reviewing.post("/review/<int:number>/pass")
    def passed(number: int) -> Shown:
        fresh(number)
        return done(number, _pass_text, url_for("reviewing.page"))

    @reviewing.post("/review/<int:number>/sign")
    def sign(number: int) -> Shown:
        fresh(number)
        return done(number, _pass_set)

    @reviewing.post("/review/<int:number>/return")
    def send_back(number: int) -> Shown:
        def deed(session: Session, one: Submission, me: Person) -> None:
            reasons = request.form.getlist("reason")
            submitting.send_back(session, one, me, reasons, request.form.get("words", ""), now())

        return done(number, deed, url_for("reviewing.page"))

    @reviewing.post("/review/<int:number>/transfer")
    def transfer(number: int) -> Shown:
        def deed(session: Session, one: Submission, me: Person) -> None:
            to = reading.person_named(session, "to")
            submitting.pass_on(session, one, me, to, request.form.get("words", ""), now())

        return done(number, deed, url_for("reviewing.page"))

    @reviewing.post("/review/<int:number>/note")
    def note(number: int) -> Shown:
        def deed(session: Session, one: Submission, me: Person) -> None:
            place, _, excerpt = request.form.get("sentence", "").partition("|")
            review.note(session, one, me, place, excerpt, request.form.get("words", ""), now())

        return done(number, deed, f"{url_for('reviewing.show', number=number, noted='yes')}#words")

    @reviewing.post("/review/<int:number>/proof")
    def proof(number: int) -> Shown:
        def deed(session: Session, one: Submission, me: Person) -> None:
            if review.proof_next(session, one.manuscript_hash, me, now()) is None:
                raise SignError("三校已经做完，或您已校过一次，要由不同的人来校。")

        return done(number, deed)

    @reviewing.post("/review/<int:number>/pull")
    def pull(number: int) -> Shown:
        return done(number, lambda session, one, me: submitting.pull(session, one, me, now()))

    @reviewing.post("/review/<int:number>/link")
    def link(number: int) -> Shown:
        try:
            with session_scope(desk.people.engine) as session:
                to = reading.person_named(session, "to")
                token = links.make(session, reading.submission(session, number), to, reading.me(session), now())
            _text_link(desk, to.id, token)
        except REFUSALS as error:
            return pages.shown(desk, number, str(error)), 422
        return redirect(url_for("reviewing.show", number=number), 303)

    @reviewing.post("/review/batch")
    def batch() -> Shown:
        """Several at once: each is signed or says why not; one that cannot keeps none of the others."""
        numbers = [int(one) for one in request.form.getlist("number") if one.isdecimal() and len(one) < 10][:100]
        signed, refused = 0, []
        for number in dict.fromkeys(numbers):
            with read_scope(desk.people.engine) as session:
                found = submissions.find(session, scope(), number)
                title = session.get_one(Story, found.story_id).headline if found else ""
            if not title:
                refused.append("选中的有一篇已经不在您能看到的稿件里，没有签。")
                continue
            try:
                fresh(number)
                with session_scope(desk.people.engine) as session:
                    one = reading.submission(session, number)
                    _as_offered(session, one, request.form.get(f"turn-{number}", ""))
                    _take(session, one, reading.me(session), request.form.get("opinion", ""))
                signed += 1
            except REFUSALS as error:
                refused.append(f"《{title}》：{error}")
        done_words = f"已签 {signed} 篇。" if signed else ""
        return pages.listed(desk, refused if numbers else ["还没有选稿件，请先勾选。"], done_words)


def _text_link(desk: Desk, person_id: int, token: str) -> None:
    """The link on its way to the phone; PeopleError, and nothing is as if it had been made, where it does not get out.
    No transaction is open meanwhile: it may take a while."""
    address = outside.address(desk, "reviewing.by_link", token=token)
    try:
        reading.galley_of(desk).text(person_id, f"有稿件请您签字，24 小时内有效，请勿转发：{address}")
    except PeopleError:
        with session_scope(desk.people.engine) as session:
            links.not_sent(session, token, now())
        raise
    with session_scope(desk.people.engine) as session:
        links.sent(session, token, now())


def _as_offered(session: Session, one: Submission, offered: str) -> Turn | None:
    """The step that is next, when it is the one the page offered: a 终审 pressed after somebody else's is no 签发."""
    turn = submissions.turn_of(session, one)
    if turn is None or turn.mark == offered:
        return turn
    was = offered.partition(":")[0]
    since = "成品重新排过版" if was == turn.step else f"{was}已经有人签了" if was else "审签有了变化"
    raise SignError(f"您打开这一页以后{since}，现在是{turn.step}，这一次没有签。请看过这一页再签。")


def _pass_text(session: Session, one: Submission, me: Person) -> None:
    """初审, 复审, 保密审查: the proof is part of the reading."""
    turn = _as_offered(session, one, request.form.get("turn", ""))
    if turn is not None and turn.step not in MANUSCRIPT_STEPS:
        raise SignError(f"现在是{turn.step}，请刷新页面再签。")
    if request.form.get("proof"):
        review.proof_next(session, one.manuscript_hash, me, now())
    elif turn is not None and turn.step in (FIRST, SECOND) and proofs.proofs_left(session, one.manuscript_hash):
        raise SignError("请先逐字校对，勾选“已校对”再通过。")
    at_once = bool(request.form.get("at_once"))
    submitting.take_step(session, one, me, request.form.get("opinion", ""), now(), at_once=at_once)


def _pass_set(session: Session, one: Submission, me: Person) -> None:
    """终审, 签发: each channel's preview that was ticked was read."""
    turn = _as_offered(session, one, request.form.get("turn", ""))
    if turn is not None and turn.step in MANUSCRIPT_STEPS:
        raise SignError(f"现在是{turn.step}，请刷新页面再签。")
    _take(session, one, me, request.form.get("opinion", ""))


def _take(session: Session, one: Submission, me: Person, opinion: str) -> None:
    sealed = submissions.sealed_of(session, one)
    if sealed is not None and not submissions.obstacle(session, one, me, now()):
        known = set(proofs.channels_of(session, sealed))
        for channel in request.form.getlist("read"):
            if channel in known:
                review.read_channel(session, sealed, channel, me, now())
    submitting.take_step(session, one, me, opinion, now(), at_once=bool(request.form.get("at_once")))
