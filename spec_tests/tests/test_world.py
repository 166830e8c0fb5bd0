"""The model's world: looking changes nothing, copies are apart, nonsense is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.model import Facts, Unrunnable, World, expect, follow
from mmap_spec_tests.model.state import Map, Memory, View
from mmap_spec_tests.operations import (
    STRANGE,
    Operation,
    Program,
    Value,
    cut,
    descriptor,
    handle,
    octets,
    pattern,
    reentrant,
)
from mmap_spec_tests.rules import AREAS

FULL = Facts((3, 15), capabilities=GRANTED | {"madvise", "fork", "python-buffers", "set_name"})


def on(target: str, method: str, *arguments: Value, **keywords: Value) -> Operation:
    return Operation(target, method, list(arguments), keywords)


def made(name: str, length: int = 0, **keywords: Value) -> Operation:
    given = {k: {"constant": v} if type(v) is str else v for k, v in keywords.items()}
    return Operation(name, "mmap()", [descriptor("f0"), length], given)


FILE = on("f0", "file()", octets(b"Hello\nworld\n"))
LONG = on("f0", "file()", pattern(4096 + 50))
MAP = [FILE, made("m0")]
RICH = [
    LONG, made("m0"), on("f0", "pwrite", octets(b"a"), 9), on("m0", "write_byte", 7),
    made("m1", access="ACCESS_COPY"), made("m2", offset=4096),
    on("m3", "mmap()", -1, 30), on("v0", "memoryview()", handle("m0")),
    on("m1", "[]=", 0, 1), on("m2", "seek", 3), on("m3", "close"),
    on("v1", "memoryview()", handle("m2")), on("v1", "release"),
]  # fmt: skip
FORK = on(
    "", "fork()", [["m0", "[]=", [0, 9], {}], ["m1", "seek", [3], {}], ["m1", "close", [], {}]]
)


def world_of(*program: Operation, facts: Facts = FULL) -> World:
    world = World(facts)
    for operation in program:
        follow(world, operation)
    return world


def snapshot(world: World, but: str = "") -> dict[str, Any]:
    """Everything that a world holds, with objects told apart by where they were first met.

    Args:
        world: to look at.
        but: the name of an attribute to leave out.
    """
    met: dict[int, str] = {}

    def value(path: str, thing: Any) -> Any:
        if isinstance(thing, (Memory, Map, View)):
            if id(thing) in met:
                return f"is {met[id(thing)]}"
            met[id(thing)] = path
            names = [n for kind in type(thing).__mro__ for n in getattr(kind, "__slots__", ())]
            names = [name for name in names if name != but]
            return {name: value(f"{path}.{name}", getattr(thing, name)) for name in names}
        return bytes(thing) if isinstance(thing, bytearray) else thing

    groups = {"files": world.files, "maps": world.maps, "views": world.views}
    return {
        f"{group}.{name}": value(name, thing)
        for group, things in groups.items()
        for name, thing in things.items()
    }


def test_a_snapshot_sees_every_change() -> None:
    """The tests below rest on it."""
    world = world_of(*RICH)
    before = snapshot(world)
    assert snapshot(world) == before
    for change in (
        lambda: world.files["f0"].data.__setitem__(4100, 1),
        lambda: setattr(world.files["f0"], "reach", ("x",)),
        lambda: setattr(world.maps["m2"], "pos", 9),
        lambda: setattr(world.maps["m1"].memory, "blame", ("x",)),
        lambda: setattr(world.views["v0"], "released", True),
        lambda: setattr(world.maps["m1"], "memory", Memory(b"")),
        lambda: world.maps.pop("m3"),
    ):
        change()
        assert snapshot(world) != before
        before = snapshot(world)


@pytest.mark.parametrize("area", AREAS)
def test_expecting_changes_nothing_until_the_effect_is_called(
    area: str, programs: Callable[..., Any], make_facts: Callable[..., Facts]
) -> None:
    moved = 0
    for steps in programs(area, (3, 15), 20)[:8]:
        world = World(make_facts((3, 15)))
        for operation, _ in steps:
            before = snapshot(world)
            first, second = expect(world, operation), expect(world, operation)
            assert snapshot(world) == before, operation
            assert (first.checks, first.marks) == (second.checks, second.marks), operation
            if first.effect is not None:
                first.effect()
            moved += snapshot(world) != before
    assert moved > 40


def test_following_is_expecting_and_moving_on() -> None:
    world, other = world_of(*MAP), world_of(*MAP)
    expectation = follow(world, on("m0", "read", 3))
    looked = expect(other, on("m0", "read", 3))
    assert expectation.checks == looked.checks
    assert (world.maps["m0"].pos, other.maps["m0"].pos) == (3, 0)


def test_a_copy_is_the_same_world() -> None:
    world = world_of(*RICH)
    assert snapshot(world.copy()) == snapshot(world)


@pytest.mark.parametrize("sharing", [False, True])
def test_a_copy_has_the_same_bytes_and_state(sharing: bool) -> None:
    world = world_of(*RICH)
    assert snapshot(world.copy(sharing=sharing), "writer") == snapshot(world, "writer")


@pytest.mark.parametrize(
    "operation",
    [
        on("m0", "write", octets(b"abc")), on("m0", "seek", 7), on("m1", "[]=", 0, 77),
        on("m2", "close"), on("m2", "del"), on("v0", "release"), on("v0", "[]=", 0, 99),
        on("f0", "close"), on("f0", "truncate", 9000), on("m2", "resize", 7), made("m9"), FORK,
        on("m0", "[]", reentrant(1, [on("m0", "seek", 5)])), on("", "exit()"),
    ],
    ids=lambda operation: f"{operation.target} {operation.method}",
)  # fmt: skip
def test_a_copy_is_apart(operation: Operation) -> None:
    world = world_of(*RICH)
    before = snapshot(world)
    copied = world.copy()
    untouched = snapshot(copied)
    follow(copied, operation)
    assert snapshot(copied) != untouched
    assert snapshot(world) == before
    follow(world, operation)
    assert snapshot(world, "identity") == snapshot(copied, "identity")


def test_a_forked_copy_shares_what_a_child_shares() -> None:
    world = world_of(*RICH)
    child = world.copy(sharing=True)
    follow(child, on("m1", "[]=", 0, 200))
    follow(child, on("m0", "[]=", 0, 200))
    follow(child, on("m0", "seek", 9))
    assert world.maps["m0"].bytes[0] == world.files["f0"].data[0] == 200
    assert world.maps["m1"].bytes[0] == 1
    assert world.maps["m0"].pos == 1


def test_a_reentrant_operation_that_nobody_follows_has_not_happened() -> None:
    world = world_of(*MAP)
    before = snapshot(world)
    expectation = expect(world, on("m0", "seek", reentrant(1, [on("m0", "close")])))
    assert snapshot(world) == before
    (nested,) = expectation.meanwhile
    assert nested[0] == on("m0", "close")
    assert nested[1].clauses == ("lifecycle.close",)
    assert nested[1].effect is None


NONSENSE: dict[str, Operation] = {
    "no such map": on("m9", "tell"),
    "no such view": on("v9", "tobytes"),
    "no such file": on("f9", "contents"),
    "a map of no file": Operation("m1", "mmap()", [descriptor("f9"), 0]),
    "a view of no map": on("v1", "memoryview()", handle("m9")),
    "no such method of a map": on("m0", "dance"),
    "no such method of a view": on("v0", "dance"),
    "no such method of a file": on("f0", "dance"),
    "a method of maps on a file": on("f0", "tell"),
    "no such elsewhere": on("", "spoon()"),
    "a file without content": on("f1", "file()"),
    "a file of something": on("f1", "file()", 5),
    "written outside the file": on("f0", "pwrite", octets(b"abc"), 11),
    "a file cut short under its map": on("f0", "truncate", 5),
    "an item of a view outside it": on("v0", "[]", 12),
    "a handle of nothing": on("m0", "write", handle("m9")),
    "a broken expression": on("m0", "re.search()", octets(b"(")),
    "resize to more than one may trust": on("m0", "resize", 2**40),
    "converting what does not convert": on("m0", "tell", reentrant(1, [on("m0", "close")])),
    "nonsense while converting": on("m0", "seek", reentrant(1, [on("m9", "tell")])),
    "nonsense in a child": on("", "fork()", [["m9", "tell", [], {}]]),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_unrunnable(name: str) -> None:
    world = world_of(*MAP, on("v0", "memoryview()", handle("m0")))
    before = snapshot(world)
    with pytest.raises(Unrunnable):
        follow(world, NONSENSE[name])
    assert snapshot(world) == before


CONSTANTS = [{"constant": name} for name in ("MAP_SHARED", "PROT_READ", "ACCESS_DEFAULT")]


@pytest.mark.parametrize(
    "operation",
    [
        on("m1", "mmap()", descriptor("f0"), 0, spoon=1),
        on("m1", "mmap()", descriptor("f0"), 0, *CONSTANTS, 0, 0),
    ],
    ids=["an unknown keyword", "more than there are"],
)
def test_arguments_that_no_constructor_has_make_no_map(operation: Operation) -> None:
    try:
        expectation = follow(world_of(FILE), operation)
    except Unrunnable:
        return
    assert not all(allowed.matches("None") for _, allowed in expectation.checks)


@pytest.mark.parametrize(
    "given",
    [
        {"access": 0},
        {"access": 1},
        {"access": 3},
        {"prot": {"constant": "PROT_WRITE|PROT_READ"}, "access": {"constant": "ACCESS_READ"}},
    ],
    ids=str,
)
def test_constants_can_be_told_another_way(given: dict[str, Value]) -> None:
    """Reduction makes numbers smaller: 99, an unknown access, becomes 0, a known one."""
    access = {"ACCESS_DEFAULT": 0, "ACCESS_READ": 1, "ACCESS_WRITE": 2, "ACCESS_COPY": 3}
    try:
        expectation = follow(world_of(FILE, facts=Facts(constants=access)), made("m0", **given))
    except Unrunnable:
        return
    assert all(allowed.matches("None") for _, allowed in expectation.checks)


@pytest.mark.parametrize(
    "operation",
    [
        on("m0", "madvise", {"constant": "MADV_NORMAL"}),
        on("m0", "seekable"),
        on("m0", "set_name", "name"),
        on("m0", "flush", flags=0),
        on("", "fork()", []),
        made("m1", trackfd=False),
        on("m0", "write", {"reentrant_buffer": ["a", [["m0", "tell", [], {}]]]}),
    ],
    ids=lambda operation: operation.method,
)
def test_what_the_implementation_cannot_do_is_unrunnable(operation: Operation) -> None:
    world = world_of(*MAP, facts=Facts((3, 1)))
    with pytest.raises(Unrunnable):
        follow(world, operation)
    follow(world_of(*MAP), operation)


READ = [FILE, made("m0", access="ACCESS_READ")]
COPY = [FILE, made("m0", access="ACCESS_COPY")]
SPEAKS: dict[str, Program] = {
    "position.starts-at-zero": [*MAP, on("m0", "tell")],
    "position.write-advances": [*MAP, on("m0", "write", octets(b"a")), on("m0", "tell")],
    "position.failed-keeps-position": [*MAP, on("m0", "seek", 99), on("m0", "tell")],
    "position.write-stores": [*MAP, on("m0", "write", octets(b"a")), on("m0", "[]", 0)],
    "position.past-end-after-shrink": [
        *MAP, on("m0", "seek", 9), on("m0", "resize", 5), on("m0", "read_byte"),
    ],
    "items.set-stores": [*MAP, on("m0", "[]=", 0, 1), on("m0", "[]", cut(None, None))],
    "move.copies": [*MAP, on("m0", "move", 0, 1, 1), on("m0", "[]", 0)],
    "move.keeps-position": [*MAP, on("m0", "move", 0, 1, 1), on("m0", "tell")],
    "search.keeps-position": [*MAP, on("m0", "find", octets(b"o")), on("m0", "tell")],
    "search.huge-bounds-clamp": [*MAP, on("m0", "find", octets(b"o"), 2**70)],
    "access.write-updates-file": [*MAP, on("m0", "[]=", 0, 1), on("f0", "contents")],
    "access.copy-leaves-file": [*COPY, on("m0", "[]=", 0, 1), on("f0", "contents")],
    "access.refusal-changes-nothing": [*READ, on("m0", "[]=", 0, 1), on("m0", "[]", 0)],
    "access.refusal-before-range": [*READ, on("m0", "[]=", 99, 1)],
    "access.starts-with-file-contents": [*MAP, on("m0", "read", 1)],
    "resize.keeps-bytes": [*MAP, on("m0", "resize", 5), on("m0", "[]", 0)],
    "resize.changes-map-and-file": [*MAP, on("m0", "resize", 5), on("m0", "len()")],
    "resize.keeps-position": [*MAP, on("m0", "resize", 5), on("m0", "tell")],
    "resize.zero-keeps-file": [*MAP, on("m0", "resize", 0), on("f0", "contents")],
    "size.follows-file": [*MAP, on("f0", "truncate", 20), on("m0", "size")],
    "sharing.maps-of-one-file": [*MAP, made("m1"), on("m1", "[]=", 0, 1), on("m0", "[]", 0)],
    "sharing.file-changes-are-seen": [
        *MAP, on("f0", "pwrite", octets(b"a"), 0), on("m0", "[]", 0),
    ],
    "sharing.length-stays-when-file-grows": [*MAP, on("f0", "truncate", 20), on("m0", "len()")],
    "sharing.position-is-forked-apart": [
        *MAP, on("", "fork()", [["m0", "seek", [5], {}]]), on("m0", "tell"),
    ],
    "sharing.forked-child-shares-memory": [
        *MAP, on("", "fork()", [["m0", "[]=", [0, 1], {}]]), on("m0", "[]", 0),
    ],
    "offset.counts-from-file-start": [LONG, made("m0", offset=4096), on("m0", "[]", 0)],
    "offset.seek-end-is-window-end": [
        LONG, made("m0", 9), on("m0", "seek", 0, 2), on("m0", "tell"),
    ],
    "lifecycle.bytes-survive-close": [*MAP, on("m0", "close"), on("f0", "contents")],
    "lifecycle.view-read-only": [
        *READ, on("v0", "memoryview()", handle("m0")), on("v0", "[]=", 0, 1),
    ],
    "arguments.count": [*MAP, on("m0", "tell", 1)],
    "arguments.positional-only": [*MAP, on("m0", "seek", pos=0)],
    "arguments.dunder-index": [*MAP, on("m0", "seek", {"index": 1})],
    "reentrancy.closed-by-argument": [
        *MAP, on("m0", "[]", reentrant(0, [on("m0", "close")])),
    ],
    "reentrancy.resized-by-argument": [
        *MAP, on("m0", "[]", reentrant(0, [on("m0", "resize", 3)])),
    ],
    "constructor.trackfd-false": [FILE, made("m0", trackfd=False)],
    "constructor.failed-changes-nothing": [FILE, made("m0", -1), on("f0", "contents")],
    "constructor.prot-limits-access": [FILE, made("m0", prot="PROT_READ"), on("m0", "[]=", 0, 1)],
    "constructor.argument-types": [FILE, Operation("m0", "mmap()", [STRANGE, 0])],
}  # fmt: skip


@pytest.mark.parametrize("clause", SPEAKS)
def test_the_last_operation_speaks_for(clause: str) -> None:
    program = SPEAKS[clause]
    assert clause in expect(world_of(*program[:-1]), program[-1]).clauses


def test_closing_adds_to_what_the_file_speaks_for() -> None:
    world = world_of(*MAP, on("m0", "[]=", 0, 1), on("m0", "close"))
    clauses = expect(world, on("f0", "contents")).clauses
    assert {"access.write-updates-file", "lifecycle.bytes-survive-close"} <= set(clauses)


def test_the_memory_of_a_child_is_not_that_of_another_map() -> None:
    write = on("", "fork()", [["m0", "[]=", [0, 1], {}]])
    clauses = expect(world_of(*MAP, write), on("m0", "[]", 0)).clauses
    assert "sharing.maps-of-one-file" not in clauses


def test_who_wrote_is_remembered_while_arguments_are_converted() -> None:
    seek = on("m0", "seek", reentrant(1, [on("m0", "seek", 5)]))
    for program in ([], [seek]):
        world = world_of(*MAP, made("m1"), on("m1", "[]=", 0, 1), *program)
        assert "sharing.maps-of-one-file" in expect(world, on("m0", "[]", 0)).clauses


def test_a_clause_of_later_editions_asks_nothing_of_earlier_ones() -> None:
    """bytearray is for write to take since 3.5: until then nobody is to blame who does not."""
    write = on("m0", "write", {"bytearray": "abc"})
    expectation = expect(world_of(*MAP, facts=Facts((3, 1))), write)
    refused = [["TypeError", "Exception", "BaseException", "object"], None, ""]
    blamed = {clause for clause, allowed in expectation.checks if not allowed.matches(refused)}
    assert blamed <= {"position.write-takes-buffers", "position.write-returns-count"}


@pytest.mark.parametrize("method", ["find", "rfind"])
def test_an_end_that_may_not_be_looked_at_is_not_judged(method: str) -> None:
    """With a start of None CPython passes over the end, whatever it is."""
    world = world_of(*MAP)
    for end in (1.5, "1", STRANGE):
        with pytest.raises(Unrunnable):
            follow(world, on("m0", method, octets(b"o"), None, end))
        wrong = follow(world, on("m0", method, octets(b"o"), 0, end))
        assert wrong.clauses == ("search.argument-types",)
    either = follow(world, on("m0", method, octets(b"o"), None, 5)).lawful
    assert either.matches("4") and either.matches("4" if method == "find" else "7")


@pytest.mark.parametrize("method", ["close", "with", "del"])
def test_whatever_ends_a_map_speaks_for_the_bytes_that_survive(method: str) -> None:
    expectation = follow(world_of(*MAP), on("m0", method))
    survive = "lifecycle.bytes-survive-close"
    assert survive in (*expectation.marks, *expectation.clauses)
