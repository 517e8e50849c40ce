"""The permission table: every route is in it, and nobody gets through it who should not, from anywhere."""

import io
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select
from werkzeug.test import TestResponse

from assets.store import LocalStore
from cms import review
from cms.db import read_scope, session_scope
from cms.matrix import Unit
from cms.people import PeopleDesk, Person
from cms.people.roles import ROLES, appointments_of, tree
from cms.stories import Column
from cms.web import Desk, create_app, signed
from cms.web.permits import PERMITS
from tests.accounts import asks as accounts
from tests.library import asked as library
from tests.library.photos import photo
from tests.people import apart, delivered
from tests.people.conftest import TEXT
from tests.people.house import BOSS, NOON, SECRET, hire, login_of, signed_in, token_for
from tests.people.reviews import a_text, review_asks
from tests.people.things import a_book, a_column, a_push, a_release, an_issue, as_said, the_column_of

NOBODY = ""
WRITE = {"记者", "编辑"}
READ = {*WRITE, "审核", "签发", "地市管理员", "省级管理员", "审计员"}
RULE = {"地市管理员", "省级管理员"}
PLAN = {"编辑", "签发", *RULE}
TAKE = {"编辑", "签发"}
SELF = set(ROLES) - {"service"}
ALL = {*ROLES, NOBODY}
RELATIONS = {"own": "chengdu", "above": "sichuan", "other unit": "ganzi", "other province": "yunnan"}
"""Where the one who asks works; what they ask for belongs to chengdu."""
ABOUT_THE_VISIT = ("door.", "mine.")
"""After one of these whoever asks comes in anew: it may have ended the visit, or its second step."""


@dataclass
class Ask:
    """One way to use a route. ``roles``: who may, said here a second time; ``of_unit``: it is about chengdu's;
    ``is_house``: about the whole house; ``near``: the roles that reach no further than their own unit."""

    endpoint: str
    method: str
    path: str
    roles: set[str]
    of_unit: bool = True
    sent: dict[str, Any] = field(default_factory=dict)
    is_house: bool = False
    near: set[str] = field(default_factory=lambda: {"记者"})


_keys = itertools.count()


