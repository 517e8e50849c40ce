"""An old archive on the unit's site: dates, addresses, authority, twice the same, and nowhere else."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from assets.fetch import Fetcher
from cms import audit, releases, review
from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.matrix import Unit
from cms.releases import Delivery, Target
from cms.review import Signature
from cms.stories import ArchiveEntry, Revision, Story, newest, story_named
from pipeline import press
from pipeline.archive_import import Report
from pipeline.engine import work_until_settled
from pipeline.house import House
from pipeline.intake import take_in_text
from tests.archive.conftest import NOW, SITE, jekyll, rss
from tests.archive.server import Server
from tests.arrivals.ooxml import Docx, p, r
from tests.library.photos import photo
from tests.people.house import empower

Bring = Callable[..., Report]


def site(house: House, path: str) -> str:
    return (house.sites / "chengdu" / path).read_text(encoding="utf-8")


def test_old_posts_stand_on_the_site_under_their_old_dates(house: House, bring: Bring, tmp_path: Path) -> None:
    report = bring(jekyll(tmp_path / "old"), site_url=SITE, column="heikeji")
    assert (report.added, report.bad) == (["post-1", "post-2", "post-3"], 0), report.findings
    page = site(house, "s/post-1.html")
    assert '<time class="published">2015-01-02 10:00</time>' in page
    assert "归档核准：王归档" in page and "已归档" in page
    assert '"datePublished": "2015-01-02T10:00:00+08:00"' in page
    month = site(house, "m/2015-01.html")
    assert re.findall(r"post-\d", month) == ["post-3", "post-2", "post-1"]
    assert "2015 年" in site(house, "archive.html")
    assert "<lastmod>2015-01-02T10:00:00+08:00</lastmod>" in site(house, "sitemap-2015-01.xml")
    assert "post-1" in site(house, "c/heikeji.html")


def test_twice_is_once_and_a_change_is_a_new_revision(house: House, bring: Bring, tmp_path: Path) -> None:
    root = jekyll(tmp_path / "old")
    bring(root, site_url=SITE)
    before = site(house, "index.html")
    again = bring(root, site_url=SITE)
    assert (again.added, again.changed, again.same) == ([], [], 3)
    assert site(house, "index.html") == before
    post = root / "_posts" / "2015-01-03-post-2.md"
    post.write_text(post.read_text(encoding="utf-8") + "\n又补一段。\n", encoding="utf-8")
    later = bring(root, site_url=SITE)
    assert (later.added, later.changed, later.same) == ([], ["post-2"], 2)
    assert "又补一段。" in site(house, "s/post-2.html")
    assert site(house, "m/2015-01.html").count("post-2.html") == 1
    with read_scope(house.engine) as session:
        assert len(session.exec(select(Story)).all()) == len(session.exec(select(ArchiveEntry)).all()) == 3
        assert len(session.exec(select(Revision)).all()) == 4
        assert releases.counts(session)["site"] == {"published": 3, "superseded": 1}
        guids = {item.guid for item in session.exec(select(releases.Item))}
        assert len(guids) == 3


def test_history_goes_to_the_site_alone(house: House, bring: Bring, tmp_path: Path) -> None:
    """No feed is flooded: a new story is the one item readers' programs see."""
    bring(jekyll(tmp_path / "old", 30), site_url=SITE)
    with read_scope(house.engine) as session:
        assert releases.counts(session) == {"site": {"published": 30}}
    assert not (house.sites / "chengdu" / "feed.xml").exists()
    assert not (house.sites / "ganzi").exists()
    new = take_in_text(house, "---\nslug: xin-gao\nheadline: 新稿\n---\n\n今天的事。\n", "x.md", tmp_path, "li", NOW)
    with session_scope(house.engine) as session:
        revision = session.get_one(Revision, new.revision_id)
        release = releases.plan(
            session, [revision], Target(("site", "feed"), ("chengdu",)), NOW, "li", review.LAWFUL, NOW
        ).id
        session.add_all([press.ledger.Person(login=login, name=login) for login in ("yi", "er", "san")])
        empower(session)
    press.render_release(house, release, NOW)
    sealed = press.seal_release(house, release, NOW)
    assert sealed is not None
    for login, step in (("yi", "初审"), ("er", "复审"), ("san", "终审"), ("san", "签发")):
        if step == review.ISSUE:
            with session_scope(house.engine) as session:
                reader = press.ledger.person(session, login)
                review.read_all(session, session.get_one(review.SealedSet, sealed), reader, NOW)
        press.sign_release(house, sealed, login, "通过", NOW, step)
    work_until_settled(house, "test", lambda: NOW)
    feed = site(house, "feed.xml")
    assert feed.count("<item>") == 1 and "xin-gao" in feed
    front = site(house, "index.html")
    assert front.index("xin-gao") < front.index("post-30")
    assert front.count('class="row"') == 19


