"""A reporter of the province, whose own unit has no account: what she writes is looked at on the accounts it goes to,
and what became of it is hers to read. To read, and nothing more."""

import itertools
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cms.people import PeopleDesk
from pipeline.serve import desk_of
from tests.desk.test_delivering import by_account
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.house import login_of, signed_in

ABOVE = login_of("记者", "sichuan")
TEXT = "---\nslug: mine\nheadline: 我的稿件\ndigest: 一句话。\nbyline: 记者 林小溪\n---\n\n正文一段。\n"
_keys = itertools.count()


@pytest.fixture
def client(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(app, people, ABOVE, world.now)


def later(client: FlaskClient, world: PlatformsWorld, login: str = ABOVE) -> FlaskClient:
    """The same browser two hours on, when the visit has been asked for again."""
    world.run(hours=2)
    return signed_in(client.application, desk_of(world.house).people, login, world.now)


def story(unit: str) -> dict[str, str]:
    return {"text": TEXT, "slug": "mine", "unit": unit}


def test_her_story_is_looked_at_on_the_accounts_below_and_on_no_other(client: FlaskClient) -> None:
    page = client.get("/new").text
    assert re.findall(r'<option value="(\w+)">(?:成都|甘孜州)</option>', page) == ["chengdu", "ganzi"]
    for unit, name in (("chengdu", "成都"), ("ganzi", "甘孜")):
        shown = client.post("/preview", json=story(unit)).json
        assert shown is not None
        assert {one["name"] for one in shown["channels"]} == {"site", "feed", "wechat", "toutiao"}
        assert all(name in one["account"] for one in shown["channels"])
        frame = next(one["frame"] for one in shown["channels"] if one["name"] == "wechat")
        assert client.get(frame).status_code == 200
        assert any(one["counters"] for one in shown["channels"])
        more = client.post("/preview/elsewhere", json=story(unit))
        assert more.status_code == 200 and more.json is not None and "findings" in more.json
    assert client.post("/preview", json=story("yunnan")).status_code == 400
    assert client.post("/preview", json=story("")).status_code == 400


def test_a_frame_is_for_whoever_it_was_made_for(client: FlaskClient, people: PeopleDesk, world: PlatformsWorld) -> None:
    """The picture of chengdu's own story is not hers, though she looks at her own on the same accounts."""
    below = signed_in(client.application, people, login_of("记者", "chengdu"), world.now)
    own = {"text": TEXT.replace("mine", "chengdu-own"), "slug": "chengdu-own", "unit": "chengdu"}
    shown = below.post("/preview", json=own).json
    assert shown is not None
    frame = next(one["frame"] for one in shown["channels"] if one["name"] == "wechat")
    assert (below.get(frame).status_code, client.get(frame).status_code) == (200, 404)


def test_she_takes_the_formatted_text_along(client: FlaskClient) -> None:
    answer = client.post("/copy", json=story("chengdu"))
    assert answer.status_code == 200 and "正文一段" in str(answer.json)
    assert client.post("/copy", json=story("yunnan")).status_code == 400


def test_a_browser_without_scripts_shows_it_too(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "looks-from-above-0001", "Accept": "application/json"}
    assert client.post("/write/mine", json={"text": TEXT, "base": ""}, headers=headers).status_code == 200
    page = client.get("/write/mine/look").text
    assert page.count('class="one-look"') == 4 and "正在" not in page
    assert client.get("/write/mine/look?unit=yunnan").status_code == 404


def test_every_release_her_schedule_shows_leads_somewhere(client: FlaskClient, world: PlatformsWorld) -> None:
    client = later(client, world)
    day = f"{world.now:%Y-%m-%d}"
    ways = set(re.findall(r'href="(/releases/\d+)"', client.get(f"/schedule?from={day}").text))
    assert ways == {"/releases/1", "/releases/2"}
    for way in ways:
        page = client.get(way).text
        assert page.count('class="cell"') == 8 and "成都" in page and "甘孜" in page
        for one in set(re.findall(r'href="(/(?:deliveries|write)/[^"]+)"', page)):
            assert client.get(one).status_code == 200, one


def test_she_reads_where_each_of_her_copies_stands(client: FlaskClient, world: PlatformsWorld) -> None:
    assert "还没发 8" in client.get("/releases").text
    client = later(client, world)
    page = client.get("/releases").text
    assert page.count("已发 6") == 2 and page.count("待代发 2") == 2
    assert client.get("/releases?unit=ganzi").text.count("已发 3") == 2
    assert client.get("/releases/1").text.count('class="out"') == 6


def test_reading_is_all_she_may(client: FlaskClient, world: PlatformsWorld) -> None:
    """No button, no form, and none of the addresses behind them, on deliveries in whatever state."""
    client = later(client, world)
    posted, waiting = by_account(world, "wechat:chengdu"), by_account(world, "toutiao:ganzi")
    for one in (posted, waiting):
        page = client.get(f"/deliveries/{one.id}").text
        assert "<form" not in page.partition("<main")[2] and "去代发" not in page
        for deed in ("retry", "hold", "cancel", "adopt"):
            assert deny(client, f"/deliveries/{one.id}/{deed}") == 404
        assert client.get(f"/hand-over/{one.id}").status_code == 404
        for deed in ("phone", "done", "cannot"):
            assert deny(client, f"/hand-over/{one.id}/{deed}") == 404
    assert deny(client, "/releases/1/retry") == 404
    assert by_account(world, "toutiao:ganzi").state == "handed_over"


def test_what_is_not_of_her_unit_stays_shut(client: FlaskClient, world: PlatformsWorld) -> None:
    """Nor does anybody below read of the others' accounts what the province's own reporter reads."""
    client = later(client, world, login_of("记者", "chengdu"))
    assert client.get("/releases/1").text.count('class="cell"') == 4
    assert client.get(f"/deliveries/{by_account(world, 'wechat:ganzi').id}").status_code == 404
    assert re.findall(r'href="/write/[^"]+"', client.get("/releases/1").text.partition("<main")[2]) == []


def deny(client: FlaskClient, path: str) -> int:
    headers = {"Idempotency-Key": f"asks-from-above-{next(_keys):04}"}
    return client.post(path, data={"reason": "试试", "address": "https://x.test/a"}, headers=headers).status_code
