"""A form refused for its tokens, or because the visit had ended, is shown again on its page with all that was filled
in; nothing was done, and handed in again it counts once."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person, passwords
from cms.people.rows import FormAnswer, SignIn
from cms.stories import Column
from cms.web.refilling import refilled
from tests.people.asking import hidden
from tests.people.house import login_of, signed_in

PAGE = "/schedule/columns"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Referer": f"http://localhost{PAGE}"}
WORDS = {
    "title": "周五“问答”<b>",
    "slug": "wenda",
    "clock": "18:30",
    "weekday": "4",
    "every": "week",
    "holiday": "skip",
}
PASSWORD = "每周三上午九点发稿子"


@pytest.fixture
def signer(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, login_of("签发", "chengdu"))


def filled(client: FlaskClient, **words: str) -> dict[str, str]:
    return {**hidden(client.get(PAGE).text, PAGE), **WORDS, "unit": "chengdu", **words}


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the form for a new column, as it is shown."""
    form = re.search(r'<form[^>]*id="form-new".*?</form>', page, re.S)
    assert form is not None
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        said = {name: unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        if said.get("type") not in ("checkbox", "radio") or " checked" in tag:
            sent[said["name"]] = said.get("value", "on")
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.S):
        (chosen,) = re.findall(r'<option value="([^"]*)"[^>]* selected', inner) or [""]
        sent[name] = chosen
    return sent


def columns(people: PeopleDesk) -> list[str]:
    with read_scope(people.engine) as session:
        return list(session.exec(select(Column.slug)))


def carried(client: FlaskClient, led: TestResponse, code: int) -> str:
    """The page a refused form is led to."""
    assert led.status_code == 303, led.text
    assert re.fullmatch(rf"{PAGE}\?answered=[\w-]+#refused", led.headers["Location"])
    page = client.get(led.headers["Location"].partition("#")[0])
    assert page.status_code == code
    again = form_of(page.text)
    assert {name: again[name] for name in WORDS} == WORDS
    return page.text


def test_an_expired_token_costs_nothing_that_was_filled_in(signer: FlaskClient, people: PeopleDesk) -> None:
    sent = filled(signer)
    led = signer.post(PAGE, data={**sent, "csrf_token": "worn-out"}, headers=BROWSER)
    page = carried(signer, led, 400)
    assert "凭证已换新，请核对后再提交" in page and "刚才填的都还在下面" in page
    assert columns(people) == []
    again = form_of(page)
    assert again["once"] == sent["once"] and again["csrf_token"] != "worn-out"
    assert signer.post(PAGE, data=again, headers=BROWSER).headers["Location"] == f"{PAGE}#c-wenda"
    assert columns(people) == ["wenda"]


def test_it_counts_once_though_the_second_try_was_refused(signer: FlaskClient, people: PeopleDesk) -> None:
    """The first counted; the same form once more, from before a new sign-in, is refused, shown, and sent again."""
    sent = filled(signer)
    first = signer.post(PAGE, data=sent, headers=BROWSER)
    again = form_of(carried(signer, signer.post(PAGE, data={**sent, "csrf_token": ""}, headers=BROWSER), 400))
    replay = signer.post(PAGE, data={**sent, "csrf_token": again["csrf_token"], "once": again["once"]}, headers=BROWSER)
    assert replay.headers["Location"] == first.headers["Location"] and columns(people) == ["wenda"]


def test_sent_twice_with_other_words_it_says_so_and_does_nothing(signer: FlaskClient, people: PeopleDesk) -> None:
    sent = filled(signer, slug="diyige")
    signer.post(PAGE, data=sent, headers=BROWSER)
    page = carried(signer, signer.post(PAGE, data={**sent, "slug": "wenda"}, headers=BROWSER), 409)
    assert "已经提交过一次" in page and "先看看那一次是否已经生效" in page
    assert columns(people) == ["diyige"]
    again = form_of(page)
    assert again["once"] != sent["once"]
    for _ in range(2):
        signer.post(PAGE, data=again, headers=BROWSER)
    assert sorted(columns(people)) == ["diyige", "wenda"]


