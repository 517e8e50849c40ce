"""One way from manuscript to rendition: preview, review, sign-off and publication all go through here."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from assets.pictures import Pictures
from channels import registry
from channels.values import (
    AnyBlock,
    Blocks,
    FactBox,
    Finding,
    Footnote,
    List,
    ListItem,
    LocalLead,
    Manuscript,
    Paragraph,
    Profile,
    Quote,
    RegionBlock,
    Rendition,
)
from themes import Theme


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The rendition of ``manuscripts`` for the account ``profile``. Pure; StoryError if there is no form."""
    channel = registry.get(profile.channel)
    return channel.render([resolve(one, profile) for one in manuscripts], profile, theme, assets)


def render_and_check(
    manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures, on_date: date
) -> tuple[Rendition, list[Finding]]:
    """The rendition and what the channel's dated limits say of it, each finding with its account."""
    rendition = render(manuscripts, profile, theme, assets)
    findings = registry.get(profile.channel).check(rendition, profile, on_date)
    return rendition, [replace(one, channel=profile.channel, account=profile.account) for one in findings]


def text_of(channel: str) -> str:
    """The channel whose text this one shows: its own name where it may have one of its own (单独编辑), another's (RSS
    shows what 微站 shows), "" where it is always the main text."""
    return str(getattr(registry.get(channel), "text_as", channel))


def variant_of(manuscript: Manuscript, channel: str) -> str:
    """The hash of the manuscript this channel shows instead of this one; "" where it follows the main text."""
    return dict(manuscript.variants).get(text_of(channel), "") if manuscript.variants else ""


def resolve(manuscript: Manuscript, profile: Profile) -> Manuscript:
    """``manuscript`` as the unit reads it: region blocks opened or left out, local leads chosen.

    Units that read the same share one object, so a channel may cache its work by identity."""
    named = _units_named(manuscript)
    if not named:
        return manuscript
    return _resolved(manuscript, tuple(unit for unit in profile.unit_path if unit in named))


def is_local(manuscript: Manuscript) -> bool:
    """Whether any of it is for some units only, so that not everybody reads the same."""
    return bool(_units_named(manuscript))


@lru_cache(maxsize=256)
def _units_named(manuscript: Manuscript) -> frozenset[str]:
    """The units any block of the story speaks to, and "" for each local block, so that none goes unseen."""
    return frozenset(name for block in manuscript.blocks for name in _names(block))


def _names(block: AnyBlock) -> Iterator[str]:
    if isinstance(block, RegionBlock):
        yield from ("", *block.units)
    if isinstance(block, LocalLead):
        yield from ("", *(one.unit for one in block.texts))
    entries = block.items if isinstance(block, List) else (block,)
    for inner in (one for entry in entries for one in getattr(entry, "blocks", ())):
        yield from _names(inner)


@lru_cache(maxsize=1024)
def _resolved(manuscript: Manuscript, own: tuple[str, ...]) -> Manuscript:
    return replace(manuscript, blocks=_local(manuscript.blocks, own))


def _local(blocks: Blocks, unit_path: tuple[str, ...]) -> Blocks:
    out: list[AnyBlock] = []
    for block in blocks:
        if isinstance(block, RegionBlock):
            if set(block.units) & set(unit_path):
                out.extend(_local(block.blocks, unit_path))
        elif isinstance(block, LocalLead):
            texts = {one.unit: one.text for one in block.texts}
            own = next((texts[unit] for unit in reversed(unit_path) if unit in texts), None)
            if own is not None:
                out.append(Paragraph(text=own, lang=block.lang, ai=block.ai, line=block.line))
        elif isinstance(block, Quote | FactBox | Footnote) and any(_names(block)):
            out.append(replace(block, blocks=_local(block.blocks, unit_path)))
        elif isinstance(block, List) and any(_names(block)):
            entries = tuple(ListItem(blocks=kept) for one in block.items if (kept := _local(one.blocks, unit_path)))
            out += [replace(block, items=entries)] if entries else []
        else:
            out.append(block)
    return tuple(out)
