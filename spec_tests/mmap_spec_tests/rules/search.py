"""Proposals for find and rfind."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import Map, World
from mmap_spec_tests.operations import STRANGE, Operation, Value, buffer, cut, index, octets
from mmap_spec_tests.rules.table import (
    has_map,
    has_open_map,
    huge,
    no_bytes,
    pick,
    pick_open,
    place,
    rule,
)


def _needle(draw: Draw, map: Map) -> bytes:
    kind = draw.integer(0, 8)
    start = draw.integer(0, map.size - 1) if kind < 5 or kind == 8 else 0
    if kind < 3:  # some of the bytes that are there
        return map.bytes[start : start + draw.integer(1, 9)]
    if kind == 3:  # the very end
        return map.bytes[-draw.integer(1, 9) :]
    if kind == 4:  # nearly there
        return map.bytes[start : start + draw.integer(0, 5)] + b"\xfe"
    if kind == 5:
        return b""
    if kind == 6:
        return draw.choice((b"\n", b"\0", b"a", b"\0\0", b"zz"))
    if kind == 7:
        return map.bytes + (b"a" if draw.integer(0, 1) else b"")
    piece = bytearray(map.bytes[start : start + draw.integer(1, 60)])
    piece[len(piece) // 2] ^= 3  # all there but for one byte, which is not the last
    return bytes(piece)


def _bound(draw: Draw, world: World, map: Map) -> Value:
    kind = draw.integer(0, 31)
    if kind < 28:
        return place(draw, map)
    if kind == 28:
        return huge(draw, world)
    if kind == 29:
        return index(place(draw, map))
    if kind == 30 and world.facts.edition >= (3, 14, 1):
        return None
    return draw.choice((1.5, "1", STRANGE))


@rule("search", has_open_map)
def repeat(draw: Draw, world: World) -> Operation:
    """Text in which much is nearly found: what searches faster than byte by byte goes wrong."""
    name, map = pick_open(draw, world)
    period = draw.choice((b"a", b"ab", b"aab", b"abaab"))
    text = (period * map.size)[: map.size]
    return Operation(name, "[]=", [cut(None, None), octets(text)])


@rule("search", has_map, weight=4)
def find(draw: Draw, world: World) -> Operation:
    name, map = pick(draw, world)
    method = draw.choice(("find", "rfind"))
    data = _needle(draw, map)
    kind = draw.integer(0, 15)
    needle = octets(data)
    if kind == 0:
        needle = no_bytes(draw)
    elif kind < 3 and world.facts.edition >= (3, 5):
        needle = buffer(("bytearray", "memoryview")[kind - 1], data)
    arguments = [needle]
    for _ in range(draw.integer(0, 2)):
        arguments.append(_bound(draw, world, map))
    return Operation(name, method, arguments)
