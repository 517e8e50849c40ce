"""An edit after 签发 voids it (R1, I6): what has not gone out is held and nobody is left to wonder; a signer may let it
go as it was signed; sending the story again names what it takes the place of."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cms import audit, releases
from cms.db import session_scope
from cms.people import Notice, PeopleDesk
from cms.releases import Delivery, HandlingError, Release, submitting, voiding
from cms.releases.handling import options, possible
from cms.releases.moving import MoveError, look
from cms.review import CORRECTION, Affirmation, SignError, Submission
from cms.stories import Revision, newest, story_named, workdays
from pipeline.flashes import tend
from pipeline.house import House
from pipeline.recalls import order_retraction
from tests.people.house import NOON, login_of, signed_in
from tests.pipeline.test_cli import yigao
from tests.review.conftest import AUTHOR, CHIEF, FIRST, SECOND, person, write
from tests.review.test_rooms import take
from tests.review.test_web import app as app
from tests.review.test_web import post

Send = Callable[..., int]
SLUG = "chengdu-liangzi"


@pytest.fixture
def signed(sent: Send, crew: House) -> int:
    """The number of the release, signed by everybody."""
    number = sent()
    for login in (FIRST, SECOND, CHIEF, CHIEF):
        take(crew, number, login)
    with session_scope(crew.engine) as session:
        return session.get_one(Submission, number).release_id


def states(house: House, release: int) -> list[str]:
    with session_scope(house.engine) as session:
        query = select(Delivery.state).where(Delivery.release_id == release)
        return sorted(set(session.exec(query)))


def affirm(house: House, release: int, login: str, words: str = "改的是下一版") -> None:
    with session_scope(house.engine) as session:
        row = session.get_one(Release, release)
        voiding.send_as_signed(session, row, person(session, login), words, NOON)


@pytest.mark.proves("I6")
def test_an_edit_after_the_last_signature_holds_what_has_not_gone_out(signed: int, crew: House) -> None:
    assert states(crew, signed) == ["ready"]
    write(crew, "这是第二天")
    assert states(crew, signed) == ["held"]
    with session_scope(crew.engine) as session:
        one = session.exec(select(Delivery).where(Delivery.release_id == signed)).first()
        assert one is not None and "稿件在签发后改过" in one.reason and "存了第 2 版" in one.reason
        told = session.exec(select(Notice.sentence).where(Notice.subject == f"release:{signed}")).all()
        assert told == [one.reason]
        with pytest.raises(HandlingError, match="重新送审，或由签发人确认"):
            releases.retry(session, one, CHIEF, "接着发", NOON)


def test_what_says_the_signed_words_again_goes_on(signed: int, crew: House) -> None:
    write(crew, "这是第二天")
    write(crew)  # undone
    assert states(crew, signed) == ["ready"]
    with session_scope(crew.engine) as session:
        about = select(Notice).where(Notice.subject == f"release:{signed}")
        assert all(one.seen_at is not None for one in session.exec(about))


def test_only_a_signer_lets_it_go_as_it_was_signed_and_only_for_this_edit(signed: int, crew: House) -> None:
    write(crew, "这是第二天")
    for login, why in ((AUTHOR, "不能自审"), (FIRST, "已签过初审"), (login_of("审核", "chengdu"), "“签发”来做")):
        with pytest.raises(SignError, match=why):
            affirm(crew, signed, login)
    with pytest.raises(SignError, match="要写明理由"):
        affirm(crew, signed, CHIEF, " ")
    affirm(crew, signed, CHIEF)
    assert states(crew, signed) == ["ready"]
    with session_scope(crew.engine) as session:
        assert [one[0] for one in voiding.affirmed(session, signed)] == [person(session, CHIEF).name]
        assert [one.action for one in audit.history(session, f"release:{signed}")][-1] == "release.affirm"
    write(crew, "这是第三天")
    assert states(crew, signed) == ["held"]


def test_sent_again_it_names_what_it_takes_the_place_of(signed: int, sent: Send, crew: House) -> None:
    write(crew, "这是第二天")
    with pytest.raises(submitting.SubmitError, match=f"发布单 {signed} 已签发.*还有 2 份没有发"):
        sent()
    assert states(crew, signed) == ["held"]
    sent(replaces=frozenset({signed}))
    assert states(crew, signed) == ["cancelled"]


def slip_in(session: Session) -> Revision:
    """A save that met the last signature: nobody settled it."""
    story = story_named(session, SLUG)
    last = newest(session, story) if story else None
    assert story is not None and last is not None
    row = Revision(
        story_id=story.id, number=last.number + 1, text="别的字", author=AUTHOR, saved_at=NOON, manuscript_hash="f" * 64
    )
    session.add(row)
    session.flush()
    return row


def test_the_clock_and_the_wall_stop_what_slipped_through(signed: int, crew: House) -> None:
    with session_scope(crew.engine) as session:
        slip_in(session)
        one = session.exec(select(Delivery).where(Delivery.release_id == signed)).first()
        assert one is not None and releases.startable(session, [one], NOON) == set()
        with pytest.raises(IntegrityError, match="签发后改过的要重新送审"), session.begin_nested():
            session.exec(update(Delivery).where(col(Delivery.id) == one.id).values(state="sending"))
    assert tend(crew, NOON) == 0  # not due for a day
    assert tend(crew, NOON + timedelta(days=1)) == 2
    assert states(crew, signed) == ["held"]


def test_what_comes_back_to_ready_after_an_edit_is_held(signed: int, crew: House) -> None:
    with session_scope(crew.engine) as session:
        rows = session.exec(select(Delivery).where(Delivery.release_id == signed)).all()
        sending = releases.move(session, rows[0], "send", actor="pipeline", now=NOON)
        slip_in(session)
        assert releases.move(session, sending, "retry", actor="pipeline", now=NOON).state == "held"


def test_a_signers_word_is_kept_and_only_about_what_was_signed(signed: int, sent: Send, crew: House) -> None:
    other = sent(slug="chengdu-qiao")
    write(crew, "这是第二天")
    affirm(crew, signed, CHIEF)
    with session_scope(crew.engine) as session:
        unsigned = session.get_one(Submission, other).release_id
        said = session.exec(select(Affirmation)).one()
        values = f"VALUES ({unsigned}, {said.revision_id}, 1, '照发', '2026-11-22')"
        for statement in (
            "UPDATE affirmations SET words = '别的'",
            "DELETE FROM affirmations",
            f"INSERT INTO affirmations (release_id, revision_id, person_id, words, at) {values}",
        ):
            with pytest.raises(IntegrityError, match="照签发的那一版发"), session.begin_nested():
                session.exec(text(statement))  # type: ignore[call-overload]


def failed(house: House, release: int) -> None:
    """One account was refused, one was stopped by a person, and then the story was edited."""
    with session_scope(house.engine) as session:
        first, second = session.exec(select(Delivery).where(Delivery.release_id == release).order_by(col(Delivery.id)))
        releases.move(session, first, "send", actor="pipeline", now=NOON)
        releases.move(session, first, "fail", actor="pipeline", now=NOON, reason="标题太长")
        releases.hold(session, second, CHIEF, "等一等", NOON)
    write(house, "这是第二天")


def rows(session: Session, release: int) -> list[Delivery]:
    return list(session.exec(select(Delivery).where(Delivery.release_id == release).order_by(col(Delivery.id))))


@pytest.mark.proves("I6")
def test_what_failed_before_the_edit_is_sent_again_only_as_a_signer_says(signed: int, crew: House) -> None:
    failed(crew, signed)
    with session_scope(crew.engine) as session:
        first, second = rows(session, signed)
        hashes = [one.rendition_hash for one in (first, second)]
        for one in (first, second):
            assert "affirm" in possible(session, one) and not {"retry", "resend"} & possible(session, one)
            assert any(f"yigao as-signed {signed}" in words for words in options(session, one))
            again = releases.resend if one.state == "failed" else releases.retry
            with pytest.raises(SignError, match=r"在签发后改过.*或由签发人确认照签发的那一版发"):
                again(session, one, CHIEF, "再发", NOON)
    with pytest.raises(SignError, match="不能自审"):
        affirm(crew, signed, AUTHOR)
    affirm(crew, signed, CHIEF)
    with session_scope(crew.engine) as session:
        first, second = rows(session, signed)
        assert (first.state, first.generation, second.state) == ("ready", 2, "held")
        assert releases.retry(session, second, CHIEF, "接着发", NOON).state == "ready"
        assert [one.rendition_hash for one in (first, second)] == hashes  # the very bytes
        assert releases.startable(session, [first, second], second.due_at) == {first.id, second.id}
        assert voiding.lapsed(session, signed) == []
        story = story_named(session, SLUG)
        last = newest(session, story) if story else None
        assert last is not None and "这是第二天" in last.text  # the edit stays where it was written


def test_what_cannot_go_out_as_signed_says_why(signed: int, crew: House) -> None:
    failed(crew, signed)
    with session_scope(crew.engine) as session:
        first, second = rows(session, signed)
        first.expires_at, second.lost_at, second.remote_id = NOON, NOON, "123"
    with pytest.raises(
        SignError, match=r"不能照签发的那一版发：快讯的解除时间已过.*；可能已经发出，请先到平台后台看过"
    ):
        affirm(crew, signed, CHIEF)
    order_retraction(crew, SLUG, "事实有误", "本文撤回。", CHIEF, NOON, policy=CORRECTION)
    with pytest.raises(SignError, match="不能照签发的那一版发：稿件已撤稿或已更正，签发的那一版不能再发"):
        affirm(crew, signed, CHIEF)
    with session_scope(crew.engine) as session:
        assert session.exec(select(Affirmation)).all() == []


def test_by_the_command_too(signed: int, crew: House) -> None:
    write(crew, "这是第二天")
    at = ("--reason", "下一版另发", "-w", crew.root)
    assert "不能自审" in yigao("as-signed", signed, "--by", AUTHOR, *at)[2]
    assert "没有发布单 99" in yigao("as-signed", 99, "--by", CHIEF, *at)[2]
    code, said, err = yigao("as-signed", signed, "--by", CHIEF, *at)
    assert code == 0 and "2 份照签发的那一版发；改动留在稿件里" in said, err
    assert states(crew, signed) == ["ready"]
    assert "没有因为改稿停下" in yigao("as-signed", signed, "--by", CHIEF, *at)[2]


def test_the_page_says_it_of_what_failed(signed: int, app: Flask, people: PeopleDesk, crew: House) -> None:
    failed(crew, signed)
    chief, at = signed_in(app, people, CHIEF), f"/releases/{signed}"
    with session_scope(crew.engine) as session:
        number = rows(session, signed)[0].id
    page = chief.get(at).text
    assert "2 份要先定发哪一版才能再发" in page and "1 份失败的再发一次，1 份之后逐份恢复或再发" in page
    assert "都再发一次" not in page
    one = chief.get(f"/deliveries/{number}").text
    assert "去决定：重新送审，或照签发的那一版发" in one and f"{at}#voided" in one and "再发一次" not in one
    assert post(chief, f"{at}/as-signed", reason="下一版另发").status_code == 303
    assert 'id="voided"' not in chief.get(at).text
    assert states(crew, signed) == ["held", "ready"]


def test_on_the_schedule_it_says_what_to_decide_first(signed: int, crew: House) -> None:
    write(crew, "这是第二天")
    with session_scope(crew.engine) as session:
        release = session.get_one(Release, signed)
        with pytest.raises(MoveError, match="稿件在签发后改过，有 2 份停着：请先在发布单里定下发哪一版，再改期"):
            look(session, release, release.due_at + timedelta(hours=1), workdays(session), NOON)


def test_the_pages_say_it_before_and_after(signed: int, app: Flask, people: PeopleDesk, crew: House) -> None:
    author, chief = signed_in(app, people, AUTHOR), signed_in(app, people, CHIEF)
    page = author.get(f"/write/{SLUG}").text
    assert 'data-kind="signed"' in page and "改动会使签发作废" in page and "不改了" in page
    write(crew, "这是第二天")
    page = author.get(f"/write/{SLUG}").text
    assert 'data-kind="voided"' in page and "2 份停下没有发" in page and "改回签发的那一版" in page
    form = author.get(f"/review/new?story={SLUG}").text
    assert f"取消发布单 {signed} 没发出的 2 份" in form and 'name="replaces"' in form
    refused = post(author, f"/write/{SLUG}/submit", due="2026-11-23T09:00", grade="A", channel="site")
    assert refused.status_code == 422 and "重新送审会取消它们" in refused.text
    assert "去决定" in chief.get("/").text
    release = f"/releases/{signed}"
    assert "照签发的那一版发" in chief.get(release).text
    assert f'action="{release}/as-signed"' not in author.get(release).text
    assert post(chief, f"{release}/as-signed", reason="下一版另发").status_code == 303
    assert states(crew, signed) == ["ready"]
    page = chief.get(release).text
    assert "确认照签发的那一版发，不随第 2 版的改动：下一版另发" in page and 'id="voided"' not in page
