"""A simple formula in a line of text: x², 10⁻⁶, α ≤ β. What words would spoil is for a picture."""

import re

_SUP = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_SUB = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_NAMED = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ",
    "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "times": "×", "cdot": "·", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠",
    "approx": "≈", "equiv": "≡", "sim": "∼", "to": "→", "rightarrow": "→", "in": "∈", "notin": "∉", "subset": "⊂",
    "subseteq": "⊆", "cup": "∪", "cap": "∩", "infty": "∞", "cdots": "⋯", "dots": "…", "ldots": "…", "degree": "°",
    "circ": "∘", "partial": "∂", "nabla": "∇", "forall": "∀", "exists": "∃", "log": " log ", "ln": " ln ",
    "sin": " sin ", "cos": " cos ", "tan": " tan ", "max": " max ", "min": " min ", "gcd": " gcd ", "bmod": " mod ",
    "quad": " ", "qquad": " ", "left": "", "right": "", "mid": " | ", "oplus": "⊕", "leftarrow": "←",
    "Rightarrow": "⇒", "star": "⋆", "ell": "ℓ", "%": "%", ",": " ", ";": " ", "!": "", " ": " ", "_": "_", "&": "&",
}  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]+|[%,;! _&])")
_RAISED = re.compile(r"([\^_])(?:\{([^{}]*)\}|([^\s{}^_]))")


def in_words(tex: str) -> str:
    """``tex`` as a line of text that says the same; "" when a line of text cannot."""
    named = _COMMAND.sub(lambda found: _NAMED.get(found[1], found[0]), tex)
    flat = _RAISED.sub(_shifted, named)
    if re.search(r"[\\{}^_$~&]", flat) or "\n" in flat.strip():
        return ""
    return " ".join(flat.split())


def _shifted(found: re.Match[str]) -> str:
    """A raised or lowered run; itself, which then is no text, where there are no such letters."""
    letters, table = found[2] if found[2] is not None else found[3], _SUP if found[1] == "^" else _SUB
    moved = letters.translate(table)
    return moved if moved and not set(moved) & set(letters) else found[0]


def lowered(text: str) -> str:
    """A lowered run where none can be lowered: H₂O, and U_max."""
    return _either(text, _SUB, "_")


def _either(text: str, table: dict[int, int], sign: str) -> str:
    moved = text.translate(table)
    return f"{sign}{text}" if set(moved) & set(text) else moved
