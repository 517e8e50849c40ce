"""A story as a WeChat article: fields, body, covers and slots for one account.

The body is drawn once a manuscript with marks for brand and account; an account only fills them in.
"""

from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from assets.pictures import INLINE_WECHAT, Pictures
from channels.making import frame, words
from channels.making.article import Dialect, Draw, Made, Sheet
from channels.making.fallbacks import fallbacks
from channels.making.titlecard import title_card
from channels.values import AnyBlock, Loss, Manuscript, Part, Profile, RenderedFile, Rendition, Slot, slot_mark
from channels.wechat import cards, dialogue, pictures, scripts, text, tight
from channels.wechat.forms import FORMS
from channels.wechat.limits import RULES_VERSION
from channels.wechat.page import account_tokens
from themes import Theme

COVER = (900, 383)
THUMB = (300, 300)
TITLE, AUTHOR, DIGEST = 64, 16, 128


def _in_its_script(draw: Draw) -> Draw:
    """``draw``, its block set in the fonts of its own language."""

    def drawn(sheet: Sheet, block: AnyBlock) -> str:
        return _scripted(sheet, block, draw(sheet, block)) if block.lang else draw(sheet, block)

    return drawn


def _scripted(sheet: Sheet, block: AnyBlock, drawn: str) -> str:
    if scripts.is_upright(drawn):
        sheet.lose("竖排蒙古文", "公众号正文不能竖排，改为横排", words.of_block(block))
    if scripts.is_from_right(drawn):
        sheet.lose("从右到左的文字", "公众号不收 dir 属性，改为右对齐，字序由阅读器排", words.of_block(block))
    return drawn if block.kind in ("paragraph", "heading") else scripts.block(block.lang, drawn)


_DRAW: dict[str, Draw] = {
    "heading": text.heading,
    "paragraph": text.paragraph,
    "list": text.list_,
    "quote": text.quote,
    "figure": pictures.figure,
    "gallery": pictures.gallery,
    "video": cards.video,
    "audio": cards.audio,
    "live_stream": cards.live_stream,
    "dialogue": dialogue.dialogue,
    "table": text.table,
    "code": text.code,
    "formula": text.formula,
    "fact_box": cards.fact_box,
    "divider": text.divider,
    "resource_card": cards.resource_card,
    "policy_link": cards.policy_link,
    "key_figure": cards.key_figure,
    "correction": cards.correction,
}
DIALECT = Dialect(
    name="公众号",
    draw=MappingProxyType({kind: _in_its_script(draw) for kind, draw in _DRAW.items()}),
    marks=MappingProxyType(text.MARKS),
    link=text.link,
    note=text.note,
    flag=text.flag,
    cut=INLINE_WECHAT,
    inline_formula=text.inline_formula,
    lang=scripts.run,
)


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The articles of one push for one account."""
    frame.not_empty(manuscripts)
    made = [(one, tight.made(one, assets, DIALECT)) for one in manuscripts]
    return Rendition(
        channel="wechat",
        account=profile.account,
        mime="text/html",
        parts=tuple(_part(one, body, profile, theme, assets) for one, body in made),
        renderer=frame.fingerprint("wechat", RULES_VERSION, theme),
        losses=tuple(
            loss
            for one, body in made
            for loss in (*_field_losses(one), *body.losses, *fallbacks(one, FORMS, body.losses))
        ),
    )


def _part(manuscript: Manuscript, made: Made, profile: Profile, theme: Theme, assets: Pictures) -> Part:
    link, link_slots = _source_link(manuscript, profile)
    covers, crops = _covers(manuscript, assets)
    covers = covers or _drawn_covers(manuscript, profile, theme.worn(manuscript.worn), assets)
    fields = (*_fields(manuscript), ("content_source_url", link), *crops)
    return Part(
        story=manuscript.slug,
        manuscript=frame.manuscript_hash(manuscript),
        fields=fields,
        body=made.filled(account_tokens(profile, theme, manuscript.worn)),
        slots=(*made.slots, *link_slots, *((frame.LEAD_SLOT,) if profile.setting("lead") else ())),
        files=(*covers, *made.files),
    )


@lru_cache(maxsize=256)
def _fields(manuscript: Manuscript) -> tuple[tuple[str, str], ...]:
    return (
        ("title", words.title(manuscript, "wechat", TITLE)[0]),
        ("author", words.credit(manuscript.byline, AUTHOR)),
        ("digest", words.digest(manuscript, DIGEST)),
        ("need_open_comment", "0"),
    )


@lru_cache(maxsize=256)
def _field_losses(manuscript: Manuscript) -> tuple[Loss, ...]:
    fields, names = dict(_fields(manuscript)), " ".join(manuscript.byline)
    found: list[Loss] = []
    if words.title(manuscript, "wechat", TITLE)[1]:
        reason = (
            f"公众号标题最多 {TITLE} 字，已在词句处截短；"
            "可在稿头给公众号写一个短标题（Markdown：short_headlines: wechat:）"
        )
        found.append(_loss("标题", reason, manuscript.headline, "dropped"))
    if fields["author"] != names:
        found.append(_loss("作者", f"公众号作者栏最多 {AUTHOR} 字，全部署名写在正文里", names))
    if manuscript.digest and fields["digest"] != words.clean(manuscript.digest):
        found.append(_loss("摘要", f"公众号摘要最多 {DIGEST} 字，只取前几句", manuscript.digest, "dropped"))
    if manuscript.topics:
        found.append(_loss("话题", "公众号的话题只能在后台选，没有随稿带上", "、".join(manuscript.topics), "dropped"))
    if manuscript.cover is None:
        drawn = frame.cover_picture(manuscript) is None
        card = "没有封面也没有图片，用标题画了一张题图卡（字体里没有的字不画）"
        found.append(_loss("封面", card if drawn else "没有选封面，用了文中第一张图", ""))
    return tuple(found)


def _loss(what: str, reason: str, text: str, kind: Literal["changed", "dropped"] = "changed") -> Loss:
    return Loss(what=what, reason=reason, excerpt=words.excerpt(text), kind=kind)


def _source_link(manuscript: Manuscript, profile: Profile) -> tuple[str, tuple[Slot, ...]]:
    """阅读原文: our own page, with the delivery's key to know it by later."""
    if not profile.site_url:
        return "", ()
    own = frame.link_slot(profile, manuscript.slug)
    return f"{slot_mark(own.id)}?k={slot_mark('key')}", (own, frame.KEY_SLOT)


