"""move."""

from __future__ import annotations

from mmap_spec_tests.expectation import NONE, Expectation, Raises
from mmap_spec_tests.model import arguments as args
from mmap_spec_tests.model.state import READ, Map, World
from mmap_spec_tests.model.table import CHANGES, changed, on_map, read_only, refused
from mmap_spec_tests.operations import Value


@on_map("move", 3)
def move(world: World, map: Map, dest: Value, src: Value, count: Value) -> Expectation:
    numbers: list[int] = []
    wrong: list[Raises] = []
    for value in (dest, src, count):
        number = args.size_of(world, value)
        if type(number) is Raises:
            wrong.append(number)
        else:
            assert type(number) is int
            numbers.append(number)
    if wrong:
        errors = args.merge(*wrong, *((args.TYPE_ERROR,) if map.access == READ else ()))
        return refused(map, "move.argument-types", errors)
    to, source, length = numbers
    fits = min(numbers) >= 0 and length <= map.size - to and length <= map.size - source
    if map.access == READ:
        clause = "access.read-refuses-move" if fits else "access.refusal-before-range"
        return read_only(map, clause)
    if not fits:
        return refused(map, "move.out-of-range-value-error", args.VALUE_ERROR)

    def effect() -> None:
        data, base = map.memory.data, map.base
        data[base + to : base + to + length] = data[base + source : base + source + length]
        if not map.blame:
            map.blame = ("move.keeps-position",)
        if length:
            changed(world, map, "move.copies")

    marks = ("move.keeps-position", *CHANGES)
    return Expectation((("move.copies", NONE),), effect, marks=marks)
