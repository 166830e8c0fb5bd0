"""The two examples of the documentation as programs, through the model and on real maps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.adapters import resolve
from mmap_conformance.options import Options
from mmap_conformance.replay import Replayed, replay
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import EDITIONS
from mmap_spec_tests.expectation import Outcome, represent
from mmap_spec_tests.model import Facts, World, follow
from mmap_spec_tests.operations import Operation, Program, Value, cut, descriptor, octets

ANY = object()
"""Stands for what no edition that is asked says."""


def m(method: str, *arguments: Value) -> Operation:
    return Operation("m0", method, list(arguments))


CHILD = [m("seek", 0), m("readline"), m("close")]
EXAMPLES: dict[str, list[tuple[Operation, Any]]] = {
    "a file": [
        (Operation("f0", "file()", [octets(b"Hello Python!\n")]), None),
        (Operation("m0", "mmap()", [descriptor("f0"), 0]), None),
        (m("readline"), b"Hello Python!\n"),
        (m("[]", cut(None, 5)), b"Hello"),
        (m("[]=", cut(6, None), octets(b" world!\n")), None),
        (m("seek", 0), ANY),
        (m("readline"), b"Hello  world!\n"),
        (m("close"), None),
        (Operation("f0", "contents"), b"Hello  world!\n"),
    ],
    "a child": [
        (Operation("m0", "mmap()", [-1, 13]), None),
        (m("write", octets(b"Hello world!")), ANY),
        (Operation("", "fork()", [[list(each) for each in CHILD]]), ANY),
        (m("tell"), 12),
        (m("[]", cut(None, None)), b"Hello world!\0"),
        (m("close"), None),
    ],
}
EVERY = pytest.mark.parametrize("name", EXAMPLES)


def program(name: str) -> Program:
    return [operation for operation, _ in EXAMPLES[name]]


def in_child(line: bytes, status: int = 0) -> Outcome:
    """What the fork of the second example comes to; seek returned nothing until 3.13."""
    return {"forked": ["None", represent(line), "None"], "status": status}


@EVERY
@pytest.mark.parametrize("edition", EDITIONS, ids=str)
def test_the_model_expects_what_the_examples_say(name: str, edition: tuple[int, ...]) -> None:
    world = World(Facts(edition, capabilities=GRANTED | {"fork"}))
    for operation, promised in EXAMPLES[name]:
        checks = follow(world, operation).checks
        if promised is not ANY:
            right = represent(promised)
            assert [clause for clause, allowed in checks if not allowed.matches(right)] == []
            if operation.method not in ("file()",):
                wrong = ["'another'", [["ValueError", "Exception"], None, ""]]
                for outcome in wrong:
                    assert not all(allowed.matches(outcome) for _, allowed in checks), operation


def test_the_model_expects_the_child_to_see_what_the_parent_wrote() -> None:
    world = World(Facts(capabilities=GRANTED | {"fork"}))
    *before, fork = program("a child")[:3]
    for operation in before:
        follow(world, operation)
    checks = follow(world, fork).checks

    def admits(outcome: Outcome) -> bool:
        return all(allowed.matches(outcome) for _, allowed in checks)

    assert admits(in_child(b"Hello world!\0"))
    assert not admits(in_child(b"Hello world!"))
    assert not admits(in_child(bytes(13)))
    assert not admits(in_child(b"Hello world!\0", status=11))
    assert not admits({"forked": None, "status": 11})
    assert not admits("None")


def keeps_the_promises(name: str, replayed: Replayed) -> None:
    assert replayed.divergence is None
    assert [operation for operation, _ in replayed.steps] == program(name)
    for (operation, promised), outcome in zip(EXAMPLES[name], replayed.outcomes, strict=True):
        if operation.method == "fork()":
            assert outcome["forked"][1] == represent(b"Hello world!\0")
            assert outcome["status"] == 0
        elif promised is not ANY:
            assert outcome == represent(promised), operation


def replayed_on(implementation: str, name: str) -> Replayed:
    if name == "a child" and not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    return replay(resolve(implementation), program(name), Options())


@EVERY
def test_the_stdlib_keeps_the_promises(name: str) -> None:
    keeps_the_promises(name, replayed_on("stdlib", name))


@EVERY
def test_the_reference_keeps_the_promises(name: str, reference: str) -> None:
    keeps_the_promises(name, replayed_on("reference", name))


FAULTY = """\
from mmap import *
import mmap

class mmap(mmap.mmap):
    def readline(self):
        return super().readline().rstrip(b"\\n\\0")
"""


@pytest.mark.parametrize(("name", "number"), [("a file", 2), ("a child", 2)])
def test_a_promise_that_is_broken_is_seen(
    name: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trimming.py").write_text(FAULTY, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    divergence = replayed_on("trimming", name).divergence
    assert divergence is not None
    assert divergence.number == number
    seen = ("position.readline-returns-line", "position.write-stores", "position.seek-absolute")
    assert divergence.clause in seen