def asks(person: int, appointment: int, unit: int, frame: str, shown: str, people: PeopleDesk) -> list[Ask]:
    text = TEXT.format(slug="chengdu-one", headline="改过")
    story = {"text": text, "slug": "chengdu-one", "unit": "chengdu"}
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    picture = {"data": {"picture": (io.BytesIO(buffer.getvalue()), "a.png"), "slug": "chengdu-one"}}
    invited = {"name": "新人", "login": f"new{next(_keys)}", "unit": str(unit), "role": "记者"}
    leader = {**invited, "login": f"new{next(_keys)}", "role": "签发", "number": "13800001234"}
    granted = {"unit": str(unit), "role": "编辑"}
    someone = f"/people/{person}"
    issue, push, account = an_issue(people, unit), a_push(people), "wechat:chengdu"
    book, column = a_book(people), the_column_of(people, issue)
    moved = {"release": a_release(people), "to": "2026-12-02T09:00", "base": "", "reason": "改期"}
    return [
        Ask("today.page", "GET", "/", READ, of_unit=False),
        Ask("pages.stories", "GET", "/stories", READ, of_unit=False),
        Ask("pages.new", "GET", "/new", WRITE, of_unit=False),
        Ask("adopting.page", "GET", f"/stories/from-above?unit={unit}", TAKE, near=TAKE),
        Ask("adopting.show", "GET", f"/stories/from-above/none?unit={unit}", TAKE, near=TAKE),
        Ask("adopting.take", "POST", "/stories/from-above/none", TAKE, near=TAKE, sent={"data": {"unit": str(unit)}}),
        Ask("pages.write", "GET", "/write/chengdu-one", READ),
        Ask("pages.save", "POST", "/write/chengdu-one", WRITE, sent={"json": {**story, "anyway": True}}),
        Ask("plain.look", "GET", "/write/chengdu-one/look", READ),
        Ask("pages.preview", "POST", "/preview", READ, sent={"json": story}),
        Ask("pages.elsewhere", "POST", "/preview/elsewhere", READ, sent={"json": story}),
        Ask("pages.links", "POST", "/preview/links", READ, sent={"json": story}),
        Ask("pages.frame", "GET", frame, READ),
        Ask("editing.tree", "POST", "/tree", READ, sent={"json": story}),
        Ask("editing.text", "POST", "/text", READ, sent={"json": story}),
        Ask("editing.beside", "GET", "/write/chengdu-one/beside/nothing.png", set()),  # nothing there: 404 for all
        Ask("history.page", "GET", "/write/chengdu-one/history", READ),
        Ask("phone.page", "GET", "/write/chengdu-one/phone", WRITE),
        Ask("phone.send", "POST", "/write/chengdu-one/phone", WRITE, sent={"data": {}}),
        Ask("history.restore", "POST", "/write/chengdu-one/restore", WRITE, sent={"data": {"number": "1"}}),
        Ask("faces.here", "POST", "/write/chengdu-one/here", WRITE, sent={"json": {"pane": "a" * 24}}),
        Ask("binning.throw", "POST", "/write/chengdu-one/bin", WRITE, sent={"data": {}}),
        Ask("binning.bring_back", "POST", "/write/chengdu-one/unbin", WRITE, sent={"data": {}}),
        Ask("arriving.arrive", "POST", "/arrive", WRITE, sent={"data": {"slug": "chengdu-one", "html": "<p>一</p>"}}),
        Ask("arriving.begin", "POST", "/stories/import", WRITE, of_unit=False, sent={"data": {}}),
        Ask("hands.package", "GET", "/write/chengdu-one/story.zip", READ),
        Ask("hands.copy", "POST", "/copy", READ, sent={"json": story}),
        Ask("hands.clip", "POST", "/clip", WRITE, sent={"json": {**story, "text": ""}}),
        Ask("shelf.show", "GET", shown, READ),
        Ask("shelf.upload", "POST", "/pictures", WRITE, sent=picture),
        Ask("static", "GET", "/static/desk.css", ALL, of_unit=False),
        # there is somebody in this house: nothing of its first run is there for anybody
        Ask("beginning.start", "GET", "/first/nothing", set(), of_unit=False),
        Ask("beginning.take", "POST", "/first/nothing", set(), of_unit=False, sent={"data": {"house": "x"}}),
        Ask("beginning.column", "GET", "/start/column", set(), of_unit=False),
        Ask("beginning.keep", "POST", "/start/column", set(), of_unit=False, sent={"data": {"title": "x"}}),
        Ask("beginning.ready", "GET", "/start/write", set(), of_unit=False),
        Ask("beginning.write", "POST", "/start/write", set(), of_unit=False, sent={"data": {}}),
        Ask("brand.logo", "GET", "/brand/logo", set(), of_unit=False),  # no logo: 404 for all
        Ask("door.sign_in", "GET", "/sign-in", ALL, of_unit=False),
        Ask("door.let_in", "POST", "/sign-in", ALL, of_unit=False, sent={"data": {"login": "x"}}),
        Ask("door.second", "GET", "/second-step", SELF, of_unit=False),
        Ask("door.prove", "POST", "/second-step", SELF, of_unit=False, sent={"data": {"code": "1"}}),
        Ask("door.invited", "GET", "/join/nothing", set(), of_unit=False),
        Ask("door.accept", "POST", "/join/nothing", set(), of_unit=False, sent={"data": {"password": "x"}}),
        Ask("door.enter", "GET", "/enter/nothing", SELF, of_unit=False),
        Ask("mine.page", "GET", "/me", SELF, of_unit=False),
        Ask("mine.password", "POST", "/me/password", SELF, of_unit=False, sent={"data": {"old": "x"}}),
        Ask("mine.enrol", "GET", "/me/second-step", SELF, of_unit=False),
        Ask("mine.keep_code", "POST", "/me/second-step", SELF, of_unit=False, sent={"data": {"sealed": "x"}}),
        Ask("mine.contacts", "POST", "/me/contacts", SELF, of_unit=False, sent={"data": {"mail": ""}}),
        Ask("mine.notices", "GET", "/me/notices", SELF, of_unit=False),
        Ask("mine.seen", "POST", "/me/notices", SELF, of_unit=False, sent={"data": {"notice": "1"}}),
        Ask("mine.others_out", "POST", "/me/others-out", SELF, of_unit=False, sent={"data": {}}),
        Ask("mine.recovery", "POST", "/me/recovery", SELF, of_unit=False, sent={"data": {}}),
        Ask("scheduling.page", "GET", "/schedule", READ, of_unit=False),
        Ask("scheduling.columns_page", "GET", "/schedule/columns", READ, of_unit=False),
        Ask("scheduling.look_at", "POST", "/schedule/look", PLAN, sent={"json": moved}),
        Ask("scheduling.move_it", "POST", "/schedule/move", PLAN, sent={"json": moved}),
        Ask("scheduling.write", "POST", f"/schedule/issues/{issue}/write", WRITE, sent={"data": {}}),
        Ask("scheduling.calendar_page", "GET", "/schedule/calendar", READ, of_unit=False),
        Ask("scheduling.look_at_year", "POST", "/schedule/calendar", {"省级管理员"}, of_unit=False, sent={"data": {}}),
        Ask(
            "scheduling.keep_year", "POST", "/schedule/calendar/keep", {"省级管理员"}, of_unit=False, sent={"data": {}}
        ),
        Ask("reviewing.ask_to_pass", "POST", "/write/chengdu-one/blocks/ask", WRITE, sent={"data": {}}),
        Ask("wording.page", "GET", "/words", {*RULE, "审核", "签发", "审计员"}, of_unit=False),
        Ask("wording.version", "GET", f"/words/{book}", {*RULE, "审核", "签发", "审计员"}, of_unit=False),
        Ask("wording.look", "POST", "/words/look", {"省级管理员"}, of_unit=False, sent={"data": {}}),
        Ask("wording.take", "POST", "/words/import", {"省级管理员"}, of_unit=False, sent={"data": {}}),
        Ask("wording.retire", "POST", f"/words/{book}/retire", {"省级管理员"}, of_unit=False, sent={"data": {}}),
        Ask("wording.original", "GET", "/write/chengdu-one/original", READ),
        Ask("wording.keep_original", "POST", "/write/chengdu-one/original", WRITE, sent={"data": {}}),
        Ask("scheduling.issue_page", "GET", f"/schedule/issues/{issue}", PLAN),
        Ask("scheduling.retime_issue", "POST", f"/schedule/issues/{issue}/move", PLAN, sent={"data": {}}),
        Ask("scheduling.skip_page", "GET", f"/schedule/columns/{column}/skip", PLAN),
        Ask("scheduling.skip_issues", "POST", f"/schedule/columns/{column}/skip", PLAN, sent={"data": {}}),
        Ask("scheduling.unskip_issue", "POST", f"/schedule/columns/{column}/unskip", PLAN, sent={"data": {}}),
        Ask("scheduling.keep_column", "POST", "/schedule/columns", {*RULE, "签发"}, sent={"data": as_said(column)}),
        Ask("composing.page", "GET", "/pushes", READ, of_unit=False),
        Ask("composing.new", "GET", f"/pushes/new?account={account}", {*RULE, "签发"}),
        Ask("composing.schedule", "POST", "/pushes", {*RULE, "签发"}, sent={"data": {"account": account}}),
        Ask("composing.show", "GET", f"/pushes/{push}", READ),
        Ask("composing.cancel", "POST", f"/pushes/{push}/cancel", {*RULE, "签发"}, sent={"data": {}}),
        *(Ask(**one) for one in apart.asks(people, WRITE, READ)),
        *(Ask(*one) for one in review_asks(people, person, unit)),
        Ask("staff.page", "GET", "/people", {*RULE, "审计员"}, of_unit=False),
        Ask("staff.invite", "POST", "/people/invite", RULE, sent={"data": invited}),
        Ask("staff.register", "POST", "/people/phone", RULE, sent={"data": leader}),
        Ask("staff.phone", "POST", f"{someone}/phone", RULE, sent={"data": {"number": "13800001234"}}),
        Ask("staff.link", "POST", f"{someone}/link", RULE, sent={"data": {}}),
        Ask("staff.grant", "POST", f"{someone}/grant", RULE, sent={"data": granted}),
        Ask("staff.take", "POST", f"{someone}/take", RULE, sent={"data": {"appointment": str(appointment)}}),
        Ask("staff.disable", "POST", f"{someone}/disable", RULE, sent={"data": {}}),
        Ask("staff.enable", "POST", f"{someone}/enable", RULE, sent={"data": {}}),
        *(Ask(**one) for one in accounts.asks(people)),
        *(Ask(**one) for one in delivered.asks(people)),
        *(Ask(**one) for one in library.asks(people)),
        # these end the visit, or its second step: last
        Ask("mine.drop_code", "POST", "/me/second-step/off", SELF, of_unit=False, sent={"data": {}}),
        Ask("door.sign_out", "POST", "/sign-out", SELF, of_unit=False, sent={"data": {}}),
    ]


