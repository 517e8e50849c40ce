"""The pages of a micro-site as pure functions: stories, lists, archives, notices. No disk, no clock.

List pages are numbered from the oldest: a full page never changes again when a story is added, and the
newest page (``c/<column>.html``) holds the rest, between one and two pages' worth.
"""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape

from channels.making.entries import Entry, beijing, newest_first
from channels.site.frame import Frame, Head, Tab, assets_for, frame_for, meta, page
from channels.site.sitemap import robots, sitemap, sitemap_index, sitemaps
from channels.values import Part

PAGE_SIZE = 20
_MINUTE = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)")
_COVER = 'width="480" height="270"'


# --------------------------------------------------------------------------- one story


def story_page(part: Part, frame: Frame, entry: Entry | None = None) -> str:
    """The page of one story: the signed, filled part inside the brand's frame."""
    field = dict(part.fields)
    path, slug = field["path"], field.get("column_slug", "")
    head = Head(
        title=field["title"],
        path=path,
        description=field.get("digest", ""),
        metas=_story_metas(field, frame),
        properties=_social(field, frame),
        linked=_linked(field, frame, entry),
    )
    kicker = _kicker(field, frame) if slug else ""
    main = f'<article class="story">\n{kicker}{part.body}</article>\n{_SIZES}'
    current = f"c/{slug}.html" if slug else ""
    return page(frame, head, main, kind="story-page", current=current, lang=field.get("lang", "zh-CN"))


_SIZES = (
    '<fieldset class="sizes"><legend>字号</legend>'
    '<label><input type="radio" name="size" value="" checked> 标准</label>'
    '<label><input type="radio" name="size" value="large" id="size-large"> 大</label>'
    '<label><input type="radio" name="size" value="huge" id="size-huge"> 特大</label></fieldset>\n'
)


def _kicker(field: Mapping[str, str], frame: Frame) -> str:
    issue = f"<span>第 {escape(field['issue'])} 期</span>" if field.get("issue") else ""
    name = field.get("column") or frame.tab(field["column_slug"]).name
    return f'<p class="kicker"><a href="../c/{escape(field["column_slug"])}.html">{escape(name)}</a>{issue}</p>\n'


def _story_metas(field: Mapping[str, str], frame: Frame) -> dict[str, str]:
    """The meta tags 国办发〔2017〕47号 asks of a page, and the AI label for machines (GB 45438)."""
    label = field.get("ai_label", "")
    return {
        "ColumnName": field.get("column", ""),
        "ArticleTitle": field["headline"],
        "PubDate": field.get("published_at", ""),
        "ContentSource": field.get("source", frame.unit_name),
        "Author": field.get("author", ""),
        "Keywords": field.get("keywords", ""),
        "Url": f"{frame.site_url}/{field['path']}",
        "AIGC": json.dumps({"label": label, "producer": frame.unit_name}, ensure_ascii=False)
        if label
        else "",
    }


def _moment(words: str) -> str:
    """A filled 发布时间 as W3C datetime; nothing when it was filled some other way."""
    found = _MINUTE.fullmatch(words)
    return f"{found[1]}T{found[2]}:00+08:00" if found else ""


def _social(field: Mapping[str, str], frame: Frame) -> dict[str, str]:
    published = _moment(field.get("published_at", ""))
    return {
        "og:type": "article",
        "og:image": f"{frame.site_url}/{field['share']}" if field.get("share") else "",
        "og:image:alt": field.get("cover_alt", ""),
        "article:published_time": published,
        "article:section": field.get("column", ""),
        "bytedance:published_time": published,
    }


def _linked(field: Mapping[str, str], frame: Frame, entry: Entry | None) -> dict[str, object]:
    """schema.org NewsArticle."""
    published = _moment(field.get("published_at", ""))
    changed = beijing(entry.changed_at).isoformat(timespec="seconds") if entry else published
    said: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": field["headline"],
        "description": field.get("digest", ""),
        "datePublished": published,
        "dateModified": changed,
        "author": [{"@type": "Person", "name": name} for name in field.get("author", "").split("、") if name],
        "publisher": {"@type": "Organization", "name": frame.unit_name, "url": frame.site_url},
        "image": f"{frame.site_url}/{field['share']}" if field.get("share") else "",
        "articleSection": field.get("column", ""),
        "isBasedOn": field.get("source_url", ""),
        "mainEntityOfPage": f"{frame.site_url}/{field['path']}",
        "inLanguage": field.get("lang", "zh-CN"),
    }
    return {name: value for name, value in said.items() if value}


