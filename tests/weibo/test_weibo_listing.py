"""What an account publicly holds, as its own timeline shows it: over the real transport and the sandbox's HTTP."""

from datetime import timedelta

import pytest

from channels.contract import LaterError
from channels.making.sandbox import Fault
from channels.transport import Lists
from channels.weibo import channel
from tests.weibo.wired import KEY, NAME, Wire

AN_HOUR = timedelta(hours=1)


def calls(wire: Wire, method: str) -> int:
    return sum(one[2].endswith(method) for one in wire.sandbox.book.calls("weibo"))


def test_what_somebody_posted_by_hand_is_listed(wire: Wire) -> None:
    assert isinstance(channel.transport, Lists)
    ours = wire.send(wire.made())
    wire.sandbox.post_by_hand(NAME, "", "手工发的一条 https://kjt.sc.gov.cn/x")
    held = channel.transport.listed(wire.now - AN_HOUR, (), wire.credential)
    assert held.complete
    hand, mine = held.rows  # the newest first
    assert (hand.titles, hand.keys) == (("手工发的一条",), ())
    assert hand.addresses[0].startswith("https://weibo.com/")
    assert (mine.remote_id, mine.keys) == (ours.remote_id, (KEY,))


def test_where_links_lead_is_asked_for_what_nobody_knows_alone(wire: Wire) -> None:
    ours = wire.send(wire.made())
    asked = calls(wire, "short_url/expand")
    (known,) = channel.transport.listed(wire.now - AN_HOUR, {ours.remote_id}, wire.credential).rows
    assert (known.keys, calls(wire, "short_url/expand")) == ((), asked)
    channel.transport.listed(wire.now - AN_HOUR, (), wire.credential)
    assert calls(wire, "short_url/expand") == asked + 1


def test_older_posts_and_deleted_ones_are_not_listed(wire: Wire) -> None:
    gone = wire.send(wire.made())
    channel.transport.withdraw(gone, 1, KEY, wire.credential)
    wire.sandbox.post_by_hand(NAME, "", "昨天的一条")
    wire.now += timedelta(hours=2)
    assert channel.transport.listed(wire.now - AN_HOUR, (), wire.credential).rows == ()


def test_a_list_that_is_down_is_no_empty_list(wire: Wire) -> None:
    wire.faults.add(Fault("list_down"))
    with pytest.raises(LaterError):
        channel.transport.listed(wire.now - AN_HOUR, (), wire.credential)
