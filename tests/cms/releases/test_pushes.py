"""组稿: what may go in a push, what is told before, what the database refuses, and how a push is taken apart."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cms.matrix import Account
from cms.people import Person
from cms.releases import (
    Delivery,
    Item,
    PlanError,
    PushArticle,
    Recall,
    Release,
    cancel,
    cancel_one,
    deliveries_of,
    let_through,
    move,
    parse_target,
    plan,
    put_up,
    resend,
    seal,
)
from cms.releases.freeze import Scope, freeze
from cms.releases.pushes import Order, Outlook, PushError, candidates, compose, look, push_of, take_apart, words
from cms.review import REHEARSAL, sign_all
from cms.stories import Revision, Story, workdays
from tests.services.databases import spoken

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SLOT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # Tuesday noon in Beijing
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
Signed = Callable[..., Delivery]


@pytest.fixture
def account(demo: Session) -> Account:
    return demo.exec(select(Account).where(Account.key == "wechat:chengdu")).one()


@pytest.fixture
def planned(demo: Session, write: Callable[..., Revision]) -> Signed:
    """A rendered story on chengdu's WeChat, not signed."""

    def make(slug: str, due: datetime = SLOT, to: str = "unit=chengdu channel=wechat") -> Delivery:
        release = plan(demo, [write(slug)], parse_target(to), due, "wang", REHEARSAL, NOW)
        one = deliveries_of(demo, release)[0]
        return move(demo, one, "render", actor="x", now=NOW, rendition_hash=f"r:{slug}:{one.id}")

    return make


@pytest.fixture
def signed(demo: Session, planned: Signed, person: Callable[[str], Person]) -> Signed:
    """The same, signed and ready."""

    def make(slug: str, due: datetime = SLOT, **more: str) -> Delivery:
        one = planned(slug, due, **more)
        release = demo.get_one(Release, one.release_id)
        mine = {each.id: each.rendition_hash for each in deliveries_of(demo, release)}
        sealed = seal(demo, release, mine, [], REHEARSAL, NOW)
        sign_all(demo, sealed, person("li"), "演练", NOW)
        return let_through(demo, sealed, "li", NOW)[0]

    return make


def ask(session: Session, account: Account, picks: Sequence[Delivery], **asked: object) -> Order:
    return Order(account, tuple(one.id for one in picks), **{"at": SLOT, "push": False, **asked})  # type: ignore[arg-type]


def seen(session: Session, order: Order) -> Outlook:
    return look(session, order, workdays(session), NOW)


def made(session: Session, order: Order, person: Callable[[str], Person], now: datetime = NOW) -> Delivery:
    """The push, put together; its bytes are named after its stories here: the press room has its own tests."""
    hashes = [session.get_one(Delivery, one).rendition_hash for one in order.picks]
    digest = f"push:{'+'.join(hashes)}:{now.isoformat()}"
    release = compose(session, order, hashes, digest, [], person("zhou"), workdays(session), now)
    push = push_of(session, release)
    assert push is not None
    return push


def fates(session: Session, one: Delivery) -> list[str]:
    query = select(Item.fate).where(Item.delivery_id == one.id).order_by(col(Item.position))
    return list(session.exec(query))


def run(session: Session, statement: str) -> None:
    connection = session.connection()
    assert connection.execute(text(spoken(statement, connection))).rowcount == 1  # it was about a row that is there


def refused(session: Session, statement: str, said: str) -> None:
    with pytest.raises(IntegrityError, match=said), session.begin_nested():
        run(session, statement)


# --------------------------------------------------------------------------- put together


