"""排期 as people use it: by keyboard, by mouse, on a phone; told before the drop, taken back after it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from cms.db import session_scope
from cms.people import PeopleDesk
from cms.people.roles import tree
from cms.stories import Column, open_next_issue, weekly
from pipeline.house import House
from tests.people.house import NOON, login_of
from tests.schedule.conftest import Plan
from tests.schedule.test_moving import sign
from tests.schedule.test_started_issues import move_on
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
MONDAY_NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)
EDITOR = login_of("编辑", "chengdu")
Open = Callable[..., Window]
PAGES = (
    "/schedule?from=2026-11-23",
    "/schedule?view=month&from=2026-11-23",
    "/schedule?view=list&from=2026-11-22",
    "/schedule?from=2027-05-03",
    "/schedule/columns",
    "/schedule/issues/1",
    "/schedule/columns/heikeji/skip",
)


@pytest.fixture
def busy(plan: Plan, people: PeopleDesk) -> int:
    """A week with a column's empty issue and releases in several states; the number of the one on Monday."""
    with session_scope(people.engine) as session:
        unit_id = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
        column = Column(slug="heikeji", title="成都黑科技", rhythm=weekly(2), hour=9, opened_at=NOON, unit_id=unit_id)
        session.add(column)
        session.flush()
        open_next_issue(session, column, NOON)
    first = plan("monday", MONDAY_NINE)
    plan("tuesday", MONDAY_NINE + timedelta(days=1))
    signed = plan("thursday", MONDAY_NINE + timedelta(days=3))
    with session_scope(people.engine) as session:
        sign(session, signed)
    return first


def test_the_way_to_an_issue_names_its_column_to_who_hears_it_alone(open_window: Open, busy: int, address: str) -> None:
    page = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR).page
    way = page.get_by_role("button", name=re.compile("去写第 1 期.*成都黑科技"))
    expect(way).to_be_visible()
    heard = way.locator(".unseen").bounding_box()
    assert heard is not None and heard["width"] <= 1


@pytest.mark.parametrize("path", PAGES)
def test_every_view_is_whole_and_can_be_used_by_everybody(
    open_window: Open, address: str, busy: int, path: str
) -> None:
    login = login_of("签发", "chengdu") if path.endswith("columns") else EDITOR
    window = open_window(f"{address}{path}", width=1280, height=900, login=login)
    look(window.page, re.sub(r"\W+", "-", path), least=(0, 0))
    assert window.complaints == []


def test_by_keyboard_to_another_day_and_back(open_window: Open, address: str, busy: int) -> None:
    page = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR).page
    entry = page.locator(f'.entry[data-release="{busy}"]')
    entry.locator("a").focus()
    page.keyboard.press("m")
    expect(page.locator("#heard")).to_contain_text("已拿起")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#heard")).to_contain_text("11月25日")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("已改到 11月25日 09:00")
    expect(page.locator('.day[data-day="2026-11-25"]').locator(entry)).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator("#heard")).to_contain_text("已改到 11月23日 09:00")
    page.reload()
    expect(page.locator('.day[data-day="2026-11-23"]').locator(entry)).to_be_visible()


def test_it_is_carried_over_the_edge_of_the_week(open_window: Open, address: str, busy: int) -> None:
    """From Monday a week on, and back to where it stands when somebody thinks better of it."""
    page = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR).page
    page.locator(f'.entry[data-release="{busy}"] a').focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("from=2026-11-30"))
    carried = page.locator('.day[data-day="2026-11-30"] .entry.held')
    expect(carried).to_contain_text("monday")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("from=2026-11-23"))
    page.locator(f'.entry[data-release="{busy}"] a').focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    expect(carried).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("已改到 12月1日 09:00")
    page.reload()
    expect(page.locator(f'.day[data-day="2026-12-01"] .entry[data-release="{busy}"]')).to_be_visible()


def test_several_are_picked_and_moved_and_taken_back_together(
    open_window: Open, address: str, busy: int, plan: Plan
) -> None:
    """By keyboard alone, each keeps its hour; what stands against one is told by its title; one Ctrl+Z undoes all."""
    late = plan("late", MONDAY_NINE + timedelta(hours=5))
    window = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR)
    page = window.page
    for number in (busy, late):
        page.locator(f'.entry[data-release="{number}"] a').focus()
        page.keyboard.press("Space")
    expect(page.locator("#picked-count")).to_have_text("选了 2 张")
    look(page, "schedule-picked", least=(0, 0))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(f'.entry[data-release="{busy}"] a').focus()
    page.keyboard.press("m")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#moving-said")).to_contain_text("《monday的题》")
    expect(page.locator("#moving-said")).to_contain_text("周末")
    page.get_by_role("button", name="一起改期").click()
    expect(page.locator("#notice")).to_contain_text("2 张发布单已改期")
    saturday = page.locator('.day[data-day="2026-11-28"]')
    expect(saturday.locator(f'.entry[data-release="{busy}"]')).to_contain_text("09:00")
    expect(saturday.locator(f'.entry[data-release="{late}"]')).to_contain_text("14:00")
    page.keyboard.press("Control+z")
    expect(page.locator("#heard")).to_contain_text("放回原来的时间")
    page.reload()
    monday = page.locator('.day[data-day="2026-11-23"]')
    expect(monday.locator(f'.entry[data-release="{busy}"]')).to_be_visible()
    expect(monday.locator(f'.entry[data-release="{late}"]')).to_be_visible()
    assert window.complaints == []


