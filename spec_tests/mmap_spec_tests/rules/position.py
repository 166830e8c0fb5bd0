"""Proposals for reading, writing and the position."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import World
from mmap_spec_tests.operations import STRANGE, Operation, index, octets
from mmap_spec_tests.rules.table import (
    content,
    has_map,
    huge,
    itself,
    length_for,
    no_bytes,
    number,
    pick,
    place,
    rule,
)

_AREA = "position"


@rule(_AREA, has_map, weight=2)
def tell(draw: Draw, world: World) -> Operation:
    return Operation(pick(draw, world)[0], "tell")


@rule(_AREA, has_map, weight=2)
def read(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    kind = draw.integer(0, 15)
    if world.facts.edition < (3, 3):
        kind %= 10  # before 3.3 nothing was said about anything but a number of bytes
    if kind < 10:
        return Operation(name, "read", [length_for(draw, map.size - map.pos)])
    if kind == 10:
        return Operation(name, "read")
    if kind == 11:
        return Operation(name, "read", [None])
    if kind == 12:
        return Operation(name, "read", [huge(draw, world)])
    return Operation(name, "read", [number(draw, world, map)])


@rule(_AREA, has_map, weight=2)
def readline(draw: Draw, world: World) -> Operation:
    return Operation(pick(draw, world)[0], "readline")


@rule(_AREA, has_map)
def read_byte(draw: Draw, world: World) -> Operation:
    return Operation(pick(draw, world)[0], "read_byte")


@rule(_AREA, has_map, weight=3)
def seek(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    kind = draw.integer(0, 11)
    if kind < 5:
        return Operation(name, "seek", [place(draw, map)])
    if kind == 5:
        return Operation(name, "seek", [number(draw, world, map), 0])
    if kind < 8:
        return Operation(name, "seek", [place(draw, map) - map.pos, 1])
    if kind < 10:
        return Operation(name, "seek", [place(draw, map) - map.size, 2])
    if kind == 10:
        return Operation(name, "seek", [number(draw, world, map), draw.integer(0, 3)])
    odd = (3, -1, 99, 2**31 - 1, 2**31, 2**32, 2**70, "0", 1.0, index(1))
    return Operation(name, "seek", [0, draw.choice(odd)])


@rule(_AREA, has_map, weight=3)
def write(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    kind = draw.integer(0, 15)
    if kind == 0:
        return Operation(name, "write", [no_bytes(draw)])
    if kind == 1 and not map.closed:
        return Operation(name, "write", [itself(name)])
    length = length_for(draw, map.size - map.pos)
    return Operation(name, "write", [content(draw, length)])


@rule(_AREA, has_map, weight=2)
def write_byte(draw: Draw, world: World) -> Operation:
    name, _ = pick(draw, world)
    kind = draw.integer(0, 7)
    if kind < 5:
        return Operation(name, "write_byte", [draw.integer(0, 255)])
    if kind == 5:
        return Operation(name, "write_byte", [draw.choice((0, 1, 127, 128, 255, True, index(66)))])
    if kind == 6:
        return Operation(name, "write_byte", [draw.choice((256, -1, 2**31, 2**70, -(2**70)))])
    return Operation(name, "write_byte", [draw.choice((octets(b"a"), "a", 1.5, None, STRANGE))])


@rule(_AREA, lambda world: has_map(world) and world.facts.edition >= (3, 13))
def seekable(draw: Draw, world: World) -> Operation:
    return Operation(pick(draw, world)[0], "seekable")
