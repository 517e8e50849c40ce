"""A picture still being sent, or that could not be, is not lost without a word: by leaving, by 送审, by another way to
write."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Window
from tests.web.browser.test_visual import SMALL, Open, caret
from tests.web.conftest import Drawer

pytestmark = pytest.mark.browser


class Line:
    """The line pictures are sent over: slow until it is let go, or cut."""

    def __init__(self, page: Page) -> None:
        self.held: list[Any] = []
        self.cut = False
        page.route("**/pictures", lambda route: route.abort() if self.cut else self.held.append(route))

    def let_go(self, page: Page) -> None:
        for _ in range(100):
            if self.held:
                break
            page.wait_for_timeout(50)
        self.held.pop(0).continue_()


def put_in(page: Page, picture: Path) -> None:
    if page.get_attribute("body", "data-surface") == "visual":
        caret(page, "头一段。", after=True)
    else:
        page.locator("#text").press("Control+End")
    page.set_input_files("#picture", picture)


def is_visual(page: Page) -> bool:
    return page.get_attribute("body", "data-surface") == "visual"


def leaving(page: Page) -> list[str]:
    """What is asked when the page is left; staying is the answer."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    return asked


def test_the_page_says_what_is_not_there_yet_and_asks_before_it_is_left(either: Window, picture: Path) -> None:
    page, line = either.page, Line(either.page)
    asked = leaving(page)
    put_in(page, picture)
    page.keyboard.type("字")
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_have_text("文字已保存，1 张图片还在上传")
    expect(page.locator("#findings")).to_contain_text("图片“lab.jpg”还在上传")
    page.locator("a.seal").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and "/write/small" in page.url
    page.click("[data-as=markdown]" if is_visual(page) else "[data-as=visual]")
    expect(page.locator("#notice")).to_contain_text("先不换写法")
    line.let_go(page)
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    expect(page.locator("#findings")).not_to_contain_text("lab.jpg")
    page.locator("a.seal").click()
    page.wait_for_url(lambda url: "/write/" not in url)
    assert asked == ["beforeunload"]


def go_on(page: Page) -> None:
    """To 送审. This desk has no review: any way that is left by its keys and its button does."""
    page.evaluate(
        """() => {
          const made = () => document.querySelector("header .actions").appendChild(document.createElement("a"));
          const way = document.querySelector("#submit") ?? made();
          Object.assign(way, { id: "submit", href: "/stories" });
        }"""
    )
    page.keyboard.press("Control+Enter")


def test_to_the_review_one_goes_with_the_picture(either: Window, picture: Path, drawer: Drawer) -> None:
    page, line = either.page, Line(either.page)
    leaving(page)
    put_in(page, picture)
    expect(page.locator(".meter, #unsent li").locator("visible=true").first).to_contain_text("正在上传")
    go_on(page)
    expect(page.locator("#notice")).to_contain_text("图片还在上传，传完就去。")
    page.get_by_role("button", name="先不去").click()
    line.let_go(page)
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    assert "/write/small" in page.url  # one thought better of it
    put_in(page, picture)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notice")).to_contain_text("图片还在上传，传完就去。")
    line.let_go(page)
    page.wait_for_url("**/stories")
    assert drawer.load("small").count("pictures/lab-") == 2


def test_what_could_not_be_sent_keeps_one_here_until_it_is_sent_or_taken_out(
    either: Window, picture: Path, drawer: Drawer
) -> None:
    page, line = either.page, Line(either.page)
    asked = leaving(page)
    line.cut = True
    put_in(page, picture)
    expect(page.locator("#findings")).to_contain_text("图片“lab.jpg”没有传成")
    go_on(page)
    expect(page.locator("#notice")).to_contain_text("图片“lab.jpg”没有传成，稿件里还没有它")
    expect(page.locator("#saved")).to_have_text("文字已保存，1 张图片没有传成")
    page.locator("a.seal").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and "/write/small" in page.url
    line.cut = False
    page.locator("#notice").get_by_role("button", name="再传一次").click()
    line.let_go(page)
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    assert "pictures/lab-" in drawer.load("small")
    line.cut = True
    put_in(page, picture)
    expect(page.locator("#saved")).to_have_text("文字已保存，1 张图片没有传成")
    if is_visual(page):
        page.locator("#findings button", has_text="没有传成").click()  # it leads to the picture
        page.locator("#prose .unsent").hover()
        page.locator("#prose .unsent .card-remove").click()
    else:
        page.locator("#unsent").get_by_role("button", name="不要了").click()
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    expect(page.locator("#findings")).not_to_contain_text("没有传成")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/stories")
    assert drawer.load("small").count("pictures/lab-") == 1


def test_an_upload_that_was_undone_after_it_came_is_said_and_can_be_had_again(
    open_window: Open, address: str, picture: Path, drawer: Drawer
) -> None:
    drawer.save("small", SMALL)
    page = open_window(f"{address}/write/small?as=visual").page
    line = Line(page)
    put_in(page, picture)
    expect(page.locator("#prose .unsent")).to_have_count(1)
    page.wait_for_timeout(700)  # so that its coming is a step of its own to undo
    line.let_go(page)
    expect(page.locator("#prose .unsent")).to_have_count(0)
    page.locator("#prose .ProseMirror").press("Control+z")
    expect(page.locator("#prose .unsent")).to_have_count(1)
    expect(page.locator("#findings")).to_contain_text("没有传成")
    go_on(page)
    page.locator("#notice").get_by_role("button", name="再传一次").click()
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    assert "pictures/lab-" in drawer.load("small")


def test_a_cover_on_its_way_counts_too(open_window: Open, address: str, picture: Path, drawer: Drawer) -> None:
    drawer.save("small", SMALL)
    page = open_window(f"{address}/write/small?as=visual").page
    line = Line(page)
    page.set_input_files("#cover-file", picture)
    expect(page.locator("#unsent")).to_contain_text("正在上传 lab.jpg")
    expect(page.locator("#saved")).to_have_text("文字已保存，1 张图片还在上传")
    line.let_go(page)
    expect(page.locator("#unsent")).to_be_hidden()
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    assert "pictures/lab-" in drawer.load("small")
