"""Every save that says something new is a revision of its own, and none ever changes."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from cms.audit import history
from cms.stories import Revision, SaveError, Story, newest, origin_of, save, story_named
from tests.services.databases import spoken

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
Write = Callable[..., Revision]


def test_saving_numbers_the_revisions(session: Session, write: Write) -> None:
    assert [write(text=body).number for body in ("一", "二", "三")] == [1, 2, 3]
    story = story_named(session, "quantum")
    assert story and story.headline == "标题 quantum"
    last = newest(session, story)
    assert last and last.text == "三"
    assert len(history(session, f"story:{story.id}")) == 3


def test_the_same_text_again_is_the_same_revision(session: Session, write: Write) -> None:
    first = write()
    assert write(author="li").id == first.id
    assert write(text="改").number == 2
    assert write().number == 3


def test_a_changed_picture_is_a_new_revision_though_the_words_are_the_same(session: Session, write: Write) -> None:
    write()
    again = save(session, "quantum", "正文", "标题", "wang", NOW, manuscript_hash="other")
    assert again.number == 2


def test_findings_are_kept_with_the_revision(session: Session) -> None:
    revision = save(session, "a", "正文", "标题", "wang", NOW, findings=[{"rule": "x", "line": 3}])
    session.expire(revision)
    assert revision.findings == [{"rule": "x", "line": 3}]


@pytest.mark.parametrize("slug", ["", "Quantum", "a b", "-a", "a--b", "量子", "../etc", "a" * 81])
def test_a_bad_slug_is_refused_in_words(session: Session, slug: str) -> None:
    with pytest.raises(SaveError, match="小写字母"):
        save(session, slug, "正文", "标题", "wang", NOW)


def test_a_story_without_a_headline_is_refused(session: Session) -> None:
    with pytest.raises(SaveError, match="没有标题"):
        save(session, "a", "正文", " ", "wang", NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE revisions SET text = '改'",
        "DELETE FROM revisions",
        "INSERT OR REPLACE INTO revisions SELECT id + 1, story_id, number, '改', author, saved_at, "
        "manuscript_hash, findings FROM revisions",
    ],
)
@pytest.mark.proves("F23")
def test_the_database_refuses_to_change_a_revision(session: Session, write: Write, statement: str) -> None:
    write()
    with pytest.raises(IntegrityError, match="版本一经保存不能改动"):
        session.connection().execute(text(spoken(statement, session.connection())))


def test_an_adopted_story_goes_back_to_its_origin(session: Session, write: Write) -> None:
    write("origin")
    origin = story_named(session, "origin")
    assert origin
    local = Story(slug="local", headline="本地", origin_id=origin.id)
    session.add(local)
    session.flush()
    county = Story(slug="county", headline="区县", origin_id=local.id)
    assert origin_of(session, county) == origin_of(session, local) == origin_of(session, origin) == origin
