"""The visual editor in a real browser: what is typed there is what is saved, as the Markdown of the house."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cms.manuscript import read
from cms.manuscript.writer import write_blocks
from cms.web.desk import Desk
from cms.web.shelf import keep
from cms.web.skeletons import SKELETONS
from tests.journeys.hands import breathe, press
from tests.web.browser.conftest import Window
from tests.web.conftest import Drawer
from tests.web.test_shelf import photo

pytestmark = pytest.mark.browser
SLUG = "lhaaso-haizishan"
Open = Callable[..., Window]
FRONT = "---\nslug: small\nheadline: 小稿\ndigest: 一句话。\nbyline: 记者 张三\n---\n\n"
CAST = (
    "cast:\n- key: a\n  name: 小科\n  side: left\n  colour: '#1c5f70'\n"
    "- key: b\n  name: 捕手\n  side: right\n  colour: '#7a5600'\n"
)
LINE = (
    "一段，**粗**，*重*，`代码`，[链接](https://example.com/)，[机器写的]{ai}，[བོད]{lang=bo}，H<sub>2</sub>O，"
    "<del>删</del>，公式 $x^2$ 和注释[^1]，强制<br>换行。\n\n"
)
SMALL = f"{FRONT}头一段。\n\n末一段。\n"


@pytest.fixture(autouse=True)
def kept(drawer: Drawer, sample: str) -> None:
    drawer.save(SLUG, sample)
    drawer.save("small", SMALL)


@pytest.fixture
def window(open_window: Open, address: str) -> Window:
    return open_window(f"{address}/write/small?as=visual")


def every_block() -> str:
    """A story with every block, in the house's own hand."""
    text = "\n\n".join(one.text for one in SKELETONS if one.name != "脚注")
    return FRONT.replace("---\n\n", f"{CAST}---\n\n") + LINE + write_blocks(read(text).blocks) + "\n[^1]: 注释。\n"


def caret(page: Page, words: str, *, after: bool = False, through: str = "") -> None:
    """Puts the cursor before (or after) some words of the story, or chooses ``through``."""
    page.evaluate(
        """([words, after]) => {
          const { hands } = document.body;
          let at = -1;
          hands.doc().descendants((node, from) => {
            const found = node.isText ? node.text.indexOf(words) : -1;
            if (at < 0 && found >= 0) at = from + found + (after ? words.length : 0);
          });
          if (at < 0) throw new Error("no such words");
          hands.place(at);
          hands.focus();
        }""",
        [words, after],
    )
    breathe(page)
    for _ in through:
        page.keyboard.press("Shift+ArrowRight")
    if through:  # the editor hears of it by an event; the next key may come first, as no hand is that fast
        page.wait_for_function("length => getSelection().toString().length === length", arg=len(through))
        page.wait_for_function("() => !document.body.hands.chosen().empty")


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_have_text("已保存 14:02")


def body_of(text: str) -> str:
    return text.partition("---\n\n")[2]


def test_a_paragraph_typed_in_is_saved_as_markdown_and_shown_on_the_phones(
    open_window: Open, address: str, drawer: Drawer, sample: str
) -> None:
    window = open_window(f"{address}/write/{SLUG}")
    page = window.page
    expect(page.locator("#prose")).to_contain_text("晴朗的夜里抬头")
    caret(page, "晴朗的夜里抬头")
    page.keyboard.type("新写的一句。")
    window.settle()
    expect(window.frame("wechat").locator("body")).to_contain_text("新写的一句。晴朗的夜里")
    saved(page)
    assert drawer.load(SLUG) == sample.replace("晴朗的夜里抬头", "新写的一句。晴朗的夜里抬头", 1)
    page.reload()
    page.wait_for_selector("body[data-surface=visual][data-shown]")
    expect(page.locator("#prose")).to_contain_text("新写的一句。晴朗的夜里抬头")
    assert window.complaints == []


