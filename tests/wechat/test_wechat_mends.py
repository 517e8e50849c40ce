"""What can be done about an article that is out on a 公众号: each dated rule tripped, each call against the sandbox."""

from dataclasses import replace
from typing import Any

import pytest

from channels.contract import AdministratorError, CannotError, LaterError, UnknownOutcome
from channels.making.sandbox import Touch
from channels.making.sandbox.book import Post
from channels.transport import QuotaError, Reads, Remarks, Sent, SentItem, Standing
from channels.wechat import channel
from channels.wechat.mends import MENDS
from tests.wechat.wired import APPID, KEY, NAME, Wire, error_of

OTHER = "zyxwvutsrqponmlk5432"
RULES = {one.key.removeprefix("wechat."): one for one in MENDS}


def out(wired: Wire, *headlines: str, key: str = KEY, push: bool = False) -> Sent:
    """A publication or a push that readers see."""
    sent = wired.publish(wired.staged(wired.rendition(*headlines), key, push=push), key)
    wired.after(seconds=10)
    return wired.confirm(sent)


def withdraw(wired: Wire, sent: Sent, position: int = 1) -> Sent:
    return wired.transport.withdraw(sent, position, KEY, wired.credential)


def read(wired: Wire, sent: Sent) -> tuple[Standing, ...]:
    return wired.transport.read(sent, wired.credential)


def posts(wired: Wire) -> list[Post]:
    return wired.sandbox.book.posts("wechat")


# ----------------------------------------------------------------- the rules


def test_which_rule_comes_first() -> None:
    def first(kind: Any, **how: Any) -> str:
        return next(one.key for one in channel.mends if one.allows(kind, days=3, **how))

    assert first("correction", is_push=False, changed=8) == "wechat.small_edit"
    assert first("correction", is_push=False, changed=8, beyond_body=True) == "wechat.reissue"
    assert first("correction", is_push=False, changed=8, is_used=True) == "wechat.reissue"
    assert first("correction", is_push=False, changed=300) == "wechat.reissue"
    assert first("correction", is_push=True, changed=300) == "wechat.push_reissue"
    assert first("retraction", is_push=False) == "wechat.withdraw"
    assert first("retraction", is_push=True) == "wechat.push_withdraw"


def test_no_more_is_claimed_than_was_read() -> None:
    """platforms/wechat.md: freepublish/delete as clients use it (§4); of a push, that the card stays and the page dies,
    nobody has seen (§5)."""
    sure = {name: one.confidence for name, one in RULES.items()}
    assert sure == {
        "small_edit": "unverified", "reissue": "client", "push_reissue": "unverified", "comment": "unverified",
        "withdraw": "client", "push_withdraw": "unverified", "delete_by_hand": "unverified",
    }  # fmt: skip


@pytest.mark.keeps("order")
def test_the_console_changes_twenty_characters_of_a_body_once(wired: Wire) -> None:
    assert (RULES["small_edit"].most, RULES["small_edit"].body_only) == (20, True)
    out(wired)
    (post,) = posts(wired)
    edit = wired.sandbox.edit_by_hand
    assert "标题" in edit(post, "另一个标题", post.body)
    assert "改了 21 字" in edit(post, post.title, post.body + "多" * 21)
    assert edit(post, post.title, post.body + "多" * 20) == ""
    (edited,) = posts(wired)
    assert edited.body == post.body + "多" * 20 and edited.address == post.address
    assert "一次" in edit(edited, post.title, post.body)


def test_a_platform_that_takes_no_edit_says_so(wired: Wire) -> None:
    out(wired)
    (post,) = posts(wired)
    wired.fault("edit_unsupported", "console/edit")
    assert wired.sandbox.edit_by_hand(post, post.title, f"{post.body}字") == "平台说这一篇不支持修改。"
    wired.calm()
    wired.sandbox.delete_by_hand(post)
    (gone,) = posts(wired)
    assert "不在了" in wired.sandbox.edit_by_hand(gone, gone.title, f"{gone.body}字") and posts(wired) == [gone]


def test_a_publication_is_deleted_and_its_correction_published(wired: Wire) -> None:
    before = out(wired)
    assert withdraw(wired, before).state == "removed"
    after = out(wired, "更正后的消息", key=OTHER)
    assert after.items[0].address != before.items[0].address
    assert [one.state for one in posts(wired)] == ["deleted", "live"]
    left = wired.credential.budget.left()  # type: ignore[attr-defined]
    assert RULES["reissue"].calls == {"freepublish/delete": 1, "freepublish/submit": 1}
    assert left["freepublish/delete:day"] == 9


