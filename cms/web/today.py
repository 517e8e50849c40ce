"""今天: what failed, what waits for me, what goes out next, my drafts; each row with its one next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, url_for
from sqlmodel import Session

from cms import library, recalls
from cms.db import read_scope
from cms.matrix import sandboxed
from cms.people import beginning, name_of
from cms.people.mandates import HANDLERS, REMEDY, STOPPERS
from cms.people.notices import Notice, told_to
from cms.people.roles import EDITOR, REPORTER, SIGNER, who_may
from cms.recalls import KIND_NAMES
from cms.releases import agenda, boards, listing, strangers
from cms.releases.causes import Cause, by_cause
from cms.releases.restored import restored
from cms.review import Submission, submissions
from cms.stories import Story
from cms.web.delivering.words import by_whom, lasted, until, what_next
from cms.web.desk import SHANGHAI, Desk, clock, day
from cms.web.entrance import now, scope, who
from cms.web.handing import standing
from cms.web.permits import LIBRARIANS, WRITERS
from cms.web.reviewing import reading
from cms.web.scheduling import owning
from cms.web.spoken import on_screen
from cms.web.told import page_of

SHOWN = 5
"""So many of a kind; the rest is one line with the way there."""
AHEAD = timedelta(hours=24)
FORESEEN = timedelta(days=14)
BY_HAND = "#by-hand"
"""Where the page of a recall has what a person registers."""
PRESSING = timedelta(minutes=30)
SENT = ("review", "overtaken")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what, in whose words, and the one next step. ``tone``: bad, wait, good, plain; ``is_deed``: the step
    changes something, so its button is a form's; ``about``: the subjects of notices that say the same."""

    title: str
    words: str
    button: str
    way: str
    note: str = ""
    tone: str = "plain"
    state: str = ""
    is_deed: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page. ``more``: (words, way) to what is not shown here."""

    name: str
    title: str
    lines: Sequence[Line]
    empty: str
    more: tuple[str, str] | None = None


def blueprint(desk: Desk) -> Blueprint:
    """The route of 今天."""
    today = Blueprint("today", __name__)

    @today.get("/")
    def page() -> str:
        with read_scope(desk.people.engine) as session:
            failed = _failed(session)
            parts = [failed, _waiting(session, failed), _coming(session), _drafts(session)]
            is_sandboxed = not sandboxed.real_ones(session)
            since = restored(session)
        busy = [one for one in parts if one.lines]
        local = now().astimezone(SHANGHAI)
        weekday = "一二三四五六日"[local.weekday()]
        return render_template(
            "today.html",
            parts=parts if busy else (),
            date=f"{local.month}月{local.day}日 星期{weekday}",
            rest=not any(one.lines for one in parts[:2]),
            is_sandboxed=is_sandboxed,
            may_end=who().units.scope(who().held, STOPPERS).holds(who().units.top),
            restored=since and (day(since.kept_at), day(since.at), since.hold),
        )

    return today


# --------------------------------------------------------------------------- what failed


def _failed(session: Session) -> Part:
    found = boards.failing(session, scope(), now())
    lines = [_trouble(session, one) for one in found[:SHOWN]]
    more = (f"还有 {len(found) - SHOWN} 件没发出去", url_for("delivering.page", tone="bad"))
    return Part("failed", "没发出去", lines, "没有发不出去的。", more if len(found) > SHOWN else None)


def _trouble(session: Session, one: boards.Trouble) -> Line:
    """What stands still, with the way to mend it; whoever may not mend it is told who can."""
    count, reaches = len(one.deliveries), HANDLERS if one.frozen_by is None else STOPPERS
    is_theirs = bool(who().units.scope(who().held, reaches).ids & one.units)
    where = "、".join(one.accounts[:3]) + (f" 等 {count} 个账号" if count > 3 else "")
    if one.frozen_by is not None:
        button, way = "定新的时间", url_for("delivering.halt", number=one.frozen_by)
    elif one.is_voided:
        button, way = "去决定", url_for("delivering.release", number=one.release)
    elif count == 1:
        button, way = "处理", url_for("delivering.delivery", number=one.deliveries[0])
    else:
        button, way = f"处理这 {count} 份", url_for("delivering.release", number=one.release, tone="bad")
    note = f"{what_next(one.state, one.again_at, is_theirs=is_theirs)}{clock_or_day(one.since)} 起"
    if not is_theirs:
        people = who_may(session, reaches, one.units) or who_may(session, reaches, [min(one.units)])
        button, note = "看情况", f"{note}　{by_whom([each.name for each in people])}"
    return Line(
        one.title, on_screen(one.reason) or "原因见来龙去脉。", button, way, f"{where}　{note}", "bad", one.state_name,
        about=(f"release:{one.release}",),
    )  # fmt: skip


def clock_or_day(at: datetime) -> str:
    """The hour where it was today, else the day too."""
    same = at.astimezone(SHANGHAI).date() == now().astimezone(SHANGHAI).date()
    return clock(at) if same else day(at)


# --------------------------------------------------------------------------- what waits for me


def _waiting(session: Session, failed: Part) -> Part:
    lines = [
        *_beginning(session),
        *_reviews(session),
        *_orders(session),
        *_tasks(session),
        *_remedies(session),
        *_strangers(session),
        *_rights(session),
    ]
    lines += _notices(session, {about for one in (*failed.lines, *lines) for about in one.about})
    return Part("waiting", "等我办", lines, "没有等您办的。")


def _beginning(session: Session) -> list[Line]:
    """What the first administrator has left to set up: a step of the first run, and the second step of signing in."""
    step, lines = beginning.step_of(session, who().person_id), []
    if step < beginning.DONE:
        way = url_for("beginning.column" if step == 2 else "beginning.ready")
        words = "定一个栏目，就知道下一期什么时候要稿。" if step == 2 else "去写第一篇。"
        lines.append(Line(f"初次设置，还有第 {step} 步", words, "接着设置", way, "", "wait", "设置"))
    if beginning.waits_for_code(session, who().person_id):
        words = "您是第一位管理员：绑定之后才能请同事、接账号。写稿不受影响。"
        lines.append(Line("绑定手机验证器", words, "去绑定", url_for("mine.enrol"), "", "wait", "设置"))
    return lines


def _reviews(session: Session) -> list[Line]:
    """What this person can take the next step of in 审稿, and what came back to them."""
    person, reach = reading.me(session), reading.reach()
    mine, more = submissions.waiting_for(session, reach, person, now(), SHOWN)
    lines = []
    for one in mine:
        turn = submissions.turn_of(session, one)
        step = turn.stage.step if turn else "审稿"
        lines.append(
            Line(
                session.get_one(Story, one.story_id).headline, f"等您{step}。", f"去{step}",
                url_for("reviewing.show", number=one.id), until(one.due_at, now()), "wait", step,
                about=(f"submission:{one.id}",),
            )
        )  # fmt: skip
    if more:
        about = tuple(f"submission:{one.id}" for one in more)
        lines.append(
            Line(f"还有约 {len(more)} 篇等您审", "", "看全部", url_for("reviewing.page"), "", "wait", about=about)
        )
    lines += [_overtaken(session, one) for one in submissions.overtaken_of(session, person)[:SHOWN]]
    for one, why in submissions.returned_to(session, person)[:SHOWN]:
        story = session.get_one(Story, one.story_id)
        way = url_for("pages.write", slug=story.slug)
        note, about = "改好保存后重新送审。", (f"submission:{one.id}",)
        lines.append(Line(story.headline, why, "去改", way, note, "bad", "被退回", about=about))
    return lines


def _overtaken(session: Session, one: Submission) -> Line:
    """What was sent and changed before it was signed: nobody reviews it until it is sent again."""
    words = "送审后又改过，审核人先不审了。要审新的一版，请重新送审。"
    button, way = "重新送审", url_for("reviewing.new", story=session.get_one(Story, one.story_id).slug)
    if submissions.is_adoption(one):
        words = "采用后发稿单位又改过，请等他们重新签发，再重新采用。"
        button, way = "去看来稿", url_for("adopting.page", unit=one.unit_id)
    about = (f"submission:{one.id}",)
    headline = session.get_one(Story, one.story_id).headline
    return Line(headline, words, button, way, until(one.due_at, now()), "bad", _again(one), about=about)


def _again(one: Submission) -> str:
    """What is under way is called since its story was changed, in a word with what to do."""
    return "改过，等重新采用" if submissions.is_adoption(one) else submissions.OVERTAKEN


def _orders(session: Session) -> list[Line]:
    """更正令、撤稿令 that somebody else proposed and this signer may decide."""
    mine = who().units.scope(who().held, {SIGNER: "below"})
    return [
        Line(
            f"{KIND_NAMES[one.kind]}《{headline}》", one.reason, "去批准", url_for("delivering.recall", number=one.id),
            f"{name_of(session, one.proposed_by)} 提出，{clock_or_day(one.created_at)}", "wait", "等批准",
            about=(f"recall:{one.id}",),
        )
        for one, headline in recalls.drafted(session, mine)
        if one.proposed_by != who().login
    ]  # fmt: skip


def _tasks(session: Session) -> list[Line]:
    mine = who().units.scope(who().held, {REPORTER: "own", EDITOR: "own"})
    found = boards.tasks(session, mine, SHOWN + 1) if mine.units else []
    marks, stops = standing.marks(session, found, now()), standing.stops(session, found)
    lines = [
        Line(
            one.title, f"人工发到{one.account}", "去代发", url_for("handing.task", number=one.id),
            until(one.deadline, now()), "wait", "待代发",
        )
        if marks[one.id] == standing.TO_POST
        else Line(
            one.title, one.account, "去看看", url_for("handing.task", number=one.id),
            stops.get(one.id, "") if marks[one.id] == standing.STOPPED else "", *marks[one.id],
        )
        for one in found[:SHOWN]
    ]  # fmt: skip
    if len(found) > SHOWN:
        lines.append(
            Line("还有别的要代发", "按最急的排好了。", "看全部", url_for("handing.page"), "", "wait", "待代发")
        )
    return lines


def _remedies(session: Session) -> list[Line]:
    """Copies of a recall that a person has to deal with, one line an order."""
    mine = who().units.scope(who().held, {EDITOR: "own", SIGNER: "below"})
    return [
        Line(
            f"{KIND_NAMES[one.kind]}《{headline}》", f"{count} 份要人到平台后台处理，做完登记。", "去登记",
            url_for("delivering.recall", number=one.id) + BY_HAND, "", "wait", "待人工处置",
            about=(f"recall:{one.id}",),
        )
        for one, headline, count in recalls.by_hand(session, mine)
    ]  # fmt: skip


def _strangers(session: Session) -> list[Line]:
    """What stands on their accounts and nobody here knows of."""
    mine = who().units.scope(who().held, HANDLERS)
    found = strangers.waiting(session, mine) if mine.units else []
    lines = [
        Line(
            one.row.title or "（没有标题）", "平台上有，台账上没有：是谁发的？", "去看看",
            url_for("delivering.strangers"), f"{one.account.name}　{clock_or_day(one.row.since)} 发现", "bad", "陌生稿",
        )
        for one in found[:SHOWN]
    ]  # fmt: skip
    if len(found) > SHOWN:
        way = url_for("delivering.strangers")
        lines.append(Line(f"还有 {len(found) - SHOWN} 篇陌生稿", "", "看全部", way, "", "bad", "陌生稿"))
    return lines


def _rights(session: Session) -> list[Line]:
    """Pictures of theirs that soon may not be used any more, and those that may not already."""
    mine = who().units.scope(who().held, LIBRARIANS)
    soon, over = library.running_out(session, mine, now().astimezone(SHANGHAI).date())
    told = (
        (over, "over", f"{over} 件素材的授权已经过期", "用着它们的稿件发不出去：续授权，或停用换图。", "bad", "已过期"),
        (
            soon,
            "soon",
            f"{soon} 件素材的授权 30 天内到期",
            "到期后用它们的稿件就发不出去，请提前续。",
            "wait",
            "快到期",
        ),
    )
    return [
        Line(title, words, "去处理", url_for("library.page", state=state), "", tone, mark)
        for count, state, title, words, tone, mark in told
        if count
    ]


def _notices(session: Session, shown: set[str]) -> list[Line]:
    """What this person was told and no other row of the page says already."""
    told = [one for one in told_to(session, who().person_id) if one.subject not in shown]
    found = by_cause(session, [one for one in told if not _is_others(one)])
    others = _news([one for one in told if _is_others(one)])
    lines = [_told(one) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(
            Line(f"还有 {len(found) - SHOWN} 条提醒", "", "看全部", url_for("mine.notices"), "", "plain", "提醒")
        )
    return [*lines, *others]


def _told(cause: Cause) -> Line:
    """One cause in one line; of several notices, with the way to where they are one by one."""
    newest, count = cause.told[0].notice, len(cause.told)
    words = f"同样的提醒有 {count} 条{'：' if cause.places else ''}{'、'.join(cause.places[:3])}" if count > 1 else ""
    words += "等" if len(cause.places) > 3 else ""
    way = _way(newest) if count == 1 else url_for("mine.notices")
    return Line(on_screen(cause.words), words, "去看", way, clock_or_day(newest.last_at), "plain", "提醒")


def _way(one: Notice) -> str:
    """Where it is dealt with: of a copy of a recall, the form that registers what was done."""
    way = page_of(one.subject)[1] or url_for("mine.notices")
    return way + BY_HAND if one.subject.startswith("recall:") and one.unit_id is not None else way


def _is_others(one: Notice) -> bool:
    """Whether it tells of a copy of a recall that somebody else has to deal with, who may register it."""
    reached = who().units.scope(who().held, REMEDY.reaches)
    return one.subject.startswith("recall:") and one.unit_id is not None and not reached.holds(one.unit_id)


def _news(found: Sequence[Notice]) -> list[Line]:
    """What units deal with by themselves, one line an order, as news: there is nothing here to do."""
    by_order: dict[str, list[Notice]] = {}
    for one in found:
        by_order.setdefault(one.subject, []).append(one)
    return [
        Line(
            f"{len(own)} 份正由所在单位处置", "更正与撤稿的进展，不用您登记。", *page_of(subject),
            clock_or_day(max(one.last_at for one in own)), "plain", "知会",
        )
        for subject, own in by_order.items()
    ]  # fmt: skip


# --------------------------------------------------------------------------- what comes


def _coming(session: Session) -> Part:
    found = boards.coming(session, scope(), now(), now() + AHEAD)
    old = {one.release_id: one for one in submissions.overtaken_among(session, [one.release for one in found])}
    lines = [_soon(one, old.get(one.release)) for one in found[: 2 * SHOWN]]
    lines = [*_issues(session), *lines]
    more = (f"还有 {len(found) - 2 * SHOWN} 张发布单", url_for("delivering.page", tone="wait"))
    if not lines:
        return Part("coming", "接着要发的", _next_issue(session), "24 小时内没有要发的，也没有等人写的一期。")
    return Part("coming", "24 小时内要发", lines, "24 小时内没有要发的。", more if len(found) > 2 * SHOWN else None)


def _next_issue(session: Session) -> list[Line]:
    """Where nothing is due within a day: the next issue of a column that waits for its story."""
    found = _slots(session, now() + AHEAD, now() + FORESEEN)
    words = {"open": "还没有人写", "writing": "稿件在写", "returned": "稿件被退回"}
    return [
        Line(
            f"{one.column} 第 {one.number} 期",
            f"24 小时内没有要发的。下一期 {day(one.due_at)} 出刊，{words[one.state]}。",
            f"去写第 {one.number} 期", _way_to_write(one), "", "plain", "", is_deed=not one.story,
        )
        for one in found[:1]
    ]  # fmt: skip


def _issues(session: Session) -> list[Line]:
    """Issues whose hour comes and that have no story yet, or one nobody has sent."""
    said = {
        "open": ("尚无稿件", "缺稿", "wait"),
        "writing": ("稿件在写，还没有送审", "在写", "wait"),
        "returned": ("稿件被退回，还没有重新送审", "被退回", "bad"),
    }
    return [
        Line(
            f"{one.column} 第 {one.number} 期", f"{clock_or_day(one.due_at)} 发，{words}。",
            f"去写第 {one.number} 期" if one.story else "写这一期", _way_to_write(one),
            f"还有 {lasted(one.due_at - now())}" if one.story else "", tone, state, is_deed=not one.story,
        )
        for one in _slots(session, now(), now() + AHEAD)
        for words, state, tone in [said[one.state]]
    ]  # fmt: skip


def _slots(session: Session, since: datetime, until: datetime) -> list[agenda.Slot]:
    """The issues due in [since, until) that who asks may write; what is sent to review is said with its release."""
    found = agenda.slots(session, since, until, scope())
    return [
        one
        for one in found
        if owning.may(WRITERS, one.unit_id) and (one.story or one.state == "open") and one.state not in SENT
    ]


def _way_to_write(slot: agenda.Slot) -> str:
    """Where its story is written, or begins."""
    return url_for("pages.write", slug=slot.story) if slot.story else url_for("scheduling.write", number=slot.id)


def _soon(one: boards.Coming, overtaken: Submission | None) -> Line:
    """``overtaken``: what was sent of it, where the story was changed since."""
    total, left = sum(one.states.values()), one.due_at - now()
    words = f"{clock_or_day(one.due_at)} 发到 {total} 个账号"
    if overtaken is not None:
        said = ("采用后发稿单位改过", "采用") if submissions.is_adoption(overtaken) else ("送审后改过", "送审")
        return Line(
            one.title, f"{words}，{said[0]}，还没有重新{said[1]}。", "看进度",
            url_for("delivering.release", number=one.release), f"还有 {lasted(left)}", "bad", _again(overtaken),
        )  # fmt: skip
    if one.unsigned:
        is_late = left < PRESSING
        return Line(
            one.title, f"{words}，其中 {one.unsigned} 份还没签发。", "看进度",
            url_for("delivering.release", number=one.release), f"还有 {lasted(left)}",
            "bad" if is_late else "wait", "未签发",
        )  # fmt: skip
    return Line(
        one.title, f"{words}，都已签发。", "看矩阵", url_for("delivering.release", number=one.release),
        f"还有 {lasted(left)}", "good", "待发",
    )  # fmt: skip


# --------------------------------------------------------------------------- my drafts


def _drafts(session: Session) -> Part:
    found = listing.drafts_of(session, scope(), who().login, SHOWN + 1) if who().writes else []
    lines = [
        Line(headline or "（还没有标题）", "", "接着写", url_for("pages.write", slug=slug), f"{clock_or_day(at)} 保存")
        for slug, headline, at in found[:SHOWN]
    ]
    more = ("看全部稿件", url_for("pages.stories")) if len(found) > SHOWN else None
    return Part("drafts", "我的草稿", lines, "没有写到一半的稿件。", more)
