"""RSS 订阅: the full text of every story, in the reader's own reader."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date as Date
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from assets.pictures import Pictures
from channels import slots
from channels.contract import Mend, PackageFile
from channels.feed import build, forms, limits, render
from channels.feed.mends import MENDS
from channels.making import formula_words, semantic
from channels.making.entries import BEIJING, Entry, guid
from channels.values import Cleaned, CleaningRule, Fills, Finding, Manuscript, Part, Profile, Rendition
from themes import Theme


def _fingerprint(*modules: object) -> str:
    sources = (Path(str(getattr(module, "__file__", ""))).read_bytes() for module in modules)
    return hashlib.sha256(b"".join(sources)).hexdigest()[:12]


def entry_of(part: Part, published_at: datetime) -> Entry:
    """The filled part of a feed rendition as an entry (its cover and state are the ledger's to add)."""
    field = dict(part.fields)
    return Entry(
        slug=part.story,
        path=field["path"],
        headline=field.get("title", ""),
        digest=field.get("digest", ""),
        published_at=published_at,
        changed_at=published_at,
        guid=field["guid"],
        item_html=part.body,
        column=field.get("column", ""),
        column_slug=field.get("column_slug", ""),
        issue=int(field.get("issue", "0")),
        byline=tuple(name for name in field.get("author", "").split("、") if name),
        source_outlet=field.get("source_outlet", ""),
    )


def _settings(profile: Profile) -> build.FeedSettings:
    """The feed's settings as far as the profile alone knows them."""
    return build.FeedSettings(
        title=profile.name,
        site_url=profile.site_url,
        description=f"{profile.unit_name}发布的科技稿件，全文。",
        author=profile.unit_name,
        guid=guid(profile, "feed"),
    )


class FeedChannel:
    """The channel contract for feeds."""

    name = "feed"
    title = "RSS 订阅"
    transports = ("files",)
    text_as = "site"  # the full text of the pages, in a reader
    group_limit = 1
    rules_version = "2026-11-22"
    limits = limits.LIMITS
    forms = forms.FORMS
    mends: tuple[Mend, ...] = MENDS
    cleaning_rules: tuple[CleaningRule, ...] = ()
    cleanings: Mapping[str, Callable[[str], Cleaned]] = MappingProxyType({})

    def __init__(self) -> None:
        self.renderer = f"feed {self.rules_version} {_fingerprint(render, forms, semantic, formula_words)}"

    def render(self, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
        """The item's full text. Readers dress it themselves, so the theme has no part in it."""
        return render.render(manuscripts, profile, assets, self.renderer)

    def check(self, rendition: Rendition, profile: Profile, on_date: Date) -> list[Finding]:
        return limits.check(rendition, profile, on_date)

    def package(
        self, rendition: Rendition, profile: Profile, fills: Fills, assets: Pictures
    ) -> tuple[PackageFile, ...]:
        """A feed with this one item. ``published_at`` is Beijing time to the minute, as readers see it."""
        filled = [slots.fill(part, fills[part.story]) for part in rendition.parts]
        at = datetime.fromisoformat(fills[filled[0].story]["published_at"]).replace(tzinfo=BEIJING)
        entries = [entry_of(part, at) for part in filled]
        return (PackageFile("feed.xml", build.rss(entries, _settings(profile))),)


channel = FeedChannel()
