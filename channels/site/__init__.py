"""微站: our own pages as plain files, served by anything."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

import themes
from assets.pictures import Pictures
from channels import slots
from channels.contract import Mend, PackageFile
from channels.making import semantic
from channels.site import forms, limits, pages, render
from channels.site.mends import MENDS
from channels.values import Cleaned, CleaningRule, Fills, Finding, Manuscript, Profile, Rendition
from themes import Theme


def _fingerprint(*modules: object) -> str:
    """The code that decides the signed bytes; the frame and the theme are not among it."""
    sources = (Path(str(getattr(module, "__file__", ""))).read_bytes() for module in modules)
    return hashlib.sha256(b"".join(sources)).hexdigest()[:12]


class SiteChannel:
    """The channel contract for our own sites."""

    name = "site"
    title = "微站"
    transports = ("files",)
    group_limit = 1
    rules_version = "2026-11-22"
    limits = limits.LIMITS
    forms = forms.FORMS
    mends: tuple[Mend, ...] = MENDS
    cleaning_rules: tuple[CleaningRule, ...] = ()
    cleanings: Mapping[str, Callable[[str], Cleaned]] = MappingProxyType({})

    def __init__(self) -> None:
        self.renderer = f"site {self.rules_version} {_fingerprint(render, forms, semantic)}"

    def render(self, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
        """The story's body and fields. The theme has no part in the signed bytes: it dresses the frame."""
        return render.render(manuscripts, profile, assets, self.renderer)

    def check(self, rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
        return limits.check(rendition, profile, on_date)

    def package(
        self, rendition: Rendition, profile: Profile, fills: Fills, assets: Pictures
    ) -> tuple[PackageFile, ...]:
        """The story page with its stylesheet and pictures: opens from a folder as it will stand on the site."""
        theme = themes.load(profile.theme, profile.own_tokens)
        frame = pages.frame_for(profile, theme)
        files: dict[str, bytes] = {**pages.assets_for(theme), pages.MODE: pages.mode_css(grey=False)}
        for part in rendition.parts:
            filled = slots.fill(part, fills[part.story])
            files[filled.field("path")] = pages.story_page(filled, frame).encode()
            files.update({one.name: assets.read(one.hash) for one in part.files})
        return tuple(PackageFile(path, content) for path, content in sorted(files.items()))


channel = SiteChannel()
