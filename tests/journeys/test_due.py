"""发布那天: a licence, a word, an office that changes between the signature and the slot."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from channels.values import Finding
from cms import checks, library, releases, review
from cms.checks import words
from cms.db import read_scope, session_scope
from cms.library import By, Facts, add
from cms.matrix import Unit
from cms.people import Notice, Scope
from cms.people.notices import NoticeTarget
from cms.releases import Delivery, HandlingError, submitting
from cms.releases.freeze import FreezeError
from cms.review import SignError, Submission, submissions
from cms.stories import story_named
from cms.web import Desk
from pipeline import due, list_change
from pipeline.due import DayTurn
from pipeline.intake import take_in_text
from pipeline.submissions import draw
from tests.journeys.conftest import TUESDAY
from tests.journeys.hands import AUTHOR, CHIEF, FIRST, SECOND
from tests.ledger.platforms_world import PlatformsWorld
from tests.library.photos import jpeg, scene
from tests.people.house import hire, signed_in
from tests.review.conftest import person

TODAY, SLOT = TUESDAY.date(), TUESDAY + timedelta(days=1)
NAME = "借来的照片"
TEXT = """---
slug: chengdu-jie
headline: 借来的照片一张
digest: 一张照片。
cover: a.jpg
---

{words}

![照片](a.jpg){{credit="图库" licence="已获授权"}}
"""
CHIEF_OF_ALL = "sheng.guan"
EXPIRED = "授权到 11月24日为止，而这篇排在 11月25日 11:00 发布，请换图、续授权或改期"


class Case:
    """A story with a borrowed picture on its way out."""

    def __init__(self, desk: Desk, world: PlatformsWorld) -> None:
        self.desk, self.world, self.house = desk, world, world.house
        with read_scope(self.house.engine) as session:
            self.unit = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
        self.asset = self.manuscript = ""
        self.number = self.submission = 0

    def write(self, until: date | None, said: str = "正文一段。") -> None:
        assert self.desk.library is not None
        asset = add(self.desk.library, jpeg(scene(4)), self.facts(until), self.by(), "a.jpg").asset
        self.number, self.asset = asset.id, asset.hash
        folder = self.house.drafts / "chengdu-jie"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "a.jpg").write_bytes(self.house.store.get(asset.hash))
        text = TEXT.format(words=said)
        made = take_in_text(self.house, text, "a.md", folder, AUTHOR, TUESDAY, unit_id=self.unit)
        assert not made.is_blocked, made.findings
        self.manuscript = made.manuscript

    def facts(self, until: date | None) -> Facts:
        return Facts(name=NAME, alt="照片", author="图库", licence="已获授权", until=until)

    def by(self) -> By:
        return By(AUTHOR, Scope(((self.unit, "chengdu"),)), self.unit, self.world.now)

    def borrowed(self, until: date) -> None:
        """The library says another last day; nobody is told of it yet."""
        with session_scope(self.house.engine) as session:
            library.describe(session, self.number, self.facts(until), self.by())

    def send(self, at: datetime = SLOT) -> None:
        with session_scope(self.house.engine) as session:
            story = story_named(session, "chengdu-jie")
            assert story is not None
            targets = (releases.Target(("site", "wechat"), ("chengdu",), alone=True),)
            order = submitting.Order(due_at=at, targets=targets)
            self.submission = submitting.submit(session, story, person(session, AUTHOR), order, TUESDAY).id
        draw(self.house, TUESDAY)

    def take(self, login: str) -> None:
        """One step, as its page does it."""
        due.recheck(self.house, self.manuscript, self.world.now)
        with session_scope(self.house.engine) as session:
            one, me = session.get_one(Submission, self.submission), person(session, login)
            turn, sealed = submissions.turn_of(session, one), submissions.sealed_of(session, one)
            if turn is not None and turn.step in review.MANUSCRIPT_STEPS:
                review.proof_next(session, one.manuscript_hash, me, self.world.now)
            elif sealed is not None:
                for channel in ("site", "wechat"):
                    review.read_channel(session, sealed, channel, me, self.world.now)
            submitting.take_step(session, one, me, "同意。", self.world.now)

    def sign(self) -> None:
        for login in (FIRST, SECOND, CHIEF, CHIEF):
            self.take(login)
        assert self.states() == ["ready", "ready"]

    def states(self) -> list[str]:
        return [one.state for one in self.deliveries()]

    def deliveries(self) -> list[Delivery]:
        with read_scope(self.house.engine) as session:
            return list(session.exec(select(Delivery).order_by(col(Delivery.id))))

    def told(self, login: str) -> list[str]:
        with read_scope(self.house.engine) as session:
            mine = select(NoticeTarget.notice_id).where(NoticeTarget.person_id == person(session, login).id)
            notices = session.exec(select(Notice).where(col(Notice.id).in_(mine)).order_by(col(Notice.id)))
            return [one.sentence for one in notices]

    def retry(self) -> None:
        for one in self.deliveries():
            assert self.desk.press is not None
            self.desk.press.retry(one.id, CHIEF, "已续授权", is_absent=False)


@pytest.fixture
def case(desk: Desk, world: PlatformsWorld) -> Case:
    return Case(desk, world)


def words_from(case: Case, *rows: str, name: str = "mingtian") -> list[list_change.Changed]:
    made = words.parse(("word,kind,severity,valid_from,valid_to,title\n" + "\n".join(rows)).encode(), f"{name}.csv")
    return list_change.take_in(case.house, made, f"{name}.csv", CHIEF, case.world.now, hold=True)[1]


# --------------------------------------------------------------------------- before it is signed


def test_a_licence_that_ends_before_the_slot_is_said_at_sending(case: Case) -> None:
    case.write(until=TODAY)
    found = due.recheck(case.house, case.manuscript, TUESDAY, SLOT).findings
    assert any(one.level == "block" and EXPIRED in one.message for one in found)
    with pytest.raises(submitting.SubmitError, match="而这篇排在 11月25日 11:00 发布"):
        case.send()
    due.recheck(case.house, case.manuscript, TUESDAY, TUESDAY + timedelta(hours=2))
    case.send(TUESDAY + timedelta(hours=2))  # on its last day it may
    assert case.states() == ["rendered", "rendered"]


def test_the_drawing_asks_for_the_slot_whoever_planned_it(case: Case) -> None:
    case.write(until=TODAY)
    case.send()  # by a way that asked of today alone
    with read_scope(case.house.engine) as session:
        row = session.get_one(Submission, case.submission)
        assert row.state == "stopped" and "而这篇排在 11月25日 11:00 发布" in row.trouble
    case.borrowed(TODAY + timedelta(days=30))
    due.recheck(case.house, case.manuscript, TUESDAY, SLOT)
    case.send()  # what was found at the drawing is no more so
    assert case.states()[-2:] == ["rendered", "rendered"]


def test_a_word_banned_from_the_slot_s_day_on(case: Case) -> None:
    words_from(case, "布署,禁用语,block,2026-11-25,,")
    case.write(until=None, said="提到布署工作。")
    due.recheck(case.house, case.manuscript, TUESDAY, SLOT)
    with pytest.raises(submitting.SubmitError, match=r"布署.*到 11月25日 11:00 发布时不行"):
        case.send()


def test_an_office_that_ends_before_the_slot(case: Case) -> None:
    words_from(case, "陈示例,姓名职务,,2025-01-01,2026-11-24,省科技厅厅长", name="people")
    case.write(until=None, said="省科技厅厅长陈示例到会。")
    today = due.recheck(case.house, case.manuscript, TUESDAY).findings
    then = due.recheck(case.house, case.manuscript, TUESDAY, SLOT).findings
    assert "checks.name.title" not in {one.rule for one in today if one.level == "block"}
    assert "checks.name.title" in {one.rule for one in then if one.level == "block"}
    assert "checks.name.title" not in {
        one.rule for one in due.recheck(case.house, case.manuscript, TUESDAY, TUESDAY).findings
    }


def test_nobody_signs_what_is_over_by_its_slot(case: Case) -> None:
    case.write(until=TODAY + timedelta(days=30))
    case.send()
    case.take(FIRST)
    case.borrowed(TODAY)
    with pytest.raises(SignError, match="而这篇排在 11月25日 11:00 发布"):
        case.take(SECOND)
    case.borrowed(TODAY + timedelta(days=2))
    case.take(SECOND)


def test_a_block_of_the_slot_can_be_let_pass_by_its_role(case: Case) -> None:
    case.write(until=TODAY)
    found = blocked(case)
    with session_scope(case.house.engine) as session:
        hire(session, CHIEF_OF_ALL, "省管", "省级管理员", "sichuan", case.house.wires.vault)
        checks.let_pass(session, case.manuscript, found, person(session, CHIEF_OF_ALL), "已电话续约", TUESDAY)
    with read_scope(case.house.engine) as session:  # whoever looks at it again is asked of the same slot
        assert due.slots_of(session, case.manuscript, TUESDAY) == [SLOT]
    others = [one for one in due.recheck(case.house, case.manuscript, TUESDAY).findings if one.level == "block"]
    with session_scope(case.house.engine) as session:
        for one in others:
            checks.let_pass(session, case.manuscript, one, person(session, CHIEF_OF_ALL), "已电话续约", TUESDAY)
    case.send()
    case.sign()
    case.world.run(hours=26)
    assert case.states() == ["published", "published"]


def blocked(case: Case) -> Finding:
    found = due.recheck(case.house, case.manuscript, TUESDAY, SLOT).findings
    return next(one for one in found if one.level == "block")


# --------------------------------------------------------------------------- after it was signed


def test_rights_that_end_after_the_signature_are_told_and_hold_it_at_its_slot(case: Case) -> None:
    case.write(until=TODAY + timedelta(days=30))
    case.send()
    case.sign()
    case.borrowed(TODAY)
    assert due.rights_changed(case.house, case.asset, case.world.now) == 1
    assert due.rights_changed(case.house, case.asset, case.world.now) == 0  # said once
    for login in (AUTHOR, CHIEF):
        assert [one for one in case.told(login) if "素材授权有变" in one and "而这篇排在 11月25日 11:00 发布" in one]
    assert case.states() == ["ready", "ready"]  # there is still time to put it right
    case.world.run(hours=26)
    for one in case.deliveries():
        assert one.state == "held" and one.reason.startswith(due.STOPPED)
        assert "11月25日 11:00" in one.reason and "授权到 2026-11-24 为止" in one.reason
    with pytest.raises(HandlingError, match="授权到 2026-11-24 为止"):
        case.retry()
    case.borrowed(TODAY + timedelta(days=30))
    case.retry()
    case.world.run(hours=1)
    assert case.states() == ["published", "published"] and not case.world.breaches()


def test_renewed_in_time_nobody_has_to_do_anything(case: Case) -> None:
    case.write(until=TODAY + timedelta(days=30))
    case.send()
    case.sign()
    for until in (TODAY, TODAY + timedelta(days=9)):
        case.borrowed(until)
        due.rights_changed(case.house, case.asset, case.world.now)
    case.world.run(hours=26)
    assert case.states() == ["published", "published"]


def test_put_out_of_use_it_still_goes_out(case: Case) -> None:
    case.write(until=TODAY + timedelta(days=30))
    case.send()
    case.sign()
    with session_scope(case.house.engine) as session:
        library.retire(session, case.number, case.by())
    assert due.rights_changed(case.house, case.asset, case.world.now) == 0
    case.world.run(hours=26)
    assert case.states() == ["published", "published"]


def test_the_gate_asks_although_nobody_was_told(case: Case) -> None:
    case.write(until=TODAY + timedelta(days=30))
    case.send()
    case.sign()
    case.world.run(hours=23)
    case.borrowed(TODAY)  # behind everybody's back, when it lies on the platform already
    case.world.run(hours=3)
    assert case.states() == ["held", "held"]
    assert all(one.reason.startswith(due.STOPPED) for one in case.deliveries())


def test_late_by_a_day_it_is_asked_of_the_day_it_goes_out(case: Case) -> None:
    case.write(until=SLOT.date())
    case.send()
    case.sign()
    case.world.now = SLOT + timedelta(hours=14)  # the machine was off until the day after its last
    case.world.run(hours=1)
    assert case.states() == ["held", "held"]


def test_a_list_that_counts_from_the_slot_on_holds_what_is_signed(case: Case) -> None:
    case.write(until=None, said="提到布署工作。")
    case.send()
    case.sign()
    changed = words_from(case, "布署,禁用语,block,2026-11-25,,")
    assert [one.is_blocked for one in changed] == [True]
    assert case.states() == ["held", "held"]
    assert [one for one in case.told(CHIEF) if "词表更新后" in one and "到 11月25日 11:00 发布时不行" in one]


def test_a_list_that_was_not_to_hold_is_asked_at_the_slot(case: Case) -> None:
    case.write(until=None, said="提到布署工作。")
    case.send()
    case.sign()
    made = words.parse("word,kind,severity\n布署,禁用语,block\n".encode(), "jin.csv")
    list_change.take_in(case.house, made, "jin.csv", CHIEF, case.world.now, hold=False)
    assert case.states() == ["ready", "ready"]
    case.world.run(hours=26)
    assert case.states() == ["held", "held"]


def test_a_day_turns(case: Case) -> None:
    case.write(until=TODAY + timedelta(days=30))
    case.send()
    case.sign()
    turn = DayTurn(case.house)
    assert turn(case.world.now) == 0
    case.borrowed(TODAY)
    assert turn(case.world.now) == 0  # once a day
    tomorrow = TUESDAY + timedelta(hours=14)
    assert turn(tomorrow) == 1 and DayTurn(case.house)(tomorrow) == 0
    assert [one for one in case.told(CHIEF) if one.startswith("今天复查")]


# --------------------------------------------------------------------------- another time


def test_it_is_not_moved_to_a_day_its_licence_does_not_reach(case: Case, app_of: Callable[[str], FlaskClient]) -> None:
    case.write(until=SLOT.date())
    case.send()
    case.sign()
    release = case.deliveries()[0].release_id
    client = app_of(CHIEF)
    to = "2026-11-26T11:00"
    for path, base in (("look", ""), ("move", SLOT.isoformat())):
        asked = {"release": release, "to": to, "base": base, "reason": "版面"}
        answer = client.post(
            f"/schedule/{path}", json=asked, headers={"Idempotency-Key": f"the-{path}-at-another-time-of-it"}
        )
        assert answer.status_code == 422
        assert "授权到 11月25日为止，而这篇排在 11月26日 11:00 发布" in answer.get_data(as_text=True)
    asked = {"release": release, "to": "2026-11-25T16:00", "base": SLOT.isoformat(), "reason": "版面"}
    moved = client.post("/schedule/move", json=asked, headers={"Idempotency-Key": "the-move-that-goes-through"})
    assert moved.status_code == 200


def test_after_a_freeze_it_gets_no_time_its_licence_does_not_reach(case: Case) -> None:
    case.write(until=SLOT.date())
    case.send()
    case.sign()
    with session_scope(case.house.engine) as session:
        hire(session, CHIEF_OF_ALL, "省管", "省级管理员", "sichuan", case.house.wires.vault)
        row = releases.freeze.freeze(session, releases.freeze.Scope(), "静默", CHIEF_OF_ALL, TUESDAY)
        number = row.id
    case.world.now = SLOT + timedelta(minutes=5)
    case.world.run(hours=1)
    with session_scope(case.house.engine) as session:
        row = releases.freeze.find_freeze(session, number)
        releases.freeze.thaw(session, row, CHIEF_OF_ALL, "结束", case.world.now)
    held = case.deliveries()[0]
    assert held.state == "held" and case.desk.press is not None
    with pytest.raises(FreezeError, match="而这篇排在 11月27日 11:00 发布"):
        case.desk.press.retime({held.id: SLOT + timedelta(days=2)}, CHIEF_OF_ALL, "补发")
    assert case.desk.press.retime({held.id: case.world.now + timedelta(hours=1)}, CHIEF_OF_ALL, "补发") == []


@pytest.fixture
def app_of(desk: Desk, app: Flask, case: Case) -> Callable[[str], FlaskClient]:
    """Somebody's browser."""
    app.config["WTF_CSRF_ENABLED"] = False
    return lambda login: signed_in(app, desk.people, login, case.world.now)


def test_another_last_day_in_the_library_is_told_at_once(case: Case, app_of: Callable[[str], FlaskClient]) -> None:
    case.write(until=TODAY + timedelta(days=30))
    case.send()
    case.sign()
    form = {"name": NAME, "alt": "照片", "author": "图库", "licence": "已获授权", "until": TODAY.isoformat()}
    key = {"Idempotency-Key": "the-last-day-of-it"}
    answer = app_of(AUTHOR).post(f"/library/{case.number}/facts", data=form, headers=key)
    assert answer.status_code == 303
    assert [one for one in case.told(CHIEF) if "素材授权有变" in one]