def test_every_route_and_method_is_in_the_table_and_nothing_else(app: Flask) -> None:
    there = {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD"}
    }
    assert there == set(PERMITS)


def test_a_route_that_was_forgotten_is_not_there_for_anybody(desk: Desk) -> None:
    app = create_app(desk)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for login in ("sichuan.5", NOBODY):
        client = signed_in(app, desk.people, login) if login else app.test_client()
        assert client.get("/forgotten").status_code == 404


def test_every_post_says_how_a_replay_is_known() -> None:
    assert [key for key, permit in PERMITS.items() if (key[1] == "POST") != bool(permit.once)] == []


def may(ask: Ask, role: str, relation: str) -> bool:
    """Who should get through: reporters reach their own unit, everybody else what is below theirs."""
    if role not in ask.roles:
        return False
    if ask.is_house:
        return relation == "above"
    return not ask.of_unit or relation == "own" or (relation == "above" and role not in ask.near)


def got_through(answer: TestResponse) -> bool:
    """Not shown the door, and not told that there is no such thing."""
    there = answer.headers.get("Location", "")
    is_shown_out = answer.status_code == 303 and ("/sign-in" in there) and "yigao-who=;" not in str(answer.headers)
    return answer.status_code not in (401, 403, 404) and not is_shown_out


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_matrix(app: Flask, people: PeopleDesk, relation: str) -> None:
    """All routes × methods × ten principals, from their own unit, above it, beside it and another province."""
    app.config["WTF_CSRF_ENABLED"] = False  # its own tests are in tests/web
    frame, shown = a_frame(app, people), a_picture(app, people)
    a_text(app, people)
    wrong, count = [], 0
    seen: set[tuple[str, str]] = set()
    for role in (*ROLES, NOBODY):
        person, appointment, unit = somebody(people)
        token = ""
        for ask in asks(person, appointment, unit, frame, shown, people):
            client = app.test_client()
            if role:
                token = token or token_for(people, login_of(role, RELATIONS[relation]))
                client.set_cookie("yigao-who", token, domain="localhost")
            answer = send(client, ask)
            if ask.method == "POST" and ask.endpoint.startswith(ABOUT_THE_VISIT):
                token = ""
            count += 1
            seen.add((ask.endpoint, ask.method))
            if got_through(answer) != may(ask, role, relation) or answer.status_code >= 500:
                wrong.append((relation, role or "nobody", ask.method, ask.path, answer.status_code))
    assert wrong == []
    assert seen == set(PERMITS)
    assert count == 10 * len(PERMITS)


