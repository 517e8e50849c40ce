"""The one table of states, and `move`: compare-and-swap, fate, audit, all or nothing."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from cms.audit import history, verify
from cms.db import read_scope, session_scope
from cms.people import Person, Workspace
from cms.releases import (
    EVENT_NAMES,
    GONE,
    NEEDS_SIGNATURE,
    STATE_NAMES,
    TERMINAL,
    TRANSITIONS,
    Delivery,
    IllegalMove,
    Item,
    LostRace,
    Release,
    counts,
    deliveries_of,
    let_through,
    move,
    parse_target,
    plan,
    seal,
    why,
)
from cms.review import REHEARSAL, SignError, sign_all
from cms.stories import Revision, save

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def step(session: Session, delivery: Delivery, event: str, **changes: object) -> Delivery:
    return move(session, delivery, event, actor="system", now=NOW, **changes)  # type: ignore[arg-type]


@pytest.fixture
def planned(demo: Session, write: Callable[..., Revision]) -> Delivery:
    release = plan(
        demo,
        [write()],
        parse_target("unit=chengdu channel=site"),
        NOW,
        "wang",
        REHEARSAL,
        NOW,
        group_limit=lambda _: 1,
    )
    return deliveries_of(demo, release)[0]


@pytest.fixture
def ready(demo: Session, planned: Delivery, person: Callable[[str], Person]) -> Delivery:
    step(demo, planned, "render", rendition_hash="r1")
    sealed = seal(demo, demo.get_one(Release, planned.release_id), {planned.id: "r1"}, [], REHEARSAL, NOW)
    with pytest.raises(SignError, match="签字不齐，还缺：初审、复审、终审、签发"):
        let_through(demo, sealed, "li", NOW)
    sign_all(demo, sealed, person("li"), "演练", NOW)
    assert let_through(demo, sealed, "li", NOW) == [planned]
    return planned


# --------------------------------------------------------------------------- the table


def test_the_table_speaks_only_of_known_states_and_events() -> None:
    states = {before for before, _ in TRANSITIONS} | set(TRANSITIONS.values())
    assert states | GONE == set(STATE_NAMES)
    assert {event for _, event in TRANSITIONS} == set(EVENT_NAMES)


def test_every_state_can_be_reached() -> None:
    reached = {"planned"}
    for _ in STATE_NAMES:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
    assert reached == set(STATE_NAMES)


def test_every_state_that_waits_can_be_held_with_a_reason() -> None:
    waiting = STATE_NAMES.keys() - TERMINAL
    assert {before for before, event in TRANSITIONS if event == "hold"} == waiting


def test_only_a_person_sends_again_what_is_over() -> None:
    """And only what failed or was removed: what was cancelled, replaced or withdrawn stays so. What went into a push
    returns from it; what the platform took away may be seen again without anybody's sending it."""
    roads = {(before, event) for before, event in TRANSITIONS if before in GONE and event != "reappear"}
    assert roads == {("failed", "resend"), ("removed", "resend"), ("composed", "give_back")}
    assert {key: to for key, to in TRANSITIONS.items() if key[1] == "reappear"} == {
        ("removed", "reappear"): "published"
    }


def test_only_a_signature_or_what_was_signed_before_leads_to_sending() -> None:
    unsigned = STATE_NAMES.keys() - NEEDS_SIGNATURE
    doors = {(before, event) for (before, event), to in TRANSITIONS.items() if before in unsigned}
    into = {door for door in doors if TRANSITIONS[door] in NEEDS_SIGNATURE}
    assert {before for before, _ in into} == {"rendered", "held", "failed"}


@pytest.mark.proves("I4")
def test_an_unknown_outcome_is_never_sent_again_without_being_asked_about() -> None:
    assert {TRANSITIONS[key] for key in TRANSITIONS if key[0] == "unknown"} == {"reconciling", "held"}


# --------------------------------------------------------------------------- move


def test_a_delivery_walks_from_plan_to_published(demo: Session, ready: Delivery) -> None:
    for event, state in (("stage", "staged"), ("send", "sending"), ("accept", "accepted"), ("publish", "published")):
        assert step(demo, ready, event).state == state
    assert step(demo, ready, "publish", verified=True).verified
    assert demo.exec(select(Item)).one().fate == "published"
    assert verify(demo) is None
    assert counts(demo) == {"site": {"published": 1}}
    assert counts(demo, ready.release_id) == {"site": {"published": 1}}
    assert counts(demo, 99) == {}


@pytest.mark.proves("I11")
def test_every_move_leaves_its_line_in_the_log(demo: Session, ready: Delivery) -> None:
    step(demo, ready, "hold", reason="等省里通知")
    entry = history(demo, f"delivery:{ready.id}")[-1]
    assert (entry.action, entry.detail["from"], entry.detail["to"]) == ("delivery.hold", "ready", "held")
    assert why(demo, ready) == [
        "2026-11-24 10:00:00　渲染（已排期 → 已渲染，system）",
        "2026-11-24 10:00:00　签发（已渲染 → 待发，li）",
        "2026-11-24 10:00:00　暂停（待发 → 暂停，system）：等省里通知",
    ]


