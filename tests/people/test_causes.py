"""One cause on every account is one thing to read and one message, and still as many to take note of."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit
from cms.people import Notice, PeopleDesk, Person, notify, unseen
from cms.releases import Release
from cms.releases.causes import Cause, by_cause
from cms.releases.rows import ReleaseStory
from cms.review import Submission
from cms.stories import Revision
from pipeline.house import House
from pipeline.notices import tell
from pipeline.settings import MailServer, Ways
from tests.people.asking import fill
from tests.people.house import NOON, login_of, signed_in
from tests.people.test_notices_travel import Endpoint, Post, endpoint, post, reach, sends

__all__ = ["endpoint", "post"]
BOSS = login_of("省级管理员", "sichuan")
REFUSED = "平台不认这个账号的凭证（errcode 40001），请到“账号”里重新授权。"
USED_UP = "今天的调用额度用完了（errcode 45009），请明天再试。"


CITIES = tuple("绵自攀泸德广遂内乐南眉宜安达雅巴资阿凉")
"""Short for the other nineteen."""


@pytest.fixture(autouse=True)
def whole_province(house: House) -> None:
    """The other prefectures, each with an account."""
    with session_scope(house.engine) as session:
        above = session.exec(select(Unit.id).where(Unit.slug == "sichuan")).one()
        for number, name in enumerate(CITIES):
            unit = Unit(slug=f"city-{number}", name=f"{name}州科技局", short=f"{name}州", parent_id=above)
            session.add(unit)
            session.flush()
            key = f"wechat:{unit.slug}"
            session.add(Account(key=key, channel="wechat", unit_id=unit.id, name=f"{name}州科技", transport="api"))


def accounts(session: Session, channel: str = "wechat") -> Sequence[Account]:
    return session.exec(select(Account).where(Account.channel == channel).order_by(col(Account.id))).all()


def refuse(house: House, words: str = REFUSED, channel: str = "wechat") -> list[str]:
    """As the check-up tells it of every account; the accounts' names."""
    with session_scope(house.engine) as session:
        found = accounts(session, channel)
        boss = session.exec(select(Person.id).where(Person.login == BOSS)).one()
        for one in found:
            notify(session, f"account:{one.key}", f"{one.name}：{words}", NOON, people=[boss])
        return [one.name for one in found]


def causes(house: House) -> list[Cause]:
    with read_scope(house.engine) as session:
        return by_cause(session, unseen(session))


def test_one_cause_on_every_account_is_one(house: House) -> None:
    names = refuse(house)
    (one,) = causes(house)
    assert len(names) >= 21
    assert (one.words, len(one.told), set(one.places)) == (REFUSED, len(names), set(names))


def test_what_differs_in_more_than_its_place_is_another(house: House) -> None:
    many = len(refuse(house))
    refuse(house, USED_UP)
    assert sorted((one.words, len(one.told)) for one in causes(house)) == sorted([(REFUSED, many), (USED_UP, many)])


def test_times_people_rows_and_addresses_vary_from_place_to_place(house: House) -> None:
    with session_scope(house.engine) as session:
        for at, one in enumerate(accounts(session)):
            words = (
                f"{one.name}（{one.key}）https://mp.example.cn/s/{at}：交给人处置的已过期限"
                f"（2026-11-2{at % 9} 1{at % 9}:05），还没有登记结果。找：{'成都编辑' if at else '甘孜州编辑'}。"
                f"请登记（yigao done {at + 3}）。"
            )
            notify(session, "recall:7", words, NOON, one.unit_id)
    (one,) = causes(house)
    assert one.words.startswith("交给人处置的已过期限") and len(one.told) >= 21


def test_the_same_words_of_two_stories_are_two(house: House) -> None:
    """And of one story that several units send each by a release of its own they are one."""
    with session_scope(house.engine) as session:
        texts = session.exec(select(Revision).order_by(col(Revision.story_id)).limit(2)).all()
        for text in (texts[0], texts[0], texts[1]):
            notify(session, f"release:{released(session, text)}", "正文里有一处要改。", NOON)
        notify(session, "release:999999", "正文里有一处要改。", NOON)
    assert sorted(len(one.told) for one in causes(house)) == [1, 1, 2]


def released(session: Session, revision: Revision) -> int:
    row = Release(title="题", author="x", created_at=NOON, due_at=NOON, policy="sanshen")
    session.add(row)
    session.flush()
    session.add(
        ReleaseStory(
            release_id=row.id, story_id=revision.story_id, revision_id=revision.id, position=0, manuscript_hash="x"
        )
    )
    session.flush()
    return row.id