def test_who_brought_it_in_when_and_why_is_kept(house: House, bring: Bring, tmp_path: Path) -> None:
    bring(jekyll(tmp_path / "old"), site_url=SITE)
    with read_scope(house.engine) as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "archive.import")).one()
        assert entry.actor == "wang" and entry.at == NOW
        assert entry.detail["reason"] == "旧站关停，依据川科办〔2026〕1号归档" and entry.detail["stories"] == 3
        signature = session.exec(select(Signature)).one()
        assert (signature.step, signature.policy) == ("归档核准", "archive")
        filed = session.exec(select(ArchiveEntry).order_by(ArchiveEntry.id)).first()
        assert filed is not None
        assert (filed.imported_by, filed.imported_at, filed.address) == ("wang", NOW, f"{SITE}/2015/01/02/post-1/")
        assert audit.verify(session) is None


def test_one_persons_word_is_enough_for_history_alone(house: House, bring: Bring, tmp_path: Path) -> None:
    """The database itself refuses 归档核准 for today's story, whoever asks; and for history on another channel."""
    new = take_in_text(house, "---\nslug: xin-gao\nheadline: 新稿\n---\n\n正文。\n", "x.md", tmp_path, "li", NOW)
    bring(jekyll(tmp_path / "old", 1), site_url=SITE)
    with read_scope(house.engine) as session:
        old = session.exec(select(Revision).where(Revision.id != new.revision_id)).one().id
    for revision_id, channel in ((new.revision_id, "site"), (old, "feed")):
        with session_scope(house.engine) as session:
            revision = session.get_one(Revision, revision_id)
            target = Target((channel,), ("chengdu",))
            release = releases.plan(session, [revision], target, NOW, "wang", review.ARCHIVE, NOW).id
        press.render_release(house, release, NOW)
        sealed = press.seal_release(house, release, NOW)
        assert sealed is not None
        with pytest.raises(IntegrityError, match="归档核准只用于"):
            press.sign_release(house, sealed, "wang", "绕过三审", NOW, "归档核准")
    with read_scope(house.engine) as session:
        waiting = [one.state for one in session.exec(select(Delivery)) if one.state != "published"]
    assert waiting == ["rendered", "rendered"]


def test_where_an_entry_comes_from_cannot_be_changed(house: House, bring: Bring, tmp_path: Path) -> None:
    bring(jekyll(tmp_path / "old", 1), site_url=SITE)
    for change in ("UPDATE archive_entries SET identity = 'x'", "DELETE FROM archive_entries"):
        with pytest.raises(IntegrityError, match="旧档的来历"), house.engine.begin() as connection:
            connection.exec_driver_sql(change)


def test_a_dry_run_touches_nothing(house: House, bring: Bring, tmp_path: Path) -> None:
    root = jekyll(tmp_path / "old")

    def everything() -> dict[str, bytes]:
        files = (path for path in house.root.rglob("*") if path.is_file() and not path.name.startswith("yigao.db-"))
        return {str(path): path.read_bytes() for path in files}

    before = everything()
    report = bring(root, site_url=SITE, dry_run=True)
    assert (report.added, report.redirects) == (["post-1", "post-2", "post-3"], 3)
    assert everything() == before


