"""An expired or unverified picture of the library in a story: found by the checks, and gone once it is put right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import col, update

from cms import library
from cms.db import session_scope
from cms.library import Added, Asset, By, Facts, LibraryDesk
from cms.people import PeopleDesk
from pipeline.house import House
from pipeline.intake import checked_now, take_in_text
from tests.library.conftest import OWN
from tests.library.test_room import write
from tests.library.test_web import someone
from tests.people.house import NOON

Hold = Callable[..., Added]
Who = Callable[..., By]
OVER = NOON.date() - timedelta(days=1)


def found(house: House, digest: str, days: int = 0) -> list[tuple[str, str, str]]:
    """What the checks say of the pictures, so many days later: rule, level, sentence."""
    checked = checked_now(house, house.manuscript(digest), digest, NOON + timedelta(days=days))
    told = [(one.rule, one.level, one.message) for one in checked.findings]
    return [one for one in told if one[0] in ("checks.picture.expired", "checks.picture.unverified")]


def test_an_expired_picture_blocks_by_name_and_a_renewed_one_does_not(
    house: House, shelf: LibraryDesk, hold: Hold, by: Who
) -> None:
    facts = replace(OWN, name="望江楼", until=OVER)
    asset = hold(1, facts=facts).asset
    digest = write(house, asset.hash)
    ((rule, level, words),) = found(house, digest)
    assert (rule, level) == ("checks.picture.expired", "block")
    assert "望江楼" in words and f"第 {asset.id} 号" in words and OVER.isoformat() in words and "换一张图" in words
    with session_scope(shelf.engine) as session:
        library.describe(session, asset.id, replace(facts, until=NOON.date()), by())
    assert found(house, digest) == []  # the last day still counts


def test_a_result_that_was_kept_is_not_believed_once_the_day_has_come(house: House, hold: Hold) -> None:
    digest = write(house, hold(1, facts=replace(OWN, until=NOON.date() + timedelta(days=3))).asset.hash)
    assert found(house, digest, days=3) == []
    assert [rule for rule, _, _ in found(house, digest, days=4)] == ["checks.picture.expired"]


def test_nor_is_one_whose_day_is_written_at_the_picture(house: House, hold: Hold) -> None:
    folder = house.drafts / "sichuan-star"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.jpg").write_bytes(house.store.get(hold(1).asset.hash))
    text = '---\nslug: sichuan-star\nheadline: 题\n---\n\n![雪山](a.jpg){credit="王" licence="授权至2026-11-25"}\n'
    made = take_in_text(house, text, "s.md", folder, "editor", NOON, slug="sichuan-star")
    assert found(house, made.manuscript, days=3) == []
    assert [level for _, level, _ in found(house, made.manuscript, days=4)] == ["block"]


def test_an_unverified_one_asks(house: House, hold: Hold) -> None:
    digest = write(house, hold(1, facts=Facts(name="来路不明")).asset.hash)
    ((rule, level, words),) = found(house, digest)
    assert (rule, level) == ("checks.picture.unverified", "warn") and "来路不明" in words and "核实" in words


@pytest.mark.parametrize(
    ("unit", "rules"),
    [
        ("chengdu", []),  # its own licence holds
        ("ganzi", ["checks.picture.expired"]),  # the province's word, and the province's has ended
        ("sichuan", ["checks.picture.expired"]),
        ("yunnan", []),  # another province's library says nothing here
    ],
)
def test_the_storys_own_unit_is_heard_first_then_its_province(
    house: House, shelf: LibraryDesk, hold: Hold, by: Who, unit: str, rules: list[str]
) -> None:
    hold(1, "chengdu")
    province = hold(2, "sichuan", replace(OWN, until=OVER)).asset
    own = hold(3, "chengdu").asset
    with session_scope(shelf.engine) as session:  # the same bytes, held twice under other terms
        told = {**own.model_dump(exclude={"id"}), "unit_id": by("sichuan").unit_id, "until": OVER}
        session.add(Asset(**told))
    digest = write(house, own.hash, f"{unit}-star", by(unit).unit_id)
    assert [rule for rule, _, _ in found(house, digest)] == rules
    assert province.id != own.id


def test_today_says_what_runs_out(house: House, app: Flask, people: PeopleDesk, hold: Hold) -> None:
    hold(1, facts=replace(OWN, until=NOON.date() + timedelta(days=30)))
    asset = hold(2, facts=replace(OWN, until=NOON.date() + timedelta(days=31))).asset
    page = someone(app, people).get("/").text
    assert "1 件素材的授权 30 天内到期" in page and "/library?state=soon" in page
    assert "授权 30 天内到期" not in someone(app, people, unit="chengdu").get("/").text
    with session_scope(house.engine) as session:
        session.exec(update(Asset).values(until=OVER).where(col(Asset.id) == asset.id))  # type: ignore[call-overload]
    page = someone(app, people).get("/").text
    assert "1 件素材的授权已经过期" in page and "/library?state=over" in page
