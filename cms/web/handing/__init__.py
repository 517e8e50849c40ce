"""待代发: what a person publishes by hand, step by step, on this machine or on their phone."""

import mimetypes
from collections.abc import Sequence

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from channels import registry
from channels.contract import ChannelError
from cms import recalls
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import PeopleError, Scope
from cms.people.mandates import HANDS
from cms.recalls import RecallError
from cms.releases import Delivery, HandlingError, Remedy, boards, handlinks, hold
from cms.web import outside
from cms.web.delivering.deeds import addresses
from cms.web.delivering.forms import delivery_in_reach, gone, reason, said
from cms.web.delivering.words import until
from cms.web.desk import ByHand, Desk, day
from cms.web.entrance import now, scope, who
from cms.web.guard import FRAME_CSP, trouble
from cms.web.handing import standing
from cms.web.mine import qr
from cms.web.spoken import on_screen

KEY = "tasks"
MOST = 20
"""So many tasks a phone may carry at once: a cookie holds no more than it must."""
FILE_CSP = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
OVER = "这个链接已经用过或过期：请在电脑上打开待代发，重新出一个二维码。"
NO_NOTE = "请写一句：做了什么、看到什么。"
Shown = str | Answer | Response | tuple[Response | str, int]


def blueprint(desk: Desk) -> Blueprint:
    """The routes of 待代发."""
    handing = Blueprint("handing", __name__)
    engine = desk.people.engine

    @handing.get("/hand-over")
    def page() -> str:
        with read_scope(engine) as rows:
            found = boards.tasks(rows, scope())
            below = boards.tasks_by_unit(rows, _below())
            marks, stops = standing.marks(rows, found, now()), standing.stops(rows, found)
        shown = [
            (
                one, registry.get(one.channel).title, until(one.deadline, now()) if is_open else "", marks[one.id],
                stops.get(one.id, "") if marks[one.id] == standing.STOPPED else "",
            )
            for one in found
            for is_open in [marks[one.id] == standing.TO_POST]
        ]  # fmt: skip
        return render_template(
            "handing/list.html",
            rows=shown,
            late=_late([one for one in found if marks[one.id] != standing.STOPPED]),
            below=below,
        )

    @handing.get("/hand-over/<int:number>")
    def task(number: int) -> Shown:
        with read_scope(engine) as rows:
            row, account = delivery_in_reach(rows, number)
        return _task_page(desk, row, account)

    @handing.post("/hand-over/<int:number>/phone")
    def phone_link(number: int) -> str:
        """A QR code that opens this task, and nothing else, once, on a phone."""
        with session_scope(engine) as rows:
            row, account = delivery_in_reach(rows, number)
            token = handlinks.give(rows, row, who().person_id, who().login, now())
        address = outside.address(desk, "handing.arrive", token=token)
        dead = outside.unreached(desk, "重新出二维码")
        return render_template(
            "handing/code.html", one=row, account=account, qr=qr(address), address=address, dead=dead
        )

    @handing.get("/hand-over/<int:number>/files/<path:path>")
    def file(number: int, path: str) -> Response:
        with read_scope(engine) as rows:
            delivery_in_reach(rows, number)
        return _file(desk, number, path)

    @handing.post("/hand-over/<int:number>/done")
    def done(number: int) -> Shown:
        with read_scope(engine) as rows:
            row, account = delivery_in_reach(rows, number)
        try:
            desk.press.adopt(number, addresses(), who().login, "人工代发后登记地址")
        except (HandlingError, PeopleError) as error:
            return _task_page(desk, row, account, on_screen(str(error))), 422
        return redirect(url_for("delivering.delivery", number=number), 303)

    @handing.post("/hand-over/<int:number>/cannot")
    def cannot(number: int) -> Answer:
        """It could not be posted: it waits for a decision, with the reason."""
        with session_scope(engine) as rows:
            row, _ = delivery_in_reach(rows, number)
            hold(rows, row, who().login, f"代发人说发不了：{reason()}", now())
        return redirect(url_for("handing.page"), 303)

    # ----------------------------------------------------------------- on the phone, by the link alone

    @handing.get("/h/<token>")
    def arrive(token: str) -> Shown:
        """A page with one button: what merely looks at a link must not use it up."""
        with read_scope(engine) as rows:
            known = handlinks.look(rows, token, now())
        return render_template("handing/arrive.html", token=token) if known else trouble(OVER, 404)

    @handing.post("/h/<token>")
    def open_task(token: str) -> Shown:
        with session_scope(engine) as rows:
            link = handlinks.use(rows, token, now())
        if link is None:
            return trouble(OVER, 404)
        session[KEY] = [*_opened(), link.id][-MOST:]
        return redirect(url_for("handing.phone", number=link.delivery_id), 303)

    @handing.get("/phone/<int:number>")
    def phone(number: int) -> Shown:
        return _phone_page(desk, number)

    @handing.get("/phone/<int:number>/files/<path:path>")
    def phone_file(number: int, path: str) -> Response:
        with read_scope(engine) as rows:
            _held(rows, number)
        return _file(desk, number, path)

    @handing.post("/phone/<int:number>/done")
    def phone_done(number: int) -> Shown:
        with read_scope(engine) as rows:
            link, _, _ = _held(rows, number)
        try:
            desk.press.adopt(number, addresses(), link.given_by, "人工代发后在手机上登记地址")
        except (HandlingError, PeopleError) as error:
            return _phone_page(desk, number, on_screen(str(error))), 422
        return redirect(url_for("handing.phone", number=number), 303)

    @handing.post("/phone/<int:number>/remedies/<int:remedy>/done")
    def phone_remedy(number: int, remedy: int) -> Shown:
        """What was done about a copy this phone was let in for, as its order asks."""
        with read_scope(engine) as rows:
            link, _, _ = _held(rows, number)
            asked = rows.get(Remedy, remedy)
            if asked is None or asked.delivery_id != number:
                gone()
        try:
            with session_scope(engine) as rows:
                _tell(rows, rows.get_one(Remedy, remedy), link.given_by)
        except (RecallError, PeopleError) as error:
            return _phone_page(desk, number, on_screen(str(error))), 422
        return redirect(url_for("handing.phone", number=number), 303)

    return handing


