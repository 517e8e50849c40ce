"""省级来稿 on a phone and a desk: the list, the form, the confirmation; clean for axe, never too wide."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cms.db import session_scope
from cms.review import Submission
from pipeline.house import House
from pipeline.submissions import draw
from tests.people.house import NOON
from tests.review.browser.test_review_pages import TARGETS
from tests.review.test_adopting import CHIEF, EDITOR, SLUG, Above
from tests.review.test_adopting import above as above
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser


def test_from_the_list_to_the_confirmation(
    open_window: Callable[..., Window], address: str, crew: House, above: Above
) -> None:
    above()
    editor = open_window(f"{address}/stories", width=1280, height=820, login=EDITOR)
    editor.page.get_by_role("link", name="省级来稿").click()
    expect(editor.page.get_by_role("link", name="全省量子网络开通")).to_be_visible()
    look(editor.page, "above", targets=TARGETS, frames=False)
    editor.page.get_by_role("link", name="全省量子网络开通").click()
    expect(editor.page).to_have_url(f"{address}/stories/from-above/{SLUG}?unit=2")
    look(editor.page, "adopting", targets=TARGETS, frames=False)
    editor.page.get_by_role("button", name="采用，送签发人确认").click()
    expect(editor.page.get_by_text("采用省级来稿").or_(editor.page.get_by_text("正在排版")).first).to_be_visible()
    number = int(editor.page.url.rpartition("/")[2])
    draw(crew, NOON)
    chief = open_window(f"{address}/review/{number}", width=375, height=740, login=CHIEF)
    expect(chief.page.frame_locator("iframe.glass").locator("body")).to_contain_text("第一条线路连接两个园区")
    look(chief.page, "confirming", targets=TARGETS, frames=False)
    chief.page.set_viewport_size({"width": 375, "height": 740})
    chief.page.locator(".choice.pass summary").click()
    for box in chief.page.locator(".choice.pass input[type=checkbox]").all():
        box.check()
    chief.page.get_by_role("button", name="确认采用", exact=True).click()
    expect(chief.page.locator(".stamp")).to_have_text("已确认")
    with session_scope(crew.engine) as session:
        assert session.get_one(Submission, number).state == "signed"
    assert editor.complaints == [] and [one for one in chief.complaints if "404" not in one] == []
