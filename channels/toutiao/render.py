"""A story as a Toutiao article: plain HTML, title, cover, and the declaration a machine's help asks for."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from assets.pictures import Cut, Pictures
from channels.making import frame, words
from channels.making.article import Dialect, Draw, Made, Sheet, make
from channels.toutiao import blocks
from channels.toutiao.blocks import p
from channels.toutiao.limits import COVER, RULES_VERSION
from channels.values import Loss, Manuscript, Paragraph, Part, Profile, RenderedFile, Rendition, slot_mark
from themes import Theme

DIGEST = 120
_DRAW: Mapping[str, Draw] = MappingProxyType(
    {
        "heading": blocks.heading,
        "paragraph": blocks.paragraph,
        "list": blocks.list_,
        "quote": blocks.quote,
        "figure": blocks.figure,
        "gallery": blocks.gallery,
        "video": blocks.video,
        "audio": blocks.audio,
        "live_stream": blocks.live_stream,
        "dialogue": blocks.dialogue,
        "table": blocks.table,
        "code": blocks.code,
        "formula": blocks.formula,
        "fact_box": blocks.fact_box,
        "divider": blocks.divider,
        "resource_card": blocks.resource_card,
        "policy_link": blocks.policy_link,
        "key_figure": blocks.key_figure,
        "correction": blocks.correction,
    }
)
DIALECT = Dialect(
    name="头条",
    draw=_DRAW,
    marks=MappingProxyType(blocks.MARKS),
    link=blocks.link,
    note=blocks.note,
    flag=blocks.flag,
    cut=Cut(width=1280, max_bytes=11_000_000),
    inline_formula=blocks.inline_formula,
)


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The article of one story for one account."""
    frame.not_empty(manuscripts)
    made = [(one, make(one, assets, DIALECT, compose)) for one in manuscripts]
    return Rendition(
        channel="toutiao",
        account=profile.account,
        mime="text/html",
        parts=tuple(_part(one, body, profile, assets) for one, body in made),
        renderer=frame.fingerprint("toutiao", RULES_VERSION, theme),
        losses=tuple(loss for one, body in made for loss in (*_field_losses(one), *body.losses)),
    )


def _part(manuscript: Manuscript, made: Made, profile: Profile, assets: Pictures) -> Part:
    slots = (frame.link_slot(profile, manuscript.slug, "own_link_html"),) if profile.site_url else ()
    own = p(f"网页版：{slot_mark(slots[0].id)}") if slots else ""
    unit = p(" ".join(filter(None, (words.escape(profile.unit_name), words.escape(profile.contact)))))
    return Part(
        story=manuscript.slug,
        manuscript=frame.manuscript_hash(manuscript),
        fields=_fields(manuscript),
        body="".join(made.pieces) + own + unit,
        slots=(*made.slots, *slots),
        files=(*_cover(manuscript, assets), *made.files),
    )


@lru_cache(maxsize=256)
def _fields(manuscript: Manuscript) -> tuple[tuple[str, str], ...]:
    """``declaration`` is the box to tick in the console when a machine had a hand in it (R7)."""
    return (
        ("title", words.clean(manuscript.headline_for("toutiao")).strip()),
        ("digest", words.digest(manuscript, DIGEST)),
        ("tags", " ".join(map(words.clean, manuscript.topics))),
        ("declaration", "引用AI" if frame.has_ai(manuscript) else ""),
    )


@lru_cache(maxsize=256)
def _field_losses(manuscript: Manuscript) -> tuple[Loss, ...]:
    if manuscript.cover is None and frame.cover_picture(manuscript) is not None:
        return (Loss(what="封面", reason="没有选封面，用了文中第一张图"),)
    return ()


@lru_cache(maxsize=256)
def _cover(manuscript: Manuscript, assets: Pictures) -> tuple[RenderedFile, ...]:
    picture = frame.cover_picture(manuscript)
    return (frame.cover_file(assets, picture, "cover", COVER, 5_000_000),) if picture else ()


def compose(sheet: Sheet) -> str:
    """The whole article of a manuscript, the same for every account but its last lines."""
    return _labels(sheet.manuscript) + sheet.blocks(sheet.manuscript.blocks) + _ends(sheet)


def _labels(manuscript: Manuscript) -> str:
    facts = dict(frame.source_facts(manuscript))
    credit = [f"文｜{words.escape(' '.join(manuscript.byline))}"] if manuscript.byline else []
    credit += [f"{label}：{words.escape(facts[label])}" for label in ("来源", "作者") if label in facts]
    ai = f"AI 标识｜{words.escape(manuscript.ai_label)}" if manuscript.ai_label else ""
    column = words.escape(manuscript.column) + (f" · 第 {manuscript.issue} 期" if manuscript.issue else "")
    return p(words.escape(manuscript.subtitle), column if manuscript.column else "", "　".join(credit), ai)


def _ends(sheet: Sheet) -> str:
    """Notes, addresses, the reprint's source, and who answers for it."""
    out = "".join(_footnote(sheet, number, one.blocks) for number, one in sheet.footnotes())
    if sheet.links:
        out += p("<strong>参考链接</strong>", *(f"[{n}] {words.escape(href)}" for href, n in sheet.links.items()))
    facts = frame.source_facts(sheet.manuscript)
    if facts:
        out += p("<strong>转载来源</strong>", *(f"{label}：{words.escape(value)}" for label, value in facts))
    sheet.slots["signoff"] = frame.SIGNOFF_SLOT
    editor = f"编辑：{words.escape(sheet.manuscript.editor)}　" if sheet.manuscript.editor else ""
    return out + p(f"{editor}{slot_mark('signoff')}")


def _footnote(sheet: Sheet, number: int, inner: tuple[object, ...]) -> str:
    drawn = [sheet.inline(one.text) if isinstance(one, Paragraph) else sheet.block(one) for one in inner]  # type: ignore[arg-type]
    return p(f"[注{number}] {'<br>'.join(drawn)}")
