"""Stories in company: in one push with others, quoted by others, localised."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from channels.making.sandbox import Fault
from cms import recalls, releases, review
from cms.db import read_scope, session_scope
from cms.releases import Attempt, Delivery, Recall, Release
from cms.stories import Story
from pipeline import ledger, press
from pipeline import recalls as called
from pipeline.house import House, open_house
from pipeline.intake import take_in
from pipeline.recall_report import gather, page
from tests.ledger.platforms_world import PlatformsWorld, build, prepare
from tests.ledger.world import World
from tests.ledger.world import build as neutral
from tests.pipeline.conftest import NOW, STORY, write_story
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("races")

SLUGS = ("story-a", "story-b", "story-c")
ACCOUNTS = ("wechat:chengdu", "wechat:ganzi")


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three stories in one publication on each of two accounts, due in an hour."""
    root = tmp_path_factory.mktemp("push")
    prepared = prepare(root, ("wechat",), stories=0)
    house = open_house(prepared)
    for number, slug in enumerate(SLUGS):
        take_in(house, write_story(root / slug, slug, f"第{'一二三'[number]}条消息"), "editor", NOW)
    with session_scope(house.engine) as session:
        chosen = ledger.newest_revisions(session, SLUGS)
        target, policy, due = releases.parse_target("channel=wechat"), review.REHEARSAL, NOW + timedelta(hours=1)
        number = releases.plan(session, chosen, target, due, "editor", policy, now=NOW).id
    sign(house, number)
    house.engine.dispose()
    return prepared


def sign(house: House, number: int) -> None:
    press.render_release(house, number, NOW)
    sealed = press.seal_release(house, number, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)


def sign_rest(world: PlatformsWorld) -> list[int]:
    """Whatever a recall planned beside its own set is signed; the releases."""
    with read_scope(world.house.engine) as session:
        query = select(Release.id).where(Release.recall_id == Recall.id, Delivery.release_id == Release.id)
        numbers = sorted(set(session.exec(query.where(Delivery.state == "rendered"))))
    for number in numbers:
        with read_scope(world.house.engine) as session:
            sealed = ledger.sealed_set_of(session, number)
        press.sign_release(world.house, sealed, "yi", "同意", world.now)
    return numbers


def seen(world: PlatformsWorld) -> list[str]:
    """The titles readers see, by account and place."""
    live = [one for one in world.copies() if one.state == "live"]
    return [one.title for one in sorted(live, key=lambda one: (one.account, one.at, one.position))]


@pytest.mark.proves("F25", "I8")
def test_a_push_that_is_not_out_goes_without_the_story_called_back(pushed: Path, tmp_path: Path) -> None:
    world = build(pushed, tmp_path / "w", ("wechat",))
    w.retract(world, "story-b")
    assert sign_rest(world)
    world.run(hours=3)
    assert seen(world) == ["第一条消息", "第三条消息"] * 2
    assert world.breaches() == [] and w.recall(world, 1).state == "settled"
    assert {one.state for rows in w.deliveries(world, "story-b").values() for one in rows} == {"superseded"}


@pytest.mark.proves("F25")
def test_of_a_push_that_is_out_only_the_story_called_back_goes(pushed: Path, tmp_path: Path) -> None:
    world = build(pushed, tmp_path / "w", ("wechat",))
    world.run(hours=2)
    w.retract(world, "story-b")
    world.run(hours=1)
    assert seen(world) == ["第一条消息", "第三条消息"] * 2
    assert {key: [one.fate for one in w.items(world, key)] for key in ACCOUNTS} == {
        key: ["published", "withdrawn", "published"] for key in ACCOUNTS
    }
    assert {one.state for one in world.deliveries()} == {"published"} and world.breaches() == []
    w.retract(world, "story-a")
    w.retract(world, "story-c")
    world.run(hours=1)
    assert seen(world) == [] and {one.state for one in world.deliveries()} == {"withdrawn"}
    assert world.breaches() == []


@pytest.mark.proves("F24")
def test_an_unsent_push_takes_the_corrected_story_in_its_place(pushed: Path, tmp_path: Path) -> None:
    world = build(pushed, tmp_path / "w", ("wechat",))
    w.correct(world, "story-b")
    world.run(hours=3)
    assert seen(world) == ["第一条消息", "第二条消息", "第三条消息"] * 2
    assert len(w.alive(world, w.CORRECTED)) == 2 and world.breaches() == []


@pytest.mark.proves("F24")
def test_of_a_push_that_is_out_the_corrected_story_goes_out_alone(pushed: Path, tmp_path: Path) -> None:
    world = build(pushed, tmp_path / "w", ("wechat",))
    world.run(hours=2)
    w.correct(world, "story-b")
    world.run(hours=2)
    assert seen(world) == ["第一条消息", "第三条消息", "第二条消息"] * 2
    assert len(w.alive(world, w.CORRECTED)) == 2 and world.breaches() == []
    assert w.recall(world, 1).state == "settled"


