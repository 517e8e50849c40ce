"""Hypothesis strategies for block trees of every kind, in normal form."""

from hypothesis import strategies as st

from channels.values import (
    Audio,
    Block,
    Blocks,
    Code,
    CorrectionNotice,
    Dialogue,
    Divider,
    FactBox,
    Figure,
    Footnote,
    FootnoteRef,
    Formula,
    Gallery,
    Heading,
    InlineFormula,
    KeyFigure,
    Line,
    LineBreak,
    List,
    ListItem,
    LiveStream,
    LocalLead,
    LocalText,
    Mark,
    Paragraph,
    Picture,
    PolicyLink,
    Quote,
    RegionBlock,
    ResourceCard,
    Table,
    Text,
    Video,
)
from cms.manuscript import normalise

# words that have a meaning for some parser on the way, beside ordinary ones
TRICKY = (
    "科技", "“云”", "2021年", "H2O", "a", " ", "  ", "\n", "*", "**", "_", "__", "`", "``", "[", "]", "(", ")", "![",
    "](", "{ai}", "{", "}", "<b>", "</b>", "<", ">", "&", "&amp;", "&#42;", "#", "# ", "- ", "+ ", "1. ", "2)", "> ",
    ":::", "::: end", "：", ":", "$", "$$", "$x$", "~", "~~", "^", "|", "---", "===", "\\", "\\\\", "http://x.cn",
    "<http://x.cn>", "me@x.cn", "<me@x.cn>", "[^1]", "[^1]: ", "    ", "\t", "!", '"', "'", "$5", "10~20", "x^2^",
    "༄བོད", "ᠮᠣᠩ", "👩🏽‍🔬", "𠮷", "。", "，", "（", "）", "\u3000", "\u00a0", "klzzwxh:0", "yg", "wzxhzdk:0",
    "@", "/", "=",
)  # fmt: skip
words = st.lists(
    st.sampled_from(TRICKY) | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=4), max_size=6
).map("".join)
short = st.lists(st.sampled_from(TRICKY), max_size=4).map("".join)
slugs = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True)
speakers = st.sampled_from(["能源捕手", "小科", "a:b", "王：明", "back\\slash", "narrator"])
labels = st.from_regex(r"[a-z0-9一二三-]{1,4}", fullmatch=True)
languages = st.sampled_from(["", "", "", "bo", "ii", "mn-Mong"])
addresses = st.sampled_from(
    [
        "https://x.cn/a_b?c=d&e=f#g",
        "http://x.cn/(a)*b",
        'https://x.cn/"q"',
        "mailto:a@x.cn",
        "tel:+86-28",
        "https://x.cn/汉 字",
    ]
)
paths = st.sampled_from(["a.jpg", "图 片/b_c.png", "x(1).jpg", 'q"uote.png', "a<b>&c.webp", "50%.jpg"])

_kinds = ("strong", "em", "code", "strike", "sub", "sup", "ai")
marks = st.lists(
    st.sampled_from(_kinds).map(lambda kind: Mark(kind=kind))
    | st.builds(Mark, kind=st.just("link"), href=addresses, title=short)
    | st.just(Mark(kind="lang", lang="bo")),
    max_size=3,
).map(tuple)
texts = st.builds(Text, text=words, marks=marks)
plain_texts = st.builds(Text, text=words)
formulas = st.sampled_from(
    ["x^2", "a|b", "\\frac{1}{2}", "5", "a $ b", "\\text{汉}", "`x`", "\\\\", "<", "a_1*b_2*", "x\\"]
)
inlines = st.lists(
    texts
    | plain_texts
    | st.builds(LineBreak)
    | st.builds(FootnoteRef, label=labels)
    | st.builds(InlineFormula, tex=formulas),
    min_size=1,
    max_size=5,
).map(tuple)
maybe_inlines = st.just(()) | inlines
pictures = st.builds(
    Picture,
    src=paths,
    alt=short,
    credit=short,
    licence=st.sampled_from(["", "CC BY 4.0", '"自有"']),
    focus_x=st.sampled_from([500, 0, 333, 1000]),
    focus_y=st.sampled_from([500, 125]),
    ai=st.booleans(),
)
flags = {"lang": languages, "ai": st.sampled_from([False, False, True])}
figures = st.builds(Figure, picture=pictures, caption=maybe_inlines, **flags)
long_texts = st.lists(st.sampled_from([*TRICKY, "```", "~~~", "\n\n", "\n    x", "$$", "\n:::\n"]), max_size=6).map(
    "".join
)
cells = st.lists(st.just(()) | inlines, min_size=1, max_size=3).map(tuple)
aligns = st.lists(st.sampled_from(["", "left", "center", "right"]), max_size=3).map(tuple)
medium = st.sampled_from(["https://x.cn/v.mp4", "https://x.cn/v 1.mp4?a=b&c"])
rows = st.lists(
    st.tuples(st.sampled_from(["型号", "网址", "url", "a:b", "- 横", "价：格", "::: x", "C\\D"]), short), max_size=3
).map(tuple)
dates = st.sampled_from(["", "2026-11-22"])

