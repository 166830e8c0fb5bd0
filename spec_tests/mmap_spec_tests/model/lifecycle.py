"""close, context manager, views and weak references."""

from __future__ import annotations

from typing import Any

from mmap_spec_tests.expectation import NONE, Expectation, returned
from mmap_spec_tests.model import arguments as args
from mmap_spec_tests.model.state import READ, Map, View, World, shows
from mmap_spec_tests.model.table import (
    CHANGES,
    changed,
    closed_too,
    elsewhere,
    needs,
    on_map,
    refused,
    written_back,
)
from mmap_spec_tests.operations import Operation, data_of, tag_of


def _closed(world: World, map: Map, by: str) -> None:
    map.closed = True
    map.ended = (by,)
    _gone(world, map)


def _gone(world: World, map: Map) -> None:
    written_back(world, map)
    if map.file is not None:
        map.file.reach += ("lifecycle.bytes-survive-close",)


@on_map("close", when_closed=True)
def close(world: World, map: Map) -> Expectation:
    if map.closed:
        return Expectation((("lifecycle.close-twice", NONE),))
    if map.exports:
        return refused(map, "lifecycle.exports-block-close", args.BUFFER_ERROR)
    checks: tuple[Any, ...] = (("lifecycle.close", NONE),)
    if any(view.of is map for view in world.views.values()):
        checks = (("lifecycle.released-exports-do-not-block", NONE), *checks)
    marks = ("lifecycle.bytes-survive-close",)
    return Expectation(checks, lambda: _closed(world, map, "lifecycle.close"), marks=marks)


@on_map(".closed", when_closed=True)
def closed(world: World, map: Map) -> Expectation:
    allowed = returned(map.closed)
    return Expectation((*shows(map.ended, allowed), ("lifecycle.closed-attribute", allowed)))


@on_map("with")
def use_with(world: World, map: Map) -> Expectation:
    if map.exports:
        return refused(map, "lifecycle.exports-block-close", args.BUFFER_ERROR)
    clause = "lifecycle.context-manager"
    marks = ("lifecycle.bytes-survive-close",)
    return Expectation(
        ((clause, returned(True)),), lambda: _closed(world, map, clause), marks=marks
    )


@on_map("weakref()", when_closed=True)
def weak_reference(world: World, map: Map) -> Expectation:
    return Expectation((("lifecycle.weak-references", returned(True)),))


@on_map("del", when_closed=True)
def drop(world: World, map: Map) -> Expectation:
    if map.exports:  # or else its bytes are in the file when its views are gone as well
        needs(world, "coherence")

    def effect() -> None:
        name = next(name for name, other in world.maps.items() if other is map)
        del world.maps[name]
        _gone(world, map)

    return Expectation((("lifecycle.bytes-survive-close", NONE),), effect)


@elsewhere("memoryview()")
def export(world: World, operation: Operation) -> Expectation:
    name = operation.arguments[0]["handle"]
    map = world.maps[name]
    if map.closed:
        clause = "lifecycle.closed-operators-value-error"
        return refused(map, clause, closed_too(map, args.VALUE_ERROR))

    def effect() -> None:
        map.exports += 1
        world.views[operation.target] = View(map)

    return Expectation((("items.buffer", NONE),), effect)


@elsewhere("bytearray()")
def make_buffer(world: World, operation: Operation) -> Expectation:
    content = data_of(operation.arguments[0])
    assert content is not None

    def effect() -> None:
        world.buffers[operation.target] = bytearray(content)

    return Expectation((), effect)


def on_buffer(buffer: bytearray, operation: Operation) -> Expectation:
    """The expectation for an operation on a bytearray that methods are given."""
    assert operation.method == "append"
    byte = operation.arguments[0]
    return Expectation((("lifecycle.arguments-let-go", NONE),), lambda: buffer.append(byte))


ON_VIEW = ("release", "tobytes", "[]", "[]=")
"""What ``on_view`` knows."""


def on_view(world: World, view: View, operation: Operation) -> Expectation:
    """The expectation for an operation on a memoryview of a map."""
    method, arguments = operation.method, operation.arguments
    if method == "release":

        def release() -> None:
            if not view.released:
                view.released = True
                view.of.exports -= 1

        return Expectation((("lifecycle.released-exports-do-not-block", NONE),), release)
    blame, window = view.memory.blame, view.bytes
    if method == "tobytes" or method == "[]":
        key = arguments[0] if arguments else None
        value = window if key is None else window[key]
        allowed = returned(value)
        return Expectation((*shows(blame, allowed), ("lifecycle.view-shows-map", allowed)))
    assert method == "[]=" and tag_of(arguments[0]) == ""
    if view.readonly:
        return refused(view.of, "lifecycle.view-read-only", args.TYPE_ERROR)
    place, byte = arguments

    def store() -> None:
        view.memory.data[view.base + place] = byte
        changed(world, view.of, "lifecycle.view-shows-map")

    assert view.of.access != READ
    return Expectation((("lifecycle.view-shows-map", NONE),), store, marks=CHANGES)
