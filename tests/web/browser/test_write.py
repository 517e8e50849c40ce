"""写与看 in a real browser: typing, looking, saving, jumping, on a desk and on a phone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cms.web import Desk
from tests.web.browser.conftest import Window
from tests.web.conftest import Drawer
from tests.web.test_shelf import photo

pytestmark = pytest.mark.browser
SLUG = "lhaaso-haizishan"
Open = Callable[..., Window]


@pytest.fixture(autouse=True)
def kept(drawer: Drawer, sample: str) -> None:
    drawer.save(SLUG, sample)


@pytest.fixture
def window(open_window: Open, address: str) -> Window:
    return open_window(f"{address}/write/{SLUG}?as=markdown")


def caret_before(page: Page, words: str) -> None:
    page.locator("#text").evaluate(
        "(field, words) => { const at = field.value.indexOf(words); field.focus(); field.setSelectionRange(at, at); }",
        words,
    )


def test_typing_reaches_every_phone_and_nothing_complains(window: Window) -> None:
    for channel in ("site", "wechat", "toutiao", "feed", "weibo", "shipinhao"):
        window.frame(channel)
    caret_before(window.page, "晴朗的夜里抬头")
    window.page.keyboard.type("新写的一句。")
    window.settle()
    for channel in ("site", "wechat", "toutiao", "feed"):
        expect(window.frame(channel).locator("body")).to_contain_text("新写的一句。晴朗的夜里")
    caret_before(window.page, "甘孜稻城海子山上有")
    window.page.keyboard.type("开头新写，")
    window.settle()
    for channel in ("weibo", "shipinhao"):
        expect(window.frame(channel).locator("body")).to_contain_text("开头新写，甘孜稻城")
    assert window.complaints == []


def test_every_picture_on_every_phone_is_really_there(window: Window) -> None:
    for channel in ("site", "wechat", "weibo", "toutiao", "feed", "shipinhao"):
        pictures = window.frame(channel).locator("img")
        assert pictures.count() > 0, channel
        pictures.last.scroll_into_view_if_needed()
        expect(pictures.last).to_have_js_property("complete", True)
        assert pictures.last.evaluate("(picture) => picture.naturalWidth") > 0, channel
    assert window.complaints == []


def test_the_phone_keeps_its_place_and_never_goes_white(window: Window) -> None:
    frame = window.frame("wechat")
    pictures = "() => Promise.all([...document.images].map((one) => one.decode().catch(() => null)))"
    frame.locator("body").evaluate(pictures)  # nothing above the place grows any more
    frame.locator("body").evaluate("() => scrollTo(0, 700)")
    caret_before(window.page, "晴朗的夜里抬头")
    window.page.keyboard.type("又")
    window.settle()
    frame = window.frame("wechat")
    assert frame.locator("body").evaluate("() => scrollY") == 700


def test_another_unit_shows_another_brand(window: Window) -> None:
    expect(window.frame("site").locator(".masthead")).to_contain_text("四川科技")
    window.page.select_option("#unit", "chengdu")
    window.settle()
    expect(window.frame("site").locator(".masthead")).to_contain_text("成都科技")


def test_a_finding_leads_to_its_line(window: Window) -> None:
    caret_before(window.page, "## 一张网")
    window.page.keyboard.type(":::dialogo\n\n")
    window.settle()
    finding = window.page.locator("#findings .block", has_text="dialogo").first
    expect(finding.locator("b")).to_have_text("必须改")
    finding.locator("button").click()
    selected = window.page.locator("#text").evaluate("(f) => f.value.slice(f.selectionStart, f.selectionEnd)")
    assert selected == ":::dialogo"
    expect(window.page.locator("#lines .here.block")).to_be_in_viewport()


def test_a_loss_leads_to_its_line_and_says_whether_words_are_gone(window: Window, sample: str) -> None:
    page = window.page
    weibo = page.locator("#losses > li", has=page.locator("b", has_text="微博"))
    expect(weibo.locator(".about")).to_contain_text(re.compile(r"(省略|改写) \d+ 处"))
    for box in weibo.locator("details").all():
        if box.get_attribute("open") is None:
            box.locator("summary").click()
    line = sample.splitlines().index("## 一张网，三种眼睛") + 1
    place = weibo.locator("button.place", has_text=f"第 {line} 行")
    expect(place).to_contain_text("一张网，三种眼睛")
    place.click()
    selected = page.locator("#text").evaluate("(f) => f.value.slice(f.selectionStart, f.selectionEnd)")
    assert selected == "## 一张网，三种眼睛"
    expect(page.locator("#lines .here")).to_be_in_viewport()
    assert window.complaints == []


def test_an_opened_list_of_losses_stays_open_while_writing(window: Window) -> None:
    page = window.page
    box = page.locator("#losses details:not([open])").first
    key = box.get_attribute("data-key")
    box.locator("summary").click()
    caret_before(page, "晴朗的夜里抬头")
    page.keyboard.type("又")
    window.settle()
    expect(page.locator(f'#losses details[data-key="{key}"]')).to_have_attribute("open", "")


def test_bad_front_matter_shows_its_line(window: Window, sample: str) -> None:
    caret_before(window.page, "1\ncast:")
    window.page.keyboard.type("第二期")
    window.settle()
    line = sample.splitlines().index("issue: 1") + 1
    expect(window.page.locator("#findings .block")).to_contain_text(f"第 {line} 行")


def test_a_long_title_turns_its_counter(window: Window) -> None:
    caret_before(window.page, "黑科技｜海拔")
    window.page.keyboard.insert_text("很长" * 10)
    window.settle()
    counter = window.page.locator("#counters li", has_text="公众号标题")
    expect(counter).to_have_class("warn")
    expect(counter).to_have_text(re.compile(r"40/32·64$"))


def test_saving_says_so_and_keeps_the_text(window: Window, drawer: Drawer) -> None:
    caret_before(window.page, "晴朗的夜里抬头")
    window.page.keyboard.type("存下来。")
    expect(window.page.locator("#saved")).to_have_text("有未保存的改动")
    window.page.keyboard.press("Control+s")
    expect(window.page.locator("#saved")).to_have_text("已保存 14:02")
    assert "存下来。晴朗的夜里" in drawer.load(SLUG)
    window.page.reload()
    assert "存下来。晴朗的夜里" in window.page.input_value("#text")


def test_two_seconds_after_the_last_key_it_saves_itself(window: Window, drawer: Drawer) -> None:
    caret_before(window.page, "晴朗的夜里抬头")
    window.page.keyboard.type("自己存。")
    expect(window.page.locator("#saved")).to_have_text("已保存 14:02")
    assert len(drawer.revisions[SLUG]) == 2


def test_a_lost_token_says_so_keeps_the_text_and_the_next_try_works(window: Window, drawer: Drawer) -> None:
    window.page.context.clear_cookies(name="yigao")
    caret_before(window.page, "晴朗的夜里抬头")
    window.page.keyboard.type("不会丢。")
    window.page.keyboard.press("Control+s")
    expect(window.page.locator("#saved")).to_have_text("没有保存，文字已存本机")
    expect(window.page.locator("#notice")).to_contain_text("凭证已过期")
    assert "不会丢。" in window.page.input_value("#text")
    window.page.get_by_role("button", name="再存一次").click()
    expect(window.page.locator("#saved")).to_have_text("已保存 14:02")
    assert "不会丢。" in drawer.load(SLUG)


def test_words_not_saved_are_found_again(window: Window, open_window: Open, address: str) -> None:
    page = window.page
    page.route("**/write/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    caret_before(page, "晴朗的夜里抬头")
    page.keyboard.type("断网时写的。")
    page.keyboard.press("Control+s")
    expect(page.locator("#notice")).to_contain_text("连不上服务")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="找回这些文字").click()
    assert "断网时写的。" in page.input_value("#text")


def test_somebody_elses_save_is_not_overwritten(window: Window, drawer: Drawer, sample: str) -> None:
    drawer.save(SLUG, sample.replace("晴朗", "晴好"))
    caret_before(window.page, "晴朗的夜里抬头")
    window.page.keyboard.type("我的。")
    window.page.keyboard.press("Control+s")
    expect(window.page.locator("#notice")).to_contain_text("别处保存过")
    assert len(drawer.revisions[SLUG]) == 2
    window.page.get_by_role("button", name="两边对照").click()
    expect(window.page.locator("#beside .side del").first).to_have_text("好")
    expect(window.page.locator("#beside .side ins").first).to_contain_text("我的。")
    window.page.get_by_role("button", name="仍存我的").click()
    expect(window.page.locator("#saved")).to_have_text("已保存 14:02")
    assert "我的。" in drawer.load(SLUG)


def test_nothing_acts_while_an_input_method_composes(window: Window, drawer: Drawer) -> None:
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    caret_before(window.page, "晴朗的夜里抬头")
    session = window.page.context.new_cdp_session(window.page)
    session.send("Input.imeSetComposition", {"text": "kexue", "selectionStart": 5, "selectionEnd": 5})
    before = window.page.input_value("#text")
    window.page.locator("#text").dispatch_event("keydown", {"key": "Tab", "keyCode": 229, "isComposing": True})
    window.page.locator("#text").dispatch_event("keydown", {"key": "s", "ctrlKey": True, "isComposing": True})
    window.page.wait_for_timeout(2600)
    assert asked == []
    assert window.page.input_value("#text") == before
    session.send("Input.insertText", {"text": "科学"})
    expect(window.page.locator("#saved")).to_have_text("已保存 14:02")
    assert "科学晴朗的夜里" in drawer.load(SLUG)


def test_a_slow_answer_to_an_old_question_is_dropped(window: Window) -> None:
    held: list[str] = []

    def late(route: object) -> None:
        held.append("")
        if len(held) == 1:
            window.page.wait_for_timeout(1_500)
        route.continue_()  # type: ignore[attr-defined]

    window.page.route("**/preview", late)
    window.page.select_option("#unit", "ganzi")
    window.page.select_option("#unit", "chengdu")
    window.settle()
    expect(window.page.locator("#panel-site .account")).to_have_text("成都科技")
    assert window.page.get_attribute("body", "data-shown") == "2"


def test_marks_links_and_tabs_by_keyboard(window: Window) -> None:
    page = window.page
    field = page.locator("#text")
    field.evaluate("(f) => { f.focus(); f.setSelectionRange(f.value.length, f.value.length); }")
    page.keyboard.type("甲乙")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Control+b")
    assert page.input_value("#text").endswith("**甲乙**")
    page.keyboard.press("Control+b")
    assert page.input_value("#text").endswith("\n甲乙")
    page.keyboard.press("Control+i")
    page.keyboard.press("Control+k")
    assert page.input_value("#text").endswith("*[甲乙](https://)*")
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    assert page.input_value("#text").endswith("*  ")
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(field).not_to_be_focused()


def test_a_block_is_inserted_by_its_initials_on_lines_of_its_own(window: Window) -> None:
    page = window.page
    caret_before(page, "自然科学" if "自然科学" in page.input_value("#text") else "## 一张网")
    page.click("#blocks")
    page.keyboard.type("xzs")
    page.keyboard.press("Enter")
    assert "\n\n:::fact-box 小知识：标题\n一两句话说清楚。\n:::\n\n" in page.input_value("#text")
    expect(page.locator("#block-menu")).to_be_hidden()
    window.settle()
    said = page.locator("#findings .block")
    expect(said).to_have_count(2)  # the block stands as it should, and waits for words of one's own
    assert all("提示语" in one for one in said.all_inner_texts())


def test_tabs_move_by_arrow_keys(window: Window) -> None:
    window.page.focus("#tab-site")
    window.page.keyboard.press("ArrowRight")
    expect(window.page.locator("#tab-wechat")).to_have_attribute("aria-selected", "true")
    expect(window.page.locator("#panel-wechat")).to_be_visible()
    expect(window.page.locator("#panel-site")).to_be_hidden()


def test_a_chosen_picture_is_inserted_and_asks_for_its_words(window: Window, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "lab.jpg").write_bytes(photo())
    window.page.set_input_files("#picture", tmp_path / "lab.jpg")
    expect(window.page.locator("#progress")).to_contain_text("已插入")
    found = re.search(r'!\[\]\((pictures/lab-[0-9a-f]{8}\.jpg) "图注"\)', window.page.input_value("#text"))
    assert found and (desk.folder("") / found[1]).is_file()


def test_a_file_that_is_no_picture_says_why(window: Window, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture at all")
    window.page.set_input_files("#picture", tmp_path / "bad.png")
    expect(window.page.locator("#notice")).to_contain_text("bad.png")
    expect(window.page.locator("#notice")).to_have_class(re.compile("bad"))


def test_rich_text_goes_to_the_clipboard(open_window: Open, address: str) -> None:
    window = open_window(f"{address}/write/{SLUG}?as=markdown", permissions=["clipboard-read", "clipboard-write"])
    window.page.click("#copy")
    expect(window.page.locator("#notice")).to_contain_text("请到公众号后台的正文框里粘贴", timeout=15_000)
    copied = window.page.evaluate(
        "navigator.clipboard.read().then(([one]) => one.getType('text/html')).then((blob) => blob.text())"
    )
    assert "高海拔宇宙线观测站" in copied and "data:image/" in copied


def test_a_phone_switches_between_writing_looking_and_checking(open_window: Open, address: str) -> None:
    window = open_window(f"{address}/write/{SLUG}?as=markdown", width=375, height=812, has_touch=True)
    page = window.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    expect(page.locator("#text")).to_be_visible()
    expect(page.locator("#pane-look")).to_be_hidden()
    page.get_by_role("tab", name="看").click()
    window.frame("wechat")
    assert page.locator("#panel-wechat .glass").bounding_box()["width"] == 375  # type: ignore[index]
    page.get_by_role("tab", name="检查").click()
    expect(page.locator("#findings")).to_be_visible()
    page.locator("#losses button:visible").first.click()
    expect(page.locator("#text")).to_be_visible()
    for button in page.locator("header button:visible, nav button:visible").all():
        assert button.bounding_box()["height"] >= 44  # type: ignore[index]
    assert window.complaints == []


def test_the_first_story_from_an_empty_desk(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.revisions.clear()
    window = open_window(f"{address}/stories")
    window.page.get_by_role("link", name="写第一篇").click()
    window.page.wait_for_selector("body[data-shown]", timeout=60_000)
    expect(window.page.locator("#saved")).to_have_text("新稿，尚未保存")
    window.page.click("#save")
    expect(window.page.locator("#saved")).to_have_text("已保存 14:02")
    expect(window.page).to_have_url(re.compile(r"/write/gao-20261122-\d{6}$"))
    assert len(drawer.revisions) == 1
    assert window.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_previews_look_the_same_by_day_and_by_night(open_window: Open, address: str, scheme: str) -> None:
    window = open_window(f"{address}/write/{SLUG}?as=markdown", color_scheme=scheme)
    paper = "getComputedStyle(document.body).backgroundColor"
    assert window.frame("site").locator("body").evaluate(f"() => {paper}") == "rgb(250, 248, 243)"
    assert window.frame("wechat").locator("body").evaluate(f"() => {paper}") == "rgb(255, 255, 255)"


def test_a_failing_preview_says_so_and_can_be_asked_again(window: Window, desk: Desk, app: Flask) -> None:
    window.page.route("**/preview", lambda route: route.fulfill(status=500, body="<html>"))
    caret_before(window.page, "晴朗的夜里抬头")
    window.page.keyboard.type("甲")
    expect(window.page.locator("#notice")).to_contain_text("服务没有正常应答（500）")
    window.page.unroute("**/preview")
    window.page.get_by_role("button", name="再试一次").click()
    window.settle()
    expect(window.frame("site").locator("body")).to_contain_text("甲晴朗的夜里")
