"""Items, slices, iteration, length, buffers' contents."""

from __future__ import annotations

import re
from typing import Any

from mmap_spec_tests.expectation import NONE, RETURNS, Expectation, Raises, ReturnsLike, returned
from mmap_spec_tests.model import arguments as args
from mmap_spec_tests.model.state import READ, Map, World, shows
from mmap_spec_tests.model.table import CHANGES, changed, on_map, read_only, refused
from mmap_spec_tests.operations import Value, tag_of


def _looking(map: Map, clause: str, allowed: Any) -> Expectation:
    return Expectation(map.looks(clause, allowed))


def _slice(map: Map, key: Value) -> slice | Raises:
    parts = []
    for part in key["slice"]:
        number = args.bound(part)
        if type(number) is Raises:
            zero = key["slice"][2] == 0
            return args.merge(number, args.VALUE_ERROR) if zero else number
        parts.append(number)
    return slice(*parts)


@on_map("[]", 1)
def get(world: World, map: Map, key: Value) -> Expectation:
    if tag_of(key) == "slice":
        cut = _slice(map, key)
        if type(cut) is Raises:
            return refused(map, "slices.bound-types", cut)
        assert type(cut) is slice
        if cut.step == 0:
            return refused(map, "slices.step-zero-value-error", args.VALUE_ERROR)
        plain = cut.step is None or cut.step == 1
        clause = "slices.get-returns-bytes" if plain else "slices.get-with-step"
        return _looking(map, clause, returned(map.bytes[cut]))
    number = args.whole(key)
    if number is None:
        return refused(map, "items.index-types", args.TYPE_ERROR)
    place = number + map.size if number < 0 else number
    if not 0 <= place < map.size:
        return refused(map, "items.get-out-of-range-index-error", args.INDEX_ERROR)
    clause = "items.get-returns-int"
    return _looking(map, clause, returned(map.memory.data[map.base + place]))


@on_map("[]=", 2)
def set(world: World, map: Map, key: Value, value: Value) -> Expectation:
    if map.access == READ:
        # The subscript may be converted first, which is another way to be refused.
        usual = tag_of(key) == "slice" or args.whole(key) is not None
        clause = "access.read-refuses-assignment"
        if not usual or _is_out_of_range(map, key):
            clause = "access.refusal-before-range"
        return read_only(map, clause)
    if tag_of(key) == "slice":
        return _set_slice(world, map, key, value)
    number = args.whole(key)
    if number is None:
        return refused(map, "items.index-types", args.TYPE_ERROR)
    new = args.whole(value)
    wrong: list[tuple[str, Raises]] = []
    place = number + map.size if number < 0 else number
    if not 0 <= place < map.size:
        wrong.append(("items.set-out-of-range-index-error", args.INDEX_ERROR))
    if new is None:
        wrong.append(("items.set-value-type-error", args.TYPE_ERROR))
    elif not 0 <= new < 256:
        errors = args.VALUE_ERROR
        if abs(new) > world.facts.largest:  # refused by the conversion, before the range
            errors = args.merge(errors, args.TYPE_ERROR, args.OVERFLOW_ERROR)
        wrong.append(("items.set-value-range-value-error", errors))
    if wrong:
        return refused(map, wrong[0][0], args.merge(*(error for _, error in wrong)))

    def effect() -> None:
        assert new is not None
        map.memory.data[map.base + place] = new
        changed(world, map, "items.set-stores")

    marks = CHANGES
    return Expectation((("items.set-stores", NONE),), effect, marks=marks)


def _is_out_of_range(map: Map, key: Value) -> bool:
    number = args.whole(key)
    return number is not None and not -map.size <= number < map.size


