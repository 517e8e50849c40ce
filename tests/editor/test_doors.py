"""The doors of the editor over HTTP: documents in and out, forms without a script, files, pictures beside a draft."""

import base64
import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from channels import canonical
from cms.manuscript import read
from cms.manuscript.tree import tree_of
from cms.people import EVERYWHERE, PeopleDesk
from cms.web import Desk
from tests.arrivals.ooxml import Docx, p
from tests.people.conftest import TEXT
from tests.people.house import login_of, signed_in
from tests.web.asking import JSON, key, token
from tests.web.test_shelf import photo

SLUG = "chengdu-one"


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, login_of("编辑", "chengdu"))


def ask(client: FlaskClient, address: str, **sent: Any) -> TestResponse:
    headers = {**JSON, "X-CSRFToken": token(client), "Idempotency-Key": key()}
    return client.post(address, headers=headers, **sent)


def document(text: str) -> dict[str, Any]:
    draft = read(text)
    return {"front": canonical.plain(draft.front), "doc": tree_of(draft.blocks)}


def test_a_document_is_saved_as_text(client: FlaskClient, desk: Desk) -> None:
    text = desk.load(SLUG, EVERYWHERE)
    wanted = text.replace("正文一段。", "正文*改过*的一段。")
    base = re.search(r'data-base="(\w+)"', client.get(f"/write/{SLUG}").text)
    assert base
    answer = ask(client, f"/write/{SLUG}", json={"text": text, "tree": document(wanted), "base": base[1]})
    assert (answer.status_code, answer.json["text"]) == (200, wanted)  # type: ignore[index]
    assert desk.load(SLUG, EVERYWHERE) == wanted


def test_a_preview_of_a_document_says_where_each_line_is(client: FlaskClient) -> None:
    text = TEXT.format(slug=SLUG, headline="甲") + "\n## 小标题\n"
    answer = ask(client, "/preview", json={"text": text, "tree": document(text), "unit": "chengdu", "slug": SLUG}).json
    assert answer and answer["text"] == text
    assert answer["places"] == [[8, 0], [10, 7]] and ["headline" in one for one in answer["fields"]].count(True) == 1


@pytest.mark.parametrize("tree", [3, {}, {"front": {}}, {"front": {"evil": 1}, "doc": {"type": "doc"}}])
def test_a_document_that_is_none_is_refused(client: FlaskClient, tree: Any) -> None:
    assert ask(client, "/text", json={"text": "甲", "tree": tree}).status_code == 400


def test_a_document_without_end_is_refused(client: FlaskClient) -> None:
    deep = '{"type":"quote","content":[' * 20_000 + "]}" * 20_000
    sent = f'{{"text":"甲","tree":{{"front":{{}},"doc":{{"type":"doc","content":[{deep}]}}}}}}'
    assert ask(client, "/text", data=sent, content_type="application/json").status_code == 400


def test_what_only_a_person_can_mend_is_named_with_its_line(client: FlaskClient) -> None:
    answer = ask(client, "/tree", json={"text": "---\nheadline: 甲\n---\n\n:::dialogo\n", "slug": SLUG})
    assert answer.status_code == 422 and "第 5 行" in answer.json["sentence"]  # type: ignore[index]


def form_of(page: str) -> dict[str, str]:
    """The fields of the plain form, as an old browser would send them."""
    sheet = page[page.index('id="sheet"') :]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', sheet[: sheet.index("</form>")])[:3])


def test_a_browser_without_modules_saves_by_the_form(client: FlaskClient, desk: Desk) -> None:
    sent = form_of(client.get(f"/write/{SLUG}").text)
    text = desk.load(SLUG, EVERYWHERE).replace("正文", "旧浏览器写的正文")
    answer = client.post(f"/write/{SLUG}", data={**sent, "text": text.replace("\n", "\r\n")})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/write/{SLUG}")
    assert desk.load(SLUG, EVERYWHERE) == text


