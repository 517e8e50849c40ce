"""审稿 on a phone and a desk: journey 2 by thumb, every page clean for axe, nothing wider than the screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cms.db import session_scope
from cms.people import PeopleDesk
from cms.releases import submitting
from cms.review import Submission, note
from pipeline.house import House
from pipeline.intake import take_in_text
from pipeline.notices import tell
from pipeline.settings import Ways
from tests.people.house import NOON, login_of
from tests.review.conftest import AUTHOR, CHIEF, FIRST, SECOND, STORY, person, unit_of, write
from tests.review.test_letting import write as write_blocked
from tests.review.test_local import provincial as provincial
from tests.review.test_rooms import take
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
Send = Callable[..., int]
TARGETS = "button, .button, summary, select, textarea"


def seen(open_window: Open, address: str, path: str, login: str, name: str) -> None:
    window = open_window(f"{address}{path}", width=1280, height=820, login=login)
    expect(window.page.locator("h1").first).to_be_visible()
    look(window.page, name, targets=TARGETS, frames=False)
    assert [one for one in window.complaints if "404" not in one and "422" not in one] == []


def test_a_clean_piece_on_a_phone(open_window: Open, address: str, crew: House, sent: Send) -> None:
    """Journey 2: the notice, the page, 通过: five taps."""
    number = sent()
    tell(crew, NOON, Ways())
    page = open_window(f"{address}/me/notices", width=375, height=740, login=FIRST).page
    page.get_by_role("link", name="打开审稿").click()
    expect(page).to_have_url(re.compile(f"/review/{number}$"))
    expect(page.frame_locator("iframe.glass").locator("body")).to_contain_text("第一条线路连接两个园区")
    page.locator(".choice.pass summary").click()
    page.get_by_label("我已逐字校对").check()
    page.get_by_role("button", name="初审通过").click()
    expect(page).to_have_url(re.compile("/review$"))
    with session_scope(crew.engine) as session:
        assert session.get_one(Submission, number).state == "reviewing"
    mine = open_window(f"{address}/review/{number}", width=375, height=740, login=FIRST).page
    expect(mine.locator(".said")).to_contain_text("同一人不能再签复审")
    expect(mine.locator(".deciding")).to_have_count(0)


@pytest.mark.parametrize("login", [CHIEF, AUTHOR])
def test_the_page_of_what_is_blocked_is_clean(open_window: Open, address: str, crew: House, login: str) -> None:
    write_blocked(crew, "咨询请打13812345678", AUTHOR)
    name = "blocks" if login == CHIEF else "blocks-told"
    seen(open_window, address, "/write/chengdu-liangzi/blocks", login, name)


@pytest.mark.parametrize("name", ["list", "new", "one", "changed", "final", "sheet", "rules", "empty"])
def test_pages_are_clean(open_window: Open, address: str, crew: House, sent: Send, name: str) -> None:
    if name == "empty":
        seen(open_window, address, "/review", login_of("审核", "ganzi"), name)
        return
    if name == "new":
        write(crew, "请注意这是最好的第一天")
        seen(open_window, address, "/review/new?story=chengdu-liangzi", AUTHOR, name)
        return
    if name == "rules":
        seen(open_window, address, "/review/rules", login_of("地市管理员", "chengdu"), name)
        return
    number = sent("C" if name == "sheet" else "A")
    if name == "list":
        seen(open_window, address, "/review", FIRST, name)
        return
    if name == "one":
        seen(open_window, address, f"/review/{number}", FIRST, name)
        return
    take(crew, number, FIRST)
    take(crew, number, SECOND)
    if name == "changed":
        write(crew, "这是第二天，一切正常")
        number = sent()
        seen(open_window, address, f"/review/{number}", FIRST, name)
    elif name == "final":
        seen(open_window, address, f"/review/{number}", CHIEF, name)
    else:
        seen(open_window, address, f"/review/{number}/sheet", CHIEF, name)


def test_the_list_with_rows_of_every_kind_is_clean(open_window: Open, address: str, crew: House, sent: Send) -> None:
    """Of different grades, at different steps, one returned, with headlines of one line and of two."""
    headlines = {
        "chengdu-boli": "一块会呼吸的玻璃：图书馆的窗户怎样自己调光",
        "chengdu-liangzi": "成都量子网络开通",
        "chengdu-shuidao": "稻田里的小气象站，给农户报三天的雨",
        "chengdu-yuyue": "大型科研仪器开放共享，企业怎样预约、怎样付费、怎样拿到补贴，一篇说清",
        "chengdu-tianwen": "周末看流星雨，去哪里最好",
    }
    with session_scope(crew.engine) as session:
        for login, name in (
            (login_of("审核", "chengdu"), "罗敏"),
            (SECOND, "杨帆"),
            (login_of("审核", "sichuan"), "周岚"),
        ):
            person(session, login).name = name
    numbers = {}
    for slug, headline in headlines.items():
        text = STORY.format(slug=slug, headline=headline, words="这是第一天")
        with session_scope(crew.engine) as session:
            unit = unit_of(session, "chengdu")
        take_in_text(crew, text, f"{slug}.md", crew.drafts / slug, AUTHOR, NOON, unit_id=unit)
        numbers[slug] = sent("C" if slug == "chengdu-yuyue" else "A", slug=slug)
    take(crew, numbers["chengdu-shuidao"], FIRST)
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, numbers["chengdu-tianwen"])
        submitting.send_back(session, one, person(session, FIRST), ["事实存疑"], "极大的时刻再核一下", NOON)
    seen(open_window, address, "/review", FIRST, "list-full")


def test_the_page_with_local_versions_is_clean(
    open_window: Open, address: str, people: PeopleDesk, provincial: int
) -> None:
    path = f"/review/{provincial}?channel=wechat&unit=ganzi"
    seen(open_window, address, path, login_of("签发", "sichuan"), "local")


@pytest.mark.parametrize("way", ["visual", "markdown"])
def test_what_came_back_is_read_beside_the_text(
    open_window: Open, address: str, crew: House, sent: Send, way: str
) -> None:
    """Why it came back stands over the text; a note on a sentence leads to the sentence, or says that it is gone."""
    number = sent()
    with session_scope(crew.engine) as session:
        one, reviewer = session.get_one(Submission, number), person(session, FIRST)
        note(session, one, reviewer, "blocks.1#0@0-15", "读者可以在科技馆看到它怎样工作。", "哪个科技馆？", NOON)
        note(session, one, reviewer, "headline#0@0-8", "成都量子网络开通", "标题太短", NOON)
        submitting.send_back(session, one, reviewer, ["事实存疑"], "要核实", NOON)
    window = open_window(f"{address}/write/chengdu-liangzi?as={way}", login=AUTHOR)
    page = window.page
    expect(page.locator("#standing")).to_contain_text("退回：事实存疑 要核实。句子上的 2 条意见在“检查”里")
    page.locator("#opinions button", has_text="哪个科技馆").click()
    if way == "visual":
        page.wait_for_function("() => getSelection().toString().startsWith('读者可以在科技馆')")
    else:
        page.wait_for_function("() => document.getElementById('text').selectionStart > 100")
    page.locator("#opinions button", has_text="标题太短").click()
    if way == "visual":
        expect(page.locator("[data-front='headline']")).to_be_focused()
    look(page, f"returned-{way}", targets="#standing .button, #opinions button", frames=False)
    page.get_by_role("link", name="看审稿意见").click()
    expect(page).to_have_url(re.compile(f"/review/{number}$"))


def test_who_may_not_change_a_story_looks_at_it(open_window: Open, address: str, crew: House, sent: Send) -> None:
    """No field to type into that is lost: the looks and the checks alone, and who can change it."""
    sent()
    window = open_window(f"{address}/write/chengdu-liangzi", login=FIRST)
    page = window.page
    expect(page.locator(".reads")).to_contain_text("不能改它")
    expect(page.locator("#save")).to_have_count(0)
    expect(page.locator("#pane-write")).to_be_hidden()
    expect(page.frame_locator("#panel-site iframe.front").locator("body")).to_contain_text("第一条线路连接两个园区")
    page.keyboard.press("Control+s")
    look(page, "reads", targets=".modes button, .reads .button", frames=False)
    expect(page.locator("#pane-write")).to_be_hidden()
    assert window.complaints == []
