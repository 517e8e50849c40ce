"""What a person does about deliveries: again, hold, claim, cancel; with a reason, in their own reach."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from cms import releases
from cms.db import read_scope, session_scope
from cms.people import PeopleError, Person
from cms.releases import boards, voiding
from cms.review import SignError
from cms.web.delivering.forms import delivery_in_reach, gone, reason, ticked
from cms.web.desk import Desk
from cms.web.entrance import now, scope, who

MOST = 400
"""So many at once; a release has no more accounts than that."""


def routes(found: Blueprint, desk: Desk) -> None:
    """The forms of 发布."""
    engine = desk.people.engine

    @found.post("/deliveries/<int:number>/retry")
    def retry(number: int) -> Answer:
        _reach(desk, number)
        desk.press.retry(number, who().login, reason(), is_absent=ticked("absent"))
        return _back(number)

    @found.post("/deliveries/<int:number>/hold")
    def hold(number: int) -> Answer:
        with session_scope(engine) as session:
            row, _ = delivery_in_reach(session, number)
            releases.hold(session, row, who().login, reason(), now())
        return _back(number)

    @found.post("/deliveries/<int:number>/cancel")
    def cancel(number: int) -> Answer:
        _reach(desk, number)
        desk.press.cancel(number, who().login, reason(), is_absent=ticked("absent"))
        return _back(number)

    @found.post("/deliveries/<int:number>/adopt")
    def adopt(number: int) -> Answer:
        _reach(desk, number)
        desk.press.adopt(number, addresses(), who().login, reason())
        return _back(number)

    @found.post("/releases/<int:number>/as-signed")
    def as_signed(number: int) -> Answer:
        """照签发的那一版发: what stands still since the story was edited, by somebody who may sign it."""
        with session_scope(engine) as session:
            grid = boards.grid(session, scope(), number) or gone()
            me = session.get_one(Person, who().person_id)
            voiding.send_as_signed(session, grid.release, me, reason(), now())
        return redirect(url_for("delivering.release", number=number), 303)

    @found.post("/releases/<int:number>/retry")
    def retry_all(number: int) -> Answer:
        """Everything of the release that failed and is in reach; what cannot go again says so on its own page."""
        with read_scope(engine) as session:
            grid = boards.grid(session, scope(), number) or gone()
        words, failed = reason(), grid.failed(scope().slugs)
        refused = []
        for one in failed[:MOST]:
            try:
                desk.press.retry(one, who().login, words, is_absent=False)
            except (releases.PlanError, releases.HandlingError, releases.LostRace, SignError) as error:
                refused.append(str(error))
        if refused and len(refused) == len(failed):
            raise PeopleError(f"一份也没有能再发：{refused[0]}")
        if not failed:
            raise PeopleError("这张发布单里没有失败的，请刷新页面看最新状态；暂停的要逐份决定。")
        return redirect(url_for("delivering.release", number=number), 303)


def addresses() -> list[str]:
    """The addresses of the form, one a story, in order."""
    found = [one.strip() for one in request.form.getlist("address")]
    if not found or not all(found):
        raise PeopleError("请贴上文章的地址，一篇一个，按顺序。")
    return found


def _reach(desk: Desk, number: int) -> None:
    with read_scope(desk.people.engine) as session:
        delivery_in_reach(session, number)


def _back(number: int) -> Answer:
    return redirect(url_for("delivering.delivery", number=number), 303)
