"""What the generators leave: front matter, addresses, dates; feeds of all kinds, page by page; hostile ones."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.fetch import Fetcher
from channels.contract import StoryError
from channels.values import Finding
from cms.arrivals.archive import open_folder
from cms.arrivals.dates import DateError, moment
from cms.arrivals.entries import Entry, old_path
from cms.arrivals.feed import read_feed
from cms.arrivals.tags import plain
from pipeline.archive_import import Report
from pipeline.archive_source import entries_of
from tests.archive.conftest import NOW, SITE, jekyll, rss
from tests.archive.server import Server

HUGO = {
    "content/posts/hello.md": '+++\ntitle = "你好"\ndate = 2015-03-02T10:00:00+08:00\nslug = "ni-hao"\n'
    'tags = ["科普", "四川"]\naliases = ["/old/hello.html", "earlier/"]\n+++\n\n正文。\n',
    "content/posts/bundle/index.md": "---\ntitle: 成包\ndate: 2015-03-03\n---\n\n![图](a.png)\n",
    "content/about.md": '{"title": "关于", "date": "2015-03-04", "url": "/guanyu/"}\n\n正文。\n',
    "content/_index.md": "---\ntitle: 首页\n---\n",
    "hugo.toml": 'baseURL = "https://kj.old.test"\n',
}
JEKYLL = {
    "_config.yml": "title: 旧站\n",
    "_posts/2015-03-02-hello.md": "---\ntitle: 你好\ncategories: [news, kj]\nredirect_from: [/h.html]\n---\n\n正文。\n",
    "_posts/2015-03-03-other.md": "---\ntitle: 另一篇\npermalink: /other/\ndate: 2015-03-03 23:30:00 +0000\n---\n"
    "\n正文。\n",
    "_drafts/no.md": "---\ntitle: 草稿\n---\n\n不收。\n",
}
HEXO = {
    "_config.yml": "title: 旧站\npermalink: :year/:month/:day/:title/\n",
    "source/_posts/hello.md": "---\ntitle: 你好\ndate: 2015-03-02 10:00:00\ntags:\n- 科普\ncategories:\n"
    "- [新闻, 四川]\nalias: h/index.html\n---\n\n正文。\n<!-- more -->\n{% asset_img a.png 说明 %}\n",
    "source/_posts/早安.md": "---\ntitle: 早安\ndate: 2015/3/3\n---\n\n正文。\n",
}
SAVED = {
    "art/2015/3/2/art_12_345.html": '<html><head><title>通知_旧站</title><meta name="ArticleTitle" content="关于通知">'
    '<meta name="PubDate" content="2015-03-02 10:00"><meta name="ContentSource" content="四川日报">'
    '<meta name="Author" content="张三"></head><body><div>导航</div><article><p>正文。</p></article></body></html>',
}


def folder(root: Path, files: dict[str, str], **settings: str) -> dict[str, Entry]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    found = list(open_folder(root, SITE, **settings).entries(NOW))
    assert all(isinstance(one, Entry) for one in found), found
    return {one.front.headline: one for one in found if isinstance(one, Entry)}


def test_hugo(tmp_path: Path) -> None:
    found = folder(tmp_path, HUGO)
    assert set(found) == {"你好", "成包", "关于"}
    hello = found["你好"]
    assert hello.paths == ("/posts/ni-hao/", "/old/hello.html", "/posts/earlier/")
    assert (hello.slug, hello.front.topics) == ("ni-hao", ("科普", "四川"))
    assert hello.published_at == datetime(2015, 3, 2, 2, 0, tzinfo=UTC) and not hello.is_dated_only
    assert (found["成包"].paths, found["成包"].is_dated_only) == (("/posts/bundle/",), True)
    assert found["关于"].paths == ("/guanyu/",)
    assert found["关于"].address == f"{SITE}/guanyu/"


def test_jekyll(tmp_path: Path) -> None:
    found = folder(tmp_path, JEKYLL)
    assert set(found) == {"你好", "另一篇"}
    assert found["你好"].paths == ("/news/kj/2015/03/02/hello.html", "/h.html")
    assert found["你好"].is_dated_only
    assert found["另一篇"].paths == ("/other/",)
    assert found["另一篇"].published_at.hour == 23


def test_hexo(tmp_path: Path) -> None:
    found = folder(tmp_path, HEXO)
    assert found["你好"].paths == ("/2015/03/02/hello/", "/2015/03/02/h/index.html")
    assert found["你好"].front.topics == ("科普", "新闻", "四川")
    assert "![说明](a.png)" in found["你好"].body and "more" not in found["你好"].body
    assert found["早安"].paths == ("/2015/03/03/早安/",)
    assert found["早安"].slug.startswith("a-")


def test_saved_pages_keep_what_their_heads_say(tmp_path: Path) -> None:
    entry = folder(tmp_path, SAVED)["关于通知"]
    assert entry.paths == ("/art/2015/3/2/art_12_345.html",)
    assert entry.front.source is not None and entry.front.source.outlet == "四川日报"
    assert entry.front.byline == ("张三",)
    assert "导航" not in entry.body and "正文。" in entry.body


def test_a_permalink_given_by_hand_counts(tmp_path: Path) -> None:
    found = folder(tmp_path, JEKYLL, permalink="/a/:year/:i_month/:title")
    assert found["你好"].paths[0] == "/a/2015/3/hello"


def test_tags_of_generators_become_markdown_or_are_named() -> None:
    text, left = plain(
        '{% highlight python %}\nx = "{{ y }}"\n{% endhighlight %}\n![a]({{ site.baseurl }}/i/a.png)\n'
        '{{< figure src="b.png" caption="图" >}}\n{{< youtube abc >}}\n`{% code %}`\n'
    )
    assert '```python\nx = "{{ y }}"\n```' in text
    assert "![a](/i/a.png)" in text and "![图](b.png)" in text and "`{% code %}`" in text
    assert left == ["{{< youtube abc >}}"]


@pytest.mark.parametrize(
    ("words", "utc", "is_day"),
    [
        ("2015-03-02", "2015-03-01T16:00", True),
        ("2015-03-02 10:00", "2015-03-02T02:00", False),
        ("2015-03-02T10:00:00Z", "2015-03-02T10:00", False),
        ("2015-03-02T10:00:00.123+08:00", "2015-03-02T02:00", False),
        ("2015-03-02 10:00:00 +0800", "2015-03-02T02:00", False),
        ("2015-03-02 10:00:00 -0500", "2015-03-02T15:00", False),
        ("2015年3月2日", "2015-03-01T16:00", True),
        ("2015年3月2日 10时00分", "2015-03-02T02:00", False),
        ("２０１５／３／２ １０：００", "2015-03-02T02:00", False),
        ("Mon, 02 Mar 2015 10:00:00 GMT", "2015-03-02T10:00", False),
        ("Mon, 02 Mar 2015 10:00:00 CST", "2015-03-02T02:00", False),
    ],
)
def test_dates_with_zones_and_without(words: str, utc: str, is_day: bool) -> None:
    found, day = moment(words, NOW)
    assert (f"{found:%Y-%m-%dT%H:%M}", day) == (utc, is_day)


@pytest.mark.parametrize(
    "words", ["昨天", "2015-02-30", "0000-00-00", "1970-01-01", "2030-01-01", "2015-03-02 25:00", ""]
)
def test_dates_that_are_none_are_never_guessed(words: str) -> None:
    with pytest.raises(DateError):
        moment(words, NOW)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://kj.old.test/a/%E6%97%A9.html", "/a/早.html"),
        ("https://www.kj.old.test/a", "/a"),
        ("/show.php?id=3", "/show.php?id=3"),
        ("https://other.test/a", ""),
        ("/", ""),
        ("/a/../../etc/passwd", "/etc/passwd"),
        ("/a%2f..%2f..%2fb", ""),
        ("/a%0d%0ab", ""),
        ("/a%5cb", ""),
        ("javascript:alert(1)", ""),
        ("/" + "a" * 600, ""),
    ],
)
def test_only_sound_paths_of_the_old_site_are_old_paths(address: str, path: str) -> None:
    assert old_path(address, SITE) == path


# --------------------------------------------------------------------------- feeds

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>旧站</title>
<entry><id>tag:old,2015:1</id><title type="html">甲 &amp;amp; 乙</title><link href="https://kj.old.test/1.html"/>
<published>2015-03-02T10:00:00+08:00</published><updated>2020-01-01T00:00:00Z</updated>
<content type="html">&lt;p&gt;正文&lt;/p&gt;</content><source><title>四川日报</title></source></entry></feed>"""
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "旧站",
    "items": [
        {
            "id": "1",
            "url": f"{SITE}/1/",
            "title": "甲",
            "content_text": "一。\n\n二。",
            "date_published": "2015-03-02T10:00:00Z",
        },
        {"id": "2", "title": "没有日期", "content_html": "<p>x</p>"},
    ],
}


