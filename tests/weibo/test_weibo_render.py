"""A Weibo post: headline, whole sentences, one link, one picture."""

import json
from dataclasses import replace
from datetime import date

import html5lib
import pytest

import themes
from assets.pictures import Pictures
from channels.contract import StoryError
from channels.rendering import resolve
from channels.slots import blank, marks
from channels.values import Figure, Gallery, Heading, Manuscript, Profile, Rendition, Source
from channels.weibo import channel
from channels.weibo.count import count
from channels.weibo.limits import measured
from tests.contract import stories

ACCOUNT = stories.profile("weibo")


def by(route: str, **settings: str) -> Profile:
    """The account set to a route."""
    return stories.profile("weibo", settings=(("route", route), *settings.items()))


def rendered(manuscript: Manuscript, assets: Pictures, account: object = ACCOUNT) -> Rendition:
    return channel.render([resolve(manuscript, ACCOUNT)], account, themes.load("chengdu"), assets)  # type: ignore[arg-type]


def story(**changed: object) -> Manuscript:
    values: dict[str, object] = {"slug": "s", "headline": "标题", "blocks": (stories.para("第一句。第二句！", 5),)}
    return Manuscript(**{**values, **changed})  # type: ignore[arg-type]


def test_a_short_story_goes_whole(assets: Pictures) -> None:
    made = rendered(story(), assets)
    assert made.parts[0].body == "【标题】第一句。第二句！ \x02own_link\x03?k=\x02key\x03"
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
    assert rendered(stories.all_kinds(assets), assets).parts[0].body.startswith("【更正：每一种块都在】这篇稿件用到")


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
    lost = [one.line for one in rendered(manuscript, assets).losses if one.what not in ("副题", "署名")]
    assert sorted(lost) == sorted(block.line for block in manuscript.blocks)


def test_a_unit_without_a_site_has_no_link(assets: Pictures) -> None:
    part = rendered(story(), assets, replace(ACCOUNT, site_url="")).parts[0]
    assert part.body == "【标题】第一句。第二句！" and part.slots == ()


def figures(assets: Pictures, number: int, first: int = 0) -> tuple[Figure, ...]:
    drawn = (stories.drawn_picture(f"#{one * 20:02x}4070", (90, 60)) for one in range(first, first + number))
    return tuple(Figure(picture=stories.taken(assets, one, "图"), line=at) for at, one in enumerate(drawn, 1))


@pytest.mark.parametrize(
    ("told", "sent"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 6), (7, 6), (8, 6), (9, 9), (11, 9)]
)
def test_pictures_make_whole_grids_in_story_order_and_the_rest_are_listed(
    assets: Pictures, told: int, sent: int
) -> None:
    shown = figures(assets, told)
    made = rendered(story(blocks=(stories.para("一句。"), *shown)), assets, by("advanced"))
    asked = [one.picture.src for one in shown[:sent]]
    assert [f"asset:{one.hash}" for one in made.parts[0].files] == asked
    left = [one for one in made.losses if "1 张图没有带上" in one.reason]
    assert [one.line for one in left] == list(range(sent + 1, told + 1))
    assert all(one.kind == "dropped" and f"这条微博带 {sent} 张" in one.reason for one in left)
    assert channel.check(made, by("advanced"), date(2026, 11, 22)) == []


def test_the_cover_comes_first_and_a_picture_told_twice_goes_once(assets: Pictures) -> None:
    one, two, three = figures(assets, 3)
    gallery = Gallery(figures=(one, two), line=5)
    made = rendered(story(blocks=(stories.para("一句。"), one, gallery), cover=three.picture), assets, by("longtext"))
    assert [f"asset:{file.hash}" for file in made.parts[0].files] == [
        three.picture.src,
        one.picture.src,
        two.picture.src,
    ]
    assert not [loss for loss in made.losses if "张图没有带上" in loss.reason]


