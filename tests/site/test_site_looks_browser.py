"""The three looks in a browser: they differ, nothing overflows, and every word on the page can be read."""

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

import themes
from channels import slots
from channels import values as v
from channels.site import channel, pages
from tests.site.sample import entry, p, pictures, profile, story, t
from themes import LOOKS

FILLS = {"published_at": "2026-11-18 09:00", "signoff": "初审 王一　复审 李二", "seal": "已签发"}
PROBES = {".masthead a": ("background-color", "font-size"), ".prose h2": ("text-align", "background-color"),
          ".fact": ("border-top-width", "border-top-style"), ".prose hr": ("width", "height"),
          ".figure img": ("border-top-left-radius",), ".story-head h1": ("font-weight", "text-align"),
          ".mast-in": ("grid-template-columns",), ".key strong": ("font-size",),
          ".scroll": ("border-top-style", "border-left-width")}  # fmt: skip
# WCAG contrast of every run of text against the nearest ground that is painted behind it.
CONTRAST = """() => {
  const rgb = (words) => (words.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const painted = rgb(getComputedStyle(one).backgroundColor);
      if (painted.length === 3 || painted[3] === 1) return painted;
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), bad = [];
  let count = 0;
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement, style = getComputedStyle(one);
    if (!walk.currentNode.data.trim() || !one.getClientRects().length || one.closest("script")) continue;
    const [dark, bright] = [light(rgb(style.color)), light(ground(one))].sort((a, b) => a - b);
    const ratio = (bright + 0.05) / (dark + 0.05), size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    count += 1;
    if (ratio < needed) bad.push([walk.currentNode.data.trim().slice(0, 20), one.className, ratio.toFixed(2)]);
  }
  return {count, bad};
}"""
BASICS = """() => {
  const all = (what) => [...document.querySelectorAll(what)];
  const levels = all("h1,h2,h3,h4,h5,h6").map((one) => Number(one.tagName[1]));
  const ids = all("[id]").map((one) => one.id);
  return {
    h1: levels.filter((level) => level === 1).length,
    skipped: levels.some((level, at) => at && level > levels[at - 1] + 1),
    alt: all("img:not([alt])").length,
    repeated: ids.filter((id, at) => ids.indexOf(id) !== at),
    nameless: all("a,button").filter((one) => !one.textContent.trim() && !one.getAttribute("aria-label")).length,
    unlabelled: all("input").filter((one) => !one.labels.length).length,
    stuck: all("pre,.scroll").filter((one) => one.tabIndex < 0).length,
    dead: all('a[href^="#"]').filter((one) => !document.getElementById(one.hash.slice(1))).length,
    italics: all("body *").filter((one) => getComputedStyle(one).fontStyle === "italic").length,
  };
}"""

pytestmark = pytest.mark.browser


