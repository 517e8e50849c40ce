"""The account matrix as values: units in a tree, and the profile of every account they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import themes
from channels.values import Profile

OWN_CHANNELS = frozenset({"site", "feed"})


class MatrixError(ValueError):
    """The matrix file or a unit's name is wrong; the sentence says where and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSpec:
    """A unit as the file states it. ``path``: the slugs from the province down to the unit."""

    slug: str
    name: str
    short: str
    kind: str
    code: str
    path: tuple[str, ...]
    contact: str = ""
    site_url: str = ""
    theme: str = "base"
    accounts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    is_leaf: bool = True

    @property
    def parent(self) -> str:
        """The slug of the unit above, empty for the province."""
        return self.path[-2] if len(self.path) > 1 else ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """All units of one province, a parent always before its children."""

    units: tuple[UnitSpec, ...]

    def profiles(
        self, channels: Sequence[str], units: Sequence[str] | None = None, base_url: str = ""
    ) -> list[Profile]:
        """The accounts of the units at the ends of the tree, unit by unit, in the order of ``channels``.

        ``units`` keeps only those slugs and whatever lies below them. With a ``base_url`` (a house that
        serves its own pages) a unit's site lives below it instead of under its own name."""
        self._check(units or ())
        leaves = (unit for unit in self.units if unit.is_leaf)
        chosen = (unit for unit in leaves if units is None or set(units) & set(unit.path))
        return [_profile(unit, channel, base_url) for unit in chosen for channel in channels]

    def _check(self, slugs: Sequence[str]) -> None:
        known = [unit.slug for unit in self.units]
        for slug in slugs:
            if slug not in known:
                raise MatrixError(f"没有单位“{slug}”，可用的有：{'、'.join(known)}。")


def transport_of(channel: str) -> str:
    """How an account of this channel is served until it is given an interface: our own files, or by hand."""
    return "files" if channel in OWN_CHANNELS else "handover"


def _profile(unit: UnitSpec, channel: str, base_url: str) -> Profile:
    own = dict(dict(unit.accounts).get(channel, ()))
    theme = own.pop("theme", unit.theme)
    tokens = tuple(
        (key.removeprefix("theme."), value) for key, value in sorted(own.items()) if key.startswith("theme.")
    )
    name = own.pop("name", themes.load(theme, tokens).token("masthead") or f"{unit.short}科技")
    return Profile(
        account=f"{channel}:{unit.slug}",
        channel=channel,
        unit=unit.slug,
        unit_name=unit.name,
        unit_short=unit.short,
        unit_path=unit.path,
        name=name,
        site_url=_site_url(unit, base_url),
        theme=theme,
        contact=own.pop("contact", unit.contact),
        settings=tuple(sorted(own.items())),
    )


def _site_url(unit: UnitSpec, base_url: str) -> str:
    if base_url:
        return f"{base_url.rstrip('/')}/{unit.slug}"
    return unit.site_url or f"https://{unit.slug}.{unit.path[0]}.example"
