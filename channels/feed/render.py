"""A manuscript as the full text of one feed item: what the account's feeds carry, signed like any rendition.

All accounts share one template; only the address of the unit's own site differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from assets.pictures import Pictures
from channels.contract import StoryError
from channels.feed import forms
from channels.making import frame, semantic
from channels.making.entries import guid
from channels.making.fallbacks import fallbacks
from channels.making.semantic import Writer
from channels.slots import story_path
from channels.values import Footnote, Manuscript, Part, Profile, RenderedFile, Rendition, Slot, slot_mark

SITE = "\x04site\x05"
SLOTS = (
    Slot(id="own_link", kind="own_link", max_length=300),
    Slot(id="published_at", kind="published_at", max_length=20),
)


@dataclass(frozen=True, slots=True)
class Template:
    """What all accounts share."""

    manuscript: str
    html: str
    files: tuple[RenderedFile, ...]


def render(manuscripts: Sequence[Manuscript], profile: Profile, assets: Pictures, renderer: str) -> Rendition:
    """The item of one story for one account."""
    if len(manuscripts) != 1:
        raise StoryError("订阅源每条对应一篇稿件，请把几篇分开发布。", f"{len(manuscripts)} manuscripts")
    manuscript = semantic.clean(manuscripts[0])
    shared = shared_template(manuscripts[0], assets)
    part = Part(
        story=manuscript.slug,
        manuscript=shared.manuscript,
        fields=_fields(manuscript, profile),
        body=shared.html.replace(SITE, escape(profile.site_url)),
        slots=SLOTS,
        files=shared.files,
    )
    return Rendition(
        channel="feed",
        account=profile.account,
        mime="text/html",
        parts=(part,),
        renderer=renderer,
        losses=fallbacks(manuscripts[0], forms.FORMS, ()),
    )


def _fields(manuscript: Manuscript, profile: Profile) -> tuple[tuple[str, str], ...]:
    pairs = {
        "title": manuscript.headline_for("feed"),
        "digest": manuscript.digest,
        "author": "、".join(manuscript.byline),
        "column": manuscript.column,
        "column_slug": manuscript.column_slug,
        "issue": str(manuscript.issue or ""),
        "path": story_path(manuscript.slug),
        "guid": guid(profile, manuscript.slug),
        "source_outlet": manuscript.source.outlet if manuscript.source else "",
        "own_link": slot_mark("own_link"),
        "published_at": slot_mark("published_at"),
    }
    return tuple((name, value) for name, value in pairs.items() if value)


@lru_cache(maxsize=64)
def shared_template(given: Manuscript, assets: Pictures) -> Template:
    """The item's HTML with marks for the site: made once, whatever the number of accounts."""
    manuscript = semantic.clean(given)
    writer = Writer(
        manuscript=manuscript,
        pictures=assets,
        forms=forms.MAKERS,
        root=f"{SITE}/",
        formula=lambda tex, alt, displayed: forms.formula_in_place(writer, tex, alt, displayed),
        note=forms.note_mark,
        heading_levels=semantic.levels_used(manuscript.blocks),
    )
    body = writer.blocks(manuscript.blocks)
    written = {one.label: one for one in manuscript.blocks if isinstance(one, Footnote)}
    writer.notes += [label for label in written if label not in writer.notes]
    html = _upright(f"{_opening(manuscript)}{body}{forms.notes(writer, written)}{_closing(manuscript)}")
    return Template(frame.manuscript_hash(given), html, tuple(writer.files.values()))


def _upright(html: str) -> str:
    """No italic 汉字: readers of feeds slant <em> and <cite>, and nothing of ours can tell them not to."""
    for slanted, upright in (("<em>", "<strong>"), ("</em>", "</strong>"), ("<cite>", ""), ("</cite>", "")):
        html = html.replace(slanted, upright)
    return html


def _opening(manuscript: Manuscript) -> str:
    """What must stand above the text wherever it is read: reprint and AI notices."""
    said = []
    if manuscript.source is not None:
        said.append(semantic.reprint(manuscript.source))
    if manuscript.ai_label:
        said.append(escape(manuscript.ai_label))
    return "".join(f"<p><small>{words}</small></p>\n" for words in said)


def _closing(manuscript: Manuscript) -> str:
    """The way back to the page, with the time it appeared."""
    editor = f"责任编辑：{escape(manuscript.editor)}。" if manuscript.editor else ""
    page = f'<a href="{slot_mark("own_link")}">在微站阅读</a>'
    return f"<p><small>{editor}{slot_mark('published_at')} 发布。{page}</small></p>\n"
