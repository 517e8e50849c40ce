# ruff: noqa: E501 (every place on one line, as it is filled)
"""Hostile manuscripts: the collected vectors in every place, and mutations of them without end."""

import random
import re
import urllib.parse
from collections.abc import Callable, Iterator

from tests.hostile.vectors import HTML, INERT, MARKDOWN, SCHEMES, TEMPLATES

FRONT = "---\nheadline: 题\nslug: h\ncover: pic.png\n{more}---\n\n"
_QUOTED = re.compile(r'["\\]')


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _yaml(text: str) -> str:
    """Any text as a double-quoted YAML scalar."""
    body = _QUOTED.sub(lambda found: "\\" + found[0], text).replace("\n", "\\n").replace("\t", "\\t")
    return (
        '"' + re.sub("[\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", body) + '"'
    )


def _in_front(field: str) -> Callable[[str], str]:
    """A value of the front matter, quoted so that YAML lets all of it in."""

    def place(text: str) -> str:
        value = field.replace("@", _yaml(text))
        given = FRONT.replace("headline: 题\n", "") if field.startswith("headline:") else FRONT
        return given.format(more=f"{value}\n") + "话。\n\n:::对白\n甲：话\n:::\n"

    return place


def _in_body(shape: str, *, lines: bool = False) -> Callable[[str], str]:
    """A place in the body; ``lines``: the text may hold several lines there."""
    return lambda text: FRONT.format(more="") + shape.replace("@", text if lines else _one_line(text))


FIELDS = (
    "headline: @", "subtitle: @", "digest: @", "byline: @", "byline: [甲, @]", "editor: @", "column: @\ncolumn_slug: x",
    "topics: [@]", "units: [@]", "ai_label: @", "lang: @", "short_headlines: {weibo: @, wechat: @, toutiao: @, site: @}",
    "kind: reprint\nsource: {outlet: @, author: @, title: @, url: @, published: @}",
    "kind: reprint\nsource: {outlet: 报, author: 甲, url: @}", "cast: [{key: 甲, name: @, colour: @, side: @}]",
    "cast: [{key: 甲, name: @, picture: pic.png}]", "@: x", "look: @", "embargo: @", "published: @", "slug: @", "issue: @",
    "ed_note: @", "cover: {path: pic.png, alt: @, credit: @, licence: @, focus: @}",
)  # fmt: skip
BLOCKS = (
    "@\n", "话 @ 话。\n", "- @\n  - @\n", "1. @\n", "> @\n", "# @\n", "###### @\n", "**@**", "*@*", "~~@~~", "`@`",
    "``` @\n@\n```\n", "    @\n", "| @ | b |\n|---|---|\n| c | @ |\n", "[@](https://ok.example/)", "[一](@)", "[一](<@>)",
    '[一](https://ok.example/ "@")', "[一][r]\n\n[r]: @\n", "[一][r]\n\n[r]: https://ok.example/ '@'\n", "<@>",
    "![@](pic.png)", '![一](pic.png "@")', "![一](@)", '![一](pic.png){credit="@" licence="@" focus="@"}', "话[^@]",
    "话[^1]\n\n[^1]: @\n", "[^@]: 话\n", "$@$", "$$\n@\n$$\n", "[@]{ai}", "[话]{lang=@}", "H~@~O", "x^@^",
    '<p title="@">话</p>', "<p title='@'>话</p>", "<p @>话</p>", "<a href=\"@\">一</a>", "<a href=@>一</a>",
    '<img src="@">', '<img src="pic.png" alt="@" title="@">', "<div>@</div>", "<@>话</@>", "<!-- @ -->", "<svg>@</svg>",
    "<math>@</math>", "<table><tr><td>@</table>", "<pre>@</pre>", '<span lang="@">话</span>', '<x-quote cite="@">话</x-quote>',
    '<x-formula tex="@"></x-formula>', '<x-ref label="@"></x-ref>话', '<ruby>字<rt>@</rt></ruby>', '<td align="@">格',
    ":::对白\n甲：@\n@：话\n:::\n", ":::引用 @\n@\n:::\n", ":::引用 话 \"@\"\n:::\n", ":::图集\n![@](pic.png)\n![一](pic.png)\n@\n:::\n",
    ":::图片\n![@](pic.png)\n@\n:::\n", ":::小知识 @\n@\n:::\n", ":::资源卡 @\n@: @\n网址: @\n- 甲: @\n:::\n",
    ":::政策 @\n网址: @\n文号: @\n发文: @\n日期: @\n:::\n", ":::政策 题\n网址: https://ok.example/@\n:::\n",
    ":::数字 @ @ @\n@\n:::\n", ":::数字 428 万 @\n:::\n", ":::地区 @\n@\n:::\n", ":::地方导语\n成都：@\n@：话\n:::\n",
    ":::直播 @ @\n:::\n", ":::直播 https://ok.example/@ 题 @\n:::\n", ":::视频 @ @\n@\n:::\n",
    ":::视频 https://ok.example/@ \"@\"\n![@](pic.png)\n:::\n", ":::音频 @\n@\n:::\n", ":::音频 https://ok.example/@.mp3 @\n@\n:::\n",
    ":::公式 @\n@\n:::\n", ":::更正\n更正日期: @\n更正前: @\n更正为: @\n:::\n", ":::表格 @\n| a |\n|---|\n| @ |\n:::\n", "::: @\n@\n:::\n",
)  # fmt: skip
PLACES: tuple[tuple[str, Callable[[str], str]], ...] = (
    *((field, _in_front(field)) for field in FIELDS),
    *((block, _in_body(block)) for block in BLOCKS),
    ("whole", lambda text: text),
    ("lines", _in_body("@", lines=True)),
    ("after", _in_body("前文。\n\n@\n\n后文。", lines=True)),
)
VECTORS = (*HTML, *INERT, *"\n".join(MARKDOWN).split("\n\n\n"), *MARKDOWN, *SCHEMES, *TEMPLATES)


