"""One newsroom for the journeys: a prefecture with a weekly column, four people, platforms that are sandboxes."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ImageDraw
from playwright.sync_api import Browser, Page
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.library import By, Facts, add
from cms.matrix import Unit
from cms.people import PeopleDesk, Scope
from cms.web import Desk, create_app
from pipeline.house import open_house
from pipeline.serve import desk_of
from tests.desk.conftest import app as app
from tests.desk.conftest import desk as desk
from tests.desk.conftest import people as people
from tests.journeys.hands import AUTHOR, CHIEF, FACE, FIRST, PORTRAIT, SECOND
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.library.photos import jpeg, scene
from tests.people.house import hire, signed_in, token_for
from tests.web.browser.conftest import Window
from tests.web.browser.conftest import address as address

CHANNELS = ("site", "feed", "wechat", "weibo")
TUESDAY = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 11:00 in Chengdu, the day before the column
CAST = "---\ncast:\n- key: ke\n  name: 小科\n- key: shou\n  name: 捕手\n  side: right\n  colour: '#7a5600'\n---\n"
TEMPLATE = CAST + "\n## 开场\n\n每周三上午九点，说一件身边的新技术。\n"
COLUMN = {
    "slug": "heikeji", "title": "成都黑科技", "unit": "chengdu", "weekday": "2", "clock": "09:00", "holiday": "keep",
    "first_number": "128", "template": TEMPLATE,
}  # fmt: skip
PEOPLE = (
    (AUTHOR, "林小溪", "记者"),
    (FIRST, "初审员", "审核"),
    (SECOND, "复审员", "审核"),
    (CHIEF, "周处长", "签发"),
)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: 成都黑科技, every Wednesday at nine, its 128th issue without a story."""
    folder = tmp_path_factory.mktemp("journeys")
    root = platforms_world.prepare(folder, CHANNELS, stories=0, own=("site", "feed"))
    house = open_house(root)
    with session_scope(house.engine) as session:
        for login, name, role in PEOPLE:
            hire(session, login, name, role, "chengdu", house.wires.vault)
    desk = desk_of(house, lambda: TUESDAY)
    app = create_app(desk)
    app.config["WTF_CSRF_ENABLED"] = False
    opened = signed_in(app, desk.people, CHIEF, TUESDAY).post(
        "/schedule/columns", data=COLUMN, headers={"Idempotency-Key": "the-column-of-the-journey"}
    )
    assert opened.status_code == 303
    house.engine.dispose()
    return root


@pytest.fixture
def portrait(desk: Desk, world: PlatformsWorld) -> None:
    """In the library: somebody at a window, their face up on the right."""
    assert desk.library is not None
    image = scene(3).copy()
    x, y = (image.width * FACE[0] // 1000, image.height * FACE[1] // 1000)
    draw = ImageDraw.Draw(image)
    draw.ellipse([x - 60, y - 80, x + 60, y + 80], fill=(226, 184, 150))
    for eye in (x - 22, x + 22):
        draw.ellipse([eye - 7, y - 20, eye + 7, y - 6], fill=(40, 30, 30))
    facts = Facts(name=PORTRAIT, alt="窗边读书的人", author="林小溪", licence="自有")
    with read_scope(world.house.engine) as session:
        unit = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
    add(desk.library, jpeg(image), facts, By(AUTHOR, Scope(((unit, "chengdu"),)), unit, TUESDAY), "读者.jpg")


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> Iterator[PlatformsWorld]:
    made = platforms_world.build(prepared, tmp_path / "w", CHANNELS)
    made.now = TUESDAY
    yield made
    made.house.engine.dispose()


@pytest.fixture
def comes(browser: Browser, people: PeopleDesk, world: PlatformsWorld, address: str) -> Iterator[Callable[..., Page]]:
    """Somebody opens a page of the newsroom in a browser of their own; nobody's console may complain."""
    opened: list[Window] = []

    def come(login: str, path: str = "/", width: int = 1440, height: int = 900, **more: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **more)  # type: ignore[arg-type]
        token = token_for(people, login, world.now)
        context.add_cookies([{"name": "yigao-who", "value": token, "url": address}])
        context.set_default_timeout(120_000)
        window = Window(context.new_page())
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        opened.append(window)
        window.page.goto(address + path)
        return window.page

    yield come
    for window in opened:
        window.page.context.close()
        assert window.complaints == []
