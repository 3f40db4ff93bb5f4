"""Formulas inside a line, made legible: Greek letters and signs, plain names, no dollar marks."""

import re
from typing import Final

SIGNS: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ",
    "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "times": "×", "cdot": "·", "pm": "±", "mp": "∓", "le": "≤", "leq": "≤", "ge": "≥",
    "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "sim": "∼", "equiv": "≡", "infty": "∞",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒", "in": "∈",
    "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩", "forall": "∀", "exists": "∃",
    "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇", "circ": "°",
    "degree": "°", "ldots": "…", "dots": "…", "cdots": "…", "langle": "⟨", "rangle": "⟩",
    "ll": "≪", "gg": "≫", "mid": "|", "quad": " ", "qquad": " ", "prime": "′", "ell": "ℓ",
}  # fmt: skip
_LOOKS: Final = frozenset(
    ("mathrm", "mathbf", "mathit", "mathsf", "mathtt", "mathcal", "mathbb", "text", "textrm",
     "textbf", "textit", "boldsymbol", "bm", "operatorname", "left", "right", "big", "Big",
     "displaystyle", "rm", "bf", "it", "mbox", "limits")
)  # fmt: skip
_WORD: Final = re.compile(r"\\([a-zA-Z]+)")
_SPACE: Final = re.compile(r"\\[,;:! ]|~")
_SIMPLE_GROUP: Final = re.compile(r"\{([^{}\\]*+)\}")
_ESCAPED: Final = re.compile(r"\\([%$#&_])")
_LABEL: Final = re.compile(r"\\label\{[^{}]*+\}")


def inline_math(source: str) -> str:
    """A formula as words and signs; what has no plain form stays in its source."""
    text = _WORD.sub(_plain_word, _SPACE.sub(" ", source))
    return " ".join(_ESCAPED.sub(r"\1", _SIMPLE_GROUP.sub(r"\1", text)).split())


def display_math(source: str) -> str:
    """A formula on lines of its own, in its source, without what only names it."""
    return _LABEL.sub("", source)


def _plain_word(match: re.Match[str]) -> str:
    name = match.group(1)
    if name in _LOOKS:
        return ""
    return SIGNS.get(name, match.group())
