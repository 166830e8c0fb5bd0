"""Proposals for the constructor: right ones, and every way to be refused."""

from mmap_spec_tests.draw import Draw
from mmap_spec_tests.model.state import World
from mmap_spec_tests.operations import (
    STRANGE,
    Operation,
    Value,
    descriptor,
    index,
    octets,
    tag_name,
)
from mmap_spec_tests.rules.table import free, has_file, huge, pick_file, rule

_AREA = "constructor"
_ACCESSES = ("ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY")


def _room(world: World) -> bool:
    return len(world.maps) < 4


def _file_and_room(world: World) -> bool:
    return has_file(world) and _room(world)


def constant(name: str) -> Value:
    """A constant of the module under test."""
    return {"constant": name}


def flags_and_prot(draw: Draw) -> dict[str, Value]:
    """flags and prot of a map that can be read."""
    flags = draw.choice(("MAP_SHARED", "MAP_PRIVATE"))
    prot = draw.choice(("PROT_READ|PROT_WRITE", "PROT_READ"))
    return {"flags": constant(flags), "prot": constant(prot)}


@rule(_AREA, _file_and_room, weight=3)
def map_file(draw: Draw, world: World) -> Operation:
    """A map of a file that is, mostly, all right."""
    name, file = pick_file(draw, world)
    keywords: dict[str, Value] = {}
    kind = draw.integer(0, 7)
    if kind < 4:
        keywords["access"] = constant(draw.choice(_ACCESSES))
    elif kind < 6 and world.facts.platform == "unix":
        keywords.update(flags_and_prot(draw))
    size, offset = len(file.data), 0
    if size > world.facts.granularity and draw.integer(0, 1):
        offset = world.facts.granularity
        keywords["offset"] = offset
    rest = size - offset
    length = draw.choice((0, 0, rest, 1, max(rest - 1, 0), rest + 1, rest // 2))
    return Operation(free(world, "m"), "mmap()", [descriptor(name), length], keywords)


@rule(_AREA, _room)
def map_anonymous(draw: Draw, world: World) -> Operation:
    page = world.facts.page
    length = draw.choice((1, 2, 13, page, page + 1, 3 * page, 0))
    keywords: dict[str, Value] = {}
    kind = draw.integer(0, 5)
    if kind == 0 and world.facts.platform == "unix":
        keywords.update(flags_and_prot(draw))
    elif kind == 1:
        keywords["access"] = constant(draw.choice(_ACCESSES))
    return Operation(free(world, "m"), "mmap()", [-1, length], keywords)


@rule(_AREA, _file_and_room)
def map_oddly(draw: Draw, world: World) -> Operation:
    """A map of a file with one or two arguments that may be refused."""
    name, _ = pick_file(draw, world)
    granularity = world.facts.granularity
    given: dict[str, Value] = {}
    for _ in range(draw.integer(1, 2)):
        what = draw.choice(("length", "offset", "access", "both", "fileno"))
        if what == "length":
            lengths: list[Value] = [-1, -(2**70), 1.5, None, "1", index(1)]
            if world.facts.platform == "unix":  # on Windows the file would get that long
                lengths += [2**40, huge(draw, world)]
            given["length"] = draw.choice(lengths)
        elif what == "offset":
            odd = (-1, 1, granularity - 1, 2 * granularity + 1, -granularity, 1.5, 2**70, 2**40)
            given["offset"] = draw.choice(odd)
        elif what == "access":
            given["access"] = draw.choice((4, 9, -1, 99, "1", 2**40))
        elif what == "both" and world.facts.platform == "unix":
            given["access"] = constant(draw.choice(_ACCESSES))
            if draw.integer(0, 1):
                given["flags"] = constant("MAP_PRIVATE")
            else:
                given["prot"] = constant("PROT_READ")
        elif what == "fileno":
            given["fileno"] = draw.choice((-2, 9999, 1.5, None, "1", STRANGE, 2**31, 2**70))
    fileno, length = given.pop("fileno", descriptor(name)), given.pop("length", 0)
    return Operation(free(world, "m"), "mmap()", [fileno, length], given)


def _names(world: World) -> bool:
    return _room(world) and world.facts.platform == "windows"


@rule(_AREA, _names, weight=2)
def map_named(draw: Draw, world: World) -> Operation:
    """Memory with a name, new or taken; or a name that is none."""
    page = world.facts.page
    held = [map for _, map in world.open_maps() if map.name and map.file is None]
    if held and draw.integer(0, 1):
        map = draw.choice(held)
        keywords = {"access": constant(f"ACCESS_{map.access}")} if map.access != "DEFAULT" else {}
        arguments = [-1, map.size, tag_name(map.name)]
        return Operation(free(world, "m"), "mmap()", arguments, keywords)
    taken = {map.name for _, map in world.open_maps()}
    names = [name for name in ("one", "zwei", "\u4e09", "one two") if name not in taken]
    odd = (None, None, 5, octets(b"one"), tag_name("a\0b"), STRANGE)
    name = draw.choice(odd) if draw.integer(0, 3) == 0 else tag_name(draw.choice(names))
    length = draw.choice((1, 13, page, page + 1))
    fileno: Value = draw.choice((-1, 0))
    if has_file(world) and draw.integer(0, 3) == 0:
        handle, file = pick_file(draw, world)
        fileno, length = descriptor(handle), max(len(file.data), 1)
    return Operation(free(world, "m"), "mmap()", [fileno, length, name])


def _tracks(world: World) -> bool:
    edition = world.facts.edition
    since = (3, 13) if world.facts.platform == "unix" else (3, 15)
    return _file_and_room(world) and edition >= since


@rule(_AREA, _tracks)
def map_untracked(draw: Draw, world: World) -> Operation:
    name, _ = pick_file(draw, world)
    arguments = [descriptor(name), 0]
    return Operation(free(world, "m"), "mmap()", arguments, {"trackfd": False})


@rule(_AREA, has_file)
def close_descriptor(draw: Draw, world: World) -> Operation:
    return Operation(pick_file(draw, world)[0], "close")


def _has_descriptor(world: World) -> bool:
    return any(file.open for file in world.files.values())


@rule(_AREA, _has_descriptor)
def descriptor_position(draw: Draw, world: World) -> Operation:
    """Where a descriptor stands, or have it stand elsewhere."""
    opened = [name for name, file in world.files.items() if file.open]
    if draw.integer(0, 1):
        return Operation(draw.choice(opened), "seek", [draw.integer(1, 9)])
    return Operation(draw.choice(opened), "position")
