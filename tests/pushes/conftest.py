"""组稿 over a real house: stories signed for one 公众号, with real renditions and covers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlmodel import select

from cms import releases, review
from cms.db import session_scope
from cms.people import Person, Workspace
from cms.releases import Delivery
from pipeline import ledger, press
from pipeline.house import House
from pipeline.intake import take_in
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import NOON
from tests.pipeline.conftest import STORY

KEY = "wechat:chengdu"
DUE = NOON + timedelta(hours=20)  # Monday morning
Sign = Callable[..., int]


@pytest.fixture
def sign(house: House, tmp_path: Path) -> Sign:
    """Signs a story for chengdu's 公众号, alone, at ``due``; the number of its delivery. ``signed``: or leave it
    unsigned."""

    def signed(slug: str, headline: str, due: datetime = DUE, *, signed: bool = True, colour: str = "#aa3322") -> int:
        folder = tmp_path / slug
        (folder / "pictures").mkdir(parents=True)
        picture = Image.new("RGB", (1200, 800), colour)
        ImageDraw.Draw(picture).ellipse((420, 220, 780, 580), fill="#f3e9d6")
        picture.save(folder / "pictures" / "red.png")
        (folder / f"{slug}.md").write_text(STORY.format(slug=slug, headline=headline), encoding="utf-8")
        with session_scope(house.engine) as session:
            session.get_one(Workspace, 1).demo = True
            if session.exec(select(Person).where(Person.login == "editor")).one_or_none() is None:
                session.add(Person(login="editor", name="编辑"))
        take_in(house, folder / f"{slug}.md", "editor", NOON)
        with session_scope(house.engine) as session:
            chosen = ledger.newest_revisions(session, [slug])
            target = releases.Target(channels=("wechat",), units=("chengdu",), alone=True)
            number = releases.plan(session, chosen, target, due, "editor", review.REHEARSAL, NOON).id
        press.render_release(house, number, NOON)
        if signed:
            sealed = press.seal_release(house, number, NOON)
            assert sealed is not None
            press.sign_release(house, sealed, "editor", "演练", NOON)
        with session_scope(house.engine) as session:
            return session.exec(select(Delivery.id).where(Delivery.release_id == number)).one()

    return signed
