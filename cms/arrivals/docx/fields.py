"""Word's fields: what their instruction says about the words they show."""

import re

_ADDRESS = re.compile(r'^\s*HYPERLINK\s+(?:(?!\\)"([^"]*)"|([^\s"\\]+))', re.I)
_CONTENTS = re.compile(r"^\s*(TOC|INDEX|TOA)\b", re.I)
_CIRCLED = re.compile(r"\\o\s*\\ac\s*\(\s*([^,，]*)\s*[,，]\s*(.*?)\s*\)\s*$", re.I | re.S)
_RUBY = re.compile(r"\\o\s*(?:\\ad|\\al|\\ar)?\s*\(\s*\\s\s*\\up\s*\d*\s*\(([^)]*)\)\s*[,，]\s*([^)]*)\)", re.I)
_CIRCLES = dict(
    zip(
        [
            "0",
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "7",
            "8",
            "9",
            "10",
            "11",
            "12",
            "13",
            "14",
            "15",
            "16",
            "17",
            "18",
            "19",
            "20",
        ],
        "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
        strict=True,
    )
)
_CIRCLES |= dict(zip("一二三四五六七八九十", "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉", strict=True))


def address(instruction: str) -> str:
    """The address of a HYPERLINK field."""
    found = _ADDRESS.match(instruction)
    return (found[1] or found[2] or "") if found else ""


def is_contents(instruction: str) -> bool:
    return bool(_CONTENTS.match(instruction))


def shown(instruction: str) -> str | None:
    """The words of a field that shows its instruction (EQ: 带圈字符, 拼音指南); None when there is no saying."""
    if not re.match(r"^\s*EQ\b", instruction, re.I):
        return ""
    if found := _CIRCLED.search(instruction):
        return _CIRCLES.get(found[2], f"（{found[2]}）")
    if found := _RUBY.search(instruction):
        return f"{found[2]}（{found[1]}）"
    return None
