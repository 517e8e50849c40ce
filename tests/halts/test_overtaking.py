"""A flash beside an ordinary release to the same 105 accounts: it goes out whole before the others go on."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from cms import releases
from cms.db import read_scope
from tests.halts.test_flash import announce, sent_first, sign
from tests.ledger import platforms_world
from tests.ledger.campaign import province
from tests.ledger.platforms_world import PlatformsWorld

pytestmark = pytest.mark.keeps("flash")
CHANNELS = ("wechat", "weibo")
UNITS = 53 if os.environ.get("YIGAO_SOAK") == "1" else 22
ALL = 2 * UNITS  # a unit's two channels: 106 in the long form
UNDER_WAY = ALL * 2 // 5


def accepted(world: PlatformsWorld) -> list[str]:
    """The accounts whose publication a platform took, in the order of the sandboxes' own book."""
    platforms = world.sandboxes.platforms
    book = next(iter(platforms.values())).book
    names = {name: book.things(name, "name") for name in platforms}
    return [
        names[platform].get(account, account)
        for platform, account, method, *_ in book.calls()
        if method in platforms[platform].sending
    ]


@pytest.mark.slow
@pytest.mark.proves("I10")
def test_a_flash_to_all_goes_out_before_a_release_under_way_goes_on(tmp_path: Path) -> None:
    house = platforms_world.prepare(tmp_path, CHANNELS, stories=1, due=timedelta(hours=1), matrix=province(UNITS))
    world = platforms_world.build(house, tmp_path / "w", CHANNELS)
    made = announce(world)
    seen = world.watch

    def watch(name: str) -> None:
        seen(name)
        if (name, world.passed[name]) == ("publish.announced", UNDER_WAY):
            sign(world, made)

    world.watch = watch  # type: ignore[method-assign]
    world.run(hours=2)
    assert sent_first(world, made) == [False] * UNDER_WAY + [True] * ALL + [False] * (ALL - UNDER_WAY)
    order = accepted(world)
    assert len(order) == 2 * ALL
    assert len(set(order[UNDER_WAY : UNDER_WAY + ALL])) == ALL  # every account has the flash, none its ordinary one
    with read_scope(world.house.engine) as session:
        query = select(releases.Delivery.state).where(releases.Delivery.release_id == made.release)
        assert set(session.exec(query)) == {"published"}
