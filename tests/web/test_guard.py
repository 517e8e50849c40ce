"""The guards: headers on every answer, tokens on every change, errors that say what to do."""

import html
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from cms.people import Scope
from cms.web import Desk, create_app
from tests.people.house import signed_in
from tests.web.asking import JSON, ask, key, token


@pytest.mark.parametrize(
    "address", ["/", "/new", "/write/nothing", "/nowhere", "/pictures/xyz", "/frames/a/b", "/static/desk.css"]
)
def test_every_answer_carries_the_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_hold_no_inline_script_or_style(client: FlaskClient) -> None:
    page = client.get("/new").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


@pytest.mark.parametrize("address", ["/preview", "/write/one", "/pictures", "/copy", "/clip"])
def test_a_change_without_a_token_is_refused_in_chinese_with_a_fresh_token(client: FlaskClient, address: str) -> None:
    refused = client.post(address, json={"text": "文", "unit": "chengdu"}, headers=JSON)
    assert refused.status_code == 400
    assert "凭证" in refused.json["sentence"] and "文字还在" in refused.json["sentence"]  # type: ignore[index]
    fresh = {**JSON, "Idempotency-Key": key(), "X-CSRFToken": refused.json["token"]}  # type: ignore[index]
    assert client.post("/write/one", json={"text": "文", "base": ""}, headers=fresh).status_code == 200


def test_a_token_of_another_session_is_refused(desk: Desk) -> None:
    app = create_app(desk)
    stolen = token(signed_in(app, desk.people))
    headers = {**JSON, "X-CSRFToken": stolen}
    answer = signed_in(app, desk.people).post("/write/one", json={"text": "文"}, headers=headers)
    assert answer.status_code == 400


def test_a_body_over_a_mebibyte_is_refused_with_the_limit_named(client: FlaskClient) -> None:
    answer = ask(client, "/preview", text="字" * 400_000, unit="chengdu")
    assert answer.status_code == 413
    assert "1 MB" in answer.json["sentence"]  # type: ignore[index]


@pytest.mark.parametrize("body", [{}, {"text": 3}, {"text": "文", "unit": "atlantis"}])
def test_a_body_of_another_shape_is_refused(client: FlaskClient, body: dict[str, object]) -> None:
    assert ask(client, "/preview", **body).status_code == 400


def test_a_missing_page_says_why_and_where_to_go(client: FlaskClient) -> None:
    page = client.get("/write/nothing")
    assert page.status_code == 404
    assert "稿件列表" in html.unescape(page.text)


def test_a_failure_inside_says_what_to_do_and_shows_no_trace(desk: Desk) -> None:
    def broken(slug: str, scope: Scope) -> str:
        raise OSError("disk on fire")

    app = create_app(replace(desk, load=broken))
    answer = signed_in(app, desk.people).get("/write/one")
    assert answer.status_code == 500
    assert "管理员" in answer.text
    assert "disk on fire" not in answer.text and "操作失败" not in answer.text


def test_https_makes_the_cookie_secure_and_says_so(desk: Desk) -> None:
    answer = create_app(replace(desk, https=True)).test_client().get("/sign-in", base_url="https://desk.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert answer.headers["Set-Cookie"].startswith("__Host-yigao=") and "Secure" in answer.headers["Set-Cookie"]


def test_apps_share_nothing(desk: Desk) -> None:
    first, second = create_app(desk), create_app(replace(desk, profiles=desk.profiles[:1]))
    assert "甘孜州" in signed_in(first, desk.people).get("/new").text
    assert "甘孜州" not in signed_in(second, desk.people).get("/new").text
