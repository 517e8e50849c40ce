"""Small stories for one check at a time."""

from typing import Any

from channels.values import AnyBlock, Figure, Finding, Manuscript, Paragraph, Picture, Source, Table, Text
from cms.checks.sources import Original
from cms.checks.standards import Standards, Surroundings, examine

SOURCE = Source(outlet="四川科技报", author="陈晓", title="原题", url="https://www.example.com/a/1.html")


def said(words: str) -> tuple[Text, ...]:
    return (Text(words),)


def paragraph(words: str) -> Paragraph:
    return Paragraph(text=said(words))


def story(*blocks: AnyBlock | str, **given: Any) -> Manuscript:
    made = tuple(paragraph(one) if isinstance(one, str) else one for one in blocks)
    return Manuscript(**{"slug": "shi-yan", "headline": "一则消息", "published": "2026-11-20", **given}, blocks=made)


def table(*rows: str, caption: str = "") -> Table:
    """Cells apart by |, the first row is the header."""
    cells = [tuple(said(cell) for cell in row.split("|")) for row in rows]
    return Table(header=cells[0], rows=tuple(cells[1:]), caption=caption)


def figure(**given: Any) -> Figure:
    whole = {"src": "asset:" + "a1" * 32, "alt": "一张照片", "credit": "本社记者", "licence": "本单位自有"}
    return Figure(picture=Picture(**{**whole, **given}), caption=said("图注"))


def rules(made: Manuscript, standards: Standards, around: Surroundings | None = None) -> list[str]:
    return [one.rule.removeprefix("checks.") for one in examine(made, standards, around)]


def findings(made: Manuscript, standards: Standards, rule: str, around: Surroundings | None = None) -> list[Finding]:
    return [one for one in examine(made, standards, around) if one.rule == f"checks.{rule}"]


def with_original(text: str) -> Surroundings:
    return Surroundings(original=Original(text))