def test_signed_stories_become_one_delivery_in_the_order_chosen(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b, c = signed("a"), signed("b"), signed("c", SLOT + DAY)
    push = made(demo, ask(demo, account, [c, a, b], push=True), person)
    assert (push.state, push.push, push.due_at, push.key != a.key) == ("ready", True, SLOT, True)
    assert [slug for slug, _ in push.stories] == ["c", "a", "b"] and fates(demo, push) == ["planned"] * 3
    assert [[*fates(demo, one), one.state] for one in (a, b, c)] == [["composed", "composed"]] * 3
    rows = list(demo.exec(select(PushArticle).order_by(col(PushArticle.position))))
    assert [(one.source_id, one.sealed_set_id, one.rendition_hash) for one in rows] == [
        (one.id, one.sealed_set_id, one.rendition_hash) for one in (c, a, b)
    ]
    assert candidates(demo, account) == []
    assert [one.delivery.id for one in candidates(demo, account, push)] == [a.id, b.id, c.id]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("unsigned", "《标题 b》还没有签发"),
        ("changed", "《标题 b》签发之后又改过"),
        ("staged", "《标题 b》已在平台就位"),
        ("published", "《标题 b》在这个账号已发布"),
        ("called back", "《标题 b》已撤稿或已更正"),
        ("reprinted", "《标题 b》和别的账号有首发、转载的先后"),
        ("flash", "《标题 b》是快讯或更正"),
        ("maybe out", "《标题 b》可能已经发出"),
        ("in a push", "《标题 b》在这个账号已组稿"),
    ],
)
def test_what_may_not_go_in_a_push_says_why(
    demo: Session,
    account: Account,
    planned: Signed,
    signed: Signed,
    write: Callable[..., Revision],
    person: Callable[[str], Person],
    spoil: str,
    said: str,
) -> None:
    a = signed("a")
    b = planned("b") if spoil == "unsigned" else signed("b")
    if spoil == "changed":
        write("b", "又改了")
    elif spoil in ("staged", "published"):
        for event in {"staged": ["stage"], "published": ["stage", "send", "publish"]}[spoil]:
            b = move(demo, b, event, actor="x", now=NOW)
    elif spoil == "called back":
        story = demo.exec(select(Story).where(Story.slug == "b")).one()
        recall = Recall(
            kind="retraction", origin_id=story.id, reason="错", notice="撤", policy="rehearsal", proposed_by="li",
            created_at=NOW,
        )  # fmt: skip
        demo.add(recall)
        demo.flush()
        put_up(demo, recall, story, NOW)
    elif spoil == "reprinted":
        demo.exec(select(Delivery).where(Delivery.id == a.id)).one().lead_id = b.id
        demo.flush()
        a = signed("c")
    elif spoil == "flash":
        demo.get_one(Release, b.release_id).policy = "flash"
        demo.flush()
    elif spoil == "maybe out":
        b = move(demo, b, "hold", actor="x", now=NOW, reason="等", remote_id="17")
    elif spoil == "in a push":
        made(demo, ask(demo, account, [b]), person)
    order = ask(demo, account, [a, b])
    assert [one for one in seen(demo, order).stops if said in one]
    with pytest.raises(PushError, match=said):
        made(demo, order, person)
    assert demo.get_one(Delivery, a.id).state == "ready"


def test_eight_at_most_each_once_of_this_account_and_not_in_the_past(
    demo: Session, account: Account, signed: Signed
) -> None:
    many = [signed(f"s{number}") for number in range(9)]
    assert seen(demo, ask(demo, account, many[:8])).stops == ()
    assert "最多 8 篇，现在有 9 篇" in seen(demo, ask(demo, account, many)).stops[0]
    assert "选了两次" in seen(demo, ask(demo, account, [many[0], many[0]])).stops[0]
    assert "还没有选稿件" in seen(demo, ask(demo, account, [])).stops[0]
    assert "已经过去" in seen(demo, ask(demo, account, many[:1], at=NOW - timedelta(minutes=2))).stops[0]
    with pytest.raises(PushError, match="不是这个账号的"):
        seen(demo, ask(demo, account, [signed("x", to="unit=zigong channel=wechat")]))
    site = demo.exec(select(Account).where(Account.key == "site:chengdu")).one()
    assert "一次只能发一篇" in seen(demo, Order(site, (), SLOT, push=False)).stops[0]


