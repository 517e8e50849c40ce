"""Handover packages: all a person needs, safe to open, and fit to be posted."""

import json
import re
from collections.abc import Mapping

import html5lib
import pytest

import themes
from assets.pictures import Pictures
from channels import canonical, registry
from channels.contract import PackageFile
from channels.rendering import resolve
from channels.values import Rendition
from tests.contract import stories

FILLS = {"signoff": "责编 王五 · 签发 周一", "key": "abcdefghij234567klmn"}


def packed(
    name: str, assets: Pictures, fills: Mapping[str, str] = FILLS, several: int = 1
) -> tuple[Rendition, dict[str, PackageFile]]:
    channel, account = registry.get(name), stories.profile(name)
    manuscripts = [resolve(stories.all_kinds(assets), account)] * several
    made = channel.render(manuscripts, account, themes.load("chengdu"), assets)
    return made, {one.path: one for one in channel.package(made, account, {made.parts[0].story: fills}, assets)}


@pytest.mark.parametrize("name", ["wechat", "weibo", "toutiao"])
def test_the_page_leads_through_the_steps_with_copy_buttons(name: str, assets: Pictures) -> None:
    _, files = packed(name, assets)
    page = files[f"{name}-代发.html"].content.decode()
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    sources = [one.attrib["data-from"] for one in tree.iter("button")]
    ids = {one.attrib["id"] for one in tree.iter() if "id" in one.attrib}
    assert sources and set(sources) <= ids
    assert len(list(tree.iter("li"))) >= 4
    assert "与原稿不同之处" in page and "width=device-width" in page


def test_its_one_script_runs_by_hash(assets: Pictures) -> None:
    _, files = packed("wechat", assets)
    page = files["wechat-代发.html"].content.decode()
    assert page.count("<script") == 1 and re.search(r"script-src &#x27;sha256-[\w+/=]{44}&#x27;", page)


@pytest.mark.parametrize("name", ["wechat", "weibo", "toutiao"])
def test_the_fields_tell_where_everything_lies(name: str, assets: Pictures) -> None:
    made, files = packed(name, assets)
    sheet = json.loads(files[f"{name}.json"].content)
    assert sheet["rendition"] == canonical.digest(made)
    assert sheet["steps"] and sheet["losses"] and sheet["console"].startswith("https://")
    for path in [one["path"] for one in sheet["pictures"]] + [sheet[key] for key in ("cover", "thumb") if key in sheet]:
        assert path in files


def test_the_article_is_exactly_what_goes_out(assets: Pictures) -> None:
    made, files = packed("wechat", assets)
    body = files["wechat.html"].content.decode()
    assert body.startswith("<section") and body.endswith("</section>")
    assert "责编 王五 · 签发 周一" in body
    assert set(re.findall(r'src="([^"]+)"', body)) <= set(files)
    assert len(body) <= len(made.parts[0].body) + 2000


def test_the_source_link_carries_the_delivery_key_when_there_is_one(assets: Pictures) -> None:
    address = "https://kjt.example.gov.cn/chengdu/s/all-kinds.html"
    with_key = json.loads(packed("wechat", assets)[1]["wechat.json"].content)
    without = json.loads(packed("wechat", assets, {})[1]["wechat.json"].content)
    assert with_key["content_source_url"] == f"{address}?k=abcdefghij234567klmn"
    assert without["content_source_url"] == address


def test_a_picture_already_uploaded_keeps_its_address(assets: Pictures) -> None:
    made, _ = packed("wechat", assets)
    slot = next(one for one in made.parts[0].slots if one.kind == "picture")
    address = "http://mmbiz.qpic.cn/mmbiz_jpg/a&b/0"
    _, files = packed("wechat", assets, {slot.id: address})
    assert "http://mmbiz.qpic.cn/mmbiz_jpg/a&amp;b/0" in files["wechat.html"].content.decode()


def test_a_push_of_two_has_numbered_files(assets: Pictures) -> None:
    _, files = packed("wechat", assets, several=2)
    assert {"wechat-1.html", "wechat-2.html", "wechat-1.json", "wechat-2-代发.html"} <= set(files)


def test_weibo_says_how_long_its_text_counts(assets: Pictures) -> None:
    _, files = packed("weibo", assets)
    sheet = json.loads(files["weibo.json"].content)
    assert 0 < sheet["count"] <= 140 and sheet["text"].endswith(sheet["link"])
    assert not any(path.endswith("weibo.html") for path in files)
