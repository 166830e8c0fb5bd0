"""The file itself, seen from outside the map, and other processes."""

from __future__ import annotations

from typing import Any

from mmap_spec_tests.expectation import ANYTHING, NONE, Expectation, Outcome, Returns, returned
from mmap_spec_tests.model.state import File, World
from mmap_spec_tests.model.table import elsewhere, needs, settle
from mmap_spec_tests.operations import Operation, data_of


@elsewhere("file()")
def create(world: World, operation: Operation) -> Expectation:
    content, *mode = operation.arguments
    data = data_of(content)
    assert data is not None

    def effect() -> None:
        world.files[operation.target] = File(data, mode[0] if mode else "update")

    return Expectation((), effect, NONE)  # or else the file system is to blame


ON_FILE = ("contents", "position", "seek", "close", "pwrite", "truncate")
"""What ``on_file`` knows."""


def on_file(world: World, file: File, operation: Operation) -> Expectation:
    """The expectation for an operation on a file, not through a map."""
    method, arguments = operation.method, operation.arguments
    if method == "contents":
        if not file.certain:
            raise LookupError("what the file holds is the platform's business")
        allowed = returned(bytes(file.data))
        clauses = file.reach or ("access.reading-leaves-file",)
        return Expectation(tuple((clause, allowed) for clause in clauses))
    if method == "position":
        clause = "constructor.descriptor-kept-where-it-stands"
        return Expectation(((clause, returned(file.position)),))
    if method == "seek":

        def seek() -> None:
            file.position = arguments[0]

        return Expectation((), seek, NONE)
    if method == "close":

        def close() -> None:
            file.open = False

        return Expectation((), close)
    assert method in ("pwrite", "truncate")
    start, content = 0, b""
    if method == "pwrite":
        content, start = data_of(arguments[0]) or b"", arguments[1]
        assert 0 <= start <= len(file.data) - len(content)
    else:
        assert arguments[0] >= len(file.data)

    def change() -> None:
        if method == "pwrite":
            file.data[start : start + len(content)] = content
            file.blame = ("sharing.file-changes-are-seen",)
        else:
            file.data.extend(bytes(arguments[0] - len(file.data)))
            for _, map in world.open_maps():
                if map.file is file:
                    map.made = ("sharing.length-stays-when-file-grows",)
        file.reach = ("size.follows-file",)
        settle(world, file, None)

    marks = ("sharing.file-changes-are-seen", "size.follows-file")
    return Expectation((), change, NONE, marks)


class InChild(tuple[int, Any]):
    """The outcome of one operation of a forked child."""

    __slots__ = ()

    def matches(self, outcome: Outcome) -> bool:
        number, allowed = self
        forked = outcome.get("forked") if type(outcome) is dict else None
        return type(forked) is list and bool(allowed.matches(forked[number]))

    def describe(self) -> str:
        number, allowed = self
        return f"operation {number} of the child {allowed.describe()}"


class ChildEnded(Returns):
    """The child ended by itself."""

    def matches(self, outcome: Outcome) -> bool:
        return type(outcome) is dict and outcome.get("status") == 0

    def describe(self) -> str:
        return "the child ends by itself"


_FORKED = (
    "sharing.forked-child-shares-memory",
    "sharing.private-memory-is-forked-apart",
    "sharing.position-is-forked-apart",
)


def _forked(world: World) -> None:
    """Note what the state of either process speaks for from the fork on."""
    shares, apart, position = _FORKED
    for map in world.maps.values():
        map.blame = (position,)
        map.memory.blame = (apart if map.private else shares,)


@elsewhere("fork()")
def fork(world: World, operation: Operation) -> Expectation:
    from mmap_spec_tests.model import expect

    needs(world, "fork")
    before = world.copy()
    child = before.copy(sharing=True)
    _forked(child)
    checks: list[tuple[str, Any]] = [("sharing.forked-child-shares-memory", ChildEnded(""))]
    for number, item in enumerate(operation.arguments[0]):
        expectation = expect(child, Operation(*item))
        checks.extend(
            (clause, InChild((number, allowed))) for clause, allowed in expectation.checks
        )
        if expectation.effect is not None:
            expectation.effect()

    def effect() -> None:
        _forked(before)
        for name, file in before.files.items():
            if file.data != world.files[name].data:
                settle(before, file, None)
        world.adopt(before)

    return Expectation(tuple(checks), effect, marks=_FORKED)


@elsewhere("exit()")
def leave(world: World, operation: Operation) -> Expectation:
    return Expectation((("lifecycle.clean-exit", NONE),), world.clear)


@elsewhere("leaked()")
def leaked(world: World, operation: Operation) -> Expectation:
    given_back = ("lifecycle.descriptors-given-back", returned(0))
    return Expectation((("lifecycle.close", ANYTHING), given_back), world.clear)
