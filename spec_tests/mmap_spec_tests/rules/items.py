"""Proposals for items, slices, iteration and length."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import Map, World
from mmap_spec_tests.operations import STRANGE, Operation, Value, cut, index, octets
from mmap_spec_tests.rules.table import (
    content,
    has_map,
    has_open_map,
    huge,
    inside,
    itself,
    no_bytes,
    number,
    pick,
    pick_open,
    place,
    rule,
)

_AREA = "items"


def _bound(draw: Draw, world: World, map: Map) -> Value:
    kind = draw.integer(0, 15)
    if kind < 3:
        return None
    if kind < 14:
        return place(draw, map)
    if kind == 14:
        return huge(draw, world)
    return draw.choice((1.5, "1", STRANGE, index(1), True))


def _step(draw: Draw, map: Map) -> Value:
    return draw.choice((None, None, 1, 2, 3, -1, -2, 7, 0, map.size, -map.size, 2**70, "2"))


@rule(_AREA, has_map, weight=3)
def get_item(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    kind = draw.integer(0, 7)
    if kind < 5:
        return Operation(name, "[]", [place(draw, map)])
    if kind == 5:
        return Operation(name, "[]", [index(place(draw, map))])
    return Operation(name, "[]", [number(draw, world, map)])


@rule(_AREA, has_map, weight=3)
def get_slice(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    start, stop = _bound(draw, world, map), _bound(draw, world, map)
    return Operation(name, "[]", [cut(start, stop, _step(draw, map))])


@rule(_AREA, has_map, weight=3)
def set_item(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    kind = draw.integer(0, 9)
    if kind < 5 and not map.closed:
        return Operation(name, "[]=", [inside(draw, map), draw.integer(0, 255)])
    if kind == 5:
        return Operation(name, "[]=", [index(place(draw, map)), draw.integer(0, 255)])
    if kind == 6:
        return Operation(name, "[]=", [number(draw, world, map), 1])
    if kind == 7:
        return Operation(name, "[]=", [place(draw, map), draw.choice((256, -1, 2**70, 255))])
    if kind == 8:
        odd = (octets(b"a"), "a", 1.5, None, STRANGE, index(7))
        return Operation(name, "[]=", [place(draw, map), draw.choice(odd)])
    return Operation(name, "[]=", [place(draw, map), draw.integer(0, 255)])


@rule(_AREA, has_map, weight=3)
def set_slice(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    start, stop = _bound(draw, world, map), _bound(draw, world, map)
    step = _step(draw, map)
    kind = draw.integer(0, 15)
    if kind == 0:
        return Operation(name, "[]=", [cut(start, stop, step), no_bytes(draw)])
    if kind == 1 and not map.closed:
        return Operation(name, "[]=", [cut(start, stop, step), itself(name)])
    if kind == 2:
        return Operation(name, "[]=", [cut(None, None, -1), content(draw, map.size)])
    length = 3
    plain = all(part is None or type(part) in (int, bool) for part in (start, stop, step))
    if plain and step != 0:
        length = len(range(*slice(start, stop, step).indices(map.size)))
    if kind == 3:
        length += draw.choice((1, 2, 4096))
    elif kind == 4:
        length = max(0, length - 1)
    return Operation(name, "[]=", [cut(start, stop, step), content(draw, length)])


@rule(_AREA, has_map)
def delete(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    key = draw.choice((0, map.size, cut(0, 1), cut(None, None)))
    return Operation(name, "del []", [key])


@rule(_AREA, has_map)
def length(draw: Draw, world: World) -> Operation:
    return Operation(pick(draw, world)[0], "len()")


@rule(_AREA, has_map)
def look(draw: Draw, world: World) -> Operation:
    """Whatever else shows the bytes or tells of the map."""
    name, map = pick(draw, world)
    method = draw.choice(("bool()", "list()", "in", "bytes()", "re.search()", "repr()"))
    if method == "list()":
        return Operation(name, method, [draw.integer(1, 5)])
    if method == "in":
        kind = draw.integer(0, 2)
        if kind == 2:
            return Operation(name, method, [draw.choice((97, octets(b"ab"), "a", None, STRANGE))])
        there = map.bytes[inside(draw, map)] if kind else draw.integer(0, 255)
        return Operation(name, method, [octets(bytes([there]))])
    if method == "re.search()":
        return Operation(name, method, [octets(draw.choice((b"\n.", b"[a-f]+", b"\\x00{3}$")))])
    if method == "repr()" and world.facts.edition < (3, 9):
        method = "bool()"
    return Operation(name, method)


@rule(_AREA, has_open_map)
def whole(draw: Draw, world: World) -> Operation:
    return Operation(pick_open(draw, world)[0], "[]", [cut(None, None)])
