"""Press articles handed to the demo are reprints (转载), whether or not their files say so (R4)."""

import re

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.S)
_OWN = re.compile(r"^(kind|source):", re.M)
UNKNOWN = "报刊稿件（原载报刊待核实）"
UNSIGNED = "原文未署名"


def with_source(text: str) -> str:
    """``text`` with the front matter of a reprint where it declares neither kind nor source.

    What the file tells of its paper (number and page) is kept in the source line; a name it does not tell is not made
    up, but said to be open, so that readers and editors see it."""
    text = text.replace("\r\n", "\n")
    found = _FRONT.match(text)
    if found is None or _OWN.search(found[1]):
        return text
    front = found[1]
    where = "，".join(part for part in (_number(front), _value(front, "page")) if part)
    outlet = UNKNOWN if not where else f"{UNKNOWN[:-1]}，{where}）"
    author = f", author: {_quoted(_value(front, 'byline') or UNSIGNED)}"
    return f"---\n{front}\nkind: reprint\nsource: {{outlet: {_quoted(outlet)}{author}}}\n---\n" + text[found.end() :]


def _number(front: str) -> str:
    number = _value(front, "issue")
    return f"第{number}期" if number.isdigit() else ""


def _value(front: str, key: str) -> str:
    found = re.search(rf"^{key}:[ \t]*(.*?)[ \t]*$", front, re.M)
    return found[1].strip("\"'") if found else ""


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
