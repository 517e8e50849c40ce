"""栏目: their rhythm, where their issues go, how an issue begins; and the first text of an issue."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from cms import audit
from cms.db import read_scope, session_scope
from cms.people.mandates import PLANNERS, STOPPERS
from cms.people.roles import Tree
from cms.releases import TargetError, accounts_of, agenda, parse_target
from cms.stories import (
    HOLIDAYS,
    Column,
    Issue,
    IssueError,
    Rhythm,
    RhythmError,
    Workdays,
    begin_with,
    follow_rhythm,
    may_number,
    next_number,
    open_issues,
    open_next_issue,
    rhythm_words,
    skipped_of,
    upcoming,
    weekly,
    workdays,
)
from cms.stories.rhythm import EVERY, NTHS, WEEKDAYS, rhythm
from cms.web.desk import Desk, day
from cms.web.entrance import now, scope, who
from cms.web.permits import WRITERS
from cms.web.scheduling import owning
from cms.web.scheduling.skipping import on_weekday

DECIDERS = STOPPERS
BAD_SLUG = "栏目代号要用作网址，请用小写字母开头，只写字母、数字和连字符，2 到 30 字，例如 heikeji。"
_SLUG = re.compile(r"[a-z][a-z0-9-]{1,29}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_FIGURE = re.compile(r"-?\d{1,2}")
_FIRST = re.compile(r"[1-9]\d{0,4}")
MOST_NUMBER = 99999
NO_DAY = 99
PAST, FORESEEN = timedelta(days=14), timedelta(days=60)
"""How far back and ahead the issues of a column are listed that nobody has signed."""
USUAL = weekly(2)
Form = MultiDict[str, str]
Shown = str | tuple[str, int] | Answer


@dataclass(frozen=True, slots=True)
class Card:
    """One column as its card shows it. ``dues``: when its next issues come out; ``unit``, ``owner``: whose it is, by
    name and as people call it; ``waits``: the open ones, in words; ``slots``: the issues nobody has signed, each with
    its time in words;
    ``skips``: the days ahead it does not come out on, with why; ``number``: the one it begins with, None once an
    issue is written; ``may_change``, ``may_plan``: what who looks at it may do."""

    row: Column
    words: str
    dues: tuple[str, ...]
    unit: str
    owner: str
    waits: str
    slots: tuple[tuple[agenda.Slot, str], ...]
    skips: tuple[str, ...]
    number: int | None
    may_change: bool
    may_plan: bool


class ColumnError(Exception):
    """What is wrong with the form: one sentence with the remedy, and the field it is about."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def add_routes(scheduling: Blueprint, desk: Desk) -> None:
    """The routes of 栏目, below 排期."""
    engine = desk.people.engine

    def shown(sentence: str = "", form: Form | None = None, code: int = 200) -> Shown:
        with read_scope(engine) as session:
            rows = list(session.exec(select(Column).where(owning.seen()).order_by(Column.slug)))
            known, names = workdays(session), desk.unit_names()
            slots = agenda.slots(session, now() - PAST, now() + FORESEEN, scope())
            cards = [_card(session, one, known, names, slots) for one in rows]
        page = render_template(
            "scheduling/columns.html", cards=cards, holidays=HOLIDAYS, units=owning.offered(DECIDERS, names),
            form=form or MultiDict(), sentence=sentence, may_decide=_may_decide(), every=EVERY, nths=NTHS,
            weekdays=WEEKDAYS, usual=USUAL, said_by=_said_by, asked=_asked(form or MultiDict()), stages=agenda.STAGES,
            may_write=partial(owning.may, WRITERS),
        )  # fmt: skip
        return page if code == 200 else (page, code)

    @scheduling.get("/schedule/columns")
    def columns_page() -> Shown:
        return shown()

    @scheduling.post("/schedule/columns")
    def keep_column() -> Shown:
        try:
            with session_scope(engine) as session:
                column = kept_column(session, request.form)
                open_next_issue(session, column, now())
        except (ColumnError, TargetError, IssueError) as error:
            return shown(str(error), request.form, 422)
        return redirect(f"{url_for('scheduling.columns_page')}#c-{column.slug}", 303)


def _may_decide() -> bool:
    return any(role in DECIDERS for role, _ in who().held)


def _card(
    session: Session, column: Column, known: Workdays, names: Mapping[int, str], slots: Sequence[agenda.Slot]
) -> Card:
    try:
        dues = tuple(day(one) for one in upcoming(column, now(), known))
    except IssueError:
        dues = ()
    waits = "、".join(f"第 {one.number} 期（{day(one.due_at)}）" for one in open_issues(session, column))
    owner = owning.owner_of(column.unit_id)
    skips = tuple(f"{on_weekday(one.day)}（{one.reason}）" for one in skipped_of(column) if one.at > now())
    may_change, may_plan = owning.may(DECIDERS, column.unit_id), owning.may(PLANNERS, column.unit_id)
    unit, short = who().units.slug(owner), names.get(owner or 0, "")
    number = next_number(session, column) if may_number(session, column) else None
    told = tuple((one, day(one.due_at)) for one in slots if one.slug == column.slug)
    return Card(column, rhythm_words(column), dues, unit, short, waits, told, skips, number, may_change, may_plan)


