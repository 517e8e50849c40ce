"""The pages of a micro-site as pure functions: stories, notices, and the whole site. No disk, no clock."""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlsplit

from channels.making.entries import OVER, Entry, beijing, newest_first, told
from channels.site.frame import MODE, Frame, Head, Tab, assets_for, frame_for, mode_css, page
from channels.site.lists import (
    PAGE_SIZE,
    archive_index,
    column_page,
    column_path,
    front_page,
    full_pages,
    month_page,
    readable,
    shown_time,
    subscribe_page,
)
from channels.site.sitemap import robots, sitemap, sitemap_index, sitemaps
from channels.values import Part

_MINUTE = re.compile(r"(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d))?")


def story_page(part: Part, frame: Frame, entry: Entry | None = None) -> str:
    """The page of one story: the signed, filled part inside the brand's frame, which says what became of it since.
    Of a retracted one there is ``gone_page``."""
    field = dict(part.fields)
    path, slug = field["path"], field.get("column_slug", "")
    head = Head(
        title=f"{_over(entry)}{field['title']}",
        path=path,
        description=field.get("digest", ""),
        metas=_story_metas(field, frame, entry),
        properties=_social(field, frame, entry),
        linked=_linked(field, frame, entry),
    )
    kicker = _kicker(field, frame) if slug else ""
    main = f'<article class="story">\n{kicker}{_since(entry)}{part.body}</article>\n{_SIZES}'
    current = f"c/{slug}.html" if slug else ""
    lang, look = field.get("lang", "zh-CN"), field.get("look", "news")
    return page(frame, head, main, kind="story-page", current=current, lang=lang, look=look)


def _over(entry: Entry | None) -> str:
    """Before every title a shared card, a tab or a search shows: a warning that is over does not read as one."""
    return OVER if entry is not None and entry.state == "expired" else ""


def _since(entry: Entry | None) -> str:
    """What the frame says above the signed text: 更正于, 已解除."""
    if entry is None or entry.state not in ("corrected", "expired"):
        return ""
    word, way = ("更正", "更正于") if entry.state == "corrected" else ("已解除", "已解除")
    notice = f"<p>{escape(entry.notice)}</p>\n" if entry.notice else ""
    below = '<p class="below">以下是发布时的原文，只供查阅。</p>\n' if entry.state == "expired" else ""
    return (
        f'<div class="since is-{entry.state}" role="note" aria-label="{word}">\n'
        f'<p class="since-head"><strong>{way}</strong> {shown_time(entry.changed_at, "minutes")}</p>\n'
        f"{notice}{below}</div>\n"
    )


_SIZES = (
    '<fieldset class="sizes"><legend>字号</legend>'
    '<label><input type="radio" name="size" value="" checked> 标准</label>'
    '<label><input type="radio" name="size" value="large" id="size-large"> 大</label>'
    '<label><input type="radio" name="size" value="huge" id="size-huge"> 特大</label></fieldset>\n'
)


def _kicker(field: Mapping[str, str], frame: Frame) -> str:
    issue = f"<span>第 <b>{escape(field['issue'])}</b> 期</span>" if field.get("issue") else ""
    name = field.get("column") or frame.tab(field["column_slug"]).name
    return f'<p class="kicker"><a href="../c/{escape(field["column_slug"])}.html">{escape(name)}</a>{issue}</p>\n'


def _story_metas(field: Mapping[str, str], frame: Frame, entry: Entry | None) -> dict[str, str]:
    """The meta tags 国办发〔2017〕47号 asks of a page, and the AI label for machines (GB 45438)."""
    label = field.get("ai_label", "")
    return {
        "ColumnName": field.get("column", ""),
        "ArticleTitle": f"{_over(entry)}{field['headline']}",
        "PubDate": field.get("published_at", ""),
        "ContentSource": field.get("source", frame.unit_name),
        "Author": field.get("author", ""),
        "Keywords": field.get("keywords", ""),
        "Url": f"{frame.site_url}/{field['path']}",
        "AIGC": json.dumps({"label": label, "producer": frame.unit_name}, ensure_ascii=False) if label else "",
    }


def _moment(words: str) -> str:
    """A filled 发布时间 as W3C datetime, or date where history knows no hour; nothing when filled some other way."""
    found = _MINUTE.fullmatch(words)
    if found is None:
        return ""
    return f"{found[1]}T{found[2]}:00+08:00" if found[2] else found[1]


def _social(field: Mapping[str, str], frame: Frame, entry: Entry | None) -> dict[str, str]:
    published = _moment(field.get("published_at", ""))
    is_changed = entry is not None and entry.state != "published"
    return {
        "og:type": "article",
        "og:image": f"{frame.site_url}/{field['share']}" if field.get("share") else "",
        "og:image:alt": field.get("cover_alt", ""),
        "article:published_time": published,
        "article:modified_time": _w3c(entry) if entry and is_changed else "",
        "article:expiration_time": _w3c(entry) if entry and entry.state == "expired" else "",
        "article:section": field.get("column", ""),
        "bytedance:published_time": published,
    }