@pytest.mark.proves("F24", "F25")
@pytest.mark.parametrize("kind", ["correction", "retraction"])
def test_a_push_that_comes_back_unsent_after_all(pushed: Path, tmp_path: Path, kind: str) -> None:
    """It was being sent when the order came, and had not arrived: then the rest of it goes without the story, or with
    it corrected, once that is signed."""
    lost = Fault("drop_before_accept", method="freepublish/submit", account="wechat:chengdu", nth=1)
    world = build(pushed, tmp_path / "w", ("wechat",), lost)
    ordered: list[int] = []

    def watch(name: str) -> None:
        if name == "publish.announced" and not ordered:
            ordered.append(w.retract(world, "story-b") if kind == "retraction" else w.correct(world, "story-b"))

    world.watch = watch  # type: ignore[method-assign]
    world.run(hours=2)
    sign_rest(world)
    world.run(hours=3)
    titles = ["第一条消息", "第三条消息"] if kind == "retraction" else ["第一条消息", "第二条消息", "第三条消息"]
    assert sorted(seen(world)) == sorted(titles * 2)
    assert len(w.alive(world, w.CORRECTED)) == (0 if kind == "retraction" else 2)
    assert world.breaches() == [] and w.recall(world, 1).state == "settled"


# --------------------------------------------------------------------------- who else is concerned


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> World:
    return neutral(prepared, tmp_path / "w")


def add_story(world: World, slug: str, text: str, origin: str = "") -> None:
    path = write_story(tmp_desk(world), slug, f"《{slug}》", STORY + text)
    take_in(world.house, path, "editor", world.now)
    if origin:
        with session_scope(world.house.engine) as session:
            row = session.exec(select(Story).where(Story.slug == slug)).one()
            row.origin_id = session.exec(select(Story.id).where(Story.slug == origin)).one()
            session.add(row)


def tmp_desk(world: World) -> Path:
    return world.house.root / "desk"


def test_who_quotes_a_story_is_warned_and_told(world: World) -> None:
    add_story(
        world, "quoting", "\n:::资源卡 相关报道 url=http://127.0.0.1:9/s/chengdu/s/story-0.html\n单位: 成都\n:::\n"
    )
    add_story(world, "other", "\n没有关系。\n")
    number = called.order_retraction(world.house, "story-0", "不实", "已撤回。", "editor", world.now)
    with read_scope(world.house.engine) as session:
        row = session.get_one(Recall, number)
        warned = recalls.warnings_of(session, row)
        quoting = [one.slug for one in recalls.quoting(session, row)]
    assert quoting == ["quoting"] and any("《quoting》" in one and "引用" in one for one in warned)
    w.approve(world, number)
    assert any("已撤稿" in one for one in w.told(world) if "《quoting》" in one)


@pytest.mark.proves("I8")
def test_local_versions_are_retracted_along(world: World) -> None:
    local_version(world)
    number = w.retract(world)
    world.run(hours=3)
    assert w.alive(world) == [] and world.breaches() == []
    assert set(w.states(world, number).values()) == {"cancel done"}


def test_a_correction_leaves_local_words_alone_and_tells_their_unit(world: World) -> None:
    local_version(world)
    w.correct(world)
    world.run(hours=3)
    assert w.alive(world, w.CORRECTED) == ["wechat:ganzi"] and len(w.alive(world)) == 2
    assert any("本地版没有动" in one for one in w.told(world)) and world.breaches() == []


def local_version(world: World) -> None:
    """成都's own version takes the place of the province's there."""
    add_story(world, "local", "\n本地的话。\n", origin="story-0")
    with session_scope(world.house.engine) as session:
        old = next(one for one in session.exec(select(Delivery)) if one.account_id == 1)
        releases.move(session, old, "cancel", actor="yi", now=world.now, reason="换本地版")
        chosen = ledger.newest_revisions(session, ["local"])
        target, due = releases.parse_target("unit=chengdu channel=wechat"), world.now + timedelta(hours=1)
        number = releases.plan(session, chosen, target, due, "editor", review.REHEARSAL, now=world.now).id
    sign(world.house, number)


@pytest.mark.proves("I3")
def test_two_stories_of_one_publication_are_taken_back_each_by_its_own_calls(pushed: Path, tmp_path: Path) -> None:
    """The platform says yes and takes a quarter of an hour: what it promised about the one story is not taken for a
    promise about the other, and no attempt stands in the ledger for a call that was not made."""
    late = Fault("delete_late", method="freepublish/delete")
    world = build(pushed, tmp_path / "w", ("wechat",), late)
    world.run(hours=2)
    began = world.now
    numbers = [w.retract(world, slug) for slug in ("story-a", "story-b")]
    while world.now < began + timedelta(hours=1):
        world.run(hours=0.05)
    for number in numbers:
        assert {one.state for one in w.remedies(world, number).values()} == {"done"}
        assert all(one.ended_at - began < timedelta(minutes=40) for one in w.remedies(world, number).values())
    with read_scope(world.house.engine) as session:
        tried = list(session.exec(select(Attempt).where(Attempt.step == "withdraw").order_by(Attempt.id)))
    asked = [call for call in world.sandboxes.book.calls() if call[2] == "freepublish/delete"]
    assert len(tried) == len(asked) == 4  # two stories on two accounts
    assert {one.outcome for one in tried} == {"promised"}
    assert world.breaches() == []
    with read_scope(world.house.engine) as session:
        found = gather(session, numbers[0], world.now)
    for copy in found.copies:
        assert "头条（一次发布的 3 篇中第 1 篇）" in copy.version
        told = [(step.words.partition("：")[0], step.words.partition("（")[2]) for step in copy.steps]
        mine, other = "本篇《第一条消息》）", "同一次发布的另一篇《第二条消息》）"
        assert sorted(told) == sorted((what, whose) for whose in (mine, other) for what in ("下架", "回执")), told
    assert "本篇《第一条消息》" in page(found)