def test_bad_entries_are_told_with_their_place_and_the_rest_go_on(house: House, bring: Bring, tmp_path: Path) -> None:
    root = jekyll(tmp_path / "old", 1)
    posts = root / "_posts"
    write = {
        "no-date.md": "---\ntitle: 无日期\n---\n\n正文。\n",
        "broken.md": "---\ntitle: 坏日期\ndate: 2015-13-45\n---\n\n正文。\n",
        "future.md": "---\ntitle: 将来\ndate: 2027-01-01\n---\n\n正文。\n",
        "epoch.md": "---\ntitle: 误填\ndate: 1970-01-01\n---\n\n正文。\n",
        "yaml.md": "---\ntitle: 坏: 稿头: x\ndate: 2015-01-01\n---\n\n正文。\n",
        "draft.md": "---\ntitle: 草稿\ndate: 2015-01-01\ndraft: true\n---\n\n正文。\n",
        "2016-02-03-科技周报.md": "---\ntitle: 周报\n---\n\n正文。\n",
    }
    for name, text in write.items():
        (posts / name).write_text(text, encoding="utf-8")
    (posts / "2016-01-01-odd.md").write_bytes(b"\xff\xfe\x81\x20\xff")
    report = bring(root, site_url=SITE)
    told = {
        one.file.removeprefix("_posts/"): (one.rule, one.line) for one in report.findings if one.rule[:8] == "archive."
    }
    assert told == {
        "no-date.md": ("archive.no_date", 1),
        "broken.md": ("archive.bad_date", 3),
        "future.md": ("archive.bad_date", 3),
        "epoch.md": ("archive.bad_date", 3),
        "yaml.md": ("archive.bad_yaml", 2),
        "draft.md": ("archive.draft", 1),
        "2016-01-01-odd.md": ("archive.encoding", 1),
    }
    assert report.bad == 6
    assert report.added[0] == "post-1" and re.fullmatch("a-[0-9a-f]{10}", report.added[1])
    again = bring(root, site_url=SITE)
    assert again.same == 2  # a Chinese name gets one address, for life
    assert '<time class="published">2016-02-03</time>' in site(house, f"s/{report.added[1]}.html")


def test_two_entries_of_one_name_get_two_addresses(house: House, bring: Bring, tmp_path: Path) -> None:
    for year in ("2014", "2015"):
        (tmp_path / "old" / year).mkdir(parents=True)
        text = f"---\ntitle: {year} 年总结\ndate: {year}-12-31\nurl: /{year}/summary.html\n---\n\n{year} 年。\n"
        (tmp_path / "old" / year / "summary.md").write_text(text, encoding="utf-8")
    report = bring(tmp_path / "old", site_url=SITE)
    assert report.added == ["summary", "summary-2"]
    assert "2015 年。" in site(house, "s/summary-2.html")


def test_pictures_come_from_the_folder_and_others_leave_their_address(
    house: House, bring: Bring, tmp_path: Path
) -> None:
    body = (
        "![近处](a.png)\n\n![站内](/images/b.png)\n\n![旧站](https://kj.old.test/images/b.png)\n\n"
        '![远处](https://pic.test/c.png "图注")\n\n![丢了](none.png)\n'
    )
    root = jekyll(tmp_path / "old", 1, body)
    (root / "images").mkdir()
    Image.new("RGB", (60, 40), "#123456").save(root / "_posts" / "a.png")
    Image.new("RGB", (60, 40), "#654321").save(root / "images" / "b.png")
    report = bring(root, site_url=SITE)
    page = site(house, "s/post-1.html")
    assert page.count("<img ") == 3
    assert '［图片］<a href="https://pic.test/c.png">远处</a>' in page and "图注" in page
    assert "丢了" in page
    assert [one.line for one in report.findings if one.rule == "archive.picture"] == [12, 14]


def test_a_text_that_is_damaged_is_kept_and_held(house: House, bring: Bring, tmp_path: Path) -> None:
    root = jekyll(tmp_path / "old", 2, "锟斤拷锟斤拷\ufffd\ufffd 科技\ufffd\ufffd厅\n")
    report = bring(root, site_url=SITE)
    assert report.held == report.added == ["post-1", "post-2"]
    assert not (house.sites / "chengdu" / "s").exists()
    with read_scope(house.engine) as session:
        assert releases.counts(session)["site"] == {"held": 2}
    for post in (root / "_posts").glob("*.md"):
        post.write_text(post.read_text(encoding="utf-8").split("\n\n")[0] + "\n\n补正了。\n", encoding="utf-8")
    assert bring(root, site_url=SITE).changed == ["post-1", "post-2"]
    assert "补正了。" in site(house, "s/post-1.html")