def _tell(rows: Session, remedy: Remedy, by: str) -> None:
    """What the form of a remedy says was done; RecallError, PeopleError with what to do."""
    outcome, note = request.form.get("outcome", "done"), reason("note", NO_NOTE)
    if outcome == "cannot":
        recalls.cannot_be_done(rows, remedy, by, note, now())
    else:
        recalls.done_by_hand(rows, remedy, by, note, now(), said("address"), outcome != "never")


def _below() -> Scope:
    """The units under theirs whose tasks are not theirs to do."""
    reached = who().units.scope(who().held, dict.fromkeys(HANDS, "below"))
    return Scope(tuple(one for one in reached.units if not scope().holds(one[0])))


def _phone_page(desk: Desk, number: int, sentence: str = "") -> str:
    """A task as a phone that was let in for it shows it, with the way to the others it was let in for."""
    with read_scope(desk.people.engine) as rows:
        link, row, account = _held(rows, number)
        others = [
            (other, "、".join(headline for _, headline in boards.items_of(rows, other)), at.name)
            for other, (_, task, at) in handlinks.held(rows, _opened(), now()).items()
            if other != number and task.state == "handed_over"
        ]
    return _task_page(desk, row, account, sentence, on_phone=True, by=link.given_by, others=others)


def _task_page(
    desk: Desk,
    row: Delivery,
    account: Account,
    sentence: str = "",
    *,
    on_phone: bool = False,
    by: str = "",
    others: Sequence[tuple[int, str, str]] = (),
) -> str:
    with read_scope(desk.people.engine) as rows:
        items = boards.items_of(rows, row.id)
        stands, mark, missing = standing.of(rows, row, now())
        frozen = standing.frozen(rows, row)
        may_tell = bool(stands.given) and standing.may_tell(rows, by or who().login, account)
    asked = tuple(desk.press.instructions(row.id)) if stands.given and not missing else ()
    sheets: tuple[ByHand, ...] = ()
    brings_text = any(one.brings_text for one in asked)
    if not missing and (brings_text or (row.state == "handed_over" and not asked)):
        try:
            sheets = tuple(desk.press.package(row.id))
        except ChannelError as error:
            missing = on_screen(error.sentence)
    return render_template(
        "handing/task.html",
        one=row,
        account=account,
        channel=registry.get(account.channel).title,
        sheets=sheets,
        missing=missing,
        asked=asked,
        may_tell=may_tell,
        mark_of=standing.STOPPED if frozen and mark == standing.TO_POST else mark,
        is_open=row.state == "handed_over" and mark == standing.TO_POST and not frozen,
        frozen_words=frozen,
        items=items,
        sentence=sentence,
        on_phone=on_phone,
        by=by,
        others=others,
        until=until(row.deadline, now()),
        due=day(row.due_at),
    )


def _file(desk: Desk, number: int, path: str) -> Response:
    """A file of the package, to be saved or looked at: never run. None while nobody posts it as it is."""
    with read_scope(desk.people.engine) as rows:
        if standing.of(rows, rows.get_one(Delivery, number), now())[2]:
            gone()
    try:
        content = desk.press.package_file(number, path)
    except KeyError:
        gone()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if kind == "text/html":  # the formatted text, in the cage of every rendition
        shown = Response(content, mimetype="text/html")
        shown.headers["Content-Security-Policy"] = FRAME_CSP
        return shown
    is_seen = kind.startswith(("image/", "video/")) and kind != "image/svg+xml"
    answer = Response(content, mimetype=kind if is_seen else "application/octet-stream")
    if "save" in request.args or not is_seen:
        answer.headers.set("Content-Disposition", "attachment", filename=path.rsplit("/", 1)[-1])
    answer.headers["Content-Security-Policy"] = FILE_CSP
    return answer


def _late(found: list[boards.Task]) -> int:
    return sum(one.deadline is not None and one.deadline < now() for one in found)


def _opened() -> list[int]:
    """The links this phone opened, as its own cookie says."""
    found: list[int] = session.get(KEY, [])
    return found


def _held(rows: Session, number: int) -> tuple[handlinks.HandLink, Delivery, Account]:
    """The task with this number, where this phone was let in for it; nobody else is told that there is one."""
    return handlinks.held(rows, _opened(), now()).get(number) or gone()