def test_share_sends_one_picture_and_lists_the_others(assets: Pictures) -> None:
    made = rendered(story(blocks=(stories.para("一句。"), *figures(assets, 3))), assets)
    assert len(made.parts[0].files) == 1
    assert [one.line for one in made.losses if "张图没有带上" in one.reason] == [2, 3]


def test_a_long_post_tells_the_whole_story_line_by_line(assets: Pictures) -> None:
    blocks = (Heading(level=2, text=(stories.t("小标题"),)), stories.para("第一句。第二句。"), stories.para("第三句。"))
    made = rendered(story(digest="不用的摘要。", blocks=blocks), assets, by("longtext"))
    assert made.parts[0].body == "【标题】\n\n小标题\n\n第一句。第二句。\n\n第三句。\n\n\x02own_link\x03?k=\x02key\x03"
    assert made.losses == () and made.parts[0].field("route") == "longtext"


def test_a_heading_never_stands_alone_at_the_end_of_a_long_post(assets: Pictures) -> None:
    tail = Heading(level=2, text=(stories.t("悬着的小标题"),), line=4)
    blocks = (stories.para("一句。"), tail, stories.para("长" * 2100 + "。", 5))
    made = rendered(story(blocks=blocks), assets, by("longtext"))
    assert "悬着" not in made.parts[0].body and [one.line for one in made.losses] == [4, 5]


def test_c_sharp_is_no_topic(assets: Pictures) -> None:
    made = rendered(story(digest="用 C# 和 F# 写成，见 https://a.cn/#x 吧。"), assets)
    assert "C♯ 和 F♯" in made.parts[0].body and "https://a.cn/#x" in made.parts[0].body
    assert [one.what for one in made.losses if one.what == "话题"] == ["话题"]
    assert channel.check(made, ACCOUNT, date(2026, 11, 22)) == []
    assert "C# 和 F#" in rendered(story(digest="C# 和 F#。"), assets, by("advanced")).parts[0].body


def test_an_article_has_title_summary_cover_body_and_post(assets: Pictures) -> None:
    account = by("article")
    made = rendered(stories.all_kinds(assets), assets, account)
    part = made.parts[0]
    assert made.mime == "text/html" and part.field("title") == "每一种块都在"
    assert len(part.field("summary")) <= 44 and part.field("post").startswith("【更正：每一种块都在】")
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tags = {str(one.tag) for one in parser.parseFragment(blank(part.body, part.slots)).iter()} - {"DOCUMENT_FRAGMENT"}
    assert parser.errors == [] and tags <= {"p", "h2", "strong", "blockquote", "ul", "ol", "li", "img", "a", "br"}
    assert part.files[0].role == "cover" and channel.check(made, account, date(2026, 11, 22)) == []
    used = {one for _, value in part.fields for one in marks(value)} | set(marks(part.body))
    assert used == {slot.id for slot in part.slots}


def test_an_article_without_pictures_gets_a_drawn_cover_and_says_so(assets: Pictures) -> None:
    made = rendered(story(headline="很长的标题，" * 8), assets, by("article"))
    cover = made.parts[0].files[0]
    assert (cover.role, cover.width, cover.height) == ("cover", 1280, 720)
    assert [one.what for one in made.losses] == ["封面", "大标题"] and len(made.parts[0].field("title")) <= 32


def test_an_article_is_packed_with_its_body_and_counted_post(assets: Pictures) -> None:
    account = by("article")
    files = {one.path: one.content for one in channel.package(rendered(story(), assets, account), account, {}, assets)}
    assert b"https://kjt.example.gov.cn/chengdu/s/s.html" in files["weibo.html"]
    sheet = json.loads(files["weibo.json"])
    assert sheet["title"] == "标题" and sheet["count"] == count(sheet["post"]) and "cover" in sheet
    assert "附带微博" in files["weibo-代发.html"].decode()


def test_an_unknown_route_is_named_with_the_known_ones(assets: Pictures) -> None:
    with pytest.raises(StoryError, match="longtext（长微博"):
        rendered(story(), assets, by("fax"))
