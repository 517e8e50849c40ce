"""Writes the storyboard: which words and pictures of a story make its clip, in which order, for how long.

Only whole sentences of the story are used, never paraphrased; what has no place is counted in ``left_out``.
"""

from collections.abc import Callable, Iterator, Sequence

from channels.making import frame, words
from channels.making.clip import lines
from channels.making.clip.beats import AI_LABEL, Author, Size, asset
from channels.making.clip.storyboard import STANDARD, Brand, Grade, Intro, Outro, Storyboard, Title
from channels.values import Blocks, Figure, Gallery, Manuscript, Profile
from themes import Theme

INTRO, TITLE, OUTRO = 4, 7, 6  # beats of half a second
HEADLINE_EMS, HEADLINE_LINES = (8.75, 10.0, 12.0, 15.0), 4  # large type for few words, smaller for many


def storyboard(
    manuscript: Manuscript,
    profile: Profile,
    theme: Theme,
    size: Size,
    grade: Grade = STANDARD,
    missing: Callable[[str], Sequence[str]] = lambda text: (),
) -> Storyboard:
    """The clip of ``manuscript`` for one account. ``size`` tells a picture's pixels by its hash,
    ``missing`` the characters of a text no font has (such sentences are left out)."""
    brand = brand_of(profile, theme)
    ai = label_of(manuscript)
    author = Author(manuscript, size, grade, missing)
    body = author.body()
    shots = (
        Intro(frames=INTRO * grade.beat, brand=brand, ai=ai),
        _title(manuscript, brand, grade, ai, author.label),
        *body,
        Outro(frames=OUTRO * grade.beat, brand=brand, rows=_rows(manuscript, author.credits(body))),
    )
    return Storyboard(
        slug=manuscript.slug,
        headline=words.clean(manuscript.headline),
        brand=brand,
        grade=grade,
        shots=shots,
        ai=ai,
        produce_id=manuscript.slug if ai else "",
        left_out=author.left_out(),
    )


def brand_of(profile: Profile, theme: Theme) -> Brand:
    """The names and colours ``profile`` shows in ``theme``."""
    tokens = dict(theme.tokens)
    return Brand(
        masthead=tokens.get("masthead") or profile.name,
        motto=tokens.get("motto", ""),
        name=profile.name,
        unit=profile.unit_name,
        contact=profile.contact,
        **{name: tokens[name] for name in ("accent", "paper", "ink", "ink2", "line")},
    )


def label_of(manuscript: Manuscript) -> str:
    """The words of the AI label, or "" when nothing in the story is AI-made (R7)."""
    wanted = words.clean(manuscript.ai_label) or (AI_LABEL if frame.has_ai(manuscript) else "")
    if wanted and not (("AI" in wanted or "人工智能" in wanted) and ("生成" in wanted or "合成" in wanted)):
        return AI_LABEL
    return wanted if lines.width(wanted) <= 12 else AI_LABEL


def _title(manuscript: Manuscript, brand: Brand, grade: Grade, ai: str, label: str) -> Title:
    cover = manuscript.cover or next((one.picture for one in _figures(manuscript.blocks)), None)
    headline = words.clean(manuscript.headline_for("shipinhao"))
    wrapped = (lines.wrap(headline, em, whole=True) for em in HEADLINE_EMS)
    fitting = next((found for found in wrapped if len(found) <= HEADLINE_LINES), None)
    shown = fitting or lines.wrap(headline, HEADLINE_EMS[-1], whole=True)
    return Title(
        frames=TITLE * grade.beat,
        brand=brand,
        label=label,
        headline=shown,
        note="　".join(filter(None, (words.credit(manuscript.byline, 16), manuscript.published))),
        picture=asset(cover),
        focus_x=cover.focus_x if cover else 500,
        focus_y=cover.focus_y if cover else 500,
        ai=ai,
    )


def _figures(blocks: Blocks) -> Iterator[Figure]:
    for block in blocks:
        if isinstance(block, Figure):
            yield block
        elif isinstance(block, Gallery):
            yield from block.figures
        else:
            yield from _figures(getattr(block, "blocks", ()))


def _rows(manuscript: Manuscript, credits: str) -> tuple[tuple[str, str], ...]:
    source = manuscript.source
    rows = [
        ("来源", source.outlet if source else ""),
        ("原作者", source.author if source else ""),
        ("作者", "" if source else words.credit(manuscript.byline, 34)),
        ("编辑", manuscript.editor),
        ("图片", credits),
        ("标识", f"本片含{label_of(manuscript)}内容" if label_of(manuscript) else ""),
    ]
    return tuple((name, words.fit(words.clean(value), 52)) for name, value in rows if value)