def gone_page(entry: Entry, frame: Frame) -> str:
    """What stands at a retracted story's address: the notice, not the words."""
    head = Head(title=f"已撤稿：{entry.headline}", path=entry.path, metas={}, indexed=False)
    notice = entry.notice or "本稿已由发布单位撤回，不再提供阅读。"
    main = (
        '<article class="notice">\n<p class="tag">已撤稿</p>\n'
        f"<h1>{escape(entry.headline)}</h1>\n<p>{escape(notice)}</p>\n"
        f"<p>{_time(entry.changed_at, 'minutes')} · {escape(frame.unit_name)}</p>\n"
        '<p><a class="button" href="../index.html">回首页看新稿</a></p>\n</article>\n'
    )
    return page(frame, head, main, kind="notice-page")


# --------------------------------------------------------------------------- lists


def front_page(entries: Sequence[Entry], frame: Frame) -> str:
    """The newest stories, the first one large. ``entries`` newest first, already cut to length."""
    head = Head(
        title=frame.name,
        path="index.html",
        description=f"{frame.unit_name}{frame.name}：{frame.theme.token('motto') or '最新科技动态'}",
        metas={},
        linked={
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": frame.name,
            "url": frame.site_url,
        },
    )
    if entries:
        main = f'<section aria-label="最新" class="latest">\n{_lead(entries[0], frame)}{_rows(entries[1:], "")}</section>\n'
    else:
        main = f'<section class="latest">\n{_empty_front(frame)}</section>\n'
    return page(frame, head, main + _aside(frame), kind="front", current="index.html")


def _lead(entry: Entry, frame: Frame) -> str:
    cover = ""
    if entry.cover:
        cover = f'<img src="{entry.cover}" {_COVER} alt="{escape(entry.cover_alt)}" fetchpriority="high">'
    digest = f'<p class="digest">{escape(entry.digest)}</p>\n' if entry.digest else ""
    shape = " with-cover" if cover else ""
    return (
        f'<article class="lead{shape}">\n<div><h2><a href="{entry.path}">{escape(entry.headline)}</a></h2>\n'
        f"{digest}{_about(entry)}</div>\n{cover}</article>\n"
    )


def _rows(entries: Sequence[Entry], root: str, level: int = 2) -> str:
    if not entries:
        return ""
    return f'<ol class="rows">\n{"".join(_row(entry, root, level) for entry in entries)}</ol>\n'


def _row(entry: Entry, root: str, level: int) -> str:
    cover = (
        f'<img src="{root}{entry.cover}" {_COVER} alt="{escape(entry.cover_alt)}" loading="lazy">'
        if entry.cover and entry.state != "retracted"
        else ""
    )
    digest = f'<p class="digest">{escape(entry.digest)}</p>\n' if entry.digest else ""
    if entry.state == "retracted":
        digest = f'<p class="digest">{escape(entry.notice)}</p>\n' if entry.notice else ""
    return (
        f'<li class="row{" with-cover" if cover else ""}"><div>'
        f'<h{level}><a href="{root}{entry.path}">{escape(entry.headline)}</a></h{level}>\n'
        f"{digest}{_about(entry)}</div>{cover}</li>\n"
    )


def _about(entry: Entry) -> str:
    """Column, issue, source, date; a correction or retraction always with the word for it."""
    said = []
    if entry.state != "published":
        said.append(f'<b class="tag">{"更正" if entry.state == "corrected" else "已撤稿"}</b>')
    if entry.column:
        issue = f" 第 {entry.issue} 期" if entry.issue else ""
        said.append(f'<span class="of">{escape(entry.column)}{issue}</span>')
    if entry.source_outlet:
        said.append(f"<span>转载自{escape(entry.source_outlet)}</span>")
    return f'<p class="about">{" ".join(said)} {_time(entry.published_at)}</p>\n'


def _time(moment: object, precision: str = "days") -> str:
    here = beijing(moment)  # type: ignore[arg-type]
    words = here.strftime("%Y-%m-%d" if precision == "days" else "%Y-%m-%d %H:%M")
    return f'<time datetime="{here.isoformat(timespec="seconds")}">{words}</time>'


def _empty_front(frame: Frame) -> str:
    plans = [f"《{tab.name}》{tab.rhythm}" for tab in frame.tabs if tab.rhythm]
    plan = f"<p>{escape('；'.join(plans))}，到时就在这一页读到。</p>" if plans else ""
    return (
        f'<div class="empty"><h2>第一篇稿件还在路上</h2><p>这里会按时间列出{escape(frame.unit_name)}'
        f"发布的稿件，最新的一篇在最上面。</p>{plan}"
        '<p><a class="button" href="subscribe.html">先订阅，不错过第一期</a></p></div>\n'
    )


