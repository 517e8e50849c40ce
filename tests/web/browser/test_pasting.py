"""Styled clips (Word, WPS, 公众号, 飞书, pages) come in without the browser complaining of one inline style."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.arrivals.pages import PAGES
from tests.journeys.hands import copy_from_word, press
from tests.web.browser.conftest import Window
from tests.web.browser.test_visual import Open, caret, every_block, saved
from tests.web.browser.test_visual import kept as kept
from tests.web.browser.test_visual import window as window
from tests.web.conftest import Drawer

pytestmark = pytest.mark.browser
HOLD = """([html, kind]) => {
  const held = new DataTransfer(), home = document.querySelector(".ProseMirror"), box = home.getBoundingClientRect();
  held.setData("text/html", html);
  held.setData("text/plain", "从别处拖来的");
  const where = { clientX: box.left + 40, clientY: box.top + 20, bubbles: true, cancelable: true };
  home.dispatchEvent(kind === "drop" ? new DragEvent("drop", { dataTransfer: held, ...where })
    : new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""
STYLED = (
    "<style>p.MsoNormal{margin:0;color:red}</style><p class=MsoNormal style='text-indent:21pt;mso-char-indent-count:2'>"
    "<span style='font-size:12pt;color:red'>从 Word 来的<b style='color:blue'>一段</b></span></p>"
)


def policy(page: Page) -> list[str]:
    """What the console says of the page's own policy from now on, whatever its level."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or message.text.startswith("CSP:"):
            said.append(message.text)

    page.on("console", hear)
    return said


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_what_comes_styled_breaks_no_policy(window: Window, name: str, kind: str) -> None:
    page = window.page
    said = policy(page)
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    with page.expect_response("**/arrive", timeout=20_000) as answer:
        page.evaluate(HOLD, [PAGES[name].html, kind])
    assert answer.value.status == 200
    expect(page.locator("#progress")).to_have_text("")
    expect(page.locator("#prose")).not_to_contain_text("从别处拖来的")  # through the one cleaner, not the plain words
    assert said == []


def test_the_keys_of_a_real_clipboard_break_none_either(window: Window) -> None:
    page = window.page
    said = policy(page)
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    copy_from_word(page, STYLED)
    said.clear()  # the other window's
    page.keyboard.press("Control+v")
    expect(page.locator("#prose strong")).to_have_text("一段")
    assert said == []


def test_words_within_the_editor_move_as_before(window: Window) -> None:
    """Its own blocks are cut and pasted by the editor itself, without the cleaner."""
    page = window.page
    page.route("**/arrive", lambda route: route.abort())
    caret(page, "头一段", through="头一段")
    press(page, "Control+x")
    caret(page, "末一段。", after=True)
    press(page, "Control+v")
    expect(page.locator("#prose")).to_contain_text("末一段。头一段")


def test_every_block_is_cut_and_pasted_to_the_letter(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", every_block())
    window = open_window(f"{address}/write/small?as=visual")
    page = window.page
    page.route("**/arrive", lambda route: route.abort())
    page.evaluate("() => document.body.hands.focus()")
    press(page, "Control+a", "Control+x")
    assert page.evaluate("() => document.body.hands.doc().textContent") == ""
    press(page, "Control+v")
    saved(page)
    assert len(drawer.revisions["small"]) >= 3
    assert drawer.load("small") == every_block()
    assert not [said for said in window.complaints if "Error" in said]


KINDS = (
    "figure dialogue fact_box resource_card key_figure formula gallery quote region local_lead policy_link video audio "
    "live_stream code_block divider correction list footnote table"
)
CHOOSE = """(kind) => {
  const { hands } = document.body, { view } = hands;
  let at = -1;
  hands.doc().descendants((node, from) => { if (at < 0 && node.type.name === kind) at = from; });
  const kinds = Object.getPrototypeOf(view.state.selection.constructor);
  view.dispatch(view.state.tr.setSelection(kinds.fromJSON(view.state.doc, { type: "node", anchor: at })));
  view.focus();
}"""
JSON_NOW = "() => JSON.stringify(document.body.hands.json())"


@pytest.mark.parametrize("kind", KINDS.split())
def test_one_block_is_cut_and_pasted(open_window: Open, address: str, drawer: Drawer, kind: str) -> None:
    drawer.save("small", every_block())
    page = open_window(f"{address}/write/small?as=visual").page
    page.route("**/arrive", lambda route: route.abort())
    before = page.evaluate(JSON_NOW)
    page.evaluate(CHOOSE, kind)
    press(page, "Control+x")
    assert page.evaluate(JSON_NOW) != before
    press(page, "Control+v")
    assert page.evaluate(JSON_NOW) == before


def test_a_table_chosen_as_a_whole_still_has_its_tools(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", every_block())
    page = open_window(f"{address}/write/small?as=visual").page
    rows = page.locator("#prose .card-table tr")
    before = rows.count()
    page.evaluate(CHOOSE, "table")
    page.locator("#prose .card-table").get_by_role("button", name="加行").click()
    expect(rows).to_have_count(before + 1)


def test_a_card_pasted_into_code_stands_after_it(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", every_block())
    page = open_window(f"{address}/write/small?as=visual").page
    code = page.evaluate(
        "() => document.body.hands.json().content.find((one) => one.type === 'code_block').content[0].text"
    )
    page.evaluate(CHOOSE, "key_figure")
    press(page, "Control+c")
    caret(page, code[:4])
    press(page, "Control+v")
    kinds = page.evaluate("() => document.body.hands.json().content.map((one) => one.type)")
    assert kinds[kinds.index("code_block") + 1] == "key_figure"
    assert kinds.count("key_figure") == 2


def test_blocks_go_from_one_story_to_another(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("other", every_block().replace("slug: small", "slug: other"))
    window = open_window(f"{address}/write/other?as=visual")
    page = window.page
    page.evaluate("() => document.body.hands.focus()")
    press(page, "Control+a", "Control+c")
    content = page.evaluate("() => JSON.stringify(document.body.hands.json().content)")
    page.goto(f"{address}/write/small?as=visual")
    page.wait_for_selector("body[data-shown]")
    page.evaluate("() => document.body.hands.focus()")
    press(page, "Control+a", "Control+v")
    assert page.evaluate("() => JSON.stringify(document.body.hands.json().content)") == content
    window.settle()  # the server says of its pictures what there is to say
    assert not [said for said in window.complaints if "Error" in said]


FOREIGN = '<p data-pm-slice="1 1 []">外来一段</p><img style="width:9px" alt="外来图" src="file:///tmp/one.png">'


def forged(node: dict[str, object]) -> str:
    """A page that wears the mark of our own clipboard, with one block of its own making."""
    said = quote(json.dumps({"content": [node]}))
    return f'<p style="color:red" data-yigao="{said}">外来一段</p>'


STRANGERS = {
    "another ProseMirror": FOREIGN,
    "no JSON": '<p data-yigao="%7B%">外来一段</p>',
    "no such block": forged({"type": "script", "attrs": {"src": "x.js"}}),
    "a picture without an address": forged({"type": "figure", "attrs": {"picture": {}}}),
    "a row where a block stands": forged({"type": "fact_box", "content": [{"type": "line"}]}),
    "an address of script": forged(
        {
            "type": "paragraph",
            "content": [
                {
                    "type": "text",
                    "text": "链",
                    "marks": [{"type": "link", "attrs": {"href": "javascript:alert(1)", "title": ""}}],
                }
            ],
        }
    ),
}


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_what_only_looks_like_ours_goes_through_the_cleaner(window: Window, name: str, kind: str) -> None:
    page = window.page
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    with page.expect_response("**/arrive", timeout=20_000) as answer:
        page.evaluate(HOLD, [STRANGERS[name], kind])
    assert answer.value.status == 200
    expect(page.locator("#prose")).to_contain_text("外来一段")
    assert page.locator("#prose [style], #prose [data-pm-slice], #prose a[href^=javascript]").count() == 0
    if name == "another ProseMirror":
        expect(page.locator("#left-behind")).to_contain_text("图")  # the cleaner says what became of the picture
