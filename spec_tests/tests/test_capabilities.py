"""What the model says of an implementation that lacks what others are held to."""

from __future__ import annotations

import pytest

from mmap_spec_tests.capabilities import CAPABILITIES, GRANTED
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.expectation import Expectation, returned
from mmap_spec_tests.model import Facts, Unrunnable, World, expect, follow
from mmap_spec_tests.operations import (
    Operation,
    Program,
    Value,
    cut,
    descriptor,
    handle,
    octets,
    reentrant,
)
from mmap_spec_tests.programs import ending, modelled

UNFIT = Facts((3, 13), capabilities=frozenset(("resize",)))
STIFF = Facts((3, 13), capabilities=frozenset(("coherence",)))


def on(target: str, method: str, *arguments: Value, **keywords: Value) -> Operation:
    return Operation(target, method, list(arguments), keywords)


def made(name: str, access: str = "ACCESS_WRITE") -> Operation:
    return on(name, "mmap()", descriptor("f0"), 0, access={"constant": access})


FILE = on("f0", "file()", octets(b"Hello"))
SEEN = on("f0", "contents")
WHOLE = on("m0", "[]", cut(None, None))
WRITTEN = on("m0", "[]=", 0, ord("J"))
ELSEWHERE = on("f0", "pwrite", octets(b"A"), 4)
MAP = (FILE, made("m0"))
DIRTY = (*MAP, WRITTEN)


def last(*program: Operation, facts: Facts = UNFIT) -> Expectation:
    """What is expected of the last operation of a program."""
    return modelled(list(program), facts)[-1][1]


@pytest.mark.parametrize("edition", [(3, 1), (3, 15)])
@pytest.mark.parametrize("name", CAPABILITIES)
def test_a_probe_is_judged_to_its_end(name: str, edition: tuple[int, ...]) -> None:
    steps = modelled(CAPABILITIES[name], Facts(edition))
    needs = {CLAUSES[clause].needs for _, each in steps for clause in each.clauses}
    assert name in needs
    assert steps[-1][1].checks


@pytest.mark.parametrize(
    ("program", "contents"),
    [
        (MAP, b"Hello"),
        ((*DIRTY, on("m0", "flush")), b"Jello"),
        ((*DIRTY, on("m0", "flush", 0, 5)), b"Jello"),
        ((*DIRTY, on("m0", "close")), b"Jello"),
        ((*DIRTY, on("m0", "with")), b"Jello"),
        ((*DIRTY, on("m0", "del")), b"Jello"),
        ((*MAP, ELSEWHERE), b"HellA"),
        ((FILE, made("m0", "ACCESS_READ"), ELSEWHERE, on("m0", "close")), b"HellA"),
        ((FILE, made("m0", "ACCESS_COPY"), WRITTEN), b"Hello"),
        ((*DIRTY, on("m0", "close"), made("m0"), ELSEWHERE), b"JellA"),
        ((*DIRTY, on("m0", "mmap()", -1, 3)), b"Jello"),
    ],
)
def test_the_file_has_it_in_the_end(program: Program, contents: bytes) -> None:
    checks = last(*program, SEEN).checks
    assert checks and all(allowed == returned(contents) for _, allowed in checks)


@pytest.mark.parametrize(
    "program",
    [
        DIRTY,
        (*DIRTY, on("m0", "flush", 0, 4)),
        (*DIRTY, on("m0", "read")),
        (*DIRTY, made("m1"), on("m1", "close")),
        (*DIRTY, ELSEWHERE, on("m0", "close")),
        (*MAP, ELSEWHERE, on("m0", "close")),
        (*MAP, made("m1"), WRITTEN, on("m1", "close"), on("m0", "close")),
        (*MAP, on("v0", "memoryview()", handle("m0")), on("v0", "[]=", 0, 1)),
        (*DIRTY, on("m0", "resize", 3)),
        (*MAP, ELSEWHERE, made("m0")),
    ],
)
def test_until_then_what_it_has_is_open(program: Program) -> None:
    with pytest.raises(Unrunnable):
        last(*program, SEEN)
    assert last(*program, SEEN, facts=Facts((3, 13))).checks


@pytest.mark.parametrize(
    "program",
    [
        (*MAP, ELSEWHERE),
        (*MAP, made("m1"), on("m1", "write_byte", 1)),
        (FILE, made("m1"), on("m1", "write_byte", 1), made("m0")),
        (FILE, made("m1"), on("m1", "write_byte", 1), made("m0", "ACCESS_COPY")),
    ],
)
def test_a_map_is_left_alone_once_the_file_is_another(program: Program) -> None:
    with pytest.raises(Unrunnable):
        last(*program, WHOLE)
    assert last(*program, on("m0", "len()")).lawful == returned(5)
    assert last(*program, on("m0", "close")).checks


def test_a_map_with_a_view_is_not_dropped() -> None:
    view = on("v0", "memoryview()", handle("m0"))
    with pytest.raises(Unrunnable):
        last(*MAP, view, on("m0", "del"))
    assert last(*MAP, view, on("m0", "del"), facts=Facts((3, 13))).checks


def test_the_end_has_bytes_written_back_before_it_looks() -> None:
    for facts, flushes in ((UNFIT, ["m0"]), (Facts((3, 13)), [])):
        world, operations = World(facts), []
        for operation in (*DIRTY, on("m9", "mmap()", -1, 3)):
            follow(world, operation)
        for operation in ending(world):
            operations.append(operation)
            follow(world, operation)
        assert [each.target for each in operations if each.method == "flush"] == flushes
        assert ("f0", "contents") in [each[:2] for each in operations]


@pytest.mark.parametrize(
    "resize",
    [
        on("m0", "resize", 3),
        on("m0", "resize", 0),
        on("m0", "resize"),
        on("m0", "resize", new=3),
        on("m0", "resize", reentrant(3, [on("m0", "seek", 1)])),
    ],
)
def test_without_resize_it_is_refused_and_changes_nothing(resize: Operation) -> None:
    for before in (MAP, (*MAP, on("m0", "close")), (on("m0", "mmap()", -1, 5),)):
        world = World(STIFF)
        for operation in before:
            follow(world, operation)
        allowed = expect(world, resize).lawful
        for error in ("AttributeError", "OSError", "SystemError"):
            assert allowed.matches([[error, "Exception"], None, ""])
        assert not allowed.matches("None")
        follow(world, resize)
        assert world.maps["m0"].size == 5
    shown = last(*MAP, on("m0", "resize", 3), SEEN, facts=STIFF).checks
    assert ("resize.failed-changes-nothing", returned(b"Hello")) in shown


def test_a_refused_resize_is_not_booked_to_size() -> None:
    neither = Facts((3, 13), capabilities=frozenset())
    refused = on("m0", "resize", 0)
    assert last(*MAP, refused, on("m0", "size"), facts=neither).lawful == returned(5)
    with pytest.raises(Unrunnable):  # what it did to the file cannot be looked at yet
        last(*DIRTY, refused, on("m0", "size"), facts=neither)
    assert last(*DIRTY, refused, on("m0", "flush"), SEEN, facts=neither).checks


def test_everything_is_granted_unless_it_is_said_to_be_lacking() -> None:
    assert Facts().capabilities == GRANTED == CAPABILITIES.keys()
    assert {clause.needs for clause in CLAUSES.values()} >= GRANTED
