"""What is pasted takes the place of what is chosen, as in every word processor, wherever it is; one undo takes it back.
Where the service is not there the words come in all the same."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cms.manuscript.skeletons import START
from tests.journeys.hands import press
from tests.web.browser.conftest import Window
from tests.web.browser.test_visual import FRONT, Open, caret, every_block, saved
from tests.web.browser.test_visual import kept as kept
from tests.web.browser.test_visual import window as window
from tests.web.conftest import Drawer

pytestmark = pytest.mark.browser
TWO = "<p>新一段</p><p>新<b>二</b>段</p>"
THREE = "<p>新一段</p><p>新二段</p><p>新三段</p>"
PASTE = """([html, words]) => {
  const held = new DataTransfer();
  if (html) held.setData("text/html", html);
  held.setData("text/plain", words);
  document.querySelector(".ProseMirror").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""
BLOCKS = """() => {
  const said = (node) => node.isTextblock ? node.textBetween(0, node.content.size, "", "/")
    : node.content.content.map(said);
  return document.body.hands.doc().content.content.map((node) => [node.type.name, said(node)]);
}"""
BETWEEN = """([first, last]) => {
  const { hands } = document.body, { view } = hands;
  const place = (words, end) => {
    let at = -1;
    hands.doc().descendants((node, from) => {
      const found = node.isText ? node.text.indexOf(words) : -1;
      if (at < 0 && found >= 0) at = from + found + (end ? words.length : 0);
    });
    return at;
  };
  hands.place(place(first, false));
  const kind = view.state.selection.constructor;
  view.dispatch(view.state.tr.setSelection(kind.create(view.state.doc, place(first, false), place(last, true))));
  view.focus();
}"""


def story(drawer: Drawer, body: str) -> None:
    drawer.save("small", f"{FRONT}{body}\n")


def opened(open_window: Open, address: str, width: int = 1440) -> Page:
    return open_window(f"{address}/write/small?as=visual", width=width, height=800).page


def choose(page: Page, first: str, last: str = "") -> None:
    page.evaluate(BETWEEN, [first, last or first])


def paste(page: Page, html: str, words: str = "新一段\n新二段") -> None:
    with page.expect_response("**/arrive", timeout=20_000):
        page.evaluate(PASTE, [html, words])
    page.wait_for_function("() => document.getElementById('progress').textContent === ''")


def blocks(page: Page) -> Any:
    return page.evaluate(BLOCKS)


def test_what_a_story_begins_with_is_written_over(open_window: Open, address: str, drawer: Drawer) -> None:
    """从这里开始写正文。 is nobody's words: a click chooses it, what is pasted replaces it."""
    story(drawer, START)
    page = opened(open_window, address)
    page.locator(".ProseMirror p").click()
    page.keyboard.type("自己写的")
    assert blocks(page) == [["paragraph", "自己写的"]]
    page.keyboard.press("Control+z")
    assert blocks(page) == [["paragraph", START]]
    page.keyboard.press("End")
    paste(page, TWO)
    assert blocks(page) == [["paragraph", "新一段"], ["paragraph", "新二段"]]
    page.locator(".ProseMirror p").first.click()
    page.keyboard.press("End")
    page.keyboard.type("，接着写")
    assert blocks(page)[0] == ["paragraph", "新一段，接着写"]


def test_and_in_markdown_too(open_window: Open, address: str, drawer: Drawer) -> None:
    story(drawer, START)
    page = open_window(f"{address}/write/small?as=markdown").page
    field = page.locator("#text")
    at = page.evaluate("words => document.getElementById('text').value.indexOf(words)", START)
    field.click()
    field.evaluate("(one, at) => { one.setSelectionRange(at, at); one.click(); }", at + 3)
    page.keyboard.type("自己写的")
    assert field.input_value().rstrip().endswith("\n自己写的") and START not in field.input_value()


@pytest.mark.parametrize("width", [1440, 375])
def test_paragraphs_take_the_place_of_words(open_window: Open, address: str, drawer: Drawer, width: int) -> None:
    story(drawer, "头上旧话脚下。\n\n末一段。")
    page = opened(open_window, address, width)
    before = blocks(page)
    choose(page, "旧话")
    paste(page, TWO)
    after = [["paragraph", "头上新一段"], ["paragraph", "新二段脚下。"], ["paragraph", "末一段。"]]
    assert blocks(page) == after
    expect(page.locator("#prose strong")).to_have_text("二")
    page.keyboard.type("！")  # the cursor is behind what was pasted
    assert blocks(page)[1] == ["paragraph", "新二段！脚下。"]
    press(page, "Control+z", "Control+z")
    assert blocks(page) == before
    press(page, "Control+Shift+z")
    assert blocks(page) == after
    saved(page)
    assert "头上新一段\n\n新**二**段脚下。\n\n末一段。" in drawer.load("small")


def test_one_undo_leaves_what_was_typed_just_before(window: Window) -> None:
    page = window.page
    caret(page, "头一段。", after=True)
    page.keyboard.type("刚写的。")
    paste(page, THREE)
    assert blocks(page)[0] == ["paragraph", "头一段。刚写的。新一段"]
    press(page, "Control+z")
    assert blocks(page) == [["paragraph", "头一段。刚写的。"], ["paragraph", "末一段。"]]


def test_what_is_chosen_over_paragraphs_goes(open_window: Open, address: str, drawer: Drawer) -> None:
    story(drawer, "头上旧话。\n\n## 旧标题\n\n旧段脚下。\n\n末一段。")
    page = opened(open_window, address)
    before = blocks(page)
    choose(page, "旧话。", "旧段")
    paste(page, TWO)
    assert blocks(page) == [["paragraph", "头上新一段"], ["paragraph", "新二段脚下。"], ["paragraph", "末一段。"]]
    press(page, "Control+z")
    assert blocks(page) == before


def test_other_blocks_stand_by_themselves_in_its_place(open_window: Open, address: str, drawer: Drawer) -> None:
    story(drawer, "头上旧话脚下。\n\n旧的整段。\n\n末一段。")
    page = opened(open_window, address)
    choose(page, "旧话")
    table = "<table><tr><th>名称</th><th>数量</th></tr><tr><td>甲</td><td>1</td></tr></table>"
    paste(page, f"<h2>新标题</h2><p>新一段</p>{table}")
    shown = blocks(page)
    kinds = ["paragraph", "heading", "paragraph", "table", "paragraph", "paragraph", "paragraph"]
    assert [kind for kind, _ in shown] == kinds
    assert shown[0][1] == "头上" and shown[4][1] == "脚下。"
    press(page, "Control+z")
    choose(page, "旧的整段。")
    paste(page, f"{table}<h2>新标题</h2>")
    assert [kind for kind, _ in blocks(page)] == ["paragraph", "table", "heading", "paragraph"]  # no empty line is left


def test_a_whole_story_is_replaced(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", every_block())
    page = opened(open_window, address)
    before = blocks(page)
    page.evaluate("() => document.body.hands.focus()")
    press(page, "Control+a")
    paste(page, THREE)
    assert blocks(page) == [["paragraph", "新一段"], ["paragraph", "新二段"], ["paragraph", "新三段"]]
    press(page, "Control+z")
    assert blocks(page) == before


def test_in_a_list_paragraphs_become_items(open_window: Open, address: str, drawer: Drawer) -> None:
    story(drawer, "- 甲旧话乙\n- 丙\n\n末一段。")
    page = opened(open_window, address)
    before = blocks(page)
    choose(page, "旧话")
    paste(page, THREE)
    wanted = [["甲新一段"], ["新二段"], ["新三段乙"], ["丙"]]
    assert blocks(page)[0] == ["list", wanted]
    press(page, "Control+z")
    assert blocks(page) == before
    choose(page, "旧话")
    paste(page, "<ul><li>新一段</li><li>新二段</li></ul>")
    assert blocks(page)[0] == ["list", [["甲新一段"], ["新二段乙"], ["丙"]]]


def test_in_a_quote_they_stay_in_it(open_window: Open, address: str, drawer: Drawer) -> None:
    story(drawer, "> 甲旧话乙\n\n末一段。")
    page = opened(open_window, address)
    choose(page, "旧话")
    paste(page, TWO)
    assert blocks(page)[0] == ["quote", ["甲新一段", "新二段乙"]]


def test_in_a_dialogue_each_is_a_line(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", every_block())
    page = opened(open_window, address)
    before = blocks(page)
    at = next(place for place, (kind, _) in enumerate(before) if kind == "dialogue")
    lines = before[at][1]
    choose(page, lines[0][2:6])
    paste(page, THREE)
    after = blocks(page)[at][1]
    assert after == [f"{lines[0][:2]}新一段", "新二段", f"新三段{lines[0][6:]}", *lines[1:]]
    speakers = page.evaluate(
        "(at) => document.body.hands.doc().child(at).content.content.map((one) => one.attrs.speaker)", at
    )
    assert speakers[0] == speakers[2] != speakers[1]
    press(page, "Control+z")
    assert blocks(page) == before
    choose(page, lines[0][2:], lines[1][:5])  # over two lines
    paste(page, TWO)
    assert blocks(page)[at][1] == [f"{lines[0][:2]}新一段", f"新二段{lines[1][5:]}", *lines[2:]]


def test_in_a_cell_they_become_lines_of_it(open_window: Open, address: str, drawer: Drawer) -> None:
    story(drawer, "| 名称 | 数量 |\n| --- | --- |\n| 甲旧话乙 | 1 |\n\n末一段。")
    page = opened(open_window, address)
    choose(page, "旧话")
    paste(page, TWO)
    assert blocks(page)[0] == ["table", [["名称", "数量"], ["甲新一段/新二段乙", "1"]]]


def test_over_chosen_cells_the_words_stand_in_one_of_them(open_window: Open, address: str, drawer: Drawer) -> None:
    story(drawer, "| 名称 | 数量 |\n| --- | --- |\n| 甲 | 1 |\n\n末一段。")
    page = opened(open_window, address)
    before = blocks(page)
    page.evaluate(
        """() => {
          const { hands } = document.body, { view } = hands, cells = [];
          hands.doc().descendants((node, at) => { if (node.type.name === "table_cell") cells.push(at); });
          const kinds = Object.getPrototypeOf(view.state.selection.constructor);
          const chosen = kinds.fromJSON(view.state.doc, { type: "cell", anchor: cells[1], head: cells[0] });
          view.dispatch(view.state.tr.setSelection(chosen));
          view.focus();
        }"""
    )
    paste(page, TWO)
    assert blocks(page)[0] == ["table", [["名称", "数量"], ["新一段/新二段", ""]]]
    press(page, "Control+z")
    assert blocks(page) == before


def test_the_place_is_kept_while_one_writes_on(window: Window) -> None:
    page = window.page
    page.route("**/arrive", lambda route: (page.wait_for_timeout(300), route.continue_()))
    choose(page, "一段")
    page.evaluate(PASTE, [TWO, "新一段\n新二段"])
    caret(page, "头一段")
    page.keyboard.type("先写：")
    expect(page.locator("#prose")).to_contain_text("先写：头新一段")
    assert blocks(page) == [["paragraph", "先写：头新一段"], ["paragraph", "新二段。"], ["paragraph", "末一段。"]]
    page.keyboard.type("又写：")  # and the cursor stays with who writes
    assert blocks(page)[0] == ["paragraph", "先写：又写：头新一段"]


def test_words_being_composed_are_not_disturbed(window: Window) -> None:
    page = window.page
    page.route("**/arrive", lambda route: (page.wait_for_timeout(300), route.continue_()))
    choose(page, "一段")
    page.evaluate(PASTE, [TWO, "新一段\n新二段"])
    caret(page, "末一段")
    keys = page.context.new_cdp_session(page)
    for letters in ("n", "ni", "ni hao"):
        keys.send(
            "Input.imeSetComposition", {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        )
    page.wait_for_function("() => document.getElementById('progress').textContent === ''")
    assert page.evaluate("() => document.body.hands.isComposing()")
    assert len(blocks(page)) == 2
    keys.send("Input.insertText", {"text": "你好"})
    expect(page.locator("#prose")).to_contain_text("新一段")
    assert blocks(page) == [["paragraph", "头新一段"], ["paragraph", "新二段。"], ["paragraph", "你好末一段。"]]


def test_plain_words_of_several_lines_do_the_same(window: Window) -> None:
    page = window.page
    choose(page, "一段")
    page.evaluate(PASTE, ["", "新一段\r\n\r\n新二段\n"])
    assert blocks(page) == [["paragraph", "头新一段"], ["paragraph", "新二段。"], ["paragraph", "末一段。"]]


@pytest.mark.parametrize("width", [1440, 375])
def test_where_the_service_is_not_there_the_words_come_in(
    open_window: Open, address: str, drawer: Drawer, width: int
) -> None:
    page = opened(open_window, address, width)
    page.route("**/arrive", lambda route: route.abort())
    choose(page, "一段")
    page.evaluate(PASTE, ["<p>新一段</p><table><tr><td>新</td></tr></table>", "新一段\n新二段"])
    expect(page.locator("#notice")).to_contain_text("只放进了文字：格式、表格和图片要经过服务才能带进来")
    expect(page.locator("#notice")).to_be_in_viewport()
    expect(page.locator("#prose p").first).to_be_in_viewport()  # and what came in
    assert blocks(page) == [["paragraph", "头新一段"], ["paragraph", "新二段。"], ["paragraph", "末一段。"]]
    page.unroute("**/arrive")
    press(page, "Control+z")
    assert blocks(page) == [["paragraph", "头一段。"], ["paragraph", "末一段。"]]
    page.route("**/arrive", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.evaluate(PASTE, ["<p>新一段</p>", "新一段"])
    expect(page.locator("#prose p").first).to_have_text("头新一段。")
    page.evaluate(PASTE, ["<img src='x.png'>", ""])  # no words at all: it says so, and nothing is thrown
    expect(page.locator("#notice")).to_contain_text("没有正常应答（502）")