def test_a_step_the_table_does_not_know_is_refused_in_words(demo: Session, planned: Delivery) -> None:
    with pytest.raises(IllegalMove, match="“已排期”的投递不能“发送”，可用的操作：渲染、改期、暂停、失败、取消"):
        step(demo, planned, "send")
    with pytest.raises(IllegalMove, match="不能“fly”"):
        step(demo, planned, "fly")
    step(demo, planned, "cancel")
    with pytest.raises(IllegalMove, match="可用的操作：无"):
        step(demo, planned, "render")


@pytest.mark.parametrize("event", ["hold", "fail"])
@pytest.mark.proves("I2")
def test_nothing_is_held_or_fails_without_a_reason(demo: Session, planned: Delivery, event: str) -> None:
    with pytest.raises(IllegalMove, match="必须写明原因"):
        step(demo, planned, event)


def test_a_reason_goes_when_the_delivery_goes_on(demo: Session, ready: Delivery) -> None:
    step(demo, ready, "hold", reason="等通知")
    assert step(demo, ready, "resume").reason == ""


@pytest.mark.parametrize(
    ("events", "fate"),
    [
        (("cancel",), "cancelled"),
        (("supersede",), "superseded"),
        (("send", "publish", "withdraw", "gone"), "withdrawn"),
        (("send", "publish", "withdraw", "stay"), "published"),
        (("send", "publish", "withdraw", "keep"), "published"),
        (("send", "publish", "remove"), "removed"),
        (("send", "publish", "amend"), "amended"),
        (("send", "retry"), "planned"),
    ],
)
def test_the_items_share_the_fate(demo: Session, ready: Delivery, events: tuple[str, ...], fate: str) -> None:
    for event in events:
        step(demo, ready, event)
    assert demo.exec(select(Item)).one().fate == fate


def test_an_item_that_is_gone_on_its_own_stays_gone(demo: Session, ready: Delivery) -> None:
    step(demo, ready, "send")
    demo.exec(select(Item)).one().fate = "failed"
    step(demo, ready, "publish")
    assert demo.exec(select(Item)).one().fate == "failed"


@pytest.mark.proves("F14")
def test_a_worker_that_lost_its_lease_cannot_write(demo: Session, ready: Delivery) -> None:
    stale = Delivery(**ready.model_dump())
    ready.fence += 1
    demo.flush()
    with pytest.raises(LostRace, match="刚被别人改动"):
        step(demo, stale, "send")
    assert step(demo, ready, "send").state == "sending"


def test_a_refused_move_leaves_no_line(demo: Session, ready: Delivery) -> None:
    before = len(history(demo, f"delivery:{ready.id}"))
    stale = Delivery(**{**ready.model_dump(), "fence": 7})
    with pytest.raises(LostRace):
        step(demo, stale, "send")
    assert len(history(demo, f"delivery:{ready.id}")) == before


def make_ready(house: Engine) -> int:
    with session_scope(house) as session:
        session.get_one(Workspace, 1).demo = True
        revision = save(session, "race", "正文", "标题", "wang", NOW, manuscript_hash="m")
        target = parse_target("unit=chengdu channel=site")
        release = plan(session, [revision], target, NOW, "wang", REHEARSAL, NOW, group_limit=lambda _: 1)
        delivery = deliveries_of(session, release)[0]
        step(session, delivery, "render", rendition_hash="r")
        sealed = seal(session, release, {delivery.id: "r"}, [], REHEARSAL, NOW)
        sign_all(session, sealed, session.get_one(Person, 1), "演练", NOW)
        let_through(session, sealed, "li", NOW)
        return delivery.id


@pytest.mark.proves("F14")
def test_of_many_workers_exactly_one_sends(house: Engine) -> None:
    delivery_id = make_ready(house)
    barrier, won, lost = threading.Barrier(6), [], []

    def work(name: str) -> None:
        with read_scope(house) as session:
            delivery = session.get_one(Delivery, delivery_id)
        barrier.wait()
        try:
            with session_scope(house) as session:
                move(session, delivery, "send", actor=name, now=NOW, lease_owner=name, fence=delivery.fence + 1)
            won.append(name)
        except LostRace:
            lost.append(name)

    threads = [threading.Thread(target=work, args=(f"worker-{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    with read_scope(house) as session:
        delivery = session.get_one(Delivery, delivery_id)
        assert (delivery.state, delivery.lease_owner, delivery.fence) == ("sending", won[0], 1)
        assert [one.actor for one in history(session, f"delivery:{delivery_id}")].count(won[0]) == 1
        assert verify(session) is None


def test_a_handover_names_the_person_and_the_deadline(demo: Session, ready: Delivery) -> None:
    moved = step(demo, ready, "hand_over", person="li", deadline=NOW + timedelta(hours=2))
    assert (moved.state, moved.person, moved.deadline) == ("handed_over", "li", NOW + timedelta(hours=2))
