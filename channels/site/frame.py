"""The frame around every page of a micro-site: masthead, column tabs, footer, heads. Unsigned, prepared once.

A frame belongs to a brand and has its own version; changing it touches no signature.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from channels.making.semantic import direction
from channels.values import Profile
from themes import Theme

_SHAPES = ("strip", "head", "box", "divider")
_SCRIPT = Path(__file__).parent / "yigao.js"
MODE = "mode.css"
"""The one file a site's mood hangs on: every page links it, and it is written anew when grey mode is switched."""
_COLOUR = "/* 常色 */\n"
_GREY = "/* 灰度 */\nhtml,:fullscreen,::backdrop{filter:grayscale(1)}\n"
_BEIAN = {
    "ICP": "https://beian.miit.gov.cn/",
    "公安": "https://beian.mps.gov.cn/#/query/webSearch?code=",
    "举报": "https://www.12377.cn/",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A column as the navigation shows it; ``rhythm`` says when it appears (每周三 09:00)."""

    slug: str
    name: str
    description: str = ""
    rhythm: str = ""
    type: str = "工作动态"


@dataclass(frozen=True, slots=True)
class Logo:
    """The house's sign beside its name: the hash of its picture (PNG), and its size in CSS pixels."""

    hash: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """The file's, in the site's root; it changes with its bytes."""
        return f"logo.{self.hash[:10]}.png"

    def tag(self, root: str) -> str:
        """The name stands beside it in type, so it says nothing of its own."""
        return f'<img class="logo" src="{root}{self.name}" width="{self.width}" height="{self.height}" alt="">'


def logo_of(setting: str) -> Logo | None:
    """The logo an account's setting names ("hash width height"); None for none."""
    parts = setting.split()
    return Logo(parts[0], int(parts[1]), int(parts[2])) if len(parts) == 3 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Everything of a brand's pages but the stories. ``footer`` are (label, words) rows from the profile."""

    name: str
    unit_name: str
    site_url: str
    theme: Theme
    tabs: tuple[Tab, ...] = ()
    contact: str = ""
    footer: tuple[tuple[str, str], ...] = ()
    site_id_code: str = ""
    logo: Logo | None = None

    @property
    def masthead(self) -> str:
        """The 刊头: the theme's words, else the site's own name."""
        return self.theme.token("masthead") or self.name

    @property
    def version(self) -> str:
        """Changes with anything the frame shows; its approval is for this version."""
        return _version(self)

    def tab(self, slug: str, name: str = "") -> Tab:
        """The column ``slug``; one no longer in the navigation still has its pages."""
        return next((tab for tab in self.tabs if tab.slug == slug), Tab(slug=slug, name=name or slug))


def frame_for(profile: Profile, theme: Theme, tabs: Sequence[Tab] = ()) -> Frame:
    """The frame of the account ``profile``. Settings used: site_id_code, logo."""
    return Frame(
        name=profile.name,
        unit_name=profile.unit_name,
        site_url=profile.site_url,
        theme=theme,
        tabs=tuple(tabs),
        contact=profile.contact,
        footer=profile.footer,
        site_id_code=profile.setting("site_id_code"),
        logo=logo_of(profile.setting("logo")),
    )


@lru_cache(maxsize=256)
def _version(frame: Frame) -> str:
    return hashlib.sha256((repr(frame) + _script()).encode()).hexdigest()[:12]


@cache
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")


@cache
def css_name(theme: Theme) -> str:
    """The stylesheet's name changes with its bytes, so it may be cached for ever."""
    return f"yigao.{hashlib.sha256(theme.css.encode()).hexdigest()[:10]}.css"


def assets_for(theme: Theme) -> dict[str, bytes]:
    """The files every page of the brand needs, but for the mode."""
    return {css_name(theme): theme.css.encode(), "yigao.js": _script().encode()}


def mode_css(grey: bool) -> bytes:
    """What stands in ``MODE``: nothing to say, or 灰度 for words, pictures and films alike (whatever fills the screen
    is drawn outside the page and is told apart)."""
    return (_GREY if grey else _COLOUR).encode()


# --------------------------------------------------------------------------- the page


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a page says of itself. ``path`` is relative to the site's root; ``metas`` the named meta tags."""

    title: str
    path: str
    description: str = ""
    metas: Mapping[str, str]
    properties: Mapping[str, str] | None = None
    linked: Mapping[str, object] | None = None
    indexed: bool = True


def page(
    frame: Frame,
    head: Head,
    main: str,
    *,
    kind: str,
    current: str = "",
    lang: str = "zh-CN",
    root: str = "",
    look: str = "",
) -> str:
    """One whole page: heads, prepared top, ``main``, prepared bottom. ``root`` leads to the site's root
    when the page is shown at other addresses than its own (404); ``look`` is the 版式 a story wears."""
    root = root or "../" * head.path.count("/")
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}"{direction(lang)}>\n'
        f"<head>\n{_heads(frame, head, root)}</head>\n"
        f"{_top(frame, root, current, kind, look)}"
        f'<main id="main" class="wrap" tabindex="-1">\n{main}</main>\n{_bottom(frame, root)}</body>\n</html>\n'
    )


def meta(name: str, words: str, key: str = "name") -> str:
    return f'<meta {key}="{escape(name)}" content="{escape(words)}">\n' if words else ""


