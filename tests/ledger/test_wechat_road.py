"""The ledger against the 公众号 sandbox through the real transport: six deliveries on two accounts, fault by fault."""

import os
from pathlib import Path

import pytest
from sqlmodel import col, select

from channels.making.sandbox import Fault
from cms.db import read_scope
from cms.releases import Receipt
from tests.ledger.platforms_world import PlatformsWorld, build, hooked, prepare

CHANNELS = ("wechat",)
SUBMIT, ADD, LIST, TOKEN = "freepublish/submit", "draft/add", "freepublish/batchget", "stable_token"
# switch: the faults, and the states the six may end in
SWITCHES: dict[str, tuple[tuple[Fault, ...], frozenset[str]]] = {
    name: (faults, frozenset(states.split()))
    for name, faults, states in (
        ("accept_then_drop", (Fault("accept_then_drop", SUBMIT),), "published"),
        ("accept_then_hang", (Fault("accept_then_hang", SUBMIT),), "published"),
        ("json_truncated", (Fault("json_truncated", SUBMIT, per_mille=500, seed=1),), "published"),
        ("drop_before_accept", (Fault("drop_before_accept", SUBMIT, nth=2),), "published"),
        ("lost and late", (Fault("accept_then_drop", SUBMIT, nth=1), Fault("async_late", SUBMIT)), "published"),
        ("lost and unlisted", (Fault("accept_then_drop", SUBMIT), Fault("visibility_delay", SUBMIT)), "published"),
        ("list_down", (Fault("accept_then_drop", SUBMIT, nth=1), Fault("list_down", LIST)), "published held"),
        (
            "list_unstable",
            (Fault("accept_then_drop", SUBMIT), Fault("list_unstable", LIST, per_mille=500)),
            "published",
        ),
        ("async_fail", (Fault("async_fail", SUBMIT, nth=2),), "published failed"),
        ("async_never", (Fault("async_never", SUBMIT, nth=2),), "published held"),
        ("async_dup", (Fault("async_dup", SUBMIT),), "published"),
        ("async_lost", (Fault("async_lost", SUBMIT),), "published"),
        ("async_reorder", (Fault("async_reorder", SUBMIT),), "published"),
        ("async_forged", (Fault("async_forged", SUBMIT),), "published"),
        ("token_expired", (Fault("token_expired", per_mille=300, seed=2),), "published held"),
        ("token_rotate", (Fault("token_rotate_during_request", SUBMIT, nth=2),), "published"),
        ("token_down", (Fault("token_down", TOKEN, per_mille=600, seed=3),), "published"),
        ("quota_day", (Fault("quota_day", SUBMIT, nth=3),), "published"),
        ("quota_minute", (Fault("quota_minute", per_mille=100, seed=4),), "published"),
        ("ip_denied", (Fault("ip_denied", account="wechat:ganzi"),), "published held"),
        ("content_altered", (Fault("content_altered", ADD), Fault("accept_then_drop", SUBMIT)), "published"),
        ("manual_publish", (Fault("manual_publish", ADD, per_mille=500, seed=5),), "published"),
        ("media_expired", (Fault("media_expired", ADD, nth=1),), "published"),
        ("reject_sensitive", (Fault("reject_sensitive", ADD, nth=1),), "published held"),
        ("upload_response_lost", (Fault("upload_response_lost", "media/uploadimg", nth=1),), "published"),
    )
}


SHORT = ("accept_then_drop", "lost and unlisted", "list_down", "async_fail", "async_dup", "async_lost", "async_reorder",
         "async_forged", "token_expired", "token_rotate", "quota_day", "ip_denied", "content_altered", "manual_publish",
         "media_expired")  # fmt: skip
SOAK = os.environ.get("YIGAO_SOAK") == "1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three stories on two accounts: six deliveries."""
    return prepare(tmp_path_factory.mktemp("wechat"), CHANNELS)


def settled(world: PlatformsWorld, states: frozenset[str]) -> None:
    """Every delivery ended, or waits for a person with its reason; nothing lost, nothing twice."""
    assert world.breaches() == []
    found = world.all_states()
    assert sum(found.values()) == 6 and set(found) == states, [one.reason for one in world.deliveries()]
    assert all(one.reason for one in world.deliveries() if one.state in ("held", "failed"))


def test_six_deliveries_go_out_once_and_as_signed(house: Path, tmp_path: Path) -> None:
    world = build(house, tmp_path / "w", CHANNELS)
    world.run()
    settled(world, frozenset({"published"}))
    assert len(world.copies()) == 6
    uploads = [one for one in world.sandboxes.book.calls("wechat") if one[2] == "media/uploadimg"]
    assert len(uploads) == 2  # one picture, two accounts


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES if SOAK else SHORT)
@pytest.mark.proves("I1", "I3", "I4", "I6")
def test_a_fault_breaks_no_promise(house: Path, tmp_path: Path, switch: str) -> None:
    faults, states = SWITCHES[switch]
    world = build(house, tmp_path / "w", CHANNELS, *faults)
    hooked(world, "wechat")
    world.run(hours=16)  # past the midnight that brings new quotas
    assert sum(world.sandboxes.faults.struck) > 0
    settled(world, states)


@pytest.mark.parametrize("point", ["publish.answered", "reconcile.answered"])
@pytest.mark.proves("F01")
def test_a_death_is_made_good(house: Path, tmp_path: Path, point: str) -> None:
    world = build(house, tmp_path / "w", CHANNELS, Fault("accept_then_drop", SUBMIT, nth=2))
    world.kill = (point, 1)
    world.run(hours=16)
    assert world.deaths == 1
    settled(world, frozenset({"published"}))


def test_an_event_brings_the_answer_at_once(house: Path, tmp_path: Path) -> None:
    """A job ends after twenty minutes, between two polls: who hears of it asks then, who does not waits."""
    took = {}
    for is_told in (True, False):
        world = build(house, tmp_path / f"{is_told}", CHANNELS, Fault("async_late", SUBMIT, nth=1))
        if is_told:
            hooked(world, "wechat")
        start = world.now
        world.run()
        settled(world, frozenset({"published"}))
        with read_scope(world.house.engine) as session:
            receipts = session.exec(select(Receipt.at).where(col(Receipt.state) == "published")).all()
        took[is_told] = (max(receipts) - start).total_seconds()
    assert took[True] < took[False] and took[True] <= 20 * 60 + 5
