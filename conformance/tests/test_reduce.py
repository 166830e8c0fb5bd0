"""``reduce``: a failing program becomes minimal, within a number of attempts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mmap_conformance.reduce import reduce
from mmap_spec_tests.operations import (
    Operation,
    Program,
    cut,
    descriptor,
    index,
    octets,
    pattern,
    reentrant,
)

Fails = Callable[[Program], bool]

FILE = Operation("f0", "file()", [pattern(5000, 3)])
MAP = Operation("m0", "mmap()", [descriptor("f0"), 0])
NOISE = [
    Operation("m0", "seek", [7]),
    Operation("m0", "[]=", [3, 9]),
    Operation("m1", "mmap()", [-1, 100]),
    Operation("m0", "find", [octets(b"xyz")]),
    Operation("m1", "read", [5]),
]
LONG = [FILE, *NOISE[:3], MAP, *NOISE, *NOISE, Operation("m0", "flush"), *NOISE]


class Fault:
    """A predicate that counts how often it is asked."""

    def __init__(self, fails: Fails) -> None:
        self.fails = fails
        self.tried: list[Program] = []

    def __call__(self, program: Program) -> bool:
        self.tried.append(program)
        return self.fails(program)


def methods(program: Program) -> list[str]:
    return [operation.method for operation in program]


def makes_sense(program: Program) -> bool:
    """Whether every handle is bound before it is used."""
    bound: set[str] = set()
    for operation in program:
        if operation.method.endswith("p()") or operation.method == "file()":
            bound.add(operation.target)
        elif operation.target not in bound:
            return False
    return True


def subsequence(*wanted: str) -> Fails:
    """Fails where these methods occur in this order, the last one at the end."""

    def fails(program: Program) -> bool:
        rest = iter(methods(program))
        return methods(program)[-1] == wanted[-1] and all(name in rest for name in wanted)

    return fails


@pytest.mark.parametrize(
    "wanted",
    [
        ("tell",),
        ("flush", "tell"),
        ("[]=", "flush", "tell"),
        ("file()", "mmap()", "flush", "tell"),
        ("read", "read", "read", "tell"),
    ],
    ids=" ".join,
)
def test_planted_faults_are_reduced_to_what_they_need(wanted: tuple[str, ...]) -> None:
    fault = Fault(subsequence(*wanted))
    reduced = reduce([*LONG, Operation("m0", "tell")], fault, 1000)
    assert methods(reduced) == list(wanted)


def test_handles_that_are_needed_stay_bound() -> None:
    fault = Fault(lambda p: makes_sense(p) and subsequence("[]=", "tell")(p))
    reduced = reduce([*LONG, Operation("m0", "tell")], fault, 1000)
    assert methods(reduced) in (["mmap()", "[]=", "tell"], ["file()", "mmap()", "[]=", "tell"])
    assert makes_sense(reduced)


def test_the_result_fails_and_nothing_can_be_left_out() -> None:
    def fails(program: Program) -> bool:
        return methods(program).count("read") >= 2 and program[-1].method == "tell"

    reduced = reduce([*LONG, Operation("m0", "tell")], fails, 1000)
    assert fails(reduced)
    for number in range(len(reduced)):
        assert not fails([*reduced[:number], *reduced[number + 1 :]] or [FILE])


def test_the_last_operation_always_stays() -> None:
    fault = Fault(lambda program: True)
    reduced = reduce([*LONG, Operation("m0", "close")], fault, 1000)
    assert methods(reduced) == ["close"]
    assert all(methods(program)[-1] == "close" for program in fault.tried)


@pytest.mark.parametrize("attempts", [0, 1, 7, 30])
def test_attempts_are_respected(attempts: int) -> None:
    fault = Fault(subsequence("[]=", "flush", "tell"))
    reduced = reduce([*LONG, Operation("m0", "tell")], fault, attempts)
    assert len(fault.tried) <= attempts
    assert fault.fails(reduced)


def test_no_candidate_is_tried_twice() -> None:
    fault = Fault(subsequence("read", "read", "tell"))
    reduce([*LONG, Operation("m0", "tell")], fault, 1000)
    assert len(fault.tried) == len({repr(program) for program in fault.tried})


def test_what_fails_only_as_it_stands_stays_as_it_is() -> None:
    program = [FILE, MAP, Operation("m0", "seek", [7, 1])]
    assert reduce(program, lambda candidate: candidate == program, 1000) == program


def named(value: object) -> str:
    """A name that is the same in every process that collects the tests."""
    return "condition" if callable(value) else repr(value)


@pytest.mark.parametrize(
    ("before", "after", "needs"),
    [
        (17, 0, None),
        (-30, 0, None),
        (1 << 70, 5000, lambda value: value >= 5000),
        (60, 23, lambda value: value >= 23),
        (-60, -23, lambda value: value <= -23),
        (pattern(5000, 3), pattern(1, 0), None),
        (pattern(5000, 3), pattern(4097, 0), lambda value: value["pattern"][0] > 4096),
        (octets(b"xyz"), octets(b""), None),
        (octets(b"xyz"), octets(b"aa"), lambda value: len(value["bytes"]) >= 2),
        (index(5), 0, None),
        (index(5), {"index": 5}, lambda value: type(value) is dict),
        (cut(2, 9, 3), cut(None, None, None), None),
        (cut(2, 9, 3), cut(None, None, 0), lambda value: value["slice"][2] is not None),
        (reentrant(9, [Operation("m0", "close")]), 0, None),
        (True, True, None),
        (None, None, None),
    ],
    ids=named,
)
def test_arguments_get_plainer(before: Any, after: Any, needs: Callable[[Any], bool]) -> None:
    """As plain as the fault allows; ``needs`` is what the fault asks of the value."""

    def fails(program: Program) -> bool:
        arguments = program[-1].arguments
        return len(arguments) == 1 and (needs is None or needs(arguments[0]))

    def holds(value: Any) -> bool:
        return fails([Operation("m0", "[]", [value])])

    assert holds(before)
    (operation,) = reduce([Operation("m0", "[]", [before])], fails, 1000)
    reduced = operation.arguments[0]
    assert holds(reduced)
    assert reduced == after or (type(after) is int and abs(reduced) <= 2 * abs(after))


def test_arguments_and_keywords_that_are_not_needed_go() -> None:
    program = [Operation("m0", "find", [octets(b"a"), 1, 9], {"x": 1, "y": 20})]
    reduced = reduce(program, lambda p: "y" in p[0].keywords, 1000)
    assert reduced == [Operation("m0", "find", [], {"y": 0})]


def test_operators_keep_their_arguments() -> None:
    fault = Fault(lambda program: True)
    reduce([Operation("m0", "[]=", [5, 6])], fault, 1000)
    assert all(len(program[0].arguments) == 2 for program in fault.tried)


def test_operations_of_a_forked_child_that_are_not_needed_go() -> None:
    child = [["m0", "tell", [], {}], ["m0", "close", [], {}], ["m0", "read", [], {}]]
    program = [Operation("", "fork()", [child])]
    reduced = reduce(program, lambda p: child[1] in p[0].arguments[0], 1000)
    assert reduced == [Operation("", "fork()", [[child[1]]])]