def _aside(frame: Frame) -> str:
    columns = "".join(
        f'<li><a href="c/{tab.slug}.html">{escape(tab.name)}</a><span>{escape(tab.rhythm)}</span>'
        f"{f'<p>{escape(tab.description)}</p>' if tab.description else ''}</li>\n"
        for tab in frame.tabs
    )
    listed = f"<h2>栏目</h2>\n<ul>\n{columns}</ul>\n" if columns else ""
    return (
        f'<aside class="beside" aria-label="栏目与订阅">\n{listed}<h2>订阅</h2>\n'
        '<p>用任何 RSS 阅读器，第一时间收到全文，不用注册。</p>\n'
        '<p><a href="subscribe.html">订阅地址</a> · <a href="archive.html">按月存档</a></p>\n</aside>\n'
    )  # fmt: skip


def full_pages(count: int, page_size: int = PAGE_SIZE) -> int:
    """How many numbered pages a column of ``count`` stories has; the rest stands on the newest page."""
    return max(0, count // page_size - 1)


def column_path(slug: str, number: int = 0) -> str:
    """The address of a column's page ``number`` (from the oldest), or of its newest page (0)."""
    return f"c/{slug}-{number}.html" if number else f"c/{slug}.html"


def column_page(entries: Sequence[Entry], frame: Frame, tab: Tab, number: int = 0, full: int = 0) -> str:
    """One page of a column, newest first. ``number`` 0 is the newest page, which knows ``full`` older ones."""
    older = full if number == 0 else number - 1
    title = tab.name if number == 0 else f"{tab.name}（第 {number} 页）"
    description = tab.description or f"{frame.name}栏目《{tab.name}》"
    head = Head(
        title=title, path=column_path(tab.slug, number), description=description, metas=_column_metas(tab)
    )
    said = " · ".join(one for one in (tab.description, tab.rhythm) if one)
    note = f'<p class="subtitle">{escape(said)}</p>\n' if said else ""
    listed = _rows(entries, "../") or _empty_column(tab)
    main = (
        f'<section class="list">\n<header class="list-head"><h1>{escape(title)}</h1>\n{note}</header>\n'
        f"{listed}{_pager(tab, number, older)}</section>\n"
    )
    return page(frame, head, main, kind="list-page", current=column_path(tab.slug))


def _column_metas(tab: Tab) -> dict[str, str]:
    return {
        "ColumnName": tab.name,
        "ColumnDescription": tab.description or tab.name,
        "ColumnKeywords": tab.name,
        "ColumnType": tab.type,
    }


def _pager(tab: Tab, number: int, older: int) -> str:
    links = []
    if number:
        links.append(f'<a class="button" href="../{column_path(tab.slug)}">回到最新</a>')
    if older:
        links.append(f'<a class="button" href="../{column_path(tab.slug, older)}" rel="next">更早的文章</a>')
    links.append(f'<a href="{tab.slug}.xml">订阅本栏目</a><a href="../archive.html">按月存档</a>')
    return f'<nav class="pager" aria-label="翻页">{"".join(links)}</nav>\n'


def _empty_column(tab: Tab) -> str:
    when = f"本栏目{tab.rhythm}更新。" if tab.rhythm else "编辑正在准备。"
    return (
        f'<div class="empty"><h2>《{escape(tab.name)}》还没有第一期</h2>'
        f"<p>{escape(when)}发布后会按时间列在这里。</p>"
        '<p><a class="button" href="../index.html">先看看其他文章</a></p></div>\n'
    )


# --------------------------------------------------------------------------- archive, notices


def month_page(entries: Sequence[Entry], frame: Frame, month: str) -> str:
    """Every story of one month (``2026-11``), newest first, headlines only."""
    title = f"{month[:4]} 年 {int(month[5:])} 月"
    head = Head(
        title=f"{title}存档", path=f"m/{month}.html", metas={}, description=f"{frame.name}{title}发布的稿件"
    )
    rows = "".join(
        f'<li>{_time(entry.published_at)}<a href="../{entry.path}">{escape(entry.headline)}</a>'
        f"{_tag(entry)}</li>\n"
        for entry in entries
    )
    main = (
        f'<section class="list">\n<header class="list-head"><h1>{title}</h1></header>\n<ol class="dated">\n{rows}</ol>\n'
        '<nav class="pager" aria-label="翻页"><a class="button" href="../archive.html">其他月份</a></nav></section>\n'
    )
    return page(frame, head, main, kind="list-page", current="archive.html")


def _tag(entry: Entry) -> str:
    words = {"corrected": "更正", "retracted": "已撤稿"}.get(entry.state, "")
    return f' <b class="tag">{words}</b>' if words else ""


def archive_index(months: Mapping[str, int], frame: Frame) -> str:
    """The months that have stories, with how many; ``months`` maps ``2026-11`` to a count."""
    head = Head(title="存档", path="archive.html", metas={}, description=f"{frame.name}按月、按栏目存档")
    years: dict[str, list[str]] = {}
    for month in sorted(months, reverse=True):
        years.setdefault(month[:4], []).append(
            f'<li><a href="m/{month}.html">{int(month[5:])} 月<small>{months[month]} 篇</small></a></li>'
        )
    listed = "".join(
        f'<h2>{year} 年</h2>\n<ul class="months">{"".join(rows)}</ul>\n' for year, rows in years.items()
    )
    if not listed:
        listed = '<div class="empty"><h2>还没有存档</h2><p>发布第一篇稿件后，这里按月列出全部文章，永久保留。</p></div>\n'
    columns = "".join(f'<li><a href="c/{tab.slug}.html">{escape(tab.name)}</a></li>' for tab in frame.tabs)
    by_column = f'<h2>按栏目</h2>\n<ul class="months">{columns}</ul>\n' if columns else ""
    main = f'<section class="list">\n<header class="list-head"><h1>存档</h1></header>\n{listed}{by_column}</section>\n'
    return page(frame, head, main, kind="list-page", current="archive.html")


def subscribe_page(frame: Frame) -> str:
    """The addresses to subscribe to, each with one tap to copy, and one line on what RSS is."""
    feeds = [("feed.xml", f"{frame.name} 全部文章", "f0")]
    feeds += [(f"c/{tab.slug}.xml", f"栏目《{tab.name}》", f"f{n}") for n, tab in enumerate(frame.tabs, 1)]
    rows = "".join(
        f'<li><label for="{name}">{escape(title)}</label>'
        f'<div class="copy"><input id="{name}" type="text" readonly value="{escape(frame.site_url)}/{path}">'
        f'<button type="button" class="button" data-copy="{name}">复制</button></div></li>\n'
        for path, title, name in feeds
    )
    head = Head(title="RSS 订阅", path="subscribe.html", metas={}, description=f"订阅{frame.name}")
    main = (
        '<section class="list">\n<header class="list-head"><h1>RSS 订阅</h1>\n'
        '<p class="subtitle">RSS 是一个网址：放进阅读器，新文章会自己送到，不经算法，不留身份。</p></header>\n'
        f'<ul class="feeds">\n{rows}</ul>\n<p class="about">也提供 <a href="atom.xml">Atom</a> 与 '
        '<a href="feed.json">JSON Feed</a> 格式。</p></section>\n'
    )
    return page(frame, head, main, kind="list-page")


def not_found(frame: Frame) -> str:
    """404: says what may have happened and where to go on."""
    head = Head(title="没有找到这一页", path="404.html", metas={}, indexed=False)
    main = (
        '<article class="notice">\n<h1>没有找到这一页</h1>\n'
        "<p>网址可能抄错了。本站发布过的文章不会消失：撤下的文章在原址留有说明。</p>\n"
        '<p><a class="button" href="/index.html">回首页</a> <a href="/archive.html">到存档里找</a></p>\n</article>\n'
    )
    return page(frame, head, main, kind="notice-page")


# --------------------------------------------------------------------------- the whole


def month_of(entry: Entry) -> str:
    """The month (Beijing time) an entry is filed under."""
    return beijing(entry.published_at).strftime("%Y-%m")


def render_site(entries: Sequence[Entry], frame: Frame, page_size: int = PAGE_SIZE) -> dict[str, bytes]:
    """Every page of the site but the stories themselves, by path; retracted stories' notices included."""
    ordered = sorted(entries, key=newest_first, reverse=True)
    months: dict[str, list[Entry]] = {}
    for entry in ordered:
        months.setdefault(month_of(entry), []).append(entry)
    texts = {
        "index.html": front_page(ordered[:page_size], frame),
        "archive.html": archive_index({month: len(those) for month, those in months.items()}, frame),
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
    "meta",
    "month_of",
    "month_page",
    "not_found",
    "render_site",
    "robots",
    "sitemap",
    "sitemap_index",
    "sitemaps",
    "story_page",
    "subscribe_page",
]
