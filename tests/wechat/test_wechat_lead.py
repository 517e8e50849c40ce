"""首发与转载: a reprint names the lead's account and carries its address once that is known."""

from dataclasses import replace
from datetime import date

import pytest

import themes
from assets.pictures import Pictures
from channels import registry, slots
from channels.rendering import resolve
from channels.wechat.cleaning import CLEANINGS
from tests.contract import stories

LEAD = "四川科技"
ADDRESS = "https://mp.weixin.qq.com/s/abc?x=1&y=2"
DAY = date(2026, 11, 22)


@pytest.mark.parametrize("look", themes.LOOKS)
def test_a_reprint_names_its_lead_and_links_to_it(assets: Pictures, look: str) -> None:
    channel, account = registry.get("wechat"), stories.profile("wechat", "chengdu")
    story = resolve(replace(stories.all_kinds(assets), look=look), account)
    own = channel.render([story], account, themes.load("chengdu"), assets)
    follower = replace(account, settings=(*account.settings, ("lead", LEAD)))
    reprint = channel.render([story], follower, themes.load("chengdu"), assets)
    assert LEAD not in own.parts[0].body and LEAD in reprint.parts[0].body
    assert not [one for one in own.parts[0].slots if one.kind == "lead_link"]
    part = reprint.parts[0]
    picture = "https://mmbiz.qpic.cn/sandbox/1/0"
    fills = {one.id: picture if one.kind == "picture" else "x" for one in part.slots} | {"lead_link": ADDRESS}
    body = slots.fill(part, fills).body
    assert f'href="{ADDRESS.replace("&", "&amp;")}"' in body
    for clean in CLEANINGS.values():
        assert clean(body).html is body
    rules = {one.rule for one in channel.check(reprint, follower, DAY)}
    assert rules == {one.rule for one in channel.check(own, account, DAY)}
