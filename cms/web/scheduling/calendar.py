"""放假和调休: the years that are known, and the year's notice taken in after what it changes was seen."""

from datetime import date
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response as Answer

from cms.db import read_scope, session_scope
from cms.people.roles import PROVINCE
from cms.stories import CalendarError, Column, Workdays, foresee_year, take_year, workdays
from cms.stories.rhythm import WEEKDAYS
from cms.stories.workdays import LONGEST
from cms.web.desk import Desk, day
from cms.web.entrance import now, scope, who

Shown = str | tuple[str, int] | Answer
NO_FILE = "请先选文件：当年的放假安排，JSON 格式，可从 holiday-cn 下载。"
NOT_TEXT = "这个文件不是 UTF-8 文字。要当年放假安排的 JSON，可从 holiday-cn 下载。"


def add_routes(scheduling: Blueprint, desk: Desk) -> None:
    """The routes of the calendar, below 排期."""
    engine = desk.people.engine

    def shown(sentence: str = "", code: int = 200) -> Shown:
        with read_scope(engine) as session:
            known = workdays(session)
        may_import = any(role == PROVINCE for role, _ in who().held)
        said = request.args.get("said", "")
        page = render_template(
            "scheduling/calendar.html", years=_years(known), sentence=sentence, may_import=may_import,
            taken=said if said.isdecimal() and int(said) in known.years else "",
        )  # fmt: skip
        return page if code == 200 else (page, code)

    @scheduling.get("/schedule/calendar")
    def calendar_page() -> Shown:
        return shown()

    @scheduling.post("/schedule/calendar")
    def look_at_year() -> Shown:
        sent = request.files.get("file")
        content = sent.stream.read(LONGEST + 1) if sent else b""
        if not content:
            return shown(NO_FILE, 422)
        try:
            text = content.decode("utf-8-sig", errors="ignore" if len(content) > LONGEST else "strict")
            with session_scope(engine) as session:
                mine = col(Column.unit_id).is_(None) | scope().over(Column.unit_id)
                columns = session.exec(select(Column).where(mine).order_by(Column.slug)).all()
                found = foresee_year(session, text, columns, who().login, now())
        except UnicodeDecodeError:
            return shown(NOT_TEXT, 422)
        except CalendarError as error:
            return shown(str(error), 422)
        moved = [(one.title, list(map(day, one.was)), list(map(day, one.becomes))) for one in found.columns]
        days = [(on_paper(one.day), one.was, one.becomes) for one in found.days]
        return render_template("scheduling/year.html", found=found, days=days, moved=moved, text=text)

    @scheduling.post("/schedule/calendar/keep")
    def keep_year() -> Shown:
        try:
            with session_scope(engine) as session:
                year, _, _ = take_year(session, request.form.get("text", ""), who().login, now())
        except CalendarError as error:
            return shown(str(error), 422)
        return redirect(url_for("scheduling.calendar_page", said=year), 303)


def on_paper(one: date) -> str:
    """2026年10月1日 周四."""
    return f"{one.year}年{one.month}月{one.day}日 周{WEEKDAYS[one.weekday()]}"


def _years(known: Workdays) -> list[tuple[int, list[tuple[str, str]]]]:
    """Each year with its special days, the newest year first: runs of days of one kind are one line."""
    made = []
    for year, days in groupby(sorted(known.named), key=lambda one: one.year):
        lines: list[tuple[date, date, str]] = []
        for one in days:
            words = known.words(one)
            if lines and lines[-1][2] == words and (one - lines[-1][1]).days == 1:
                lines[-1] = (lines[-1][0], one, words)
            else:
                lines.append((one, one, words))
        made.append((year, [(_span(first, last), words) for first, last, words in lines]))
    return made[::-1]


def _span(first: date, last: date) -> str:
    start = f"{first.month}月{first.day}日"
    return start if first == last else f"{start}至{last.month}月{last.day}日"
