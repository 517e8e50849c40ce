"""What every rendition of ours carries beside its words: the source line, the covers, the fingerprint."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from assets.pictures import Cut, Pictures
from channels import canonical
from channels.contract import StoryError
from channels.making import words
from channels.making.article import asset_hash, first_picture, labelled, rendered
from channels.slots import own_link
from channels.values import Manuscript, Picture, Profile, RenderedFile, Slot
from themes import Theme

LEAD_LENGTH = 300  # a published article's long address has some 250 characters
KEY_LENGTH = 32
LEAD_LENGTH = 300  # a published article, by its long address, takes some 250 characters
SIGNOFF_LENGTH = 60


@lru_cache(maxsize=64)
def written(manuscript: Manuscript) -> bytes:
    """The canonical bytes of a manuscript, made once for all accounts and channels."""
    return canonical.encode(manuscript)


@lru_cache(maxsize=256)
def manuscript_hash(manuscript: Manuscript) -> str:
    """The hash a manuscript is signed by, counted once for all accounts and channels."""
    return hashlib.sha256(written(manuscript)).hexdigest()


def fingerprint(channel: str, rules_version: str, theme: Theme) -> str:
    """Names the code, rules and theme that made a rendition."""
    return f"{channel}/{rules_version}/{theme.name}@{theme.fingerprint}"


def link_slot(profile: Profile, slug: str, slot_id: str = "own_link") -> Slot:
    """The story's address on the unit's own site; its length is known because the address is."""
    escape = "html" if slot_id.endswith("_html") else "text"
    length = max(1, len(own_link(profile, slug)))
    return Slot(id=slot_id, kind="own_link", max_length=length, escape=escape)  # type: ignore[arg-type]


KEY_SLOT = Slot(id="key", kind="key", max_length=KEY_LENGTH, escape="url")
LEAD_SLOT = Slot(id="lead_link", kind="lead_link", max_length=LEAD_LENGTH, escape="html")
SIGNOFF_SLOT = Slot(id="signoff", kind="signoff", max_length=SIGNOFF_LENGTH, escape="html")


def not_empty(manuscripts: Sequence[Manuscript]) -> None:
    """StoryError when there is nothing to publish: every platform refuses an empty article."""
    if not manuscripts:
        raise StoryError("这次发布里没有稿件，请至少选一篇。")
    for one in manuscripts:
        if not one.blocks:
            raise StoryError(f"稿件《{words.excerpt(one.headline)}》正文是空的，请写正文。")


def source_facts(manuscript: Manuscript) -> tuple[tuple[str, str], ...]:
    """The source line of a reprint as (label, words); empty for our own stories (R4)."""
    source = manuscript.source
    if source is None:
        return ()
    facts = (
        ("来源", source.outlet),
        ("作者", source.author),
        ("原题", source.title if source.title != manuscript.headline else ""),
        ("发表", source.published),
        ("原文", source.url),
    )
    return tuple((label, words.clean(value)) for label, value in facts if value)


@lru_cache(maxsize=256)
def has_ai(manuscript: Manuscript) -> bool:
    """Whether anything in the story was made by a machine (R7)."""
    return bool(manuscript.ai_label) or any(flag in written(manuscript) for flag in (b'"ai":true', b'"kind":"ai"'))


def cover_picture(manuscript: Manuscript) -> Picture | None:
    """The cover, or the story's first picture."""
    return manuscript.cover or first_picture(manuscript.blocks)


def cover_file(assets: Pictures, picture: Picture, role: str, size: tuple[int, int], max_bytes: int) -> RenderedFile:
    """The picture cut to ``size`` around its focus, as a file of the rendition."""
    cut = Cut(size[0], size, picture.focus_x, picture.focus_y, max_bytes, "image/jpeg")
    return rendered(assets.variant(asset_hash(picture), labelled(cut, picture)), role, words.clean(picture.alt))
