"""Who may decide: the decisions themselves ask, whoever brings them, so that a command lets nobody do what the newsroom
would refuse."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, select

from cms import recalls, releases, review
from cms.db import session_scope
from cms.people import PeopleDesk, PeopleError, Person
from cms.people.mandates import GREY, check_may
from cms.people.roles import CITY, EDITOR, PROVINCE, REPORTER, REVIEWER, SIGNER
from cms.recalls import RecallError
from cms.releases import (
    CancelError,
    Delivery,
    Freeze,
    HandlingError,
    Recall,
    Release,
    Remedy,
    flash,
    freeze,
    moving,
    strangers,
)
from cms.releases.exempting import Exempt
from cms.releases.flash import FlashError
from cms.releases.freeze import FreezeError, Scope
from cms.releases.moving import MoveError
from cms.releases.sightings import Sighting
from cms.stories import story_named
from tests.people.delivered import furnish
from tests.people.house import NOON, login_of
from tests.pipeline.conftest import write_story
from tests.pipeline.test_cli import MATRIX, yigao

pytestmark = pytest.mark.keeps("order")

Deed = Callable[[Session, dict[str, int], str], Any]
HANDLED = {EDITOR, SIGNER, CITY, PROVINCE}
STOPPED = {SIGNER, CITY, PROVINCE}
NOT_NOW = (RecallError, HandlingError, CancelError, FreezeError, FlashError, MoveError, NoResultFound)
LATER = NOON + timedelta(days=1)


def delivery(session: Session, there: dict[str, int]) -> Delivery:
    return session.get_one(Delivery, there["delivery"])


def order(session: Session, there: dict[str, int]) -> Recall:
    return session.get_one(Recall, there["recall"])


def story_order(session: Session, by: str) -> Recall:
    story = story_named(session, "chengdu-one")
    assert story is not None
    for one in session.exec(select(Recall).where(Recall.origin_id == story.id)):
        one.state = "rejected"
        session.add(one)
    return recalls.draft_retraction(session, story, "不实", "已撤回", by, NOON, policy=review.CORRECTION)


DEEDS: dict[str, tuple[set[str], Deed]] = {
    "order": (HANDLED, lambda s, there, by: story_order(s, by)),
    "approve": ({SIGNER}, lambda s, there, by: recalls.approve(s, order(s, there), by, "同意", NOON)),
    "reject": ({REVIEWER, SIGNER}, lambda s, there, by: recalls.reject(s, order(s, there), by, "属实", NOON)),
    "done": (
        HANDLED,
        lambda s, there, by: recalls.done_by_hand(s, s.get_one(Remedy, there["remedy"]), by, "删了", NOON),
    ),
    "cannot": (
        HANDLED,
        lambda s, there, by: recalls.cannot_be_done(s, s.get_one(Remedy, there["remedy"]), by, "不行", NOON),
    ),
    "again": (HANDLED, lambda s, there, by: recalls.once_more(s, s.get_one(Remedy, there["remedy"]), by, NOON)),
    "hold": (HANDLED, lambda s, there, by: releases.hold(s, delivery(s, there), by, "等", NOON)),
    "retry": (HANDLED, lambda s, there, by: releases.retry(s, delivery(s, there), by, "发", NOON)),
    "adopt": (HANDLED, lambda s, there, by: releases.adopt(s, delivery(s, there), ["https://a.cn"], by, "在", NOON)),
    "cancel": (HANDLED, lambda s, there, by: releases.cancel_one(s, delivery(s, there), by, "不发", NOON)),
    "cancel all": (
        HANDLED,
        lambda s, there, by: releases.cancel(s, s.get_one(Release, there["release"]), by, "不发", NOON),
    ),
    "retime": (STOPPED, lambda s, there, by: freeze.retime(s, delivery(s, there), LATER, by, "补发", NOON)),
    "freeze": (STOPPED, lambda s, there, by: freeze.freeze(s, Scope(unit="chengdu"), "静默", by, NOON)),
    "freeze all": (STOPPED, lambda s, there, by: freeze.freeze(s, Scope(), "静默", by, NOON)),
    "exempt": (
        STOPPED,
        lambda s, there, by: freeze.exempt(
            s, s.get_one(Freeze, there["halt"]), [Exempt("topic", "民生")], "照发", by, NOON
        ),
    ),
    "end exemption": (
        STOPPED,
        lambda s, there, by: freeze.end_exemption(
            s, s.get_one(Freeze, there["halt"]), there["exemption"], "收回", by, NOON
        ),
    ),
    "thaw": (STOPPED, lambda s, there, by: freeze.thaw(s, s.get_one(Freeze, there["halt"]), by, "完了", NOON)),
    "stranger": (
        HANDLED,
        lambda s, there, by: strangers.answer(s, s.get_one(Sighting, there["stranger"]), "ours", by, "手工发的", NOON),
    ),
    "grey": ({PROVINCE}, lambda s, there, by: check_may(s, by, GREY, [None])),
    "announce": ({EDITOR, SIGNER}, lambda s, there, by: flash.check_author(s, _by(s, there, by))),
    "lift": (
        {EDITOR, SIGNER},
        lambda s, there, by: flash.lift(s, s.get_one(Release, there["release"]), by, "完", NOON),
    ),
    "review": (
        {REVIEWER, SIGNER},
        lambda s, there, by: flash.record_review(
            s, s.get_one(Release, there["release"]), person(s, by), "属实", NOON, passed=True
        ),
    ),
    "reschedule": (
        {EDITOR, SIGNER, CITY, PROVINCE},
        lambda s, there, by: moving.reschedule(s, _ready(s, there), LATER, by, "改期", NOON),
    ),
}


def person(session: Session, login: str) -> Person:
    found = session.exec(select(Person).where(Person.login == login)).first()
    return found or Person(login=login, name="没有的人")


def _by(session: Session, there: dict[str, int], by: str) -> Release:
    row = session.get_one(Release, there["release"])
    row.author = by
    return row


def _ready(session: Session, there: dict[str, int]) -> Release:
    """The release not yet begun, and no flash."""
    row = delivery(session, there)
    row.state, row.reason, row.frozen_by = "rendered", "", None
    release = session.get_one(Release, there["release"])
    release.flash, release.due_at = False, NOON
    session.add_all([row, release])
    session.flush()
    return release


class Undone(Exception):
    """It was only to see."""


def refusal(people: PeopleDesk, deed: Deed, by: str) -> str:
    """What somebody is told who may not; "" where nothing is in their way, or only what is in everybody's."""
    there, words = furnish(people), ""
    try:
        with session_scope(people.engine) as session:
            try:
                deed(session, there, by)
            except PeopleError as error:
                words = str(error)
            except NOT_NOW:
                pass  # they may, and something else is in the way: nothing here was ever sealed or sent
            raise Undone
    except Undone:
        return words


