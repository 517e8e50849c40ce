"""From a decision to deliveries: targets, groups, keys, identities, and no story twice on one account."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from channels import registry
from cms.audit import history
from cms.matrix import Account, built_in, load_matrix, store_matrix
from cms.releases import (
    Delivery,
    Item,
    PlanError,
    Release,
    ReleaseStory,
    Target,
    TargetError,
    accounts_of,
    deliveries_of,
    delivery_key,
    move,
    parse_target,
    plan,
)
from cms.releases.plan import group_limit_of
from cms.review import LAWFUL
from cms.stories import Revision, Story, save

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
Write = Callable[..., Revision]


def planned(session: Session, revisions: list[Revision], target: str = "unit=chengdu") -> Release:
    limit = {"wechat": 8}
    return plan(
        session,
        revisions,
        parse_target(target),
        DUE,
        "wang",
        LAWFUL,
        NOW,
        group_limit=lambda channel: limit.get(channel, 1),
    )


# --------------------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("", Target()),
        ("channel=* unit=*", Target()),
        ("channel=feed,site unit=chengdu", Target(("feed", "site"), ("chengdu",))),
        ("unit=chengdu，zigong", Target((), ("chengdu", "zigong"))),
        ("channel=feed,feed", Target(("feed",))),
        ("channel=feed,*", Target()),
    ],
)
def test_a_target_is_read(said: str, target: Target) -> None:
    assert parse_target(said) == target


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("chengdu", "看不懂“chengdu”"),
        ("city=chengdu", "看不懂“city=chengdu”"),
        ("channel=", "“channel=”后面没有内容"),
        ("unit=,", "“unit=,”后面没有内容"),
        ("unit=a unit=b", "单位（unit=）写了两次"),
    ],
)
def test_a_target_that_says_nothing_clear_is_refused(said: str, sentence: str) -> None:
    with pytest.raises(TargetError) as told:
        parse_target(said)
    assert sentence in str(told.value)


def found(session: Session, *said: str) -> list[str]:
    return [account.key for account in accounts_of(session, [parse_target(one) for one in said])]


def test_a_unit_means_itself_and_everything_below(session: Session) -> None:
    assert len(found(session, "unit=sichuan channel=feed")) == 21
    assert len(found(session, "")) == 63
    assert found(session, "unit=aba channel=feed,site") == ["site:aba", "feed:aba"]
    assert found(session, "unit=aba channel=site", "unit=ganzi channel=feed") == ["site:aba", "feed:ganzi"]


def test_unknown_names_are_told_with_the_known_ones(session: Session) -> None:
    with pytest.raises(TargetError, match="没有渠道“tiktok”，可用的有：feed、site、wechat"):
        found(session, "channel=tiktok")
    with pytest.raises(TargetError, match="没有单位“beijing”，可用的有：aba、bazhong、chengdu"):
        found(session, "unit=beijing")


def test_no_account_at_all_is_told(session: Session) -> None:
    for account in session.exec(select(Account).where(col(Account.key) == "feed:aba")):
        session.delete(account)
    session.flush()
    with pytest.raises(TargetError, match="没有符合条件的账号"):
        found(session, "unit=aba channel=feed")


# --------------------------------------------------------------------------- the key


@given(st.text(), st.text(min_size=1), st.lists(st.tuples(st.text(), st.integers(1, 99))), st.integers(1, 9))
def test_a_key_is_twenty_small_base32_characters(
    tenant: str, account: str, stories: list[tuple[str, int]], generation: int
) -> None:
    key = delivery_key(tenant, account, stories, generation)
    assert len(key) == 20
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert key == delivery_key(tenant, account, stories, generation)


def test_everything_in_a_key_counts_and_the_order_too() -> None:
    pairs = [("a", 1), ("b", 2)]
    keys = {
        delivery_key("t", "x", pairs),
        delivery_key("u", "x", pairs),
        delivery_key("t", "y", pairs),
        delivery_key("t", "x", pairs[::-1]),
        delivery_key("t", "x", [("a", 1), ("b", 3)]),
        delivery_key("t", "x", pairs, 2),
    }
    assert len(keys) == 6
    assert delivery_key("四川科技", "site:chengdu", [("quantum", 1)]) == "bqmapkigsrxzzpof3znf"


# --------------------------------------------------------------------------- planning


def test_a_release_makes_a_delivery_a_story_and_one_a_group(session: Session, write: Write) -> None:
    release = planned(session, [write("one"), write("two"), write("three")])
    by_channel = {
        account.channel: [one.stories for one in deliveries_of(session, release) if one.account_id == account.id]
        for account in session.exec(select(Account).where(col(Account.key).endswith(":chengdu")))
    }
    alone = [[["one", 1]], [["two", 1]], [["three", 1]]]
    assert by_channel == {"site": alone, "feed": alone, "wechat": [[["one", 1], ["two", 1], ["three", 1]]]}
    assert {one.state for one in deliveries_of(session, release)} == {"planned"}
    assert {one.due_at for one in deliveries_of(session, release)} == {DUE}


def test_a_group_over_the_limit_goes_on_in_the_next_delivery(session: Session, write: Write) -> None:
    release = planned(session, [write(f"s{number}") for number in range(10)], "unit=chengdu channel=wechat")
    assert [len(one.stories) for one in deliveries_of(session, release)] == [8, 2]
    items = session.exec(select(Item).order_by(col(Item.id))).all()
    assert [item.position for item in items] == [1, 2, 3, 4, 5, 6, 7, 8, 1, 2]


def test_a_release_remembers_its_stories_in_order(session: Session, write: Write) -> None:
    release = planned(session, [write("b"), write("a")])
    rows = session.exec(select(ReleaseStory).order_by(col(ReleaseStory.position))).all()
    assert [row.manuscript_hash for row in rows] == ["m:b:正文", "m:a:正文"]
    assert (release.title, release.state, release.policy) == ("标题 b", "planned", "lawful")
    assert {story.state for story in session.exec(select(Story))} == {"released"}
    assert history(session, f"release:{release.id}")[0].detail["accounts"] == 3


def test_the_whole_province_is_21_times_each_channel(session: Session, write: Write) -> None:
    release = planned(session, [write()], "")
    keys = {one.key for one in deliveries_of(session, release)}
    assert len(keys) == 63


@pytest.mark.proves("I1")
def test_planning_the_same_again_is_refused_and_leaves_nothing(session: Session, write: Write) -> None:
    planned(session, [write()])
    again = pytest.raises(PlanError, match=r"“成都科技”（site:chengdu）已有一次投递（已排期，发布单 1），不必再发")
    with again, session.begin_nested():
        planned(session, [write()])
    assert len(session.exec(select(Release)).all()) == 1
    assert len(session.exec(select(Delivery)).all()) == 3


def test_a_new_version_waits_until_the_old_one_is_out_of_the_way(session: Session, write: Write) -> None:
    planned(session, [write()])
    with pytest.raises(PlanError, match="要换成新版，请先取消那张发布单里没发出的（yigao cancel），已发出的请走更正"):
        planned(session, [write(text="改")])


def test_after_a_failure_a_person_may_send_again_under_a_new_key(session: Session, write: Write) -> None:
    first = deliveries_of(session, planned(session, [write()], "unit=aba channel=site"))[0]
    move(session, first, "fail", actor="system", now=NOW, reason="磁盘满")
    again = deliveries_of(session, planned(session, [write()], "unit=aba channel=site"))[0]
    assert (first.generation, again.generation) == (1, 2)
    assert first.key != again.key


def test_the_identity_readers_see_is_the_account_s_for_life(session: Session, write: Write) -> None:
    delivery = deliveries_of(session, planned(session, [write()], "unit=aba channel=feed"))[0]
    account = session.get_one(Account, delivery.account_id)
    move(session, delivery, "cancel", actor="li", now=NOW)
    account.site_url = "https://new.example"
    planned(session, [write(text="改")], "unit=aba channel=feed")
    guids = session.exec(select(Item.guid)).all()
    assert guids == ["tag:aba.sichuan.example,2026:aba/quantum"] * 2


def test_sites_below_one_address_keep_their_identities_apart(session: Session, write: Write) -> None:
    store_matrix(session, load_matrix(built_in()), ["feed"], "http://127.0.0.1:8000")
    planned(session, [write()], "unit=aba,ganzi channel=feed")
    assert session.exec(select(Item.guid)).all() == [
        "tag:127.0.0.1,2026:aba/quantum",
        "tag:127.0.0.1,2026:ganzi/quantum",
    ]


def test_an_adopted_story_stands_in_for_its_origin(session: Session, write: Write) -> None:
    planned(session, [write("origin")], "unit=chengdu channel=site")
    local = write("local")
    origin, adopted = session.exec(select(Story).order_by(col(Story.id))).all()
    adopted.origin_id = origin.id
    session.flush()
    with pytest.raises(PlanError, match="已有一次投递"):
        planned(session, [local], "unit=chengdu channel=site")
    planned(session, [local], "unit=aba channel=site")
    item = session.exec(select(Item).where(Item.story_id == adopted.id)).one()
    assert (item.origin_id, item.guid) == (origin.id, "tag:aba.sichuan.example,2026:aba/origin")


def test_the_database_too_allows_one_live_copy(session: Session, write: Write) -> None:
    planned(session, [write()], "unit=aba channel=site")
    item = session.exec(select(Item)).one()
    copy = item.model_dump(exclude={"id"})
    session.add(Item(**{**copy, "position": 2, "fate": "withdrawn"}))
    session.flush()
    session.add(Item(**{**copy, "position": 3}))
    with pytest.raises(IntegrityError, match="origin_id"):
        session.flush()


def test_nothing_chosen_chosen_twice_or_not_frozen_is_refused(session: Session, write: Write) -> None:
    with pytest.raises(PlanError, match="没有选中稿件"):
        planned(session, [])
    with pytest.raises(PlanError, match="选了两次"):
        planned(session, [write(), write()])
    draft = save(session, "draft", "正文", "草稿", "wang", NOW)
    with pytest.raises(PlanError, match="“草稿”还没有定稿"):
        planned(session, [draft])


def test_the_installed_channels_say_how_many_stories_they_group() -> None:
    assert {group_limit_of(name) for name in registry.all_channels()} >= {1, 8}