def _linked(field: Mapping[str, str], frame: Frame, entry: Entry | None) -> dict[str, object]:
    """schema.org NewsArticle."""
    published = _moment(field.get("published_at", ""))
    said: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": f"{_over(entry)}{field['headline']}",
        "description": field.get("digest", ""),
        "datePublished": published,
        "dateModified": _w3c(entry) if entry else published,
        "author": [{"@type": "Person", "name": name} for name in field.get("author", "").split("、") if name],
        "publisher": {"@type": "Organization", "name": frame.unit_name, "url": frame.site_url},
        "image": f"{frame.site_url}/{field['share']}" if field.get("share") else "",
        "articleSection": field.get("column", ""),
        "isBasedOn": field.get("source_url", ""),
        "mainEntityOfPage": f"{frame.site_url}/{field['path']}",
        "inLanguage": field.get("lang", "zh-CN"),
    }
    if entry and entry.state == "corrected":
        said["correction"] = {"@type": "CorrectionComment", "text": entry.notice, "datePublished": _w3c(entry)}
    elif entry and entry.state == "expired":
        said["expires"] = _w3c(entry)
    return {name: value for name, value in said.items() if value}


def _w3c(entry: Entry) -> str:
    return beijing(entry.changed_at).isoformat(timespec="seconds")


def gone_page(entry: Entry, frame: Frame) -> str:
    """What stands at a retracted story's address: who took it back, when and why; not one of its words."""
    entry = told(entry)
    head = Head(title="本稿已撤回", path=entry.path, metas={}, indexed=False)
    column = ""
    if entry.column_slug:
        column = f'<a href="../{column_path(entry.column_slug)}">看《{escape(entry.column)}》的其他稿件</a>'
    facts = (
        ("撤稿单位", escape(frame.unit_name)),
        ("撤稿时间", shown_time(entry.changed_at, "minutes")),
        ("原发布时间", shown_time(entry.published_at, "minutes")),
    )
    rows = "".join(f"<div><dt>{label}</dt><dd>{words}</dd></div>\n" for label, words in facts)
    main = (
        '<article class="notice gone">\n<p class="tag">已撤稿</p>\n<h1>本稿已撤回</h1>\n'
        f'<p class="why">{escape(entry.notice)}</p>\n<dl class="facts">\n{rows}</dl>\n'
        '<p class="below">转载过本稿的网站和账号，请一并撤下。</p>\n'
        f'<p class="ways"><a class="button" href="../index.html">回首页看新稿</a>{column}</p>\n</article>\n'
    )
    return page(frame, head, main, kind="notice-page")


def not_found(frame: Frame) -> str:
    """404: says what may have happened and where to go on.

    Shown at any depth, so its links start at the site's own path, whatever host and port serve it."""
    head = Head(title="没有找到这一页", path="404.html", metas={}, indexed=False)
    root = escape(f"{urlsplit(frame.site_url).path.rstrip('/')}/")
    main = (
        '<article class="notice">\n<h1>没有找到这一页</h1>\n'
        "<p>网址可能抄错了。本站发布过的文章不会消失：撤下的文章在原址留有说明。</p>\n"
        f'<p><a class="button" href="{root}index.html">回首页</a> '
        f'<a href="{root}archive.html">到存档里找</a></p>\n</article>\n'
    )
    return page(frame, head, main, kind="notice-page", root=root)


# --------------------------------------------------------------------------- the whole


def month_of(entry: Entry) -> str:
    """The month (Beijing time) an entry is filed under."""
    return beijing(entry.published_at).strftime("%Y-%m")


def render_site(entries: Sequence[Entry], frame: Frame, page_size: int = PAGE_SIZE) -> dict[str, bytes]:
    """Every page of the site but the stories themselves, by path; retracted stories' notices included."""
    ordered = sorted(map(told, entries), key=newest_first, reverse=True)
    months: dict[str, list[Entry]] = {}
    for entry in ordered:
        months.setdefault(month_of(entry), []).append(entry)
    texts = {
        "index.html": front_page(readable(ordered)[:page_size], frame),
        "archive.html": archive_index({month: len(readable(those)) for month, those in months.items()}, frame),
        "subscribe.html": subscribe_page(frame),
        "404.html": not_found(frame),
        "robots.txt": robots(frame.site_url),
        **_columns(ordered, frame, page_size),
        **{f"m/{month}.html": month_page(those, frame, month) for month, those in months.items()},
        **{entry.path: gone_page(entry, frame) for entry in ordered if entry.state == "retracted"},
        **sitemaps(ordered, frame.site_url),
    }
    return {**assets_for(frame.theme), **{path: text.encode() for path, text in texts.items()}}


def _columns(ordered: Sequence[Entry], frame: Frame, page_size: int) -> dict[str, str]:
    by_column: dict[str, list[Entry]] = {tab.slug: [] for tab in frame.tabs}
    for entry in ordered:
        if entry.column_slug:
            by_column.setdefault(entry.column_slug, []).append(entry)
    pages: dict[str, str] = {}
    for slug, those in by_column.items():
        tab = frame.tab(slug, those[0].column if those else "")
        full = full_pages(len(those), page_size)
        newest = len(those) - full * page_size
        pages[column_path(slug)] = column_page(those[:newest], frame, tab, 0, full)
        for number in range(1, full + 1):
            end = len(those) - (number - 1) * page_size
            pages[column_path(slug, number)] = column_page(those[end - page_size : end], frame, tab, number)
    return pages


__all__ = [
    "MODE",
    "PAGE_SIZE",
    "Entry",
    "Frame",
    "Head",
    "Tab",
    "archive_index",
    "assets_for",
    "column_page",
    "column_path",
    "frame_for",
    "front_page",
    "full_pages",
    "gone_page",
    "mode_css",
    "month_of",
    "month_page",
    "not_found",
    "readable",
    "render_site",
    "robots",
    "sitemap",
    "sitemap_index",
    "sitemaps",
    "story_page",
    "subscribe_page",
]
