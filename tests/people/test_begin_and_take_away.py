"""From 稿件: a new story from a column's template or a file, and a story taken away as a .zip that comes in again."""

import io
import itertools
import re
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select
from werkzeug.test import TestResponse

from cms.db import session_scope
from cms.matrix import Unit
from cms.people import PeopleDesk
from cms.stories import Column, weekly
from cms.web import Desk
from tests.people.house import NOON, login_of, signed_in

WRITER = login_of("记者", "chengdu")
_keys = itertools.count()


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(app, people, WRITER)


def column(people: PeopleDesk, slug: str, unit: str, template: str = "") -> None:
    with session_scope(people.engine) as session:
        unit_id = session.exec(select(Unit.id).where(Unit.slug == unit)).one()
        made = Column(slug=slug, title=f"{unit}黑科技", rhythm=weekly(2), hour=9, opened_at=NOON, unit_id=unit_id)
        made.template = template
        session.add(made)


def bring(client: FlaskClient, content: bytes, name: str) -> TestResponse:
    headers = {"Idempotency-Key": f"bring-in-a-file-{next(_keys):04}"}
    return client.post("/stories/import", data={"file": (io.BytesIO(content), name)}, headers=headers)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "PNG")
    return out.getvalue()


def text_of(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.S)
    assert found
    return found[1]


def test_a_new_story_begins_with_its_columns_template(client: FlaskClient, people: PeopleDesk) -> None:
    column(people, "heikeji", "chengdu", "---\ntopics: [黑科技]\n---\n\n## 本期看点\n\n第 {期号} 期，{出刊时间}。")
    column(people, "theirs", "ganzi", "别家的")
    page = client.get("/stories").text
    assert '/new?column=heikeji">chengdu黑科技' in page and "/new?column=theirs" not in page
    begun = text_of(client.get("/new?column=heikeji").text)
    assert "column: chengdu黑科技" in begun and "column_slug: heikeji" in begun and "topics: [黑科技]" in begun
    assert "## 本期看点" in begun and "第 ○ 期，○。" in begun
    assert client.get("/new?column=theirs").status_code == 404 == client.get("/new?column=none").status_code


def test_a_markdown_file_becomes_a_story_of_ones_own(client: FlaskClient, desk: Desk) -> None:
    sent = "---\nslug: sichuan-one\nheadline: 一块玻璃\nbyline: 记者 王五\n---\n\n玻璃会呼吸。\n"
    answer = bring(client, sent.encode(), "glass.md")
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    text = text_of(page)
    assert "headline: 一块玻璃" in text and "玻璃会呼吸。" in text and "王五" in text
    assert "slug: chengdu-gao-" in text and "sichuan-one" not in text, "its name is its own, in its writer's unit"
    assert "一块玻璃" in client.get("/stories").text


def test_what_does_not_come_along_is_told_once_in_the_editor(client: FlaskClient) -> None:
    html = "<html><body><h1>题</h1><p>正文一段，很短。</p><iframe src='https://x.test/v'></iframe></body></html>"
    where = bring(client, html.encode(), "page.html").headers["Location"]
    told = client.get(where).text
    assert '<h2 id="left-title">导入好了，请核对这几处</h2>' in told and '<ol id="left-list"><li class="warn">' in told
    assert '<ol id="left-list"></ol>' in client.get(where).text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "还没有选文件"),
        (b"\x89PNG\r\n\x1a\n0000", "a.png", "a.png"),
        (b"PK\x03\x04broken", "a.docx", "a.docx"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_makes_no_story(
    client: FlaskClient, content: bytes, name: str, said: str
) -> None:
    before = client.get("/stories").text.count('class="story"')
    answer = bring(client, content, name)
    assert answer.status_code == 422 and said in answer.text
    assert client.get("/stories").text.count('class="story"') == before


def test_a_story_leaves_as_a_zip_and_comes_in_again(client: FlaskClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("story.md", "---\nheadline: 有图\nbyline: 记者 张三\n---\n\n![一块玻璃](pic.png)\n\n正文。\n")
        made.writestr("pic.png", picture())
    where = bring(client, packed.getvalue(), "story.zip").headers["Location"]
    answer = client.get(f"{where}/story.zip")
    assert answer.mimetype == "application/zip" and answer.headers["Content-Disposition"].endswith('.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.data)) as kept:
        names = kept.namelist()
        text = kept.read(next(one for one in names if one.endswith(".md"))).decode()
        (image,) = [one for one in names if one.startswith("pictures/")]
        assert Image.open(io.BytesIO(kept.read(image))).size == (640, 480)
    assert "headline: 有图" in text and image in text
    again = client.get(bring(client, answer.data, "again.zip").headers["Location"]).text
    assert "headline: 有图" in text_of(again) and "![一块玻璃](pictures/" in text_of(again)


def test_a_story_that_cannot_be_frozen_yet_leaves_as_it_was_saved(client: FlaskClient) -> None:
    text = "---\nslug: chengdu-bad\nheadline: 题\n---\n\n![没有](pictures/none.png)\n"
    headers = {"Idempotency-Key": "a-story-not-frozen-yet", "Accept": "application/json"}
    assert client.post("/write/chengdu-bad", json={"text": text, "base": ""}, headers=headers).status_code == 200
    with zipfile.ZipFile(io.BytesIO(client.get("/write/chengdu-bad/story.zip").data)) as kept:
        assert "题" in kept.read("chengdu-bad.md").decode()


def test_nobody_takes_a_strangers_story_away(app: Flask, people: PeopleDesk, client: FlaskClient) -> None:
    assert client.get("/write/chengdu-one/story.zip").status_code == 200
    assert (
        client.get("/write/ganzi-one/story.zip").status_code == 404 == client.get("/write/none/story.zip").status_code
    )
