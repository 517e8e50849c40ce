"""A story's history: sittings, differences, and a version brought back without losing the one it replaces."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.people import EVERYWHERE, PeopleDesk
from cms.stories import save
from cms.stories.history import sittings, version_of
from cms.web import Desk
from tests.people.conftest import TEXT
from tests.people.house import NOON, login_of, signed_in

SLUG = "chengdu-one"
ME, YOU = login_of("编辑", "chengdu"), login_of("记者", "chengdu")


def keep(session: Session, words: str, author: str, minutes: int) -> None:
    text = TEXT.format(slug=SLUG, headline="成都的稿件").replace("正文一段。", words)
    save(session, SLUG, text, "成都的稿件", author, NOON + timedelta(minutes=minutes))


@pytest.fixture
def written(people: PeopleDesk) -> PeopleDesk:
    with session_scope(people.engine) as session:
        for words, author, minutes in (
            ("甲写的。", ME, 1),
            ("甲写的一句。", ME, 3),
            ("乙改的一句。", YOU, 10),
            ("甲又改的一句。", ME, 12),
            ("甲又改的两句。", ME, 60),
        ):
            keep(session, words, author, minutes)
    return people


def test_saves_of_one_sitting_are_one_entry(written: PeopleDesk) -> None:
    with read_scope(written.engine) as session:
        found = sittings(session, SLUG, EVERYWHERE)
    assert [[one.number for one in each.versions] for each in found] == [[6], [5], [4], [3, 2], [1]]
    assert found[0].author == "chengdu编辑" and found[-1].author == "somebody"


def test_nobody_elses_history(app: Flask, written: PeopleDesk) -> None:
    other = signed_in(app, written, login_of("编辑", "ganzi"))
    assert other.get(f"/write/{SLUG}/history").status_code == 404
    with read_scope(written.engine) as session, pytest.raises(KeyError):
        version_of(session, SLUG, 99, EVERYWHERE)


def test_the_page_shows_each_changed_character(app: Flask, written: PeopleDesk) -> None:
    client = signed_in(app, written, ME)
    page = client.get(f"/write/{SLUG}/history?from=3&to=4").text
    assert "<del>甲写</del><ins>乙改</ins>的一句。" in page
    assert "<del>一</del><ins>两</ins>句" in client.get(f"/write/{SLUG}/history").text
    assert client.get(f"/write/{SLUG}/history?from=99&to=4").status_code == 404


def test_a_version_comes_back_as_a_new_one(app: Flask, written: PeopleDesk, desk: Desk) -> None:
    client = signed_in(app, written, ME)
    page = client.get(f"/write/{SLUG}/history?from=1&to=2").text
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page[page.index("/restore") :]))
    answer = client.post(f"/write/{SLUG}/restore", data=sent)
    assert answer.status_code == 303
    assert "甲写的。" in desk.load(SLUG, EVERYWHERE)
    with read_scope(written.engine) as session:
        newest = sittings(session, SLUG, EVERYWHERE)[0].newest.number
        said = select(AuditEntry).where(col(AuditEntry.action) == "story.restore")
        assert (newest, session.exec(said).one().detail) == (7, {"from": 2, "revision": 7})


def test_what_moved_on_is_not_overwritten(app: Flask, written: PeopleDesk, desk: Desk) -> None:
    client = signed_in(app, written, ME)
    page = client.get(f"/write/{SLUG}/history?from=1&to=2").text
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page[page.index("/restore") :]))
    with session_scope(written.engine) as session:
        keep(session, "刚存的。", YOU, 70)
    answer = client.post(f"/write/{SLUG}/restore", data=sent)
    assert answer.status_code == 409 and "没有恢复" in answer.text
    assert "刚存的。" in desk.load(SLUG, EVERYWHERE)
