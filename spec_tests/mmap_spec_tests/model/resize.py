"""size and resize."""

from __future__ import annotations

from typing import Any

from mmap_spec_tests.expectation import (
    NONE,
    Either,
    Expectation,
    Raises,
    returned,
)
from mmap_spec_tests.model import arguments as args
from mmap_spec_tests.model.state import COPY, READ, Map, World, shows
from mmap_spec_tests.model.table import on_map, refused, settle
from mmap_spec_tests.operations import Value

_KEEPS = "resize.failed-changes-nothing"
_KEEPS_FILE = {
    "resize.zero-raises": "resize.zero-keeps-file",
    "resize.too-large-raises": "resize.too-large-keeps-file",
}
_MARKS = ("resize.keeps-position", "resize.keeps-bytes")

HUGE = 2**47
"""Bytes no address space of today has room for."""


@on_map("size")
def size(world: World, map: Map) -> Expectation:
    if not map.trackfd:
        errors = Raises(("ValueError", "OSError"))
        return Expectation((("constructor.trackfd-false", errors),))
    if map.file is None:
        if world.facts.edition >= (3, 15):
            return Expectation((("size.anonymous", returned(map.size)),))
        # Unsaid until 3.15: CPython asked the system for the length of descriptor -1.
        either = Either((Raises(("OSError",)), returned(map.size)))
        return Expectation((("size.anonymous-or-os-error", either),))
    if _KEEPS in map.file.reach and not map.file.certain:
        raise LookupError("whether a refused resize left the file alone is not to be seen yet")
    length = returned(len(map.file.data))
    checks: tuple[Any, ...] = (("size.returns-file-length", length),)
    reach = map.file.reach
    if reach and reach[0].startswith("resize."):
        checks = (*shows(reach, length), *checks)
    elif reach:
        checks = (("size.follows-file", length), *checks)
    return Expectation(checks)


@on_map("resize", 1)
def resize(world: World, map: Map, new: Value) -> Expectation:
    number = args.size_of(world, new)
    if type(number) is Raises:
        return refused(map, "resize.argument-types", number, keeps=_KEEPS)
    assert type(number) is int
    wrong = _refusals(world, map, number)
    if wrong:
        clause = wrong[0][0]
        keeps = _KEEPS if map.file is None else _KEEPS_FILE.get(clause, _KEEPS)
        return refused(map, clause, args.merge(*(e for _, e in wrong)), keeps=keeps)
    if map.file is None:
        return _resize_anonymous(world, map, number)
    return _resize_file(world, map, number)


def _refusals(world: World, map: Map, number: int) -> list[tuple[str, Raises]]:
    wrong: list[tuple[str, Raises]] = []
    if map.access in (READ, COPY):
        wrong.append(("resize.read-copy-type-error", args.TYPE_ERROR))
    if map.exports:
        wrong.append(("resize.exports-buffer-error", args.BUFFER_ERROR))
    if not map.trackfd:
        wrong.append(("constructor.trackfd-false", args.VALUE_ERROR))
    if _is_held_elsewhere(world, map):
        wrong.append(("resize.windows-held-elsewhere", Raises(("OSError",))))
    if number < 0:
        wrong.append(("resize.out-of-range-value-error", args.VALUE_ERROR))
    elif number == 0:
        wrong.append(("resize.zero-raises", Raises(("OSError", "ValueError"))))
    elif number >= HUGE:
        errors = Raises(("OSError", "ValueError", "OverflowError", "MemoryError"))
        wrong.append(("resize.too-large-raises", errors))
    elif number > args.LARGE:
        raise ValueError("whether there is so much memory is not the model's to say")
    return wrong


def _is_held_elsewhere(world: World, map: Map) -> bool:
    """Whether another open map has the same name: a file may be mapped under others."""
    others = (other for _, other in world.open_maps() if other is not map)
    return bool(map.name) and any(other.name == map.name for other in others)


def _resize_anonymous(world: World, map: Map, number: int) -> Expectation:
    growing = number > map.size
    refusal = "resize.grow-shared-anonymous-value-error"
    stuck = growing and not map.private and world.facts.platform == "unix"
    if stuck and world.facts.edition >= (3, 13, 8):
        return refused(map, refusal, args.VALUE_ERROR, keeps=_KEEPS)
    clause = "resize.grown-anonymous-usable" if stuck else "resize.anonymous"

    def effect() -> None:
        _set_length(map.memory.data, map.size, number)
        _resized(map, number, clause)
        if stuck:
            map.memory.blame = (clause,)

    if stuck:
        either = Either((NONE, args.VALUE_ERROR))
        return Expectation(((clause, either),), effect, NONE, _MARKS, (clause,))
    return Expectation(((clause, NONE),), effect, marks=_MARKS)


def _set_length(data: bytearray, old: int, new: int) -> None:
    if new < old:
        del data[new:]
    else:
        data.extend(bytes(new - old))


def _resized(map: Map, number: int, clause: str) -> None:
    if map.private or map.file is None:
        # Nobody clears what a shrink leaves in the last page: growing may show it again, and
        # in a private copy of it whatever the file once had there.
        stale = map.shrunk or map.file is not None
        map.certain = map.certain and not (stale and number > map.size)
        map.shrunk = map.shrunk or number < map.size
    map.size = number
    map.blame = ("resize.keeps-position",)
    map.made = (clause,)
    map.memory.blame = ("resize.keeps-bytes",)


def _resize_file(world: World, map: Map, number: int) -> Expectation:
    file = map.file
    assert file is not None
    clause = "resize.changes-map-and-file"

    def effect() -> None:
        _set_length(file.data, len(file.data), map.offset + number)
        if map.private:
            kept = map.memory.data[: min(map.size, number)]
            map.memory.data = kept + file.data[map.offset + len(kept) :]
        _resized(map, number, clause)
        file.reach = (clause, "offset.resize-counts-from-offset") if map.offset else (clause,)
        settle(world, file, map)

    if file.mode == "read":
        # Nothing can be done about the file: the descriptor is for reading.
        return refused(map, _KEEPS, Raises(("OSError", "ValueError")), keeps=_KEEPS)
    marks = (*_MARKS, "offset.resize-counts-from-offset")
    if world.facts.platform == "windows" and _shares_file(world, map):
        # The system refuses to cut a file that is mapped elsewhere, and may refuse more.
        either = Either((NONE, Raises(("OSError",))))
        return Expectation(((clause, either),), effect, NONE, marks)
    return Expectation(((clause, NONE),), effect, marks=marks)


def _shares_file(world: World, map: Map) -> bool:
    return any(other.file is map.file for _, other in world.open_maps() if other is not map)
