"""A story as a Toutiao article: plain HTML, title, cover, and the declaration a machine's help asks for."""

from collections.abc import Sequence
from functools import lru_cache

from assets.pictures import Cut, Pictures
from channels.making import frame, plain, words
from channels.making.article import Dialect, Made, Sheet, make
from channels.making.plain import p
from channels.making.plain_losses import list_marks
from channels.toutiao import blocks
from channels.toutiao.limits import COVER, PICTURE_BYTES, RULES_VERSION, TITLE
from channels.values import Footnote, Loss, Manuscript, Paragraph, Part, Profile, RenderedFile, Rendition, slot_mark
from themes import Theme

DIGEST = 120
DIALECT = Dialect(
    name="头条",
    draw=blocks.DRAW,
    marks=plain.MARKS,
    link=blocks.link,
    note=plain.note,
    flag=plain.flag,
    cut=Cut(width=1280, max_bytes=PICTURE_BYTES),
    inline_formula=plain.inline_formula,
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
        ("title", _title(manuscript)[0]),
        ("digest", words.digest(manuscript, DIGEST)),
        ("tags", " ".join(map(words.clean, manuscript.topics))),
        ("declaration", "引用AI" if frame.has_ai(manuscript) else ""),
    )


def _title(manuscript: Manuscript) -> tuple[str, bool]:
    """The title that fits, and whether words of the headline had to be left out."""
    return words.title(manuscript, "toutiao", TITLE)


@lru_cache(maxsize=256)
def _field_losses(manuscript: Manuscript) -> tuple[Loss, ...]:
    found: list[Loss] = []
    if _title(manuscript)[1]:
        reason = (
            f"头条标题最多 {TITLE} 字，没有放下整个标题，"
            "请在稿头给头条写一个短标题（Markdown：short_headlines: toutiao:）"
        )
        said = words.excerpt(manuscript.headline, 40)
        found.append(Loss(what="大标题", reason=reason, excerpt=said, kind="dropped"))
    if manuscript.cover is None and frame.cover_picture(manuscript) is not None:
        found.append(Loss(what="封面", reason="没有选封面，用了文中第一张图"))
    return tuple(found)


@lru_cache(maxsize=256)
def _cover(manuscript: Manuscript, assets: Pictures) -> tuple[RenderedFile, ...]:
    picture = frame.cover_picture(manuscript)
    return (frame.cover_file(assets, picture, "cover", COVER, 5_000_000),) if picture else ()


def compose(sheet: Sheet) -> str:
    """The whole article of a manuscript, the same for every account but its last lines."""
    body = _labels(sheet.manuscript) + sheet.blocks(sheet.manuscript.blocks) + _ends(sheet)
    list_marks(sheet, sheet.manuscript.blocks)
    return body


def _labels(manuscript: Manuscript) -> str:
    facts = dict(frame.source_facts(manuscript))
    credit = [f"文｜{words.escape(' '.join(manuscript.byline))}"] if manuscript.byline else []
    credit += [f"{label}：{words.escape(facts[label])}" for label in ("来源", "作者") if label in facts]
    ai = f"AI 标识｜{words.escape(manuscript.ai_label)}" if manuscript.ai_label else ""
    column = words.escape(manuscript.column) + (f" · 第 {manuscript.issue} 期" if manuscript.issue else "")
    return p(words.escape(manuscript.subtitle), column if manuscript.column else "", "　".join(credit), ai)


def _ends(sheet: Sheet) -> str:
    """Notes, addresses, the reprint's source, and who answers for it."""
    out = "".join(_footnote(sheet, number, one) for number, one in sheet.footnotes())
    if sheet.links:
        out += p("<strong>参考链接</strong>", *(f"[{n}] {words.escape(href)}" for href, n in sheet.links.items()))
    facts = frame.source_facts(sheet.manuscript)
    if facts:
        out += p("<strong>转载来源</strong>", *(f"{label}：{words.escape(value)}" for label, value in facts))
    sheet.slots["signoff"] = frame.SIGNOFF_SLOT
    editor = f"编辑：{words.escape(sheet.manuscript.editor)}　" if sheet.manuscript.editor else ""
    return out + p(f"{editor}{slot_mark('signoff')}")


def _footnote(sheet: Sheet, number: int, note: Footnote) -> str:
    """A note: its paragraphs run on behind its number, anything else stands below."""
    lead = [one for one in note.blocks if isinstance(one, Paragraph)]
    rest = [one for one in note.blocks if not isinstance(one, Paragraph)]
    said = "<br>".join(sheet.inline(one.text) for one in lead)
    return p(f"[注{number}] {said}") + sheet.blocks(rest)
