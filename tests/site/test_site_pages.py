"""Pages and lists: what each carries, and that a new story leaves the old pages alone."""

import json
import re
from dataclasses import replace
from datetime import UTC, timedelta

import html5lib
import pytest

import themes
from channels import slots
from channels.site import channel, pages
from channels.site.sitemap import sitemaps
from tests.site.sample import CST, entry, pictures, profile, story

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


def test_grey_mode_is_one_switch() -> None:
    assert '<html lang="zh-CN" class="grey">' in pages.front_page([], frame(settings=(("grey", "1"),)))


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
    known |= {f"c/{tab.slug}.xml" for tab in TABS}
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


def test_a_retracted_story_leaves_its_notice() -> None:
    gone = replace(entry(3), state="retracted", notice="数据来源存疑，已撤回。")
    files = pages.render_site([entry(1), gone], frame())
    html = files[gone.path].decode()
    assert "数据来源存疑" in html and '<meta name="robots" content="noindex">' in html
    assert "全文" not in html
    assert gone.path not in files["sitemap-2026-01.xml"].decode()
    assert "已撤稿" in files["index.html"].decode()


def test_a_corrected_story_says_so_in_lists() -> None:
    files = pages.render_site([replace(entry(1), state="corrected")], frame())
    for path in ("index.html", "m/2026-01.html", "c/hei-keji.html"):
        assert "更正" in files[path].decode()


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
