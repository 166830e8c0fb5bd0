"""Reading, writing and the position."""

from __future__ import annotations

from typing import Any

from mmap_spec_tests.expectation import (
    NONE,
    RETURNS,
    Accepts,
    Either,
    Expectation,
    Raises,
    returned,
)
from mmap_spec_tests.model import arguments as args
from mmap_spec_tests.model.state import READ, Map, World, shows
from mmap_spec_tests.model.table import CHANGES, changed, on_map, read_only, refused
from mmap_spec_tests.operations import Value


def left(map: Map) -> int:
    """Bytes from the position to the end; none where a resize left the position behind it."""
    return max(map.size - map.pos, 0)


def _reading(map: Map, clause: str, value: Any, count: int, advances: str) -> Expectation:
    allowed = returned(value)
    checks = shows(map.blame, allowed) + map.looks(clause, allowed)

    def effect() -> None:
        map.pos += count
        map.blame = (advances,)

    return Expectation(checks, effect, marks=(advances,))


@on_map("read", 0, 1)
def read(world: World, map: Map, count: Value = None) -> Expectation:
    clause = "position.read-returns-bytes"
    rest = left(map)
    if count is None:
        number, clause = rest, "position.read-rest"
    else:
        converted = args.size_of(world, count)
        if type(converted) is Raises:
            return refused(map, "position.read-argument-types", converted)
        assert type(converted) is int
        number = min(converted, rest)
        if converted < 0:
            number, clause = rest, "position.read-rest"
    if map.pos > map.size:
        clause = "position.past-end-after-shrink"
    start = map.base + map.pos
    value = bytes(map.memory.data[start : start + number])
    return _reading(map, clause, value, number, "position.read-advances")


@on_map("readline")
def readline(world: World, map: Map) -> Expectation:
    clause = "position.readline-returns-line"
    if map.pos > map.size:
        clause = "position.past-end-after-shrink"
    start = map.base + map.pos
    end = start + left(map)
    newline = map.memory.data.find(b"\n", start, end)
    value = bytes(map.memory.data[start : end if newline < 0 else newline + 1])
    return _reading(map, clause, value, len(value), "position.readline-advances")


@on_map("read_byte")
def read_byte(world: World, map: Map) -> Expectation:
    if map.pos >= map.size:
        past = map.pos > map.size
        clause = (
            "position.past-end-after-shrink" if past else "position.read-byte-at-end-value-error"
        )
        return refused(map, clause, args.VALUE_ERROR)
    value = map.memory.data[map.base + map.pos]
    clause = "position.read-byte-returns-int"
    return _reading(map, clause, value, 1, "position.read-byte-advances")


@on_map("tell")
def tell(world: World, map: Map) -> Expectation:
    allowed = returned(map.pos)
    blame = map.blame or ("position.starts-at-zero",)
    checks = (*shows(blame, allowed), ("position.tell-returns-position", allowed))
    return Expectation((*checks, *shows(("position.others-keep-position",), allowed)))


@on_map("seekable", when_closed=True)
def seekable(world: World, map: Map) -> Expectation:
    if world.facts.edition < (3, 13):
        raise LookupError("no edition before 3.13 knows seekable")
    return Expectation((("position.seekable", returned(True)),))


_WHENCE = {0: "position.seek-absolute", 1: "position.seek-relative", 2: "position.seek-from-end"}


@on_map("seek", 1, 2)
def seek(world: World, map: Map, distance: Value, whence: Value = 0) -> Expectation:
    where, origin = args.size_of(world, distance), args.whole(whence)
    if type(where) is Raises:
        errors = where if origin is not None else args.merge(where, args.TYPE_ERROR)
        return refused(map, "position.seek-argument-types", errors)
    if origin is None:
        return refused(map, "position.seek-argument-types", args.TYPE_ERROR)
    if origin not in _WHENCE:
        clause = "position.seek-unknown-whence-value-error"
        errors = args.VALUE_ERROR
        if not -(2**31) <= origin < 2**31:  # refused by a conversion to int where there is one
            errors = args.merge(errors, args.OVERFLOW_ERROR)
        return refused(map, clause, errors)
    assert type(where) is int
    target = where + (0, map.pos, map.size)[origin]
    if not 0 <= target <= map.size:
        return refused(map, "position.seek-out-of-range-value-error", args.VALUE_ERROR)
    clause = _WHENCE[origin]
    checks: tuple[Any, ...] = shows(map.blame, RETURNS) if origin == 1 else ()
    checks += ((clause, RETURNS),)
    if world.facts.edition >= (3, 13):
        checks += (("position.seek-returns-position", returned(target)),)

    def effect() -> None:
        map.pos = target
        map.blame = (clause,)
        if origin == 2 and map.file is not None and map.base + map.size < len(map.file.data):
            map.blame = ("offset.seek-end-is-window-end",)

    return Expectation(checks, effect, marks=("offset.seek-end-is-window-end",))


@on_map("write", 1)
def write(world: World, map: Map, source: Value) -> Expectation:
    content = args.data(world, source)
    if map.access == READ:
        return read_only(map, "access.read-refuses-write")
    if content is None:
        return refused(map, "position.write-argument-types", args.TYPE_ERROR)
    if map.pos > map.size or len(content) > map.size - map.pos:
        past = map.pos > map.size
        clause = "position.past-end-after-shrink" if past else "position.write-too-long-value-error"
        return refused(map, clause, args.VALUE_ERROR)
    count = returned(len(content)) if world.facts.edition >= (3, 6) else RETURNS
    checks: tuple[Any, ...] = (("position.write-stores", RETURNS),)
    if not (type(source) is dict and "bytes" in source):
        checks = (("position.write-takes-buffers", Accepts()), *checks)
    if world.facts.edition >= (3, 6):
        checks += (("position.write-returns-count", count),)

    def effect() -> None:
        start = map.base + map.pos
        map.memory.data[start : start + len(content)] = content
        map.pos += len(content)
        map.blame = ("position.write-advances",)
        if content:
            changed(world, map, "position.write-stores")

    expectation = Expectation(checks, effect, marks=("position.write-advances", *CHANGES))
    if len(checks) > 1 and world.facts.edition < (3, 5):  # bytes alone were asked for
        either = tuple((clause, Either((RETURNS, args.TYPE_ERROR))) for clause, _ in checks)
        return expectation._replace(checks=either, assumed=RETURNS)
    return expectation


@on_map("write_byte", 1)
def write_byte(world: World, map: Map, value: Value) -> Expectation:
    number = args.whole(value)
    if map.access == READ:
        errors = args.TYPE_ERROR
        if number is not None and not 0 <= number < 256:
            errors = args.merge(errors, args.OVERFLOW_ERROR)
        return read_only(map, "access.read-refuses-write", errors)
    if number is None:
        return refused(map, "position.write-byte-argument-types", args.TYPE_ERROR)
    if not 0 <= number < 256:
        return refused(map, "position.write-byte-range-overflow-error", args.OVERFLOW_ERROR)
    if map.pos >= map.size:
        past = map.pos > map.size
        clause = (
            "position.past-end-after-shrink" if past else "position.write-byte-at-end-value-error"
        )
        return refused(map, clause, args.VALUE_ERROR)

    def effect() -> None:
        map.memory.data[map.base + map.pos] = number
        map.pos += 1
        map.blame = ("position.write-byte-advances",)
        changed(world, map, "position.write-byte-stores")

    marks = ("position.write-byte-advances", *CHANGES)
    return Expectation((("position.write-byte-stores", NONE),), effect, marks=marks)
