"""`yigao compare`: two accounts of one channel differ only where they may, and every difference has its reason.

Nothing here knows what a brand looks like. A rendition is a pure function of the resolved story, the theme and
the profile; so the first account's inputs are exchanged for the second's one kind at a time, in the order of
REASONS, and what changes at each step was caused by that input. The steps lead from one rendition to the other,
so no difference can be missed. What changes only with the last exchange (the account's key, the unit's path, the
theme's name: things that tell accounts apart and belong in no story) has no declared reason, and so has a change
in a part of the rendition where its input has no business.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

import themes
from assets.pictures import Pictures
from channels import registry
from channels.contract import StoryError
from channels.rendering import resolve
from channels.values import (
    AnyBlock,
    Blocks,
    FactBox,
    Footnote,
    LocalLead,
    LocalText,
    Manuscript,
    Part,
    Profile,
    Quote,
    RegionBlock,
    Rendition,
)
from themes import Theme

UNDECLARED = "未申报"
BODY, SLOTS, FILES = "正文", "槽位", "文件"


@dataclass(frozen=True, slots=True)
class Inputs:
    """All a rendition depends on: the story as the unit reads it, the theme, the profile."""

    story: Manuscript
    theme: Theme
    profile: Profile

    def rendered(self, pictures: Pictures) -> tuple[Part, ...]:
        """What is sent: the parts. The rendition's account and fingerprint are not."""
        channel = registry.get(self.profile.channel)
        made: Rendition = channel.render([self.story], self.profile, self.theme, pictures)
        return made.parts


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two accounts may differ: ``exchange(here, there, manuscript)`` gives ``here`` with one kind of input
    from ``there``; ``places`` are the parts of a rendition (fields by name) it may change, None = any."""

    name: str
    exchange: Callable[[Inputs, Inputs, Manuscript], Inputs]
    places: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: its reason, its place (正文, 槽位, 文件, or a field's name), and what stands on each side.
    ``times``: how often the same two stand against each other. ``is_declared``: whether it may be."""

    reason: str
    place: str
    one: str
    other: str
    times: int
    is_declared: bool


def compare(manuscript: Manuscript, one: Profile, other: Profile, pictures: Pictures) -> list[Difference]:
    """Every difference between the renditions of two accounts, in the order of REASONS.

    StoryError when the accounts are on different channels."""
    found: list[Difference] = []
    for reason, before, after in _steps(manuscript, one, other, pictures):
        for place, was, now in _changes(before, after):
            may = reason.places is None or place in reason.places
            pairs = _pairs(was, now) if place == BODY else {(was, now): 1}
            found += [Difference(reason.name, place, *pair, times, may) for pair, times in pairs.items()]
    return found


def is_declared(manuscript: Manuscript, one: Profile, other: Profile, pictures: Pictures) -> bool:
    """Whether two accounts differ only where they may; quicker than listing how."""
    return all(
        reason.places is None or place in reason.places
        for reason, before, after in _steps(manuscript, one, other, pictures)
        for place, _, _ in _changes(before, after)
    )


def _steps(
    manuscript: Manuscript, one: Profile, other: Profile, pictures: Pictures
) -> Iterator[tuple[Reason, tuple[Part, ...], tuple[Part, ...]]]:
    """(reason, parts before, parts after) for each exchange that changes an input."""
    if one.channel != other.channel:
        raise StoryError("两个账号不在同一个渠道，没法比较，请选同一渠道的两个账号。")
    here, there = _inputs(manuscript, one), _inputs(manuscript, other)
    before = here.rendered(pictures)
    for reason in REASONS:
        changed = reason.exchange(here, there, manuscript)
        if changed == here:
            continue
        after = changed.rendered(pictures)
        yield reason, before, after
        here, before = changed, after


def _inputs(manuscript: Manuscript, profile: Profile) -> Inputs:
    return Inputs(_kept(resolve(manuscript, profile)), themes.load(profile.theme, profile.own_tokens), profile)


@lru_cache(maxsize=256)
def _kept(story: Manuscript) -> Manuscript:
    """The first of all equal stories: makers keep what they drew by identity."""
    return story


# --------------------------------------------------------------------------- what is exchanged


def _regions(here: Inputs, there: Inputs, manuscript: Manuscript) -> Inputs:
    """The region blocks of the other unit, the local leads still of this one."""
    leads = _led(manuscript, here.profile.unit_path, there.profile.unit_path[-1])
    return replace(here, story=_kept(resolve(leads, there.profile)))


_CONTAINERS = (RegionBlock, Quote, FactBox, Footnote)


@lru_cache(maxsize=1024)
def _led(manuscript: Manuscript, path: tuple[str, ...], unit: str) -> Manuscript:
    """The story with the leads that units on ``path`` read, addressed to ``unit``."""
    if not any(_has_lead(block) for block in manuscript.blocks):
        return manuscript
    return replace(manuscript, blocks=_with_leads(manuscript.blocks, path, unit))


def _has_lead(block: AnyBlock) -> bool:
    return isinstance(block, LocalLead) or any(map(_has_lead, getattr(block, "blocks", ())))