def test_a_story_with_every_block_comes_back_to_the_letter(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", every_block())
    window = open_window(f"{address}/write/small?as=visual")
    page = window.page
    kinds = page.evaluate(
        """() => {
          const found = new Set();
          document.body.hands.doc().descendants((node) => { found.add(node.type.name); });
          return [...found];
        }"""
    )
    wanted = (
        "dialogue line fact_box key_figure table formula quote list gallery figure resource_card policy_link local_lead"
    )
    wanted += " region live_stream video audio code_block correction divider footnote footnote_ref inline_formula break"
    assert set(wanted.split()) <= set(kinds)
    page.evaluate(
        """async () => { // a change taken back: the whole document goes to the server and home again
          const { hands } = document.body;
          hands.view.dispatch(hands.view.state.tr.insertText("动", 1));
          hands.view.dispatch(hands.view.state.tr.delete(1, 2));
        }"""
    )
    page.click("#save")
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    assert len(drawer.revisions["small"]) == 3
    assert drawer.load("small") == every_block()
    page.click("[data-as=markdown]")
    expect(page.locator("#text")).to_be_visible()
    assert page.input_value("#text") == every_block()
    page.click("[data-as=visual]")
    expect(page.locator("#prose .card-dialogue")).to_be_visible()


def test_the_fields_above_the_text_are_the_front_matter(window: Window, drawer: Drawer) -> None:
    page = window.page
    headline = page.locator("[data-front=headline]")
    expect(headline).to_have_value("小稿")
    headline.fill("很长" * 17)
    page.locator("[data-front=byline]").fill("记者 张三、通讯员 李四")
    page.locator(".front-more summary").click()
    page.locator("[data-front=kind]").select_option("reprint")
    page.locator('[data-front="source.outlet"]').fill("科技日报")
    page.locator('[data-front="short_headlines.weibo"]').fill("短标题")
    window.settle()
    expect(page.locator("[data-counts=title] li", has_text="微信公众号")).to_have_class("warn")
    saved(page)
    text = drawer.load("small")
    assert f"headline: {'很长' * 17}\n" in text and "byline:\n- 记者 张三\n- 通讯员 李四\n" in text
    assert "source:\n  outlet: 科技日报\n" in text and "weibo: 短标题" in text and body_of(text) == body_of(SMALL)


def test_the_block_menu_knows_initials_and_keeps_still_while_composing(window: Window, drawer: Drawer) -> None:
    page = window.page
    menu = page.locator("#slash-menu")
    caret(page, "头一段。", after=True)
    page.keyboard.press("Enter")
    line = page.context.new_cdp_session(page)
    line.send("Input.imeSetComposition", {"text": "/dh", "selectionStart": 3, "selectionEnd": 3})
    expect(page.locator("#prose")).to_contain_text("/dh")
    expect(menu).to_be_hidden()
    line.send("Input.imeSetComposition", {"text": "", "selectionStart": 0, "selectionEnd": 0})
    page.keyboard.type("和/dh")
    expect(menu).to_be_hidden()  # an "and/or" in the middle of words opens nothing
    for _ in "和/dh":
        page.keyboard.press("Backspace")
    page.keyboard.type("/dh")
    expect(menu.locator("[aria-selected=true]")).to_have_text(re.compile("对白"))
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    for _ in "/dh":
        page.keyboard.press("Backspace")
    page.keyboard.type("、gs")  # what the key gives under a Chinese input method
    expect(menu.locator("[aria-selected=true]")).to_have_text(re.compile("公式"))
    page.keyboard.press("Enter")
    expect(page.locator(".card-formula textarea")).to_have_value("E = mc^2")
    saved(page)
    assert "头一段。\n\n$$\nE = mc^2\n$$\n" in drawer.load("small")


def test_chinese_typed_through_an_input_method_arrives_whole(window: Window, drawer: Drawer) -> None:
    page = window.page
    caret(page, "末一段。", after=True)
    line = page.context.new_cdp_session(page)
    for composed in ("n", "ni", "nih", "nihao"):
        line.send("Input.imeSetComposition", {"text": composed, "selectionStart": 1, "selectionEnd": len(composed)})
    assert page.evaluate("document.body.hands.isComposing()") is True
    line.send("Input.insertText", {"text": "你好"})
    page.keyboard.type("！")
    saved(page)
    assert drawer.load("small") == SMALL.replace("末一段。", "末一段。你好！")


def test_a_dialogue_gives_the_word_to_the_next_speaker(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", SMALL.replace("---\n\n", f"{CAST}---\n\n"))
    page = open_window(f"{address}/write/small?as=visual").page
    caret(page, "头一段。", after=True)
    page.keyboard.press("Enter")
    page.keyboard.type("/dh")
    page.keyboard.press("Enter")
    who = page.locator(".card-dialogue .speaker")
    who.nth(0).fill("小科")
    who.nth(1).fill("捕手")
    caret(page, "这里写回答的话。", after=True)
    page.keyboard.press("Enter")
    page.keyboard.type("轮到小科")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # an empty line leaves the dialogue
    page.keyboard.type("对白之后。")
    expect(page.locator(".line.right .bubble")).to_have_text("这里写回答的话。")
    saved(page)
    assert (
        ":::dialogue\na：这里写第一句话。\nb：这里写回答的话。\na：轮到小科\n:::\n\n对白之后。\n\n末一段。"
        in drawer.load("small")
    )


def test_a_new_name_joins_the_cast_by_itself(window: Window, drawer: Drawer) -> None:
    page = window.page
    caret(page, "头一段。", after=True)
    page.keyboard.press("Enter")
    page.keyboard.type("/dh")
    page.keyboard.press("Enter")
    for at, name in enumerate(("小科", "捕手")):
        speaker = page.locator(".card-dialogue .speaker").nth(at)
        speaker.fill(name)
        speaker.blur()
    expect(page.locator(".line.right .bubble")).to_have_text("这里写回答的话。")
    page.locator(".front-more summary").click()
    side = page.get_by_label("小科在哪一边")
    side.select_option("right")
    expect(page.locator(".line.right .bubble")).to_have_count(2)
    page.get_by_label("角色的名字").first.fill("科科")
    page.get_by_label("角色的名字").first.blur()
    expect(page.locator(".card-dialogue .speaker").first).to_have_value("科科")
    saved(page)
    text = drawer.load("small")
    assert re.search(r"key: 小科\n *name: 科科\n *side: right", text)
    assert "小科：这里写第一句话。\n捕手：这里写回答的话。" in text
    page.get_by_role("button", name="去掉角色捕手").click()
    window.settle()
    unknown = page.locator("#findings .said", has_text="“捕手”不在角色表里")
    expect(unknown).to_have_text("对白里的“捕手”不在角色表里，请在稿头的“角色”里加上，或改正名字")
    page.get_by_role("button", name="Markdown", exact=True).click()
    expect(unknown).to_contain_text("（Markdown：cast）")  # beside it, for those who write it


def test_marks_links_lists_and_moving_by_the_keys(window: Window, drawer: Drawer) -> None:
    page = window.page
    caret(page, "头一段", through="头")
    page.keyboard.press("Control+b")
    caret(page, "段。", through="段")
    page.keyboard.press("Control+k")
    page.keyboard.type("example.com/a")
    page.keyboard.press("Enter")
    caret(page, "末一段")
    page.keyboard.type("- ")
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    page.keyboard.type("第二条")
    page.keyboard.press("Alt+ArrowUp")
    saved(page)
    assert body_of(drawer.load("small")) == "- 末一段。\n- 第二条\n\n**头**一[段](https://example.com/a)。\n"


def test_a_table_grows_by_row_and_column(window: Window, drawer: Drawer) -> None:
    page = window.page
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    page.keyboard.type("/bg")
    page.keyboard.press("Enter")
    caret(page, "第一行填内容")
    card = page.locator(".card-table")
    card.get_by_role("button", name="加列").click()
    card.get_by_role("button", name="加行").click()
    caret(page, "第二行填内容", after=True)
    page.keyboard.press("Tab")
    page.keyboard.type("补")
    saved(page)
    wanted = "| 第一栏的名称 |  | 第二栏的名称 |\n| :-- | --- | --: |\n"
    wanted += "| 第一行填内容 |  | 填数字 |\n| 第二行填内容 | 补 | 填数字 |\n"
    assert wanted in re.sub(r"\| {2,}\|", "|  |", drawer.load("small"))


def test_word_paste_comes_through_the_one_cleaner(window: Window, drawer: Drawer) -> None:
    page = window.page
    caret(page, "头一段。", after=True)
    page.keyboard.press("Enter")
    html = (
        "<html><body><!--StartFragment--><p class=MsoNormal><b>粗体</b>和<span style='color:red'>红字</span></p>"
        "<table><tr><td>表头</td></tr><tr><td>格</td></tr></table><script>alert(1)</script>"
        "<p><object data='x.swf'>动画</object></p><!--EndFragment--></body></html>"
    )
    page.evaluate(
        """(html) => {
          const held = new DataTransfer();
          held.setData("text/html", html);
          held.setData("text/plain", "粗体和红字");
          const event = new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true });
          document.querySelector(".ProseMirror").dispatchEvent(event);
        }""",
        html,
    )
    expect(page.locator("#prose .card-table")).to_be_visible()
    expect(page.locator("#left-behind")).to_be_visible()
    expect(page.locator("#left-title")).to_contain_text("没有带过来")
    page.click("#left-close")
    saved(page)
    text = drawer.load("small")
    assert "头一段。\n\n**粗体**和红字\n" in text and "alert" not in text and "style" not in text


@pytest.mark.parametrize("width", [1440, 375])
def test_the_block_menu_opens_where_there_is_room(open_window: Open, address: str, width: int) -> None:
    page = open_window(f"{address}/write/{SLUG}?as=visual", width=width, height=820).page
    page.locator(".prose p").last.click()
    press(page, "Control+End", "Enter", "/")
    expect(page.locator("#slash-menu")).to_be_visible()
    box = page.locator("#slash-menu").bounding_box()
    line = page.locator("#prose p", has_text=re.compile("^/$")).bounding_box()
    assert box and line and box["y"] >= 0 and box["y"] + box["height"] <= 820
    assert box["y"] >= line["y"] + line["height"] or box["y"] + box["height"] <= line["y"] + 4  # the line is seen too


def test_who_speaks_can_be_read_in_the_dark(open_window: Open, address: str) -> None:
    """A voice may have any colour: the darkest one is made lighter, as axe does not judge what is typed."""
    page = open_window(f"{address}/write/small?as=visual", color_scheme="dark").page
    caret(page, "头一段。", after=True)
    page.keyboard.press("Enter")
    page.keyboard.type("/dh")
    page.keyboard.press("Enter")
    page.evaluate("document.querySelector('.prose .line').style.setProperty('--voice', '#000000')")
    told = page.locator(".prose .speaker").first.evaluate("(one) => getComputedStyle(one).color")
    parts = [float(one) for one in re.findall(r"[\d.]+", told)]
    assert min(parts[:3]) / (1 if parts[0] <= 1 else 255) > 0.5


DROP = """(files) => {
  const held = new DataTransfer();
  for (const [name, type, words] of files) held.items.add(new File([words], name, { type }));
  const home = document.querySelector(".ProseMirror"), box = home.getBoundingClientRect();
  const where = { clientX: box.left + 40, clientY: box.top + 20, bubbles: true, cancelable: true };
  home.dispatchEvent(new DragEvent("drop", { dataTransfer: held, ...where }));
}"""


def test_of_several_files_each_comes_in_or_is_named(window: Window) -> None:
    page = window.page
    files = [
        ["一.md", "text/markdown", FRONT + "从文件来的一段。"], ["二.md", "text/markdown", FRONT + "没有来。"],
        ["表.xlsx", "application/vnd.ms-excel", "x"], ["片.mp4", "video/mp4", "x"],
    ]  # fmt: skip
    page.evaluate(DROP, files)
    expect(page.locator("#prose")).to_contain_text("从文件来的一段。")
    expect(page.locator("#notice")).to_contain_text(
        "这次导入“一.md”，“二.md”请另建新稿再导入。“表.xlsx”、“片.mp4”放不进稿件"
    )
    expect(page.locator("#notice")).to_contain_text("片子请传到素材库")


def test_a_first_dialogue_brings_its_speakers(window: Window, drawer: Drawer) -> None:
    """No block of the menu stands against the checks the moment it is put in."""
    page = window.page
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    page.keyboard.type("/dh")
    page.keyboard.press("Enter")
    expect(page.locator(".card-dialogue")).to_be_visible()
    expect(page.locator("#cast .cast-row")).to_have_count(2)
    saved(page)
    assert len(read(drawer.load("small")).front.cast) == 2


def test_a_picture_is_seen_at_once_and_carries_its_words(window: Window, drawer: Drawer, tmp_path: Path) -> None:
    page = window.page
    (tmp_path / "lab.jpg").write_bytes(photo())
    page.route("**/pictures", lambda route: route.abort())
    caret(page, "头一段。", after=True)
    page.set_input_files("#picture", tmp_path / "lab.jpg")
    figure = page.locator("#prose .card-figure")
    expect(figure.locator("img")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(figure.locator(".meter")).to_contain_text("连不上服务")
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_have_text("文字已保存，1 张图片没有传成")
    assert drawer.load("small") == SMALL  # what is not there yet is not in the text
    page.unroute("**/pictures")
    figure.get_by_role("button", name="再传一次").click()
    expect(figure.locator(".meter")).to_be_hidden()
    figure.locator("[data-field=alt]").fill("一台仪器")
    figure.locator("[data-field=credit]").fill("李四")
    figure.locator("[data-field=licence]").fill("授权使用")
    figure.locator("img").click(position={"x": 2, "y": 2})
    caret(page, "头一段。")
    saved(page)
    found = re.search(r"!\[一台仪器\]\(pictures/lab-\w+\.jpg\)\{(.*)\}", drawer.load("small"))
    assert found and "credit=李四 licence=授权使用" in found[1] and found[1].startswith("focus=")
    page.reload()
    page.wait_for_selector("body[data-shown]")
    expect(page.locator("#prose .card-figure img")).to_have_js_property("complete", True)
    assert page.locator("#prose .card-figure img").evaluate("(picture) => picture.naturalWidth") > 0


PASTE = """(html) => {
  const held = new DataTransfer();
  held.setData("text/html", html);
  const event = new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true });
  document.querySelector(".ProseMirror").dispatchEvent(event);
}"""


def test_pictures_of_a_pasted_article_come_in_or_can_be_changed(
    window: Window, drawer: Drawer, tmp_path: Path, desk: Desk
) -> None:
    page = window.page
    path = keep(desk.pictures, desk.folder("small"), photo("teal"), "one.jpg")
    answers = [{"path": path}, {"sentence": "对方回答 404。"}]
    page.route(
        "**/pictures", lambda route: route.fulfill(status=200 if len(answers) == 2 else 422, json=answers.pop(0))
    )
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    figures = "".join(
        f'<p><img src="https://mmbiz.qpic.cn/{name}.jpg" alt="{name}"></p>' for name in ("望远镜", "天线")
    )
    page.evaluate(PASTE, f"<p>来自公众号的一段文字。</p>{figures}<p>末了。</p>")
    expect(page.locator("#prose .card-figure")).to_have_count(2)
    second = page.locator("#prose .card-figure").nth(1)
    expect(second.locator(".meter")).to_contain_text("没有取回：对方回答 404。")
    expect(page.locator("#left-list")).not_to_contain_text("望远镜.jpg")
    page.unroute("**/pictures")
    (tmp_path / "own.jpg").write_bytes(photo("navy"))
    with page.expect_file_chooser() as chooser:
        second.get_by_role("button", name="换图片").click()
    chooser.value.set_files(tmp_path / "own.jpg")
    expect(second.locator("img")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(second.locator(".meter")).to_be_hidden()
    saved(page)
    assert re.search(rf"!\[望远镜\]\({path}\)[^!]*!\[天线\]\(pictures/own-\w+\.jpg\)", drawer.load("small"))
    assert window.complaints == [one for one in window.complaints if "422" in one]


def test_a_finding_leads_to_its_block(window: Window) -> None:
    page = window.page
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    page.keyboard.type("/dh")
    page.keyboard.press("Enter")
    page.locator(".front-more summary").click()
    page.locator("#cast .cast-row button").first.click()
    window.settle()
    finding = page.locator("#findings li.block button, #findings li.warn button").first
    caret(page, "头一段")
    finding.click()
    expect(page.locator(".card-dialogue.within, .card-dialogue.ProseMirror-selectednode")).to_be_visible()
    expect(page.locator(".found-block, .found-warn").first).to_be_visible()


def test_what_only_markdown_can_mend_stays_there(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", f"{FRONT}:::dialogo\n\n一段。\n")
    page = open_window(f"{address}/write/small?as=visual").page
    expect(page.locator("#notice")).to_contain_text("先在 Markdown 里改好")
    expect(page.locator("#text")).to_be_visible()


def test_two_writers_and_a_cut_line_lose_nothing(window: Window, drawer: Drawer) -> None:
    page = window.page
    page.context.set_offline(True)
    caret(page, "末一段。", after=True)
    page.keyboard.type("断网写的。")
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_have_text("离线，已存本机")
    assert drawer.load("small") == SMALL
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    assert drawer.load("small") == SMALL.replace("末一段。", "末一段。断网写的。")
    drawer.save("small", SMALL.replace("头一段", "别人改的一段"))
    page.keyboard.type("我的。")
    page.keyboard.press("Control+s")
    expect(page.locator("#notice")).to_contain_text("别处保存过")
    assert "别人改的一段" in drawer.load("small")
    page.get_by_role("button", name="两边对照").click()
    page.get_by_role("button", name="仍存我的").click()
    expect(page.locator("#saved")).to_have_text("已保存 14:02")
    assert drawer.load("small") == SMALL.replace("末一段。", "末一段。断网写的。我的。")


def test_the_other_version_is_taken_and_ones_own_is_found_again(window: Window, drawer: Drawer) -> None:
    page = window.page
    theirs = SMALL.replace("头一段", "别人改的一段")
    drawer.save("small", theirs)
    caret(page, "末一段。", after=True)
    page.keyboard.type("我的。")
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="两边对照").click()
    expect(page.locator("#beside .side", has_text="别人改的一段")).to_have_count(1)
    if kept := os.environ.get("YIGAO_SHOTS"):
        page.screenshot(path=f"{kept}/beside.png")
    page.get_by_role("button", name="先不决定").click()
    page.get_by_role("button", name="两边对照").click()
    page.get_by_role("button", name="用已存的那一版").click()
    page.wait_for_selector("body[data-shown]")
    expect(page.locator("#prose")).to_contain_text("别人改的一段")
    assert drawer.load("small") == theirs
    page.get_by_role("button", name="找回这些文字").click()
    expect(page.locator("#prose")).to_contain_text("末一段。我的。")


def test_words_left_in_the_browser_are_found_again(window: Window) -> None:
    page = window.page
    page.route("**/write/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    caret(page, "末一段。", after=True)
    page.keyboard.type("没存成的。")
    page.keyboard.press("Control+s")
    expect(page.locator("#notice")).to_contain_text("连不上服务")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="找回这些文字").click()
    expect(page.locator("#prose")).to_contain_text("末一段。没存成的。")


def test_words_found_again_wait_until_somebody_decides(window: Window) -> None:
    """Writing on, being saved and another notice take nothing of them away; only yes or no does."""
    page, served = window.page, {"cut": True}
    page.route(
        "**/write/*",
        lambda route: route.abort() if served["cut"] and route.request.method == "POST" else route.continue_(),
    )
    page.on("dialog", lambda dialog: dialog.accept())
    caret(page, "末一段。", after=True)
    page.keyboard.type("断线时写的。")
    page.keyboard.press("Control+s")
    expect(page.locator("#notice")).to_contain_text("连不上服务")
    served["cut"] = False
    for words in ("先改别的。", "再改一次。"):
        page.reload()
        page.wait_for_selector("body[data-shown]")
        expect(page.locator("#found")).to_contain_text("没存成的文字")
        caret(page, "头一段。", after=True)
        page.keyboard.type(words)
        page.keyboard.press("Control+s")
        expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
        expect(page.locator("#found")).to_be_visible()
    page.get_by_role("button", name="找回这些文字").click()
    expect(page.locator("#prose")).to_contain_text("末一段。断线时写的。")
    expect(page.locator("#found")).to_be_hidden()
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    page.reload()
    page.wait_for_selector("body[data-shown]")
    expect(page.locator("#prose")).to_contain_text("断线时写的。")
    expect(page.locator("#found")).to_be_hidden()


CLOSED = {
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
    "blocked": (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    ),
}


@pytest.mark.parametrize("how", CLOSED)
def test_a_browser_that_keeps_nothing_says_so_and_the_server_has_the_words(
    window: Window, drawer: Drawer, how: str
) -> None:
    page = window.page
    page.add_init_script(CLOSED[how])
    page.reload()
    page.wait_for_selector("body[data-shown]")
    caret(page, "末一段。", after=True)
    page.keyboard.type("新写的字")
    expect(page.locator("#saved")).to_have_text("有未保存的改动")
    expect(page.locator("#notice")).to_contain_text("浏览器存不下草稿的副本，请保持联网")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    assert "末一段。新写的字" in drawer.load("small")
    page.click("#notice-close")
    page.keyboard.type("，又写")
    expect(page.locator("#saved")).to_have_text("有未保存的改动")
    expect(page.locator("#notice")).to_be_hidden()
    page.context.set_offline(True)
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_have_text("没有保存，请别关这一页")
    expect(page.locator("#notice")).to_contain_text("浏览器也存不下副本")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    assert "新写的字，又写" in drawer.load("small")
    assert not [said for said in window.complaints if "Error" in said and "ERR_" not in said]


def test_a_new_story_written_offline_is_found_on_the_lists(open_window: Open, address: str, drawer: Drawer) -> None:
    page = open_window(f"{address}/new?as=visual").page
    page.wait_for_selector("body[data-shown]")
    slug = page.get_attribute("body", "data-slug")
    page.route("**/write/*", lambda route: route.abort())
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#prose .ProseMirror").click()
    page.keyboard.type("还没有线时想到的。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "failed")
    for path in ("/", "/stories"):
        page.goto(address + path)
        expect(page.locator("#left")).to_contain_text("还没有存到服务器上")
    page.unroute("**/write/*")
    page.locator("#left").get_by_role("link").click()
    page.wait_for_selector("body[data-shown]")
    assert page.get_attribute("body", "data-slug") == slug
    expect(page.locator("#prose")).to_contain_text("还没有线时想到的。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    assert "还没有线时想到的。" in drawer.load(slug)
    page.goto(f"{address}/stories")
    expect(page.locator("#left")).to_be_hidden()


def test_when_it_was_written_is_said_in_beijing_time_wherever_one_is(open_window: Open, address: str) -> None:
    page = open_window(f"{address}/stories", timezone_id="America/New_York").page
    kept = {"text": "---\nheadline: 路上写的\n---\n\n一句。\n", "at": 1795482000000}  # 2026-11-24 01:00 UTC
    person = page.locator("#left").get_attribute("data-person")
    for slug in ("gao-1", "small"):
        name = f"yigao/{person}/{slug}//0a"
        page.evaluate("([name, kept]) => localStorage.setItem(name, JSON.stringify(kept))", [name, kept])
    page.reload()
    expect(page.locator("#left li")).to_have_count(2)
    expect(page.locator("#left")).to_contain_text("11月24日 09:00 写的")
    page.goto(f"{address}/write/small?as=visual")
    expect(page.locator("#found")).to_contain_text("11月24日 09:00 写的")


def test_the_question_mark_shows_all_keys(window: Window) -> None:
    page = window.page
    page.locator("#save").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys-box")).to_contain_text("Ctrl+Shift+P")
    page.keyboard.press("Escape")
    expect(page.locator("#keys-box")).to_be_hidden()
    caret(page, "末一段。", after=True)
    page.keyboard.type("?")
    expect(page.locator("#keys-box")).to_be_hidden()