def test_atom_keeps_the_first_date_and_the_outlet() -> None:
    entry = read_feed(ATOM.encode(), "atom.xml", NOW, site_url=SITE).entries[0]
    assert isinstance(entry, Entry)
    assert entry.published_at == datetime(2015, 3, 2, 2, 0, tzinfo=UTC)
    assert (entry.identity, entry.front.headline) == ("tag:old,2015:1", "甲 & 乙")
    assert entry.front.source is not None and entry.front.source.outlet == "四川日报"


def test_json_feed_and_its_bad_items() -> None:
    good, bad = read_feed(json.dumps(JSON).encode(), "feed.json", NOW, site_url=SITE).entries
    assert isinstance(good, Entry) and good.body == "<p>一。</p><p>二。</p>" and good.paths == ("/1/",)
    assert isinstance(bad, Finding) and (bad.rule, bad.file) == ("archive.no_date", "feed.json 第 2 条")


def test_pages_are_followed_up_to_the_limit(server: Server) -> None:
    fetcher = Fetcher(resolve=lambda _host, _port: ["127.0.0.1"], allowed=[("127.0.0.1", server.port)])
    for page in range(1, 5):
        numbers = range(page * 2 - 1, page * 2 + 1)
        server.gives(f"/feed/{page}", rss(numbers, server.url(f"/feed/{page + 1}")), "application/rss+xml")
    found = list(entries_of(server.url("/feed/1"), NOW, fetcher, SITE, pages=3))
    assert [one.identity for one in found if isinstance(one, Entry)] == [f"old-{n}" for n in range(1, 7)]
    assert [one.rule for one in found if isinstance(one, Finding)] == ["archive.pages"]
    rest = list(entries_of(server.url("/feed/1"), NOW, fetcher, SITE))
    assert len(rest) == 9 and isinstance(rest[-1], Finding) and "没有取到" in rest[-1].message


