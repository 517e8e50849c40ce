"""A story as one Weibo post by the share route: 【headline】 a few sentences, one link, one picture."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from assets.pictures import Cut, Pictures
from channels.making import frame, words
from channels.making.article import Same, asset_hash, labelled, picture_slot, rendered
from channels.making.kinds import NAMES
from channels.values import (
    AnyBlock,
    Loss,
    Manuscript,
    Part,
    Profile,
    RenderedFile,
    Rendition,
    Slot,
    slot_mark,
)
from channels.weibo.count import count
from channels.weibo.limits import PICTURE_BYTES, RULES_VERSION, TEXT_ZI, measured
from themes import Theme

_TOPIC = re.compile(r"[#＃]([^#＃\n]+)[#＃]")
_ENOUGH = 600  # characters: more can never fit in 140 字, and measuring a whole story costs time
_PICTURE_CUT = Cut(width=1920, max_bytes=PICTURE_BYTES - 1)


class _Told(NamedTuple):
    """The words of a post, and what they leave out."""

    text: str
    losses: tuple[Loss, ...]


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The post of one story for one account."""
    frame.not_empty(manuscripts)
    parts: list[Part] = []
    losses: list[Loss] = []
    for one in manuscripts:
        part, lost = _part(one, profile, assets)
        parts.append(part)
        losses.extend(lost)
    return Rendition(
        channel="weibo",
        account=profile.account,
        mime="text/plain",
        parts=tuple(parts),
        renderer=frame.fingerprint("weibo", RULES_VERSION, theme),
        losses=tuple(losses),
    )


def _part(manuscript: Manuscript, profile: Profile, assets: Pictures) -> tuple[Part, tuple[Loss, ...]]:
    slots = (frame.link_slot(profile, manuscript.slug),) if profile.site_url else ()
    link = slot_mark(slots[0].id) if slots else ""
    told = _told(Same(manuscript), link, slots[0].max_length if slots else 0)
    files, pictures = _pictures(manuscript, assets)
    picture = slot_mark(pictures[0].id) if pictures else ""
    part = Part(
        story=manuscript.slug,
        manuscript=frame.manuscript_hash(manuscript),
        fields=(("text", told.text), ("link", link), ("picture", picture)),
        body=told.text,
        slots=(*slots, *pictures),
        files=files,
    )
    return part, told.losses


@lru_cache(maxsize=1024)
def _told(same: Same[Manuscript], link: str, link_length: int) -> _Told:
    """As many whole sentences as fit between headline and link; once for all links of one length."""
    manuscript = same.value
    headline = _calm(manuscript.headline_for("weibo")).translate({ord("【"): None, ord("】"): None})
    tail = _tail(manuscript) + (f" {link}" if link else "")

    def zi(text: str) -> int:
        return count(measured(text, {"own_link": link_length}))

    opener = f"【{words.fit(headline, TEXT_ZI, lambda kept: zi(f'【{kept}】{tail}'))}】"
    source = _calm(manuscript.digest) or _calm(" ".join(words.paragraphs(manuscript.blocks)))
    body = words.fit(source[:_ENOUGH], TEXT_ZI, lambda kept: zi(opener + kept + tail))
    return _Told(opener + body + tail, _losses(same, headline, opener, body))


def _tail(manuscript: Manuscript) -> str:
    """What must be said in public: the reprint's outlet (R4), a machine's part (R7)."""
    outlet = f"（来源：{words.clean(manuscript.source.outlet)}）" if manuscript.source else ""
    return outlet + ("（含 AI 生成内容）" if frame.has_ai(manuscript) else "")


def _calm(text: str) -> str:
    """One line without #topics#, which the share route refuses."""
    return _TOPIC.sub(r"\1", " ".join(words.clean(text).split()))


@lru_cache(maxsize=256)
def _losses(same: Same[Manuscript], headline: str, opener: str, body: str) -> tuple[Loss, ...]:
    """Each block whose words did not get in, and a headline cut short."""
    found: list[Loss] = []
    if opener != f"【{headline}】":
        reason = "微博放不下整个标题，请写 short_headlines: weibo:"
        found.append(Loss(what="大标题", reason=reason, excerpt=words.excerpt(headline)))
    for block, said in _said(same):
        if not said or said not in body:
            found.append(_lost(block, said))
    return tuple(found)


@lru_cache(maxsize=64)
def _said(same: Same[Manuscript]) -> tuple[tuple[AnyBlock, str], ...]:
    """Each block with its words, gathered once for all accounts."""
    return tuple((block, _words_of(Same(block))) for block in same.value.blocks)


@lru_cache(maxsize=4096)
def _words_of(same: Same[AnyBlock]) -> str:
    """One block's words; units whose stories differ elsewhere share it."""
    return _calm(words.of_block(same.value))


def _lost(block: AnyBlock, said: str) -> Loss:
    reason = "微博正文只取摘要或前几句，全文见链接"
    return Loss(what=NAMES[block.kind], reason=reason, line=block.line, excerpt=words.excerpt(said, 40))


@lru_cache(maxsize=256)
def _pictures(manuscript: Manuscript, assets: Pictures) -> tuple[tuple[RenderedFile, ...], tuple[Slot, ...]]:
    picture = frame.cover_picture(manuscript)
    if picture is None:
        return (), ()
    variant = assets.variant(asset_hash(picture), labelled(_PICTURE_CUT, picture))
    slot = picture_slot(f"pic-{variant.hash[:12]}", variant.hash)
    return (rendered(variant, "picture", words.clean(picture.alt)),), (slot,)
