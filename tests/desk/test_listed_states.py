"""稿件 says of every story what has become of it: from the ledger as it stands, in the list and in its filter alike."""

import pytest
from flask import Flask

from cms import releases
from cms.db import read_scope, session_scope
from cms.people import EVERYWHERE, PeopleDesk
from cms.releases import listing
from cms.releases.listing import STATE_NAMES, Wanted
from cms.stories import save
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.house import login_of, signed_in
from tests.recalls.world import correct, retract


def states(world: PlatformsWorld) -> dict[str, str]:
    """Each story's state, which is the one it is found under and no other."""
    with read_scope(world.house.engine) as session:
        said = {one.slug: one.state for one in listing.listed(session, EVERYWHERE, Wanted())[0]}
        for name in STATE_NAMES:
            found = listing.listed(session, EVERYWHERE, Wanted(state=name))[0]
            assert {one.slug for one in found} == {slug for slug, state in said.items() if state == name}, name
    return said


def test_a_story_is_what_became_of_it(world: PlatformsWorld) -> None:
    with session_scope(world.house.engine) as session:
        save(session, "still-writing", "正文", "写到一半", "editor", world.now)
    assert states(world) == {"still-writing": "draft", "story-0": "ready", "story-1": "ready"}
    world.run(hours=2)
    assert states(world) == {"still-writing": "draft", "story-0": "published", "story-1": "published"}
    correct(world, "story-0")
    retract(world, "story-1")
    assert states(world) == {"still-writing": "draft", "story-0": "corrected", "story-1": "retracted"}
    world.run(hours=2)
    assert states(world)["story-1"] == "retracted"


@pytest.mark.parametrize(("event", "reason", "state"), [("cancel", "不发了", "draft"), ("fail", "封面太大", "failed")])
def test_what_never_went_out_is_not_called_out(world: PlatformsWorld, event: str, reason: str, state: str) -> None:
    with session_scope(world.house.engine) as session:
        for one in releases.deliveries_of(session, session.get_one(releases.Release, 1)):
            releases.move(session, one, event, actor="editor", now=world.now, reason=reason)
    assert states(world)["story-0"] == state


def test_what_the_platforms_took_down_is_not_out_any_more(world: PlatformsWorld) -> None:
    world.run(hours=2)
    with session_scope(world.house.engine) as session:
        for one in releases.deliveries_of(session, session.get_one(releases.Release, 1)):
            step = "remove" if one.state == "published" else "cancel"
            releases.move(session, one, step, actor="watcher", now=world.now, reason="平台删的")
    assert states(world)["story-0"] == "down"


def test_the_page_says_it_and_whose_it_is(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    world.run(hours=2)
    retract(world, "story-1")
    client = signed_in(app, people, login_of("编辑", "sichuan"), world.now)
    page = client.get("/stories").text
    assert ">已发布</span>　四川" in page and ">已撤稿</span>　四川" in page
    gone = client.get("/stories?state=retracted").text
    assert "/write/story-1" in gone and "/write/story-0" not in gone and "共 1 篇" in gone
    for unit in ("四川", "成都", "甘孜州"):
        assert f">{unit}</option>" in page
    assert "/write/story-0" in client.get("/stories?unit=sichuan").text
    assert "没有找到" in client.get("/stories?unit=chengdu").text


def test_every_writer_of_ones_units_can_be_chosen_by_name(
    app: Flask, people: PeopleDesk, world: PlatformsWorld
) -> None:
    with session_scope(world.house.engine) as session:
        save(session, "by-one", "正文", "她写的", login_of("记者", "sichuan"), world.now)
    client = signed_in(app, people, login_of("编辑", "sichuan"), world.now)
    page = client.get("/stories").text
    for name in ("sichuan记者", "chengdu记者", "ganzi编辑"):
        assert f">{name}</option>" in page
    assert "sichuan审核</option>" not in page and "sichuan记者 11月" in page
    found = client.get(f"/stories?author={login_of('记者', 'sichuan')}").text
    assert "/write/by-one" in found and "/write/story-0" not in found
    below = signed_in(app, people, login_of("编辑", "chengdu"), world.now)
    assert "sichuan记者" not in below.get("/stories").text
