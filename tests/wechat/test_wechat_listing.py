"""What an account publicly holds, as its own list shows it: over the real transport and the sandbox's HTTP."""

from datetime import timedelta

import pytest

from channels.contract import LaterError
from channels.transport import Lists
from tests.wechat.test_wechat_mends import out, withdraw
from tests.wechat.wired import KEY, NAME, Wire

AN_HOUR = timedelta(hours=1)


def test_what_somebody_published_by_hand_is_listed(wired: Wire) -> None:
    assert isinstance(wired.transport, Lists)
    ours = out(wired)
    wired.after(minutes=5)
    wired.sandbox.post_by_hand(NAME, "手工发的通知", "<p>后台写的。</p>")
    held = wired.transport.listed(wired.world.now - AN_HOUR, (), wired.credential)
    assert held.complete
    hand, mine = held.rows  # the newest first
    assert (hand.titles, hand.keys) == (("手工发的通知",), ())
    assert hand.addresses[0].startswith("https://mp.weixin.qq.com/s/")
    assert (mine.remote_id, mine.keys, mine.titles) == (ours.remote_id, (KEY,), ("一条消息",))


def test_what_was_taken_back_or_is_a_draft_is_not_listed(wired: Wire) -> None:
    withdraw(wired, out(wired))
    wired.staged(key="b" * 20)
    assert wired.transport.listed(wired.world.now - AN_HOUR, (), wired.credential).rows == ()


def test_every_page_is_read_and_no_further_than_asked(wired: Wire) -> None:
    for number in range(45):
        wired.sandbox.post_by_hand(NAME, f"第 {number} 条", "<p>字</p>")
        wired.after(minutes=1)
    held = wired.transport.listed(wired.world.now - AN_HOUR, (), wired.credential)
    assert (len(held.rows), held.complete, wired.calls("freepublish/batchget")) == (45, True, 3)
    some = wired.transport.listed(wired.world.now - timedelta(minutes=10, seconds=30), (), wired.credential)
    assert (len(some.rows), some.complete, wired.calls("freepublish/batchget")) == (10, True, 4)


def test_a_list_longer_than_is_read_says_so(wired: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.wechat.listing.MOST_PAGES", 1)
    for number in range(21):
        wired.sandbox.post_by_hand(NAME, f"第 {number} 条", "<p>字</p>")
    held = wired.transport.listed(wired.world.now - AN_HOUR, (), wired.credential)
    assert (len(held.rows), held.complete) == (20, False)


def test_a_list_that_is_down_is_no_empty_list(wired: Wire) -> None:
    wired.fault("list_down", "freepublish/batchget")
    with pytest.raises(LaterError):
        wired.transport.listed(wired.world.now - AN_HOUR, (), wired.credential)
