"""The state machines on CPython's own mmap, as it is and with faults planted in it."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from mmap_conformance.inprocess import InProcess
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.machines import Disagreement, Machine, compare, machine_for
from mmap_spec_tests.model import World, follow
from mmap_spec_tests.operations import Operation, Value, descriptor, octets

FEW = settings(
    max_examples=30,
    stateful_step_count=20,
    database=None,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=300)
pytestmark = pytest.mark.skipif(
    sys.implementation.name != "cpython" or sys.platform == "win32",
    reason="what CPython's own mmap does on Unix is what is known here",
)


def named(found: Disagreement) -> str:
    """The clause that a disagreement names."""
    return str(found).partition(":")[0]


KNOWN = ("search.huge-bounds-clamp", "slices.set-from-itself")


def tolerant(area: str, executor: InProcess) -> type[Machine]:
    """The machine of an area that begins again after what CPython is known for."""

    class Tolerant(machine_for(area, executor)):  # type: ignore[misc]
        def take(self, operation: Operation) -> None:
            try:
                super().take(operation)
            except Disagreement as found:
                if named(found) not in KNOWN:
                    raise
                self.judged = False

    return Tolerant


@pytest.mark.parametrize("area", ["position", "items", "search", "move", "flush", "constructor"])
def test_the_machine_is_silent_on_the_stdlib(area: str, tmp_path: Path) -> None:
    """But for what CPython is known for. Areas in which it can crash are left out."""
    executor = InProcess("mmap", str(tmp_path))
    run_state_machine_as_test(tolerant(area, executor), settings=FEW)


class Sound(mmap.mmap):
    """As good as the original: a subclass would iterate over integers."""

    def __iter__(self) -> Iterator[bytes]:
        return (self[place : place + 1] for place in range(len(self)))


class OffByOne(Sound):
    def find(self, *arguments: Any) -> int:
        found = super().find(*arguments)
        return found + 1 if found > 0 else found


class LastButOne(Sound):
    def rfind(self, sub: Any, *bounds: Any) -> int:
        found = super().rfind(sub, *bounds)
        return found - 1 if found > 0 else found


class IgnoresTheStart(Sound):
    def find(self, sub: Any, start: Any = 0, *end: Any) -> int:
        return super().find(sub, 0 if type(start) is int else start, *end)


class ClampsTheEnd(Sound):
    def seek(self, distance: Any, whence: Any = 0) -> Any:
        beyond = type(distance) is int and whence == 0 and len(self) < distance < 2**63
        return super().seek(len(self) if beyond else distance, whence)


class EndIsTheLastByte(Sound):
    def seek(self, distance: Any, whence: Any = 0) -> Any:
        return super().seek(distance - 1 if whence == 2 else distance, whence)


class ReadsWithoutMoving(Sound):
    def readline(self) -> bytes:
        before = self.tell()
        line = super().readline()
        self.seek(before)
        return line


class LosesTheNewline(Sound):
    def readline(self) -> bytes:
        return super().readline().rstrip(b"\n")


class ByteAsBytes(Sound):
    def read_byte(self) -> Any:
        return bytes([super().read_byte()])


class NegativeIndexIsOff(Sound):
    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key + 1 if type(key) is int and key < -1 else key)


class LateForTheFirst(Sound):
    def __setitem__(self, key: Any, value: Any) -> None:
        if not (type(key) is int and key == 0):
            super().__setitem__(key, value)


class MovesTheWrongWay(Sound):
    def move(self, dest: Any, src: Any, count: Any) -> None:
        super().move(src, dest, count)


class MovesTheWindow(Sound):
    def move(self, *arguments: Any) -> None:
        super().move(*arguments)
        self.seek(1)


class FlushesWithANumber(Sound):
    def flush(self, *arguments: Any) -> Any:
        super().flush(*arguments)
        return 5


class FlushesAnything(Sound):
    def flush(self, offset: Any = 0, size: Any = 0) -> None:
        super().flush(0, 0)


class AsLongAsTheFile(Sound):
    def __new__(cls, fileno: Any, length: Any, *rest: Any, **named_: Any) -> Any:
        length = 0 if length == 1 and fileno != -1 else length
        return super().__new__(cls, fileno, length, *rest, **named_)


class AnyAccess(Sound):
    def __new__(cls, fileno: Any, length: Any, *rest: Any, access: Any = 0, **named_: Any) -> Any:
        access = access if access in range(4) or type(access) is not int else 0
        return super().__new__(cls, fileno, length, *rest, access=access, **named_)


def m(method: str, *arguments: Value) -> Operation:
    return Operation("m0", method, list(arguments))


MAP = [
    Operation("f0", "file()", [octets(b"Hello\nworld\n")]),
    Operation("m0", "mmap()", [descriptor("f0"), 0]),
]
ODD = Operation("m1", "mmap()", [descriptor("f0"), 0], {"access": 9})
ONE = Operation("m1", "mmap()", [descriptor("f0"), 1])
NEEDLE = octets(b"o")

FAULTS: list[tuple[str, type[mmap.mmap], list[Operation], str]] = [
    ("search", OffByOne, [m("find", NEEDLE)], "search.find-lowest"),
    ("search", LastButOne, [m("rfind", NEEDLE)], "search.rfind-highest"),
    ("search", IgnoresTheStart, [m("find", octets(b"H"), 3)], "search.bounds-as-in-slices"),
    ("position", ClampsTheEnd, [m("seek", 13)], "position.seek-out-of-range-value-error"),
    ("position", EndIsTheLastByte, [m("seek", -1, 2), m("tell")], "position.seek-from-end"),
    ("position", ReadsWithoutMoving, [m("readline"), m("tell")], "position.readline-advances"),
    ("position", LosesTheNewline, [m("tell"), m("readline")], "position.readline-returns-line"),
    ("position", ByteAsBytes, [m("read_byte")], "position.read-byte-returns-int"),
    ("items", NegativeIndexIsOff, [m("[]", -5)], "items.get-returns-int"),
    ("items", LateForTheFirst, [m("[]=", 0, 1), m("[]", 0)], "items.set-stores"),
    ("move", MovesTheWrongWay, [m("move", 0, 6, 5), m("[]", 0)], "move.copies"),
    ("move", MovesTheWindow, [m("move", 0, 6, 5), m("tell")], "move.keeps-position"),
    ("flush", FlushesWithANumber, [m("flush")], "flush.returns-none"),
    ("flush", FlushesAnything, [m("flush", 0, 13)], "flush.failure-raises"),
    (
        "constructor",
        AsLongAsTheFile,
        [ONE, Operation("m1", "len()", [])],
        "constructor.maps-length-bytes",
    ),
    ("constructor", AnyAccess, [ODD], "constructor.access-unknown-raises"),
]
"""Area, fault, operations upon a map that show it, and the clause that is then named."""


Plant = Callable[[type[mmap.mmap]], InProcess]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """``plant(type)``: an implementation that differs from the stdlib in its type.

    The edition is given, lest later ones show a fault by what a method returns since.
    """

    def planted(kind: type[mmap.mmap]) -> InProcess:
        module = ModuleType("planted")
        vars(module).update(vars(mmap), mmap=kind)
        monkeypatch.setitem(sys.modules, "planted", module)
        return InProcess("planted", str(tmp_path), (3, 11))

    return planted


@pytest.mark.parametrize("area", sorted({area for area, *_ in FAULTS}))
def test_without_a_fault_nothing_is_caught(area: str, plant: Plant) -> None:
    run_state_machine_as_test(tolerant(area, plant(Sound)), settings=FEW)


PLANTED = pytest.mark.parametrize(
    ("area", "fault", "operations", "clause"), FAULTS, ids=[each[1].__name__ for each in FAULTS]
)


@PLANTED
def test_a_planted_fault_is_named(
    area: str, fault: type[mmap.mmap], operations: list[Operation], clause: str, plant: Plant
) -> None:
    def carry_out(executor: InProcess) -> None:
        executor.reset()
        world = World(executor.facts)
        for operation in (*MAP, *operations):
            expectation = follow(world, operation)
            compare(operation, expectation, executor.outcome(operation), executor.facts)

    carry_out(plant(Sound))
    with pytest.raises(Disagreement) as caught:
        carry_out(plant(fault))
    assert named(caught.value) == clause
    last = operations[-1]
    assert f": {last.target} {last.method} {last.arguments} " in str(caught.value)


@PLANTED
def test_a_planted_fault_is_caught_by_the_machine_of_its_area(
    area: str, fault: type[mmap.mmap], operations: list[Operation], clause: str, plant: Plant
) -> None:
    executor = plant(fault)
    with pytest.raises(Disagreement) as caught:
        run_state_machine_as_test(tolerant(area, executor), settings=MANY)
    assert named(caught.value) in CLAUSES
    assert ", got " in str(caught.value)
