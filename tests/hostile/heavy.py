# ruff: noqa: E501 (one shape after another, as a list)
"""Inputs that want to be long, deep or slow: (name, text), each as bad as one file may be."""

from collections.abc import Iterator

WIDE = 100_000


def heavy() -> Iterator[tuple[str, str]]:
    """Every shape once."""
    yield from _deep()
    yield from _slow()
    yield from _long()
    yield from _front()


def _deep() -> Iterator[tuple[str, str]]:
    yield "quotes in quotes", ">" * 5_000 + " 话\n"
    yield "spaced quotes", "> " * 3_000 + "话\n"
    yield "lists in lists", "\n".join("  " * at + "- 项" for at in range(600)) + "\n"
    yield "numbered lists in lists", "\n".join("    " * at + "1. 项" for at in range(300)) + "\n"
    yield "divs in divs", "<div>" * 20_000 + "话"
    yield "spans in spans", "<b>" * 20_000 + "话" + "</b>" * 20_000
    yield "tables in tables", "<table><tr><td>" * 3_000 + "话"
    yield "blocks in blocks", "".join(f"{':' * (3 + at)}小知识 {at}\n" for at in range(400)) + "话\n"
    yield "forgotten elements", "<svg><math><template>" * 5_000 + "话"
    yield "notes in notes", "".join(f"[^{at}]: 见[^{at + 1}]\n\n" for at in range(3_000)) + "话[^0]\n"
    yield "links in links", "[" * 3_000 + "话" + "](https://ok.example/)" * 3_000
    yield "pictures in pictures", "![" * 3_000 + "话" + "](a.png)" * 3_000
    yield "braces in a formula", "$" + "{" * 2_000 + "x" + "}" * 2_000 + "$\n"
    yield "fractions in fractions", "$" + r"\frac{1}{" * 400 + "x" + "}" * 400 + "$\n"
    yield "roots in roots", "$$\n" + r"\sqrt{" * 400 + "x" + "}" * 400 + "\n$$\n"


def _slow() -> Iterator[tuple[str, str]]:
    """Shapes that made Markdown parsers take quadratic time or worse."""
    for name, shape in (
        ("stars", "*"), ("starred letters", "*a "), ("starred letters tight", "a*"), ("double stars", "**a "),
        ("mixed stars", "***a**b*"), ("low lines", "_a "), ("tildes", "~a~"), ("double tildes", "~~a "), ("carets", "a^b^"),
        ("openings", "["), ("openings and closings", "[]"), ("reference shapes", "[a]["), ("link starts", "[a]("),
        ("link starts with titles", '[a](b "'), ("image starts", "![a]("), ("note marks", "[^a]"), ("spans", "[a]{"),
        ("braces", "{a}"), ("backticks", "`"), ("growing backticks", "` `` "), ("less-thans", "<"), ("tags cut", "<a "),
        ("tags with quotes", '<a b="'), ("comments", "<!--"), ("comment ends", "<!-- -"), ("declarations", "<!A"),
        ("cdata", "<![CDATA["), ("processing", "<?"), ("end tags", "</"), ("entities", "&a"), ("number entities", "&#1"),
        ("backslashes", "\\"), ("escaped stars", "\\*"), ("dollars", "$"), ("dollar letters", "$a "), ("pipes", "|"),
        ("table rows", "|a|b|\n|-|-|\n"), ("colons", ":"), ("fences", ":::a\n"), ("closings", ":::\n"), ("hashes", "# "),
        ("rules", "* * *\n"), ("settext", "a\n=\n"), ("dashes", "- "), ("addresses", "<https://a.b/>"), ("mails", "<a@"),
        ("spaces", " "), ("spaces and a letter", " " * 60 + "a"), ("tabs", "\t"), ("line ends", "\n"), ("spoken", "a："),
        ("definitions", "[a]: b\n"), ("definition titles", "[a]: b '\n"), ("notes", "[^a]: b\n"), ("code fences", "```\n"),
        ("tilde fences", "~~~a\n"), ("formula fences", "$$\n"), ("indented", "    a\n\n"), ("html lines", "<p>\n\n"),
        ("abbreviated tags", "<p\n"), ("ruby", "<ruby>a<rt>b"), ("images in cells", "|![a](b)"), ("exclamations", "!["),
    ):  # fmt: skip
        yield name, shape * (WIDE // len(shape))


def _long() -> Iterator[tuple[str, str]]:
    yield "one line of a megabyte", "话" * 1_000_000
    yield "more than a file may hold", "话" * 1_000_001
    yield "one word of a megabyte", "a" * 999_999
    yield "an address of a megabyte", f"[话](https://ok.example/{'a' * 990_000})"
    yield "an alt of half a megabyte", f"![{'话' * 500_000}](pic.png)"
    yield "an attribute of a megabyte", f'<p title="{"a" * 990_000}">话</p>'
    yield "a table of 3,000 columns", "|" + "a|" * 3_000 + "\n|" + "-|" * 3_000 + "\n|" + "b|" * 3_000 + "\n"
    yield "a table of 20,000 rows", "|a|b|\n|-|-|\n" + "|c|d|\n" * 20_000
    yield "20,000 headings", "# 题\n\n" * 20_000
    yield "10,000 pictures", "![话](pic.png)\n\n" * 10_000
    yield "10,000 links", "".join(f"[话](https://ok.example/{at}) " for at in range(10_000))
    yield "a listing of a megabyte", "```\n" + "x = 1\n" * 160_000 + "```\n"
    yield "1,000 formulas", "".join(f"$x_{{{at}}}$ " for at in range(1_000))
    yield "combining marks", "e" + "\u0301" * 200_000
    yield "controls", "话\x00\u200b\u202e" * 200_000
    yield "lone surrogates", "话\ud800" * 100_000
    yield "10,000 lines of dialogue", ":::对白\n" + "甲：话\n" * 10_000 + ":::\n"


def _front() -> Iterator[tuple[str, str]]:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n" for at in range(9)
    )
    for name, matter in (
        ("a YAML bomb", bomb), ("an alias to itself", "a: &a [*a]\n"), ("merged maps", "a: &a {b: 1}\nc: {<<: *a}\n"),
        ("deep lists", "topics: " + "[" * 5_000 + "]" * 5_000 + "\n"), ("deep maps", "a: " + "{b: " * 5_000 + "}" * 5_000 + "\n"),
        ("block depth", "\n".join("  " * at + "a:" for at in range(2_000)) + "\n"), ("a tag", "a: !!python/object/apply:os.system [id]\n"),
        ("a long number", "issue: " + "9" * 60_000 + "\n"), ("many keys", "".join(f"k{at}: v\n" for at in range(6_000))),
        ("a long headline", f"headline: {'题' * 20_000}\n"), ("a huge one", f"headline: {'题' * 40_000}\n"),
        ("a long plain scalar", "a: " + "b " * 30_000 + "\n"), ("many quotes", 'a: "' + '\\"' * 30_000 + '"\n'),
        ("indicators", "? " * 20_000 + "\n"), ("dashes", "- " * 20_000 + "\n"), ("brackets and braces", "[{" * 15_000 + "\n"),
        ("many anchors", "".join(f"k{at}: &a{at} v\n" for at in range(4_000))), ("documents", "--- \n" * 5_000),
    ):  # fmt: skip
        yield name, f"---\n{matter}---\n\n话。\n"
