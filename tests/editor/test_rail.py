"""检查 beside the text: what it says of a text is what 送审 says of it, by the same lists, on the line it is about."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import select

from channels.values import Finding, Profile
from cms import checks, review
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person
from cms.stories import Revision, mark_of, newest, own_texts, story_named
from cms.web import Desk
from cms.web.preview import Previewer, Written
from tests.people.house import NOON, login_of, signed_in

SLUG = "chengdu-rail"
MOBILE, MASKED = "13812345678", "手机号"
MAIN = f"""---
slug: {SLUG}
headline: 全面布署一件事
digest: 一句话。
byline: 记者 张三
---

第一段没有问题。

第二段第一行，
咨询请打{MOBILE}。

- 第一条
- 要认真布署
"""
WORDS = "word,kind,severity,suggestion\n布署,易错词,warn,部署\n黑天鹅,错敏词,block,\n".encode()
_keys = itertools.count()


@pytest.fixture(autouse=True)
def words(people: PeopleDesk) -> None:
    """A list of the house's own, imported."""
    with session_scope(people.engine) as session:
        checks.import_list(session, checks.parse(WORDS, "words.csv"), "admin", "words.csv", NOON)


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("编辑", "chengdu"))
    saved(client, f"/write/{SLUG}", MAIN, "")
    return client


def sent(client: FlaskClient, path: str, **fields: str) -> Any:
    return client.post(path, data=fields, headers={"Idempotency-Key": f"rail-{next(_keys):020}"})


def saved(client: FlaskClient, path: str, text: str, base: str) -> None:
    assert sent(client, path, text=text, base=base).status_code == 303


def rail(client: FlaskClient, text: str, channel: str = "") -> list[dict[str, Any]]:
    headers = {"Accept": "application/json", "Idempotency-Key": f"rail-{next(_keys):020}"}
    asked = {"text": text, "unit": "chengdu", "slug": SLUG, "channel": channel}
    found: list[dict[str, Any]] = client.post("/preview", json=asked, headers=headers).json["findings"]
    return found


def about(found: list[dict[str, Any]], words: str) -> list[tuple[str, int, str]]:
    return [(one["level"], one["line"], one["channel"]) for one in found if words in one["message"]]


