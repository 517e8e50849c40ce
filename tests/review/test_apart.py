"""单独编辑 in review: the reviewer sees which channels differ, from what, since when; 审签单 and matrix say so."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlmodel import select

from cms import review
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk
from cms.review import Submission
from cms.review.subjects import signature_of
from cms.stories import own_texts, story_named
from cms.web import Desk, create_app
from pipeline import own_texts as room
from pipeline.house import House
from pipeline.review_pdf import pdf
from tests.people.house import NOON, signed_in
from tests.review.conftest import AUTHOR, FIRST, SECOND, write
from tests.review.test_rooms import take

Send = Callable[..., int]
SLUG = "chengdu-liangzi"


@pytest.fixture
def app(desk: Desk, crew: House) -> Flask:
    app = create_app(desk)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def own(house: House) -> str:
    with read_scope(house.engine) as session:
        story = story_named(session, SLUG)
        assert story
        return own_texts(session, story)["wechat"].text


def apart(house: House, **changed: str) -> None:
    """公众号 says it its own way."""
    room.cut(house, SLUG, "wechat", AUTHOR, NOON)
    text = own(house)
    for old, new in changed.items():
        text = text.replace({"long": "全长四十公里", "daily": "每天讲解三次"}[old], new)
    room.write(house, SLUG, "wechat", text, AUTHOR, NOON, None)


def test_the_reviewer_sees_what_differs_from_the_main_text(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    write(crew)
    apart(crew, long="全长四万米")
    number = sent()
    page = signed_in(app, people, FIRST).get(f"/review/{number}?channel=wechat").text
    assert "单独编辑的渠道" in page and "和主稿有什么不同" in page
    assert "全长四<del>十公里</del><ins>万米</ins>" in page
    assert '微信公众号 <span class="parted">单独</span>' in page
    assert "微信公众号的单独版本</h3>" in page and 'value="wechat!blocks.' in page  # an opinion on its sentences
    frame = signed_in(app, people, FIRST).get(f"/review/{number}/frame/wechat/frame.html").text
    assert "全长四万米" in frame
    site = signed_in(app, people, FIRST).get(f"/review/{number}/frame/site/frame.html", follow_redirects=True).text
    assert "全长四十公里" in site


def test_without_such_channels_nothing_is_said_of_them(app: Flask, people: PeopleDesk, sent: Send) -> None:
    page = signed_in(app, people, FIRST).get(f"/review/{sent()}").text
    assert "单独" not in page


def test_what_changed_since_it_was_signed_is_shown_alone(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    write(crew)
    apart(crew, long="全长四万米")
    take(crew, sent(), FIRST)
    apart(crew, daily="每天讲解四次")
    number = sent()
    page = signed_in(app, people, SECOND).get(f"/review/{number}").text
    assert "上次审过以后又改过" in page and "讲解<del>三</del><ins>四</ins>次" in page
    assert "<p>文字没有变。</p>" in page  # the main text
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        assert not signature_of(session, one.manuscript_hash, review.FIRST, review.POLICIES[one.policy])


def test_a_channel_tied_again_is_told_to_whoever_signed_its_own_text(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    write(crew)
    apart(crew, long="全长四万米")
    take(crew, sent(), FIRST)
    room.follow(crew, SLUG, "wechat", AUTHOR, NOON)
    page = signed_in(app, people, SECOND).get(f"/review/{sent()}").text
    assert "已恢复跟随主稿" in page and "全长四<del>万米</del><ins>十公里</ins>" in page


def test_the_form_the_matrix_and_the_page_to_send_say_it(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    write(crew)
    apart(crew)
    write(crew, "这是第二天")
    author = signed_in(app, people, AUTHOR)
    page = author.get(f"/review/new?story={SLUG}").text
    assert "微信公众号发的是它的单独版本，和主稿一并送审；主稿后来的改动它还没有采用" in page
    number = sent()
    assert "微信公众号另有自己的文字，与主稿一并审签" in author.get(f"/review/{number}/sheet").text
    with read_scope(crew.engine) as session:
        one = session.exec(select(Submission).where(Submission.id == number)).one()
        form = review.review_sheet(session, one)
        release = one.release_id
    assert form.apart == ("微信公众号",) and pdf(form, NOON).startswith(b"%PDF")
    matrix = author.get(f"/releases/{release}").text
    assert '微信公众号 <span class="parted"' in matrix and '微站 <span class="parted"' not in matrix
