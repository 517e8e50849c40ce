"""单独编辑 in rows: every state is kept, nobody is overwritten, the walls stand, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from cms.audit import history
from cms.db import session_scope
from cms.stories import Apart, MovedError, Revision, StaleError, mark_of, newest, own_texts, save, story_named, texts_of
from cms.stories.apart import states_of
from tests.services.databases import spoken

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def cut(
    session: Session, *apart: Apart, main: str = "正文", digest: str = "m1", author: str = "wang", **named: int
) -> Revision:
    return save(
        session, "quantum", main, "标题", author, NOW, manuscript_hash=digest, apart=apart, named=named or None
    )  # fmt: skip


def test_cut_written_and_tied_again_keeps_every_state(session: Session) -> None:
    cut(session)
    cut(session, Apart("weibo", "短"), digest="m2", author="li")
    cut(session, Apart("weibo", "更短"), digest="m3", weibo=1)
    story = story_named(session, "quantum")
    assert story
    assert {name: one.text for name, one in texts_of(session, story).items()} == {"weibo": "更短"}
    cut(session, Apart("weibo", ""), weibo=2)
    assert texts_of(session, story) == {}
    assert [(one.number, one.text, one.author) for one in states_of(session, story, "weibo")] == [
        (3, "", "wang"), (2, "更短", "wang"), (1, "短", "li"),
    ]  # fmt: skip
    last = newest(session, story)
    assert last and last.number == 4 and last.text == "正文"  # each state stands beside a revision of its own
    deeds = [one.action for one in history(session, f"story:{story.id}")]
    assert [one for one in deeds if one != "story.save"] == ["story.cut", "story.apart", "story.follow"]


def test_as_of_a_revision_the_channels_are_as_they_were(session: Session) -> None:
    first = cut(session)
    second = cut(session, Apart("weibo", "短"), digest="m2")
    third = cut(session, Apart("weibo", "更短"), Apart("wechat", "长"), digest="m3", weibo=1)
    story = story_named(session, "quantum")
    assert story
    told = [{name: one.text for name, one in texts_of(session, story, at.id).items()} for at in (first, second, third)]
    assert told == [{}, {"weibo": "短"}, {"wechat": "长", "weibo": "更短"}]


def test_it_knows_when_the_main_text_went_on(session: Session) -> None:
    cut(session)
    cut(session, Apart("weibo", "短", 1), digest="m2")
    story = story_named(session, "quantum")
    assert story
    assert not own_texts(session, story)["weibo"].is_behind  # the main text says what it said
    cut(session, main="正文改过", digest="m3", weibo=1)
    own = own_texts(session, story)["weibo"]
    assert own.is_behind and (own.base, own.main, own.main_revision) == ("正文", "正文改过", 3)
    cut(session, Apart("weibo", "短", 3), main="正文改过", digest="m4", weibo=1)
    assert not own_texts(session, story)["weibo"].is_behind


def test_the_later_save_of_a_channel_never_overwrites(session: Session) -> None:
    cut(session)
    cut(session, Apart("weibo", "短", upon=""), digest="m2")
    with pytest.raises(StaleError, match="单独版本"):
        cut(session, Apart("weibo", "别人的", upon=""), digest="m3", weibo=1)
    again = cut(session, Apart("weibo", "短", upon=""), digest="m2")  # the same once more: its answer was lost
    assert again.number == 2
    assert cut(session, Apart("weibo", "更短", upon=mark_of("短")), digest="m3", weibo=1).number == 3


def test_a_manuscript_that_names_older_texts_is_not_saved(session: Session) -> None:
    """Frozen before somebody else cut a channel loose: it would put that channel back without a word."""
    cut(session)
    cut(session, Apart("weibo", "短"), digest="m2")
    with pytest.raises(MovedError, match="再存一次"):
        cut(session, main="正文改过", digest="m3")
    with pytest.raises(MovedError):
        cut(session, Apart("weibo", "改"), digest="m3", weibo=1, **{"": 1})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE channel_texts SET text = '改'",
        "DELETE FROM channel_texts",
        "INSERT OR REPLACE INTO channel_texts SELECT id, story_id, channel, number, '改', base_revision, revision_id, "
        "author, saved_at FROM channel_texts",
        "INSERT INTO channel_texts SELECT id + 1, story_id, channel, number + 1, '改', base_revision, revision_id, "
        "'li', saved_at FROM channel_texts",
    ],
)
@pytest.mark.proves("F23")
def test_the_database_refuses_to_change_a_channels_text(session: Session, statement: str) -> None:
    cut(session)
    cut(session, Apart("weibo", "短"), digest="m2")
    with pytest.raises(IntegrityError, match="单独版本一经保存不能改动"):
        session.connection().execute(text(spoken(statement, session.connection())))


def test_two_who_cut_at_once_make_one(house: Engine) -> None:
    with session_scope(house) as session:
        cut(session)
        cut(session, Apart("weibo", "先", upon=""), digest="m2")
    with pytest.raises(StaleError), session_scope(house) as session:
        cut(session, Apart("weibo", "后", upon=""), digest="m3", author="li")
    with session_scope(house) as session:
        story = story_named(session, "quantum")
        assert story and texts_of(session, story)["weibo"].text == "先"