def _with_leads(blocks: Blocks, path: tuple[str, ...], unit: str) -> Blocks:
    out: list[AnyBlock] = []
    for block in blocks:
        if isinstance(block, LocalLead):
            texts = {one.unit: one.text for one in block.texts}
            own = [LocalText(unit=unit, text=texts[slug]) for slug in reversed(path) if slug in texts]
            out.append(replace(block, texts=tuple(own[:1])))
        elif isinstance(block, _CONTAINERS) and _has_lead(block):
            out.append(replace(block, blocks=_with_leads(block.blocks, path, unit)))
        else:
            out.append(block)
    return tuple(out)


def _leads(here: Inputs, there: Inputs, _: Manuscript) -> Inputs:
    return replace(here, story=there.story)


def _masthead(here: Inputs, there: Inputs, _: Manuscript) -> Inputs:
    """The words a brand brings: its 刊头, motto and closing line."""
    mine, its = here.theme, dict(there.theme.tokens)

    def spoken(tokens: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, its[name] if name in _BRAND_WORDS else value) for name, value in tokens)

    looks = tuple((look, spoken(tokens)) for look, tokens in mine.looks)
    return replace(here, theme=replace(mine, tokens=spoken(mine.tokens), looks=looks))


def _brand(here: Inputs, there: Inputs, _: Manuscript) -> Inputs:
    """All else a theme says but its name: colours, shapes, looks, style sheet."""
    mine, its = here.theme, there.theme
    return replace(here, theme=replace(mine, tokens=its.tokens, css=its.css, looks=its.looks))


def _of_profile(*names: str) -> Callable[[Inputs, Inputs, Manuscript], Inputs]:
    def exchange(here: Inputs, there: Inputs, _: Manuscript) -> Inputs:
        own = {name: getattr(there.profile, name) for name in names}
        return replace(here, profile=replace(here.profile, **own))

    return exchange


def _everything(here: Inputs, there: Inputs, _: Manuscript) -> Inputs:
    return there


_BRAND_WORDS = frozenset({"masthead", "motto", "footer"})
_LOCAL = None  # local words may stand in the text, and so in a digest or a cover made from it
_SHOWN = frozenset({BODY, FILES})
REASONS = (
    Reason("地区块", _regions, _LOCAL),
    Reason("地方导语", _leads, _LOCAL),
    Reason("刊头", _masthead, _SHOWN),
    Reason("品牌", _brand, _SHOWN),
    Reason("账号名", _of_profile("name"), frozenset({BODY, FILES, "source"})),
    Reason("单位名", _of_profile("unit_name", "unit_short"), frozenset({BODY})),
    Reason("联系方式", _of_profile("contact"), frozenset({BODY})),
    Reason("页脚", _of_profile("footer"), frozenset({BODY})),
    Reason("本单位链接", _of_profile("site_url"), frozenset({BODY, SLOTS, "link", "content_source_url", "guid"})),
    Reason("账号设置", _of_profile("settings"), _SHOWN),
    Reason("条目标识", _of_profile("unit"), frozenset({"guid"})),
    Reason(UNDECLARED, _everything, frozenset()),
)

# --------------------------------------------------------------------------- what has changed


def _changes(before: tuple[Part, ...], after: tuple[Part, ...]) -> Iterator[tuple[str, str, str]]:
    """(place, before, after) for every part of the parts that is not the same."""
    for one, other in zip(before, after, strict=True):
        if one == other:
            continue
        was, now = dict(one.fields), dict(other.fields)
        names = dict.fromkeys((*was, *now))
        yield from ((name, was.get(name, ""), now.get(name, "")) for name in names if was.get(name) != now.get(name))
        if one.body != other.body:
            yield BODY, one.body, other.body
        yield from _rows(SLOTS, one.slots, other.slots)
        yield from _rows(FILES, one.files, other.files)


def _rows(place: str, before: Iterable[object], after: Iterable[object]) -> Iterator[tuple[str, str, str]]:
    was, now = list(before), list(after)
    gone = [one for one in was if one not in now]
    new = [one for one in now if one not in was]
    for number in range(max(len(gone), len(new))):
        yield place, _said(gone[number : number + 1]), _said(new[number : number + 1])
    if was != now and not gone and not new:
        yield place, "顺序", "顺序不同"


def _said(rows: list[object]) -> str:
    """A slot or a file in a few words."""
    return "".join(
        " ".join(str(getattr(one, name)) for name in ("role", "id", "name", "max_length") if hasattr(one, name))
        for one in rows
    )


_TOKEN = re.compile(r"<[a-z0-9/!]+|[^<>;\"]+|[<>;\"]")


def _pairs(one: str, other: str) -> dict[tuple[str, str], int]:
    """The words that stand against each other in two bodies, and how often."""
    left, right = _TOKEN.findall(one), _TOKEN.findall(other)
    found: dict[tuple[str, str], int] = {}
    for kind, a, b, c, d in SequenceMatcher(None, left, right).get_opcodes():
        if kind == "equal":
            continue
        aligned = b - a == d - c
        pairs = zip(left[a:b], right[c:d], strict=True) if aligned else [("".join(left[a:b]), "".join(right[c:d]))]
        for pair in pairs:
            if pair[0] != pair[1]:
                found[pair] = found.get(pair, 0) + 1
    return found
