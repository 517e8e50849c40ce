"""The Weibo transport against the sandbox: every route, every unclear answer, looking up, taking back, checking."""

from datetime import timedelta

import pytest

from channels import slots
from channels.contract import AdministratorError, LaterError, StoryError, UnknownOutcome
from channels.making.sandbox import Fault
from channels.transport import Connected, QuotaError, Sent, Transport
from channels.weibo import channel, timeline
from channels.weibo.sandbox import WeiboSandbox
from tests.weibo.wired import KEY, NAME, OTHER, SHARE, Wire


def test_the_channel_offers_its_interface() -> None:
    assert isinstance(channel, Connected) and isinstance(channel.transport, Transport)
    assert channel.transports == ("handover", "api") and channel.sandbox() is WeiboSandbox
    assert [one.name for one in channel.secret_fields] == ["access_token", "expires_at", "uid", "rip"]
    assert [one.name for one in channel.secret_fields if one.is_secret] == ["access_token"]


def test_share_sends_the_signed_text_with_its_key_and_one_picture(wire: Wire) -> None:
    made = wire.made()
    staged = wire.staged(made)
    assert wire.sandbox.book.calls() == []
    sent = channel.transport.publish(made, staged, KEY, wire.credential)
    post = wire.sandbox.book.posts()[0]
    assert sent.state == "published" and sent.remote_id == post.remote and sent.items[0].address == post.address
    assert post.more["body"] == slots.fill_text(made.parts[0].body, made.parts[0].slots, staged.fills["all-kinds"])
    assert post.carried == KEY and len(post.more["pictures"]) == 1
    assert wire.secrets["access_token"] not in repr(wire.credential)


def test_advanced_uploads_each_picture_once_and_names_them_in_order(wire: Wire) -> None:
    made = wire.made("advanced")
    wire.send(made)
    uploads = [one for one in wire.sandbox.book.calls() if one[2] == "statuses/upload_pic"]
    pictures = wire.sandbox.book.posts()[0].more["pictures"]
    assert len(pictures) == len(made.parts[0].files) >= 2
    assert pictures == [wire.credential.uploads.get(one.hash).split(" ")[1] for one in made.parts[0].files]
    wire.staged(made)
    assert [one for one in wire.sandbox.book.calls() if one[2] == "statuses/upload_pic"] == uploads


def test_an_article_goes_out_with_cover_and_pictures_at_their_addresses(wire: Wire) -> None:
    made = wire.made("article")
    sent = wire.send(made)
    post = wire.sandbox.book.posts()[0]
    assert sent.state == "published" and sent.items[0].address.startswith("https://weibo.com/ttarticle/p/show?id=")
    assert "\x02" not in post.more["body"] and "http://ww1.sinaimg.cn/" in post.more["body"]
    assert post.more["pictures"][0].startswith("http://ww1.sinaimg.cn/") and post.carried == KEY


def test_a_lost_article_is_found_by_its_attached_post(wire: Wire) -> None:
    wire.faults.add(Fault("accept_then_drop", method="proxy/article/publish", nth=1))
    made = wire.made("article")
    with pytest.raises(UnknownOutcome):
        wire.send(made)
    found = wire.look_up(made)
    assert [one.remote_id for one in found.matches] == [wire.sandbox.book.posts()[0].remote]
    wire.sandbox.admit(NAME, safe_domains=["cn"], grants=[])
    with pytest.raises(AdministratorError):
        wire.send(wire.made("article", "另一篇"), OTHER)


def test_a_long_post_is_no_work_for_this_interface(wire: Wire) -> None:
    with pytest.raises(AdministratorError, match="route"):
        wire.staged(wire.made("longtext"))


@pytest.mark.parametrize(
    "action",
    [
        "accept_then_drop",
        "accept_then_hang",
        "reset_mid_body",
        "http_500_after_accept",
        "html_page",
        "json_truncated",
        "empty_200",
        "wrong_type",
    ],
)
@pytest.mark.proves("F04", "F13")
def test_an_unclear_answer_is_unknown_and_found_by_its_key(wire: Wire, action: str) -> None:
    wire.faults.add(Fault(action, method=SHARE))
    made = wire.made()
    with pytest.raises(UnknownOutcome):
        wire.send(made)
    found = wire.look_up(made)
    assert found.complete and [one.remote_id for one in found.matches] == [wire.sandbox.book.posts()[0].remote]
    assert wire.look_up(made, OTHER).matches == ()


@pytest.mark.parametrize("action", ["refuse", "tls_error", "http_429"])
@pytest.mark.proves("F05")
def test_what_never_arrived_is_later(wire: Wire, action: str) -> None:
    wire.faults.add(Fault(action, method=SHARE))
    with pytest.raises(LaterError):
        wire.send(wire.made())
    assert wire.sandbox.book.posts() == []


def test_posted_late_is_accepted_and_its_number_found_later(wire: Wire) -> None:
    wire.faults.add(Fault("visibility_delay", method=SHARE))
    wire.faults.add(Fault("content_altered", method=SHARE))
    sent = wire.send(wire.made())
    assert sent.state == "accepted" and sent.items == ()
    waiting = Sent(state="accepted", remote_id=sent.remote_id)
    assert channel.transport.confirm(waiting, wire.credential) == waiting
    with pytest.raises(LaterError, match="自动继续"):
        channel.transport.withdraw(waiting, 1, KEY, wire.credential)
    wire.now += timedelta(minutes=2)
    done = channel.transport.confirm(waiting, wire.credential)
    assert done.state == "published" and done.remote_id == wire.sandbox.book.posts()[0].remote
    again = channel.transport.confirm(done, wire.credential)
    assert again.items == done.items
    assert channel.transport.withdraw(waiting, 1, KEY, wire.credential).state == "removed"
    assert channel.transport.confirm(done, wire.credential).state == "removed"


