"""flush, madvise and set_name."""

from __future__ import annotations

from typing import Any

from mmap_spec_tests.expectation import (
    NONE,
    RAISES,
    RETURNS,
    Allowed,
    Either,
    Expectation,
    Raises,
    Returns,
    ReturnsLike,
)
from mmap_spec_tests.model import arguments as args
from mmap_spec_tests.model.state import COPY, READ, Map, World
from mmap_spec_tests.model.table import needs, on_map, refused, written_back
from mmap_spec_tests.operations import Value, tag_of

_ABSENT: Any = object()
_LONGEST_NAME = 66
"""Bytes that a name may have: the system has room for 80, a zero and a prefix among them."""


@on_map("flush", 0, 2, keywords={"flags": (3, 15)})
def flush(
    world: World, map: Map, offset: Value = 0, size: Value = _ABSENT, flags: Value = _ABSENT
) -> Expectation:
    start = args.size_of(world, offset)
    count = map.size if size is _ABSENT else args.size_of(world, size)
    wrong = [number for number in (start, count, _flags(world, flags)) if type(number) is Raises]
    if wrong:
        return refused(map, "flush.argument-types", args.merge(*wrong))
    assert type(start) is int and type(count) is int
    newest = world.facts.edition >= (3, 15)
    rest = newest and count == -1
    alone = size is _ABSENT and start != 0
    if rest or (alone and newest):
        count = map.size - start
    if start < 0 or count < 0 or map.size - start < count:
        if alone and 0 <= start <= map.size and not newest:
            # To the end since 3.15; before, a range as long as the map, so out of it.
            success = _success(world)
            return Expectation((("flush.out-of-range-value-error", Either((success, RAISES))),))
        must = ("flush.failure-raises", RAISES)
        return refused(map, "flush.out-of-range-value-error", args.VALUE_ERROR, must)
    real = map.access not in (READ, COPY)
    if start % world.facts.page and real and world.facts.platform == "unix":
        return refused(map, "flush.unaligned-raises", RAISES)
    clause = "flush.range" if start or size is not _ABSENT else "flush.writes-back"
    if count == 0:
        clause = "flush.empty-range"
    checks: tuple[tuple[str, Any], ...] = ((clause, RETURNS),)
    if not real:
        checks = (("flush.read-only-does-nothing", RETURNS),)
    if alone:
        checks = (("flush.offset-alone", RETURNS), *checks)
    if flags is not _ABSENT:
        checks = (("flush.flags", RETURNS), *checks)
    if rest:
        checks = (("flush.minus-one-is-the-rest", RETURNS), *checks)
    result = "flush.returns-none" if world.facts.edition >= (3, 8) else "flush.returns-zero"
    if result == "flush.returns-zero" and world.facts.platform == "windows":
        result = "flush.returns-nonzero" if real else "flush.read-only-does-nothing"

    waits = flags in (_ABSENT, 0, _WAIT)

    def effect() -> None:
        if map.file is not None and real and not map.private and waits:
            map.file.reach = ("flush.writes-back", "access.write-updates-file")
            if (start, count) == (0, map.size):
                written_back(world, map)

    return Expectation((*checks, (result, _success(world, real))), effect, looks=True)


_WAIT = {"constant": "MS_SYNC"}


def _flags(world: World, value: Value) -> Raises | None:
    """What is raised for flags of flush."""
    if value is _ABSENT or args.whole(value) == 0:
        return None
    if tag_of(value) == "constant" and value["constant"] in world.facts.constants:
        return None
    if tag_of(value) == "constant" or args.whole(value) is not None:
        raise LookupError("which flags the system has is its own business")
    return args.TYPE_ERROR


def _success(world: World, real: bool = True) -> Allowed:
    if world.facts.edition >= (3, 8):
        return NONE
    if world.facts.platform == "windows":  # where zero says that it failed
        return ReturnsLike("-?[1-9][0-9]*", "a number that is not zero") if real else RETURNS
    return Returns("0")


@on_map("madvise", 1, 3)
def madvise(
    world: World, map: Map, option: Value, start: Value = 0, length: Value = None
) -> Expectation:
    needs(world, "madvise")
    first = args.size_of(world, start)
    count = map.size if length is None else args.size_of(world, length)
    known = tag_of(option) == "constant"
    if type(first) is Raises or type(count) is Raises or not known:
        return Expectation((("madvise.out-of-range-value-error", RAISES),))
    assert type(first) is int and type(count) is int
    if not 0 <= first < map.size or count < 0:
        return refused(map, "madvise.out-of-range-value-error", args.VALUE_ERROR)
    if first + count > world.facts.largest:
        return refused(map, "madvise.out-of-range-value-error", args.OVERFLOW_ERROR)
    if first % world.facts.page:
        return refused(map, "madvise.out-of-range-value-error", Raises(("OSError",)))
    return Expectation((("madvise.returns-none", NONE),))


@on_map("set_name", 1)
def set_name(world: World, map: Map, name: Value) -> Expectation:
    needs(world, "set_name")
    if type(name) is not str:
        return refused(map, "naming.argument-types", args.TYPE_ERROR)
    if "\0" in name or len(name.encode()) > _LONGEST_NAME:
        return refused(map, "naming.argument-types", args.VALUE_ERROR)
    if map.file is not None:
        return refused(map, "naming.file-value-error", args.VALUE_ERROR)
    # The system is asked in development mode alone, and may know of no names.
    return Expectation((("naming.returns-none", Either((NONE, Raises(("OSError",))))),))
