"""What can be done about a post that is out on Weibo: each dated rule tripped, each call against the sandbox."""

from typing import Any

import pytest

from channels.contract import AdministratorError, CannotError, LaterError, StoryError, UnknownOutcome
from channels.making.sandbox import Fault, Touch
from channels.making.sandbox.book import Post
from channels.transport import QuotaError, Reads, Remarks, Sent, SentItem, Standing
from channels.values import CorrectionNotice, Paragraph, Text
from channels.weibo import channel
from channels.weibo.mends import MENDS
from tests.weibo.wired import KEY, NAME, OTHER, SHARE, Wire

RULES = {one.key.removeprefix("weibo."): one for one in MENDS}
NOTICE = "更正：文中“四千米”应为“四千四百一十米”。"


def withdraw(wire: Wire, sent: Sent) -> Sent:
    return channel.transport.withdraw(sent, 1, KEY, wire.credential)


def read(wire: Wire, sent: Sent) -> Standing:
    (standing,) = channel.transport.read(sent, wire.credential)
    return standing


def remark(wire: Wire, sent: Sent, text: str = NOTICE) -> Sent:
    return channel.transport.remark(text, sent, 1, KEY, wire.credential)


def posts(wire: Wire) -> list[Post]:
    return wire.sandbox.book.posts("weibo")


def comments(wire: Wire, sent: Sent) -> list[str]:
    return [one["text"] for one in wire.sandbox.book.things("weibo", f"comment:{sent.remote_id}").values()]


# ----------------------------------------------------------------- the rules


def test_no_more_is_claimed_than_was_read() -> None:
    """platforms/weibo.md §3.5: nobody has seen statuses/destroy answer; comments (§5) are documented."""
    sure = {name: one.confidence for name, one in RULES.items()}
    assert sure == {**dict.fromkeys(RULES, "unverified"), "comment": "doc"}


def test_which_rule_comes_first() -> None:
    def first(kind: Any) -> str:
        return next(one.key for one in channel.mends if one.allows(kind, is_push=False, days=3, changed=300))

    assert (first("correction"), first("retraction")) == ("weibo.reissue", "weibo.withdraw")
    assert isinstance(channel.transport, Reads) and isinstance(channel.transport, Remarks)


@pytest.mark.keeps("order")
def test_a_post_is_deleted_and_its_correction_sent(wire: Wire) -> None:
    sent = wire.send(wire.made())
    before = wire.credential.budget.left()["*:day"]  # type: ignore[attr-defined]
    assert withdraw(wire, sent).state == "removed"
    after = wire.send(wire.made(headline="更正：四川黑科技第一百零一期"), OTHER)
    assert [one.state for one in posts(wire)] == ["deleted", "live"]
    assert after.items[0].address != sent.items[0].address
    assert before - wire.credential.budget.left()["*:day"] <= RULES["reissue"].calls["*"]  # type: ignore[attr-defined]
    with pytest.raises(UnknownOutcome):  # the same words again are a repetition, deleted or not
        wire.send(wire.made(), OTHER)


def test_the_site_edits_a_post_and_says_so_and_no_article(wire: Wire) -> None:
    sent = wire.send(wire.made())
    (post,) = posts(wire)
    assert wire.sandbox.edit_by_hand(post, "", f"更正：{post.body}") == ""
    assert read(wire, sent).text.startswith("更正：") and wire.sandbox.edits(post) == 1
    wire.send(wire.made("article", "另一篇头条文章"), OTHER)
    article = posts(wire)[1]
    assert "文章管理" in wire.sandbox.edit_by_hand(article, article.title, f"更正：{article.body}")
    wire.faults.add(Fault("edit_unsupported"))
    assert "不支持修改" in wire.sandbox.edit_by_hand(post, "", "另一句")


@pytest.mark.keeps("order")
def test_a_remark_is_said_once_under_the_post(wire: Wire) -> None:
    sent = wire.send(wire.made())
    before = wire.credential.budget.left()["*:day"]  # type: ignore[attr-defined]
    first = remark(wire, sent)
    assert before - wire.credential.budget.left()["*:day"] == RULES["comment"].calls["*"]  # type: ignore[attr-defined]
    assert first.state == "published" and remark(wire, sent).remote_id == first.remote_id
    assert comments(wire, sent) == [NOTICE] and [one.state for one in posts(wire)] == ["live"]
    with pytest.raises(StoryError, match="最多 140 字，这段更正说明有 141 字"):
        remark(wire, sent, "长" * 141)


@pytest.mark.keeps("order")
def test_an_articles_post_is_deleted_and_its_page_is_for_a_person(wire: Wire) -> None:
    sent = wire.send(wire.made("article"))
    for _ in range(2):
        with pytest.raises(CannotError, match=r"ttarticle/p/show.*接口删不掉.*文章管理里删除"):
            withdraw(wire, sent)
    assert [one.state for one in posts(wire)] == ["deleted"]
    assert read(wire, sent).state == "gone"