def test_where_several_units_are_told_of_one_story_each_names_itself(house: House) -> None:
    with session_scope(house.engine) as session:
        revision = session.exec(select(Revision)).first()
        person = session.exec(select(Person)).first()
        assert revision and person
        units = session.exec(select(Unit).where(col(Unit.slug).in_(["chengdu", "ganzi"])).order_by(col(Unit.id))).all()
        for unit in units:
            row = Submission(
                story_id=revision.story_id, revision_id=revision.id, unit_id=unit.id, grade="A", policy="sanshen",
                release_id=released(session, revision), due_at=NOON, sent_at=NOON, sender_id=person.id,
                manuscript_hash="x",
            )  # fmt: skip
            session.add(row)
            session.flush()
            notify(session, f"submission:{row.id}", "《题》还没有初审，请马上处理。", NOON, unit.id)
        (one,) = by_cause(session, unseen(session))
        assert one.words == "《题》还没有初审，请马上处理。" and set(one.places) == {each.short for each in units}


def test_the_page_takes_note_of_what_it_showed_and_of_nothing_else(
    app: Flask, house: House, people: PeopleDesk
) -> None:
    many = len(refuse(house))
    refuse(house, USED_UP)
    tell(house, NOON, Ways())
    client = signed_in(app, people, BOSS)
    page = client.get("/me/notices").text
    assert page.count('<li class="card">') == 2 and page.count(f"<b>{many} 条</b>") == 2
    shown = re.findall(r'name="notice" value="([\d,]+)"', page)
    groups = [one for one in shown if "," in one]
    assert [len(one.split(",")) for one in groups] == [many, many, 2 * many]  # each cause, and all of them
    assert len(shown) == 2 * many + 3  # and each by itself
    late = notify_late(house)
    assert fill(client, "/me/notices", "/me/notices", notice=groups[0].split(",")[0]).status_code == 303
    assert len(open_numbers(house)) == 2 * many  # one less, one more
    assert fill(client, "/me/notices", "/me/notices", notice=groups[0]).status_code == 303
    assert open_numbers(house) == {*map(int, groups[1].split(",")), late}
    assert fill(client, "/me/notices", "/me/notices", notice=groups[2]).status_code == 303
    assert open_numbers(house) == {late}  # it came after the page


def notify_late(house: House) -> int:
    with session_scope(house.engine) as session:
        boss = session.exec(select(Person.id).where(Person.login == BOSS)).one()
        number = notify(session, "account:wechat:chengdu", "别的事。", NOON, people=[boss]).id
    tell(house, NOON, Ways())
    return number


def open_numbers(house: House) -> set[int]:
    with read_scope(house.engine) as session:
        return {one.id for one in unseen(session)}


def test_today_says_it_in_one_line(app: Flask, house: House, people: PeopleDesk) -> None:
    many = len(refuse(house))
    tell(house, NOON, Ways())
    page = signed_in(app, people, BOSS).get("/").text
    assert page.count(f"同样的提醒有 {many} 条") == 1 and f"科技：{REFUSED}" not in page


def test_what_arises_in_one_run_travels_as_one(
    house: House, people: PeopleDesk, post: tuple[Post, MailServer], endpoint: Endpoint
) -> None:
    keeper, server = post
    reach(people, BOSS, mail="boss@kjt.example.cn", wecom=endpoint.address)
    names = refuse(house)
    refuse(house, USED_UP)
    ways = Ways(mail=server, link="https://xinwen.example.cn", local=(("127.0.0.1", endpoint.server_port),))
    keeper.refuse = 1
    assert tell(house, NOON, ways) == 3  # two by the robot, one by mail: the other was turned away
    assert tell(house, NOON + timedelta(minutes=2), ways) == 1
    assert {one.state for way in ("mail", "wecom") for one in sends(people, way)} == {"sent"}
    assert len(sends(people, "mail")) == 2 * len(names)
    said = sorted((mail.get_content() for _, mail in keeper.mails), key=lambda one: "45009" in one)
    assert len(said) == 2 and all(f"{name}：{REFUSED}" in said[0] for name in names)
    assert f"（共 {len(names)} 条：" in said[0] and USED_UP not in said[0]
    texts = [one["text"]["content"] for _, one, _ in endpoint.told]
    assert len(texts) == 2 and all(one.endswith("/me/notices") and "等）" in one for one in texts)


def test_seen_ones_do_not_travel_with_the_others(
    house: House, people: PeopleDesk, post: tuple[Post, MailServer]
) -> None:
    keeper, server = post
    keeper.refuse = 1
    reach(people, BOSS, mail="boss@kjt.example.cn")
    names = refuse(house)
    tell(house, NOON, Ways(mail=server))
    with session_scope(house.engine) as session:
        first = session.exec(select(Notice).order_by(col(Notice.id))).first()
        assert first is not None
        first.seen_by, first.seen_at = "x", NOON
    assert tell(house, NOON + timedelta(minutes=2), Ways(mail=server)) == 1
    ((_, mail),) = keeper.mails
    assert f"共 {len(names) - 1} 条" in mail.get_content() and names[0] not in mail.get_content()