def test_a_form_that_came_late_keeps_its_words_and_overwrites_nothing(client: FlaskClient, desk: Desk) -> None:
    sent = form_of(client.get(f"/write/{SLUG}").text)
    text = desk.load(SLUG, EVERYWHERE)
    ask(client, f"/write/{SLUG}", json={"text": text.replace("正文", "先存的正文"), "anyway": True})
    answer = client.post(f"/write/{SLUG}", data={**sent, "text": text.replace("正文", "后存的正文")})
    assert answer.status_code == 409 and "后存的正文" in answer.text and "没有覆盖" in answer.text
    assert "先存的正文" in desk.load(SLUG, EVERYWHERE)
    again = {**form_of(answer.text), "anyway": "yes"}
    assert client.post(f"/write/{SLUG}", data={**again, "text": text.replace("正文", "后存的正文")}).status_code == 303
    assert "后存的正文" in desk.load(SLUG, EVERYWHERE)


def test_a_paste_brings_its_pictures_and_names_what_stayed(client: FlaskClient, desk: Desk) -> None:
    picture = base64.b64encode(photo()).decode()
    html = (
        f"<p>一段</p><p><img src='data:image/jpeg;base64,{picture}' alt='仪器'></p><p><video src='x.mp4'></video></p>"
    )
    answer = ask(client, "/arrive", data={"slug": SLUG, "html": html})
    told = answer.json
    assert told and told["left"]
    figure = next(one for one in told["doc"]["content"] if one["type"] == "figure")
    assert (desk.folder(SLUG) / figure["attrs"]["picture"]["src"]).is_file()
    shown = client.get(f"/write/{SLUG}/beside/{figure['attrs']['picture']['src']}")
    assert shown.mimetype == "image/jpeg" and "sandbox" in shown.headers["Content-Security-Policy"]


def test_a_word_file_comes_in_with_its_headline_apart(client: FlaskClient) -> None:
    file = Docx(p("从文件来的标题", style="Title") + p("从 Word 来的一段。")).bytes()
    told = ask(client, "/arrive", data={"slug": SLUG, "file": (io.BytesIO(file), "稿.docx")}).json
    assert told and told["front"] == {"headline": "从文件来的标题"}
    assert told["doc"]["content"] == [
        {"type": "paragraph", "content": [{"type": "text", "text": "从 Word 来的一段。"}]}
    ]


def test_a_file_that_cannot_come_in_says_why(client: FlaskClient) -> None:
    sent = {"slug": SLUG, "file": (io.BytesIO(b"%PDF-1.7"), "稿.pdf")}
    answer = ask(client, "/arrive", data=sent)
    assert answer.status_code == 422 and "PDF" in answer.json["sentence"]  # type: ignore[index]
    assert ask(client, "/arrive", data={"slug": SLUG, "html": " "}).status_code == 400


@pytest.mark.parametrize("name", ["../../session.key", "%2e%2e/%2e%2e/session.key", "nothing.jpg", f"{SLUG}.md"])
def test_only_pictures_beside_the_draft_are_shown(client: FlaskClient, desk: Desk, name: str) -> None:
    desk.folder(SLUG).mkdir(parents=True, exist_ok=True)
    (desk.folder(SLUG) / f"{SLUG}.md").write_text("秘密")
    assert client.get(f"/write/{SLUG}/beside/{name}").status_code == 404


def test_a_long_story_still_fits_as_a_document(client: FlaskClient) -> None:
    text = "---\nheadline: 长\n---\n\n" + "\n\n".join("一段话。" * 25 for _ in range(3000)) + "\n"
    sent = json.dumps({"text": text, "tree": document(text)}, ensure_ascii=False)
    assert len(text) > 300_000 and len(sent.encode()) > 1 << 20
    answer = ask(client, "/text", data=sent.encode(), content_type="application/json")
    assert answer.json == {"text": text}
