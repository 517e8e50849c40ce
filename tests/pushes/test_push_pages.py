"""组稿 in the web, without any script: every step is a button of a form."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from cms.db import read_scope
from cms.library import By, Facts, add
from cms.matrix import Unit
from cms.people import PeopleDesk, Scope
from cms.releases import Delivery
from cms.web.desk import SHANGHAI, Desk
from pipeline.house import House
from tests.people.house import NOON, login_of, signed_in
from tests.pushes.conftest import KEY, Sign

NEW = f"/pushes/new?account={KEY}"
AT = "2026-11-23T10:00"


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, login_of("签发", "chengdu"))


def table(client: FlaskClient, picks: list[int], act: str = "", **more: str) -> str:
    asked = [("account", KEY), *(("pick", str(one)) for one in picks), *([("act", act)] if act else []), *more.items()]
    answer = client.get(f"/pushes/new?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return answer.text


def order(page: str) -> list[int]:
    """The stories on the table, as the form that schedules would send them."""
    return [int(one) for name, one in posted(page) if name == "pick"]


def posted(page: str) -> list[tuple[str, str]]:
    form = re.search(r'<form method="post" action="/pushes"[^>]*>(.*?)</form>', page, re.S)
    assert form
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1])
    return [(name, unescape(value)) for name, value in found]


def schedule(client: FlaskClient, page: str, **more: str) -> TestResponse:
    data: dict[str, list[str]] = {}
    for name, value in [*posted(page), *more.items()]:
        data.setdefault(name, []).append(value)
    return client.post("/pushes", data=data)


def states(house: House) -> dict[int, str]:
    with read_scope(house.engine) as session:
        return dict(session.exec(select(Delivery.id, Delivery.state)).all())


def test_each_button_is_one_step(client: FlaskClient, sign: Sign) -> None:
    a, b, c = (sign(slug, f"第{slug}篇") for slug in ("yi", "er", "san"))
    page = table(client, [a], f"in:{b}")
    assert order(page) == [a, b] and f'value="in:{c}"' in page and f'value="in:{a}"' not in page
    assert order(table(client, [a, b, c], f"up:{c}")) == [a, c, b]
    assert order(table(client, [a, b, c], f"down:{a}")) == [b, a, c]
    assert order(table(client, [a, b, c], f"up:{a}")) == [a, b, c] == order(table(client, [a, b, c], f"down:{c}"))
    assert order(table(client, [a, b, c], f"out:{b}")) == [a, c]
    assert order(table(client, [a, a, b], "nonsense:x")) == [a, b]


def test_signed_stories_are_scheduled_changed_and_returned(client: FlaskClient, sign: Sign, house: House) -> None:
    a, b, c = (sign(slug, f"第{slug}篇") for slug in ("yi", "er", "san"))
    page = table(client, [c, a, b], at=AT, way="push")
    assert "当天群发共 1 次，已用 0 次、已排 0 次，排上这次还剩 0 次" in page
    assert page.count('class="next"') == 2 and page.index("第san篇</p>") < page.index("第yi篇</p>")
    done = schedule(client, page)
    assert done.status_code == 303, done.text
    shown = client.get(done.location).text
    assert f'href="{done.location}"' in client.get(done.location.replace("pushes", "releases")).text
    assert "待发" in shown and "群发，推给粉丝" in shown and "11月23日 10:00" in shown
    assert {states(house)[one] for one in (a, b, c)} == {"composed"}
    change = unescape(re.search(r'href="([^"]+change=[^"]+)"', shown)[1])  # type: ignore[index]
    again = client.get(change).text
    assert order(again) == [c, a, b] and "改这次推送" in again
    lesser = table(client, [b, c], at=AT, way="publish", change=done.location.rpartition("/")[2])
    done = schedule(client, lesser, reason="少发一篇")
    assert done.status_code == 303, done.text
    assert [states(house)[one] for one in (a, b, c)] == ["ready", "composed", "composed"]
    number = done.location.rpartition("/")[2]
    page = client.get(done.location).text
    token = re.findall(r'name="(csrf_token|once)" value="([^"]+)"', page)
    gone = client.post(f"/pushes/{number}/cancel", data={**dict(token), "reason": "不发了"}, follow_redirects=True)
    assert "各篇已退回自己的排期" in gone.text and {states(house)[one] for one in (a, b, c)} == {"ready"}
    token = re.findall(r'name="(csrf_token|once)" value="([^"]+)"', table(client, []))
    late = client.post(f"/pushes/{number}/cancel", data={**dict(token), "reason": "再来"})
    assert late.status_code == 422 and "已取消，不能再改" in late.text


def test_what_stands_in_the_way_is_told_and_nothing_is_scheduled(client: FlaskClient, sign: Sign, house: House) -> None:
    a, raw = sign("yi", "第一篇"), sign("er", "没签的", signed=False)
    page = table(client, [a], at=AT)
    assert "还没有签发，签发之后才能组稿" in page and f'value="in:{raw}"' not in page
    forged = table(client, [a, raw], at=AT)
    assert "《没签的》还没有签发" in forged and '<button class="primary">' not in forged
    refused = schedule(client, forged)
    assert refused.status_code == 422 and "《没签的》还没有签发" in refused.text
    night = table(client, [a], at="2026-11-23T23:30")
    refused = schedule(client, night)
    assert refused.status_code == 422 and "请先看过提示" in refused.text and states(house)[a] == "ready"
    assert schedule(client, night, seen="yes").status_code == 303


def test_the_covers_are_those_that_were_signed(client: FlaskClient, sign: Sign, house: House) -> None:
    a, b = sign("yi", "第一篇"), sign("er", "第二篇", colour="#225588")
    page = table(client, [a, b])
    with read_scope(house.engine) as session:
        rows = [session.get_one(Delivery, one) for one in (a, b)]
    files = [{one.role: one.hash for one in house.rendition(row.rendition_hash).parts[0].files} for row in rows]
    cover = re.search(r'<img src="(/pictures/[^"]+)" alt="" width="900" height="383">', page)
    assert cover and cover[1].endswith(files[0]["cover"])
    square = re.findall(r'<img src="(/pictures/[^"]+)" alt="" width="300" height="300">', page)
    assert [one for one in square if one.endswith(files[1]["thumb"])]
    assert client.get(cover[1]).mimetype == "image/jpeg"


def test_who_may_not_compose_sees_but_is_offered_nothing(app: Flask, people: PeopleDesk, sign: Sign) -> None:
    sign("yi", "第一篇")
    page = signed_in(app, people, login_of("编辑", "chengdu")).get("/pushes").text
    assert "组稿由签发人或管理员来做" in page and "开始组稿" not in page
    theirs = signed_in(app, people, login_of("签发", "ganzi")).get("/pushes").text
    assert KEY not in theirs and "wechat:ganzi" in theirs


def test_a_licence_that_runs_out_before_the_slot_is_told(
    client: FlaskClient, sign: Sign, house: House, desk: Desk, tmp_path: Path
) -> None:
    """Its own day was within the licence; the day of the push is not."""
    a = sign("yi", "第一篇")
    with read_scope(house.engine) as session:
        unit = session.exec(select(Unit).where(Unit.slug == "chengdu")).one()
        day = session.get_one(Delivery, a).due_at.astimezone(SHANGHAI).date()
        by = By("editor", Scope(((unit.id, unit.slug),)), unit.id, NOON)
    facts = Facts(name="红图", alt="红色的图", author="图库", licence="已获授权", until=day)
    assert desk.library is not None
    add(desk.library, (tmp_path / "yi" / "pictures" / "red.png").read_bytes(), facts, by, "red.png")
    assert "授权到" not in table(client, [a], at=AT)
    later = table(client, [a], at="2026-11-25T10:00")
    assert "《第一篇》" in later and "授权到" in later and '<button class="primary">' not in later
    refused = schedule(client, later)
    assert refused.status_code == 422 and "授权到" in refused.text and states(house)[a] == "ready"
