"""A manuscript as the signed part of a page on our own sites: the article's inner HTML and its fields.

The same for all brands but for one mark (the unit as source), so one body is made per manuscript and
filled per account. The field ``look`` says which 版式 it wears; the brand's dress comes from the frame around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from assets.pictures import Cut, Pictures
from channels.contract import StoryError
from channels.making import frame, semantic
from channels.making.fallbacks import fallbacks
from channels.making.semantic import Writer, digest_of
from channels.site import forms
from channels.slots import story_path
from channels.values import Footnote, Manuscript, Part, Profile, RenderedFile, Rendition, Slot, slot_mark

ROOT = "../"
UNIT = "\x04unit\x05"
SLOTS = (
    Slot(id="published_at", kind="published_at", max_length=20),
    Slot(id="signoff", kind="signoff", max_length=120),
    Slot(id="seal", kind="signoff", max_length=3),
)


@dataclass(frozen=True, slots=True)
class Body:
    """What all accounts share: the template, its files, the fields and the manuscript's hash."""

    manuscript: str
    template: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[RenderedFile, ...]


def render(manuscripts: Sequence[Manuscript], profile: Profile, assets: Pictures, renderer: str) -> Rendition:
    """The rendition of one story for one account."""
    if len(manuscripts) != 1:
        raise StoryError("微站每次发布一篇稿件，请把几篇分开发布。", f"{len(manuscripts)} manuscripts")
    manuscript = semantic.clean(manuscripts[0])
    body = shared_body(manuscripts[0], assets)
    part = Part(
        story=manuscript.slug,
        manuscript=body.manuscript,
        fields=(
            *body.fields,
            ("source", manuscript.source.outlet if manuscript.source else profile.name),
        ),
        body=body.template.replace(UNIT, escape(profile.name)),
        slots=SLOTS,
        files=body.files,
    )
    return Rendition(
        channel="site",
        account=profile.account,
        mime="text/html",
        parts=(part,),
        renderer=renderer,
        losses=fallbacks(manuscripts[0], forms.FORMS, ()),
    )


@lru_cache(maxsize=64)
def shared_body(given: Manuscript, assets: Pictures) -> Body:
    """The body template of the manuscript: made once, whatever the number of accounts."""
    manuscript = semantic.clean(given)
    writer = Writer(
        manuscript=manuscript,
        pictures=assets,
        forms=forms.MAKERS,
        root=ROOT,
        formula=forms.set_formula,
        note=forms.note_mark,
        heading_levels=semantic.levels_used(manuscript.blocks),
    )
    prose = writer.blocks(manuscript.blocks)
    written = {one.label: one for one in manuscript.blocks if isinstance(one, Footnote)}
    for label in written:  # a note nobody points to is still the author's words
        writer.notes += [label] if label not in writer.notes else []
    notes = forms.notes(writer, written)
    fields = _fields(manuscript, writer)
    template = f'{_head(manuscript)}<div class="prose">\n{prose}</div>\n{notes}{_foot(manuscript)}'
    return Body(frame.manuscript_hash(given), template, fields, tuple(writer.files.values()))


def _head(manuscript: Manuscript) -> str:
    subtitle = f'<p class="subtitle">{escape(manuscript.subtitle)}</p>\n' if manuscript.subtitle else ""
    source = escape(manuscript.source.outlet) if manuscript.source else UNIT
    said = [f"<span>来源：{source}</span>"]
    if manuscript.byline:
        said.append(f"<span>作者：{escape('、'.join(manuscript.byline))}</span>")
    said.append(f'<time class="published">{slot_mark("published_at")}</time>')
    return (
        f'<header class="story-head">\n<h1>{escape(manuscript.headline)}</h1>\n{subtitle}'
        f'<p class="meta">{" ".join(said)}</p>\n{_origin(manuscript)}{_ai(manuscript)}</header>\n'
    )


def _origin(manuscript: Manuscript) -> str:
    if manuscript.source is None:
        return ""
    return f'<p class="origin"><b class="tag">转载</b> {semantic.reprint(manuscript.source)}</p>\n'


def _ai(manuscript: Manuscript) -> str:
    return f'<p class="ai-note">{escape(manuscript.ai_label)}</p>\n' if manuscript.ai_label else ""


def _foot(manuscript: Manuscript) -> str:
    """Who edited and who signed; the seal stands only beside a signature line."""
    editor = f'<p class="editor">责任编辑：{escape(manuscript.editor)}</p>\n' if manuscript.editor else ""
    return (
        f'<footer class="story-foot">\n{editor}<div class="signed"><p class="signoff">{slot_mark("signoff")}</p>'
        f'<span class="seal" aria-hidden="true">{slot_mark("seal")}</span></div>\n</footer>\n'
    )


def _fields(manuscript: Manuscript, writer: Writer) -> tuple[tuple[str, str], ...]:
    cover = _cover(manuscript, writer)
    pairs = {
        "title": manuscript.headline_for("site"),
        "headline": manuscript.headline,
        "digest": manuscript.digest,
        "author": "、".join(manuscript.byline),
        "column": manuscript.column,
        "column_slug": manuscript.column_slug,
        "issue": str(manuscript.issue or ""),
        "path": story_path(manuscript.slug),
        "keywords": ",".join(manuscript.topics),
        "lang": manuscript.lang,
        "look": manuscript.worn,
        "ai_label": manuscript.ai_label,
        "source_outlet": manuscript.source.outlet if manuscript.source else "",
        "source_url": manuscript.source.url if manuscript.source else "",
        "published_at": slot_mark("published_at"),
        **cover,
    }
    return tuple((name, value) for name, value in pairs.items() if value)


def _cover(manuscript: Manuscript, writer: Writer) -> dict[str, str]:
    """The list picture and the large one for share cards, both kept around the focus point."""
    shown = manuscript.cover
    if shown is None:
        return {}
    digest, focus = digest_of(shown.src), (shown.focus_x, shown.focus_y)
    label = semantic.AI_LABEL if shown.ai else ""
    in_lists = Cut(semantic.COVER_WIDTH, (16, 9), *focus, mime="image/jpeg", ai_label=label)
    on_cards = Cut(1200, (1200, 630), *focus, mime="image/jpeg", ai_label=label)
    small, share = writer.pictures.variant(digest, in_lists), writer.pictures.variant(digest, on_cards)
    writer.keep("cover", small, shown.alt)
    writer.keep("thumb", share, shown.alt)
    return {
        "cover": semantic.asset_path(small.hash, small.mime),
        "cover_alt": shown.alt,
        "share": semantic.asset_path(share.hash, share.mime),
    }