def test_without_leave_to_follow_links_the_words_decide(wire: Wire) -> None:
    wire.faults.add(Fault("permission_missing", method="short_url/expand"))
    wire.faults.add(Fault("content_altered", method=SHARE))
    made = wire.made()
    sent = wire.send(made)
    wire.send(wire.made(headline="完全不同的另一条消息", digest="说的是别的事情。"), OTHER)
    assert [one.remote_id for one in wire.look_up(made).matches] == [sent.remote_id]


@pytest.mark.proves("F33")
def test_a_list_that_shows_fewer_posts_than_it_says_is_no_whole_answer(wire: Wire) -> None:
    made = wire.made()
    wire.send(made)
    wire.faults.add(Fault("list_unstable", nth=1))
    found = wire.look_up(made)
    assert found.matches == () and not found.complete
    wire.faults.add(Fault("list_down"))
    with pytest.raises(LaterError):
        wire.look_up(made)


def test_the_whole_timeline_is_read_page_by_page(wire: Wire) -> None:
    first = wire.made()
    wire.send(first)
    for number in range(120):  # written into the platform's book: nobody may call so often
        wire.sandbox.book.publish(
            "weibo", wire.secrets["uid"], str(6_000_000_000_000_000 + number), wire.now, wire.now, "",
            f"第 {number} 条", "", "", {"title": "", "body": "", "text": ""},
        )  # fmt: skip
    assert len(wire.look_up(first).matches) == 1
    lists = [one for one in wire.sandbox.book.calls() if one[2] == "statuses/user_timeline"]
    assert len(lists) == 2


def test_repeated_words_are_blamed_on_the_other_delivery_or_looked_up(wire: Wire) -> None:
    made = wire.made()
    wire.send(made)
    address = wire.sandbox.book.posts()[0].address
    with pytest.raises(StoryError, match=address.replace("?", "[?]")):
        wire.send(made, OTHER)
    with pytest.raises(UnknownOutcome):
        wire.send(made)
    wire.faults.add(Fault("list_down"))
    with pytest.raises(UnknownOutcome):
        wire.send(made, OTHER)
    assert len(wire.sandbox.book.posts()) == 1


def test_one_account_posts_thirty_times_an_hour_and_keeps_thirty_calls(wire: Wire) -> None:
    for _ in range(30):
        wire.credential.budget.spend(SHARE)
    with pytest.raises(QuotaError) as full:
        wire.send(wire.made())
    assert full.value.until == wire.now + timedelta(hours=1)
    for _ in range(40):
        wire.credential.budget.spend("statuses/upload_pic")
    with pytest.raises(QuotaError):
        wire.credential.budget.spend("statuses/upload_pic")
    for _ in range(30):
        channel.transport.confirm(Sent(state="accepted", remote_id=f"later:{KEY}:x"), wire.credential)
    with pytest.raises(QuotaError) as spent:
        wire.look_up(wire.made())
    assert spent.value.until == wire.now.replace(hour=16)
    assert wire.sandbox.book.posts() == []


def test_withdrawing_deletes_and_what_is_gone_is_gone(wire: Wire) -> None:
    sent = wire.send(wire.made())
    assert channel.transport.withdraw(sent, 1, KEY, wire.credential).state == "removed"
    assert wire.sandbox.copies()[0].state == "deleted"
    assert channel.transport.withdraw(sent, 1, KEY, wire.credential).state == "removed"


def test_a_deletion_that_fails_or_stays_silent_is_no_deletion(wire: Wire) -> None:
    sent = wire.send(wire.made())
    wire.faults.add(Fault("delete_fails", nth=1))
    with pytest.raises(LaterError):
        channel.transport.withdraw(sent, 1, KEY, wire.credential)
    wire.faults.add(Fault("accept_then_drop", method="statuses/destroy", nth=1))
    with pytest.raises(UnknownOutcome):
        channel.transport.withdraw(sent, 1, KEY, wire.credential)


def test_check_says_who_it_is_and_when_to_authorise_again(wire: Wire) -> None:
    begun = wire.now
    told = channel.transport.check(wire.credential)
    assert told.subject == wire.secrets["uid"] and told.troubles == ()
    for days, words in ((23, "7 天内到期"), (29, "1 天内到期")):
        wire.now = begun + timedelta(days=days)
        assert [words in one for one in channel.transport.check(wire.credential).troubles] == [True]
    wire.now = begun + timedelta(days=31)
    assert "重新授权" in channel.transport.check(wire.credential).troubles[0]
    with pytest.raises(AdministratorError, match="已到期"):
        wire.staged(wire.made())


def test_check_reports_troubles_instead_of_raising(wire: Wire) -> None:
    wire.faults.add(Fault("identity_changed", nth=1))
    assert "请用本账号重新授权" in channel.transport.check(wire.credential).troubles[0]
    for action in ("token_down", "html_page", "permission_missing", "ip_denied"):
        wire.faults.clear()
        wire.faults.add(Fault(action))
        assert len(channel.transport.check(wire.credential).troubles) == 1
    assert wire.sandbox.sends() == []


def test_permalinks_are_base62_of_the_number() -> None:
    """The best-known example of the rule: mid 3501756485200075 is z0JH2lOMb."""
    assert timeline.base62("3501756485200075") == "z0JH2lOMb"
    assert timeline.address_of({"idstr": "3501756485200075"}, "1") == "https://weibo.com/1/z0JH2lOMb"
