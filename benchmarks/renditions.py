"""One story: manuscript → 84 text renditions (21 x site, wechat, weibo, toutiao) and 21 full-text feeds on disk.

Yardstick: writing the same bytes into fresh files with one sync. Stock: Python-Markdown, nh3 and feedgen redone
for every account, written the same way.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import count
from pathlib import Path

import markdown
import nh3
from feedgen.feed import FeedGenerator

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from benchmarks.ratio import Measured, interleave
from channels import slots
from channels.feed import build as feeds
from channels.feed import entry_of
from channels.making.entries import Entry
from channels.rendering import render
from channels.site import pages
from channels.values import LocalLead, Manuscript, Profile, RegionBlock
from cms import manuscript as desk
from cms.matrix import built_in, load_matrix
from pipeline.files import write_many
from pipeline.fills import fills_for

CHANNELS = ("site", "wechat", "weibo", "toutiao")
ITEMS = 20
NOW = datetime(2026, 11, 18, 1, tzinfo=UTC)
_numbers = count()


def sample(pictures: Pictures) -> tuple[str, Manuscript]:
    """The in-tree story, as text and as a manuscript."""
    with resources.as_file(resources.files("pipeline") / "sample") as folder:
        text = (folder / "lhaaso.md").read_text(encoding="utf-8")
        frozen = desk.freeze(desk.read(text, "lhaaso.md"), pictures, folder)
    if frozen.manuscript is None:
        raise SystemExit(f"the sample does not freeze: {frozen.findings}")
    return text, frozen.manuscript


class Ours:
    """Our way, on a manuscript nobody has seen before at every run (only picture variants are warm)."""

    def __init__(self, root: Path, *, local: bool = True) -> None:
        self.root = root
        self.pictures = Pictures(MemoryStore())
        self.text, self.story = sample(self.pictures)
        if not local:
            shared = tuple(one for one in self.story.blocks if not isinstance(one, RegionBlock | LocalLead))
            self.story = replace(self.story, blocks=shared)
        matrix = load_matrix(built_in())
        self.profiles = matrix.profiles(CHANNELS)
        self.feeds = matrix.profiles(["feed"])
        self.frames = {
            one.account: pages.frame_for(one, themes.load(one.theme)) for one in self.profiles if one.channel == "site"
        }
        self.older = {one.account: self._older(one) for one in self.feeds}

    def _older(self, profile: Profile) -> list[Entry]:
        newest = self._feed_entry(self.story, profile)
        return [
            replace(newest, slug=f"older-{n}", guid=f"{newest.guid}-{n}", published_at=NOW - timedelta(days=n))
            for n in range(1, ITEMS)
        ]

    def _feed_entry(self, story: Manuscript, profile: Profile) -> Entry:
        part = render([story], profile, themes.load(profile.theme, profile.own_tokens), self.pictures).parts[0]
        return entry_of(slots.fill(part, fills_for(part, profile, "k" * 20, NOW, "")), NOW)

    def files(self) -> dict[str, bytes]:
        """Every file of one publication, by path."""
        story = replace(self.story, slug=f"story-{next(_numbers)}")
        made: dict[str, bytes] = {}
        for profile in self.profiles:
            part = render([story], profile, themes.load(profile.theme, profile.own_tokens), self.pictures).parts[0]
            fills = fills_for(part, profile, "k" * 20, NOW, "") | {
                slot.id: f"pictures/{slot.ref[:12]}.jpg" for slot in part.slots if slot.kind == "picture"
            }
            filled = slots.fill(part, fills)
            if profile.channel == "site":
                made[f"{profile.unit}/{story.slug}.html"] = pages.story_page(
                    filled, self.frames[profile.account]
                ).encode()
            else:
                made[f"{profile.unit}/{profile.channel}.html"] = (filled.body or filled.field("text")).encode()
        for profile in self.feeds:
            entries = [self._feed_entry(story, profile), *self.older[profile.account]]
            made[f"{profile.unit}/feed.xml"] = feeds.rss(entries, feeds.settings_for(profile))
        return made

    def run(self) -> None:
        write_many(fresh(self.root), self.files())
        os.sync()


def fresh(root: Path) -> Path:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    return root


def write_plainly(root: Path, files: dict[str, bytes]) -> None:
    """The bound: the same bytes into the same number of files, nothing else, one sync."""
    fresh(root)
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    os.sync()


def stock(root: Path, text: str, units: list[str]) -> Callable[[], None]:
    """What a script with the usual libraries does: everything again for every account."""
    body = text.split("---\n", 2)[2]

    def run() -> None:
        files: dict[str, bytes] = {}
        for unit in units:
            for channel in CHANNELS:
                html = nh3.clean(markdown.markdown(body, extensions=["extra", "sane_lists"]))
                files[f"{unit}/{channel}.html"] = html.encode()
            feed = FeedGenerator()
            feed.title(unit)
            feed.link(href=f"https://{unit}.example")
            feed.description(unit)
            for number in range(ITEMS):
                entry = feed.add_entry(order="append")
                entry.id(f"{unit}-{number}")
                entry.title("t")
                entry.description("d")
                entry.content(html, type="CDATA")
            files[f"{unit}/feed.xml"] = feed.rss_str()
        write_plainly(root, files)

    return run


def measure(runs: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="yigao-bench-") as folder:
        root = Path(folder)
        ours = Ours(root / "ours")
        shared = Ours(root / "shared", local=False)
        files = ours.files()
        units = [one.unit for one in ours.feeds]
        rows = interleave(
            [
                ("writing the same bytes, one sync", lambda: write_plainly(root / "plain", files), ""),
                ("Yigao: 84 renditions + 21 feeds", ours.run, "<= 2.5"),
                ("Yigao: the same story, no local blocks", shared.run, "<= 2.5"),
                ("Yigao, without writing", lambda: ours.files() and None, ""),
                ("stock libraries per account", stock(root / "stock", ours.text, units), ""),
            ],
            runs,
        )
    kib = sum(map(len, files.values())) // 1024
    against = rows[4].median / rows[1].median
    note = f"{len(files)} files, {kib} KiB; a story of {len(ours.text.encode())} bytes, in 5 local versions"
    return Measured(rows, f"{note}; stock libraries take {against:.1f} x ours")
