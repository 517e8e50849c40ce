"""A Weibo post: headline, whole sentences, one link, one picture."""

from dataclasses import replace
from datetime import date

import themes
from assets.pictures import Pictures
from channels.rendering import resolve
from channels.slots import marks
from channels.values import Manuscript, Rendition, Source
from channels.weibo import channel
from channels.weibo.count import count
from channels.weibo.limits import measured
from tests.contract import stories

ACCOUNT = stories.profile("weibo")


def rendered(manuscript: Manuscript, assets: Pictures, account: object = ACCOUNT) -> Rendition:
    return channel.render([resolve(manuscript, ACCOUNT)], account, themes.load("chengdu"), assets)  # type: ignore[arg-type]


def story(**changed: object) -> Manuscript:
    values: dict[str, object] = {"slug": "s", "headline": "标题", "blocks": (stories.para("第一句。第二句！", 5),)}
    return Manuscript(**{**values, **changed})  # type: ignore[arg-type]


def test_a_short_story_goes_whole(assets: Pictures) -> None:
    made = rendered(story(), assets)
    assert made.parts[0].body == "【标题】第一句。第二句！ \x02own_link\x03"
    assert made.losses == ()


def test_a_long_story_stops_at_a_sentence_within_140(assets: Pictures) -> None:
    sentence = "这是一句二十个汉字左右长短的普通话呀真的。"
    made = rendered(story(blocks=(stories.para(sentence * 20, 9),)), assets)
    part = made.parts[0]
    text = measured(part.body, {slot.id: slot.max_length for slot in part.slots})
    assert count(text) <= 140
    assert part.body.split("】")[1].rsplit(" ", 1)[0].endswith("真的。")
    assert [(one.what, one.line) for one in made.losses] == [("段落", 9)]


def test_the_link_is_budgeted_at_its_full_length(assets: Pictures) -> None:
    part = rendered(stories.all_kinds(assets), assets).parts[0]
    address = "https://kjt.example.gov.cn/chengdu/s/all-kinds.html"
    assert [slot.max_length for slot in part.slots if slot.kind == "own_link"] == [len(address)]


def test_the_short_headline_written_for_weibo_opens_it(assets: Pictures) -> None:
    assert rendered(stories.all_kinds(assets), assets).parts[0].body.startswith("【每一种块都在】这篇稿件用到")


def test_a_headline_too_long_is_cut_and_listed(assets: Pictures) -> None:
    made = rendered(story(headline="很长的标题，" * 60), assets)
    assert made.losses[0].what == "大标题" and "short_headlines: weibo:" in made.losses[0].reason
    assert channel.check(made, ACCOUNT, date(2026, 11, 22)) == []


def test_topics_lose_their_hash_signs(assets: Pictures) -> None:
    assert "#" not in rendered(story(digest="#成都黑科技#第一百期来了。"), assets).parts[0].body


def test_a_reprint_names_the_outlet_and_a_machine_is_named(assets: Pictures) -> None:
    body = rendered(story(source=Source(outlet="四川日报"), ai_label="含"), assets).parts[0].body
    assert "（来源：四川日报）" in body and "（含 AI 生成内容）" in body


def test_one_picture_goes_along(assets: Pictures) -> None:
    part = rendered(stories.all_kinds(assets), assets).parts[0]
    assert [one.role for one in part.files] == ["picture"] and part.files[0].size < 5_000_000
    used = {one for _, value in part.fields for one in marks(value)} | set(marks(part.body))
    assert used == {slot.id for slot in part.slots}


def test_every_block_left_out_is_listed_with_its_line(assets: Pictures) -> None:
    manuscript = resolve(stories.all_kinds(assets), ACCOUNT)
    lost = {one.line for one in rendered(manuscript, assets).losses}
    assert lost == {block.line for block in manuscript.blocks}


def test_a_unit_without_a_site_has_no_link(assets: Pictures) -> None:
    part = rendered(story(), assets, replace(ACCOUNT, site_url="")).parts[0]
    assert part.body == "【标题】第一句。第二句！" and part.slots == ()
