"""Is that ours? A platform's listing compared with what we sent, when the key did not come through.

Platforms change what they are given: spaces, quotes, entities, widths, a signature at the end. Both sides are
brought to the same plain form; then title, length, and the first and last 200 characters must agree well
enough, and the time must be right. After rules.md §1 (reconcile).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from channels.transport import Fingerprint

EDGE = 200
EARLY = timedelta(minutes=10)  # clocks differ
TITLE_LIKE = 0.9
EDGE_LIKE = 0.85
LENGTH_SLACK = 0.1
_TAG = re.compile(r"<[^>]*>")
_KEY = re.compile(r"(?<![a-z0-9])[a-z2-7]{20}(?![a-z0-9])")  # a delivery key: 20 base32 characters
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One article or post as the platform lists it. ``carried``: everything our key may ride in (links,
    descriptions): a key of ours that is not this delivery's settles it too. ``text`` may be HTML, or empty
    where the list gives none; then only the title speaks, and whoever asks must rule out what is known."""

    title: str
    text: str
    carried: str
    at: datetime


def plain(text: str) -> str:
    """Letters and digits only, one width, one case: what survives any platform's rewriting."""
    without_tags = _TAG.sub(" ", text)
    return _NOISE.sub("", unicodedata.normalize("NFKC", without_tags)).lower()


def is_ours(fingerprint: Fingerprint, position: int, candidate: Candidate) -> bool:
    """Whether ``candidate`` is the story at ``position`` (from 0) of the send: by key, else by content."""
    keys = _KEY.findall(candidate.carried)
    if keys:
        return fingerprint.key in keys
    if candidate.at < fingerprint.since - EARLY:
        return False
    return _alike_titles(fingerprint.titles[position], candidate.title) and _alike_texts(
        fingerprint.texts[position], candidate.text
    )


def _alike_titles(ours: str, theirs: str) -> bool:
    one, other = plain(ours), plain(theirs)
    return one == other or _ratio(one, other) >= TITLE_LIKE


def _alike_texts(ours: str, theirs: str) -> bool:
    """A list without texts leaves the title to decide."""
    one, other = plain(ours), plain(theirs)
    if not other or one == other:
        return True
    if abs(len(one) - len(other)) > max(20, LENGTH_SLACK * len(one)):
        return False
    return _ratio(one[:EDGE], other[:EDGE]) >= EDGE_LIKE and _ratio(one[-EDGE:], other[-EDGE:]) >= EDGE_LIKE


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
