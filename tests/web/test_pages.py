"""The list, writing, and saving: nothing is lost, nobody's version is overwritten."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from assets.pictures import Pictures
from channels.contract import LaterError
from cms.db import session_scope
from cms.manuscript import freeze, read
from cms.matrix import Unit
from cms.people import PeopleDesk
from cms.stories import mark_of, save
from cms.web import Desk, Writer, create_app
from cms.web.skeletons import SKELETONS, Skeleton, first_page
from tests.people.house import NOON, login_of, signed_in
from tests.web.asking import ask
from tests.web.conftest import Drawer


def test_an_empty_desk_says_what_will_be_here(client: FlaskClient) -> None:
    page = client.get("/stories").text
    assert "还没有稿件" in page and "写第一篇" in page


def test_the_list_shows_headline_name_and_beijing_time(client: FlaskClient, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        unit = session.exec(select(Unit.id).where(Unit.slug == "sichuan")).one()
        save(session, "lhaaso-haizishan", "正文", "接住宇宙深处的来信", "editor", NOON, unit_id=unit)
    page = client.get("/stories").text
    assert "接住宇宙深处的" in page and "/write/lhaaso-haizishan" in page and "11月22日 14:02 保存" in page


def test_the_page_holds_the_text_to_the_letter(client: FlaskClient, drawer: Drawer) -> None:
    drawer.save("one", "\n---\nheadline: <b>&amp;</textarea>\n---\n")
    page = client.get("/write/one").text
    assert "\n\n---\nheadline: &lt;b&gt;&amp;amp;&lt;/textarea&gt;\n---\n</textarea>" in page


def test_the_unit_chooser_names_every_unit(client: FlaskClient) -> None:
    page = client.get("/new").text
    assert [name for name in ("四川", "成都", "甘孜州") if f">{name}</option>" not in page] == []


def test_saving_keeps_a_new_version_and_says_when(client: FlaskClient, drawer: Drawer) -> None:
    first = ask(client, "/write/one", text="甲", base="").json
    second = ask(client, "/write/one", text="乙", base=first["base"]).json  # type: ignore[index]
    assert drawer.revisions["one"] == ["甲", "乙"]
    assert (second["version"], second["saved_at"]) == (2, "14:02")  # type: ignore[index]


def test_a_later_save_never_overwrites_unseen_words(client: FlaskClient, drawer: Drawer) -> None:
    drawer.save("one", "原来的")
    drawer.save("one", "别人的")
    refused = ask(client, "/write/one", text="我的", base=mark_of("原来的"))
    assert refused.status_code == 409 and refused.json["conflict"]  # type: ignore[index]
    assert drawer.load("one") == "别人的"
    assert ask(client, "/write/one", text="我的", base=mark_of("原来的"), anyway=True).status_code == 200
    assert drawer.revisions["one"] == ["原来的", "别人的", "我的"]


@pytest.mark.parametrize("slug", ["大写", "A", "-a", "a" * 81, "..", "a b"])
def test_a_name_that_makes_no_address_is_not_saved(client: FlaskClient, drawer: Drawer, slug: str) -> None:
    assert ask(client, f"/write/{slug}", text="文", base="").status_code in (404, 405, 422)
    assert drawer.revisions == {}


def test_a_save_the_desk_refuses_says_the_desks_sentence(desk: Desk) -> None:
    def full(slug: str, text: str, writer: Writer, upon: str | None) -> int:
        raise LaterError("磁盘已满，请清理后再保存。")

    client = signed_in(create_app(replace(desk, save=full)), desk.people)
    answer = ask(client, "/write/one", text="文", base="")
    assert answer.status_code == 422
    assert answer.json == {"sentence": "磁盘已满，请清理后再保存。"}


@pytest.mark.parametrize("block", SKELETONS, ids=lambda block: block.name)
def test_every_block_of_the_menu_can_be_read(block: Skeleton, pictures: Pictures) -> None:
    front = "---\nheadline: 试\ncast:\n  - {key: 甲, name: 甲}\n  - {key: 乙, name: 乙}\n---\n"
    text = f"{front}\n前文[^1]。\n\n{block.text}\n"
    draft = read(text, "try.md")
    assert [one.message for one in draft.findings if one.level == "block"] == []
    own = draft.blocks[-1]
    assert own.kind != "paragraph"


def test_initials_are_unique_so_fingers_can_trust_them() -> None:
    initials = [block.initials for block in SKELETONS]
    assert len(set(initials)) == len(initials)


def test_a_first_page_can_be_frozen_at_once(desk: Desk) -> None:
    draft = read(first_page("gao-1", desk.today()), "gao-1.md")
    assert freeze(draft, desk.pictures, desk.folder("")).manuscript is not None


def test_a_unit_without_any_account_has_its_checks_and_is_told_why_there_is_no_phone(
    app: Flask, people: PeopleDesk, sample: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("记者", "wuhou"))
    story = {"text": sample.replace("slug: lhaaso", "slug: wuhou-one"), "unit": ""}
    shown = client.post("/preview", json=story).json
    assert shown is not None and shown["channels"] == [] and shown["findings"]
    assert client.post("/preview", json={**story, "unit": "chengdu"}).status_code == 400
    told = client.post("/copy", json=story)
    assert told.status_code == 422 and "公众号的账号" in told.get_data(as_text=True)
