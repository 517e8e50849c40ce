"""检查 beside the text in a browser: what the newsroom's checks find stands there, and leads to its place."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from cms import checks
from cms.db import session_scope
from cms.matrix import Account
from cms.people import PeopleDesk
from cms.stories import save
from tests.people.house import NOON, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.test_visual import caret

pytestmark = pytest.mark.browser
SLUG = "chengdu-one"
FRONT = f"---\nslug: {SLUG}\nheadline: 一稿\ndigest: 一句话。\nbyline: 记者 张三\n---\n\n"
WORDS = "word,kind,severity,suggestion\n黑天鹅,错敏词,block,\n".encode()
TEXT = f"{FRONT}头一段。\n\n中间一段。\n\n末一段。\n"


def test_a_telephone_turns_red_and_leads_to_its_place(
    open_window: Callable[..., Window], address: str, people: PeopleDesk
) -> None:
    with session_scope(people.engine) as session:
        save(session, SLUG, TEXT, "一稿", login_of("编辑", "chengdu"), NOON)
    page = open_window(f"{address}/write/{SLUG}?as=visual", login=login_of("编辑", "chengdu")).page
    caret(page, "中间一段", after=True)
    page.keyboard.type("，手机号13812345678")
    finding = page.locator("#findings li.block button", has_text="手机号")
    expect(finding).to_be_visible()
    expect(page.locator("#prose .found-block")).to_contain_text("13812345678")
    caret(page, "头一段")
    finding.click()
    page.wait_for_function("() => getSelection().toString().includes('13812345678')")
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_contain_text("已保存")
    page.goto(f"{address}/write/{SLUG}?as=markdown")
    expect(finding).to_contain_text("第 10 行")
    finding.click()
    chosen = page.locator("#text").evaluate("(field) => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert "13812345678" in chosen


@pytest.mark.parametrize("width", [1440, 375])
def test_what_only_a_channel_shows_leads_to_its_words_or_to_its_phone(
    open_window: Callable[..., Window], address: str, people: PeopleDesk, width: int
) -> None:
    """A short title that reads as one word, and an address that leads nowhere: at the headline, and on the phone."""
    text = TEXT.replace("headline: 一稿", "headline: 说起黑，天鹅的那一天")
    with session_scope(people.engine) as session:
        checks.import_list(session, checks.parse(WORDS, "words.csv"), "admin", "words.csv", NOON)
        for one in session.exec(select(Account).where(Account.channel == "wechat")):
            one.site_url = "http://localhost/x"
        save(session, SLUG, text, "一稿", login_of("编辑", "chengdu"), NOON)
    window = open_window(f"{address}/write/{SLUG}?as=visual", width=width, login=login_of("编辑", "chengdu"))
    page, found = window.page, window.page.locator("#findings li.block button")
    to_rail = page.locator('[data-mode="check"]')
    if width == 375:
        to_rail.click()
    found.filter(has_text="黑 天鹅").click()
    expect(page.get_by_label("标题", exact=True)).to_be_focused()
    if width == 375:
        to_rail.click()
    expect(found.filter(has_text="打不开")).to_contain_text("公众号")
    found.filter(has_text="打不开").click()
    expect(page.locator("#tab-wechat")).to_be_focused()
    expect(page.locator("#panel-wechat .glass")).to_be_in_viewport()
    assert window.complaints == []


def test_what_readers_of_another_unit_would_see_comes_once_it_is_quiet(
    open_window: Callable[..., Window], address: str, people: PeopleDesk
) -> None:
    """And goes again when it is mended."""
    local = "::::地区 ganzi\n:::数字 1381234 5678\n\n甘孜的事。\n::::"
    text = TEXT.replace("末一段。", local).replace(SLUG, "sheng-one")
    with session_scope(people.engine) as session:
        save(session, "sheng-one", text, "一稿", login_of("编辑", "sichuan"), NOON)
    window = open_window(f"{address}/write/sheng-one?as=markdown", login=login_of("编辑", "sichuan"))
    page = window.page
    finding = page.locator("#findings li.block button", has_text="手机号")
    expect(finding).to_contain_text("甘孜州")
    finding.click()
    field = page.locator("#text")
    above = field.evaluate("(field) => field.value.slice(0, field.selectionStart).split('\\n').length")
    assert above == text.splitlines().index(":::数字 1381234 5678") + 1
    field.fill(text.replace("1381234", "2381234"))
    expect(finding).to_have_count(0)
    assert window.complaints == []
