"""Proposals for several maps of one file, changes to the file, forked children."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import World
from mmap_spec_tests.operations import Operation, Value, cut, descriptor, octets
from mmap_spec_tests.rules.constructor import constant
from mmap_spec_tests.rules.table import (
    free,
    has_file,
    has_map,
    has_open_map,
    inside,
    pick,
    pick_file,
    pick_open,
    rule,
)

_AREA = "sharing"


@rule(_AREA, lambda world: has_file(world) and len(world.maps) < 4, weight=2)
def map_again(draw: Draw, world: World) -> Operation:
    name, file = pick_file(draw, world)
    keywords: dict[str, Value] = {}
    if draw.integer(0, 2):
        access = draw.choice(("ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"))
        keywords["access"] = constant(access)
    if len(file.data) > world.facts.granularity and draw.integer(0, 1):
        keywords["offset"] = world.facts.granularity
    return Operation(free(world, "m"), "mmap()", [descriptor(name), 0], keywords)


@rule(_AREA, has_map, weight=2)
def look_through(draw: Draw, world: World) -> Operation:
    return Operation(pick(draw, world)[0], "[]", [cut(None, None)])


@rule(_AREA, has_file)
def contents(draw: Draw, world: World) -> Operation:
    return Operation(pick_file(draw, world)[0], "contents")


@rule(_AREA, lambda world: any(file.data for file in world.files.values()))
def write_file(draw: Draw, world: World) -> Operation:
    name, file = draw.choice([item for item in world.files.items() if item[1].data])
    start = draw.integer(0, len(file.data) - 1)
    data = bytes([draw.integer(0, 255)]) * min(draw.integer(1, 4), len(file.data) - start)
    return Operation(name, "pwrite", [octets(data), start])


@rule(_AREA, has_file)
def extend_file(draw: Draw, world: World) -> Operation:
    name, file = pick_file(draw, world)
    more = draw.choice((0, 1, 100, world.facts.page))
    return Operation(name, "truncate", [len(file.data) + more])


@rule(_AREA, lambda world: world.can("fork") and has_open_map(world))
def fork(draw: Draw, world: World) -> Operation:
    if draw.integer(0, 15):  # a process costs as much as two hundred operations
        return Operation(pick(draw, world)[0], "tell")
    name, map = pick_open(draw, world)
    child = [Operation(name, "tell"), Operation(name, "[]", [cut(None, None)])]
    if map.access != "READ":
        child.append(Operation(name, "[]=", [inside(draw, map), draw.integer(0, 255)]))
    child.append(Operation(name, "seek", [inside(draw, map)]))
    if draw.integer(0, 1):
        child.append(Operation(name, "close"))
    return Operation("", "fork()", [[list(operation) for operation in child]])
