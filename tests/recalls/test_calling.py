"""What a person has to do has a person: by name, role and telephone, up the tree where a unit has nobody; two hours for
what is to be gone, and an alarm, to those above them too, when these pass."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, delete, select

from cms import recalls
from cms.db import read_scope, session_scope
from cms.matrix import Unit
from cms.people import Appointment, Notice, Person, appoint
from cms.people.duty import NOBODY_WORDS
from cms.people.notices import NoticeTarget
from cms.people.roles import CITY, EDITOR, SIGNER
from cms.people.rows import Contact
from cms.releases import Delivery, Recall, Remedy, handling, move
from pipeline import recalls as press
from pipeline.backup import back_up
from pipeline.keep_cli import _afterwards
from pipeline.recall_report import gather
from pipeline.restore import restore
from tests.ledger.platforms_world import PlatformsWorld, build, prepare
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("order")
CHANNELS = ("toutiao",)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("calling"), CHANNELS, stories=1, by_hand=CHANNELS)


@pytest.fixture
def world(by_hand: Path, tmp_path: Path) -> PlatformsWorld:
    """One story with the people who post by hand. Chengdu has an editor with a telephone and an administrator; Ganzi
    has nobody, the province a signer."""
    made = build(by_hand, tmp_path / "w", CHANNELS)
    with session_scope(made.house.engine) as session:
        session.exec(delete(Appointment))
        chen = hire(session, "chen", "陈编辑", EDITOR, "chengdu", made)
        session.add(Contact(person_id=chen.id, way="sms", sealed="x", shown="138****5678"))
        hire(session, "guan", "管理员", CITY, "chengdu", made)
        zong = session.exec(select(Person).where(Person.login == "yi")).one()
        appoint(session, zong, SIGNER, top(session), "test", made.now)
    made.run(hours=1)
    return made


def hire(session: Session, login: str, name: str, role: str, unit: str, world: PlatformsWorld) -> Person:
    person = Person(login=login, name=name)
    session.add(person)
    session.flush()
    appoint(session, person, role, session.exec(select(Unit.id).where(Unit.slug == unit)).one(), "test", world.now)
    return person


def top(session: Session) -> int:
    return session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None))).one()


def called(world: PlatformsWorld, number: int) -> dict[str, str]:
    return {one.account: one.person for one in w.lines(world, number)}


def overdue(world: PlatformsWorld, number: int) -> list[Notice]:
    with read_scope(world.house.engine) as session:
        mine = select(Notice).where(Notice.subject == f"recall:{number}", col(Notice.sentence).contains("已过期限"))
        return list(session.exec(mine.order_by(col(Notice.id))))


def targets(world: PlatformsWorld, notice: Notice) -> set[str]:
    with read_scope(world.house.engine) as session:
        query = select(Person.login).where(NoticeTarget.person_id == Person.id, NoticeTarget.notice_id == notice.id)
        return set(session.exec(query))


def test_the_person_to_call_has_a_name_a_role_and_a_telephone(world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=0.1)
    said = called(world, number)
    assert said["toutiao:chengdu"] == "陈编辑（成都编辑，手机 138****5678）"
    assert said["toutiao:ganzi"].startswith("一审员（") and "签发，没有登记手机" in said["toutiao:ganzi"]
    with read_scope(world.house.engine) as session:
        report = gather(session, number, world.now)
    assert {who for who, _ in report.called} == {one.person for one in report.copies}
    assert all(said[one.key] in one.person for one in report.copies)
    sheet = world.house.handover / w.deliveries(world)["toutiao:chengdu"][0].key / "处置说明.txt"
    assert f"由谁做：{said['toutiao:chengdu']}。" in sheet.read_text(encoding="utf-8")


def test_who_left_is_not_called_and_where_nobody_is_appointed_it_says_so(world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=0.1)
    with session_scope(world.house.engine) as session:
        session.exec(select(Person).where(Person.login == "chen")).one().disabled_at = world.now
    assert called(world, number)["toutiao:chengdu"].startswith("管理员（成都地市管理员")
    with session_scope(world.house.engine) as session:
        session.exec(delete(Appointment))
        session.exec(select(Person).where(Person.login == "yi")).one().disabled_at = world.now
    assert set(called(world, number).values()) == {NOBODY_WORDS}


def test_what_is_to_be_gone_has_two_hours_by_hand_too_and_then_those_above_are_told(world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=0.1)
    for one in w.remedies(world, number).values():
        assert one.state == "by_hand" and one.deadline is not None
        assert one.deadline - one.changed_at == timedelta(hours=2)
    press.watch(world.house, world.now)
    assert overdue(world, number) == []
    world.now += timedelta(hours=2)
    for _ in range(3):  # however often somebody looks
        press.watch(world.house, world.now)
    (chengdu, ganzi) = overdue(world, number)
    assert "toutiao:chengdu" in chengdu.sentence and "找：陈编辑（成都编辑，手机 138****5678）" in chengdu.sentence
    assert (chengdu.count, ganzi.count) == (1, 1)
    assert targets(world, chengdu) == {"chen", "guan", "editor", "yi"}  # who is to do it, who is over them, who ordered
    remedy = w.remedies(world, number)["toutiao:chengdu"].id
    assert f"yigao done {remedy}" in chengdu.sentence


def test_a_correction_by_hand_has_a_day_and_is_told_then(world: PlatformsWorld) -> None:
    number = w.correct(world)
    world.run(hours=0.1)
    late = [one for one in w.remedies(world, number).values() if one.state == "by_hand"]
    assert late and all(one.deadline and one.deadline - one.changed_at == timedelta(hours=24) for one in late)
    world.now += timedelta(hours=3)
    press.watch(world.house, world.now)
    assert overdue(world, number) == []
    world.now += timedelta(hours=22)
    press.watch(world.house, world.now)
    assert len(overdue(world, number)) == len(late)


def test_a_decided_order_is_not_told_as_waiting_any_more(world: PlatformsWorld) -> None:
    def waiting(number: int) -> list[str]:
        with read_scope(world.house.engine) as session:
            mine = select(Notice).where(Notice.subject == f"recall:{number}", col(Notice.seen_at).is_(None))
            return [one.sentence for one in session.exec(mine) if "等批准" in one.sentence]

    number = press.order_retraction(world.house, "story-0", "不实", "已撤回。", "editor", world.now)
    assert len(waiting(number)) == 3  # the order, and the packages of two units
    with session_scope(world.house.engine) as session:
        recalls.reject(session, session.get_one(Recall, number), "yi", "属实", world.now)
    assert waiting(number) == []
    again = w.retract(world)
    assert waiting(again) == []


def test_who_has_not_posted_yet_posts_the_corrected_one_instead(world: PlatformsWorld) -> None:
    number = w.correct(world)
    world.run(hours=0.1)
    old = w.deliveries(world)["toutiao:chengdu"][0]
    remedy = w.remedies(world, number)["toutiao:chengdu"]
    assert "更正版马上作为新的代发包交来" in remedy.reason
    sheet = (world.house.handover / old.key / "处置说明.txt").read_text(encoding="utf-8")
    assert "旧的不要再发" in sheet and "改发那一份" in sheet
    with session_scope(world.house.engine) as session:
        recalls.done_by_hand(session, session.get_one(Remedy, remedy.id), "yi", "还没发", world.now, "", False)
    world.run(hours=0.5)
    old, new = w.deliveries(world)["toutiao:chengdu"]
    assert (old.state, new.state) == ("superseded", "handed_over")
    assert new.person and new.deadline
    said = "".join(one.read_text(encoding="utf-8") for one in (world.house.handover / new.key).rglob("*.html"))
    assert w.CORRECTED in said
    (line,) = [one for one in w.lines(world, number) if one.account == "toutiao:chengdu"]
    assert line.remedy_state == recalls.AWAITED
    rest = w.remedies(world, number)["toutiao:ganzi"]
    with session_scope(world.house.engine) as session:  # that one was posted, and is put right where it is
        recalls.done_by_hand(session, session.get_one(Remedy, rest.id), "yi", "改好了", world.now)
    assert w.deliveries(world)["toutiao:ganzi"][-1].state == "superseded"
    assert w.recall(world, number).state == "approved"  # readers in Chengdu have neither yet
    with session_scope(world.house.engine) as session:
        there = "https://www.toutiao.com/article/7300000000000000001/"
        handling.adopt(session, session.get_one(Delivery, new.id), [there], "yi", "发好了", world.now)
    press.watch(world.house, world.now)
    assert w.recall(world, number).state in ("settled", "closed")
    assert world.breaches() == []


def test_who_will_not_post_it_either_ends_the_order(world: PlatformsWorld) -> None:
    number = w.correct(world)
    world.run(hours=0.1)
    for remedy in w.remedies(world, number).values():
        with session_scope(world.house.engine) as session:
            recalls.done_by_hand(session, session.get_one(Remedy, remedy.id), "yi", "还没发", world.now, "", False)
    world.run(hours=0.5)
    assert w.recall(world, number).state == "approved"
    for rows in w.deliveries(world).values():
        with session_scope(world.house.engine) as session:
            move(session, session.get_one(Delivery, rows[-1].id), "cancel", actor="yi", now=world.now)
    press.watch(world.house, world.now)
    assert w.recall(world, number).state in ("settled", "closed")


def test_a_restored_house_counts_what_an_order_gave_to_people_as_that(world: PlatformsWorld, tmp_path: Path) -> None:
    """The copies are in the hands of those who were to post them: they are counted once, as the order's."""
    w.retract(world)
    world.run(hours=0.1)
    assert world.all_states() == {"handed_over": 2}
    kept = tmp_path / "kept.tar.gz"
    back_up(world.house, kept, "yi", world.now)
    done = restore(kept, tmp_path / "again", "yi", "磁盘坏了", world.now, None)
    assert (done.handed_over, done.by_hand, done.remedies) == (0, 2, 0)
    words = "".join(_afterwards(done))
    assert "待代发 0 份" in words and "待人工处置的 2 份" in words
