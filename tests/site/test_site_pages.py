"""Pages and lists: what each carries, and that a new story leaves the old pages alone."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import html5lib
import pytest

import themes
from channels import slots
from channels.making.entries import Entry
from channels.site import channel, pages
from channels.site.sitemap import sitemaps
from tests.site.sample import CST, entry, pictures, profile, story
from themes.colour import channels_of
from themes.tokens import unreadable

TABS = (
    pages.Tab(slug="hei-keji", name="成都黑科技", description="一项技术，从问题讲起", rhythm="每周三 09:00"),
    pages.Tab(slug="kepu", name="科普问答", rhythm="每周五"),
)
FILLS = {"published_at": "2026-11-18 09:00", "signoff": "", "seal": ""}


def frame(unit: str = "chengdu", **changes: object) -> pages.Frame:
    return pages.frame_for(profile(unit, **changes), themes.load(unit), TABS)


def site(count: int, **changes: object) -> dict[str, bytes]:
    return pages.render_site([entry(n) for n in range(count)], frame(**changes))


@pytest.fixture(scope="module")
def page() -> str:
    kept = pictures()
    here = profile()
    made = channel.render([story(kept)], here, themes.load("chengdu"), kept)
    return pages.story_page(slots.fill(made.parts[0], FILLS), frame())


def errors(html: str) -> list[object]:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(html)
    return parser.errors


def test_a_story_page_is_clean_html(page: str) -> None:
    assert errors(page) == []
    assert not re.search(r"<[^>]*\s(on\w+|style)=", page)
    assert re.findall(r"<script(?! type=\"application/ld\+json\")[^>]*>", page) == ['<script src="../yigao.js">']
    assert page.count("<h1") == 1


def test_every_kind_of_page_is_clean_html_without_inline_code() -> None:
    for count in (0, 45):
        for path, content in site(count).items():
            if path.endswith(".html"):
                html = content.decode()
                assert errors(html) == [], path
                assert html.count("<h1") == 1, path
                assert "style=" not in html and not re.search(r"\son\w+=", html), path


@pytest.mark.parametrize(
    "words",
    [
        '<html lang="zh-CN">',
        '<a class="skip" href="#main">',
        '<meta name="SiteName" content="成都科技微站">',
        '<meta name="SiteDomain" content="kj.chengdu.example.cn">',
        '<meta name="ColumnName" content="成都黑科技">',
        '<meta name="ArticleTitle" content="把大芯片拆小：一群成都工程师的“拼板”实验">',
        '<meta name="PubDate" content="2026-11-18 09:00">',
        '<meta name="ContentSource" content="成都科技微站">',
        '<link rel="canonical" href="https://kj.chengdu.example.cn/s/xinli-pinban.html">',
        'type="application/rss+xml" title="成都科技微站 RSS" href="../feed.xml"',
        '<meta property="og:image" content="https://kj.chengdu.example.cn/p/',
        '<meta property="article:published_time" content="2026-11-18T09:00:00+08:00">',
        '<input type="checkbox" id="elder">',
        'id="size-huge"',
        '<a href="../c/hei-keji.html" aria-current="page">成都黑科技</a>',
        "<dt>主办单位</dt><dd>成都市科学技术局</dd>",
        '<a href="https://beian.miit.gov.cn/" rel="noopener">蜀ICP备00000000号-1</a>',
        "<span>第 <b>128</b> 期</span>",
        "&quot;label&quot;",
    ],
)
def test_a_story_page_carries(page: str, words: str) -> None:
    assert words in page


def test_the_json_for_machines_is_a_news_article(page: str) -> None:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    said = json.loads(found[1])
    assert said["@type"] == "NewsArticle" and said["datePublished"] == "2026-11-18T09:00:00+08:00"
    assert [one["name"] for one in said["author"]] == ["周见山", "何小满"]


def test_a_headline_cannot_close_the_json() -> None:
    kept = pictures()
    made = channel.render([story(kept, headline="</script><b>")], profile(), themes.load("chengdu"), kept)
    html = pages.story_page(slots.fill(made.parts[0], FILLS), frame())
    assert "</script><b>" not in html


def test_no_record_number_is_shown_that_was_not_configured() -> None:
    assert "ICP" not in pages.front_page([], frame(footer=()))


def test_a_government_site_shows_its_code_and_the_police_record() -> None:
    footer = (("公安备案", "川公网安备 51010702000123号"),)
    html = pages.front_page([], frame(footer=footer, settings=(("site_id_code", "5101000001"),)))
    assert '<meta name="SiteIDCode" content="5101000001">' in html
    assert "webSearch?code=51010702000123" in html


@pytest.mark.keeps("outputs")
def test_every_page_hangs_on_the_one_file_grey_mode_switches() -> None:
    files = site(45)
    for path, content in files.items():
        if path.endswith(".html"):
            assert re.search(r'<link rel="stylesheet" href="(\.\./|/)?mode\.css">', content.decode()), path
    assert pages.MODE not in files
    assert b"grayscale(1)" in pages.mode_css(grey=True) and b"{" not in pages.mode_css(grey=False)


def greyed(colour: str) -> str:
    """What grayscale(1) makes of a colour (Filter Effects: the luma weights, on the encoded values)."""
    luma = round(sum(part * weight for part, weight in zip(channels_of(colour), (0.2126, 0.7152, 0.0722), strict=True)))
    return f"#{luma:02x}{luma:02x}{luma:02x}"


@pytest.mark.keeps("outputs")
@pytest.mark.parametrize("brand", themes.names())
def test_without_colour_every_brand_can_still_be_read(brand: str) -> None:
    for look in ("news", "column", "policy"):
        tokens = dict(themes.load(brand).worn(look).tokens)
        grey = {name: greyed(value) if value.startswith("#") else value for name, value in tokens.items()}
        assert unreadable(grey) == ""


def test_a_unit_without_a_masthead_shows_its_own_name() -> None:
    assert ">呼和浩特科技</a></h1>" in pages.front_page([], frame("huhehaote", name="呼和浩特科技"))


def test_the_first_screen_stays_under_100_kb() -> None:
    files = site(60)
    assets = sum(len(content) for path, content in files.items() if path.endswith((".css", ".js")))
    assert len(files["index.html"]) + assets < 60_000  # leaves 40 KB for the lead picture


def test_adding_a_story_changes_no_full_page() -> None:
    for count in (39, 40, 59, 60, 61):
        before, after = site(count), site(count + 1)
        full = [path for path in before if re.fullmatch(r"c/hei-keji-\d+\.html", path)]
        assert len(full) == pages.full_pages(count)
        assert all(before[path] == after[path] for path in full)


def test_adding_a_story_touches_a_handful_of_files() -> None:
    before, after = site(99), site(100)
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed <= {
        "index.html", "archive.html", "c/hei-keji.html", "c/hei-keji-4.html", "m/2026-10.html", "m/2026-11.html",
        "sitemap.xml", "sitemap-2026-10.xml", "sitemap-2026-11.xml",
    }  # fmt: skip


def test_every_story_stands_on_exactly_one_page_of_its_column() -> None:
    for count in (1, 20, 39, 40, 41, 100):
        shown = [
            path
            for name, content in site(count).items()
            if name.startswith("c/")
            for path in re.findall(r'<h2><a href="\.\./(s/[^"]+)"', content.decode())
        ]
        assert sorted(shown) == sorted(entry(n).path for n in range(count))


def test_page_one_is_the_oldest() -> None:
    files = site(60)
    assert "story-19.html" in files["c/hei-keji-1.html"].decode()
    assert "story-20.html" not in files["c/hei-keji-1.html"].decode()


def test_every_link_inside_the_site_leads_somewhere() -> None:
    files = site(60)
    known = set(files) | {entry(n).path for n in range(60)} | {"feed.xml", "atom.xml", "feed.json"}
    known |= {f"c/{tab.slug}.xml" for tab in TABS} | {pages.MODE}
    for path, content in files.items():
        if path.endswith(".html") and path != "404.html":
            for target in re.findall(r'(?:href|src)="([^"#:]+)"', content.decode()):
                folder = path.rpartition("/")[0]
                whole = target[3:] if target.startswith("../") else f"{folder}/{target}".lstrip("/")
                assert whole in known, (path, target)


def test_the_order_of_the_entries_does_not_matter() -> None:
    entries = [entry(n) for n in range(30)]
    assert pages.render_site(entries, frame()) == pages.render_site(entries[::-1], frame())


def test_empty_places_say_what_will_be_here() -> None:
    files = {path: content.decode() for path, content in site(0).items()}
    assert "第一篇稿件还在路上" in files["index.html"] and "每周三 09:00" in files["index.html"]
    assert "还没有第一期" in files["c/kepu.html"]
    assert "永久保留" in files["archive.html"]


GONE_AT = datetime(2026, 11, 20, 10, 5, tzinfo=CST)


def gone(number: int, **changes: object) -> Entry:
    words = {"headline": "写错了职务的标题", "digest": "写错了的摘要", "cover": "p/wrong.jpg", "cover_alt": "错图"}
    fields = {**words, "state": "retracted", "notice": "数据来源存疑，已撤回。", "changed_at": GONE_AT, **changes}
    return entry(number, **fields)


@pytest.mark.keeps("outputs")
def test_a_retracted_story_leaves_its_notice_and_not_a_word_of_its_own() -> None:
    files = pages.render_site([entry(1), gone(3)], frame())
    html = files["s/story-3.html"].decode()
    assert errors(html) == []
    assert "数据来源存疑" in html and '<meta name="robots" content="noindex">' in html
    assert "2026-11-20 10:05" in html and "2026-01-16 09:00" in html and "成都市科学技术局" in html
    assert 'href="../index.html">回首页' in html and 'href="../c/hei-keji.html">看《成都黑科技》' in html
    for path, content in files.items():
        text = content.decode()
        assert not re.search("写错了|wrong\\.jpg|错图", text), path
        assert "story-3" not in text or path == "s/story-3.html", path


@pytest.mark.keeps("outputs")
def test_taking_one_back_changes_the_one_page_it_stood_on() -> None:
    entries = [entry(n) for n in range(100)]
    before = pages.render_site(entries, frame())
    after = pages.render_site([gone(25) if one == entry(25) else one for one in entries], frame())
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed == {
        "s/story-25.html", "c/hei-keji-2.html", "m/2026-03.html", "archive.html", "sitemap.xml", "sitemap-2026-03.xml",
    }  # fmt: skip
    assert set(before) <= set(after)


@pytest.mark.keeps("outputs")
def test_lists_whose_stories_were_all_taken_back_still_answer() -> None:
    files = pages.render_site([gone(n) for n in range(45)], frame())
    assert "没有可读的文章" in files["c/hei-keji-1.html"].decode()
    assert "没有可读的文章" in files["c/hei-keji.html"].decode()
    assert "没有可读的文章" in files["m/2026-01.html"].decode()
    assert "m/2026-01.html" not in files["archive.html"].decode()
    assert all(errors(content.decode()) == [] for path, content in files.items() if path.endswith(".html"))


@pytest.mark.keeps("outputs")
@pytest.mark.parametrize(
    ("state", "mark", "since"), [("corrected", "（更正）", "更正于"), ("expired", "【已解除】", "解除于")]
)
def test_lists_say_what_became_of_a_story(state: str, mark: str, since: str) -> None:
    files = pages.render_site([entry(0), entry(1, state=state, changed_at=GONE_AT), entry(2)], frame())
    for path in ("index.html", "m/2026-01.html", "c/hei-keji.html"):
        assert files[path].decode().count(mark) == 1
    assert f"{since} " in files["index.html"].decode()
    assert "2026-11-20T10:05:00+08:00" in files["sitemap-2026-01.xml"].decode()


def told_page(state: str) -> tuple[str, str]:
    """The signed body, and the page around it that says what became of the story."""
    kept = pictures()
    made = channel.render([story(kept)], profile(), themes.load("chengdu"), kept)
    part = slots.fill(made.parts[0], FILLS)
    changed = entry(1, path=part.field("path"), state=state, changed_at=GONE_AT, notice="能耗数字<有误>。")
    return part.body, pages.story_page(part, frame(), changed)


@pytest.mark.keeps("outputs")
@pytest.mark.parametrize(("state", "words"), [("corrected", "更正于"), ("expired", "已解除")])
def test_the_frame_says_what_became_of_a_story_and_the_signed_body_stays(state: str, words: str) -> None:
    body, html = told_page(state)
    assert errors(html) == [] and body in html
    since = html[html.index('<div class="since') : html.index(body)]
    assert words in since and "2026-11-20 10:05" in since and "能耗数字&lt;有误&gt;。" in since
    assert ("原文，只供查阅" in since) == (state == "expired")
    assert '<meta property="article:modified_time" content="2026-11-20T10:05:00+08:00">' in html


@pytest.mark.keeps("outputs")
@pytest.mark.parametrize("state", ["corrected", "expired"])
def test_a_shared_card_of_a_warning_that_is_over_does_not_read_as_one(state: str) -> None:
    """The window's title, the card's, 国办's tag and schema.org's."""
    html = told_page(state)[1]
    titles = re.findall(r'<title>(.*?) - |(?:og:title|ArticleTitle)" content="(.*?)"|"headline": "(.*?)"', html)
    assert len(titles) == 4
    assert [any(one.startswith("【已解除】") for one in found) for found in titles] == [state == "expired"] * 4


@pytest.mark.keeps("outputs")
def test_machines_are_told_of_a_correction_and_of_an_end() -> None:
    found = [re.search(r"ld\+json\">(.*?)</script>", told_page(state)[1]) for state in ("corrected", "expired")]
    corrected, expired = (json.loads(one[1]) for one in found if one)
    assert corrected["correction"]["text"] == "能耗数字<有误>。"
    assert corrected["dateModified"] == corrected["correction"]["datePublished"] == "2026-11-20T10:05:00+08:00"
    assert expired["expires"] == "2026-11-20T10:05:00+08:00" and "correction" not in expired


def test_a_column_that_left_the_navigation_keeps_its_pages() -> None:
    files = pages.render_site([entry(1, column="旧栏目", column_slug="old")], frame())
    assert "旧栏目" in files["c/old.html"].decode()


def test_months_follow_beijing_time() -> None:
    late = entry(0, published_at=entry(0).published_at.replace(month=1, day=31, hour=23, tzinfo=CST))

    assert pages.month_of(replace(late, published_at=late.published_at.astimezone(UTC))) == "2026-01"


def test_a_crowded_month_gets_further_sitemaps() -> None:
    entries = [entry(n, published_at=entry(0).published_at + timedelta(minutes=n), slug=f"s{n}") for n in range(7)]
    files = sitemaps(entries, "https://kj.example.cn", limit=3)
    assert sorted(files) == ["sitemap-2026-01-2.xml", "sitemap-2026-01-3.xml", "sitemap-2026-01.xml", "sitemap.xml"]
    assert sum(text.count("<url>") for text in files.values()) == 7


def test_robots_names_the_sitemap_and_closes_the_desk() -> None:
    text = pages.robots("https://kj.example.cn")
    assert "Sitemap: https://kj.example.cn/sitemap.xml" in text and "Disallow: /admin/" in text


def test_the_style_sheet_is_named_by_its_bytes() -> None:
    one, other = (pages.assets_for(themes.load(name)) for name in ("chengdu", "zigong"))
    assert set(one) & set(other) == {"yigao.js"}


def test_the_frames_version_follows_what_it_shows() -> None:
    assert frame().version == frame().version
    assert frame().version != frame(contact="另一个电话").version


def test_a_single_units_site_says_its_name_once_in_its_head() -> None:
    alone = replace(frame(), name="绵阳市科学技术局", unit_name="绵阳市科学技术局", theme=themes.load("base"))
    head = pages.front_page([], alone).partition("<header")[2].partition("</header>")[0]
    assert head.count("绵阳市科学技术局</") == 1
    assert "绵阳市</p>" in pages.front_page([], replace(alone, unit_name="绵阳市")).partition("</header>")[0]