def _set_slice(world: World, map: Map, key: Value, value: Value) -> Expectation:
    cut = _slice(map, key)
    new = args.data(world, value)
    wrong: list[tuple[str, Raises]] = []
    if type(cut) is Raises:
        wrong.append(("slices.bound-types", cut))
    elif type(cut) is slice and cut.step == 0:
        wrong.append(("slices.step-zero-value-error", args.VALUE_ERROR))
    if new is None:
        wrong.append(("slices.set-value-type-error", args.TYPE_ERROR))
    if wrong:
        return refused(map, wrong[0][0], args.merge(*(error for _, error in wrong)))
    assert type(cut) is slice and new is not None
    places = range(*cut.indices(map.size))
    if len(places) != len(new):
        clause = "slices.set-wrong-length-index-error"
        must = ("slices.set-wrong-length-raises", Raises(("Exception",)))
        return refused(map, clause, args.INDEX_ERROR, must)

    plain = cut.step is None or cut.step == 1
    clause = "slices.set-stores" if plain else "slices.set-with-step"
    if not plain and tag_of(value) == "handle" and value["handle"] not in world.buffers:
        clause = "slices.set-from-itself"

    risks = (clause,) if clause == "slices.set-from-itself" else ()

    def effect() -> None:
        if not places:
            return
        if plain:
            start = map.base + places.start
            map.memory.data[start : start + len(new)] = new
        else:
            for place, byte in zip(places, new, strict=True):
                map.memory.data[map.base + place] = byte
        changed(world, map, clause)

    checks: tuple[Any, ...] = ((clause, NONE),)
    if not (type(value) is dict and ("bytes" in value or "pattern" in value)):
        checks = (("slices.set-takes-buffers", NONE), *checks)
    return Expectation(checks, effect, marks=CHANGES, risks=risks)


@on_map("del []", 1)
def delete(world: World, map: Map, key: Value) -> Expectation:
    error = args.TYPE_ERROR
    if _is_out_of_range(map, key):
        error = args.merge(error, args.INDEX_ERROR)
    if tag_of(key) == "slice" and key["slice"][2] == 0:
        error = args.merge(error, args.VALUE_ERROR)
    return refused(map, "items.delete-type-error", error)


@on_map("len()")
def length(world: World, map: Map) -> Expectation:
    allowed = returned(map.size)
    return Expectation((*shows(map.made, allowed), ("items.len", allowed)))


@on_map("bool()")
def truth(world: World, map: Map) -> Expectation:
    return Expectation((("items.truth", returned(True)),))


@on_map("list()", 1)
def first_items(world: World, map: Map, count: Value) -> Expectation:
    assert count > 0  # what asks for nothing may not look at all
    items = [map.bytes[i : i + 1] for i in range(min(count, map.size))]
    return _looking(map, "items.iteration-yields-bytes", returned(items))


@on_map("in", 1)
def contains(world: World, map: Map, item: Value) -> Expectation:
    content = args.data(world, item)
    if content is None or len(content) != 1:
        return Expectation((("items.contains-other", RETURNS),))
    return _looking(map, "items.contains-byte", returned(content in map.bytes))


@on_map("bytes()")
def as_bytes(world: World, map: Map) -> Expectation:
    return _looking(map, "items.buffer", returned(map.bytes))


@on_map("re.search()", 1)
def search(world: World, map: Map, expression: Value) -> Expectation:
    content = args.data(world, expression)
    assert content is not None
    try:
        found = re.search(content, map.bytes)
    except re.error as error:  # of a pattern that was cut down
        raise ValueError(str(error)) from error
    span = None if found is None else list(found.span())
    return _looking(map, "items.regular-expressions", returned(span))


@on_map("repr()", when_closed=True)
def representation(world: World, map: Map) -> Expectation:
    if map.closed:
        tail = " closed=True>"
    else:
        tail = (
            f" closed=False, access=ACCESS_{map.access}, length={map.size}, pos={map.pos},"
            f" offset={map.offset}>"
        )
    allowed = ReturnsLike("'<[^ ]+" + re.escape(tail) + "'", f"'<...{tail}'")
    return Expectation((("items.repr", allowed),))
