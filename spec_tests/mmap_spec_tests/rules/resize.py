"""Proposals for size and resize."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import World
from mmap_spec_tests.operations import STRANGE, Operation, index
from mmap_spec_tests.rules.table import has_map, huge_size, pick, rule


@rule("resize", has_map)
def size(draw: Draw, world: World) -> Operation:
    return Operation(pick(draw, world)[0], "size")


@rule("resize", has_map, weight=2)
def resize(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    page = world.facts.page
    kind = draw.integer(0, 15)
    if kind < 4:
        return Operation(name, "resize", [draw.integer(1, max(map.size, 1))])
    if kind < 8:
        return Operation(name, "resize", [map.size + draw.choice((1, 2, 100, page, 2 * page))])
    if kind < 12:
        near = (1, page - 1, page, page + 1, 2 * page, 3 * page + 1, map.size)
        return Operation(name, "resize", [draw.choice(near)])
    if kind == 12:
        return Operation(name, "resize", [0])
    if kind == 13:
        return Operation(name, "resize", [draw.choice((-1, -page, -map.size))])
    if kind == 14:
        return Operation(name, "resize", [draw.choice((2**48, 2**62, huge_size(draw, world)))])
    odd = ("1", 1.5, None, STRANGE, index(map.size))
    return Operation(name, "resize", [draw.choice(odd)])