def test_a_form_without_its_mark_gets_one(signer: FlaskClient, people: PeopleDesk) -> None:
    sent = filled(signer)
    page = carried(signer, signer.post(PAGE, data={**sent, "once": "short"}, headers=BROWSER), 400)
    assert "记号已补上" in page and len(form_of(page)["once"]) >= 16 and columns(people) == []


def test_another_site_fills_in_nothing(signer: FlaskClient) -> None:
    sent = {**filled(signer), "csrf_token": "forged"}
    for from_where in ({"Origin": "https://evil.example"}, {"Referer": "https://evil.example/"}, {"Origin": "null"}):
        led = signer.post(PAGE, data=sent, headers={**BROWSER, **from_where})
        shown = signer.get(led.headers["Location"])
        assert shown.status_code == 400 and "问答" not in shown.text and "复制下来" in shown.text


def test_refused_with_a_mere_sentence_it_is_shown_on_its_page(app: Flask, people: PeopleDesk) -> None:
    """Not for its tokens alone: whatever is refused with a sentence and no page of its own."""
    province = signed_in(app, people, login_of("省级管理员", "sichuan"))
    fields = {**hidden(province.get("/grey").text, "/grey"), "reason": ""}
    led = province.post("/grey", data=fields, headers={**BROWSER, "Referer": "http://localhost/grey"})
    shown = province.get(led.headers["Location"].partition("#")[0])
    assert shown.status_code == 422 and 'class="refused"' in shown.text and "重新打开" not in shown.text
    assert hidden(shown.text, "/grey")["once"] == fields["once"]  # refused, it may be sent again under the same mark


def test_where_the_form_is_gone_its_words_can_be_copied(signer: FlaskClient, people: PeopleDesk) -> None:
    signer.post(PAGE, data=filled(signer), headers=BROWSER)
    sent = {**hidden(signer.get(PAGE).text, PAGE), "csrf_token": "old", "why": "不再办了", "key": "s3cret-token"}
    at = "/schedule/columns/wenda/unskip"  # its button is not on this page
    led = signer.post(at, data=sent, headers=BROWSER)
    shown = signer.get(led.headers["Location"].partition("#")[0])
    assert shown.status_code == 400 and "不再办了" in shown.text and "s3cret" not in shown.text
    assert f'href="{PAGE}"' in shown.text and "可以复制" in shown.text and "核对后再提交" not in shown.text


def enter(client: FlaskClient, page: str, password: str = PASSWORD) -> TestResponse:
    fields = hidden(page, "/sign-in")
    return client.post("/sign-in", data={**fields, "login": "sichuan.1", "password": password}, headers=BROWSER)


@pytest.fixture
def editor(app: Flask, people: PeopleDesk) -> FlaskClient:
    """Somebody who can sign in, without a second step."""
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == "sichuan.1")).one()
        person.password_hash = passwords.hash_of(PASSWORD, "x")
    return signed_in(app, people, "sichuan.1")