LENT = {
    *("reviewing.page", "reviewing.show", "reviewing.frame", "reviewing.beside", "reviewing.sheet"),
    *("reviewing.sheet_pdf", "reviewing.attachment", "reviewing.passed", "reviewing.sign", "reviewing.batch"),
    *("reviewing.send_back", "reviewing.transfer", "reviewing.note", "reviewing.proof", "reviewing.link"),
    "shelf.show",
}
"""What 代审 opens, said here a second time."""


@pytest.mark.parametrize(
    ("lent", "where", "is_running"),
    [("审核", "chengdu", True), ("签发", "chengdu", True), ("签发", "chengdu", False), ("签发", "wuhou", True)],
)
def test_the_matrix_on_loan(app: Flask, people: PeopleDesk, lent: str, where: str, is_running: bool) -> None:
    """All routes for an editor of another unit with a loan: by its role, its unit and its day, and 审稿 alone."""
    app.config["WTF_CSRF_ENABLED"] = False
    frame, shown = a_frame(app, people), a_picture(app, people)
    a_text(app, people)
    with session_scope(people.engine) as session:
        me = hire(session, "ganzi.jie", "借来的", "编辑", "ganzi")
        me.totp_sealed = people.vault.seal(SECRET, f"totp:{me.id}")
        unit_id = session.exec(select(Unit.id).where(Unit.slug == where)).one()
        given = NOON if is_running else NOON - timedelta(days=9)
        review.lend(session, me, unit_id, lent, given + timedelta(days=2), "借调", BOSS, given)
    wrong, token = [], ""
    person, appointment, unit = somebody(people)
    for ask in asks(person, appointment, unit, frame, shown, people):
        client = app.test_client()
        token = token or token_for(people, "ganzi.jie")
        client.set_cookie("yigao-who", token, domain="localhost")
        answer = send(client, ask)
        if ask.method == "POST" and ask.endpoint.startswith(ABOUT_THE_VISIT):
            token = ""
        by_loan = is_running and ask.endpoint in LENT and lent in ask.roles and (where == "chengdu" or not ask.of_unit)
        if got_through(answer) != (by_loan or may(ask, "编辑", "other unit")) or answer.status_code >= 500:
            wrong.append((ask.method, ask.path, answer.status_code))
    assert wrong == []
    assert {endpoint for (endpoint, _), permit in PERMITS.items() if permit.lent} == LENT


