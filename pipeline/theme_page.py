"""The page of a theme preview: colours with their numbers, and the looks as phones. Plain HTML, no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from themes import LOOK_NAMES, Reading, Theme
from themes.tokens import SHAPES, spoken

PALETTE = (
    "accent",
    "accent_soft",
    "accent_deep",
    "paper",
    "surface",
    "ink",
    "ink2",
    "line",
    "edge",
    "danger",
    "warn",
    "ok",
)
_CSS = """
:root{color-scheme:light;--paper:#FAF8F3;--ink:#1E2422;--ink2:#56605B;--line:#DFDBD1;--act:#1C5F70}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1480px;padding:32px 24px 64px;background:var(--paper);color:var(--ink);
font:15px/1.6 system-ui,"PingFang SC","HarmonyOS Sans SC",MiSans,"Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1,h2{font-family:"Source Han Serif SC","Noto Serif CJK SC","Songti SC",STSong,serif;line-height:1.4;margin:0}
h1{font-size:34px}h2{font-size:26px}h3{font-size:15px;margin:0 0 8px}p{margin:8px 0}
a{color:var(--act)}small,.quiet{color:var(--ink2);font-size:13px}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:16px 0 0}
nav a{display:inline-flex;align-items:center;min-height:44px;text-decoration:none}
nav i{width:12px;height:12px;border-radius:50%;margin-right:6px}
section{margin-top:48px;padding-top:24px;border-top:1px solid var(--ink)}
.note{padding:10px 14px;border:1px solid #7A5600;color:#7A5600;border-radius:6px;max-width:60em}
.swatches,.pairs{display:grid;gap:8px;list-style:none;padding:0;margin:16px 0}
.swatches{grid-template-columns:repeat(auto-fill,minmax(104px,1fr))}
.swatches span{display:flex;height:40px;border:1px solid var(--line);border-radius:6px;overflow:hidden}
.swatches b{flex:1}.swatches small{display:block;line-height:1.4;font-variant-numeric:tabular-nums}
details{margin:8px 0 16px}summary{cursor:pointer;min-height:44px;display:flex;align-items:center;color:var(--act)}
.pairs{grid-template-columns:repeat(auto-fill,minmax(15em,1fr))}
.pairs li{display:flex;justify-content:space-between;gap:8px;padding:8px 12px;
border:1px solid var(--line);border-radius:6px;font-size:13px;font-variant-numeric:tabular-nums}
.phones{display:grid;grid-template-columns:repeat(auto-fill,218px);gap:24px 14px}
figure{margin:0}figcaption{font-size:13px;line-height:1.5;margin-top:6px}figcaption b{font-weight:700}
.phone{width:218px;height:725px;overflow:hidden;border:1px solid var(--line);border-radius:6px;background:#fff}
iframe{width:375px;height:1250px;border:0;transform:scale(.58);transform-origin:0 0}
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """One look on one channel: the path of its page beside the index, and the rendition's hash."""

    look: str
    channel: str
    channel_title: str
    path: str
    hash: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A brand (or an account with tokens of its own), its theme, and its frames."""

    name: str
    title: str
    theme: Theme
    frames: tuple[Frame, ...]


def page(shown: Sequence[Shown]) -> str:
    """The whole index page."""
    links = "".join(
        f'<a href="#{escape(one.name)}"><i style="background:{one.theme.token("accent")}"></i>{escape(one.title)}</a>'
        for one in shown
    )
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>主题样张 - 一稿</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_CSS}</style>\n</head>\n<body>\n<h1>主题样张</h1>\n"
        "<p>同一篇样张稿件，含全部种类的块；每套主题三种版式，各看微站和公众号。手机框里就是读者看到的页面，可以滚动，点标题看整页。</p>\n"
        f'<nav aria-label="主题">{links}</nav>\n{"".join(map(_section, shown))}</body>\n</html>\n'
    )


def _section(one: Shown) -> str:
    token = one.theme.token
    meaning = " · ".join(escape(words) for words in (token("accent_meaning"), token("motto"), one.name) if words)
    note = f'<p class="note">{escape(token("accent_note"))}</p>\n' if token("accent_note") else ""
    phones = "".join(_phone(frame, one) for frame in one.frames)
    return (
        f'<section id="{escape(one.name)}">\n<h2 style="color:{token("accent")}">{escape(one.title)}</h2>\n'
        f'<p class="quiet">{meaning}</p>\n{note}{_palette(one.theme)}{_contrasts(one.theme)}'
        f'<div class="phones">\n{phones}</div>\n</section>\n'
    )


def _palette(theme: Theme) -> str:
    """Each colour by day and by night."""
    rows = "".join(
        f'<li><span><b style="background:{theme.token(name)}"></b>'
        f'<b style="background:{theme.token("dark_" + name)}"></b></span>'
        f"<small>{escape(spoken(name))}<br>{theme.token(name)} {theme.token('dark_' + name)}</small></li>\n"
        for name in PALETTE
    )
    return f'<ul class="swatches" aria-label="颜色，左日间右夜间">\n{rows}</ul>\n'


def _contrasts(theme: Theme) -> str:
    """Every pair of text and ground with its number; a look with colours of its own has its own list."""
    told = {"": theme.readings}
    told |= {look: worn.readings for look in LOOK_NAMES if (worn := theme.worn(look)).readings != theme.readings}
    out = []
    for look, readings in told.items():
        worn = theme.worn(look)
        rows = "".join(_pair(one, worn) for one in readings)
        name = f"{LOOK_NAMES[look]}版式的" if look else ""
        lowest = min(one.ratio for one in readings if one.needed > 3)
        out.append(
            f"<details><summary>{name}对比度：{len(readings)} 对全部达标，文字最低 {lowest:.2f}:1</summary>\n"
            f'<ul class="pairs">\n{rows}</ul></details>\n'
        )
    return "".join(out)


def _pair(one: Reading, theme: Theme) -> str:
    style = f"color:{theme.token(one.text)};background:{theme.token(one.ground)}"
    words = f"{spoken(one.text).split()[0]}／{spoken(one.ground).split()[0]}"
    return f'<li style="{style}"><span>{words}</span><span>{one.ratio:.2f}:1 ≥ {one.needed:g}</span></li>\n'


def _phone(frame: Frame, one: Shown) -> str:
    worn = one.theme.worn(frame.look)
    name = f"{LOOK_NAMES[frame.look]} · {frame.channel_title}"
    shapes = " ".join(worn.token(shape) for shape in SHAPES if shape not in ("look", "align"))
    worn_as = f"{shapes} · 圆角 {worn.token('radius')} · 行距 {worn.token('line_height')}"
    path = escape(frame.path)
    return (
        f'<figure><div class="phone"><iframe src="{path}" title="{escape(f"{one.title} {name}")}" loading="lazy" '
        f'width="375" height="1250"></iframe></div><figcaption><b><a href="{path}">{name}</a></b><br>'
        f"<small>{worn_as}</small></figcaption></figure>\n"
    )