def _said_by(one: Rhythm) -> dict[str, Any]:
    """A rhythm as the fields of the form."""
    places = [str(place) for place in one.places]
    nths, days = (places, []) if one.every == "weekday" else ([], places)
    since = one.since.isoformat() if one.since else ""
    chosen = [str(weekday) for weekday in one.weekdays]
    return {"every": one.every, "weekdays": chosen, "nths": nths, "days": days, "since": since}


def _asked(form: Form) -> dict[str, Any]:
    """The same fields as somebody sent them, so that nothing has to be chosen twice."""
    chosen = {"weekdays": form.getlist("weekday"), "nths": form.getlist("nth"), "days": form.getlist("day")}
    return {"every": form.get("every", "week"), "since": form.get("since", ""), **chosen}


def rhythm_said(form: Form) -> Rhythm:
    """The rhythm a form asks for: ``every``, ``weekday``, ``nth``, ``day`` (each as often as chosen), ``since``."""
    every, since = form.get("every", "week"), form.get("since", "").strip()
    places = "day" if every == "date" else "nth"
    try:
        from_day = date.fromisoformat(since) if since else None
    except ValueError as error:
        raise ColumnError("看不懂从哪一天算起，请写成 2026-11-25 的样子。", "since") from error
    try:
        return rhythm(every, _figures(form, "weekday"), _figures(form, places), from_day)
    except RhythmError as error:
        raise ColumnError(str(error), error.field) from error


def _figures(form: Form, name: str) -> list[int]:
    """What was chosen; what is no figure is one no calendar has."""
    return [int(one) if _FIGURE.fullmatch(one) else NO_DAY for one in form.getlist(name)]


def free_slug(session: Session, wanted: str) -> str:
    """``wanted``, or with the first number that no column has yet."""
    taken = set(session.exec(select(Column.slug)))
    numbered = (f"{wanted[:27]}-{number}" for number in itertools.count(2))
    return wanted if wanted not in taken else next(one for one in numbered if one not in taken)


def kept_column(session: Session, form: Form) -> Column:
    """The column as the form says, new or changed. A form for a new one (``new``) changes none of another title."""
    slug, title = form.get("slug", "").strip(), form.get("title", "").strip()
    if not _SLUG.fullmatch(slug):
        raise ColumnError(BAD_SLUG, "slug")
    column = session.exec(select(Column).where(Column.slug == slug)).one_or_none()
    if column is not None and not owning.is_theirs(column.unit_id):
        abort(404)
    if column is not None and "new" in form and column.title != title:
        raise ColumnError(
            f"代号“{slug}”已经是栏目《{column.title}》的，请换一个，例如 {free_slug(session, slug)}。", "slug"
        )
    if not title or len(title) > 30:
        raise ColumnError("请写栏目名称，最长 30 字。", "title")
    said, clock = rhythm_said(form), _CLOCK.fullmatch(form.get("clock", ""))
    if clock is None:
        raise ColumnError("请选几点出刊，钟点写成 09:00 的样子。", "clock")
    first = _FIRST.fullmatch(form.get("first_number", "").strip() or "1")
    if first is None:
        raise ColumnError(f"请写从第几期开始：1 到 {MOST_NUMBER} 的数字，例如 128。", "first_number")
    if form.get("holiday", "") not in HOLIDAYS:
        raise ColumnError("请选逢放假怎么办。")
    owner = next((one for one, name in scope().units if name == form.get("unit", "")), None)
    if owner is None:
        raise ColumnError("请选这个栏目归哪个单位。")
    target = form.get("target", "").strip()
    if target:
        accounts_of(session, [parse_target(target)])
    is_new = column is None
    column = column or Column(slug=slug, title=title, rhythm=said, hour=9, first_number=int(first[0]), opened_at=now())
    before, units = _when(column), who().units
    was = "" if is_new else units.slug(owning.owner_of(column.unit_id))
    column.title, column.rhythm = title, said
    column.unit_id = None if owner == units.top else owner  # the province's are the house's: all below see them
    column.hour, column.minute = int(clock[1]), int(clock[2])
    column.holiday, column.target = form["holiday"], target
    column.push = form.get("push") == "1"
    column.template = form.get("template", "").replace("\r\n", "\n").strip()[:20000]
    session.add(column)
    session.flush()
    if "first_number" in form and not is_new:
        begin_with(session, column, int(first[0]), who().login, now())
    detail = {"title": title, "rhythm": said.plain, "clock": form["clock"], "holiday": column.holiday}
    detail |= {"unit": units.slug(owner)} | ({} if is_new else {"unit_was": was})
    audit.record(session, who().login, "column.open" if is_new else "column.change", f"column:{slug}", detail, now())
    if form.get("waiting") == "move" and _when(column) != before:
        follow_rhythm(session, column, who().login, now())
    return column


def _when(column: Column) -> tuple[object, ...]:
    """All that decides when its issues come out."""
    return column.rhythm, column.hour, column.minute, column.holiday


def slug_for(column: Column, issue: Issue, units: Tree) -> str:
    """The name of an issue's story, for life: its unit's (but for the province's), the column's, and its number."""
    is_own = column.unit_id not in (None, units.top)
    return (
        f"{units.slug(column.unit_id)}-{column.slug}-{issue.number:03}"
        if is_own
        else f"{column.slug}-{issue.number:03}"
    )
