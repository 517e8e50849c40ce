"""Blocks as plain text for a long post: one line for each thing said, every word of the block in it."""

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any

from channels.making import words
from channels.values import (
    AnyBlock,
    Audio,
    CorrectionNotice,
    Dialogue,
    FactBox,
    Footnote,
    Heading,
    KeyFigure,
    List,
    LiveStream,
    Manuscript,
    Paragraph,
    PolicyLink,
    Quote,
    ResourceCard,
    Table,
)

LIVE = MappingProxyType({"upcoming": "直播预告", "live": "正在直播", "ended": "直播回看"})
Lines = Iterable[str]


def text(manuscript: Manuscript, block: AnyBlock) -> str:
    """The block in words; "" for one that words cannot stand for (a picture, a film, code, a formula)."""
    if block.kind not in _TOLD:
        return ""
    return "\n".join(one for one in _lines(manuscript, block) if one)


def _lines(manuscript: Manuscript, block: AnyBlock) -> Lines:
    """A block's lines; inside another block, what has no form of its own is told by its words alone."""
    return _TOLD[block.kind](manuscript, block) if block.kind in _TOLD else (_flat(words.of_block(block)),)


def _inner(manuscript: Manuscript, blocks: Iterable[AnyBlock]) -> list[str]:
    return [line for one in blocks for line in _lines(manuscript, one) if line]


def _flat(said: str) -> str:
    return " ".join(words.clean(said).split())


def _run(_manuscript: Manuscript, block: Heading | Paragraph) -> Lines:
    return (_flat(words.plain(block.text)),)


def _list(manuscript: Manuscript, block: List) -> Lines:
    for number, entry in enumerate(block.items, block.start):
        lines = _inner(manuscript, entry.blocks)
        bullet = f"{number}. " if block.ordered else "• "
        yield from (f"{bullet if at == 0 else '　'}{line}" for at, line in enumerate(lines))


def _quote(manuscript: Manuscript, block: Quote) -> Lines:
    yield from _inner(manuscript, block.blocks)
    if block.cite:
        yield f"—— {_flat(block.cite)}"


def _dialogue(manuscript: Manuscript, block: Dialogue) -> Lines:
    names = {one.key: one.name for one in manuscript.cast}
    return (f"{_flat(names.get(one.speaker, one.speaker))}：{_flat(words.plain(one.text))}" for one in block.lines)


def _table(_manuscript: Manuscript, block: Table) -> Lines:
    """A row a line, each cell under its heading's name."""
    yield _flat(block.caption)
    heads = [_flat(words.plain(one)) for one in block.header]
    if any(heads) and not block.rows:
        yield "；".join(filter(None, heads))
    for row in block.rows:
        cells = [_flat(words.plain(one)) for one in row]
        named = [f"{heads[at]}：{cell}" if at < len(heads) and heads[at] else cell for at, cell in enumerate(cells)]
        yield "；".join(filter(None, (*named, *heads[len(cells) :])))


def _fact_box(manuscript: Manuscript, block: FactBox) -> Lines:
    return (f"【{_flat(block.title)}】" if block.title else "", *_inner(manuscript, block.blocks))


def _resource(_manuscript: Manuscript, block: ResourceCard) -> Lines:
    rows = (f"{_flat(name)}：{_flat(value)}" for name, value in block.fields)
    return (f"科技资源：{_flat(block.title)}", *rows, _flat(block.summary), words.clean(block.url))


def _policy(_manuscript: Manuscript, block: PolicyLink) -> Lines:
    facts = " · ".join(_flat(one) for one in (block.number, block.issuer, block.issued) if one)
    return (f"政策文件：《{_flat(block.title).strip('《》')}》", facts, words.clean(block.url))


def _key_figure(_manuscript: Manuscript, block: KeyFigure) -> Lines:
    return (f"{_flat(block.value)} {_flat(block.unit)}".strip() + f" · {_flat(block.label)}", _flat(block.note))


def _live(_manuscript: Manuscript, block: LiveStream) -> Lines:
    return (f"{LIVE.get(block.state, '直播')}：{_flat(block.title)}", _flat(block.starts), words.clean(block.url))


def _audio(_manuscript: Manuscript, block: Audio) -> Lines:
    place = "" if block.src.startswith("asset:") else words.clean(block.src)
    return (f"音频：{_flat(block.title)}", place, _flat(block.transcript))


def _correction(_manuscript: Manuscript, block: CorrectionNotice) -> Lines:
    return (f"更正（{_flat(block.corrected)}）", f"原文：{_flat(block.was)}", f"更正为：{_flat(block.now)}")


def _footnote(manuscript: Manuscript, block: Footnote) -> Lines:
    lines = _inner(manuscript, block.blocks)
    return (f"注 {_flat(block.label)}：{' '.join(lines)}",)


_TOLD: MappingProxyType[str, Callable[[Manuscript, Any], Lines]] = MappingProxyType(
    {
        "heading": _run,
        "paragraph": _run,
        "list": _list,
        "quote": _quote,
        "dialogue": _dialogue,
        "table": _table,
        "fact_box": _fact_box,
        "resource_card": _resource,
        "policy_link": _policy,
        "key_figure": _key_figure,
        "live_stream": _live,
        "audio": _audio,
        "correction": _correction,
        "footnote": _footnote,
    }
)