def key(seed: str = "") -> dict[str, str]:
    return {"Idempotency-Key": f"permits-{seed}-{next(_keys):010}"}


def send(client: FlaskClient, ask: Ask) -> TestResponse:
    sent = dict(ask.sent)
    if ask.method == "GET":
        return client.get(ask.path)
    if "json" in sent:
        headers = {"Accept": "application/json"}
    else:
        headers = {}
    headers["Idempotency-Key"] = f"matrix-key-{next(_keys):010}"
    return client.open(ask.path, method=ask.method, headers=headers, **sent)


def somebody(people: PeopleDesk) -> tuple[int, int, int]:
    """A new reporter of chengdu: their number, their appointment's, the unit's."""
    with session_scope(people.engine) as session:
        person = hire(session, f"reporter{next(_keys)}", "记者", "记者", "chengdu")
        held = appointments_of(session, person.id)[0]
        return person.id, held.id, held.unit_id


def a_frame(app: Flask, people: PeopleDesk) -> str:
    client = signed_in(app, people, login_of("编辑", "chengdu"))
    story = {"text": TEXT.format(slug="chengdu-one", headline="题"), "slug": "chengdu-one", "unit": "chengdu"}
    shown = client.post("/preview", json=story).json
    assert shown is not None
    return next(str(one["frame"]) for one in shown["channels"] if one["name"] == "site")


def a_picture(app: Flask, people: PeopleDesk) -> str:
    """Where a picture of chengdu's is shown."""
    store = LocalStore(Path(str(people.engine.url.database)).parent / "store")
    return signed.address(app.config["SECRET_KEY"], store.put(photo(7)), "chengdu")


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, one: client.get(f"/write/{one}"),
        lambda client, one: client.post("/preview", json={"text": "x", "slug": one, "unit": "ganzi"}),
        lambda client, one: client.post("/preview/elsewhere", json={"text": "x", "slug": one, "unit": "ganzi"}),
        lambda client, one: client.post(f"/write/{one}", json={"text": "x"}, headers=key(one)),
        lambda client, one: client.post(
            "/pictures", data={"slug": one, "picture": (io.BytesIO(b"x"), "a.png")},
            headers=key(one),
        ),
    ],
    ids=["read", "preview", "elsewhere", "save", "upload"],
)  # fmt: skip
def test_foreign_and_missing_stories_answer_alike(
    app: Flask, people: PeopleDesk, ask: Callable[[FlaskClient, str], TestResponse]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("编辑", "ganzi"))
    foreign, missing = ask(client, "chengdu-one"), ask(client, "chengdu-two")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.data == missing.data


def test_foreign_and_missing_people_answer_alike(app: Flask, people: PeopleDesk) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("地市管理员", "ganzi"))
    person, _, _ = somebody(people)
    answers = [
        client.post(f"/people/{one}/disable", headers={"Idempotency-Key": f"{'q' * 20}{one}"})
        for one in (person, 99999)
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].data == answers[1].data
    with session_scope(people.engine) as session:
        assert session.get_one(Person, person).disabled_at is None


