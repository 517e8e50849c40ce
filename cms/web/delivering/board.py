"""发布: the list of releases; one of them as a matrix; the story of one delivery."""

from dataclasses import replace

from flask import Blueprint, render_template, request, url_for

from channels import registry
from channels.rendering import text_of
from cms import recalls, releases
from cms.db import read_scope
from cms.people import Person
from cms.people.mandates import HANDLERS, HANDS, SIGNERS
from cms.people.notices import open_about
from cms.people.roles import who_may
from cms.releases import STATE_NAMES, boards, may_be_out, voiding
from cms.releases.boards import GROUPS, Wanted
from cms.releases.handling import possible
from cms.web.delivering.forms import delivery_in_reach, gone
from cms.web.delivering.words import by_whom, what_next
from cms.web.desk import Desk, day, rank
from cms.web.entrance import now, scope, who
from cms.web.permits import WRITERS
from cms.web.spoken import on_screen


def routes(found: Blueprint, desk: Desk) -> None:
    """The pages to look at."""

    @found.get("/releases")
    def page() -> str:
        wanted = asked()
        with read_scope(desk.people.engine) as session:
            rows, more = boards.listed(session, scope(), wanted)
            columns = boards.columns(session)
        return render_template(
            "delivering/list.html",
            rows=[(one, day(one.due_at)) for one in rows],
            wanted=wanted,
            groups=GROUPS,
            units=desk.looks(scope()),
            channels=[(one, registry.get(one).title) for one in desk.channels()],
            columns=columns,
            earlier=_way(wanted, wanted.page + 1) if more else "",
            later=_way(wanted, wanted.page - 1) if wanted.page > 1 else "",
        )

    @found.get("/releases/<int:number>")
    def release(number: int) -> str:
        handled = who().units.scope(who().held, HANDLERS)
        with read_scope(desk.people.engine) as session:
            grid = boards.grid(session, scope(), number, to_read=True) or gone()
            own = boards.apart(session, number)
            voided, lapsed = voiding.voided(session, number), voiding.lapsed(session, number)
            me = session.get_one(Person, who().person_id)
            cannot = voiding.cannot(session, grid.release, me, now()) if voided or lapsed else ""
            failed = set(grid.failed(handled.slugs)) - {one.id for one in lapsed}
            affirmed = voiding.affirmed(session, number)
        names = sorted(grid.channels, key=rank)
        tone = request.args.get("tone", "")
        return render_template(
            "delivering/matrix.html",
            grid=grid,
            channels=[(one, registry.get(one).title) for one in names],
            channel_titles=[(one, registry.get(one).title) for one in desk.channels()],
            apart={one for one in names if text_of(one) in own},
            rows=[one for one in grid.rows if not tone or _has(one[2], tone)],
            tone=tone,
            groups=GROUPS,
            due=day(grid.release.due_at),
            failed=failed,
            reach=handled.ids,
            is_ours=any(unit in scope().slugs for unit, _, _ in grid.rows),
            readable=scope().ids,
            is_flash=grid.release.flash,
            voided=voided,
            lapsed=lapsed,
            cannot=cannot,
            may_sign=bool(who().units.scope(who().held, SIGNERS).units),
            affirmed=affirmed,
            written=who().units.scope(who().held, WRITERS).ids,
        )

    @found.get("/deliveries/<int:number>")
    def delivery(number: int) -> str:
        with read_scope(desk.people.engine) as session:
            row, account = delivery_in_reach(session, number, to_read=True)
            lines = sorted([*releases.story(session, row), *recalls.story(session, row)], key=lambda one: one.at)
            items = releases.boards.items_of(session, row.id)
            is_coming = row.state in boards.COMING
            frozen = releases.against(session, row) if is_coming else []
            undecided = releases.undecided(session, row) if is_coming else []
            is_theirs = who().units.scope(who().held, HANDLERS).holds(account.unit_id)
            can = possible(session, row) if is_theirs else set()
            people = [] if is_theirs else [one.name for one in who_may(session, HANDLERS, [account.unit_id])]
            tone = boards.TONES[row.state]
            next_ = what_next(row.state, row.next_at, is_theirs=is_theirs) if tone in ("bad", "wait") else ""
            waits = open_about(session, f"phone:{row.id}", f"phone-late:{row.id}")  # 群发保护: for a telephone
            doubtful = row.state != "published" and may_be_out(session, row)
            title = session.get_one(releases.Release, row.release_id).title
        return render_template(
            "delivering/delivery.html",
            one=row,
            account=account,
            title=title,
            channel=registry.get(account.channel).title,
            state=STATE_NAMES[row.state],
            tone=tone,
            reason=on_screen(row.reason),
            lines=[(day(one.at), one.kind, on_screen(one.words)) for one in reversed(lines)],
            items=items,
            halted=frozen,
            undecided=[(one.id, recalls.KIND_NAMES[one.kind]) for one in undecided],
            can=can,
            posts=who().units.scope(who().held, HANDS).holds(account.unit_id),
            doubtful=doubtful,
            waits=on_screen(waits),
            due=day(row.due_at),
            next=next_ + by_whom(people) if tone == "bad" and not is_theirs else next_,
        )


def asked() -> Wanted:
    """What the list is to be narrowed to, as the address says."""
    page = request.args.get("page", "1")
    tone = request.args.get("tone", "")
    return Wanted(
        tone=tone if tone in GROUPS else "",
        unit=request.args.get("unit", ""),
        channel=request.args.get("channel", ""),
        column=request.args.get("column", ""),
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 and int(page) else 1,
    )


def _way(wanted: Wanted, page: int) -> str:
    one = replace(wanted, page=page)
    given = {name: getattr(one, name) for name in ("tone", "unit", "channel", "column") if getattr(one, name)}
    return url_for("delivering.page", page=page, **given)


def _has(cells: object, tone: str) -> bool:
    return any(one.tone == tone for own in cells.values() for one in own)  # type: ignore[attr-defined]
