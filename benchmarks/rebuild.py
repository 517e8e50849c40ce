"""A new theme for an old archive: all WeChat renditions of one account, made again.

The articles are real ones from the corpus beside the project, each with its own headline and name, so no cache can
know an article from another run or another article; beyond the corpus' size they repeat. Every article has one of a
few covers whose cuts lie in the store, as after years of publishing. The mathematics (oi-wiki) are left out: hundreds
of formulas an article would measure the drawing of formulas. Cached: from manuscripts as the store keeps them
(canonical JSON). Cold: from Markdown, through the limited parser.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import css_inline
import markdown

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from benchmarks.ratio import Measured, interleave
from benchmarks.renditions import sample
from channels import canonical
from channels.contract import StoryError
from channels.rendering import render_and_check
from channels.values import Manuscript, Picture, Profile
from cms import manuscript as desk
from cms.matrix import built_in, load_matrix

CORPUS = Path(__file__).resolve().parents[1] / "../shared/corpus"
FOLDERS = ("lctt", "ruanyf-weekly")
SHORT, FULL = 400, 10_000
DAY = date(2026, 11, 22)
EXTENSIONS = ["extra", "sane_lists"]
# one rule for every style our articles carry, as the usual tools keep a theme
SHEET = """
section{padding:0 8px;color:#1e2422;font-size:17px;line-height:1.75}
p{margin:0 0 22px;letter-spacing:.5px;text-align:justify}
h1,h2{margin:38px 0 18px;font-size:21px;line-height:1.4;font-weight:700;border-top:3px solid #1c5f70;padding:9px 0 0}
h3,h4,h5,h6{margin:30px 0 14px;font-size:18px;line-height:1.5;font-weight:700;color:#12444f}
blockquote{margin:0 0 22px;padding:4px 0 4px 16px;border-left:3px solid #1c5f70;color:#56605b}
ul,ol{margin:0 0 22px;padding:0 0 0 24px}li{margin:0 0 8px}
a{color:#1c5f70;text-decoration:none}strong{font-weight:700}em{font-style:normal;font-weight:600;color:#1c5f70}
table{border-collapse:collapse;width:100%;margin:0 0 22px}th,td{padding:8px;border:1px solid #dfdbd1;text-align:left}
th{background-color:#f3f6f5;font-weight:700}
pre{margin:0 0 22px;padding:12px;background-color:#f3f6f5;overflow-x:auto}
code{font-family:Menlo,Consolas,monospace;font-size:15px;padding:1px 4px;background-color:#f3f6f5}
img{max-width:100%;height:auto}hr{margin:34px 0;border:0;border-top:1px solid #dfdbd1}sup{font-size:12px}
"""
_runs = count()


class Archive:
    """The articles of one account, as Markdown, as stored manuscripts and as plain styled HTML."""

    def __init__(self, size: int) -> None:
        self.pictures = Pictures(MemoryStore())
        self.covers = sample(self.pictures)[1].assets
        self.profile: Profile = load_matrix(built_in()).profiles(["wechat"], ["chengdu"])[0]
        self.theme = themes.load(self.profile.theme, self.profile.own_tokens)
        fitting = list(self._fitting(size))
        texts = [fitting[at % len(fitting)] for at in range(size)]
        self.texts = [f"# 第 {at} 篇\n\n{text}" for at, text in enumerate(texts)]
        self.stored = [canonical.encode(self._frozen(text, at)) for at, text in enumerate(self.texts)]
        plain = {text: markdown.markdown(text, extensions=EXTENSIONS) for text in fitting}
        self.pages = [
            f"<html><head><style>{SHEET}</style></head><body><section>{plain[text]}</section></body></html>"
            for text in texts
        ]
        self.different = len(fitting)

    def _fitting(self, size: int) -> Iterator[str]:
        """Corpus texts in a fixed chance order that become WeChat articles, at most ``size``."""
        files = [file for folder in FOLDERS for file in sorted((CORPUS / folder).rglob("*.md"))]
        if not files:
            raise SystemExit("the corpus is not beside the project: nothing to rebuild")
        found = 0
        for file in random.Random(2026).sample(files, len(files)):
            text = file.read_text(encoding="utf-8")
            try:
                self._render(self._frozen(text, 0))
            except StoryError:
                continue
            yield text
            found += 1
            if found == size:
                return

    def _frozen(self, text: str, at: int) -> Manuscript:
        """The manuscript of an article with one of the covers."""
        frozen = desk.freeze(desk.read(text, f"s{at}.md"), self.pictures, remote="drop", keep=True)
        if frozen.manuscript is None:
            raise StoryError("这篇不能成稿")
        cover = self.covers[at % len(self.covers)]
        made = replace(frozen.manuscript, slug=f"s-{at}", headline=f"{frozen.manuscript.headline} {at}")
        return replace(made, assets=(cover,), cover=Picture(src=f"asset:{cover.hash}"))

    def _render(self, manuscript: Manuscript) -> int:
        rendition, _ = render_and_check([manuscript], self.profile, self.theme, self.pictures, DAY)
        return len(canonical.encode(rendition))

    def from_store(self) -> int:
        """Every rendition from stored manuscripts, each renamed so that nothing of an earlier run fits."""
        run = next(_runs)
        made = (canonical.decode(Manuscript, one) for one in self.stored)
        return sum(self._render(replace(one, slug=f"{one.slug}-{run}")) for one in made)

    def from_markdown(self) -> int:
        """Every rendition from text, with a parser that remembers nothing."""
        run = next(_runs)
        return sum(self._render(self._frozen(f"{text}\n\n第 {run} 次。\n", at)) for at, text in enumerate(self.texts))

    def without_covers(self) -> int:
        """As ``from_store``, with each cover drawn from the headline (题图卡)."""
        run = next(_runs)
        made = (canonical.decode(Manuscript, one) for one in self.stored)
        return sum(
            self._render(replace(one, slug=f"{one.slug}-{run}", headline=f"{one.headline} {run}", cover=None))
            for one in made
        )

    def inlined(self) -> int:
        """css-inline alone, on Python-Markdown's HTML made beforehand and a style sheet of the same looks."""
        inliner = css_inline.CSSInliner(keep_style_tags=False)
        return sum(len(inliner.inline(page)) for page in self.pages)

    def marked_down(self) -> int:
        """Python-Markdown alone, on the same texts, one converter for all."""
        converter = markdown.Markdown(extensions=EXTENSIONS)
        return sum(len(converter.reset().convert(text)) for text in self.texts)


def measure(runs: int, *, is_full: bool = False) -> Measured:
    archive = Archive(FULL if is_full else SHORT)
    rows = interleave(
        [
            ("css-inline alone, equal styles", archive.inlined, ""),
            ("Python-Markdown alone", archive.marked_down, ""),
            ("Yigao, manuscripts from the store", archive.from_store, ""),
            ("Yigao, cold from Markdown", archive.from_markdown, ""),
            ("Yigao, from the store, covers drawn", archive.without_covers, ""),
        ],
        runs,
    )
    size = len(archive.texts)
    speeds = "; ".join(f"{row.name}: {size / row.median:.0f} articles/s" for row in rows)
    kib = sum(len(text.encode()) for text in archive.texts) // 1024
    return Measured(rows, f"{size} articles ({archive.different} different), {kib} KiB of Markdown. {speeds}")
