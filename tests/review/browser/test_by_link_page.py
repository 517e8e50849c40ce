"""A leader's link on their own phone, and the way to one's own phone: clean for axe at every step."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from cms.people import PeopleDesk
from pipeline.house import House
from tests.people.asking import fill
from tests.people.house import signed_in
from tests.review.browser.test_review_pages import TARGETS, seen
from tests.review.conftest import AUTHOR, FIRST, SECOND, a_leader
from tests.review.test_rooms import take
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]


def test_the_way_to_ones_own_phone(open_window: Open, address: str, crew: House) -> None:
    seen(open_window, address, "/write/chengdu-one/phone", AUTHOR, "to-phone")


def test_a_leader_reads_and_signs_by_link(
    open_window: Open,
    address: str,
    app: Flask,
    crew: House,
    people: PeopleDesk,
    sent: Callable[..., int],
    tmp_path: Path,
) -> None:
    spool = tmp_path / "sms"
    leader_id = a_leader(crew, people, spool)
    number = sent()
    take(crew, number, FIRST)
    take(crew, number, SECOND)
    fill(signed_in(app, people, FIRST), f"/review/{number}", f"/review/{number}/link", to=str(leader_id))
    token = re.search(r"/sign/([\w-]+)", spool.read_text())[1]  # type: ignore[index]
    window = open_window(f"{address}/sign/{token}", width=375, height=740, login="")
    phone = window.page
    expect(phone.locator("h1")).to_be_visible()
    look(phone, "link-closed", targets=TARGETS, frames=False)
    phone.get_by_role("button", name="发验证码到我的手机").click()
    phone.get_by_label("验证码").fill(re.findall(r"验证码 (\d{6})", spool.read_text())[-1])
    phone.get_by_role("button", name="打开稿件").click()
    expect(phone.frame_locator("iframe").first.locator("body")).to_contain_text("第一条线路连接两个园区")
    look(phone, "link-open", targets=TARGETS, frames=False)
    phone.get_by_label("意见").fill("第三段请核实长度后再发。")
    phone.get_by_role("navigation", name="渠道").get_by_role("link").nth(1).click()
    expect(phone.get_by_role("navigation", name="渠道").get_by_role("link").nth(1)).to_have_attribute(
        "aria-current", "true"
    )
    expect(phone.frame_locator("iframe").first.locator("body")).to_contain_text("第一条线路连接两个园区")
    expect(phone.get_by_label("意见")).to_have_value("第三段请核实长度后再发。")
    phone.locator("details.back > summary").click()
    phone.get_by_role("button", name="退回修改").click()
    expect(phone.get_by_role("alert")).to_contain_text("退回要写原因")
    expect(phone.get_by_label("意见")).to_have_value("第三段请核实长度后再发。")
    look(phone, "link-return", targets=TARGETS, frames=False)
    phone.get_by_label("事实存疑").check()
    phone.get_by_role("button", name="退回修改").click()
    expect(phone.locator("body")).to_contain_text("已退回修改")
    assert [one for one in window.complaints if "404" not in one and "422" not in one] == []