@pytest.mark.parametrize("name", DEEDS)
def test_a_decision_asks_for_the_role_of_that_unit_whoever_brings_it(people: PeopleDesk, name: str) -> None:
    roles, deed = DEEDS[name]
    for role in (REPORTER, EDITOR, REVIEWER, SIGNER, CITY, PROVINCE):
        of_province = name in ("freeze all", "grey")
        words = refusal(people, deed, login_of(role, "sichuan" if of_province else "chengdu"))
        may = role in roles
        assert (words == "") == may, (role, words)
        if not may:
            assert "要由" in words and "请换一位，或请管理员任命" in words
        assert "不是" in refusal(people, deed, login_of(role, "ganzi")), role  # another unit's
    if SIGNER in roles:
        assert refusal(people, deed, login_of(SIGNER, "sichuan")) == ""  # those above


@pytest.mark.parametrize("name", DEEDS)
def test_who_is_disabled_or_unknown_decides_nothing(people: PeopleDesk, name: str) -> None:
    deed = DEEDS[name][1]
    furnish(people)
    for unit in ("sichuan", "chengdu"):
        with session_scope(people.engine) as session:
            person(session, login_of(PROVINCE if name == "grey" else SIGNER, unit)).disabled_at = NOON
        assert "账号已停用" in refusal(people, deed, login_of(PROVINCE if name == "grey" else SIGNER, unit))
    assert "没有人员“nobody”" in refusal(people, deed, "nobody")


def test_by_command_it_is_the_same(tmp_path: Path) -> None:
    house, story = tmp_path / "house", write_story(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")

    def run(*words: object) -> tuple[int, str]:
        code, said, refused = yigao(*words, "-w", house)
        return code, said + refused

    assert yigao("init", house, "--matrix", tmp_path / "matrix.yaml")[0] == 0
    for login, role, unit in (("zong", SIGNER, ""), ("zhu", PROVINCE, ""), ("qu", REPORTER, "ganzi")):
        run("person", "add", login, "--name", f"{role}{login}", "--role", role, *(["--unit", unit] if unit else []))
    run("import", story)
    assert "要由" in run("retract", "hong-tu", "--reason", "不实", "--notice", "已撤回。", "--by", "qu")[1]
    assert run("retract", "hong-tu", "--reason", "不实", "--notice", "已撤回。", "--by", "zhu")[0] == 0
    because, opinion = ("--reason", "核实过了"), ("--opinion", "同意")
    for words in (
        ("approve", 1, *opinion), ("reject", 1, *because), ("freeze", *because), ("grey", "on", *because),
    ):  # fmt: skip
        code, said = run(*words, "--by", "qu")
        assert code == 1 and "记者qu不是，请换一位" in said
    assert run("person", "disable", "zong")[0] == 0
    assert "账号已停用" in run("approve", 1, *opinion, "--by", "zong")[1]
    assert json.loads(run("recall", 1, "--json")[1])["state"] == "drafted"
    assert "没有停发" in run("freeze", "--list")[1]
    assert run("freeze", *because, "--by", "zhu")[0] == 0
    assert run("thaw", 1, *because, "--by", "qu")[0] == 1
    run("person", "enable", "zong")
    assert run("approve", 1, *opinion, "--by", "zong")[0] == 0
