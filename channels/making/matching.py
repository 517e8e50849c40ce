"""Is that ours? A platform's listing compared with what we sent, when the key did not come through.

Platforms change what they are given: spaces, quotes, entities, widths, a signature at the end, a title cut short.
Both sides are brought to the same plain form; then the titles, the numbers in them and the passages of the texts
are compared, and the time must be right. After rules.md §1 (reconcile); passages instead of the first and last 200
characters, for the issues of a column share their beginning and end.

What is neither clearly ours nor clearly another's is ``perhaps``: whoever asks holds the delivery for a person.
Taking it for ours would lose a story; taking it for another's would send ours twice.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Literal

from channels.transport import Fingerprint

Likeness = Literal["ours", "perhaps", "other"]
EARLY = timedelta(hours=26)
"""How far back a look-up reads: clocks differ, and ours may have jumped a day before the send was written down (F16);
what another delivery of ours is known by does not count."""
TITLE_LIKE = 0.9
TITLE_CUT = 8  # so many characters of a title are enough to know its beginning by
PASSAGE = 6
WHOLE = 0.97
SAME = 0.85  # the share of passages two forms of one text have in common, at least
AKIN = 0.5
ADDED = 100  # characters a platform may put below a text, however short
_TAG = re.compile(r"<[^>]*>")
_KEY = re.compile(r"(?<![a-z0-9])[a-z2-7]{20}(?![a-z0-9])")  # a delivery key: 20 base32 characters
_NOISE = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[0-9]+|[零〇一二三四五六七八九十百千两]+")


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
    without_tags = html.unescape(_TAG.sub(" ", text))
    return _NOISE.sub("", unicodedata.normalize("NFKC", without_tags)).lower()


def keys_in(carried: str) -> list[str]:
    """The delivery keys in whatever a platform carried along."""
    return _KEY.findall(carried)


def is_ours(fingerprint: Fingerprint, position: int, candidate: Candidate) -> bool:
    """Whether ``candidate`` clearly is the story at ``position`` (from 0) of the send."""
    return likeness(fingerprint, position, candidate) == "ours"


def likeness(fingerprint: Fingerprint, position: int, candidate: Candidate) -> Likeness:
    """``candidate`` beside the story at ``position`` (from 0) of the send: by key, else by content."""
    keys = keys_in(candidate.carried)
    if fingerprint.key in keys:
        return "ours"
    if keys or candidate.at < fingerprint.since - EARLY:
        return "other"
    titles = _titles(plain(fingerprint.titles[position]), plain(candidate.title))
    return _together(titles, _texts(plain(fingerprint.texts[position]), plain(candidate.text)))


def _together(titles: str, texts: str) -> Likeness:
    if texts in ("whole", "same") and titles != "other":
        return "ours"
    if texts == "whole":
        return "perhaps"  # ours under another title: somebody may have changed it in the platform's console
    if texts in ("none", "cut") and titles == "same":
        return "ours"
    return "other" if "other" in (titles, texts) else "perhaps"


def _titles(ours: str, theirs: str) -> Literal["same", "like", "other"]:
    """``like``: cut short, or changed in a letter or two but in no number."""
    if ours == theirs:
        return "same"
    short, long = sorted((ours, theirs), key=len)
    if len(short) >= TITLE_CUT and long.startswith(short):
        return "like"
    is_like = _NUMBER.findall(ours) == _NUMBER.findall(theirs) and _ratio(ours, theirs) >= TITLE_LIKE
    return "like" if is_like else "other"


def _texts(ours: str, theirs: str) -> Literal["whole", "same", "akin", "cut", "none", "other"]:
    """``whole``: next to nothing was changed; ``akin``: much in common; ``cut``: only a beginning of ours; ``none``:
    the list gives no texts."""
    if not theirs:
        return "none"
    mine, other = _passages(ours), _passages(theirs)
    common = len(mine & other)
    if common >= SAME * len(mine) and len(other) <= max(len(mine) / SAME, len(mine) + ADDED):
        return "whole" if common >= WHOLE * max(len(mine), len(other)) else "same"
    if common >= SAME * len(other) and len(other) < SAME * len(mine) and ours[:PASSAGE] == theirs[:PASSAGE]:
        return "cut"
    return "akin" if common >= AKIN * min(len(mine), len(other)) else "other"


def _passages(text: str) -> set[str]:
    """Every run of ``PASSAGE`` characters; a shorter text is one."""
    return {text[at : at + PASSAGE] for at in range(max(1, len(text) - PASSAGE + 1))}


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
