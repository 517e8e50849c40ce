"""Many old articles at once: real ones, in batches, pages written once, lists once. The long form is 2,000."""

import json
import os
import re
import resource
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive_import import Report
from pipeline.house import House
from tests.archive.conftest import SITE

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SOAK = os.environ.get("YIGAO_SOAK") == "1"
COUNT = 2000 if SOAK else 60
SECONDS, MIB = 120, 400


def as_jekyll(root: Path, count: int) -> Path:
    """Real articles of the corpus as the posts of a Jekyll site, one a day from 2015 on."""
    (root / "_posts").mkdir(parents=True)
    files = [*sorted((CORPUS / "lctt").rglob("*.md")), *sorted((CORPUS / "ruanyf-weekly").glob("*.md"))]
    for n, file in enumerate(files[:count]):
        body = re.sub(r"^\[#\]:.*\n", "", file.read_text(encoding="utf-8").replace("\r\n", "\n"), flags=re.M).lstrip()
        found = re.match(r"(.+)\n=+\n", body)
        title = json.dumps(found[1] if found else file.stem, ensure_ascii=False)
        day = datetime(2015, 1, 1) + timedelta(days=n)
        text = (
            f"---\ntitle: {title}\ndate: {day:%Y-%m-%d} 10:00:00 +0800\n---\n\n{body[found.end() :] if found else body}"
        )
        (root / "_posts" / f"{day:%Y-%m-%d}-article-{n}.md").write_text(text, encoding="utf-8")
    return root


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_an_archive_of_real_articles(house: House, bring: Callable[..., Report], tmp_path: Path) -> None:
    if not CORPUS.is_dir():
        pytest.skip("NOT TESTED: needs the corpus beside the project")
    root = as_jekyll(tmp_path / "old", COUNT)
    began = time.monotonic()
    report = bring(root, site_url=SITE)
    took = time.monotonic() - began
    assert (len(report.added), report.bad, report.redirects) == (COUNT, 0, COUNT)
    site = house.sites / "chengdu"
    on_site = COUNT - len(report.held)
    assert len(list((site / "s").glob("*.html"))) == on_site
    listed = sum(page.read_text(encoding="utf-8").count("<li><time") for page in (site / "m").glob("*.html"))
    assert listed == on_site
    assert bring(root, site_url=SITE).same == COUNT
    if SOAK:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        assert took < SECONDS and used < MIB, f"{took:.0f} s, {used} MiB"
