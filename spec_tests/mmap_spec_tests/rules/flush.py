"""Proposals for flush and madvise."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import World
from mmap_spec_tests.operations import Operation, Value
from mmap_spec_tests.rules.table import has_map, number, pick, place, rule


@rule("flush", has_map, weight=4)
def flush(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    page = world.facts.page
    kind = draw.integer(0, 9)
    if kind < 3:
        return Operation(name, "flush")
    if kind < 7:
        start = page * draw.integer(0, max(map.size // page, 0))
        rest = map.size - start
        size = draw.choice((0, 1, rest, rest, rest + 1, rest // 2, -1))
        return Operation(name, "flush", [start, size])
    if kind == 7:
        lowest = -world.facts.largest - 1
        starts = (0, page, map.size, -1, map.size + 1, lowest)
        return Operation(name, "flush", [draw.choice(starts)])
    if kind == 8:
        return Operation(name, "flush", [place(draw, map), place(draw, map)])
    return Operation(name, "flush", [number(draw, world, map), number(draw, world, map)])


@rule("flush", lambda world: world.facts.edition >= (3, 15) and has_map(world))
def flush_with_flags(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    known = [flag for flag in ("MS_SYNC", "MS_ASYNC") if flag in world.facts.constants]
    flags = draw.choice((0, "1", *({"constant": flag} for flag in known)))
    arguments: tuple[list[Value], ...]
    arguments = ([], [0], [0, map.size], [0, map.size + 1], [world.facts.page])
    return Operation(name, "flush", draw.choice(arguments), {"flags": flags})


def _advises(world: World) -> bool:
    facts = world.facts
    known = facts.edition >= (3, 8) and "MADV_NORMAL" in facts.constants
    return known and world.can("madvise") and has_map(world)


@rule("flush", _advises)
def madvise(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    page = world.facts.page
    # Options that change a part of the map split it for Linux, which cannot resize it then.
    option = {"constant": draw.choice(("MADV_NORMAL", "MADV_WILLNEED"))}
    kind = draw.integer(0, 4)
    if kind == 0:
        return Operation(name, "madvise", [option])
    start = page * draw.integer(0, map.size // page)
    if kind < 3:
        lengths = (0, 1, page, map.size, 10**6, world.facts.largest)
        return Operation(name, "madvise", [option, start, draw.choice(lengths)])
    if kind == 3:
        length = [1] * draw.integer(0, 1)
        return Operation(name, "madvise", [option, draw.choice((-1, map.size, 10**9)), *length])
    return Operation(name, "madvise", [option, 0, draw.choice((-1, -4096))])
