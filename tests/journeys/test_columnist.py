"""Journeys 1 and 2: the Wednesday columnist writes without a mouse, three people sign, and on Wednesday it is out."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import col, select

from cms.db import read_scope
from cms.releases import Delivery
from cms.review import Signature, Submission
from pipeline.submissions import draw
from tests.journeys.hands import (
    AUTHOR,
    CHIEF,
    FACE,
    FIRST,
    PORTRAIT,
    SECOND,
    copy_from_word,
    on_slow_lines,
    press,
    reach,
    saved,
)
from tests.ledger.platforms_world import PlatformsWorld

pytestmark = pytest.mark.browser
Comes = Callable[..., Page]
WORD = """<html><body>
<p class="MsoNormal">成都的研究团队把一块<b>会呼吸的玻璃</b>装进了图书馆。</p>
<h2>它怎样工作</h2>
<table><tr><th>状态</th><th>透光</th></tr><tr><td>白天</td><td>六成</td></tr><tr><td>夜里</td><td>一成</td></tr></table>
<p>馆里的读者说，中午不再刺眼。</p>
<p><object data="x.swf">动画</object></p>
</body></html>"""
TALK = (("玻璃也会呼吸？", "它只是自己调光。"), ("要用电吗？", "一块手表的电就够。"), ("夜里呢？", "像一面镜子。"))
SLIPS = "馆里说，新玻璃的的效果（还在试用。"
DIGEST, SHORT = "图书馆的新玻璃，自己会调光。", "会调光的玻璃。"
SIGNERS = ((FIRST, "初审"), (SECOND, "复审"), (CHIEF, "终审"), (CHIEF, "签发"))


def shot(page: Page, name: str) -> None:
    """The page as it is now, kept with YIGAO_SHOTS=FOLDER."""
    if kept := os.environ.get("YIGAO_SHOTS"):
        page.screenshot(path=Path(kept) / f"journey-{name}.png")


# --------------------------------------------------------------------------- the steps


def begin(page: Page) -> None:
    """From the line on 今天 to the first words of the issue."""
    shot(page, "1-today")
    reach(page, "写这一期")
    page.wait_for_url(re.compile("/write/"))
    page.wait_for_selector("body[data-surface=visual][data-shown]")
    expect(page.locator("[data-front=headline]")).to_have_value("成都黑科技 第128期")
    expect(page.locator("[data-front=issue]")).to_have_value("128")
    reach(page, "标题", "Control+a")
    page.keyboard.type("一块会呼吸的玻璃")
    reach(page, "摘要", "Control+a")
    page.keyboard.type(DIGEST)
    reach(page, "署名", "")
    page.keyboard.type("记者 林小溪")


def paste(page: Page) -> None:
    """The draft from Word, below what the column begins with."""
    copy_from_word(page, WORD)
    reach(page, "正文。", "")
    press(page, "Control+End", "Enter", "Control+v")
    expect(page.locator("#prose .card-table")).to_be_visible()
    expect(page.locator("#prose strong")).to_have_text("会呼吸的玻璃")
    expect(page.locator("#prose h2").nth(1)).to_have_text("它怎样工作")
    expect(page.locator("#left-list")).to_contain_text("动画")  # what did not come along is listed
    shot(page, "2-pasted")


def talk(page: Page) -> None:
    """Three dialogues of the column's cast, typed over the examples."""
    for question, answer in TALK:
        press(page, "Control+End", "Enter")
        page.keyboard.type("/dh")
        press(page, "Enter")
        page.keyboard.type(question)
        press(page, "ArrowDown", "Home", "Shift+End")
        page.keyboard.type(answer)
        press(page, "Enter", "Enter")
    expect(page.locator("#prose .card-dialogue")).to_have_count(3)
    expect(page.locator("#prose .line.right .bubble").first).to_have_text(TALK[0][1])


