"""Pictures pasted or dropped into a story are in the library too, once, with what is still to be said of them."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.library import Asset
from cms.people import PeopleDesk
from cms.web import Desk, create_app
from pipeline.house import House
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import login_of, signed_in

UNSAID = "还没写清画面内容、作者和许可"


def photo(colour: str = "navy") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(app, people, login_of("记者", "chengdu"))


def paste(client: FlaskClient, content: bytes, name: str, key: str) -> dict[str, Any]:
    sent = {"picture": (io.BytesIO(content), name), "slug": "chengdu-one"}
    headers = {"Accept": "application/json", "Idempotency-Key": key * 20}
    answer = client.post("/pictures", data=sent, headers=headers)
    assert answer.status_code == 200 and answer.json is not None
    given: dict[str, Any] = answer.json
    return given


def assets(house: House) -> list[Asset]:
    with read_scope(house.engine) as session:
        return list(session.exec(select(Asset)))


def test_a_pasted_picture_is_in_the_library_of_its_writers_unit_and_its_rights_are_asked_for(
    house: House, client: FlaskClient
) -> None:
    given = paste(client, photo(), "现场照片.jpg", "a")
    (one,) = assets(house)
    assert (one.name, one.licence, one.added_by) == ("现场照片", "待核实", login_of("记者", "chengdu"))
    assert "现场照片" in client.get("/library").text
    said = given["library"]
    assert said["said"].startswith("已收进素材库") and UNSAID in said["said"]
    assert (said["button"], said["way"]) == ("去补", f"/library/{one.id}") and "picture" not in said
    assert (house.drafts / "chengdu-one" / given["path"]).is_file()


def test_the_same_picture_again_is_found_and_brings_its_words_along(house: House, client: FlaskClient) -> None:
    paste(client, photo(), "a.jpg", "a")
    with session_scope(house.engine) as session:
        one = session.exec(select(Asset)).one()
        one.alt, one.author, one.licence = "一张深蓝的图", "李敏", "自有"
    given = paste(client, photo(), "another name.jpg", "b")
    assert len(assets(house)) == 1
    said = given["library"]
    assert "素材库里已有这张" in said["said"] and "一并带来了" in said["said"] and said["button"] == ""
    known = said["picture"]
    assert (known["alt"], known["credit"], known["licence"]) == ("一张深蓝的图", "李敏", "自有")
    assert known["src"] == given["path"] and given["path"] in said["text"]


def test_one_taken_out_of_use_says_so_and_an_unverified_one_brings_no_licence(
    house: House, client: FlaskClient
) -> None:
    paste(client, photo(), "a.jpg", "a")
    again = paste(client, photo(), "a.jpg", "b")["library"]
    assert "licence" not in again["picture"] and UNSAID in again["said"]
    with session_scope(house.engine) as session:
        session.exec(select(Asset)).one().retired_at = datetime(2026, 11, 1, tzinfo=UTC)
    assert "已经停用" in paste(client, photo(), "a.jpg", "c")["library"]["said"]


def test_where_the_library_has_no_room_the_picture_is_in_the_story_all_the_same(
    house: House, desk: Desk, people: PeopleDesk
) -> None:
    assert desk.library is not None
    small = replace(desk.library, limits=replace(desk.library.limits, daily=10))
    app = create_app(replace(desk, library=small))
    app.config["WTF_CSRF_ENABLED"] = False
    given = paste(signed_in(app, people, login_of("记者", "chengdu")), photo(), "b.jpg", "d")
    assert (house.drafts / "chengdu-one" / given["path"]).is_file()
    assert "没有收进素材库：" in given["library"]["said"] and assets(house) == []
