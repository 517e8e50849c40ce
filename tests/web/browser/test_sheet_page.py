"""The contact sheet from a folder on disk, on a phone and on a desk: all frames, nothing from outside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cms.matrix import built_in, load_matrix
from pipeline import proof, sheet
from tests.pipeline.conftest import write_story

pytestmark = pytest.mark.browser
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
LOOKED = """[document.body.innerText.trim().length,
  [...document.images].every((one) => one.complete && one.naturalWidth > 0), innerWidth]"""
DRAWN = """() => document.readyState === "complete" && document.body.innerText.trim()
  && [...document.images].every((one) => one.complete)"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A story on all 105 accounts."""
    folder = tmp_path_factory.mktemp("sheet")
    pictures = proof.scratch()
    manuscript, _ = proof.read_story(write_story(folder), ("ganzi",), pictures)
    assert manuscript is not None
    profiles = load_matrix(built_in()).profiles(proof.TEXT_CHANNELS)
    made = [proof.proof(manuscript, one, pictures, NOW) for one in profiles]
    assert sheet.write_sheet(manuscript, made, pictures, NOW, folder / "out").screens == 105
    return folder / "out" / sheet.INDEX


@dataclass
class Seen:
    """The page, what the console complained of, every address it asked for, and which of them came or failed.
    Chromium gives up a request for a picture and takes another frame's instead: one that came all the same was no
    failure, and whether each frame shows its pictures is looked at by itself."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    came: set[str] = field(default_factory=set)
    failed: dict[str, str | None] = field(default_factory=dict)

    def missing(self) -> dict[str, str | None]:
        """What failed and never came, with the browser's reason."""
        return {address: reason for address, reason in self.failed.items() if address not in self.came}


@pytest.fixture
def open_sheet(browser: Browser, index: Path) -> Iterator[Callable[..., Seen]]:
    contexts = []

    def open_at(width: int, height: int = 812, **more: object) -> Seen:
        context = browser.new_context(viewport={"width": width, "height": height}, **more)  # type: ignore[arg-type]
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("console", lambda one: seen.complaints.append(one.text))
        seen.page.on("pageerror", lambda one: seen.complaints.append(str(one)))
        seen.page.on("requestfailed", lambda one: seen.failed.setdefault(one.url, one.failure))
        seen.page.on("requestfinished", lambda one: seen.came.add(one.url))
        seen.page.on("request", lambda one: seen.asked.append(one.url))
        seen.page.goto(index.as_uri())
        return seen

    yield open_at
    for one in contexts:
        one.close()


def test_a_phone_reaches_all_105_frames_and_nothing_else(open_sheet: Callable[..., Seen]) -> None:
    seen = open_sheet(375)
    page = seen.page
    assert page.evaluate(OVERFLOW) == 0
    frames = page.locator("iframe")
    assert frames.count() == 105
    for number in range(105):
        frames.nth(number).scroll_into_view_if_needed()
    page.wait_for_function("() => frames.length === 105", timeout=60_000)
    for frame in page.frames[1:]:
        frame.wait_for_function(DRAWN, timeout=120_000)
    shown = {address for address in seen.asked if "/frames/" in address and address.endswith(".html")}
    assert len(shown) == 105
    for frame in page.frames[1:]:
        words, pictures, width = frame.evaluate(LOOKED)
        assert words and pictures and width == 375, frame.url
    assert page.evaluate(OVERFLOW) == 0
    assert seen.complaints == []
    assert seen.missing() == {}
    assert [one for one in seen.asked if not one.startswith(("file:", "data:"))] == []


def test_filters_work_without_a_script(open_sheet: Callable[..., Seen]) -> None:
    page = open_sheet(1440, 900, java_script_enabled=False).page
    visible = page.locator(".cell:visible")
    found = page.locator(".cell[data-found]").count()
    expect(visible).to_have_count(105)
    page.check("#only")
    expect(visible).to_have_count(found)
    expect(page.locator(".none")).to_be_visible(visible=not found)
    page.uncheck("#only")
    page.select_option("#channel", "wechat")
    expect(visible).to_have_count(21)
    page.select_option("#unit", "ganzi")
    expect(visible).to_have_count(1)
    expect(page.locator("#wechat-ganzi")).to_be_visible()
    page.get_by_role("button", name="清除筛选").click()
    expect(visible).to_have_count(105)


def test_no_width_scrolls_sideways_whatever_is_open(open_sheet: Callable[..., Seen]) -> None:
    page = open_sheet(375).page
    losses = page.locator("#weibo-chengdu details.losses")
    losses.locator("summary").click()
    expect(losses.locator("li li").first).to_be_visible()
    for width in (375, 768, 1024, 1440, 1920, 2560):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(OVERFLOW) == 0, width
    page.select_option("#channel", "site")
    for width in (375, 1440):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(OVERFLOW) == 0, width
