"""The sieve before a search lets through whatever holds the phrase, and little else."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, delete

from cms.people import EVERYWHERE
from cms.releases.listing import Wanted, listed
from cms.stories import Revision, sieve
from cms.stories.rows import StorySieve

Write = Callable[..., Revision]


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_what_holds_the_phrase_always_comes_through(before: str, phrase: str, after: str) -> None:
    whole = sieve.bits_of(before + phrase + after)
    for wanted in (phrase, phrase.upper(), phrase.lower()):
        if wanted.translate(sieve.FOLDED) in (before + phrase + after).translate(sieve.FOLDED):
            bits = sieve.bits_of(wanted)
            assert whole & bits == bits


def found(session: Session, words: str) -> list[str]:
    return [one.slug for one in listed(session, EVERYWHERE, Wanted(words=words))[0]]


def test_a_search_finds_the_newest_words_and_no_older_ones(session: Session, write: Write) -> None:
    write("tea", "蒙顶山的茶树")
    write("tea", "名山区的茶树 WiFi")
    write("star", "稻城的观测站")
    assert found(session, "茶树") == ["tea"]
    assert found(session, "名山区的茶") == ["tea"] == found(session, "WiFi")
    assert found(session, "蒙顶山") == [] == found(session, "没有这个词")
    assert found(session, "城") == ["star"], "one character is looked for in every text"
    assert found(session, "star") == ["star"], "a name is found too"


def test_a_story_kept_before_there_was_a_sieve_is_found(session: Session, write: Write) -> None:
    write("tea", "蒙顶山的茶树")
    session.exec(delete(StorySieve))
    assert found(session, "茶树") == ["tea"]


def test_a_phrase_of_everywhere_is_not_named_story_by_story(
    session: Session, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sieve, "MOST", 1)
    write("tea", "蒙顶山的茶树")
    write("star", "山上的茶树")
    assert sieve.may_hold(session, EVERYWHERE, "茶树") is None
    assert sorted(found(session, "茶树")) == ["star", "tea"]


def test_few_that_lack_it_come_through() -> None:
    """2,000 characters of real words: not one in fifty passes for a phrase of four that is not in it."""
    words = "甘孜州科技局联合高校在稻城建成观测站公开全部数据供研究者使用" * 3
    texts = [words + "".join(chr(0x4E00 + (n * 97 + at * 131) % 6000) for at in range(1800)) for n in range(300)]
    wanted = sieve.bits_of("缸瓮坛罐")
    passed = [one for one in texts if sieve.bits_of(one) & wanted == wanted and "缸瓮坛罐" not in one]
    assert len(passed) <= len(texts) // 20
