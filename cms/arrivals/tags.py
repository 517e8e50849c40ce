"""What Hugo, Jekyll and Hexo write inside Markdown that is not Markdown: turned into Markdown, or named."""

import re

_FENCED = re.compile(
    r"{%-?\s*(?:highlight|codeblock)\s*([\w+-]*)[^%]*%}\n?(.*?)\n?{%-?\s*end(?:highlight|codeblock)\s*-?%}", re.S
)
_ASSET = re.compile(r"""{%\s*asset_img\s+(?:[\w-]+\s+)*?(\S+\.\w+)(?:\s+"?([^"%]*?)"?)?\s*%}""")
_FIGURE = re.compile(r"{{[<%]\s*figure\s+(.*?)\s*/?[%>]}}", re.S)
_ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_BASE = re.compile(
    r"""{{-?\s*(?:site\.(?:baseurl|url)|['"]([^'"{}]*)['"]\s*\|\s*(?:relative_url|absolute_url))\s*-?}}"""
)
_QUIET = re.compile(
    r"{%-?\s*(?:raw|endraw)\s*-?%}|^[ \t]*<!--\s*more\s*-->[ \t]*$|^{:[^}\n]*}[ \t]*$|^\* TOC\s*$", re.M
)
_LEFT = re.compile(r"{{[<%].*?[%>]}}|{%.*?%}", re.S)
_CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*[ \t]*$|`[^`\n]+`", re.S | re.M)


def plain(text: str) -> tuple[str, list[str]]:
    """The text as Markdown, and the tags nobody here knows (their words stay where they are)."""
    text = _FENCED.sub(lambda found: f"```{found[1]}\n{found[2]}\n```", text)
    kept: list[str] = []
    out, at = "", 0
    for code in _CODE.finditer(text):
        out += _turned(text[at : code.start()], kept) + code[0]
        at = code.end()
    return out + _turned(text[at:], kept), kept


def _turned(text: str, left: list[str]) -> str:
    if "{" not in text and "<!--" not in text and "* TOC" not in text:
        return text
    text = _ASSET.sub(lambda found: f"![{(found[2] or '').strip()}]({found[1]})", text)
    text = _FIGURE.sub(_picture, text)
    text = _BASE.sub(lambda found: found[1] or "", text)
    text = _QUIET.sub("", text)
    left += [found[0] for found in _LEFT.finditer(text)]
    return text


def _picture(found: re.Match[str]) -> str:
    said = {name: quoted or single or bare for name, quoted, single, bare in _ATTRIBUTE.findall(found[1])}
    words = said.get("alt") or said.get("caption") or said.get("title", "")
    return f"![{words}]({said['src']})" if said.get("src") else found[0]
