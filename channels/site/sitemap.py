"""sitemap.xml and robots.txt. One sitemap a month under an index: a new story touches one small file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from channels.making.entries import Entry, beijing

LIMIT = 50_000  # addresses in one file, sitemaps.org
_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def sitemap(entries: Iterable[Entry], site_url: str) -> str:
    """The addresses of stories that can be read, with the time each last changed."""
    rows = "".join(
        f"<url><loc>{escape(site_url)}/{escape(entry.path)}</loc><lastmod>{_w3c(entry.changed_at)}</lastmod></url>\n"
        for entry in entries
        if entry.state != "retracted"
    )
    return f"{_HEAD}<urlset {_XMLNS}>\n{rows}</urlset>\n"


def sitemap_index(files: Mapping[str, datetime], site_url: str) -> str:
    """The index over the monthly files, each with its newest change."""
    rows = "".join(
        f"<sitemap><loc>{escape(site_url)}/{path}</loc><lastmod>{_w3c(changed)}</lastmod></sitemap>\n"
        for path, changed in sorted(files.items())
    )
    return f"{_HEAD}<sitemapindex {_XMLNS}>\n{rows}</sitemapindex>\n"


def sitemaps(entries: Sequence[Entry], site_url: str, limit: int = LIMIT) -> dict[str, str]:
    """All sitemap files by path; a month with more than ``limit`` stories gets further files."""
    months: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: (one.published_at, one.slug)):
        months.setdefault(beijing(entry.published_at).strftime("%Y-%m"), []).append(entry)
    files: dict[str, list[Entry]] = {}
    for month, those in months.items():
        for start in range(0, len(those), limit):
            part = f"-{start // limit + 1}" if start else ""
            files[f"sitemap-{month}{part}.xml"] = those[start : start + limit]
    changed = {path: max(one.changed_at for one in those) for path, those in files.items()}
    return {
        "sitemap.xml": sitemap_index(changed, site_url),
        **{path: sitemap(those, site_url) for path, those in files.items()},
    }


def robots(site_url: str) -> str:
    """All may read what is public; previews, the desk, its API and search stay out of indexes."""
    closed = "".join(f"Disallow: /{path}/\n" for path in ("preview", "admin", "api", "search"))
    return f"User-agent: *\n{closed}Allow: /\n\nSitemap: {site_url}/sitemap.xml\n"


def _w3c(moment: datetime) -> str:
    return beijing(moment).isoformat(timespec="seconds")
