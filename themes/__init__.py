"""Brands: tokens, templates and CSS, inherited base → province → prefecture. Data, the Theme value, one loader."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """A brand. ``tokens`` are resolved through the inheritance; ``css`` styles our own pages."""

    name: str
    parents: tuple[str, ...]
    tokens: tuple[tuple[str, str], ...]
    css: str

    def token(self, name: str) -> str: ...


def load(name: str) -> Theme: ...
