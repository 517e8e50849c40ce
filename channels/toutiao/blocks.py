"""What is Toutiao's own in a plain article: three levels of headings, small tables, links by number."""

from collections.abc import Mapping
from types import MappingProxyType

from channels.making import plain, words
from channels.making.article import Draw, Sheet
from channels.toutiao.limits import TABLE_COLUMNS
from channels.values import Mark

DRAW: Mapping[str, Draw] = MappingProxyType(
    {**plain.DRAW, "heading": plain.heading(1, 3), "table": plain.table(TABLE_COLUMNS)}
)


def link(sheet: Sheet, drawn: str, mark: Mark) -> str:
    """Addresses cannot be clicked there: the words, and the address in the list at the end."""
    href = words.clean(mark.href)
    if not href.startswith(("http://", "https://")):
        sheet.lose("链接", f"头条只留文字（原指向 {words.excerpt(href, 60)}）", kind="dropped")
        return drawn
    number = sheet.reference(href)
    sheet.lose("链接", f"头条正文不能点外链，改为文末参考链接 [{number}]", href)
    return f"{drawn}[{number}]"
