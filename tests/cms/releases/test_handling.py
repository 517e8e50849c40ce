"""What a person may decide about a delivery, what is refused, and that the log says who and why."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from channels.transport import Sent, SentItem
from cms import releases
from cms.audit import history, verify
from cms.people import Person
from cms.releases import (
    Attempt,
    CancelError,
    Delivery,
    HandlingError,
    Item,
    Receipt,
    Release,
    deliveries_of,
    let_through,
    parse_target,
    plan,
    seal,
)
from cms.review import REHEARSAL, SealedSet, SignError, sign_all
from cms.stories import Revision

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WHO = ("li", "看过后台")
ADDRESS = "https://mp.example/s/1"


def step(session: Session, delivery: Delivery, event: str, **changes: Any) -> Delivery:
    return releases.move(session, delivery, event, actor="pipeline", now=NOW, **changes)


@pytest.fixture
def rendered(demo: Session, write: Callable[..., Revision]) -> Delivery:
    target = parse_target("unit=chengdu channel=wechat")
    release = plan(demo, [write()], target, NOW, "wang", REHEARSAL, NOW, group_limit=lambda _: 1)
    delivery = deliveries_of(demo, release)[0]
    step(demo, delivery, "render", rendition_hash="r1")
    seal(demo, release, {delivery.id: "r1"}, [], REHEARSAL, NOW)
    return delivery


@pytest.fixture
def sign(demo: Session, rendered: Delivery, person: Callable[[str], Person]) -> Callable[[], None]:
    def sign_it() -> None:
        sealed = demo.get_one(SealedSet, rendered.sealed_set_id)
        sign_all(demo, sealed, person("li"), "演练", NOW)
        let_through(demo, sealed, "li", NOW)

    return sign_it


@pytest.fixture
def ready(rendered: Delivery, sign: Callable[[], None]) -> Delivery:
    sign()
    return rendered


def lost(session: Session, delivery: Delivery, outcome: str = "UnknownOutcome") -> Delivery:
    """Sent, and nobody knows."""
    fills = {"remote": {"draft": "1"}, "fills": {"quantum": {"link": "x"}}, "sent_hash": "h"}
    row = step(session, step(session, delivery, "stage", staged=fills), "send", lost_at=NOW)
    attempt = {"key": row.key, "request_hash": "r1", "fence": row.fence, "owner": "w"}
    session.add(Attempt(delivery_id=row.id, step="publish", began_at=NOW, ended_at=NOW, outcome=outcome, **attempt))
    session.flush()
    return step(session, row, "lose", reason="没有回答")


def only(session: Session) -> Item:
    return session.exec(select(Item)).one()


# --------------------------------------------------------------------------- hold and retry


@pytest.mark.proves("I11")
def test_held_by_a_person_and_sent_on_by_a_person(demo: Session, ready: Delivery) -> None:
    releases.hold(demo, ready, "li", "等省里通知", NOW)
    assert (ready.state, ready.reason, ready.next_at) == ("held", "等省里通知", None)
    key = ready.key
    releases.retry(demo, ready, "li", "通知到了", NOW)
    assert (ready.state, ready.key, ready.deadline) == ("ready", key, NOW + timedelta(hours=2))
    said = [(one.actor, one.action, one.detail["reason"]) for one in history(demo, f"delivery:{ready.id}")]
    assert said[-2:] == [("li", "delivery.hold", "等省里通知"), ("li", "delivery.resume", "通知到了")]
    assert verify(demo) is None


def test_a_long_missed_one_is_given_time_again(demo: Session, ready: Delivery) -> None:
    late = NOW + timedelta(days=3)
    releases.hold(demo, ready, *WHO, late)
    assert releases.retry(demo, ready, *WHO, late).deadline == late + timedelta(hours=2)
    assert ready.due_at == NOW


@pytest.mark.proves("I4")
def test_what_may_be_out_is_sent_again_only_on_a_persons_word(demo: Session, ready: Delivery) -> None:
    row = step(demo, lost(demo, ready), "hold", reason="列表故障")
    with pytest.raises(HandlingError, match=r"可能已经发出，不能直接再发.*--not-published"):
        releases.retry(demo, row, *WHO, NOW)
    assert row.state == "held"
    releases.retry(demo, row, *WHO, NOW, is_absent=True)
    assert (row.state, row.lost_at, row.looks, row.staged, row.remote_id) == ("ready", None, 0, {}, "")
    assert not releases.may_be_out(demo, row)


def test_only_a_clear_no_needs_no_looking_up(demo: Session, ready: Delivery) -> None:
    row = step(demo, lost(demo, ready), "hold", reason="平台拒绝")
    attempt = demo.exec(select(Attempt)).one()
    for outcome in ("", "died", "accepted", "UnknownOutcome", "KeyError"):
        attempt.outcome = outcome
        demo.flush()
        assert releases.may_be_out(demo, row), outcome
    for outcome in ("StoryError", "LaterError", "QuotaError", "AdministratorError", "AccountError"):
        attempt.outcome = outcome
        demo.flush()
        assert not releases.may_be_out(demo, row), outcome
    assert releases.retry(demo, row, *WHO, NOW).state == "ready"


def test_a_person_who_looked_ends_the_open_attempts(demo: Session, ready: Delivery) -> None:
    row = step(demo, lost(demo, ready, ""), "hold", reason="进程退出")
    attempt = demo.exec(select(Attempt)).one()
    attempt.ended_at = None
    demo.flush()
    releases.retry(demo, row, *WHO, NOW, is_absent=True)
    demo.refresh(attempt)
    assert (attempt.outcome, attempt.ended_at) == ("absent", NOW)


@pytest.mark.proves("I6")
def test_an_edit_since_the_signature_stops_the_retry(
    demo: Session, ready: Delivery, write: Callable[..., Revision]
) -> None:
    releases.hold(demo, ready, *WHO, NOW)
    write(text="改过")
    with pytest.raises(SignError, match=r"在签发后改过.*请重新送审，或由签发人确认照签发的那一版发"):
        releases.retry(demo, ready, *WHO, NOW)


def test_held_before_the_signatures_it_waits_for_them_again(
    demo: Session, rendered: Delivery, sign: Callable[[], None]
) -> None:
    releases.hold(demo, rendered, *WHO, NOW)
    assert releases.retry(demo, rendered, *WHO, NOW).state == "rendered"
    sign()
    assert rendered.state == "ready"


def test_without_a_rendition_there_is_nothing_to_send(demo: Session, write: Callable[..., Revision]) -> None:
    target = parse_target("unit=chengdu channel=wechat")
    release = plan(demo, [write()], target, NOW, "wang", REHEARSAL, NOW, group_limit=lambda _: 1)
    row = step(demo, deliveries_of(demo, release)[0], "hold", reason="标题太长")
    with pytest.raises(HandlingError, match="还没有可发的成品"):
        releases.retry(demo, row, *WHO, NOW)


# --------------------------------------------------------------------------- adopt


@pytest.mark.proves("F33", "I1")
@pytest.mark.parametrize("state", ["unknown", "held"])
def test_published_after_all(demo: Session, ready: Delivery, state: str) -> None:
    row = lost(demo, ready)
    row = step(demo, row, "hold", reason="列表故障") if state == "held" else row
    releases.adopt(demo, row, [ADDRESS], *WHO, NOW)
    item, receipt = only(demo), demo.exec(select(Receipt)).one()
    assert (row.state, row.verified) == ("published", False)
    assert (item.fate, item.address, item.fills) == ("published", ADDRESS, {"link": "x"})
    assert (receipt.address, receipt.verified, receipt.sent_hash) == (ADDRESS, False, "h")
    assert "看过后台" in receipt.note
    assert "未核验" in releases.why(demo, row)[-2] + releases.why(demo, row)[-1]


def test_what_the_platform_saw_too_is_verified(demo: Session, ready: Delivery) -> None:
    row = lost(demo, ready)
    seen = Sent(state="published", remote_id="77", items=(SentItem(position=1, remote_id="77-1", address=ADDRESS),))
    releases.adopt(demo, row, [ADDRESS], *WHO, NOW, seen)
    assert (row.verified, row.remote_id, only(demo).remote_id) == (True, "77", "77-1")


def test_a_wrong_address_is_refused(demo: Session, ready: Delivery) -> None:
    row = lost(demo, ready)
    for addresses, words in (
        (["javascript:alert(1)"], "不是网址"),
        (["mp.example/s/1"], "不是网址"),
        ([ADDRESS, ADDRESS], "有 1 篇"),
    ):
        with pytest.raises(HandlingError, match=words):
            releases.adopt(demo, row, addresses, *WHO, NOW)
    assert row.state == "unknown"


@pytest.mark.proves("I1")
def test_an_address_belongs_to_one_delivery(demo: Session, ready: Delivery, write: Callable[..., Revision]) -> None:
    target = parse_target("unit=chengdu channel=wechat")
    other = plan(demo, [write("other")], target, NOW, "wang", REHEARSAL, NOW, group_limit=lambda _: 1)
    item = demo.exec(select(Item).where(Item.delivery_id == deliveries_of(demo, other)[0].id)).one()
    item.address = ADDRESS
    demo.flush()
    with pytest.raises(HandlingError, match="这个地址已经是投递"):
        releases.adopt(demo, lost(demo, ready), [ADDRESS], *WHO, NOW)


# --------------------------------------------------------------------------- cancel


@pytest.mark.proves("I1")
def test_what_may_be_out_is_not_cancelled_unseen(demo: Session, ready: Delivery) -> None:
    row = step(demo, lost(demo, ready), "hold", reason="列表故障")
    with pytest.raises(HandlingError, match="不能直接取消"):
        releases.cancel_one(demo, row, *WHO, NOW)
    with pytest.raises(CancelError, match="可能已经发出"):
        releases.cancel(demo, demo.get_one(Release, row.release_id), *WHO, NOW)
    assert releases.cancel_one(demo, row, *WHO, NOW, is_absent=True).state == "cancelled"
    assert only(demo).fate == "cancelled"


def test_one_delivery_is_cancelled(demo: Session, ready: Delivery) -> None:
    assert releases.cancel_one(demo, ready, *WHO, NOW).state == "cancelled"


# --------------------------------------------------------------------------- refusals


def test_a_reason_is_needed(demo: Session, ready: Delivery) -> None:
    decisions: tuple[Callable[..., Delivery], ...] = (releases.hold, releases.retry, releases.cancel_one)
    for decide in decisions:
        with pytest.raises(HandlingError, match="写明原因"):
            decide(demo, ready, "li", "  ", NOW)


def test_an_illegal_move_says_what_is_possible(demo: Session, ready: Delivery) -> None:
    with pytest.raises(HandlingError, match="“待发”的投递不能恢复发送。现在可以：先停住：yigao hold"):
        releases.retry(demo, ready, *WHO, NOW)
    with pytest.raises(HandlingError, match="“待发”的投递不能认领"):
        releases.adopt(demo, ready, [ADDRESS], *WHO, NOW)
    row = step(demo, ready, "send")
    for decide in (releases.hold, releases.retry, releases.cancel_one):
        with pytest.raises(HandlingError, match="等它自己有结果"):
            decide(demo, row, *WHO, NOW)
    row = step(demo, row, "fail", reason="平台拒绝")
    with pytest.raises(HandlingError, match=r"yigao retry.*重新排发布"):
        releases.retry(demo, row, *WHO, NOW)


def test_found_by_number_key_or_its_beginning(demo: Session, ready: Delivery) -> None:
    for name in (str(ready.id), ready.key, ready.key[:8], ready.key[:8].upper()):
        assert releases.find(demo, name) is ready
    for name in ("99", "", "zzzzzzzz", ready.key[:7], "%%%%%%%%", "9" * 30):
        with pytest.raises(HandlingError, match="没有投递"):
            releases.find(demo, name)


# --------------------------------------------------------------------------- telling


def test_the_whole_story_in_order(demo: Session, ready: Delivery) -> None:
    row = lost(demo, ready)
    words = "\n".join(releases.why(demo, row))
    assert "第 1 次发布（w）→ 没有得到明确的回答，用时 0.0 秒" in words
    assert words.splitlines()[-1].endswith("用时 0.0 秒") or "失去回音" in words
    assert [one.kind for one in releases.story(demo, row)].count("attempt") == 1


@pytest.mark.proves("I7")
def test_lateness_is_counted_from_receipts(demo: Session, ready: Delivery) -> None:
    assert releases.lateness(demo, NOW).overdue == 0
    assert releases.lateness(demo, NOW + timedelta(minutes=5)).overdue == 1
    row = step(demo, step(demo, ready, "send"), "publish")
    demo.add(Receipt(delivery_id=row.id, state="published", at=NOW + timedelta(seconds=90)))
    demo.flush()
    late = releases.lateness(demo, NOW + timedelta(hours=1))
    assert (late.published, late.over_a_minute, late.worst, late.overdue) == (1, 1, timedelta(seconds=90), 0)


def test_what_waits_is_told_with_its_reason(demo: Session, ready: Delivery) -> None:
    assert releases.waiting(demo) == []
    releases.hold(demo, ready, *WHO, NOW)
    one = releases.waiting(demo, ready.release_id)[0]
    assert (one.account, one.state, one.reason) == ("wechat:chengdu", "held", "看过后台")
    assert releases.waiting(demo, 99) == []
