"""A story changed after 送审 and before it is signed: its author knows that it has to be sent again, nobody is asked to
review it any more, and what a reviewer had typed meanwhile is not lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cms.db import read_scope, session_scope
from cms.people import PeopleDesk
from cms.people.notices import told_to
from cms.releases import submitting
from cms.review import SignError, Submission, submissions
from cms.stories import story_named
from pipeline.house import House
from pipeline.notices import tell
from pipeline.settings import Ways
from pipeline.submissions import alarm, draw
from tests.people.asking import hidden
from tests.people.house import NOON, login_of, signed_in
from tests.review.conftest import AUTHOR, FIRST, SECOND, person, state, write
from tests.review.test_rooms import take

Send = Callable[..., int]
EDITOR = login_of("编辑", "chengdu")
STATE, AGAIN = "改过，等重新送审", "/review/new?story=chengdu-liangzi"


def told(house: House, login: str) -> list[str]:
    """The notices somebody has, once they have travelled."""
    tell(house, NOON, Ways())
    with session_scope(house.engine) as session:
        return [one.sentence for one in told_to(session, person(session, login).id)]


def saved(client: FlaskClient, words: str) -> dict[str, object]:
    """What the editor is answered when it saves the story with these words in place of the first day's."""
    page = client.get("/write/chengdu-liangzi")
    base = page.text.partition('data-base="')[2].partition('"')[0]
    text = page.text.partition('autocapitalize="off">\n')[2].partition("</textarea>")[0]
    asked = {"text": text.replace("这是第一天", words), "base": base}
    token = page.text.partition('name="csrf-token" content="')[2].partition('"')[0]
    sent_by = {
        "Accept": "application/json",
        "X-CSRFToken": token,
        "Idempotency-Key": f"overtaken-{words}".encode().hex()[:60],
    }
    answer = client.post("/write/chengdu-liangzi", json=asked, headers=sent_by)
    assert answer.status_code == 200, answer.text
    return answer.json["standing"]  # type: ignore[no-any-return]


def test_its_author_finds_it_and_the_way_to_send_it_again(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    number, author = sent(), signed_in(app, people, AUTHOR)
    assert STATE not in author.get("/").text
    stands = saved(author, "这是改过的第一天")
    assert stands["kind"] == "overtaken" and stands["submission"] == number and stands["revision"] == 1
    page = author.get("/write/chengdu-liangzi").text
    assert 'data-kind="overtaken"' in page and f'href="{AGAIN}"' in page
    today = author.get("/").text
    assert today.count(STATE) == 1 and f'href="{AGAIN}"' in today
    sent()
    assert STATE not in author.get("/").text and "改动保存后要重新送审" in author.get("/write/chengdu-liangzi").text


def test_nobody_is_asked_to_review_it_until_it_is_sent_again(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    number, first = sent(), signed_in(app, people, FIRST)
    assert any("等您初审" in one for one in told(crew, FIRST)) and "等您初审" in first.get("/").text
    write(crew, "这是改过的第一天")
    assert told(crew, FIRST) == [] and "等您初审" not in first.get("/").text
    assert f"/review/{number}" not in first.get("/review").text.partition("其他在审的")[0]
    write(crew, "这是改过两次的第一天")
    assert told(crew, FIRST) == [] and told(crew, AUTHOR) == [], "who changed it need not be told"
    sent()
    assert len(told(crew, FIRST)) == 1 and "等您初审" in first.get("/").text


def test_changed_back_it_goes_on_where_it_was(app: Flask, people: PeopleDesk, crew: House, sent: Send) -> None:
    number, author = sent(), signed_in(app, people, AUTHOR)
    take(crew, number, FIRST)
    write(crew, "这是改过的第一天")
    assert told(crew, SECOND) == []
    page = author.get("/write/chengdu-liangzi").text
    form = hidden(page, "/write/chengdu-liangzi/restore")
    assert form["number"] == "1"
    assert author.post("/write/chengdu-liangzi/restore", data=form).status_code == 303
    assert [one for one in told(crew, SECOND) if "等您复审" in one], "asked again"
    assert STATE not in author.get("/").text
    assert take(crew, number, SECOND), "the first signature stands"


def test_what_somebody_else_changed_is_told_to_who_sent_it_and_shown_to_both(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    sent()
    write(crew, "编辑改过的第一天", author=EDITOR)
    write(crew, "编辑又改过的第一天", author=EDITOR)
    [words] = told(crew, AUTHOR)
    assert "改过，要重新送审" in words and "chengdu编辑" in words
    for login in (AUTHOR, EDITOR):
        page = signed_in(app, people, login).get("/").text
        assert page.count(STATE) == 1 and words not in page, "one row says it"
    assert STATE not in signed_in(app, people, SECOND).get("/").text


def test_what_is_drawn_or_due_since_it_was_changed_asks_no_reviewer(crew: House, sent: Send) -> None:
    number = sent(drawn=False)
    write(crew, "这是改过的第一天")
    draw(crew, NOON)
    assert state(crew, number) == "reviewing" and told(crew, FIRST) == []
    assert alarm(crew, NOON + timedelta(hours=22, minutes=1)) == 1
    assert told(crew, FIRST) == [] and "还没有重新送审" in told(crew, AUTHOR)[0]
    with session_scope(crew.engine) as session:
        one, first, second = session.get_one(Submission, number), person(session, FIRST), person(session, SECOND)
        with pytest.raises(SignError, match="要由送审的人重新送审"):
            submitting.pass_on(session, one, first, second, "", NOON)


@pytest.mark.parametrize("way", ["note", "return"])
def test_the_opinion_of_a_reviewer_overtaken_by_an_edit_is_kept_and_can_be_given(
    app: Flask, people: PeopleDesk, crew: House, sent: Send, way: str
) -> None:
    number, words = sent(), "第二段的长度要注明出处。"
    first, author = signed_in(app, people, FIRST), signed_in(app, people, AUTHOR)
    form = hidden(first.get(f"/review/{number}").text, f"/review/{number}/pass")
    write(crew, "这是改过的第一天")
    said = first.post(f"/review/{number}/pass", data={**form, "opinion": words, "proof": "yes"})
    assert said.status_code == 422 and "要由送审的人重新送审" in said.text
    form = hidden(said.text, f"/review/{number}/{way}")
    assert f">{words}</textarea>" in said.text
    assert first.post(f"/review/{number}/{way}", data={**form, "words": words}).status_code == 303
    with read_scope(crew.engine) as session:
        story = story_named(session, "chengdu-liangzi")
        last = submissions.last_of(session, story)  # type: ignore[arg-type]
        assert last is not None
        [(opinion, _, by)] = submissions.opinions_of(session, last)
    assert (opinion.words, opinion.kind, by.login) == (words, way, FIRST)
    assert words in author.get(f"/review/{number}").text
    if way == "return":
        assert words in author.get("/").text and STATE not in author.get("/").text
    again = sent()
    assert words in first.get(f"/review/{again}").text, "the next round knows of it"


def test_what_was_typed_into_no_opinion_is_nothing_to_keep(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    number, first = sent(), signed_in(app, people, FIRST)
    form = hidden(first.get(f"/review/{number}").text, f"/review/{number}/pass")
    write(crew, "这是改过的第一天")
    said = first.post(f"/review/{number}/pass", data={**form, "opinion": "同意。", "proof": "yes"})
    assert said.status_code == 422 and "留作意见" not in said.text
