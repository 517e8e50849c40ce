"""头条文章: title, introduction, a body in the few tags the interface is safe to keep, a cover, an attached post."""

from functools import lru_cache
from types import MappingProxyType

from assets.pictures import Cut, Pictures
from channels.making import frame, plain, words
from channels.making.article import Dialect, Same, Sheet, make, rendered
from channels.making.plain import p
from channels.making.plain_losses import list_marks
from channels.making.titlecard import title_card
from channels.values import (
    Footnote,
    Loss,
    Manuscript,
    Mark,
    Paragraph,
    Part,
    Profile,
    RenderedFile,
    Slot,
    slot_mark,
)
from channels.weibo.routes import PICTURE_BYTES, ROUTES
from themes import Theme

ROUTE = ROUTES["article"]
TITLE, SUMMARY = ROUTE.value("title.long"), ROUTE.value("summary.long")
COVER = (1280, 720)


def _link(sheet: Sheet, drawn: str, mark: Mark) -> str:
    """A link that can be clicked; only its words when it leads elsewhere than the web."""
    href = words.clean(mark.href)
    if href.startswith(("http://", "https://")):
        return f'<a href="{words.escape(href)}">{drawn}</a>'
    sheet.lose("链接", f"头条文章只留文字（原指向 {words.excerpt(href, 60)}）", kind="dropped")
    return drawn


DIALECT = Dialect(
    name="微博头条文章",
    draw=MappingProxyType({**plain.DRAW, "heading": plain.heading(2, 2), "table": plain.table(0)}),
    marks=plain.MARKS,
    link=_link,
    note=plain.note,
    flag=plain.flag,
    cut=Cut(width=1280, max_bytes=PICTURE_BYTES),
    inline_formula=plain.inline_formula,
)


def part(
    manuscript: Manuscript,
    post: str,
    link: str,
    slots: tuple[Slot, ...],
    profile: Profile,
    theme: Theme,
    assets: Pictures,
) -> tuple[Part, tuple[Loss, ...]]:
    """The article with its attached ``post``, which ends in ``link``, and what it changes or drops."""
    made = make(manuscript, assets, DIALECT, compose)
    cover, losses = _cover(Same(manuscript), profile, theme, assets)
    html_slots = (frame.link_slot(profile, manuscript.slug, "own_link_html"),) if slots else ()
    fields = (
        ("title", words.title(manuscript, "weibo", TITLE)[0]),
        ("summary", words.digest(manuscript, SUMMARY)),
        ("post", post),
        ("link", link),
        ("route", ROUTE.name),
    )
    whole = Part(
        story=manuscript.slug,
        manuscript=frame.manuscript_hash(manuscript),
        fields=fields,
        body="".join(made.pieces) + _own(profile, slot_mark(html_slots[0].id) if html_slots else ""),
        slots=(*made.slots, *slots, *html_slots),
        files=(cover, *made.files),
    )
    return whole, (*losses, *_front(manuscript, fields), *made.losses)


def compose(sheet: Sheet) -> str:
    """The whole article, the same for every account but its last lines."""
    manuscript = sheet.manuscript
    body = _labels(manuscript) + sheet.blocks(manuscript.blocks) + _ends(sheet)
    list_marks(sheet, manuscript.blocks)
    return body


def _labels(manuscript: Manuscript) -> str:
    credit = f"文｜{words.escape(' '.join(manuscript.byline))}" if manuscript.byline else ""
    column = words.escape(manuscript.column) + (f" · 第 {manuscript.issue} 期" if manuscript.issue else "")
    ai = f"AI 标识｜{words.escape(manuscript.ai_label)}" if manuscript.ai_label else ""
    return p(words.escape(manuscript.subtitle), column if manuscript.column else "", credit, ai)


def _ends(sheet: Sheet) -> str:
    """Notes, the reprint's source, and who answers for it."""
    out = "".join(_footnote(sheet, number, note) for number, note in sheet.footnotes())
    facts = frame.source_facts(sheet.manuscript)
    if facts:
        out += p("<strong>转载来源</strong>", *(f"{label}：{words.escape(value)}" for label, value in facts))
    editor = sheet.manuscript.editor
    return out + p(f"编辑：{words.escape(editor)}" if editor else "")


def _footnote(sheet: Sheet, number: int, note: Footnote) -> str:
    lead = [sheet.inline(one.text) for one in note.blocks if isinstance(one, Paragraph)]
    rest = [one for one in note.blocks if not isinstance(one, Paragraph)]
    return p(f"[注{number}] {'<br>'.join(lead)}") + sheet.blocks(rest)


def _own(profile: Profile, link: str) -> str:
    unit = " ".join(filter(None, (words.escape(profile.unit_name), words.escape(profile.contact))))
    return p(f'网页版：<a href="{link}">{link}</a>' if link else "", unit)


@lru_cache(maxsize=256)
def _cover(
    same: Same[Manuscript], profile: Profile, theme: Theme, assets: Pictures
) -> tuple[RenderedFile, tuple[Loss, ...]]:
    """The cover every article must have: the story's, its first picture, else one drawn from its headline."""
    manuscript = same.value
    picture = frame.cover_picture(manuscript)
    if picture is None:
        card = assets.take_in(title_card(words.clean(manuscript.headline), profile.name, theme, COVER))
        loss = Loss(what="封面", reason="稿件没有图片，用标题画了一张题图卡")
        return rendered(card, "cover", words.clean(manuscript.headline)), (loss,)
    lost = () if manuscript.cover else (Loss(what="封面", reason="没有选封面，用了文中第一张图"),)
    return frame.cover_file(assets, picture, "cover", COVER, PICTURE_BYTES), lost


def _front(manuscript: Manuscript, fields: tuple[tuple[str, str], ...]) -> tuple[Loss, ...]:
    found: list[Loss] = []
    if words.title(manuscript, "weibo", TITLE)[1]:
        reason = (
            f"头条文章标题最多 {TITLE} 字，没有放下整个标题，"
            "请在稿头给微博写一个短标题（Markdown：short_headlines: weibo:）"
        )
        found.append(Loss(what="大标题", reason=reason, excerpt=words.excerpt(manuscript.headline, 40), kind="dropped"))
    digest = words.clean(manuscript.digest)
    if digest and dict(fields)["summary"] != digest:
        reason = f"头条文章导语最多 {SUMMARY} 字，没有放下整段摘要"
        found.append(Loss(what="摘要", reason=reason, excerpt=words.excerpt(digest, 40), kind="dropped"))
    return tuple(found)
