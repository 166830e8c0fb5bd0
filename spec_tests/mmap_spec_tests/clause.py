"""What a clause is: one requirement, restated, with an anchor that never changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Edition = tuple[int, ...]
"""A version of the documentation, ``(3, 11)``, or of an interpreter, ``(3, 11, 4)``."""

Level = Literal["must", "should", "may"]
LEVELS: tuple[Level, ...] = ("must", "should", "may")

EDITIONS: tuple[Edition, ...] = tuple((3, minor) for minor in range(1, 16))
"""Every edition of the documentation the suite knows."""


def edition_text(edition: Edition) -> str:
    """``(3, 11, 4)`` as ``3.11.4``."""
    return ".".join(map(str, edition))


def parse_edition(text: str) -> Edition:
    """``3.11`` or ``3.11.4`` as a tuple.

    Raises:
        ValueError: the text is no version, or of no edition the suite knows.
    """
    try:
        edition = tuple(int(part) for part in text.split("."))
    except ValueError:
        edition = ()
    if len(edition) < 2 or edition[:2] not in EDITIONS:
        known = f"{edition_text(EDITIONS[0])} to {edition_text(EDITIONS[-1])}"
        raise ValueError(f"unknown edition {text!r}; the suite knows {known}")
    return edition


@dataclass(frozen=True)
class Clause:
    """One requirement.

    Attributes:
        id: the anchor, ``area.name``.
        statement: the requirement in our own words.
        level: ``must``, ``should`` or ``may``.
        since: the first edition it holds in.
        until: the first edition it holds in no longer; None if it still holds.
        platforms: where it holds: ``unix``, ``windows``.
        restates: fingerprints of the sentences of the documentation it restates.
        needs: the capability an implementation needs for it, or an empty string.
        source: an issue number where the rule was discussed, or an empty string.
    """

    id: str
    statement: str
    level: Level
    since: Edition = (3, 1)
    until: Edition | None = None
    platforms: tuple[str, ...] = ("unix", "windows")
    restates: tuple[str, ...] = ()
    needs: str = ""
    source: str = ""

    def holds(self, edition: Edition, platform: str, capabilities: Iterable[str]) -> bool:
        """Whether an implementation of this kind is held to the clause."""
        return not self.why_not(edition, platform, capabilities)

    def why_not(self, edition: Edition, platform: str, capabilities: Iterable[str]) -> str:
        """Why the clause does not apply; an empty string when it does."""
        if edition < self.since:
            return f"since edition {edition_text(self.since)}"
        if self.until is not None and edition >= self.until:
            return f"until edition {edition_text(self.until)}"
        if platform not in self.platforms:
            return f"only on {' and '.join(self.platforms)}"
        if self.needs and self.needs not in capabilities:
            return f"needs {self.needs}"
        return ""