def test_the_quota_of_the_slot_is_counted_with_what_is_planned(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b = signed("a"), signed("b")
    first = seen(demo, ask(demo, account, [a], push=True))
    assert (words(first.rooms[0]), first.stops) == ("当天群发共 1 次，已用 0 次、已排 0 次，排上这次还剩 0 次。", ())
    push = made(demo, ask(demo, account, [a], push=True), person)
    today = seen(demo, ask(demo, account, [b], push=True, at=SLOT + timedelta(hours=1)))
    assert today.stops == ("当天群发共 1 次，已用 0 次、已排 1 次，用完了：请换一天，或改用发布。",)
    assert seen(demo, ask(demo, account, [b], push=True, at=SLOT + DAY)).stops == ()
    assert seen(demo, ask(demo, account, [b], push=False)).stops == ()
    assert seen(demo, ask(demo, account, [a, b], push=True, instead=push)).stops == ()  # its own does not count
    for event in ("stage", "send", "publish"):
        push = move(demo, push, event, actor="x", now=NOW)
    assert "已用 1 次、已排 0 次，用完了" in seen(demo, ask(demo, account, [b], push=True)).stops[0]  # posted by hand
    account.settings = {**account.settings, "kind": "service"}
    demo.flush()
    assert "当月群发共 4 次，已用 1 次" in words(seen(demo, ask(demo, account, [b], push=True)).rooms[0])


def test_a_day_of_the_quota_is_one_of_beijing_however_the_time_is_written(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    """A form gives its time in Beijing's zone, a row in UTC."""
    a, b = signed("a"), signed("b")
    made(demo, ask(demo, account, [a], push=True), person)
    day = SLOT.astimezone(SHANGHAI).replace(hour=0, minute=0)
    for hour, is_used in ((-1, False), (0, True), (7, True), (8, True), (17, True), (23, True), (24, False)):
        for zone in (SHANGHAI, UTC):
            at = (day + timedelta(hours=hour)).astimezone(zone)
            stops = seen(demo, ask(demo, account, [b], push=True, at=at)).stops
            assert any("已排 1 次，用完了" in one for one in stops) == is_used, at


def test_nights_neighbours_and_freezes_are_told_before(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b = signed("a"), signed("b")
    assert seen(demo, ask(demo, account, [a, b])).warnings == ()
    assert "挨着发出" in seen(demo, ask(demo, account, [a], at=SLOT + timedelta(minutes=9))).warnings[0]
    night = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert "夜间静默" in seen(demo, ask(demo, account, [a, b], at=night)).warnings[0]
    freeze(demo, Scope(), "公祭日", "li", NOW)
    assert "到时间也不会发出" in seen(demo, ask(demo, account, [a, b])).warnings[0]


# --------------------------------------------------------------------------- taken apart


def test_taken_out_and_in_another_order_is_a_new_push(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b, c = signed("a"), signed("b"), signed("c")
    push = made(demo, ask(demo, account, [a, b, c]), person)
    again = made(demo, ask(demo, account, [c, a], instead=push), person)
    assert [slug for slug, _ in again.stories] == ["c", "a"] and again.state == "ready"
    states = {one.id: one.state for one in demo.exec(select(Delivery)).all()}
    assert [states[one.id] for one in (push, a, b, c)] == ["cancelled", "composed", "ready", "composed"]


def test_cancelled_each_story_stands_again_and_none_goes_out_unasked(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b = signed("a"), signed("b", SLOT + 2 * DAY)
    push = made(demo, ask(demo, account, [a, b], at=SLOT + DAY), person)
    later = SLOT + timedelta(hours=3)  # a's own time is over by now
    cancel(demo, demo.get_one(Release, push.release_id), "zhou", "不发了", later)
    a, b = demo.get_one(Delivery, a.id), demo.get_one(Delivery, b.id)
    assert (a.state, b.state) == ("held", "ready") and "从推送里退回，原定" in a.reason
    assert fates(demo, a) == fates(demo, b) == ["planned"] and fates(demo, push) == ["cancelled"] * 2
    again = made(demo, ask(demo, account, [b, a], at=SLOT + DAY), person, later)
    assert again.state == "ready" and again.key != push.key


def test_a_story_called_back_meanwhile_does_not_return(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b = signed("a"), signed("b")
    push = made(demo, ask(demo, account, [a, b]), person)
    story = demo.exec(select(Story).where(Story.slug == "b")).one()
    recall = Recall(
        kind="retraction", origin_id=story.id, reason="错", notice="撤", policy="rehearsal", proposed_by="li",
        created_at=NOW,
    )  # fmt: skip
    demo.add(recall)
    demo.flush()
    put_up(demo, recall, story, NOW)
    assert [one.id for one in take_apart(demo, push, "zhou", "撤了一篇", NOW)] == [a.id]
    assert demo.get_one(Delivery, b.id).state == "composed"


def test_a_push_the_platform_refused_is_put_together_anew(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b = signed("a"), signed("b")
    push = made(demo, ask(demo, account, [a, b]), person)
    for event in ("stage", "send"):
        push = move(demo, push, event, actor="x", now=NOW)
    push = move(demo, push, "fail", actor="x", now=NOW, reason="平台说第二篇不行")
    again = made(demo, ask(demo, account, [a], instead=push), person)
    assert (push.state, again.state, b.state, a.state) == ("failed", "ready", "ready", "composed")
    with pytest.raises(PlanError, match="已经拆开"):
        resend(demo, push, "zhou", "再试", NOW)


def test_one_cancelled_alone_gives_back_too(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a = signed("a")
    push = made(demo, ask(demo, account, [a]), person)
    cancel_one(demo, push, "zhou", "不发了", NOW)
    assert demo.get_one(Delivery, a.id).state == "ready"


def test_what_is_out_is_not_taken_apart(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    push = made(demo, ask(demo, account, [signed("a")]), person)
    with pytest.raises(PushError, match="写明原因"):
        take_apart(demo, push, "zhou", " ", NOW)
    for event in ("stage", "send", "publish"):
        push = move(demo, push, event, actor="x", now=NOW)
    with pytest.raises(PushError, match="已发布，不能再改"):
        take_apart(demo, push, "zhou", "晚了", NOW)


# --------------------------------------------------------------------------- the database's own wall

ARTICLE = "INSERT INTO push_articles (delivery_id, position, source_id, sealed_set_id, rendition_hash) VALUES "
ONLY = "只能收这个账号已签发的稿件"


def test_nothing_unsigned_gets_into_a_push(
    demo: Session, account: Account, planned: Signed, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b, raw = signed("a"), signed("b"), planned("raw")
    push = made(demo, ask(demo, account, [a]), person)
    other = signed("other", to="unit=zigong channel=wechat")
    refused(demo, f"{ARTICLE} ({push.id}, 2, {raw.id}, {a.sealed_set_id}, '{raw.rendition_hash}')", ONLY)
    refused(demo, f"{ARTICLE} ({push.id}, 2, {b.id}, {b.sealed_set_id}, '{b.rendition_hash}')", ONLY)  # not given up
    move(demo, b, "compose", actor="x", now=NOW)
    move(demo, other, "compose", actor="x", now=NOW)
    refused(demo, f"{ARTICLE} ({push.id}, 2, {b.id}, {b.sealed_set_id}, 'forged')", ONLY)
    refused(demo, f"{ARTICLE} ({push.id}, 2, {other.id}, {other.sealed_set_id}, '{other.rendition_hash}')", ONLY)
    refused(demo, f"{ARTICLE} ({push.id}, 2, {a.id}, {a.sealed_set_id}, '{a.rendition_hash}')", ONLY)  # twice
    refused(demo, f"{ARTICLE} ({push.id}, 9, {b.id}, {b.sealed_set_id}, '{b.rendition_hash}')", "place")
    run(demo, f"{ARTICLE} ({push.id}, 2, {b.id}, {b.sealed_set_id}, '{b.rendition_hash}')")
    refused(demo, "UPDATE push_articles SET position = 3 WHERE position = 2", "不能改动")
    refused(demo, "DELETE FROM push_articles", "不能改动")


def test_a_push_with_a_stowaway_is_never_complete(
    demo: Session, account: Account, signed: Signed, person: Callable[[str], Person]
) -> None:
    a, b = signed("a"), signed("b")
    push = made(demo, ask(demo, account, [a]), person)
    move(demo, b, "compose", actor="x", now=NOW)
    run(
        demo,
        "INSERT INTO sealed_sets (hash, release_id, manuscripts, renditions, assets, policy, complete, sealed_at)"
        f" SELECT 'h', release_id, manuscripts, renditions, assets, policy, false, sealed_at FROM sealed_sets"
        f" WHERE id = {push.sealed_set_id}",
    )
    number = int(demo.connection().execute(text("SELECT id FROM sealed_sets WHERE hash = 'h'")).scalar_one())
    run(demo, f"INSERT INTO sealed_steps (sealed_set_id, step, manuscript_hash) VALUES ({number}, '组稿', '')")
    run(
        demo,
        "INSERT INTO signatures (step, signer_id, subject_hash, manuscript_hash, sealed_set_id, opinion, policy,"
        f" signed_at) SELECT step, signer_id, 'h', '', {number}, opinion, policy, signed_at FROM signatures"
        f" WHERE sealed_set_id = {push.sealed_set_id}",
    )
    run(demo, f"UPDATE items SET delivery_id = {push.id}, position = 2 WHERE delivery_id = {b.id}")
    refused(demo, f"UPDATE sealed_sets SET complete = true WHERE id = {number}", "组稿只能收已签发的稿件")
    run(demo, f"UPDATE items SET delivery_id = {b.id}, position = 1 WHERE delivery_id = {push.id} AND position = 2")
    run(demo, f"UPDATE sealed_sets SET complete = true WHERE id = {number}")
