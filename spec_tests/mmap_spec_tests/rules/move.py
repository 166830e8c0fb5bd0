"""Proposals for move."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import World
from mmap_spec_tests.operations import Operation
from mmap_spec_tests.rules.table import has_map, length_for, number, pick, place, rule


@rule("move", has_map, weight=4)
def move(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    kind = draw.integer(0, 11)
    if kind < 7:
        src = draw.integer(0, map.size)
        dest = draw.integer(0, map.size)
        if kind == 6:  # overlap by about a byte, a hundred, a page
            shift = draw.choice((1, -1, 100, -100, 4096, -4096))
            dest = min(max(src + shift, 0), map.size)
        return Operation(name, "move", [dest, src, length_for(draw, map.size - max(src, dest))])
    if kind < 10:
        return Operation(name, "move", [place(draw, map), place(draw, map), place(draw, map)])
    return Operation(name, "move", [number(draw, world, map) for _ in range(3)])