def _heads(frame: Frame, head: Head, root: str) -> str:
    title = head.title if head.title == frame.name else f"{head.title} - {frame.name}"
    address = f"{frame.site_url}/{'' if head.path == 'index.html' else head.path}"
    indexed = f'<link rel="canonical" href="{escape(address)}">\n' if head.indexed else meta("robots", "noindex")
    social = {"og:site_name": frame.name, "og:title": head.title, "og:url": address, "og:locale": "zh_CN"}
    social |= {"og:description": head.description, "og:type": "website", **(head.properties or {})}
    linked = ""
    if head.linked:
        written = json.dumps(head.linked, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
        linked = f'<script type="application/ld+json">{written}</script>\n'
    return "".join(
        (
            '<meta charset="utf-8">\n',
            f"<title>{escape(title)}</title>\n",
            _fixed_heads(frame, root),
            meta("description", head.description),
            indexed,
            *(meta(name, words) for name, words in head.metas.items()),
            *(meta(name, words, "property") for name, words in social.items()),
            linked,
        )
    )


@lru_cache(maxsize=256)
def _fixed_heads(frame: Frame, root: str) -> str:
    feeds = (
        ("application/rss+xml", "feed.xml", "RSS"),
        ("application/atom+xml", "atom.xml", "Atom"),
        ("application/feed+json", "feed.json", "JSON Feed"),
    )
    alternates = "".join(
        f'<link rel="alternate" type="{mime}" title="{escape(frame.name)} {title}" href="{root}{path}">\n'
        for mime, path, title in feeds
    )
    paper = "".join(
        f'<meta name="theme-color" media="(prefers-color-scheme: {mode})" content="{frame.theme.token(token)}">\n'
        for mode, token in (("light", "paper"), ("dark", "dark_paper"))
    )
    return (
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">\n'
        '<meta name="renderer" content="webkit">\n<meta name="format-detection" content="telephone=no">\n'
        f"{paper}{meta('SiteName', frame.name)}{meta('SiteDomain', urlsplit(frame.site_url).hostname or '')}"
        f"{meta('SiteIDCode', frame.site_id_code)}"
        f'<link rel="stylesheet" href="{root}{css_name(frame.theme)}">\n'
        f'<link rel="stylesheet" href="{root}{MODE}">\n'
        f'<script src="{root}yigao.js"></script>\n{alternates}'
    )


@lru_cache(maxsize=1024)
def _top(frame: Frame, root: str, current: str, kind: str, look: str) -> str:
    theme = frame.theme
    dress = f"{look_classes(theme, look)} " if look else ""
    motto = f'<p class="motto">{escape(theme.token("motto"))}</p>\n' if theme.token("motto") else ""
    tag = "h1" if kind == "front" else "p"
    unit = "" if frame.unit_name == frame.masthead else escape(frame.unit_name)  # its name once
    unit = f"{frame.logo.tag(root)} {unit}".rstrip() if frame.logo else unit
    return (
        f'<body class="{kind} {dress}quote-{theme.worn(look).token("quote")}">\n'
        '<a class="skip" href="#main">跳到正文</a>\n<header class="mast">\n<div class="wrap mast-in">\n'
        f'<p class="unit">{unit}</p>\n'
        '<label class="elder"><input type="checkbox" id="elder"> 长辈版</label>\n'
        f'<{tag} class="masthead"><a href="{root}index.html">{escape(frame.masthead)}</a></{tag}>\n'
        f"{motto}</div>\n{_tabs(frame, root, current)}</header>\n"
    )


def look_classes(theme: Theme, look: str) -> str:
    """What the stylesheet knows a look by: its name and the shapes the brand wears in it."""
    worn = theme.worn(look)
    return " ".join((f"look-{worn.token('look')}", *(f"{shape}-{worn.token(shape)}" for shape in _SHAPES)))


def _tabs(frame: Frame, root: str, current: str) -> str:
    """The columns: under the masthead on a desk, under the thumb on a phone."""
    places = [("index.html", "首页")]
    places += [(f"c/{tab.slug}.html", tab.name) for tab in frame.tabs]
    places += [("archive.html", "存档")]
    rows = "".join(
        f'<li><a href="{root}{path}"{_here(path == current)}>{escape(name)}</a></li>\n' for path, name in places
    )
    return f'<nav class="tabs" aria-label="栏目"><ul class="wrap">\n{rows}</ul></nav>\n'


def _here(is_here: bool) -> str:
    return ' aria-current="page"' if is_here else ""


@lru_cache(maxsize=256)
def _bottom(frame: Frame, root: str) -> str:
    rows = [("主办单位", escape(frame.unit_name))]
    if frame.contact:
        rows.append(("联系方式", escape(frame.contact)))
    rows += [(label, _footer_words(label, words)) for label, words in frame.footer if label != "主办单位"]
    if frame.site_id_code:
        rows.append(("网站标识码", escape(frame.site_id_code)))
    facts = "".join(f"<div><dt>{escape(label)}</dt><dd>{words}</dd></div>\n" for label, words in rows)
    said = frame.theme.token("footer")
    sign = f"{frame.logo.tag(root)} " if frame.logo else ""
    return (
        '<footer class="colophon">\n<div class="wrap">\n'
        f'<p class="colophon-name">{sign}{escape(frame.masthead)}</p>\n<dl>\n{facts}</dl>\n'
        f'<p class="colophon-links"><a href="{root}subscribe.html">RSS 订阅</a>'
        f'<a href="{root}archive.html">按月存档</a><a href="#main">回到顶部</a></p>\n'
        f"{f'<p>{escape(said)}</p>' if said else ''}\n</div>\n</footer>\n"
    )


def _footer_words(label: str, words: str) -> str:
    """Record numbers lead to where they can be checked."""
    address = next((url for key, url in _BEIAN.items() if key in label), "")
    if not address:
        return escape(words)
    if address.endswith("="):
        address += "".join(re.findall(r"\d", words))
    return f'<a href="{escape(address)}" rel="noopener">{escape(words)}</a>'
