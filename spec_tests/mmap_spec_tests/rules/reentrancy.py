"""Proposals whose arguments close, resize or change the map while they are converted."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import Map, World
from mmap_spec_tests.operations import (
    Operation,
    Value,
    cut,
    octets,
    pattern,
    reentrant,
    reentrant_buffer,
)
from mmap_spec_tests.rules.table import has_open_map, pick_open, place, rule


def _does(draw: Draw, world: World, name: str, map: Map) -> list[Operation]:
    kind = draw.integer(0, 7)
    resizable = (
        world.can("resize")
        and map.access not in ("READ", "COPY")
        and map.trackfd
        and not (map.file is not None and map.file.mode == "read")
    )
    if kind < 3 or not resizable:
        return [Operation(name, "close")]
    if kind < 6:
        return [Operation(name, "resize", [draw.choice((1, max(map.size // 2, 1), map.size))])]
    if kind == 6 and _grows_into_zeros(map):
        return [Operation(name, "resize", [map.size + draw.choice((1, world.facts.page))])]
    return [Operation(name, "seek", [draw.integer(0, map.size)])]


def _grows_into_zeros(map: Map) -> bool:
    """Whether the map can grow, and what its new bytes are is known."""
    if map.private:
        return map.file is None and not map.shrunk
    return map.file is not None


@rule("reentrancy", has_open_map, weight=4)
def reenter(draw: Draw, world: World) -> Operation:
    name, map = pick_open(draw, world)
    does = _does(draw, world, name, map)
    trick: Value = reentrant(place(draw, map), does)
    byte = reentrant(draw.integer(0, 255), does)
    room = min(max(map.size - map.pos, 0), 4)
    calls: list[tuple[str, list[Value]]] = [
        ("[]", [trick]),
        ("[]", [cut(trick, None)]),
        ("[]", [cut(0, trick, 2)]),
        ("[]=", [trick, 7]),
        ("[]=", [map.size - 1, byte]),
        ("[]=", [cut(trick, None), pattern(draw.integer(0, 3), 1)]),
        ("[]=", [cut(None, reentrant(map.size, does)), pattern(map.size, 2)]),
        ("seek", [trick]),
        ("seek", [0, reentrant(2, does)]),
        ("write_byte", [byte]),
        ("move", [trick, 0, 1]),
        ("move", [0, trick, 1]),
        ("move", [0, 0, reentrant(map.size, does)]),
        ("flush", [0, trick]),
        ("resize", [reentrant(max(map.size // 2, 1), does)]),
        ("find", [octets(b"\n"), trick]),
        ("find", [octets(b"\n"), trick, map.size]),
        ("rfind", [octets(b"\n"), 0, trick]),
    ]
    if world.facts.edition >= (3, 3):
        calls.append(("read", [trick]))
    if world.can("python-buffers"):
        data = bytes(range(room))
        calls += [
            ("write", [reentrant_buffer(data, does)]),
            ("find", [reentrant_buffer(b"\n", does)]),
            ("rfind", [reentrant_buffer(b"\n", does)]),
            ("[]=", [cut(0, room), reentrant_buffer(data, does)]),
            ("[]=", [cut(map.size - room, None), reentrant_buffer(data, does)]),
        ]
    if not world.can("resize"):
        calls = [call for call in calls if call[0] != "resize"]
    if map.access == "READ":  # refused before anything is converted, or after
        calls = [call for call in calls if call[0] != "[]="]
    if does[0].method != "close":  # when the default bounds are read is nobody's business
        calls = [call for call in calls if len(call[1]) > 2 or "find" not in call[0]]
    method, arguments = draw.choice(calls)
    return Operation(name, method, arguments)
