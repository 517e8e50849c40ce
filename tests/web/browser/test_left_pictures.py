"""The bytes of a picture that did not arrive stay in the browser: who left finds it, and it goes to its place."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cms.people import PeopleDesk
from tests.people.house import login_of, token_for
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look
from tests.web.browser.test_unsent import is_visual, put_in
from tests.web.browser.test_visual import SMALL, Open, caret
from tests.web.conftest import Drawer

pytestmark = pytest.mark.browser
LEFT, ON, DROP = "#left-pictures", "继续上传", "丢弃"
COUNT = """() => new Promise((done) => {
  const asked = indexedDB.open("yigao-pictures", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("rows", { keyPath: "id" });
    asked.result.createObjectStore("bytes");
  };
  asked.onsuccess = () => {
    const all = asked.result.transaction("bytes").objectStore("bytes").count();
    all.onsuccess = () => { asked.result.close(); done(all.result); };
  };
})"""


def count(page: Page, wanted: int) -> None:
    """So many pictures lie in the browser."""
    for _ in range(100):
        if (found := page.evaluate(COUNT)) == wanted:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{found} lie there")


def cut(page: Page) -> None:
    page.context.route("**/pictures", lambda route: route.abort())


def another(page: Page, where: str = "") -> Page:
    """The window goes, however it asks; a new one is opened."""
    context, where = page.context, where or page.url
    page.close(run_before_unload=False)
    context.set_offline(False)
    fresh = context.new_page()
    fresh.wait_for_timeout(500)  # a window that just closed still says that it is there
    fresh.on("dialog", lambda dialog: dialog.accept())
    fresh.goto(where)
    fresh.wait_for_selector("body[data-shown]")
    return fresh


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(re.compile("^已保存"))


def test_who_left_finds_it_and_it_goes_where_it_was(either: Window, picture: Path, drawer: Drawer) -> None:
    page = either.page
    cut(page)
    put_in(page, picture)
    expect(page.locator("#saved")).to_contain_text("1 张图片没有传成")
    count(page, 1)
    page = another(page)
    expect(page.locator(LEFT)).to_contain_text("有 1 张图还没传上去（lab.jpg）")
    page.context.unroute("**/pictures")
    page.locator(LEFT).get_by_role("button", name=ON).click()
    expect(page.locator(LEFT)).to_be_hidden()
    saved(page)
    text = drawer.load("small")
    assert re.search(
        r"头一段。\n\n!\[\]\(pictures/lab-" if is_visual(page) else r"末一段。\s+!\[\]\(pictures/lab-", text
    )
    count(page, 0)
    page = another(page)
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    page.wait_for_timeout(400)
    expect(page.locator(LEFT)).to_be_hidden()


def test_offline_it_is_kept_and_sent_when_one_is_back(
    open_window: Open, address: str, picture: Path, drawer: Drawer
) -> None:
    drawer.save("small", SMALL)
    page = open_window(f"{address}/write/small?as=visual").page
    page.context.set_offline(True)
    put_in(page, picture)
    expect(page.locator("#prose .meter")).to_contain_text("连不上服务")
    caret(page, "末一段。", after=True)
    page.keyboard.type("离线时写的字")
    count(page, 1)
    where = page.url
    page = another(page, where)
    expect(page.locator("#found")).to_be_visible()
    expect(page.locator(LEFT)).to_be_hidden()  # first the words, in which it has its place
    page.get_by_role("button", name="找回这些文字").click()
    expect(page.locator("#prose")).to_contain_text("离线时写的字")
    page.locator(LEFT).get_by_role("button", name=ON).click()
    expect(page.locator("#prose .unsent")).to_have_count(0)
    saved(page)
    expect(page.locator("#prose figure, #prose .figure, #prose .card img").first).to_be_visible()
    text = drawer.load("small")
    assert "离线时写的字" in text and text.index("头一段") < text.index("pictures/lab-") < text.index("末一段")


def test_with_the_words_under_it_into_its_place_though_one_wrote_above(
    open_window: Open, address: str, picture: Path, drawer: Drawer
) -> None:
    drawer.save("small", SMALL.replace("末一段。", ":::小知识 量子网络\n框里一段。\n\n框里二段。\n:::\n\n末一段。"))
    page = open_window(f"{address}/write/small?as=visual").page
    cut(page)
    caret(page, "框里一段。", after=True)
    page.set_input_files("#picture", picture)
    expect(page.locator("#prose .unsent")).to_have_count(1)
    page.locator("#prose .unsent .caption").click()
    page.keyboard.type("灯下的机房")
    count(page, 1)
    expect(page.locator("#saved")).to_have_text("文字已保存，1 张图片没有传成")
    where = page.url
    drawer.save("small", drawer.load("small").replace("头一段。", "新的头一段。\n\n又一段。"))
    page = another(page, where)
    page.context.unroute("**/pictures")
    page.locator(LEFT).get_by_role("button", name=ON).click()
    expect(page.locator("#prose .unsent")).to_have_count(0)
    saved(page)
    text = drawer.load("small")
    assert re.search(r'框里一段。\n\n!\[\]\(pictures/lab-[^ ]+ "灯下的机房"\)[^\n]*\n\n框里二段。', text), text


def test_what_is_not_wanted_is_gone(either: Window, picture: Path) -> None:
    page = either.page
    cut(page)
    put_in(page, picture)
    put_in(page, picture)
    count(page, 2)
    page = another(page)
    expect(page.locator(LEFT)).to_contain_text("有 2 张图还没传上去")
    page.locator(LEFT).get_by_role("button", name=DROP).click()
    expect(page.locator(LEFT)).to_be_hidden()
    count(page, 0)


def test_taken_out_of_the_text_it_is_not_kept(either: Window, picture: Path) -> None:
    page = either.page
    cut(page)
    put_in(page, picture)
    expect(page.locator("#saved")).to_contain_text("1 张图片没有传成")
    count(page, 1)
    if is_visual(page):
        page.locator("#prose .unsent").hover()
        page.locator("#prose .unsent .card-remove").click()
    else:
        page.locator("#unsent").get_by_role("button", name="不要了").click()
    count(page, 0)


def test_a_cover_too(open_window: Open, address: str, picture: Path, drawer: Drawer) -> None:
    drawer.save("small", SMALL)
    page = open_window(f"{address}/write/small?as=visual").page
    cut(page)
    page.set_input_files("#cover-file", picture)
    expect(page.locator("#saved")).to_contain_text("1 张图片没有传成")
    count(page, 1)
    page = another(page)
    page.context.unroute("**/pictures")
    page.locator(LEFT).get_by_role("button", name=ON).click()
    saved(page)
    assert "cover:" in drawer.load("small") and "pictures/lab-" in drawer.load("small")
    count(page, 0)


def test_nobody_else_and_no_window_that_is_open_is_offered_it(
    either: Window, picture: Path, people: PeopleDesk, address: str
) -> None:
    page = either.page
    cut(page)
    put_in(page, picture)
    count(page, 1)
    beside = page.context.new_page()
    beside.goto(page.url)
    beside.wait_for_selector("body[data-shown]")
    beside.wait_for_timeout(500)
    expect(beside.locator(LEFT)).to_be_hidden()
    where = page.url
    page.close(run_before_unload=False)
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": "yigao-who", "value": token_for(people, login_of("编辑", "sichuan")), "url": address}]
    )
    beside.goto(where)
    beside.wait_for_selector("body[data-shown]")
    beside.wait_for_timeout(500)
    expect(beside.locator(LEFT)).to_be_hidden()
    count(beside, 1)


@pytest.mark.parametrize("closed", ["shut", "full"])
def test_where_the_browser_keeps_nothing_the_page_works_and_asks(
    open_window: Callable[..., Window], address: str, picture: Path, drawer: Drawer, closed: str
) -> None:
    drawer.save("small", SMALL)
    window = open_window(f"{address}/write/small?as=visual")
    page = window.page
    if closed == "shut":
        page.add_init_script("Object.defineProperty(window, 'indexedDB', { get() { throw new Error('shut'); } });")
        page.reload()
        page.wait_for_selector("body[data-shown]")
    else:
        count(page, 0)
        page.evaluate("""() => new Promise((done) => {
          const asked = indexedDB.open("yigao-pictures", 1);
          asked.onsuccess = () => {
            const work = asked.result.transaction("rows", "readwrite");
            const row = { id: "other", person: "99", slug: "x", channel: "", window: "w", at: Date.now() };
            work.objectStore("rows").put({ ...row, size: 40 * 2 ** 20 - 1000 });
            work.oncomplete = done;
          };
        })""")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    cut(page)
    put_in(page, picture)
    expect(page.locator("#saved")).to_contain_text("1 张图片没有传成")
    page.locator("a.seal").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    if closed == "full":
        count(page, 0)
    page.context.unroute("**/pictures")
    page.locator("#prose .meter").get_by_role("button", name="再传一次").click()
    saved(page)
    assert "pictures/lab-" in drawer.load("small")
    assert [one for one in window.complaints if "ERR_FAILED" not in one] == []


def test_how_it_looks(open_window: Open, address: str, picture: Path, drawer: Drawer) -> None:
    drawer.save("small", SMALL)
    page = open_window(f"{address}/write/small?as=visual").page
    cut(page)
    put_in(page, picture)
    count(page, 1)
    page = another(page)
    expect(page.locator(LEFT)).to_be_visible()
    look(page, "left-pictures", targets=f"{LEFT} button", frames=False)