def test_a_push_is_deleted_and_pushing_again_costs_a_push(wired: Wire) -> None:
    sent = out(wired, push=True)
    assert withdraw(wired, sent).state == "removed"
    error = error_of(wired.publish, wired.staged(key=OTHER, push=True), OTHER)
    assert isinstance(error, QuotaError) and error.until.isoformat() == "2026-11-18T16:00:00+00:00"
    assert RULES["push_reissue"].calls["message/mass"] == 1


def test_the_interface_has_no_comment_of_ones_own(wired: Wire) -> None:
    assert not isinstance(wired.transport, Remarks) and RULES["comment"].action == "by_hand"
    done = wired.published()
    asked = {"msg_data_id": done["msg_data_id"], "index": 0, "user_comment_id": 1, "content": "更正"}
    assert wired.say("comment/reply/add", asked)["errcode"] == 88008


@pytest.mark.keeps("order")
def test_ten_articles_a_day_are_deleted_and_the_eleventh_waits(wired: Wire) -> None:
    sent = out(wired, *(f"第{at}篇" for at in range(1, 9)))
    more = out(wired, "第九篇", "第十篇", "第十一篇", key=OTHER)
    for position in range(1, 9):
        withdraw(wired, sent, position)
    for position in (1, 2):
        withdraw(wired, more, position)
    error = error_of(withdraw, wired, more, 3)
    assert isinstance(error, QuotaError) and error.until.isoformat() == "2026-11-18T16:00:00+00:00"
    assert wired.live() == 1


@pytest.mark.keeps("order")
def test_one_story_of_a_push_is_deleted_and_the_others_stay(wired: Wire) -> None:
    sent = out(wired, "头条", "次条", push=True)
    for _ in range(2):
        assert withdraw(wired, sent, 2).state == "removed"
    assert [one.state for one in posts(wired)] == ["live", "deleted"]


def test_what_has_no_number_is_for_a_person(wired: Wire) -> None:
    by_hand = SentItem(position=1, address="https://mp.weixin.qq.com/s/abc")
    for sent in (Sent(state="published", items=(by_hand,)), Sent(state="published", remote_id="mass:x")):
        for call in (withdraw, read):
            error = error_of(call, wired, sent)
            assert isinstance(error, CannotError) and "发表记录里删除" in error.sentence
    running = Sent(state="accepted", remote_id="2247483601")
    assert isinstance(error_of(withdraw, wired, running), LaterError)
    assert wired.calls("freepublish/delete") == wired.calls("message/mass/delete") == 0


# ----------------------------------------------------------------- taking back


@pytest.mark.parametrize("push", [False, True])
@pytest.mark.keeps("order")
def test_a_lost_answer_is_unknown_and_withdrawing_again_is_safe(wired: Wire, push: bool) -> None:
    sent = out(wired, push=push)
    name = "message/mass/delete" if push else "freepublish/delete"
    wired.fault("accept_then_drop", name, nth=1)
    assert isinstance(error_of(withdraw, wired, sent), UnknownOutcome) and wired.live() == 0
    assert withdraw(wired, sent).state == "removed"


@pytest.mark.parametrize("push", [False, True])
def test_what_a_person_deleted_is_withdrawn(wired: Wire, push: bool) -> None:
    sent = out(wired, push=push)
    wired.sandbox.delete_by_hand(posts(wired)[0])
    assert withdraw(wired, sent).state == "removed"


@pytest.mark.keeps("order")
def test_a_push_the_interface_may_not_delete_is_for_a_person(wired: Wire) -> None:
    sent = out(wired, push=True)
    wired.sandbox.said = 40059
    wired.fault("errcode_in_200", "message/mass/delete", nth=1)
    error = error_of(withdraw, wired, sent)
    assert isinstance(error, CannotError) and "40059" in error.sentence
    wired.sandbox.delete_by_hand(posts(wired)[0])
    wired.calm()
    wired.fault("errcode_in_200", "message/mass/delete", nth=1)
    assert withdraw(wired, sent).state == "removed"


