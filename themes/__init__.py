"""Brands: tokens, templates and CSS, inherited base → province → prefecture. Data, the Theme value, one loader."""

import hashlib
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from themes.colour import contrast, luminance, mix, reach
from themes.tokens import LOOK_NAMES, LOOKS, QUOTES, TEXT_RATIO, Reading, fault, readings, unreadable

DARK_RATIO = 7.0
SHEETS = ("site.css", "looks.css")
_DATA = Path(__file__).parent
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" ?([{};]) ?|(?<=[:,]) ")


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

    def __hash__(self) -> int:
        """Cheap on purpose: frames and pages are cached by theme, and a string keeps its hash."""
        return hash((self.name, self.css))

    def token(self, name: str) -> str:
        """The value of ``name``; KeyError for a token no theme has."""
        return dict(self.tokens)[name]

    def worn(self, look: str) -> "Theme":
        """The brand in one of LOOKS; itself for a look it does not know."""
        return _worn(self, look)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The contrast of every text and ground our pages put together, by day and by night."""
        return readings(dict(self.tokens))

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
    """The theme ``name``, with an account's ``own`` tokens over it; ThemeError for one that cannot be worn.

    A unit without a theme of its own gets the house style with an accent chosen by its name, and an empty
    刊头: the caller shows the unit's own name."""
    chain = _chain(name, folder)
    for key, value in own:
        _check_own(key, value)
    tokens: dict[str, str] = {}
    for theme in reversed(chain):
        tokens.update(_read(theme, folder)["tokens"])
    if chain == ("base",) and name != "base":
        tokens["accent"] = _fallback_accent(name, folder)
        tokens["accent_meaning"] = ""
    complete = _complete({**tokens, **dict(own)}, name)
    looks = tuple((look, _in_look(look, tokens, own, chain, folder)) for look in LOOKS)
    css = "".join(_css(theme, folder) for theme in reversed(chain))
    parents = tuple(theme for theme in chain if theme != name)
    prelude = _prelude(complete, {look: dict(worn) for look, worn in looks})
    return Theme(name, parents, tuple(sorted(complete.items())), prelude + css, looks)


def _check_own(name: str, value: str) -> None:
    if name == "look":
        raise ThemeError("版式 look 由稿件决定，账号不能改，请删去 theme.look。")
    said = fault(name, value)
    if said:
        raise ThemeError(f"账号的主题设置：{said}")


def _in_look(
    look: str, tokens: dict[str, str], own: tuple[tuple[str, str], ...], chain: tuple[str, ...], folder: Path
) -> tuple[tuple[str, str], ...]:
    """The tokens as ``look`` wears them: the house's look, then each brand's word on it, then the account's."""
    worn = {**tokens, "look": look}
    for theme in reversed(chain):
        worn.update(_read(theme, folder)["looks"].get(look, {}))
    return tuple(sorted(_complete({**worn, **dict(own)}, f"{chain[0]}（{look} 版式）").items()))


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
    read = {"tokens": {}, "looks": {}, **read}
    _check_file(name, read)
    return read


def _check_file(name: str, read: dict[str, Any]) -> None:
    """ThemeError with file, place, token and what is allowed for the first thing a theme file may not say."""
    file = f"主题文件 {name}/theme.toml"
    known = ("parent", "tokens", "looks", *(["fallback"] if name == "base" else []))
    for key in read:
        if key not in known:
            raise ThemeError(f"{file} 里不认识“{key}”，可用的有：{'、'.join(known)}。")
    for look in read["looks"]:
        if look not in LOOKS:
            raise ThemeError(f"{file} 里没有版式“{look}”，可用的有：{'、'.join(LOOKS)}。")
    tables = {"[tokens]": read["tokens"], **{f"[looks.{look}]": read["looks"][look] for look in read["looks"]}}
    for place, table in tables.items():
        for token, value in table.items():
            if not isinstance(value, str):
                raise ThemeError(f"{file} {place} 的 {token} 要写成带引号的文字。")
            if said := fault(token, value):
                raise ThemeError(f"{file} {place}：{said}")


