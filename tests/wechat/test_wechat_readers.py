"""How many people read an article, against the sandbox (§11): the sum to the end of yesterday, and honestly nothing
where the platform tells nothing."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from channels.contract import AdministratorError, CannotError, ChannelError, LaterError
from channels.transport import Counts, Readership, Sent
from tests.pipeline.conftest import NOW
from tests.wechat.test_wechat_mends import out
from tests.wechat.wired import Wire, error_of

pytestmark = pytest.mark.keeps("order")


def counted(wired: Wire, sent: Sent, at: datetime = NOW) -> tuple[Readership, ...]:
    assert isinstance(wired.transport, Counts)
    return wired.transport.counted(sent, at, wired.credential)


def test_the_last_day_stands_for_all_days_before(wired: Wire) -> None:
    sent = out(wired, "第一条", "第二条")
    sums = []
    for days in (1, 2):
        wired.after(days=1)
        first, second = counted(wired, sent)
        assert (first.position, second.position) == (1, 2) and first.count != second.count
        assert first.until == second.until == date(2026, 11, 17 + days)
        sums.append(first.count)
    assert sums[1] > sums[0] > 0


def test_a_push_has_no_address_to_be_known_by(wired: Wire) -> None:
    sent = out(wired, "第一条", push=True)
    wired.after(days=1)
    with pytest.raises(CannotError, match="群发的这一篇没有网址"):
        counted(wired, sent)


def test_of_what_came_out_today_nothing_is_told_yet(wired: Wire) -> None:
    sent = out(wired, "第一条")
    with pytest.raises(LaterError, match="微信第二天才给阅读人数"):
        counted(wired, sent)


def test_an_article_the_statistics_do_not_know_has_no_number(wired: Wire) -> None:
    sent = out(wired, "第一条")
    wired.after(days=1)
    (one,) = sent.items
    lost = replace(sent, items=(replace(one, address="https://mp.weixin.qq.com/s/another"),))
    with pytest.raises(CannotError, match="统计里没有这一篇"):
        counted(wired, lost)


def test_where_it_was_shared_from_makes_no_other_article_of_it(wired: Wire) -> None:
    sent = out(wired, "第一条")
    wired.after(days=1)
    (one,) = sent.items
    shared = replace(sent, items=(replace(one, address=f"{one.address}?scene=21&chksm=abc"),))
    assert counted(wired, shared) == counted(wired, sent)


@pytest.mark.parametrize(
    ("action", "kind"),
    [("permission_missing", AdministratorError), ("http_500_before", ChannelError), ("json_truncated", ChannelError),
     ("empty_200", ChannelError), ("wrong_type", ChannelError)],
)  # fmt: skip
def test_a_refusal_or_a_broken_answer_is_told_and_no_number(wired: Wire, action: str, kind: type[ChannelError]) -> None:
    sent = out(wired, "第一条")
    wired.after(days=1)
    wired.fault(action, "datacube/getarticletotaldetail")
    assert isinstance(error_of(lambda: counted(wired, sent)), kind)
