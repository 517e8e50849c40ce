"""Lists of stories: front page, columns, months, archive, subscriptions. Pure functions of entries.

List pages are numbered from the oldest: a full page never changes again when a story is added, and the
newest page (``c/<column>.html``) holds the rest, between one and two pages' worth. A retracted story is in no list,
but keeps its place in the count, so that taking one back changes the one page it stood on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from channels.making.entries import OVER, Entry, beijing
from channels.site.frame import Frame, Head, Tab, page

PAGE_SIZE = 20
_COVER = 'width="480" height="270"'


def front_page(entries: Sequence[Entry], frame: Frame) -> str:
    """The newest stories, the first one large. ``entries`` newest first, only those one can read, cut to length."""
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
        shown = _lead(entries[0]) + _rows(entries[1:], "")
        main = f'<section aria-label="最新" class="latest">\n{shown}</section>\n'
    else:
        main = f'<section class="latest">\n{_empty_front(frame)}</section>\n'
    return page(frame, head, main + _aside(frame), kind="front", current="index.html")


def readable(entries: Iterable[Entry]) -> list[Entry]:
    """Those a list may name."""
    return [entry for entry in entries if entry.state != "retracted"]


def _lead(entry: Entry) -> str:
    cover = ""
    if entry.cover:
        cover = f'<img src="{entry.cover}" {_COVER} alt="{escape(entry.cover_alt)}" fetchpriority="high">'
    digest = f'<p class="digest">{escape(entry.digest)}</p>\n' if entry.digest else ""
    shape = " with-cover" if cover else ""
    return (
        f'<article class="lead{shape}">\n<div><h2>{_title(entry, "")}</h2>\n'
        f"{digest}{_about(entry)}</div>\n{cover}</article>\n"
    )


def _rows(entries: Sequence[Entry], root: str, level: int = 2) -> str:
    if not entries:
        return ""
    return f'<ol class="rows">\n{"".join(_row(entry, root, level) for entry in entries)}</ol>\n'


def _row(entry: Entry, root: str, level: int) -> str:
    cover = (
        f'<img src="{root}{entry.cover}" {_COVER} alt="{escape(entry.cover_alt)}" loading="lazy">'
        if entry.cover
        else ""
    )
    digest = f'<p class="digest">{escape(entry.digest)}</p>\n' if entry.digest else ""
    return (
        f'<li class="row{" with-cover" if cover else ""}"><div>'
        f"<h{level}>{_title(entry, root)}</h{level}>\n{digest}{_about(entry)}</div>{cover}</li>\n"
    )


def _title(entry: Entry, root: str) -> str:
    """The linked headline, with the word for what became of the story since."""
    words = escape(entry.headline)
    if entry.state == "expired":
        words = f'<b class="mark over">{OVER}</b>{words}'
    elif entry.state == "corrected":
        words = f'{words}<b class="mark">（更正）</b>'
    return f'<a href="{root}{entry.path}">{words}</a>'


def _about(entry: Entry) -> str:
    """Column, issue, source, date; since when it is corrected or over."""
    said = []
    if entry.column:
        issue = f" 第 {entry.issue} 期" if entry.issue else ""
        said.append(f'<span class="of">{escape(entry.column)}{issue}</span>')
    if entry.source_outlet:
        said.append(f"<span>转载自{escape(entry.source_outlet)}</span>")
    since = {"corrected": "更正于", "expired": "解除于"}.get(entry.state, "")
    changed = f" <span>{since} {shown_time(entry.changed_at)}</span>" if since else ""
    return f'<p class="about">{" ".join(said)} {shown_time(entry.published_at)}{changed}</p>\n'


def shown_time(moment: datetime, precision: str = "days") -> str:
    here = beijing(moment)
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
    """One page of a column, newest first; retracted ones hold their places and are not shown. ``number`` 0 is the
    newest page, which knows ``full`` older ones."""
    older = full if number == 0 else number - 1
    title = tab.name if number == 0 else f"{tab.name}（第 {number} 页）"
    description = tab.description or f"{frame.name}栏目《{tab.name}》"
    head = Head(title=title, path=column_path(tab.slug, number), description=description, metas=_column_metas(tab))
    said = " · ".join(one for one in (tab.description, tab.rhythm) if one)
    note = f'<p class="subtitle">{escape(said)}</p>\n' if said else ""
    listed = _rows(readable(entries), "../") or (_ALL_GONE if entries or full else _empty_column(tab))
    main = (
        f'<section class="list">\n<header class="list-head"><h1>{escape(title)}</h1>\n{note}</header>\n'
        f"{listed}{_pager(tab, number, older)}</section>\n"
    )
    return page(frame, head, main, kind="list-page", current=column_path(tab.slug))


_ALL_GONE = '<div class="empty"><p>这里的稿件已经撤回，没有可读的文章。</p></div>\n'


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


def month_page(entries: Sequence[Entry], frame: Frame, month: str) -> str:
    """Every story of one month (``2026-11``) one can read, newest first, headlines only. The page stays when none is
    left: every address that was ever there answers."""
    title = f"{month[:4]} 年 {int(month[5:])} 月"
    head = Head(title=f"{title}存档", path=f"m/{month}.html", metas={}, description=f"{frame.name}{title}发布的稿件")
    rows = "".join(
        f"<li>{shown_time(entry.published_at)}<p>{_title(entry, '../')}</p></li>\n" for entry in readable(entries)
    )
    listed = f'<ol class="dated">\n{rows}</ol>\n' if rows else _ALL_GONE
    main = (
        f'<section class="list">\n<header class="list-head"><h1>{title}</h1></header>\n'
        f"{listed}"
        '<nav class="pager" aria-label="翻页">'
        '<a class="button" href="../archive.html">其他月份</a></nav></section>\n'
    )
    return page(frame, head, main, kind="list-page", current="archive.html")


def archive_index(months: Mapping[str, int], frame: Frame) -> str:
    """The months that have stories to read, with how many; ``months`` maps ``2026-11`` to a count."""
    head = Head(title="存档", path="archive.html", metas={}, description=f"{frame.name}按月、按栏目存档")
    years: dict[str, list[str]] = {}
    for month in sorted((one for one, count in months.items() if count), reverse=True):
        years.setdefault(month[:4], []).append(
            f'<li><a href="m/{month}.html">{int(month[5:])} 月<small>{months[month]} 篇</small></a></li>'
        )
    listed = "".join(f'<h2>{year} 年</h2>\n<ul class="months">{"".join(rows)}</ul>\n' for year, rows in years.items())
    if not listed:
        listed = (
            '<div class="empty"><h2>还没有存档</h2><p>发布第一篇稿件后，这里按月列出全部文章，永久保留。</p></div>\n'
        )
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