def test_a_feed_inside_our_walls_is_not_fetched(server: Server) -> None:
    with pytest.raises(StoryError, match=r"端口|内部"):
        list(entries_of(f"http://127.0.0.1:{server.port}/feed", NOW, Fetcher()))
    with pytest.raises(StoryError, match="内部"):
        list(entries_of("http://127.0.0.1/feed", NOW, Fetcher()))
    assert server.seen == []


LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
HOSTILE = {
    "billion laughs": f'<?xml version="1.0"?><!DOCTYPE r [{LOL}]><rss version="2.0"><channel><item><title>&l9;</title>'
    "</item></channel></rss>",
    "external": '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0">'
    "<channel><item><title>&x;</title></item></channel></rss>",
    "parameter": '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><rss version="2.0"/>',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_entities_are_refused_unread(name: str, code: str) -> None:
    with pytest.raises(StoryError, match="实体"):
        read_feed(HOSTILE[name].encode(code), "feed.xml", NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<html><p>no feed</p></html>",
        b"{" * 100_000,
        b'{"version": 1}',
        b"\x00" * 1000,
        b"<rss>" * 50_000,
    ],
    ids=["empty", "words", "html", "deep json", "no feed", "zeros", "deep xml"],
)
def test_what_is_no_feed_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(StoryError, match="RSS"):
        read_feed(content, "feed.xml", NOW)


def test_scripts_of_a_feed_never_reach_a_page(bring: Callable[..., Report], tmp_path: Path) -> None:
    words = '<script>alert(1)</script><img src="x" onerror="alert(2)"><a href="javascript:alert(3)">点</a>正文'
    words += '<iframe src="//x"></iframe>'
    (tmp_path / "feed.xml").write_bytes(rss(range(1, 2), words=words))
    report = bring(tmp_path / "feed.xml", site_url=SITE)
    page = next((tmp_path / "house/sites/chengdu/s").glob("*.html")).read_text(encoding="utf-8")
    body = page[page.index("<article") : page.index("</article>")]
    assert "alert(" not in body and "javascript:" not in body and "<iframe" not in body and "正文" in body
    assert report.added


def test_the_folder_cannot_lead_outside(tmp_path: Path) -> None:
    root = jekyll(tmp_path / "old", 1)
    (tmp_path / "secret.md").write_text("---\ntitle: 秘密\ndate: 2015-01-01\n---\n\n秘密。\n", encoding="utf-8")
    (root / "_posts" / "2015-01-01-link.md").symlink_to(tmp_path / "secret.md")
    found = list(open_folder(root, SITE).entries(NOW))
    assert [one.rule for one in found if isinstance(one, Finding)] == ["archive.outside"]
