"""A submission of chengdu's to ask about, and who may ask what of it."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlmodel import select

from cms import releases, review
from cms.db import session_scope
from cms.people import PeopleDesk, Person
from cms.releases import submitting
from cms.review import Loan, Submission
from cms.stories import story_named
from tests.people.house import BOSS, NOON, login_of, signed_in

TWO = "---\nslug: chengdu-two\nheadline: 第二篇\ndigest: 一句话。\nbyline: 记者 张三\n---\n\n正文一段。\n"
REVIEW, SIGN, SEE, WRITE = {"审核", "签发"}, {"签发"}, {"地市管理员", "省级管理员", "审计员"}, {"记者", "编辑"}
RULE = {"地市管理员", "省级管理员"}
READ = {*WRITE, *REVIEW, *SEE}


def a_text(app: Flask, people: PeopleDesk) -> None:
    """A story of chengdu's that is frozen in the store."""
    client = signed_in(app, people, login_of("编辑", "chengdu"))
    headers = {"Idempotency-Key": "the-second-story-of-chengdu", "Accept": "application/json"}
    answer = client.post("/write/chengdu-two", json={"text": TWO, "base": ""}, headers=headers)
    assert answer.status_code == 200, answer.text


def a_submission(people: PeopleDesk) -> int:
    """It, sent to review: the same one until it ends."""
    with session_scope(people.engine) as session:
        query = select(Submission.id).where(Submission.state == "drawing")
        if known := session.exec(query).first():
            return known
        story = story_named(session, "chengdu-two")
        assert story is not None
        sender = session.exec(select(Person).where(Person.login == "wuhou.0")).one()
        target = releases.Target(("site",), ("chengdu",), alone=True)
        order = submitting.Order(NOON + timedelta(days=1), (target,))
        return submitting.submit(session, story, sender, order, NOON).id


def a_loan(people: PeopleDesk, unit: int) -> int:
    """Somebody lent to a unit."""
    with session_scope(people.engine) as session:
        known = session.exec(select(Loan.id).where(Loan.unit_id == unit)).first()
        person = session.exec(select(Person).where(Person.login == "wuhou.0")).one()
        until = NOON + timedelta(days=3)
        return known or review.lend(session, person, unit, "审核", until, "借调", BOSS, NOON).id


Asked = tuple[str, str, str, set[str], bool, dict[str, Any]]


def review_asks(people: PeopleDesk, person: int, unit: int) -> list[Asked]:
    """(endpoint, method, path, roles, is it about chengdu's, what is sent)."""
    number = a_submission(people)
    one = f"/review/{number}"
    here = {"data": {"unit": str(unit)}}
    to: dict[str, Any] = {"data": {"to": str(person)}}
    none: dict[str, Any] = {"data": {}}
    return [
        ("reviewing.page", "GET", "/review", READ, False, {}),
        ("reviewing.new", "GET", "/review/new?story=chengdu-two", WRITE, True, {}),
        ("reviewing.submit", "POST", "/write/chengdu-two/submit", WRITE, True, none),
        ("reviewing.blocks", "GET", "/write/chengdu-two/blocks", READ, True, {}),
        ("reviewing.let_pass", "POST", "/write/chengdu-two/blocks", {*REVIEW, "省级管理员"}, True, none),
        ("reviewing.show", "GET", one, READ, True, {}),
        ("reviewing.frame", "GET", f"{one}/frame/none/frame.html", set(), False, {}),  # nothing there: 404 for all
        ("reviewing.beside", "GET", f"{one}/beside/none.png", set(), False, {}),  # nothing there: 404 for all
        ("reviewing.sheet", "GET", f"{one}/sheet", READ, True, {}),
        ("reviewing.sheet_pdf", "GET", f"{one}/sheet.pdf", READ, True, {}),
        ("reviewing.passed", "POST", f"{one}/pass", REVIEW, True, none),
        ("reviewing.sign", "POST", f"{one}/sign", SIGN, True, none),
        ("reviewing.batch", "POST", "/review/batch", SIGN, False, none),
        ("reviewing.transfer", "POST", f"{one}/transfer", REVIEW, True, to),
        ("reviewing.note", "POST", f"{one}/note", {*REVIEW, "编辑"}, True, none),
        ("reviewing.proof", "POST", f"{one}/proof", {*REVIEW, "编辑"}, True, none),
        ("reviewing.pull", "POST", f"{one}/pull", {*WRITE, "签发"}, True, none),
        ("reviewing.link", "POST", f"{one}/link", {*REVIEW, *RULE, "编辑"}, True, to),
        ("reviewing.send_back", "POST", f"{one}/return", REVIEW, True, none),
        ("reviewing.by_link", "GET", "/sign/nothing", set(), False, {}),
        ("reviewing.link_frame", "GET", "/sign/nothing/frame/site/frame.html", set(), False, {}),
        ("reviewing.link_picture", "GET", "/sign/nothing/pictures/nothing", set(), False, {}),
        ("reviewing.attachment", "GET", f"{one}/attachment", set(), False, {}),  # none is there: 404 for all
        ("reviewing.link_attachment", "GET", "/sign/nothing/attachment", set(), False, {}),
        ("reviewing.link_code", "POST", "/sign/nothing/code", set(), False, none),
        ("reviewing.link_open", "POST", "/sign/nothing/open", set(), False, none),
        ("reviewing.link_sign", "POST", "/sign/nothing", set(), False, none),
        ("reviewing.rules", "GET", "/review/rules", SEE, False, {}),
        ("reviewing.set_rules", "POST", "/review/rules", RULE, True, here),
        ("reviewing.set_adoptions", "POST", "/review/adoptions", {"省级管理员"}, True, here),
        ("reviewing.lend", "POST", "/review/loans", RULE, True, here),
        ("reviewing.end_loan", "POST", f"/review/loans/{a_loan(people, unit)}/end", RULE, True, none),
    ]