def ended(people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        for row in session.exec(select(SignIn)):
            row.seen_at -= timedelta(hours=1)


def test_after_signing_in_again_the_form_is_there(editor: FlaskClient, people: PeopleDesk) -> None:
    page, at = "/me", "/me/contacts"
    fields = {**hidden(editor.get(page).text, at), "mail": "xin@example.gov.cn"}
    headers = {**BROWSER, "Referer": f"http://localhost{page}"}
    ended(people)
    door = editor.post(at, data=fields, headers=headers)
    assert door.status_code == 401 and "填的都还在" in door.text and "example.gov.cn" not in door.text
    with read_scope(people.engine) as session:
        assert not session.exec(select(FormAnswer)).all()  # strangers keep nothing here
    wrong = enter(editor, door.text, "不是这个密码")
    assert wrong.status_code == 422
    onward = enter(editor, wrong.text).headers["Location"]
    assert onward.startswith(f"{page}?answered=")
    shown = editor.get(onward)
    assert shown.status_code == 409 and "登录已过期，刚才没有提交" in shown.text
    assert 'value="xin@example.gov.cn"' in shown.text
    again = {**hidden(shown.text, at), "mail": "xin@example.gov.cn"}
    assert editor.post(at, data=again, headers=headers).status_code == 303


def test_what_waited_is_shown_to_nobody_else(
    app: Flask, editor: FlaskClient, signer: FlaskClient, people: PeopleDesk
) -> None:
    page, at = "/me", "/me/contacts"
    fields = {**hidden(editor.get(page).text, at), "mail": "xin@example.gov.cn"}
    ended(people)
    door = editor.post(at, data=fields, headers={**BROWSER, "Referer": f"http://localhost{page}"})
    onward = enter(editor, door.text).headers["Location"]
    other = signed_in(app, people, login_of("签发", "chengdu"))
    assert "xin@example" not in other.get(onward).text
    forged = re.sub(r'name="waiting" value="[^"]*"', 'name="waiting" value="Zm9yZ2Vk"', door.text)
    assert enter(app.test_client(), forged).status_code == 400  # its own page, its own token
    client = app.test_client()
    form = {**hidden(client.get("/sign-in").text, "/sign-in"), "login": "sichuan.1", "password": PASSWORD}
    assert client.post("/sign-in", data={**form, "waiting": "Zm9yZ2Vk"}).headers["Location"] == "/"


def test_at_the_door_nothing_is_kept_and_it_says_what_to_do(app: Flask, people: PeopleDesk) -> None:
    client = app.test_client()
    headers = {**BROWSER, "Referer": "http://localhost/sign-in"}
    form = {
        **hidden(client.get("/sign-in").text, "/sign-in"),
        "login": "limin",
        "password": "说不得",
        "csrf_token": "x",
    }
    shown = client.post("/sign-in", data=form, headers=headers)
    assert shown.status_code == 400 and "返回上一页" in shown.text and "说不得" not in shown.text
    with read_scope(people.engine) as session:
        assert not session.exec(select(FormAnswer)).all()


FORMS = """<main><details><summary>一</summary>
<form method="post" action="/x"><input type="hidden" name="row" value="1">
<input type="hidden" name="once" value="a"><input name="why" value="旧">
<input type="checkbox" name="tick" value="1" checked></form></details>
<details><summary>二</summary><form method="post" action="/x" id="two"><input type="hidden" name="row" value="2">
<input type="hidden" name="once" value="b"><textarea name="why">旧</textarea>
<input type="checkbox" name="tick" value="1" checked><input type="checkbox" name="tick" value="2">
<select name="way"><option selected>甲</option><option value="b">乙</option></select>
<input type="password" name="secret"><input type="file" name="paper"></form></details>
<input form="two" name="far"><form method="post" action="/y"><button name="go" value="1">走</button></form></main>"""


def test_the_form_that_was_sent_and_no_other_is_filled_in() -> None:
    sent = [("row", "2"), ("why", "\n一行\n</textarea>二行"), ("tick", "2"), ("way", "b"), ("secret", "没人看")]
    page = refilled(FORMS, "/x", [*sent, ("far", '"远"'), ("added", "脚本加的")], {"once": "c"}, "没有提交。")
    assert page is not None
    first, _, second = page.partition("<summary>二")
    assert first.replace("<details open>", "<details>") == FORMS.partition("<summary>二")[0]
    assert first.count("<details open>") == 1 and first.endswith("<details open>")  # only its own fold
    assert 'name="once" value="c"' in second and "\n\n一行\n&lt;/textarea&gt;二行</textarea>" in second
    assert re.findall(r'name="tick" value="(\d)" checked', second) == ["2"]
    assert '<option value="b" selected>' in second and "<option>甲" in second
    assert "没人看" not in page and "密码要再输一次" in page and "文件要再选一次" in page
    assert 'name="far" value="&quot;远&quot;"' in second
    assert '<input type="hidden" name="added" value="脚本加的">' in second


def test_a_button_alone_is_told_of_at_the_top_of_the_page() -> None:
    page = refilled(FORMS, "/y", [("go", "1")], {}, "没有提交。")
    assert page is not None and page.startswith('<main><p class="refused" id="refused" role="alert">没有提交。</p>')
    assert page.replace('<p class="refused" id="refused" role="alert">没有提交。</p>', "") == FORMS
    assert refilled(FORMS, "/z", [], {}, "没有。") is None
