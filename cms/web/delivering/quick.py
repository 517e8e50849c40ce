"""快讯 and 灰度: what must be possible at once."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from channels import registry
from channels.contract import ChannelError
from cms.db import read_scope, session_scope
from cms.people import PeopleError, Person
from cms.people.roles import EDITOR, SIGNER
from cms.releases import PlanError, Release, TargetError, boards, flash
from cms.releases.flash import FlashError
from cms.web.delivering.forms import gone, reason, said
from cms.web.delivering.words import until
from cms.web.desk import Desk, day
from cms.web.entrance import now, scope, who
from cms.web.spoken import on_screen

SPANS = (("6h", "6 小时后"), ("12h", "12 小时后"), ("24h", "一天后"), ("72h", "三天后"), ("", "由人解除"))


def routes(found: Blueprint, desk: Desk) -> None:
    """The pages and forms of 快讯 and 灰度."""
    engine = desk.people.engine

    @found.get("/flash")
    def flashes() -> str:
        return _flash_page(desk)

    @found.post("/flash")
    def announce() -> Answer | tuple[str, int]:
        unit = request.form.get("unit", "")
        if unit not in scope().slugs:
            gone()
        chosen = [one for one in request.form.getlist("channel") if one in desk.channels()]
        try:
            title, text = reason("title", "请写标题。"), request.form.get("text", "").strip()
            if not text or not chosen:
                raise PeopleError("请写正文，并至少选一个渠道。")
            target = f"channel={','.join(chosen)} unit={unit}"
            number = desk.press.flash(title, text, [target], said("expires"), who().login)
        except (ChannelError, FlashError, PeopleError, PlanError, TargetError) as error:
            return _flash_page(desk, on_screen(getattr(error, "sentence", str(error)))), 422
        return redirect(url_for("delivering.flash_of", number=number), 303)

    @found.get("/flash/<int:number>")
    def flash_of(number: int) -> str:
        with read_scope(engine) as session:
            row, grid = _flash(session, number)
            sealed = flash.sealed_of(session, row)
            story = flash.slug_of(session, row)
        return render_template(
            "delivering/flash_of.html",
            one=row,
            grid=grid,
            slug=story,
            is_signed=sealed.complete,
            signs=_may(SIGNER),
            reviews=_may(SIGNER) or _may("审核"),
            lifts=_may(SIGNER) or _may(EDITOR),
            ends=day(row.expires_at) if row.expires_at else "",
            is_over=row.expires_at is not None and row.expires_at <= now(),
            review=until(row.review_by, now()),
            channels=[(one, registry.get(one).title) for one in grid.channels],
        )

    @found.post("/flash/<int:number>/issue")
    def issue(number: int) -> Answer:
        with read_scope(engine) as session:
            _flash(session, number)
        desk.press.issue_flash(number, who().login, reason("opinion", "请写一句签发意见。"))
        return redirect(url_for("delivering.flash_of", number=number), 303)

    @found.post("/flash/<int:number>/lift")
    def lift(number: int) -> Answer:
        with session_scope(engine) as session:
            row, _ = _flash(session, number)
            flash.lift(session, row, who().login, reason(), now())
        return redirect(url_for("delivering.flash_of", number=number), 303)

    @found.post("/flash/<int:number>/review")
    def review(number: int) -> Answer:
        with session_scope(engine) as session:
            row, _ = _flash(session, number)
            reviewer = session.get_one(Person, who().person_id)
            opinion, passed = reason("opinion", "请写一句补审意见。"), request.form.get("passed") == "yes"
            flash.record_review(session, row, reviewer, opinion, now(), passed=passed)
            slug = flash.slug_of(session, row)
        if passed:
            return redirect(url_for("delivering.flash_of", number=number), 303)
        return redirect(url_for("delivering.draft", slug=slug, kind="retraction"), 303)

    @found.get("/grey")
    def grey() -> str:
        _of_house()
        since = desk.press.grey_since()
        return render_template("delivering/grey.html", since=day(since) if since else "")

    @found.post("/grey")
    def switch() -> Answer:
        _of_house()
        desk.press.switch_grey(request.form.get("grey") == "on", who().login, reason())
        return redirect(url_for("delivering.grey"), 303)


def _flash_page(desk: Desk, sentence: str = "") -> str:
    with read_scope(desk.people.engine) as session:
        rows = [one for one in flash.unreviewed(session) if boards.grid(session, scope(), one.id)]
    return render_template(
        "delivering/flash.html",
        sentence=sentence,
        form=request.form,
        units=desk.units(scope()),
        channels=[(one, registry.get(one).title) for one in desk.channels() if one in TEXT],
        spans=SPANS,
        rows=[(one, until(one.review_by, now())) for one in rows],
    )


TEXT = ("site", "feed", "wechat", "weibo", "toutiao")


def _flash(session: Session, number: int) -> tuple[Release, boards.Grid]:
    grid = boards.grid(session, scope(), number)
    if grid is None or not grid.release.flash:
        gone()
    return session.get_one(Release, number), grid


def _of_house() -> None:
    """The sites of all units change: only who rules the province's own may."""
    if not scope().holds(who().units.top):
        gone()


def _may(role: str) -> bool:
    return bool(who().units.scope(who().held, {role: "below"}).units)
