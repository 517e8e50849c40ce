"""Word's equations (OMML) as TeX that our formula maker can draw; None for what it cannot."""

import re

from cms.arrivals.docx.package import Node, child, full, is_on, name, value


def _paired(signs: str, names: str) -> dict[str, str]:
    return dict(zip(signs, names.split(), strict=True))


_SIGNS = {
    **_paired("αβγδεζηθικλμ", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu"),
    **_paired("νξπρστυφχψω", "nu xi pi rho sigma tau upsilon varphi chi psi omega"),
    **_paired("ΓΔΘΛΞΠΣΦΨΩ", "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"),
    **_paired("×÷±∓·≤≥≠≈≡∞∂∇", "times div pm mp cdot leq geq neq approx equiv infty partial nabla"),
    **_paired("∈∉⊂⊆∪∩→←↔", "in notin subset subseteq cup cap to leftarrow leftrightarrow"),
    **_paired("⇒⇔∝∀∃∠⊥∥", "Rightarrow Leftrightarrow propto forall exists angle perp parallel"),
    **_paired("∼≅…⋯∫∑∏∮", "sim cong ldots cdots int sum prod oint"),
    **_paired("ϕϵℏ∘∬∭", "phi epsilon hbar circ iint iiint"),
    **{sign: sign for sign in "{}%#$&_"},
}
_DRAWN_AS = {"−": "-", "∗": "*", "′": "'", "\u2061": "", "\u2062": "", "\u2063": "", "\u200b": "", "\u00a0": " "}
_FUNCTIONS = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "log",
        "ln",
        "lg",
        "exp",
        "lim",
        "max",
        "min",
        "det",
    ]
)
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "overline", "\u0307": "dot",
            "\u0308": "ddot", "\u20d7": "vec", "\u2192": "vec", "\u00af": "bar"}  # fmt: skip
_NARY = {"∑": "sum", "∏": "prod", "∫": "int", "∬": "iint", "∭": "iiint", "∮": "oint", "⋃": "bigcup", "⋂": "bigcap"}
_BRACKETS = {"(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "{": "\\{", "}": "\\}", "〈": "\\langle",
             "〉": "\\rangle", "⟨": "\\langle", "⟩": "\\rangle", "‖": "\\|", "⌊": "\\lfloor", "⌋": "\\rfloor",
             "⌈": "\\lceil", "⌉": "\\rceil", "": "."}  # fmt: skip
_HAN = re.compile("[\u2e80-\u9fff\uff00-\uffef，。；：（）]+")
_QUIET = ("m:oMathPara", "m:oMath", "m:e", "m:num", "m:den", "m:sup", "m:sub", "m:lim", "m:deg", "m:fName", "m:box",
          "w:ins", "m:ctrlPr", "m:argPr", "m:oMathParaPr", "w:bookmarkStart", "w:bookmarkEnd")  # fmt: skip


class _UnknownError(Exception):
    """Something without a place in simple TeX."""


def tex(node: Node) -> str | None:
    """The equation in ``node`` (m:oMath) as TeX; None when it holds more than we can draw."""
    try:
        made = _inside(node).strip()
    except (_UnknownError, RecursionError):
        return None
    return re.sub(r" {2,}", " ", made)


def words(node: Node) -> str:
    """The letters of an equation, for the list of what stayed behind."""
    return " ".join(one.text for one in node.iter(full("m:t"), full("w:t")) if one.text)


def _inside(node: Node | None) -> str:
    return "" if node is None else "".join(_one(one) for one in node)


def _one(node: Node) -> str:
    tag = name(node)
    if tag in _QUIET:
        return _inside(node)
    make = _MAKERS.get(tag)
    if make:
        return make(node)
    if tag.endswith("Pr") or tag in ("w:del", "w:moveFrom", "w:proofErr", ":"):
        return ""
    raise _UnknownError(tag)


def _run(node: Node) -> str:
    text = "".join(one.text or "" for one in node.iter(full("m:t"), full("w:t")))
    is_upright = child(node, "m:rPr", "m:nor") is not None or value(child(node, "m:rPr", "m:sty"), "m:val") == "p"
    if text in _FUNCTIONS:
        return f"\\{text} "
    if is_upright and re.fullmatch(r"[A-Za-z ]{2,}", text):
        return f"\\mathrm{{{text.replace(' ', chr(92) + ' ')}}}"
    return _HAN.sub(lambda m: f"\\text{{{m[0]}}}", "".join(map(_letter, text)))


