"""地方版本: a province's story reads differently in its prefectures, and who reviews it sees each of them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from cms import releases
from cms.db import session_scope
from cms.people import PeopleDesk, phones
from cms.releases import submitting
from cms.review import Submission, links
from cms.stories import story_named
from cms.web import Desk, create_app
from cms.web.reviewing.local import Version, chosen
from pipeline.house import House
from pipeline.intake import take_in_text
from pipeline.submissions import draw
from tests.people.house import NOON, hire, login_of, signed_in
from tests.review.conftest import FIRST, person, unit_of
from tests.review.test_rooms import take

STORY = """---
slug: liangzi-sheng
headline: 全省量子网络开通
digest: 全省的量子网络今天开通。
byline: 记者 张三
---

全省的量子网络今天开通，先在两地试用。

:::local-lead
chengdu: 成都的两个园区先用上。
ganzi: 甘孜州的观测站先用上。
:::
"""
SHEN = ("sichuan.shen1", "sichuan.shen2")
CHIEF = login_of("签发", "sichuan")


@pytest.fixture
def provincial(house: House) -> int:
    """The story, with 初审 and 复审 behind it, for the accounts of two prefectures; its number."""
    author = login_of("记者", "sichuan")
    with session_scope(house.engine) as session:
        for login in SHEN:
            hire(session, login, login, "审核", "sichuan", house.wires.vault)
        unit = unit_of(session, "sichuan")
    folder = house.drafts / "liangzi-sheng"
    made = take_in_text(house, STORY, "liangzi-sheng.md", folder, author, NOON, unit_id=unit)
    assert not made.is_blocked, made.findings
    with session_scope(house.engine) as session:
        units = ("chengdu", "ganzi")
        target = releases.Target(("site", "wechat"), units, alone=True)
        order = submitting.Order(NOON + timedelta(days=1), (target,))
        story = story_named(session, "liangzi-sheng")
        assert story is not None
        number = submitting.submit(session, story, person(session, author), order, NOON).id
    draw(house, NOON)
    for login in SHEN:
        take(house, number, login)
    return number


def framed(page: str) -> str:
    found = re.search(r'<iframe[^>]* src="([^"]+)"', page)
    assert found
    return found[1]


def test_every_local_version_is_offered_shown_and_named_where_its_reading_is_confirmed(
    app: Flask, people: PeopleDesk, provincial: int
) -> None:
    client = signed_in(app, people, CHIEF)
    page = client.get(f"/review/{provincial}").text
    offered = re.findall(r"channel=(\w+)&amp;unit=(\w+)#seen", page)
    assert offered == [("site", "chengdu"), ("site", "ganzi")]
    said = {"chengdu": {"成都的两个园区"}, "ganzi": {"甘孜州的观测站"}}
    for channel in ("site", "wechat"):
        for unit, own in said.items():
            page = client.get(f"/review/{provincial}?channel={channel}&unit={unit}").text
            shown = client.get(framed(page), follow_redirects=True).text
            assert {one for one in ("成都的两个园区", "甘孜州的观测站") if one in shown} == own, (channel, unit)
    assert page.count("个地方版本（成都；甘孜") == 2, "each channel's tick names what was to be read"
    assert re.search(r"只给成都的读者</b>.*成都的两个园区", page) and re.search(r"只给甘孜\w*的读者", page)


def test_a_leader_by_link_sees_the_same_versions(desk: Desk, people: PeopleDesk, house: House, provincial: int) -> None:
    with session_scope(people.engine) as session:
        top = unit_of(session, "sichuan")
        leader = phones.register(people, session, "sheng.ju", "成厅长", "签发", top, "13800001234", "boss", NOON)
        submission = session.get_one(Submission, provincial)
        token = links.make(session, submission, leader, person(session, SHEN[0]), NOON)
        code = links.new_code(session, links.alive(session, token, NOON), NOON)
    app = create_app(desk)
    app.config["WTF_CSRF_ENABLED"] = False
    phone = app.test_client()
    page = phone.post(f"/sign/{token}/open", data={"code": code.digits}, headers={"Idempotency-Key": "k" * 20}).text
    assert page.count("个地方版本（成都；甘孜") == 2 and "只给成都的读者" in page
    page = phone.get(f"/sign/{token}?channel=wechat&unit=ganzi").text
    shown = phone.get(framed(page), follow_redirects=True).text
    assert "甘孜州的观测站" in shown and "成都的两个园区" not in shown


def test_where_all_units_read_the_same_there_is_nothing_to_choose(
    app: Flask, people: PeopleDesk, sent: Callable[..., int]
) -> None:
    page = signed_in(app, people, FIRST).get(f"/review/{sent()}").text
    assert "地方版本" not in page and "的读者</b>" not in page


def test_a_version_counts_the_units_it_does_not_name() -> None:
    units = tuple((f"u{one}", f"单位{one}") for one in range(19))
    assert Version(1, units[:3]).name == "单位0、单位1、单位2" and Version(1, units).name == "单位0等 19 个单位"
    assert chosen([Version(1, units[:2]), Version(2, units[2:])], "u5") == Version(2, units[2:])
    assert chosen([], "u5") is None