def more_blocks() -> v.Blocks:
    """A long, wide table, words of other scripts, and a number nobody could break."""
    rows = tuple(tuple((t(f"{row}·{column}"),) for column in range(8)) for row in range(20))
    return (
        v.Table(header=rows[0], rows=rows, caption="长而宽的表"),
        v.Paragraph(text=(t("ئۇيغۇر يېزىقى"),), lang="ug"),
        v.Paragraph(text=(t("ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ"),), lang="mn"),
        v.KeyFigure(value="123,456,789,012.345", unit="拍电子伏每立方米", label="很长的数"),
        v.Heading(level=2, text=(t("一个长得在手机上必须折成两行甚至三行才能放下的小标题，看它会不会溢出"),)),
        p("完。"),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample story with ``more_blocks``, as every brand shows it in every look."""
    root, kept = tmp_path_factory.mktemp("looks"), pictures()
    blocks = (*story(kept).blocks, *more_blocks())
    (root / "s").mkdir()
    (root / "p").mkdir()
    for look in LOOKS:
        made = channel.render([story(kept, look=look, blocks=blocks)], profile(), themes.load("base"), kept)
        part = slots.fill(made.parts[0], FILLS)
        for one in part.files:
            (root / one.name).write_bytes(kept.read(one.hash))
        for brand in themes.names():
            frame = pages.frame_for(profile(brand), themes.load(brand))
            (root / "s" / f"{brand}-{look}.html").write_text(pages.story_page(part, frame), encoding="utf-8")
            for name, content in {**pages.assets_for(frame.theme), pages.MODE: pages.mode_css(grey=False)}.items():
                (root / name).write_bytes(content)
    return root


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone by day."""
    context = browser.new_context(viewport={"width": 375, "height": 812}, locale="zh-CN")
    yield context.new_page()
    context.close()


def show(page: Page, folder: Path, brand: str, look: str) -> None:
    page.goto((folder / "s" / f"{brand}-{look}.html").as_uri())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
@pytest.mark.parametrize("look", LOOKS)
def test_a_look_is_in_force_and_fits_the_screen(page: Page, folder: Path, look: str, width: int, scheme: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for brand in ("chengdu", "aba", "sichuan"):
        show(page, folder, brand, look)
        assert page.evaluate(f"document.body.classList.contains('look-{look}')")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.screenshot()[:4] == b"\x89PNG"
    assert complaints == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_largest_letters_of_the_elders_fit_the_phone_too(page: Page, folder: Path, look: str) -> None:
    show(page, folder, "ganzi", look)
    before = page.evaluate("getComputedStyle(document.querySelector('.prose > p')).fontSize")
    page.check("#elder")
    page.check("#size-huge")
    after = page.evaluate("getComputedStyle(document.querySelector('.prose > p')).fontSize")
    assert float(after[:-2]) > 1.5 * float(before[:-2])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_headings_boxes_numbers_tables_and_mastheads_differ_between_the_looks(page: Page, folder: Path) -> None:
    seen: dict[str, set[str]] = {}
    for look in LOOKS:
        show(page, folder, "sichuan", look)
        for selector, names in PROBES.items():
            told = page.evaluate(
                "([what, names]) => names.map((name) => getComputedStyle(document.querySelector(what))"
                ".getPropertyValue(name)).join()",
                [selector, names],
            )
            seen.setdefault(selector, set()).add(told)
    assert {selector: told for selector, told in seen.items() if len(told) < 3} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("look", LOOKS)
def test_every_word_can_be_read_in_every_brand(page: Page, folder: Path, look: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for brand in themes.names():
        show(page, folder, brand, look)
        found = page.evaluate(CONTRAST)
        assert found["count"] > 250 and found["bad"] == [], brand


@pytest.mark.parametrize("look", LOOKS)
def test_the_basics_of_access_hold(page: Page, folder: Path, look: str) -> None:
    show(page, folder, "chengdu", look)
    found = page.evaluate(BASICS)
    assert found == {
        "h1": 1, "skipped": False, "alt": 0, "repeated": [], "nameless": 0, "unlabelled": 0, "stuck": 0, "dead": 0,
        "italics": 0,
    }  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_a_page_reads_the_same_without_scripts(browser: Browser, folder: Path, look: str) -> None:
    texts = []
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": 375, "height": 812})
        page = context.new_page()
        show(page, folder, "aba", look)
        texts.append((page.inner_text("main"), page.locator("main").bounding_box()))
        context.close()
    assert texts[0] == texts[1] and len(texts[0][0]) > 1000


def test_a_long_table_keeps_its_head_and_first_column_in_sight(page: Page, folder: Path) -> None:
    show(page, folder, "chengdu", "news")
    head = page.locator(".long th").first
    box = page.locator(".scroll.long.wide")
    box.scroll_into_view_if_needed()
    box.evaluate("(one) => one.scrollTo(200, 500)")
    outer, inner = box.bounding_box(), head.bounding_box()
    assert outer and inner
    assert abs(outer["x"] - inner["x"]) < 2 and abs(outer["y"] - inner["y"]) < 3
    assert page.evaluate("document.querySelector('.long').scrollTop > 100")


def test_scripts_run_their_own_way(page: Page, folder: Path) -> None:
    show(page, folder, "chengdu", "column")
    style = "(one) => [getComputedStyle(one).direction, getComputedStyle(one).writingMode, one.offsetWidth]"
    assert page.locator('.prose > [lang="ug"]').evaluate(style)[0] == "rtl"
    mongolian = page.locator('.prose > [lang="mn"]').evaluate(style)
    assert mongolian[1] == "vertical-lr"
    leading = "(one) => parseFloat(getComputedStyle(one).lineHeight) / parseFloat(getComputedStyle(one).fontSize)"
    assert page.locator('.prose > [lang="bo"]').evaluate(leading) == pytest.approx(2.2, abs=0.02)
    assert page.locator(".prose > p:not([lang])").first.evaluate(leading) == pytest.approx(1.75, abs=0.02)


def test_the_rules_of_chinese_lines_are_the_themes_and_not_in_the_text(page: Page, folder: Path) -> None:
    show(page, folder, "chengdu", "policy")
    style = page.evaluate(
        "(() => { const one = getComputedStyle(document.querySelector('.prose > p'));"
        "return [one.lineBreak, one.textAutospace, one.textIndent, one.lineHeight]; })()"
    )
    assert style[:3] == ["strict", "normal", "34px"]
    assert not re.search(r"[\u4e00-\u9fff][\u2009\u200a\u2006][A-Za-z0-9]", page.inner_text("main"))


def test_on_paper_nothing_scrolls_and_no_ink_is_wasted(page: Page, folder: Path) -> None:
    for look in LOOKS:
        show(page, folder, "sichuan", look)
        page.emulate_media(media="print")
        table = page.locator(".scroll.long").evaluate("(one) => [one.scrollHeight - one.clientHeight]")
        assert table == [0]
        heading = page.locator(".prose h2").first.evaluate("(one) => getComputedStyle(one).backgroundColor")
        assert heading in ("rgba(0, 0, 0, 0)", "transparent")
        page.emulate_media(media="screen")


@pytest.mark.keeps("outputs")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_colour_no_pixel_has_any_and_the_tabs_stay_where_they_are(
    page: Page, folder: Path, scheme: str
) -> None:
    """Words, pictures, the seal and the fixed tabs; the one file back, the colours are back."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    coloured = []
    try:
        for grey in (True, False):
            (folder / pages.MODE).write_bytes(pages.mode_css(grey))
            show(page, folder, "chengdu", "column")
            page.evaluate("document.querySelector('.figure img').scrollIntoView()")
            page.wait_for_function("() => document.querySelector('.figure img').complete")
            coloured.append(spread(still(page)))
            assert page.evaluate("Math.round(document.querySelector('.tabs').getBoundingClientRect().bottom)") == 812
    finally:
        (folder / pages.MODE).write_bytes(pages.mode_css(grey=False))
    assert coloured[0] <= 2 and coloured[1] > 100  # a step or two is the filter's rounding


def still(page: Page) -> bytes:
    """The screen once it has stopped changing: after a jump the strips at its edge are painted a frame later."""
    page.wait_for_timeout(500)
    shot = page.screenshot()
    while (after := page.screenshot()) != shot:
        shot = after
    return shot


def spread(shot: bytes) -> int:
    """How far red, green and blue of a picture's most coloured pixel lie apart, of 255."""
    red, green, blue = Image.open(io.BytesIO(shot)).convert("RGB").split()
    pairs = ((red, green), (green, blue), (blue, red))
    return int(max(ImageChops.difference(*pair).getextrema()[1] for pair in pairs))


@pytest.mark.keeps("outputs")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_what_became_of_a_story_fits_the_screen(page: Page, folder: Path, width: int, scheme: str) -> None:
    frame = pages.frame_for(profile(), themes.load("chengdu"))
    notice = "经核实，文中一项测量数据来源不实，本单位决定撤回本稿，并向读者致歉。" * 3
    page.set_viewport_size({"width": width, "height": 812})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for state in ("corrected", "retracted", "expired"):
        one = entry(1, state=state, notice=notice, path=f"s/{state}.html")
        body = slots.fill(only_part(), FILLS)
        html = pages.gone_page(one, frame) if state == "retracted" else pages.story_page(body, frame, one)
        (folder / "s" / f"{state}.html").write_text(html, encoding="utf-8")
        page.goto((folder / "s" / f"{state}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        said = page.locator(".why, .since").first
        box = said.bounding_box()
        assert box is not None and box["y"] < 320 and notice[:10] in said.inner_text()


@cache
def only_part() -> v.Part:
    kept = pictures()
    return channel.render([story(kept)], profile(), themes.load("chengdu"), kept).parts[0]
