"""The contact sheet (一览): every account's screen on one page that needs no server and no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from channels.losses import Group
from channels.values import Finding
from cms.web.counters import Counter

_JINJA = Environment(loader=PackageLoader("cms.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
_STATIC = Path(__file__).parent / "static"
_LEVELS = (("block", "拦截"), ("warn", "提醒"), ("info", "提示"))
# What the page and its screens may load: files beside them, nothing from anywhere else.
POLICY = (
    "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline' 'self' file:; "
    "frame-src 'self' file:; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One account. ``frame``: the path of its screen beside the page, "" when there is no rendition."""

    account: str
    channel: str
    channel_title: str
    name: str
    frame: str
    hash: str
    counters: tuple[Counter, ...]
    findings: tuple[Finding, ...]
    losses: tuple[Group, ...]
    tally: str

    @property
    def worst(self) -> str:
        """The level of the worst finding, "" when there is none."""
        levels = {one.level for one in self.findings}
        return next((level for level, _ in _LEVELS if level in levels), "")

    @property
    def found(self) -> str:
        """拦截 1 · 提醒 2."""
        levels = [one.level for one in self.findings]
        return " · ".join(f"{word} {levels.count(level)}" for level, word in _LEVELS if level in levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One unit's accounts; ``accent`` is its brand's colour."""

    unit: str
    name: str
    accent: str
    cells: tuple[Cell, ...]


def page(headline: str, rows: Sequence[Row]) -> str:
    """The whole page."""
    cells = [cell for row in rows for cell in row.cells]
    channels = dict.fromkeys((cell.channel, cell.channel_title) for cell in cells)
    found = [(word, sum(one.level == level for cell in cells for one in cell.findings)) for level, word in _LEVELS]
    return _JINJA.get_template("sheet.html").render(
        headline=headline,
        rows=rows,
        channels=list(channels),
        total=len(cells),
        found=" · ".join(f"{word} {count}" for word, count in found if count) or "没有发现问题",
        style=Markup(_style(rows, [name for name, _ in channels])),  # noqa: S704  (our own files and slugs)
        policy=POLICY,
        words=dict(_LEVELS),
    )


def _style(rows: Sequence[Row], channels: Sequence[str]) -> str:
    """The desk's own tokens, the sheet's rules, and the filters, which are style alone."""
    desk = (_STATIC / "desk.css").read_text(encoding="utf-8").partition("/* --- the list --- */")[0]
    return desk + (_STATIC / "sheet.css").read_text(encoding="utf-8") + _filters(rows, channels)


def _chosen(name: str, value: str) -> str:
    return f':has(#{name} option[value="{value}"]:checked)'


def _filters(rows: Sequence[Row], channels: Sequence[str]) -> str:
    hide = "{display:none}\n"
    units = [f'body{_chosen("unit", row.unit)} .row:not([data-unit="{row.unit}"]){hide}' for row in rows]
    kinds = [f'body{_chosen("channel", one)} .cell:not([data-channel="{one}"]){hide}' for one in channels]
    return "".join(units + kinds) + _nothing_left(rows, channels)


def _nothing_left(rows: Sequence[Row], channels: Sequence[str]) -> str:
    """The sentence shown where 只看有问题的 leaves nothing, for each choice of unit and channel that it does."""
    found = {(row.unit, cell.channel) for row in rows for cell in row.cells if cell.findings}
    found |= {(unit, "") for unit, _ in found} | {("", channel) for _, channel in found}
    found |= {("", "")} if found else set()
    choices = [(unit, channel) for unit in ("", *(row.unit for row in rows)) for channel in ("", *channels)]
    clean = [one for one in choices if one not in found]
    where = [f"body:has(#only:checked){_chosen('unit', unit)}{_chosen('channel', one)} .none" for unit, one in clean]
    return ",\n".join(where) + "{display:block}\n" if where else ""