def _fallback_accent(name: str, folder: Path) -> str:
    accents = _read("base", folder)["fallback"]["accents"]
    chosen = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % len(accents)
    return str(accents[chosen])


def _complete(tokens: dict[str, str], name: str) -> dict[str, str]:
    """The tokens that follow from the written ones; the accent made safe for text, others refused if they are not."""
    written, paper, night = tokens["accent"], tokens["paper"], tokens["dark_paper"]
    ground = min(paper, tokens["surface"], key=luminance)
    accent = reach(written, ground, "#000000", TEXT_RATIO)
    lit = reach(accent, night, "#FFFFFF", DARK_RATIO)
    soft, dark_soft = mix(accent, paper, 9), mix(lit, night, 14)
    derived = {
        "accent": accent,
        "accent_note": _note(written, accent, ground),
        "accent_soft": soft,
        "accent_deep": reach(accent, soft, "#000000", TEXT_RATIO),
        "dark_accent": lit,
        "dark_accent_soft": dark_soft,
        "dark_accent_deep": reach(lit, dark_soft, "#FFFFFF", TEXT_RATIO),
    }
    complete = {**tokens, **derived}
    if said := unreadable(complete):
        raise ThemeError(f"主题 {name}：{said}")
    return complete


def _note(written: str, accent: str, ground: str) -> str:
    if written.upper() == accent.upper():
        return ""
    was, now = contrast(written, ground), contrast(accent, ground)
    return f"主色 {written} 在纸色上的对比度只有 {was:.2f}:1，低于 {TEXT_RATIO}:1，已压深为 {accent}（{now:.2f}:1）。"


_COLOURS = (
    "accent", "accent_soft", "accent_deep", "paper", "surface", "ink", "ink2", "line", "edge", "danger", "warn", "ok",
)  # fmt: skip


def _variables(tokens: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The brand as CSS variables, by day and by night: all a stylesheet needs to know of it."""
    day = {name: tokens[name] for name in _COLOURS}
    day |= {"serif": tokens["serif"], "sans": tokens["sans"], "head": f"var(--{tokens['head_font']})"}
    day |= {"text": tokens["text_size"], "leading": tokens["line_height"], "align": tokens["align"]}
    return {**day, "radius": f"{tokens['radius']}px"}, {name: tokens[f"dark_{name}"] for name in _COLOURS}


def _prelude(tokens: dict[str, str], looks: dict[str, dict[str, str]]) -> str:
    """The variables of the brand, then what each look changes of them on the pages that wear it."""
    day, night = _variables(tokens)
    rules, dark = [_rule(":root", {"color-scheme": "light dark"}, day)], [_rule(":root", {}, night)]
    for look, worn in looks.items():
        own_day, own_night = _variables(worn)
        changed = dict(own_day.items() - day.items())
        rules.append(_rule(f".look-{look}", {}, changed))
        by_night = {name: own_night[name] for name in night if name in changed or own_night[name] != night[name]}
        dark.append(_rule(f".look-{look}", {}, by_night))
    return f"{''.join(rules)}\n@media screen and (prefers-color-scheme:dark){{{''.join(dark)}}}\n"


def _rule(selector: str, plain: dict[str, str], variables: dict[str, str]) -> str:
    rows = [f"{name}:{value};" for name, value in plain.items()]
    rows += [f"--{name.replace('_', '-')}:{value};" for name, value in sorted(variables.items())]
    return f"{selector}{{{''.join(rows)}}}" if rows else ""


def _css(name: str, folder: Path) -> str:
    """A theme's own sheets, without comments and idle space: every reader loads them."""
    paths = (folder / name / sheet for sheet in SHEETS)
    written = " ".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())
    return _AROUND.sub(lambda found: found[1] or "", _SPACE.sub(" ", _COMMENT.sub("", written))).strip()


__all__ = ["LOOKS", "LOOK_NAMES", "QUOTES", "TEXT_RATIO", "Reading", "Theme", "ThemeError", "contrast", "load", "names"]
