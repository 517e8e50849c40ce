"""What can be done about a work that is out on 抖音: each dated rule tripped, the reading against the sandbox."""

import pytest

from channels.contract import AdministratorError, CannotError, LaterError
from channels.douyin.channel import channel
from channels.douyin.mends import MENDS
from channels.transport import Reads, Remarks, Sent, SentItem, Standing
from tests.douyin.desk import KEY, TEXT, Wired, wired

RULES = {one.key.removeprefix("douyin."): one for one in MENDS}


def out(wire: Wired, text: str = TEXT) -> Sent:
    """A work that passed its review."""
    sent = wire.publish(text)
    wire.later(minutes=1)
    return wire.transport.confirm(sent, wire.credential)


def read(wire: Wired, sent: Sent) -> Standing:
    (standing,) = wire.transport.read(sent, wire.credential)
    return standing


# ----------------------------------------------------------------- the rules


@pytest.mark.keeps("order")
def test_a_withdrawal_is_for_a_person() -> None:
    wire = wired()
    sent = out(wire)
    with pytest.raises(CannotError, match="创作者中心删除"):
        wire.transport.withdraw(sent, 1, KEY, wire.credential)
    assert "delete" not in " ".join(wire.calls()) and wire.sandbox.touches() == []
    retractions = [one for one in channel.mends if one.allows("retraction", is_push=False, days=0)]
    assert retractions == [RULES["delete_by_hand"]]


@pytest.mark.keeps("order")
def test_a_work_is_deleted_by_a_person_and_its_correction_created() -> None:
    wire = wired()
    sent = out(wire)
    first = next(one for one in channel.mends if one.allows("correction", is_push=False, days=0, changed=3))
    assert first == RULES["reissue"] and "请人在抖音 App 删除" in first.words
    (post,) = wire.sandbox.book.posts()
    assert "不能修改" in wire.sandbox.edit_by_hand(post, "", f"更正：{TEXT}")
    wire.sandbox.delete_by_hand(post)
    assert read(wire, sent).state == "gone"
    again = out(wire, f"更正：{TEXT}")
    assert read(wire, again).text == f"更正：{TEXT}" and again.remote_id != sent.remote_id


def test_nothing_is_said_by_the_interface() -> None:
    wire = wired()
    assert not isinstance(wire.transport, Remarks) and RULES["comment"].action == "by_hand"
    assert not any("reply" in str(rule) for rule in wire.sandbox.app.url_map.iter_rules())


# ----------------------------------------------------------------- reading


@pytest.mark.keeps("drift")
def test_a_work_is_read_as_its_list_shows_it() -> None:
    wire = wired()
    assert isinstance(wire.transport, Reads)
    sent = out(wire)
    assert read(wire, sent) == Standing(position=1, state="live", text=TEXT, address=sent.items[0].address)
    wire.strike("content_altered", "video_data", nth=1)
    assert "平台修改过" in read(wire, sent).text
    wire.strike("removed_by_platform", "video_data", nth=1)
    assert read(wire, sent).state == "blocked"


def test_a_work_in_review_is_asked_about_later() -> None:
    wire = wired()
    with pytest.raises(LaterError, match="还在审核"):
        read(wire, wire.publish())


@pytest.mark.keeps("drift")
def test_what_is_not_listed_is_gone_only_where_the_list_is_known_to_be_whole() -> None:
    wire = wired()
    sent = out(wire)
    wire.strike("list_unstable", "video_data", nth=1)
    assert read(wire, sent).state == "live"
    wire.sandbox.delete_by_hand(wire.sandbox.book.posts()[0])
    assert read(wire, sent).state == "gone"
    doubtful = wire.with_secrets(list_trusted="")
    with pytest.raises(CannotError, match="请到抖音 App 看"):
        read(doubtful, sent)


def test_what_cannot_be_asked_says_why() -> None:
    wire = wired()
    sent = out(wire)
    with pytest.raises(CannotError, match="没有平台编号"):
        read(wire, Sent(state="published", items=(SentItem(position=1, address="https://v.douyin.com/x/"),)))
    wire.strike("list_down", "video_data", nth=1)
    with pytest.raises(LaterError):
        read(wire, sent)
    wire.strike("permission_missing", "video_data", nth=1)
    with pytest.raises(AdministratorError):
        read(wire, sent)