def test_a_push_still_being_sent_is_not_deleted(wired: Wire) -> None:
    sent = wired.publish(wired.staged(push=True))
    asked = {"msg_id": int(sent.remote_id.removeprefix("mass:")), "article_idx": 1}
    assert wired.say("message/mass/delete", asked)["errcode"] == 40059
    assert wired.say("message/mass/get", {"msg_id": "1"})["errcode"] == 40059
    wired.after(seconds=10)
    assert wired.say("message/mass/delete", {**asked, "article_idx": 2})["errcode"] == 40060
    assert wired.live() == 1


@pytest.mark.parametrize("push", [False, True])
def test_without_permission_an_administrator_is_asked(wired: Wire, push: bool) -> None:
    sent = out(wired, push=push)
    wired.fault("permission_missing")
    assert isinstance(error_of(withdraw, wired, sent), AdministratorError) and wired.live() == 1


def test_a_deletion_that_takes_effect_late_is_seen_as_it_is(wired: Wire) -> None:
    sent = out(wired)
    wired.fault("delete_late", "freepublish/delete", nth=1)
    withdraw(wired, sent)
    assert [one.state for one in read(wired, sent)] == ["live"]
    wired.after(minutes=10)
    assert [one.state for one in read(wired, sent)] == ["gone"]


def test_the_book_names_what_each_deletion_touched(wired: Wire) -> None:
    sent = out(wired, "头条", "次条")
    wired.fault("delete_fails", "freepublish/delete", nth=1)
    error_of(withdraw, wired, sent, 2)
    assert wired.sandbox.touches() == []
    withdraw(wired, sent, 2)
    remote = posts(wired)[1].remote
    assert wired.sandbox.touches() == [Touch(NAME, "freepublish/delete", wired.world.now, remote)]


# ----------------------------------------------------------------- reading


@pytest.mark.keeps("drift")
def test_a_publication_is_read_article_by_article(wired: Wire) -> None:
    assert isinstance(wired.transport, Reads)
    sent = out(wired, "头条", "次条")
    first, second = read(wired, sent)
    assert (first.title, second.title) == ("头条", "次条") and "次条的正文" in second.text
    assert first.address == sent.items[0].address
    withdraw(wired, sent, 1)
    assert [one.state for one in read(wired, sent)] == ["gone", "live"]
    withdraw(wired, sent, 2)
    assert [one.state for one in read(wired, sent)] == ["gone", "gone"]
    unknown = replace(sent, items=(SentItem(position=1, remote_id="a0:1"),))
    assert [one.state for one in read(wired, unknown)] == ["gone"]


@pytest.mark.keeps("drift")
def test_what_a_person_or_the_platform_changed_is_read(wired: Wire) -> None:
    sent = out(wired)
    (post,) = posts(wired)
    wired.sandbox.edit_by_hand(post, post.title, post.body.replace("正文", "正式"))
    assert "正式" in read(wired, sent)[0].text
    wired.fault("content_altered", "freepublish/getarticle", nth=1)
    assert "平台修改过" in read(wired, sent)[0].text
    wired.fault("removed_by_platform", "freepublish/getarticle", nth=1)
    assert [one.state for one in read(wired, sent)] == ["gone"] and posts(wired)[0].state == "removed"


@pytest.mark.keeps("drift")
def test_a_push_is_read_as_a_whole(wired: Wire) -> None:
    sent = wired.publish(wired.staged(push=True))
    assert isinstance(error_of(read, wired, sent), LaterError)
    wired.after(seconds=10)
    assert [one.state for one in read(wired, sent)] == ["live"]
    two = replace(sent, items=(SentItem(position=1), SentItem(position=2)))
    assert isinstance(error_of(read, wired, two), CannotError)
    wired.sandbox.take_away(posts(wired)[0])
    assert [one.state for one in read(wired, two)] == ["gone", "gone"]


@pytest.mark.parametrize("switch", ["html_page", "json_truncated", "empty_200", "wrong_type", "accept_then_drop"])
def test_no_clear_answer_is_asked_again_later(wired: Wire, switch: str) -> None:
    sent = out(wired)
    wired.fault(switch, "freepublish/getarticle", nth=1)
    assert isinstance(error_of(read, wired, sent), LaterError)
    assert [one.state for one in read(wired, sent)] == ["live"]


def test_reading_spends_what_is_kept_for_it_and_changes_nothing(wired: Wire) -> None:
    sent = out(wired)
    for _ in range(100):
        read(wired, sent)
    assert isinstance(error_of(read, wired, sent), QuotaError)
    assert wired.sandbox.touches() == [] and wired.live() == 1
    assert len(wired.sandbox.book.posts("wechat", APPID)) == 1