def test_a_feed_is_history_too(house: House, bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(range(1, 4)))
    report = bring(tmp_path / "feed.xml", site_url=SITE)
    assert len(report.added) == 3 and report.redirects == 3, report.findings
    page = site(house, f"s/{report.added[1]}.html")
    assert "旧闻 2" in page and "旧闻的正文。" in page and "张三" in page and "2015-03-02 10:02" in page
    assert bring(tmp_path / "feed.xml", site_url=SITE).same == 3


SAVED = """<html><head><title>关于通知_旧站</title><meta name="ArticleTitle" content="关于通知">
<meta name="PubDate" content="2015-03-02"></head><body><div>导航</div>
<article><h2>一、要求</h2><p>正文。</p><p><img src="/pic/a.png" alt="会场"></p></article></body></html>"""


def test_saved_pages_and_word_files_come_with_their_pictures(
    house: House, bring: Bring, server: Server, tmp_path: Path
) -> None:
    """With --fetch-pictures what is not in the folder is fetched from its old address."""
    picture = BytesIO()
    Image.new("RGB", (90, 60), "#204060").save(picture, "PNG")
    server.gives("/pic/a.png", picture.getvalue(), "image/png")
    old = f"http://kj.old.test:{server.port}"
    fetcher = Fetcher(resolve=lambda _host, _port: ["127.0.0.1"], allowed=[("127.0.0.1", server.port)])
    (tmp_path / "old" / "art").mkdir(parents=True)
    (tmp_path / "old" / "art" / "2015-1.html").write_bytes(SAVED.encode("gb18030"))
    (tmp_path / "old" / "2016-05-06-word.docx").write_bytes(Docx(p(r("Word 里的正文。"))).bytes())
    report = bring(tmp_path / "old", fetcher, site_url=old, fetch_pictures=True)
    assert (len(report.added), report.bad) == (2, 0), report.findings
    word, page = (site(house, f"s/{slug}.html") for slug in report.added)
    assert "Word 里的正文。" in word and ">2016-05-06</time>" in word
    assert "关于通知" in page and "一、要求" in page and "导航" not in page
    assert page.count("<img ") == 1 and '"datePublished": "2015-03-02"' in page
    assert [path for path, _ in server.seen] == ["/pic/a.png"]
    again = bring(tmp_path / "old", fetcher, site_url=old, fetch_pictures=True)
    assert again.same == 2
    (tmp_path / "old" / "2016-05-06-word.docx").write_bytes(Docx(p(r("改过的正文。"))).bytes())
    assert bring(tmp_path / "old", fetcher, site_url=old, fetch_pictures=True).changed == [report.added[0]]


def test_an_old_story_is_edited_with_its_pictures(house: House, bring: Bring, tmp_path: Path) -> None:
    """Its text names them by their hash: it may, for it rests on them; a text of another unit may not."""
    old = jekyll(tmp_path / "old", count=1, body="正文。\n\n![雪山](/images/a.jpg)\n")
    (old / "images").mkdir()
    (old / "images" / "a.jpg").write_bytes(photo(1))
    (slug,) = bring(old).added
    with session_scope(house.engine) as session:
        story = story_named(session, slug)
        assert story is not None
        text = newest(session, story).text  # type: ignore[union-attr]
        other = next(one.id for one in session.exec(select(Unit)) if one.id != story.unit_id)
    assert "asset:" in text
    edited = take_in_text(house, f"{text}\n补一句。\n", f"{slug}.md", tmp_path, "li", NOW, slug=slug)
    assert not [one for one in edited.findings if one.rule == "manuscript.picture.missing"]
    assert house.manuscript(edited.manuscript).assets
    taken = text.replace(slug, "bie-jia")
    elsewhere = take_in_text(house, taken, "bie-jia.md", tmp_path, "li", NOW, slug="bie-jia", unit_id=other)
    assert [one for one in elsewhere.findings if one.rule == "manuscript.picture.missing"]
    assert not house.manuscript(elsewhere.manuscript).assets
