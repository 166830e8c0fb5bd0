"""Rules, one area a file, and what a program of an area begins and ends with."""

from mmap_spec_tests.rules import (
    constructor,
    flush,
    items,
    lifecycle,
    move,
    position,
    reentrancy,
    resize,
    search,
    sharing,
)
from mmap_spec_tests.rules.table import RULES, Rule

__all__ = ["AREAS", "RULES", "Rule", "rules_of"]

_FILES = (
    constructor, flush, items, lifecycle, move, position, reentrancy, resize, search, sharing,
)  # fmt: skip

AREAS = ("position", "access", "items", "search", "move", "flush", "resize", "lifecycle",
         "constructor", "reentrancy", "offset", "sharing", "everything")  # fmt: skip

_MIXES = {
    # Areas whose point is the state that a program begins in, not rules of their own.
    "access": ("position", "items", "move", "resize", "flush", "sharing"),
    "offset": ("position", "items", "move", "resize", "flush", "search"),
    "search": ("search", "search", "position", "items"),
    "move": ("move", "move", "items", "position"),
    "flush": ("flush", "position", "items", "sharing"),
    "resize": ("resize", "position", "items", "lifecycle"),
    "lifecycle": ("lifecycle", "position", "items", "resize", "search"),
    "constructor": ("constructor", "position", "items"),
    "reentrancy": ("reentrancy", "reentrancy", "items", "resize"),
    "sharing": ("sharing", "items", "position", "lifecycle"),
    "items": ("items",),
    "position": ("position",),
    "everything": tuple(sorted({rule.area for rule in RULES})),
}


def rules_of(area: str) -> list[Rule]:
    """The rules that a machine of this area chooses from.

    Raises:
        KeyError: there is no such area.
    """
    return [rule for name in _MIXES[area] for rule in RULES if rule.area == name]
