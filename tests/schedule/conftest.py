"""排期 over a real house: a column, and releases of three units on their own sites."""

from collections.abc import Callable
from datetime import datetime

import pytest

from cms import releases, review
from cms.db import session_scope
from cms.people.roles import tree
from cms.stories import save
from pipeline.house import House
from tests.people.conftest import TEXT
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import NOON

Plan = Callable[..., int]


@pytest.fixture
def plan(house: House) -> Plan:
    """Plans a release of a new story of ``unit`` to its own site and 公众号, at ``due``; its number."""

    def planned(slug: str, due: datetime, unit: str = "chengdu", channels: tuple[str, ...] = ("site", "wechat")) -> int:
        with session_scope(house.engine) as session:
            unit_id = next(one for one, name, _ in tree(session).rows if name == unit)
            text = TEXT.format(slug=slug, headline=f"{slug}的题")
            revision = save(
                session, slug, text, f"{slug}的题", "somebody", NOON, manuscript_hash=f"{slug:0>64}", unit_id=unit_id
            )
            target = releases.Target(channels=channels, units=(unit,), alone=True)
            return releases.plan(session, [revision], target, due, "somebody", review.LAWFUL, NOON).id

    return planned
