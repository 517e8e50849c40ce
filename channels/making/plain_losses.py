"""What plain articles lose in runs of text: marks without a tag, languages without an attribute. Once a block."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from channels.making import words
from channels.making.article import Sheet
from channels.values import Block, Blocks, Loss, Text

_MARKS = {
    "em": ("着重", "改为加粗"),
    "code": ("行内代码", "改为普通文字"),
    "sub": ("下标", "改为下标字符或下划线"),
    "sup": ("上标", "改为上标字符或 ^"),
    "strike": ("删除线", "改为“（删去：……）”"),
    "lang": ("语种", "不保留语种标记，按读者手机的字体显示"),
}


def list_marks(sheet: Sheet, blocks: Blocks) -> None:
    """Add to the sheet what each block's marks and language lose, then keep each loss once."""
    for block in blocks:
        sheet.line = block.line
        first: dict[str, str] = {}
        for kind, said in _changed(sheet, block):
            first.setdefault(kind, said)
        for kind, said in first.items():
            what, how = _MARKS[kind]
            sheet.lose(what, f"{sheet.dialect.name}没有{what}：{how}", said)
    sheet.line = 0
    sheet.losses[:] = {_identity(one): one for one in sheet.losses}.values()


def _identity(loss: Loss) -> tuple[str, str, int, str]:
    return loss.what, loss.reason, loss.line, loss.excerpt


def _changed(sheet: Sheet, value: object) -> Iterator[tuple[str, str]]:
    """(mark, words) for every run and block that loses something, in order."""
    if isinstance(value, Text):
        yield from ((mark.kind, value.text) for mark in value.marks if mark.kind in _MARKS)
        return
    if isinstance(value, Block) and value.lang and value.lang != sheet.manuscript.lang:
        yield "lang", words.of_block(value)
    if isinstance(value, tuple):
        for one in value:
            yield from _changed(sheet, one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _changed(sheet, getattr(value, one.name))
