"""An old archive on the unit's site: dates, addresses, authority, twice the same, and nowhere else."""

import re
from collections.abc import Callable
from pathlib import Path

from sqlmodel import select

from cms import audit, releases
from cms.audit import AuditEntry
from cms.db import read_scope
from cms.review import Signature
from cms.stories import ArchiveEntry, Revision, Story
from pipeline.archive import Report
from pipeline.house import House
from tests.archive.conftest import SITE, jekyll

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
