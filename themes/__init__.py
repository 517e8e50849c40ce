"""Brands: tokens, templates and CSS, inherited base → province → prefecture. Data, the Theme value, one loader."""

import hashlib
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from themes.colour import contrast, mix, reach

TEXT_RATIO = 4.5  # WCAG 2.1 AA for text, also 适老化 R17
DARK_RATIO = 7.0
QUOTES = ("bar", "corner", "frame")
LOOKS = ("news", "column", "policy")  # 版式: 新闻, 栏目, 政策
_DATA = Path(__file__).parent
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


class ThemeError(ValueError):
    """A theme file that cannot be used: one Chinese sentence with file and remedy."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A brand. ``tokens`` are resolved through the inheritance; ``css`` styles our own pages.
    ``looks``: the tokens as each 版式 of LOOKS wears them."""

    name: str
    parents: tuple[str, ...]
    tokens: tuple[tuple[str, str], ...]
    css: str
    looks: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def token(self, name: str) -> str:
        """The value of ``name``; KeyError for a token no theme has."""
        return dict(self.tokens)[name]

    def worn(self, look: str) -> "Theme":
        """The brand in one of LOOKS; itself for a look it does not know."""
        return _worn(self, look)

    @property
    def fingerprint(self) -> str:
        """Changes whenever anything a renderer can see of the theme changes."""
        return _fingerprint(self)


@cache
def _fingerprint(theme: Theme) -> str:
    return hashlib.sha256(repr((theme.tokens, theme.css, theme.looks)).encode()).hexdigest()[:12]


@cache
def _worn(theme: Theme, look: str) -> Theme:
    tokens = dict(theme.looks).get(look)
    return theme if tokens is None else replace(theme, tokens=tokens)


@cache
def load(name: str, own: tuple[tuple[str, str], ...] = (), folder: Path = _DATA) -> Theme:
    """The theme ``name``, with an account's ``own`` tokens over it. A unit without a theme of its own gets the
    house style with an accent chosen by its name, and an empty 刊头: the caller shows the unit's own name."""
    chain = _chain(name, folder)
    tokens: dict[str, str] = {}
    for theme in reversed(chain):
        tokens.update(_read(theme, folder)["tokens"])
    if chain == ("base",) and name != "base":
        tokens["accent"] = _fallback_accent(name, folder)
        tokens["accent_meaning"] = ""
    tokens.update(own)
    complete = _complete(tokens, name)
    looks = tuple((look, _in_look(look, tokens, own, chain, folder)) for look in LOOKS)
    css = "".join(_css(theme, folder) for theme in reversed(chain))
    parents = tuple(theme for theme in chain if theme != name)
    return Theme(name, parents, tuple(sorted(complete.items())), _prelude(complete) + css, looks)


def _in_look(
    look: str, tokens: dict[str, str], own: tuple[tuple[str, str], ...], chain: tuple[str, ...], folder: Path
) -> tuple[tuple[str, str], ...]:
    """The tokens as ``look`` wears them: the house's look, then each brand's word on it, then the account's."""
    worn = {**tokens, "look": look}
    for theme in reversed(chain):
        worn.update(_read(theme, folder).get("looks", {}).get(look, {}))
    return tuple(sorted(_complete({**worn, **dict(own)}, chain[0]).items()))


def names() -> tuple[str, ...]:
    """Every theme that has a folder, base first."""
    found = sorted(path.parent.name for path in _DATA.glob("*/theme.toml"))
    return ("base", *(name for name in found if name != "base"))


def _chain(name: str, folder: Path) -> tuple[str, ...]:
    """From ``name`` up to base; a name without a folder is a child of base."""
    chain: list[str] = []
    here = name if _SLUG.fullmatch(name) and (folder / name / "theme.toml").is_file() else "base"
    while here:
        if here in chain:
            raise ThemeError(f"主题 {name} 的继承绕成了圈（{' → '.join([*chain, here])}），请改 parent。")
        chain.append(here)
        here = str(_read(here, folder).get("parent", "" if here == "base" else "base"))
    return tuple(chain)


@cache
def _read(name: str, folder: Path) -> dict[str, Any]:
    path = folder / name / "theme.toml"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ThemeError(f"没有主题“{name}”，请建 {name}/theme.toml 或改 parent。") from error
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(f"主题文件 {name}/theme.toml 写法有误（{error}），请按 TOML 格式改正。") from error
    bad = [key for key, value in read.get("tokens", {}).items() if not isinstance(value, str)]
    if bad:
        raise ThemeError(f"主题文件 {name}/theme.toml 的 {'、'.join(bad)} 要写成带引号的文字。")
    return {"tokens": {}, **read}


def _fallback_accent(name: str, folder: Path) -> str:
    accents = _read("base", folder)["fallback"]["accents"]
    chosen = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % len(accents)
    return str(accents[chosen])


def _complete(tokens: dict[str, str], name: str) -> dict[str, str]:
    """The tokens that follow from the written ones; the accent made safe for text."""
    if tokens["quote"] not in QUOTES:
        raise ThemeError(f"主题 {name} 的引文样式“{tokens['quote']}”不认识，可用：{'、'.join(QUOTES)}。")
    try:
        written, paper = tokens["accent"], tokens["paper"]
        accent = reach(written, paper, "#000000", TEXT_RATIO)
        lit = reach(accent, tokens["dark_paper"], "#FFFFFF", DARK_RATIO)
        derived = {
            "accent": accent,
            "accent_note": _note(written, accent, paper),
            "accent_soft": mix(accent, paper, 9),
            "dark_accent": lit,
            "dark_accent_soft": mix(lit, tokens["dark_paper"], 14),
        }
    except ValueError as error:
        raise ThemeError(f"主题 {name}：{error}") from error
    return {**tokens, **derived}


def _note(written: str, accent: str, paper: str) -> str:
    if written.upper() == accent.upper():
        return ""
    was, now = contrast(written, paper), contrast(accent, paper)
    return f"主色 {written} 在纸色上的对比度只有 {was:.2f}:1，低于 {TEXT_RATIO}:1，已压深为 {accent}（{now:.2f}:1）。"


_VARIABLES = ["accent", "accent_soft", "paper", "surface", "ink", "ink2", "line", "edge", "danger", "warn", "ok"]


def _prelude(tokens: dict[str, str]) -> str:
    """The brand as CSS variables: all a stylesheet needs to know of it."""
    light = "".join(f"--{name.replace('_', '-')}:{tokens[name]};" for name in _VARIABLES)
    dark = "".join(f"--{name.replace('_', '-')}:{tokens['dark_' + name]};" for name in _VARIABLES)
    fonts = f"--serif:{tokens['serif']};--sans:{tokens['sans']};"
    reading = f"--text:{tokens['text_size']};--leading:{tokens['line_height']};"
    return (
        f":root{{color-scheme:light dark;{light}{fonts}{reading}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )


def _css(name: str, folder: Path) -> str:
    path = folder / name / "site.css"
    return _COMMENT.sub("", path.read_text(encoding="utf-8")) if path.is_file() else ""


__all__ = ["LOOKS", "QUOTES", "TEXT_RATIO", "Theme", "ThemeError", "contrast", "load", "names"]
