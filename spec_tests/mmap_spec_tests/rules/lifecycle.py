"""Proposals for close, exports, and arguments that no method takes."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import World
from mmap_spec_tests.operations import Operation, Value, cut, handle, octets, pattern
from mmap_spec_tests.rules.table import free, has_map, has_open_map, pick, pick_open, rule

_AREA = "lifecycle"


def _modern(world: World) -> bool:
    return has_map(world) and world.facts.edition >= (3, 4)


@rule(_AREA, has_open_map)
def close(draw: Draw, world: World) -> Operation:
    return Operation(pick_open(draw, world)[0], "close")


@rule(_AREA, has_map)
def close_again(draw: Draw, world: World) -> Operation:
    closed = [name for name, map in world.maps.items() if map.closed]
    return Operation(draw.choice(closed) if closed else pick(draw, world)[0], "close")


@rule(_AREA, _modern)
def attribute(draw: Draw, world: World) -> Operation:
    method = draw.choice((".closed", "weakref()"))
    return Operation(pick(draw, world)[0], method)


@rule(_AREA, _modern)
def use_with(draw: Draw, world: World) -> Operation:
    return Operation(pick(draw, world)[0], "with")


@rule(_AREA, has_map)
def drop(draw: Draw, world: World) -> Operation:
    free_of_views = [
        name
        for name, map in world.maps.items()
        if map.certain and not any(view.of is map for view in world.views.values())
    ]
    if not free_of_views:
        return Operation(pick(draw, world)[0], "tell")
    return Operation(draw.choice(free_of_views), "del")


@rule(_AREA, has_map, weight=2)
def export(draw: Draw, world: World) -> Operation:
    name, _ = pick(draw, world)
    return Operation(free(world, "v"), "memoryview()", [handle(name)])


def _has_view(world: World) -> bool:
    return any(not view.released and view.of.certain for view in world.views.values())


@rule(_AREA, _has_view, weight=3)
def use_view(draw: Draw, world: World) -> Operation:
    live = [
        (name, view) for name, view in world.views.items() if not view.released and view.of.certain
    ]
    name, view = draw.choice(live)
    kind = draw.integer(0, 5)
    if kind < 2:
        return Operation(name, "release")
    if kind == 2:
        return Operation(name, "tobytes")
    place = draw.integer(0, view.size - 1)
    if kind == 3:
        return Operation(name, "[]", [place])
    return Operation(name, "[]=", [place, draw.integer(0, 255)])


_COUNTS: tuple[tuple[str, list[Value]], ...] = (
    ("read", [1, 2]), ("readline", [1]), ("read_byte", [1]), ("tell", [1]), ("size", [1]),
    ("write", []), ("write", [octets(b"a"), 1]), ("write_byte", []), ("seek", []),
    ("seek", [1, 0, 0]), ("find", []), ("find", [octets(b"a"), 0, 1, 2]), ("rfind", []),
    ("move", [0, 0]), ("move", [0, 0, 0, 0]), ("flush", [0, 0, 0]), ("close", [1]),
    ("resize", []), ("resize", [1, 1]),
)  # fmt: skip


@rule(_AREA, has_map)
def wrong_count(draw: Draw, world: World) -> Operation:
    method, arguments = draw.choice(_COUNTS)
    return Operation(pick(draw, world)[0], method, arguments)


_KEYWORDS = (
    ("read", {"num": 1}), ("find", {"sub": octets(b"a")}), ("rfind", {"sub": octets(b"a")}),
    ("move", {"dest": 0, "src": 0, "count": 0}), ("write", {"bytes": octets(b"a")}),
    ("write_byte", {"byte": 1}), ("seek", {"pos": 0}),
)  # fmt: skip


@rule(_AREA, has_map)
def keywords(draw: Draw, world: World) -> Operation:
    method, named = draw.choice(_KEYWORDS)
    return Operation(pick(draw, world)[0], method, [], named)


@rule(_AREA, lambda world: has_open_map(world) and len(world.buffers) < 2)
def make_buffer(draw: Draw, world: World) -> Operation:
    _, map = pick_open(draw, world)
    length = draw.choice((0, 1, 3, map.size, map.size + 1))
    return Operation(free(world, "b"), "bytearray()", [pattern(length, draw.integer(0, 250))])


def _can_give(world: World) -> bool:
    return bool(world.buffers) and has_map(world)


@rule(_AREA, _can_give, weight=2)
def give_buffer(draw: Draw, world: World) -> Operation:
    """A method that takes a buffer, whether or not it will like this one."""
    name, _ = pick(draw, world)
    given = draw.choice(list(world.buffers))
    method = draw.choice(("write", "find", "rfind", "[]="))
    if method != "[]=":
        return Operation(name, method, [handle(given)])
    stop = len(world.buffers[given]) + draw.choice((0, 0, 1))
    step = draw.choice((None, None, 1, 0))
    return Operation(name, method, [cut(0, stop, step), handle(given)])


@rule(_AREA, lambda world: bool(world.buffers))
def grow_buffer(draw: Draw, world: World) -> Operation:
    return Operation(draw.choice(list(world.buffers)), "append", [draw.integer(0, 255)])


def _names(world: World) -> bool:
    return world.facts.edition >= (3, 15) and world.can("set_name") and has_map(world)


@rule(_AREA, _names)
def set_name(draw: Draw, world: World) -> Operation:
    names = (
        "",
        "name",
        "n" * 66,
        "n" * 67,
        "\u00e9" * 33,
        "\u00e9" * 34,
        "a\0b",
        None,
        1,
        octets(b"n"),
    )
    return Operation(pick(draw, world)[0], "set_name", [draw.choice(names)])
