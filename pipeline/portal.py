"""The page above the sites: every unit of the province by its 刊头, for whoever opens ``/sites/``."""

from collections.abc import Sequence
from html import escape

import themes
from channels.site.pages import MODE
from channels.values import Profile

STYLE = """
:root{color-scheme:light dark;--paper:#FAF8F3;--ink:#1E2422;--ink2:#56605B;--line:#DDD8CC}
@media (prefers-color-scheme:dark){:root{--paper:#14181A;--ink:#E9E6DE;--ink2:#A8B1AC;--line:#333B3D}}
body{margin:0 auto;max-width:1040px;padding:32px 16px 64px;background:var(--paper);color:var(--ink);
font:17px/1.6 system-ui,"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{margin:0;font:600 26px/1.4 "Source Han Serif SC","Noto Serif CJK SC","Songti SC",STSong,serif}
p{margin:4px 0 24px;color:var(--ink2);font-size:15px}
ol{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:0 32px}
li{border-top:1px solid var(--line)}
a{display:block;padding:12px 0 16px;min-height:44px;text-decoration:none;color:inherit}
b{display:block;font:600 20px/1.5 "Source Han Serif SC","Noto Serif CJK SC","Songti SC",STSong,serif}
a:hover b,a:focus-visible b{text-decoration:underline;text-underline-offset:4px}
span{color:var(--ink2);font-size:13px}
"""


def portal(name: str, profiles: Sequence[Profile]) -> str:
    """The page for these site accounts, in their order. ``name`` is the house's."""
    rows = "".join(_row(one) for one in profiles)
    accents = "".join(_accent(one) for one in profiles)
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{escape(name)}：微站</title>\n<style>{STYLE}{accents}</style>\n"
        f'<link rel="stylesheet" href="/sites/{MODE}">\n</head>\n<body>\n'
        f"<h1>{escape(name)}</h1>\n<p>{len(profiles)} 个微站，同一份稿件，各自的刊头</p>\n"
        f"<ol>\n{rows}</ol>\n</body>\n</html>\n"
    )


def _row(profile: Profile) -> str:
    masthead = themes.load(profile.theme, profile.own_tokens).token("masthead") or profile.name
    return (
        f'<li id="u-{profile.unit}"><a href="/sites/{profile.unit}/"><b>{escape(masthead)}</b>'
        f"<span>{escape(profile.unit_name)}</span></a></li>\n"
    )


def _accent(profile: Profile) -> str:
    theme = themes.load(profile.theme, profile.own_tokens)
    return (
        f"#u-{profile.unit} b{{color:{theme.token('accent')}}}"
        f"@media (prefers-color-scheme:dark){{#u-{profile.unit} b{{color:{theme.token('dark_accent')}}}}}"
    )
