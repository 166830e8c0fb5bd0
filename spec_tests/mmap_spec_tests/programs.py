"""Whole programs, generated from the model's state before anything is executed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.expectation import Expectation
from mmap_spec_tests.model import Facts, Unrunnable, World, expect, follow, happen
from mmap_spec_tests.operations import Operation, Program, Value, cut, descriptor, pattern
from mmap_spec_tests.rules import Rule, rules_of
from mmap_spec_tests.rules.constructor import constant, flags_and_prot

Masked = Callable[[Operation, Expectation], bool]
"""Whether an operation leads to a finding that is known already."""

Step = tuple[Operation, Expectation]


def modelled(program: Program, facts: Facts) -> list[Step]:
    """A program with its expectations.

    Raises:
        Unrunnable: it makes no sense.
    """
    world = World(facts)
    return [(operation, follow(world, operation)) for operation in program]


class Generator:
    """Generates programs for one implementation's facts."""

    def __init__(self, facts: Facts, masked: Masked | None = None) -> None:
        self._facts = facts
        self._masked = masked

    def program(self, draw: Draw, area: str, length: int) -> list[Step]:
        """A program of an area: its beginning, up to ``length`` operations, its end."""
        world = World(self._facts)
        steps: list[Step] = []
        for operation in beginning(draw, self._facts, area):
            self._take(world, operation, steps)
        rules = _rules(area)
        for _ in range(length):
            rule = draw.choice(rules)
            if rule.when(world):
                self._take(world, rule.propose(draw, world), steps)
        for operation in ending(world):
            self._take(world, operation, steps)
        return steps

    def _take(self, world: World, operation: Operation, steps: list[Step]) -> None:
        try:
            expectation = expect(world, operation)
        except Unrunnable:  # what comes of it is not the model's to say
            return
        if self._masked is not None and self._masked(operation, expectation):
            return
        happen(operation, expectation)
        steps.append((operation, expectation))


@cache
def _rules(area: str) -> tuple[Rule, ...]:
    return tuple(rules_of(area))


def beginning(draw: Draw, facts: Facts, area: str) -> Iterator[Operation]:
    """A file and a map to begin with, of sizes at which implementations go wrong."""
    page, granularity = facts.page, facts.granularity
    small = (13, 1, 2, 100, 3 * 23)
    sizes = (*small, page - 1, page, page + 1, 2 * page + 100, 3 * page)
    kind = draw.integer(0, 7)
    if area == "offset":
        size = granularity + draw.choice((*small, page, page + 1))
    else:
        size = draw.choice(small if kind < 5 else sizes)
    keywords: dict[str, Value] = {}
    mode = "update"
    if area == "constructor":
        yield Operation("f0", "file()", [pattern(draw.choice((0, 1, size, granularity + 5)), 3)])
        mode = draw.choice(("update", "read", "append"))
        yield Operation("f1", "file()", [pattern(size, size % 7), mode])
        return
    if area in ("access", "flush", "lifecycle", "everything") and draw.integer(0, 2):
        keywords["access"] = constant(draw.choice(("ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY")))
        if draw.integer(0, 3) == 0 and keywords["access"] != constant("ACCESS_WRITE"):
            mode = "read"
    elif (
        area in ("access", "resize", "everything")
        and facts.platform == "unix"
        and draw.integer(0, 2) == 0
    ):
        keywords.update(flags_and_prot(draw))
        if keywords["flags"] == constant("MAP_PRIVATE") and draw.integer(0, 3) == 0:
            mode = "read"  # enough for a map that changes nothing but itself
    if area in ("offset", "everything") and size > granularity:
        keywords["offset"] = granularity
    anonymous = area != "offset" and mode == "update" and draw.integer(0, 3) == 0
    if anonymous and "offset" not in keywords:
        yield Operation("m0", "mmap()", [-1, size], keywords)
        return
    seed = draw.integer(0, 250)
    yield Operation("f0", "file()", [pattern(size, seed), mode])
    length = 0
    if area in ("offset", "resize") and draw.integer(0, 1):
        length = draw.integer(1, size - keywords.get("offset", 0))
    yield Operation("m0", "mmap()", [descriptor("f0"), length], keywords)


def ending(world: World) -> Iterator[Operation]:
    """A last look at every map and every file, where lost data shows, and at what is left."""
    for name, map in list(world.maps.items()):
        if not map.closed:
            yield Operation(name, "tell")
            if map.certain:
                yield Operation(name, "len()")
                yield Operation(name, "[]", [cut(None, None)])
                if map.file is not None and not map.file.certain:
                    yield Operation(name, "flush")
    for name in list(world.files):
        yield Operation(name, "contents")
    for name in list(world.buffers):
        yield Operation(name, "append", [0])
    yield Operation("", "leaked()")


def looks(world: World, first: str = "") -> Iterator[tuple[Operation, ...]]:
    """Ways to look at each thing that an operation can leave wrong.

    Each of a tuple shows the same thing by other means: a wrong state shows in all of them,
    a wrong look in one.

    Args:
        world: what there is to be seen.
        first: the map to begin with: what others show of it is shared.
    """
    for name, map in sorted(world.open_maps(), key=lambda item: item[0] != first):
        if not map.certain:
            yield (Operation(name, "tell"),)
            continue
        everything, exported = Operation(name, "[]", [cut(None, None)]), Operation(name, "bytes()")
        yield Operation(name, "tell"), Operation(name, "read", [map.size])
        yield Operation(name, "len()"), everything
        yield everything, exported
    for name, map in world.maps.items():
        if map.closed and world.facts.edition >= (3, 2):
            yield Operation(name, ".closed"), Operation(name, "tell")
    for name in world.files:
        yield (Operation(name, "contents"),)
    for name in world.buffers:
        yield (Operation(name, "append", [0]),)
    yield (Operation("", "leaked()"),)
