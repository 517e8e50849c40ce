"""The ``:::`` blocks: their names in English and Chinese, what their body holds, and their argument line.

    :::fact-box "什么是伽马能谱" lang=zh-CN ai
    :::小知识 什么是伽马能谱

A word is bare or quoted ("…" or “…”); inside "…" stand \\" \\\\ and \\n. ``key=value`` names a field, other words
fill the fields of ``places`` in order (the last one takes all that is left). ``ai`` alone is a flag.
"""

import difflib
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One ``:::`` block. ``body``: blocks (Markdown), lines (speaker: words), rows (label: value), raw, none.

    ``is_brief``: may stand on one line without an end when an empty line follows."""

    name: str
    chinese: tuple[str, ...]
    body: str
    places: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    is_brief: bool = False


KINDS = (
    Kind("dialogue", ("对白", "对话"), "lines"),
    Kind("gallery", ("图集",), "blocks"),
    Kind("figure", ("图片",), "blocks"),
    Kind("fact-box", ("小知识", "链接", "知识框"), "blocks", ("title",)),
    Kind("card", ("资源卡", "卡片"), "rows", ("title",), ("url", "summary")),
    Kind("policy", ("政策",), "rows", ("title",), ("url", "number", "issuer", "issued")),
    Kind("key-figure", ("数字",), "none", ("value", "unit", "label"), ("note",), is_brief=True),
    Kind("region", ("地区",), "blocks", ("units",)),
    Kind("local-lead", ("导语", "地方导语"), "lines"),
    Kind("live-stream", ("直播",), "rows", ("url", "title"), ("state", "starts"), is_brief=True),
    Kind("video", ("视频",), "blocks", ("src", "title"), ("seconds",), is_brief=True),
    Kind("audio", ("音频",), "raw", ("src", "title"), ("seconds", "transcript"), is_brief=True),
    Kind("formula", ("公式",), "raw", (), ("alt", "tex")),
    Kind("correction", ("更正",), "rows", ("corrected",), ("was", "now"), is_brief=True),
    Kind("quote", ("引用",), "blocks", ("cite",)),
    Kind("list", ("列表",), "blocks", (), ("ordered", "start")),
    Kind("item", ("条目",), "blocks"),
    Kind("table", ("表格",), "blocks", ("caption",)),
    Kind("footnote", ("脚注",), "blocks", ("label",)),
    Kind("with", ("标注",), "blocks", (), ("align",)),
)
COMMON = ("lang", "ai")
BY_NAME = {name: kind for kind in KINDS for name in (kind.name, *kind.chinese)}
END_WORDS = ("end", "结束", "完")
# labels an editor may write in the rows of a card or policy, and the field they fill
ROW_FIELDS = {
    "url": "url",
    "网址": "url",
    "链接": "url",
    "地址": "url",
    "summary": "summary",
    "简介": "summary",
    "number": "number",
    "文号": "number",
    "issuer": "issuer",
    "发文机关": "issuer",
    "发布机关": "issuer",
    "issued": "issued",
    "日期": "issued",
    "发布日期": "issued",
    "corrected": "corrected",
    "更正日期": "corrected",
    "was": "was",
    "原文": "was",
    "更正前": "was",
    "now": "now",
    "现为": "now",
    "更正为": "now",
    "更正后": "now",
    "state": "state",
    "状态": "state",
    "starts": "starts",
    "开始": "starts",
    "开始时间": "starts",
    "title": "title",
    "标题": "title",
}
STATES = {"upcoming": "upcoming", "live": "live", "ended": "ended"} | {
    "预告": "upcoming",
    "未开始": "upcoming",
    "直播中": "live",
    "已结束": "ended",
}
_WORD = re.compile(
    r"""\s*(?:([A-Za-z][\w-]*)\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|“([^”]*)”|([^\s"“]\S*))""",
)
_ESCAPE = re.compile(r'\\(["\\n])')


def nearest(name: str, known: "dict[str, object] | list[str]") -> str:
    """The known name most like ``name``, or nothing."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return found[0] if found else ""


def words(text: str) -> list[tuple[str, str, bool]]:
    """The words of an argument line as (key, value, is bare); the key of a plain word is empty."""
    found = []
    for key, quoted, curly, bare in _WORD.findall(text):
        value = _ESCAPE.sub(lambda m: "\n" if m[1] == "n" else m[1], quoted) if quoted else curly or bare
        found.append((key, value, bool(bare)))
    return found


def arguments(kind: Kind, text: str) -> tuple[dict[str, str], list[str]]:
    """The fields an argument line fills, and the keys ``kind`` does not know."""
    filled: dict[str, str] = {}
    unknown: list[str] = []
    plain: list[str] = []
    known = {*kind.places, *kind.fields, *COMMON}
    for key, value, is_bare in words(text):
        if is_bare and not key and value in ("ai", "ordered") and value in known:
            filled[value] = "yes"
        elif not key:
            plain.append(value)
        elif key in known:
            filled[key] = value
        else:
            unknown.append(key)
    open_places = [place for place in kind.places if place not in filled]
    if kind.name == "key-figure" and len(plain) == 2:
        open_places = ["value", "label"]
    if not open_places:
        return filled, unknown + plain
    head, tail = plain[: len(open_places) - 1], plain[len(open_places) - 1 :]
    filled |= dict(zip(open_places, [*head, " ".join(tail)] if tail else head, strict=False))
    return filled, unknown


def quoted(value: str) -> str:
    """``value`` as an argument: bare when it can be, else in quotes."""
    if re.fullmatch(r"[\w./:#%+,-]+", value) and value not in ("ai", "ordered"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def is_yes(value: str) -> bool:
    """Whether a flag is set: ai, ai=yes, ai=是."""
    return value.strip().lower() in ("yes", "true", "1", "on", "是", "ai")