def test_what_has_no_number_is_for_a_person(wire: Wire) -> None:
    by_hand = Sent(state="published", items=(SentItem(position=1, address="https://weibo.com/1/z0JH2lOMb"),))
    for call in (withdraw, read, remark):
        with pytest.raises(CannotError, match="请登录微博"):
            call(wire, by_hand)
    assert wire.sandbox.book.calls() == []


# ----------------------------------------------------------------- taking back


@pytest.mark.keeps("order")
def test_a_lost_answer_is_unknown_and_withdrawing_again_is_safe(wire: Wire) -> None:
    sent = wire.send(wire.made())
    wire.faults.add(Fault("accept_then_drop", method="statuses/destroy", nth=1))
    with pytest.raises(UnknownOutcome):
        withdraw(wire, sent)
    assert withdraw(wire, sent).state == "removed" and posts(wire)[0].state == "deleted"


def test_the_book_names_what_each_call_touched(wire: Wire) -> None:
    sent = wire.send(wire.made())
    wire.faults.add(Fault("delete_fails", nth=1))
    with pytest.raises(LaterError):
        withdraw(wire, sent)
    assert wire.sandbox.touches() == []
    remark(wire, sent)
    withdraw(wire, sent)
    made = [Touch(NAME, name, wire.now, sent.remote_id) for name in ("comments/create", "statuses/destroy")]
    assert wire.sandbox.touches() == made


def test_a_deletion_that_takes_effect_late_is_seen_as_it_is(wire: Wire) -> None:
    sent = wire.send(wire.made())
    wire.faults.add(Fault("delete_late", nth=1))
    withdraw(wire, sent)
    assert read(wire, sent).state == "live"
    wire.now += wire.sandbox.next_at() - wire.now  # type: ignore[operator]
    assert read(wire, sent).state == "gone"


@pytest.mark.parametrize("call", [withdraw, read, remark])
def test_without_permission_an_administrator_is_asked(wire: Wire, call: Any) -> None:
    sent = wire.send(wire.made())
    wire.faults.add(Fault("permission_missing"))
    with pytest.raises(AdministratorError):
        call(wire, sent)
    assert posts(wire)[0].state == "live"


# ----------------------------------------------------------------- remarks


@pytest.mark.parametrize("action", ["accept_then_drop", "html_page", "json_truncated", "http_500_after_accept"])
def test_a_remark_nobody_answered_is_found_by_its_words(wire: Wire, action: str) -> None:
    sent = wire.send(wire.made())
    wire.faults.add(Fault(action, method="comments/create", nth=1))
    with pytest.raises(UnknownOutcome):
        remark(wire, sent)
    assert remark(wire, sent).state == "published" and comments(wire, sent) == [NOTICE]


def test_nothing_is_said_under_a_post_that_is_gone(wire: Wire) -> None:
    sent = wire.send(wire.made())
    wire.sandbox.delete_by_hand(posts(wire)[0])
    with pytest.raises(CannotError, match="已经不在了"):
        remark(wire, sent)
    assert comments(wire, sent) == []


# ----------------------------------------------------------------- reading


@pytest.mark.keeps("drift")
def test_a_post_is_read_as_readers_see_it(wire: Wire) -> None:
    sent = wire.send(wire.made())
    standing = read(wire, sent)
    assert (standing.state, standing.address) == ("live", sent.items[0].address)
    assert "四川黑科技第一百期" in standing.text
    wire.faults.add(Fault("content_altered", method="statuses/show", nth=1))
    assert "平台修改过" in read(wire, sent).text
    wire.faults.add(Fault("removed_by_platform", method="statuses/show", nth=1))
    assert read(wire, sent).state == "gone" and posts(wire)[0].state == "removed"


def test_of_an_article_only_its_post_is_read(wire: Wire) -> None:
    standing = read(wire, wire.send(wire.made("article")))
    assert (standing.state, standing.title, standing.text) == ("live", "", "") and "/ttarticle/" in standing.address


def test_a_post_not_listed_yet_is_asked_after_later(wire: Wire) -> None:
    wire.faults.add(Fault("visibility_delay", method=SHARE))
    sent = wire.send(wire.made())
    for call in (withdraw, read, remark):
        with pytest.raises(LaterError, match="还没有列出"):
            call(wire, sent)


def test_reading_spends_what_is_kept_for_it(wire: Wire) -> None:
    sent = wire.send(wire.made())
    left = wire.credential.budget.left()["*:day"]  # type: ignore[attr-defined]
    for _ in range(left):
        read(wire, sent)
    with pytest.raises(QuotaError):
        read(wire, sent)


def test_the_post_of_a_corrected_story_says_so_first(wire: Wire) -> None:
    """The old post is gone, the new one is read alone: its first words are the correction's (R6)."""
    run = Paragraph(text=(Text(text="海拔四千四百一十米。"),))
    notice = CorrectionNotice(corrected="2026-11-20", was="四千米", now="四千四百一十米")
    plain, said = (wire.made(blocks=blocks).parts[0].body for blocks in ((run,), (notice, run)))
    assert plain.startswith("【四川黑科技第一百期】") and said.startswith("【更正：四川黑科技第一百期】")
    titled = wire.made(headline="更正：四川黑科技第一百期", blocks=(notice, run)).parts[0].body
    assert titled.count("更正") == 1