leaves = st.one_of(
    st.builds(Heading, level=st.integers(1, 6), text=inlines, **flags),
    st.builds(Paragraph, text=inlines, align=st.sampled_from(["", "", "center", "right"]), **flags),
    figures,
    st.builds(Gallery, figures=st.lists(figures, min_size=1, max_size=3).map(tuple), caption=maybe_inlines, **flags),
    st.builds(
        Video,
        src=medium,
        title=short,
        poster=st.none() | pictures,
        seconds=st.integers(0, 999),
        caption=maybe_inlines,
        **flags,
    ),
    st.builds(Audio, src=medium, title=short, seconds=st.integers(0, 999), transcript=long_texts, **flags),
    st.builds(
        LiveStream,
        url=medium,
        title=short,
        state=st.sampled_from(["upcoming", "live", "ended"]),
        starts=dates,
        **flags,
    ),
    st.builds(
        Dialogue,
        lines=st.lists(st.builds(Line, speaker=speakers, text=maybe_inlines), min_size=1, max_size=3).map(tuple),
        **flags,
    ),
    st.builds(Table, header=cells, rows=st.lists(cells, max_size=3).map(tuple), aligns=aligns, caption=short, **flags),
    st.builds(Code, text=long_texts, syntax=st.sampled_from(["", "python", "c++", "x-y"]), **flags),
    st.builds(Formula, tex=formulas | long_texts, alt=short, **flags),
    st.builds(Divider, **flags),
    st.builds(ResourceCard, title=short, fields=rows, summary=long_texts, url=st.just("") | addresses, **flags),
    st.builds(PolicyLink, title=short, url=addresses, number=short, issuer=short, issued=dates, **flags),
    st.builds(KeyFigure, value=short, label=short, unit=short, note=short, **flags),
    st.builds(
        LocalLead,
        texts=st.lists(st.builds(LocalText, unit=slugs, text=maybe_inlines), min_size=1, max_size=2).map(tuple),
        **flags,
    ),
    st.builds(CorrectionNotice, corrected=dates, was=long_texts, now=long_texts, **flags),
)


def _branches(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, max_size=3).map(tuple)
    simple = st.builds(Paragraph, text=inlines).map(lambda paragraph: (paragraph,))
    items = st.lists(st.builds(ListItem, blocks=simple | blocks), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(List, items=items, ordered=st.just(False), **flags),
        st.builds(List, items=items, ordered=st.just(True), start=st.integers(0, 99), **flags),
        st.builds(Quote, blocks=blocks, cite=short, **flags),
        st.builds(FactBox, title=short, blocks=blocks, **flags),
        st.builds(RegionBlock, units=st.lists(slugs, min_size=1, max_size=2).map(tuple), blocks=blocks, **flags),
    )


notes = st.builds(Footnote, label=labels, blocks=st.lists(leaves, max_size=2).map(tuple), **flags)
any_block = st.recursive(leaves, _branches, max_leaves=8)


def _story(parts: tuple[list[Block], list[Footnote]]) -> Blocks:
    blocks, found = parts
    return normalise([*blocks, *{note.label: note for note in found}.values()])


stories = st.tuples(st.lists(any_block, max_size=4), st.lists(notes, max_size=2)).map(_story)