def _letter(char: str) -> str:
    if char in _DRAWN_AS:
        return _DRAWN_AS[char]
    if char in _SIGNS:
        sign = _SIGNS[char]
        return f"\\{sign} " if sign[0].isalpha() else f"\\{sign}"
    if char == "\\":
        return "\\backslash "
    if ord(char) > 0x1D3FF and ord(char) < 0x1D800:  # mathematical italic and bold letters
        import unicodedata

        return "".join(map(_letter, unicodedata.normalize("NFKC", char)))
    return char


def _part(node: Node, tag: str) -> str:
    return _inside(child(node, f"m:{tag}")).strip()


def _fraction(node: Node) -> str:
    kind = value(child(node, "m:fPr", "m:type"), "m:val")
    above, below = _part(node, "num"), _part(node, "den")
    if kind in ("lin", "skw"):
        return f"{{{above}}}/{{{below}}}"
    if kind == "noBar":
        return f"\\binom{{{above}}}{{{below}}}"
    return f"\\frac{{{above}}}{{{below}}}"


def _scripts(node: Node) -> str:
    base = _part(node, "e")
    low = f"_{{{_part(node, 'sub')}}}" if child(node, "m:sub") is not None else ""
    high = f"^{{{_part(node, 'sup')}}}" if child(node, "m:sup") is not None else ""
    if name(node) == "m:sPre":
        return f"{{}}{low}{high}{base}"
    base = base if re.fullmatch(r"\w|\\[a-zA-Z]+", base) else f"{{{base}}}"
    return f"{base}{low}{high}"


def _radical(node: Node) -> str:
    degree = "" if is_on_m(child(node, "m:radPr", "m:degHide")) else _part(node, "deg")
    return f"\\sqrt{f'[{degree}]' if degree else ''}{{{_part(node, 'e')}}}"


def is_on_m(node: Node | None) -> bool:
    """Whether a switch of the math namespace is on."""
    return node is not None and value(node, "m:val", "1") not in ("0", "false", "off") and is_on(node)


def _nary(node: Node) -> str:
    properties = child(node, "m:naryPr")
    sign = value(child(properties, "m:chr"), "m:val", "∫")
    if sign not in _NARY:
        raise _UnknownError(sign)
    low, high = _part(node, "sub"), _part(node, "sup")
    return (
        f"\\{_NARY[sign]}" + (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "") + f" {_part(node, 'e')}"
    )


def _delimited(node: Node) -> str:
    properties = child(node, "m:dPr")
    opening = value(child(properties, "m:begChr"), "m:val", "(")
    closing = value(child(properties, "m:endChr"), "m:val", ")")
    between = value(child(properties, "m:sepChr"), "m:val", "|")
    if opening not in _BRACKETS or closing not in _BRACKETS:
        raise _UnknownError(opening + closing)
    inside = _letter(between).join(_inside(one).strip() for one in node.findall(full("m:e")))
    return f"\\left{_BRACKETS[opening]} {inside} \\right{_BRACKETS[closing]}"


def _function(node: Node) -> str:
    return f"{_part(node, 'fName')} {_part(node, 'e')}"


def _limit(node: Node) -> str:
    sign = "_" if name(node) == "m:limLow" else "^"
    return f"{_part(node, 'e')}{sign}{{{_part(node, 'lim')}}}"


def _accent(node: Node) -> str:
    sign = value(child(node, "m:accPr", "m:chr"), "m:val", "\u0302")
    if sign not in _ACCENTS:
        raise _UnknownError(sign)
    return f"\\{_ACCENTS[sign]}{{{_part(node, 'e')}}}"


def _bar(node: Node) -> str:
    if value(child(node, "m:barPr", "m:pos"), "m:val", "bot") != "top":
        raise _UnknownError("underbar")
    return f"\\overline{{{_part(node, 'e')}}}"


_MAKERS = {
    "m:r": _run,
    "m:f": _fraction,
    "m:sSub": _scripts,
    "m:sSup": _scripts,
    "m:sSubSup": _scripts,
    "m:sPre": _scripts,
    "m:rad": _radical,
    "m:nary": _nary,
    "m:d": _delimited,
    "m:func": _function,
    "m:limLow": _limit,
    "m:limUpp": _limit,
    "m:acc": _accent,
    "m:bar": _bar,
}