def test_a_fault_of_ours_on_one_channel_leaves_the_others(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drawn = Previewer._drawn

    def broken(self: Previewer, manuscript: Any, profile: Profile) -> Any:
        if profile.channel == "wechat":
            raise ZeroDivisionError("not foreseen")
        return drawn(self, manuscript, profile)

    monkeypatch.setattr(Previewer, "_drawn", broken)
    asked = {"text": MAIN, "unit": "chengdu", "slug": SLUG, "channel": ""}
    headers = {"Accept": "application/json", "Idempotency-Key": f"rail-{next(_keys):020}"}
    shown = {
        one["name"]: one["problem"] for one in client.post("/preview", json=asked, headers=headers).json["channels"]
    }
    assert "程序的错" in shown.pop("wechat") and shown and not any(shown.values())
    assert "not foreseen" in caplog.text


def revision_of(people: PeopleDesk) -> Revision:
    with read_scope(people.engine) as session:
        story = story_named(session, SLUG)
        last = newest(session, story) if story else None
    assert last
    return last


def own(people: PeopleDesk) -> dict[str, str]:
    with read_scope(people.engine) as session:
        story = story_named(session, SLUG)
        return {name: one.text for name, one in own_texts(session, story).items()} if story else {}


def at_submission(desk: Desk, people: PeopleDesk) -> list[Finding]:
    """What 送审 says of the text as saved."""
    digest = revision_of(people).manuscript_hash
    assert desk.galley
    desk.galley.recheck(digest)
    with read_scope(people.engine) as session:
        return review.findings_of(session, digest)


def said(found: list[Finding]) -> list[Finding]:
    """The same without what only the source at hand knows, and without what a channel says of its form."""
    plain = [replace(one, line=0, file="") for one in found if not one.account]
    return sorted(plain, key=lambda one: (one.rule, one.place, one.message))


def shown(desk: Desk, people: PeopleDesk) -> list[Finding]:
    return list(Previewer(desk).look(Written(revision_of(people).text, own(people)), "chengdu", SLUG).findings)


def test_a_telephone_and_a_word_of_a_list_stand_beside_the_text_on_their_lines(client: FlaskClient) -> None:
    found = rail(client, MAIN)
    lines = MAIN.splitlines()
    assert about(found, MASKED) == [("block", lines.index(f"咨询请打{MOBILE}。") + 1, "")]
    assert sorted(about(found, "布署")) == [("warn", 3, ""), ("warn", lines.index("- 要认真布署") + 1, "")]
    assert MOBILE not in str(found)


def test_a_changed_text_is_checked_as_it_stands(client: FlaskClient) -> None:
    moved = MAIN.replace("第一段没有", "\n\n第一段没有").replace(MOBILE, "12345")
    assert about(rail(client, moved), MASKED) == []
    moved = MAIN.replace("第一段没有", "\n\n第一段没有")  # the same manuscript, on other lines
    assert about(rail(client, moved), MASKED) == [("block", MAIN.splitlines().index(f"咨询请打{MOBILE}。") + 3, "")]


def test_it_says_what_submission_says(client: FlaskClient, desk: Desk, people: PeopleDesk) -> None:
    later = at_submission(desk, people)
    assert {"checks.personal.mobile", "checks.word.warn"} <= {one.rule for one in later}
    assert said(shown(desk, people)) == said(later)


def test_it_says_what_submission_says_of_a_unit_nobody_has_and_an_open_source(
    client: FlaskClient, desk: Desk, people: PeopleDesk
) -> None:
    text = MAIN.replace("byline:", "source:\n  outlet: 某报（待核）\nunits: [nobody]\nbyline:")
    saved(client, f"/write/{SLUG}", text, mark_of(MAIN))
    later = at_submission(desk, people)
    assert {"story.source.open", "matrix.unit.unknown"} <= {one.rule for one in later}
    assert said(shown(desk, people)) == said(later)


def test_a_channels_own_text_is_checked_too(client: FlaskClient, desk: Desk, people: PeopleDesk) -> None:
    on = f"/write/{SLUG}/on/wechat"
    assert sent(client, f"{on}/cut").status_code == 302 or own(people)
    text = own(people)["wechat"].replace("第一段没有问题", "第一段说到黑天鹅")
    saved(client, on, text, mark_of(own(people)["wechat"]))
    assert said(shown(desk, people)) == said(at_submission(desk, people))
    lines = text.splitlines()
    here = rail(client, text, "wechat")
    title = next(one["channel"] for one in here if "黑天鹅" in one["message"])
    assert about(here, "黑天鹅") == [("block", lines.index("第一段说到黑天鹅。") + 1, title)] and title
    # told once, of the main text; the same number stands here as well
    assert about(here, MASKED) == [("block", lines.index(f"咨询请打{MOBILE}。") + 1, "")]
    assert about(rail(client, MAIN), "黑天鹅") == [("block", 0, title)]


def test_what_was_let_pass_is_shown_as_such_until_the_text_changes(
    client: FlaskClient, desk: Desk, people: PeopleDesk
) -> None:
    digest = revision_of(people).manuscript_hash
    mobile = next(one for one in at_submission(desk, people) if one.rule == "checks.personal.mobile")
    with session_scope(people.engine) as session:
        signer = session.exec(select(Person).where(Person.login == login_of("签发", "chengdu"))).one()
        checks.let_pass(session, digest, mobile, signer, "本人同意公开", NOON)
    passed = next(one for one in rail(client, MAIN) if MASKED in one["message"])
    assert passed["level"] == "info" and "已放行：本人同意公开" in passed["message"]
    assert said(shown(desk, people)) == said(at_submission(desk, people))
    assert about(rail(client, MAIN.replace("第一段", "头一段")), MASKED)[0][0] == "block"


def test_the_lists_are_read_once_a_version(client: FlaskClient, people: PeopleDesk) -> None:
    """A key does not load the lists; a new version is in force at the next one."""
    rail(client, MAIN)
    asked: list[str] = []
    event.listen(people.engine, "before_cursor_execute", lambda _c, _cur, sql, *_: asked.append(sql))
    changed = MAIN.replace("第一段", "一段")
    rail(client, changed)
    assert asked and not [one for one in asked if "word_books.entries" in one]
    with session_scope(people.engine) as session:
        more = WORDS + "没有问题,禁用语,block,\n".encode()
        checks.import_list(session, checks.parse(more, "words.csv"), "admin", "words.csv", NOON)
    assert about(rail(client, changed), "没有问题")[0][0] == "block"


def test_the_province_s_editor_is_told_what_one_prefecture_s_readers_see(app: Flask, people: PeopleDesk) -> None:
    """Another prefecture's editor is not, of a story that never reaches them."""
    app.config["WTF_CSRF_ENABLED"] = False
    body = f"第一段。\n\n:::导语\nganzi: 甘孜电话 ${MOBILE}$ 号\nchengdu: 成都\n:::"
    text = f"---\nslug: {{}}\nheadline: 一件要紧的事今天办成\n---\n\n{body}\n"
    for unit, slug, asked in (("sichuan", "sheng-one", "甘孜州"), ("chengdu", SLUG, "")):
        client = signed_in(app, people, login_of("编辑", unit))
        answers = []
        for path in ("/preview", "/preview/elsewhere"):
            headers = {"Accept": "application/json", "Idempotency-Key": f"rail-{next(_keys):020}"}
            story = {"text": text.format(slug), "unit": "chengdu", "slug": slug}
            answers.append(client.post(path, json=story, headers=headers).json)
        assert answers[0]["is_all"] is not bool(asked)
        blocked = [one for one in answers[1]["findings"] if one["level"] == "block"]
        assert [one["what"] for one in blocked] == ([asked] if asked else [])