def cover(page: Page) -> None:
    """The cover from the library, its focus point moved onto the face by the arrow keys."""
    reach(page, "稿头：封面、来源、栏目")
    reach(page, "从素材库选")
    expect(page.locator("#picker-list button")).to_have_count(1)
    reach(page, PORTRAIT, steps=12)
    expect(page.locator("#cover-shown")).to_be_visible()
    reach(page, "封面的焦点", "")
    across, down = ((to - 500) // 20 for to in FACE)
    press(page, *["ArrowRight"] * across, *["ArrowUp"] * -down)
    expect(page.locator("#cover-dot")).to_have_attribute("style", f"left: {FACE[0] / 10:g}%; top: {FACE[1] / 10:g}%;")
    shot(page, "2-cover")


def slip(page: Page) -> None:
    """Two slips of the pen stand yellow beside the text, each with its place; they ask, they do not stop anybody."""
    reach(page, "正文。", "")
    press(page, "Control+End", "Enter")
    page.keyboard.type(SLIPS)
    expect(page.locator("#findings li.warn")).to_have_count(2)
    expect(page.locator("#findings li.block")).to_have_count(0)
    expect(page.locator("#findings li.warn").first).to_contain_text("的的")
    shot(page, "2-yellow")


def cut_where(world: PlatformsWorld) -> tuple[int, int]:
    """The focus point the signed story's cover is cut around, in per mille."""
    with read_scope(world.house.engine) as session:
        digest = session.exec(select(Submission.manuscript_hash)).one()
    signed = world.house.manuscript(digest)
    assert signed.cover is not None
    return signed.cover.focus_x, signed.cover.focus_y


def look(page: Page) -> None:
    """The story as four channels will show it, by Ctrl and a number."""
    for number, channel in enumerate(("site", "wechat", "weibo"), 1):
        press(page, f"Control+{number}")
        panel = page.locator(f'.phone[data-channel="{channel}"][data-state="shown"]')
        expect(panel).to_be_visible()
        body = panel.locator("iframe.front").content_frame.locator("body")
        expect(body).to_contain_text("玻璃")
        if channel != "weibo":
            expect(body).to_contain_text("第 128 期")
        shot(page, f"3-{channel}")


def shorten(page: Page) -> None:
    """The Weibo text, in its own tab: cut loose, one sentence shorter; and back to the main text."""
    press(page, "Control+3")
    reach(page, "单独编辑")
    page.wait_for_url(re.compile("/on/weibo"))
    page.wait_for_selector("body[data-surface=visual][data-shown]")
    expect(page.locator("#texts")).to_contain_text("正在写：微博的单独版本")
    reach(page, "摘要", "Control+a")
    page.keyboard.type(SHORT)
    panel = page.locator('.phone[data-channel="weibo"]')
    expect(panel.locator("iframe.front").content_frame.locator("body")).to_contain_text(SHORT)
    saved(page)
    shot(page, "3-weibo-apart")
    page.keyboard.press("Alt+0")
    page.wait_for_url(re.compile("/write/[^/]+$"))
    page.wait_for_selector("body[data-surface=visual][data-shown]")
    expect(page.locator("[data-front=digest]")).to_have_value(re.compile(DIGEST))


def send(page: Page) -> int:
    """送审: the slot is the column's; the number of the submission."""
    saved(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/review/new"))
    expect(page.locator("#due")).to_have_value("2026-11-25T09:00")
    for reason in page.locator("input[name^=reason-]").all():
        reason.fill("已与原文核对。")
    shot(page, "4-send")
    reach(page, "送审")
    page.wait_for_url(re.compile(r"/review/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


def by_thumb(page: Page, step: str) -> None:
    """One step on a phone: read, tick, sign."""
    expect(page.frame_locator("iframe.glass").locator("body")).to_contain_text("玻璃")
    shot(page, f"5-{step}")
    page.locator(".choice.pass summary").tap()
    for tick in page.locator(".choice.pass input[type=checkbox]").all():
        tick.check()
    page.locator(".choice.pass button").tap()


def by_keys(page: Page, step: str) -> None:
    """The same without a mouse."""
    reach(page, "签发" if step == "签发" else "通过")
    for _ in page.locator(".choice.pass input[type=checkbox]").all():
        press(page, "Tab", "Space")
    reach(page, "签发" if step == "签发" else f"{step}通过")


def is_out(comes: Comes, world: PlatformsWorld, digest: str = DIGEST) -> None:
    """Wednesday, nine o'clock: four copies, each with an address, Weibo's in its own words, and the invariants hold."""
    world.run(hours=23)
    with read_scope(world.house.engine) as session:
        copies = session.exec(select(Delivery)).all()
    assert [one.state for one in copies] == ["published"] * 4
    page = comes(AUTHOR, f"/releases/{copies[0].release_id}")
    expect(page.locator("main")).to_contain_text("一块会呼吸的玻璃")
    expect(page.locator(".cell .good")).to_have_text(["已发布"] * 4)
    expect(page.locator("a.out[href^=http]")).to_have_count(4)
    shot(page, "6-out")
    posts = [one.body for one in world.copies() if one.account.startswith("weibo:")]
    assert [digest in one for one in posts] == [True]
    assert world.breaches() == []


def steps_taken(world: PlatformsWorld) -> list[str]:
    with read_scope(world.house.engine) as session:
        return list(session.exec(select(Signature.step).order_by(col(Signature.id))))


def loses_one_answer(page: Page) -> list[str]:
    """The next deed arrives, its answer does not; where it was sent to."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request.url)
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/review/**", lose)
    return lost


# --------------------------------------------------------------------------- the journeys


@pytest.mark.usefixtures("portrait")
def test_written_without_a_mouse_signed_by_thumb(comes: Comes, world: PlatformsWorld) -> None:
    page = comes(AUTHOR)
    begin(page)
    paste(page)
    page.context.set_offline(True)  # the line is cut while one writes
    talk(page)
    expect(page.locator("#saved")).to_contain_text("离线")
    page.context.set_offline(False)
    saved(page)
    cover(page)
    look(page)
    shorten(page)
    slip(page)
    number = send(page)
    assert cut_where(world) == FACE
    assert draw(world.house, world.now) == 1
    for login, step in SIGNERS:
        phone = comes(login, "/", width=375, height=740, has_touch=True, is_mobile=True)
        phone.get_by_role("link", name=f"去{step}").first.tap()
        phone.wait_for_url(re.compile(f"/review/{number}$"))
        with phone.expect_navigation():
            by_thumb(phone, step)
    is_out(comes, world, SHORT)


def test_written_on_a_phone_on_slow_lines_signed_by_keyboard_through_a_broken_one(
    comes: Comes, world: PlatformsWorld
) -> None:
    page = comes(AUTHOR, width=375, height=740, has_touch=True, is_mobile=True)
    on_slow_lines(page)
    page.get_by_role("button", name="写这一期").tap()
    page.wait_for_selector("body[data-surface=visual][data-shown]")
    page.locator("[data-front=headline]").fill("一块会呼吸的玻璃")
    page.locator("[data-front=digest]").fill(DIGEST)
    page.locator("[data-front=byline]").fill("记者 林小溪")
    page.locator("#prose p").last.tap()
    press(page, "Control+End", "Enter")
    page.keyboard.type("研究团队把一块新玻璃装进了图书馆，中午不再刺眼。")
    saved(page)
    number = send(page)
    draw(world.house, world.now)
    for login, step in SIGNERS:
        desk = comes(login, f"/review/{number}", width=1280)
        lost = loses_one_answer(desk)
        by_keys(desk, step)
        desk.wait_for_function("() => !location.href.startsWith('http')")  # no answer came
        assert len(lost) == 1
        desk.goto(f"{lost[0].split('/review')[0]}/review/{number}")  # so one looks again
        expect(desk.locator(".stages .done b").last).to_have_text(step)
    assert steps_taken(world) == [step for _, step in SIGNERS]
    is_out(comes, world)