def test_nothing_moves_when_one_of_several_cannot(open_window: Open, address: str, busy: int) -> None:
    page = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR).page
    for words in ("monday", "thursday"):
        page.locator(".entry", has_text=words).locator(".choose input").check()
    page.get_by_role("button", name="晚一天").click()
    expect(page.locator("#notice")).to_contain_text("《thursday的题》")
    expect(page.locator("#notice")).to_contain_text("一张也没有动")
    page.reload()
    expect(page.locator('.day[data-day="2026-11-23"]')).to_contain_text("monday")


def test_in_the_list_the_key_opens_the_form(open_window: Open, address: str, busy: int) -> None:
    page = open_window(f"{address}/schedule?view=list&from=2026-11-22", login=EDITOR).page
    page.locator(f'.entry[data-release="{busy}"] a').focus()
    page.keyboard.press("m")
    page.get_by_label("新的时间（北京时间）").fill("2026-11-26T10:30")
    page.get_by_role("button", name="改到这个时间").press("Enter")
    expect(page.locator("#notice")).to_contain_text("已改到 11月26日 10:30")


def test_a_drag_keeps_the_hour_and_a_collision_is_told_before_the_drop(
    open_window: Open, address: str, busy: int
) -> None:
    page = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR).page
    entry = page.locator(f'.entry[data-release="{busy}"]')
    entry.drag_to(page.locator('.day[data-day="2026-11-24"] h3'))
    expect(page.locator("#moving-said")).to_contain_text("建议错开")
    page.get_by_role("button", name="不改了").click()
    expect(page.locator('.day[data-day="2026-11-23"]').locator(entry)).to_be_visible()
    entry.drag_to(page.locator('.day[data-day="2026-11-28"] h3'))
    expect(page.locator("#moving-said")).to_contain_text("周末")
    page.get_by_role("button", name="改到这个时间").click()
    expect(page.locator('.day[data-day="2026-11-28"]').locator(entry)).to_contain_text("09:00")


def test_on_a_phone_the_hour_is_changed_in_a_form(open_window: Open, address: str, busy: int) -> None:
    page = open_window(f"{address}/schedule?from=2026-11-23", width=375, height=800, login=EDITOR).page
    entry = page.locator(f'.entry[data-release="{busy}"]')
    entry.get_by_role("button", name="改").click()
    page.get_by_label("新的时间（北京时间）").fill("2026-11-26T10:30")
    page.get_by_role("button", name="改到这个时间").click()
    expect(page.locator('.day[data-day="2026-11-26"]').locator(entry)).to_contain_text("10:30")


def test_pressed_before_the_answer_is_there_it_is_told_all_the_same(open_window: Open, address: str, busy: int) -> None:
    """A line too slow for the look at 23:40: nothing moves into the night unseen."""
    page = open_window(f"{address}/schedule?from=2026-11-23", width=375, height=800, login=EDITOR).page
    page.route("**/schedule/look", lambda route: route.abort())
    entry = page.locator(f'.entry[data-release="{busy}"]')
    entry.get_by_role("button", name="改").click()
    page.get_by_label("新的时间（北京时间）").fill("2026-11-26T23:40")
    page.get_by_role("button", name="改到这个时间").click()
    expect(page.locator("#moving-said")).to_contain_text("看过以后仍要改，请再点一次")
    expect(page.locator("#moving-said li")).to_have_count(2)
    expect(page.locator('.day[data-day="2026-11-23"]').locator(entry)).to_contain_text("09:00")
    page.get_by_role("button", name="改到这个时间").click()
    expect(page.locator('.day[data-day="2026-11-26"]').locator(entry)).to_contain_text("23:40")


def test_enter_in_a_field_of_the_form_moves_it(open_window: Open, address: str, busy: int) -> None:
    """What is signed, by keyboard alone: taken up, carried, let down, the reason written."""
    page = open_window(f"{address}/schedule?from=2026-11-23", login=login_of("签发", "chengdu")).page
    page.locator(".entry", has_text="thursday").locator("a").first.focus()
    for key in ("m", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_label("请写明改期的原因")).to_be_focused()
    page.keyboard.type("版面紧")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("已改到 11月27日 09:00")
    expect(page.locator("#moving")).to_be_hidden()


def test_what_is_signed_is_not_moved_by_an_editor(open_window: Open, address: str, busy: int) -> None:
    page = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR).page
    page.locator(".entry", has_text="thursday").drag_to(page.locator('.day[data-day="2026-11-27"] h3'))
    expect(page.locator("#notice")).to_contain_text("由签发人或管理员来做")