@pytest.mark.parametrize("owner", ["", "sichuan", "chengdu", "ganzi", "wuhou", "yunnan"])
def test_a_column_is_changed_where_it_belongs_and_above(app: Flask, people: PeopleDesk, owner: str) -> None:
    """The house's own ("") are the province's; a prefecture neither takes one nor stops it."""
    app.config["WTF_CSRF_ENABLED"] = False
    with read_scope(people.engine) as session:
        units = tree(session)
    number = next((one for one, slug, _ in units.rows if slug == owner), None)
    slug, issue = a_column(people, number)
    above = {units.slug(one) for one in units.above(units.top if number is None else number)}  # type: ignore[arg-type]
    for role, (_, unit, _) in itertools.product(("签发", "地市管理员", "省级管理员"), units.rows):
        client, name = signed_in(app, people, login_of(role, unit)), f"{unit}的{role}改的"
        sent = as_said(slug, unit=owner or "sichuan" if unit in above else unit, title=name)
        answers = {
            client.post("/schedule/columns", data=sent, headers=key()).status_code,
            client.get(f"/schedule/columns/{slug}/skip").status_code,
            client.get(f"/schedule/issues/{issue}").status_code,
        }
        assert answers == ({303, 200} if unit in above else {404}), (role, unit)
        shown = client.get("/schedule/columns").text
        assert (f'id="form-{slug}"' in shown) == (unit in above)
        assert (f"/schedule/columns/{slug}/skip" in shown) == (unit in above)
        assert (f'/schedule/issues/{issue}"' in client.get("/schedule?from=2026-11-23").text) == (unit in above)
        with read_scope(people.engine) as session:
            kept = session.exec(select(Column).where(Column.slug == slug)).one()
            assert kept.title == name if unit in above else kept.title != name
            assert units.slug(units.top if kept.unit_id is None else kept.unit_id) == (owner or "sichuan")


def test_lists_show_what_is_in_scope_and_nothing_else(app: Flask, people: PeopleDesk) -> None:
    expected = {
        ("编辑", "ganzi"): {"ganzi"},
        ("编辑", "chengdu"): {"chengdu", "wuhou"},
        ("记者", "chengdu"): {"chengdu"},
        ("审计员", "sichuan"): {"sichuan", "chengdu", "ganzi", "wuhou"},
        ("省级管理员", "yunnan"): {"yunnan"},
    }
    for (role, unit), wanted in expected.items():
        page = signed_in(app, people, login_of(role, unit)).get("/stories").text
        assert {one for one in ("sichuan", "chengdu", "ganzi", "wuhou", "yunnan") if f"{one}的稿件" in page} == wanted


def test_the_people_page_shows_the_people_in_scope_and_nobody_else(app: Flask, people: PeopleDesk) -> None:
    page = signed_in(app, people, login_of("地市管理员", "chengdu")).get("/people").text
    assert "chengdu.0" in page and "wuhou.0" in page
    assert not any(other in page for other in ("ganzi.0", "sichuan.0", "yunnan.0"))


def test_a_page_another_person_opened_saves_nothing_in_ones_own_name(
    app: Flask, people: PeopleDesk, desk: Desk
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("记者", "chengdu"))
    found = re.search(r'data-person="(\d+)"', client.get("/new").text)
    assert found
    told = {"text": TEXT.format(slug="chengdu-new", headline="成都新稿"), "base": ""}

    def save(person: str) -> TestResponse:
        headers = {"Idempotency-Key": f"another-{person:0>20}", "Accept": "application/json"}
        return client.post("/write/chengdu-new", json={**told, "person": person}, headers=headers)

    refused = save(str(int(found[1]) + 1))
    assert refused.status_code == 422 and "另一位同事" in refused.json["sentence"]  # type: ignore[index]
    assert client.get("/write/chengdu-new").status_code == 404
    assert save(found[1]).status_code == 200


def test_what_was_begun_for_another_unit_is_not_answered_by_a_blank_story(app: Flask, people: PeopleDesk) -> None:
    client = signed_in(app, people, login_of("记者", "chengdu"))
    assert 'data-slug="chengdu-gao-1"' in client.get("/new?slug=chengdu-gao-1").text
    for name in ("ganzi-gao-1", "gao-1", "No Name"):
        answer = client.get("/new", query_string={"slug": name})
        assert answer.status_code == 404 and "还留在这台电脑上" in answer.text


def test_a_new_story_belongs_to_its_writers_unit_and_is_named_after_it(
    app: Flask, people: PeopleDesk, desk: Desk
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("记者", "chengdu"))
    assert 'data-slug="chengdu-gao-' in client.get("/new").text
    text = TEXT.format(slug="chengdu-new", headline="成都新稿")
    headers = {"Idempotency-Key": "n" * 20, "Accept": "application/json"}
    saved = client.post("/write/chengdu-new", json={"text": text, "base": ""}, headers=headers)
    assert saved.status_code == 200
    assert "成都新稿" in signed_in(app, people, login_of("编辑", "sichuan")).get("/stories").text
    assert "成都新稿" not in signed_in(app, people, login_of("编辑", "ganzi")).get("/stories").text
    with session_scope(people.engine) as session:
        unit_id = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
    assert unit_id is not None