@lru_cache(maxsize=256)
def _covers(manuscript: Manuscript, assets: Pictures) -> tuple[tuple[RenderedFile, ...], tuple[tuple[str, str], ...]]:
    """The feed cover and the share square, and where the square lies in the cover."""
    picture = frame.cover_picture(manuscript)
    if picture is None:
        return (), ()
    cover = frame.cover_file(assets, picture, "cover", COVER, 1_000_000)
    thumb = frame.cover_file(assets, picture, "thumb", THUMB, 64_000)
    share = COVER[1] / COVER[0]
    left = min(max(picture.focus_x / 1000 - share / 2, 0), 1 - share)
    square = f"{left:.4f}_0_{left + share:.4f}_1"
    return (cover, thumb), (("pic_crop_235_1", "0_0_1_1"), ("pic_crop_1_1", square))


def _drawn_covers(
    manuscript: Manuscript, profile: Profile, theme: Theme, assets: Pictures
) -> tuple[RenderedFile, RenderedFile]:
    """题图卡 for a story without any picture: the platform takes no article without a cover."""
    headline = words.title(manuscript, "wechat", TITLE)[0]
    masthead = theme.token("masthead") or profile.name
    return (
        _drawn(assets, title_card(headline, masthead, theme, COVER), "cover", COVER, headline),
        _drawn(assets, title_card(headline, masthead, theme, THUMB), "thumb", THUMB, headline),
    )


def _drawn(assets: Pictures, content: bytes, role: str, size: tuple[int, int], alt: str) -> RenderedFile:
    digest = assets.store.put(content)
    return RenderedFile(
        role=role,
        name=f"{digest[:12]}.jpg",
        hash=digest,
        mime="image/jpeg",
        size=len(content),
        width=size[0],
        height=size[1],
        alt=alt,
    )