def test_a_rhythm_is_chosen_by_keyboard_and_the_new_one_is_said(open_window: Open, address: str, busy: int) -> None:
    window = open_window(f"{address}/schedule/columns", login=login_of("签发", "chengdu"))
    page, card = window.page, window.page.locator("#c-heikeji")
    card.locator("summary").press("Enter")
    look(page, "columns-open", least=(0, 0))
    expect(card.get_by_text("每月几日（可以选几天")).to_be_hidden()
    card.get_by_label("每周", exact=True).focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(card.get_by_role("radio", name="每月第几个星期几")).to_be_checked()
    card.get_by_role("checkbox", name="第一个").press("Space")
    card.get_by_role("checkbox", name="最后一个").press("Space")
    look(page, "columns-nth", least=(0, 0))
    card.get_by_role("button", name="保存").press("Enter")
    expect(page.locator("#c-heikeji")).to_contain_text("每月第一个和最后一个周三 09:00")
    expect(page.locator("#c-heikeji")).to_contain_text("接下来：11月25日 09:00、12月2日 09:00")
    assert window.complaints == []


def test_a_begun_issue_is_carried_by_key_and_dragged_with_its_release(
    open_window: Open, address: str, busy: int, people: PeopleDesk, house: House
) -> None:
    """Begun on the schedule: a draft moves alone, what is in review takes its release along, Ctrl+Z takes both back."""
    window = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR)
    page = window.page
    page.get_by_role("button", name=re.compile("去写第 1 期")).click()
    page.wait_for_url(re.compile("/write/"))
    page.goto(f"{address}/schedule?from=2026-11-23")
    slot, thursday = page.locator('.entry[data-issue="1"]'), page.locator('.day[data-day="2026-11-26"]')
    expect(slot).to_contain_text("在写")
    slot.get_by_role("link", name="改成都黑科技第 1 期的时间").focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("《成都黑科技》第 1 期已改到 11月26日 09:00")
    expect(thursday.locator(slot)).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator("#heard")).to_contain_text("已改到 11月25日 09:00")
    move_on(house, "chengdu-heikeji-001")
    page.reload()
    release = page.locator(".entry.draft", has_text="成都黑科技 第1期")
    expect(page.locator('.day[data-day="2026-11-25"]').locator(release)).to_be_visible()
    slot.drag_to(page.locator('.day[data-day="2026-11-27"]'))
    friday = page.locator('.day[data-day="2026-11-27"]')
    expect(friday.locator(slot)).to_be_visible()
    expect(friday.locator(release)).to_be_visible()
    look(page, "schedule-begun", least=(0, 0))
    page.goto(f"{address}/schedule/issues/1")
    look(page, "schedule-begun-issue", least=(0, 0))
    page.goto(f"{address}/schedule/columns#issue-1")
    expect(page.locator("#issue-1")).to_contain_text("审稿中")
    look(page, "schedule-columns-issue", least=(0, 0))
    assert window.complaints == []


def test_an_issue_nobody_writes_yet_is_moved_alone(open_window: Open, address: str, busy: int) -> None:
    page = open_window(f"{address}/schedule?from=2026-11-23", login=EDITOR).page
    page.get_by_role("link", name="改成都黑科技第 1 期的时间").click()
    page.get_by_label("只这一期改到（北京时间）").fill("2026-11-27T10:30")
    page.get_by_role("button", name="只改这一期").click()
    expect(page.locator('.day[data-day="2026-11-27"]')).to_contain_text("成都黑科技 第 1 期")


def test_one_issue_is_skipped_with_why_and_taken_back(open_window: Open, address: str, busy: int) -> None:
    window = open_window(f"{address}/schedule/issues/1", width=375, height=800, login=EDITOR)
    page = window.page
    page.get_by_role("link", name="停一期").click()
    expect(page.get_by_role("checkbox", name="11月25日 周三")).to_be_checked()
    page.get_by_label("原因（排期里看得到）").fill("科技节休刊")
    page.get_by_role("button", name="停刊").click()
    hole = page.locator('.day[data-day="2026-11-25"] .skipped')
    expect(hole).to_contain_text("成都黑科技 – 停刊 · 科技节休刊")
    look(page, "schedule-skipped", least=(0, 0))
    page.goto(f"{address}/schedule/columns/heikeji/skip")
    look(page, "skip-page", least=(0, 0))
    page.goto(f"{address}/schedule?from=2026-11-30")
    expect(page.locator('.day[data-day="2026-12-02"]')).to_contain_text("成都黑科技 第 1 期")
    page.goto(f"{address}/schedule?from=2026-11-23")
    page.get_by_role("button", name="恢复成都黑科技").click()
    expect(page.locator('.day[data-day="2026-11-25"]')).to_contain_text("成都黑科技 第 1 期")
    expect(hole).to_have_count(0)
    assert window.complaints == []
