"""The table of rules: what can be proposed next, from the model's state."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import File, Map, World
from mmap_spec_tests.operations import (
    STRANGE,
    Operation,
    Value,
    buffer,
    handle,
    index,
    octets,
    pattern,
)

Condition = Callable[[World], bool]


class Rule(NamedTuple):
    """One kind of proposal.

    Attributes:
        name: unique in its area.
        area: the machine it belongs to.
        when: whether it can be proposed in this world.
        propose: makes the operation.
    """

    name: str
    area: str
    when: Condition
    propose: Callable[[Draw, World], Operation]


RULES: list[Rule] = []


def rule(
    area: str, when: Condition, weight: int = 1
) -> Callable[[Callable[[Draw, World], Operation]], Callable[[Draw, World], Operation]]:
    """Add a rule to the table, ``weight`` times as likely as others."""

    def register(
        propose: Callable[[Draw, World], Operation],
    ) -> Callable[[Draw, World], Operation]:
        RULES.extend([Rule(propose.__name__, area, when, propose)] * weight)
        return propose

    return register


def has_map(world: World) -> bool:
    """There is a map whose bytes are known."""
    for map in world.maps.values():
        if map.certain:
            return True
    return False


def has_open_map(world: World) -> bool:
    """There is an open map whose bytes are known."""
    for map in world.maps.values():
        if map.certain and not map.closed:
            return True
    return False


def has_file(world: World) -> bool:
    """There is a file."""
    return bool(world.files)


def pick(draw: Draw, world: World) -> tuple[str, Map]:
    """A map whose bytes are known; seldom a closed one where there is an open one."""
    known = [item for item in world.maps.items() if item[1].certain]
    if len(known) == 1:
        return known[0]
    alive = [item for item in known if not item[1].closed]
    if alive and (len(alive) == len(known) or draw.integer(0, 3)):
        known = alive
    return draw.choice(known) if len(known) > 1 else known[0]


def pick_open(draw: Draw, world: World) -> tuple[str, Map]:
    """An open map whose bytes are known."""
    known = [item for item in world.maps.items() if item[1].certain and not item[1].closed]
    return draw.choice(known)


def pick_file(draw: Draw, world: World) -> tuple[str, File]:
    """A file."""
    return draw.choice(list(world.files.items()))


def free(world: World, letter: str) -> str:
    """A handle that is not bound yet."""
    number = 0
    while f"{letter}{number}" in _bound(world, letter):
        number += 1
    return f"{letter}{number}"


def _bound(world: World, letter: str) -> dict[str, object]:
    groups = {"f": world.files, "m": world.maps, "v": world.views, "b": world.buffers}
    return groups[letter]  # type: ignore[return-value]


def place(draw: Draw, map: Map) -> int:
    """A position in or near the map, with the boundaries likely."""
    kind = draw.integer(0, 9)
    if kind < 3:
        return draw.integer(0, min(map.size, 12))
    if kind < 5:
        return map.size - draw.integer(0, 3)
    if kind == 5:
        return map.pos
    if kind == 6:
        return draw.integer(0, map.size)
    if kind == 7:
        return -draw.integer(1, 5)
    return draw.choice((map.size + 1, -map.size, -map.size - 1, map.size // 2, 4095, 4096, 4097))


def huge(draw: Draw, world: World) -> int:
    """An integer at or beyond the limits of the system."""
    largest = world.facts.largest
    return draw.choice((largest, largest + 1, -largest - 1, -largest - 2, 2**70, -(2**70), 2**31))


def huge_size(draw: Draw, world: World) -> int:
    """A number of bytes beyond all memory."""
    largest = world.facts.largest
    return draw.choice((largest, largest + 1, 2**70, -largest - 2))


def number(draw: Draw, world: World, map: Map) -> Value:
    """An argument where an integer is asked for: nearly always one."""
    kind = draw.integer(0, 31)
    if kind < 27:
        return place(draw, map)
    if kind == 27:
        return index(place(draw, map) if draw.integer(0, 3) else huge(draw, world))
    if kind < 30:
        return huge(draw, world)
    return draw.choice((True, 1.5, "1", STRANGE, octets(b"1")))


def inside(draw: Draw, map: Map) -> int:
    """An index of the map."""
    if draw.integer(0, 1):
        return draw.integer(0, map.size - 1)
    return draw.choice((0, map.size - 1, map.size // 2, min(map.pos, map.size - 1)))


def length_for(draw: Draw, room: int) -> int:
    """A number of bytes, with the boundaries of what there is room for likely."""
    kind = draw.integer(0, 7)
    if kind < 4:
        return min(draw.integer(0, 12), max(room, 0))
    if kind < 6:
        return max(room, 0)
    if kind == 6:
        return max(room, 0) + draw.integer(1, 2)
    return draw.integer(0, max(room, 0))


def content(draw: Draw, length: int) -> Value:
    """Bytes to be written, of a given length, in one of the forms they come in."""
    seed = draw.integer(0, 250)
    if length > 64:
        return pattern(length, seed)
    data = bytes((seed + 31 * i) % 256 for i in range(length))
    kind = draw.integer(0, 7)
    if kind < 5:
        return octets(data)
    return buffer(("bytearray", "memoryview", "array")[kind - 5], data)


def no_bytes(draw: Draw) -> Value:
    """Something that has no bytes."""
    return draw.choice(("text", None, 5, STRANGE, 1.5))


def itself(name: str) -> Value:
    """The map as an argument of its own method."""
    return handle(name)