def _entities(text: str, dice: random.Random) -> str:
    """Some letters as character references, in every spelling."""
    shapes = ("&#{0};", "&#x{0:x};", "&#X{0:X};", "&#0000{0};", "&#{0}", "&#x{0:x}")
    return "".join(dice.choice(shapes).format(ord(c)) if dice.random() < 0.3 else c for c in text)


def _inserted(text: str, dice: random.Random) -> str:
    """One odd character somewhere."""
    at = dice.randrange(len(text) + 1)
    odd = "\0 \t\n\r\x0b\x0c\x01\x02\x03\x04\x05\x1f\x7f\x80\x85\xa0\xad\u200b\u200d\u2028\u202e\u2066\u3000\ufeff\ufffe\ud800\\/<>\"'`=&;#:|*_[](){}!-"
    return text[:at] + dice.choice(odd) * dice.choice((1, 1, 1, 3)) + text[at:]


def _cased(text: str, dice: random.Random) -> str:
    return "".join(c.swapcase() if dice.random() < 0.4 else c for c in text)


def _percent(text: str, dice: random.Random) -> str:
    return "".join(urllib.parse.quote(c, errors="replace") if dice.random() < 0.3 else c for c in text)


def _escaped(text: str, dice: random.Random) -> str:
    """Markdown's backslash before some signs."""
    return "".join(f"\\{c}" if not c.isalnum() and c.isascii() and dice.random() < 0.3 else c for c in text)


def _wrapped(text: str, dice: random.Random) -> str:
    around = (
        ("<b>", "</b>"), ("<svg>", "</svg>"), ("<math><mtext>", "</mtext></math>"), ("<!--", "-->"), ("<![CDATA[", "]]>"),
        ('<p title="', '">'), ("<p title='", "'>"), ("`", "`"), ("**", "**"), ("[", "](https://ok.example/)"), ("> ", ""),
        ("<noscript>", "</noscript>"), ("<style>", "</style>"), ("<title>", "</title>"), ("<table><tr><td>", ""),
        ("<select><option>", "</select>"), ("<a href='x", "'>"), ("![", "](pic.png)"), ("<", ">"), ("\\", "\\"), ("<x-with>", ""),
    )  # fmt: skip
    before, after = dice.choice(around)
    return before + text + after


def _cut(text: str, dice: random.Random) -> str:
    at, end = sorted((dice.randrange(len(text) + 1), dice.randrange(len(text) + 1)))
    return text[:at] + text[end:] if dice.random() < 0.5 else text[: max(end, 1)]


def _joined(text: str, dice: random.Random) -> str:
    return dice.choice(("{0}{1}", "{1}{0}", "{0}\n\n{1}", "{0} {1}")).format(text, dice.choice(VECTORS))


def _slashed(text: str, _dice: random.Random) -> str:
    return text.replace(" ", "/")


def _wide(text: str, dice: random.Random) -> str:
    """Some letters in full width, as an input method or a normaliser may make them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and dice.random() < 0.2 else c for c in text)


MUTATIONS = (
    _entities,
    _inserted,
    _inserted,
    _cased,
    _percent,
    _escaped,
    _wrapped,
    _wrapped,
    _cut,
    _joined,
    _slashed,
    _wide,
)


def collected() -> Iterator[tuple[str, str]]:
    """Every vector as it is, each in a few places, so that every place sees many."""
    for number, vector in enumerate(VECTORS):
        for step in range(3):
            name, place = PLACES[(number * 7 + step * 31) % len(PLACES)]
            yield name, place(vector)
        yield "after", PLACES[-1][1](vector)


def generated(count: int, seed: int = 2026) -> Iterator[tuple[str, str]]:
    """``count`` mutations, the same for the same seed."""
    dice = random.Random(seed)
    for _ in range(count):
        text = dice.choice(VECTORS)
        for _ in range(dice.choice((0, 1, 1, 2, 3, 5))):
            text = dice.choice(MUTATIONS)(text, dice)
        name, place = dice.choice(PLACES)
        yield name, place(text)


def all_inputs(count: int) -> list[tuple[str, str]]:
    """The collected ones first, then generated ones up to ``count``; a shorter list is a fair sample."""
    fixed = list(collected())
    if count < 2 * len(fixed):
        fixed = random.Random(count).sample(fixed, count // 2)
    return fixed + list(generated(count - len(fixed)))
