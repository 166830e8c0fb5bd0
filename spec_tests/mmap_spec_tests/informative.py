"""Sentences of the documentation that require nothing, by fingerprint, each with the reason."""

INFORMATIVE: dict[str, str] = {
    "712f21c968": "introduces the two constructors that follow",
    "8f0de0b25e": "advice on portability",
    "f0ed56c1a3": "refers to another paragraph",
    "3d7789db35": "introduces the first example",
    "418d7f162b": "introduces the second example",
    "4851dcc449": "introduces the list of methods",
    "62a2632936": "grants freedom: without flush nothing is promised",
}
"""Fingerprint to reason."""
