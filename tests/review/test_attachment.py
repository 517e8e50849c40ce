"""依据材料: a file beside what is signed: taken strictly, kept over a refusal, bound to the submission, handed out."""

import hashlib
import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from cms.db import session_scope
from cms.people import PeopleDesk
from cms.review import Submission, review_sheet
from cms.web import Desk, create_app
from cms.web.reviewing import attaching
from pipeline.house import House
from tests.people.house import login_of, signed_in
from tests.review.conftest import AUTHOR, FIRST, write
from tests.review.test_web import post

SUBMIT = "/write/chengdu-liangzi/submit"
PAPER = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"
ASKED = {"due": "2026-11-23T09:00", "grade": "C", "channel": "site"}


@pytest.fixture
def app(desk: Desk, crew: House) -> Flask:
    write(crew)
    app = create_app(desk)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def a_file(content: bytes, name: str = "川科发〔2026〕8号.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def the_one(crew: House) -> Submission:
    with session_scope(crew.engine) as session:
        return session.exec(select(Submission)).one()


def test_a_paper_is_sent_read_and_printed_with_its_hash(app: Flask, people: PeopleDesk, crew: House) -> None:
    client = signed_in(app, people, AUTHOR)
    assert post(client, SUBMIT, **ASKED, file=a_file(PAPER)).status_code == 303
    one = the_one(crew)
    assert (one.attachment, one.attachment_hash) == ("川科发〔2026〕8号.pdf", hashlib.sha256(PAPER).hexdigest())
    reviewer = signed_in(app, people, FIRST)
    assert f"/review/{one.id}/attachment" in reviewer.get(f"/review/{one.id}").text
    answer = reviewer.get(f"/review/{one.id}/attachment")
    assert answer.data == PAPER and answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with session_scope(crew.engine) as session:
        assert one.attachment_hash[:12] in review_sheet(session, session.get_one(Submission, one.id)).attachment
        with pytest.raises(IntegrityError, match="附件不能改动"), session.begin_nested():
            session.execute(text("UPDATE submissions SET attachment_hash = ''"))
    elsewhere = signed_in(app, people, login_of("审核", "ganzi"))
    assert elsewhere.get(f"/review/{one.id}/attachment").status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><script>alert(1)</script>", "要是 PDF 或图片"),
        (b"PK\x03\x04 a word file", "转成 PDF 再传"),
        (PAPER + b" " * attaching.LARGEST, "超过 20 MB"),
    ],
)
def test_what_is_no_paper_or_too_large_is_refused(
    app: Flask, people: PeopleDesk, crew: House, content: bytes, words: str
) -> None:
    answer = post(signed_in(app, people, AUTHOR), SUBMIT, **ASKED, file=a_file(content))
    assert answer.status_code == 422 and words in answer.text
    with session_scope(crew.engine) as session:
        assert session.exec(select(Submission)).all() == []


def test_a_refused_form_does_not_ask_for_the_file_again(app: Flask, people: PeopleDesk, crew: House) -> None:
    client = signed_in(app, people, AUTHOR)
    refused = post(client, SUBMIT, grade="C", channel="site", due="", file=a_file(PAPER))
    assert refused.status_code == 422 and "已经收到：川科发〔2026〕8号.pdf" in refused.text
    digest = hashlib.sha256(PAPER).hexdigest()
    other = signed_in(app, people, AUTHOR)
    stolen = post(other, SUBMIT, **ASKED, kept=digest)
    assert stolen.status_code == 422 and "要附上依据材料" in stolen.text, "a hash alone brings nobody the file"
    assert post(client, SUBMIT, **ASKED, kept=digest).status_code == 303
    assert the_one(crew).attachment_hash == digest


def test_a_submission_without_a_file_has_none_to_fetch(
    app: Flask, people: PeopleDesk, sent: Callable[..., int]
) -> None:
    number = sent("C")
    assert signed_in(app, people, FIRST).get(f"/review/{number}/attachment").status_code == 404
