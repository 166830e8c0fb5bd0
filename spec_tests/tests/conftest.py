"""What the tests of the specification share: surroundings, programs, known outcomes."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.inprocess import InProcess
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import EDITIONS, Edition
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.expectation import Expectation, Outcome, represent
from mmap_spec_tests.model import Facts, World, follow
from mmap_spec_tests.operations import Program
from mmap_spec_tests.programs import Generator, Step

MakeFacts = Callable[..., Facts]
Programs = Callable[..., list[list[Step]]]
Agree = Callable[..., None]

_CAPABILITIES = GRANTED | {"madvise", "fork", "python-buffers", "set_name"}
_CONSTANTS = {"MADV_NORMAL": 0, "MADV_WILLNEED": 3, "MS_SYNC": 4, "MS_ASYNC": 1}
_ASKED = ((3, 1), (3, 4), (3, 7), (3, 8), (3, 11), (3, 13, 8), (3, 15))
_KINDS = (ValueError, TypeError, IndexError, OverflowError, OSError, BufferError, RuntimeError)


def _facts(edition: Edition, platform: str = "unix") -> Facts:
    if platform == "windows":
        return Facts(edition, platform, granularity=1 << 16)
    return Facts(edition, platform, constants=_CONSTANTS, capabilities=_CAPABILITIES)


@cache
def _endless(area: str, edition: Edition) -> tuple[Iterator[list[Step]], list[list[Step]]]:
    """Programs as the engine makes them, and those of them that were made already."""
    choices = random.Random(f"{area} {edition}")
    generator = Generator(_facts(edition))
    draws = (BytesDraw(choices.randbytes(360)) for _ in count())
    return (generator.program(draw, area, 40) for draw in draws), []


def _programs(area: str, edition: Edition, number: int) -> list[list[Step]]:
    more, made = _endless(area, edition)
    made.extend(islice(more, max(number - len(made), 0)))
    return made[:number]


@pytest.fixture(scope="session")
def make_facts() -> MakeFacts:
    """``make_facts(edition, platform)``: an implementation that can do everything."""
    return _facts


@pytest.fixture(scope="session")
def programs() -> Programs:
    """``programs(area, edition, number)``: always the same ones, not to be changed."""
    return _programs


@pytest.fixture(scope="session")
def reference() -> str:
    """The name of the reference's module; a skip where it was not built."""
    try:
        importlib.import_module("mmap_reference")
    except ImportError as missing:
        pytest.skip(str(missing))
    return "mmap_reference"


def _error(kind: type[BaseException]) -> Outcome:
    return [[each.__name__ for each in kind.__mro__], None, ""]


def _admits(expectation: Expectation, outcome: Outcome, facts: Facts) -> bool:
    """Whether every clause that the implementation is held to allows an outcome."""
    return all(
        allowed.matches(outcome)
        for clause, allowed in expectation.checks
        if CLAUSES[clause].holds(facts.edition, facts.platform, facts.capabilities)
    )


def _right_and_wrong(known: dict[str, Any]) -> tuple[list[Outcome], list[Outcome]]:
    """Outcomes that are known to be right, and some that are then wrong."""
    fails = known.get("fails", ())
    fails = fails if type(fails) is tuple else (fails,)
    right = [_error(kind) for kind in fails]
    if fails == (Exception,):
        return [_error(kind) for kind in (ValueError, OSError, RuntimeError)], ["None", "0"]
    others = [_error(kind) for kind in _KINDS if kind not in fails]
    if "gives" not in known:
        return right, ["None", "0", *others]
    value = known["gives"]
    if value is ...:
        return ["None", "0", *right], others
    if type(value) is bool:
        return [repr(value), *right], [repr(not value), repr(int(value)), *others]
    return [represent(value), *right], ["'wrong'", "False", *others]


@pytest.fixture
def agree(tmp_path: Path) -> Agree:
    """``agree(program, gives=…, fails=…, since=…, until=…, witness=…)`` asks the model.

    What the last operation comes to must be all right, anything else wrong, for editions
    of all times. CPython's own mmap is the witness that the table itself is right.
    ``gives=...`` is any value; ``fails`` one class of exceptions, or several lawful ones,
    or ``Exception`` where any is.
    """

    def asked(program: Program, **known: Any) -> None:
        since, until = known.get("since", EDITIONS[0]), known.get("until", (4,))
        right, wrong = _right_and_wrong(known)
        for edition in [each for each in _ASKED if since <= each < until]:
            facts = _facts(edition)
            world = World(facts)
            expectation = [follow(world, operation) for operation in program][-1]
            assert [each for each in right if not _admits(expectation, each, facts)] == [], edition
            assert [each for each in wrong if _admits(expectation, each, facts)] == [], edition
        if known.get("witness", True) and since <= sys.version_info[:3] < until:
            _testify(program, right, known.get("gives") is ..., tmp_path)

    return asked


def _testify(program: Program, right: list[Outcome], any_value: bool, folder: Path) -> None:
    if sys.implementation.name != "cpython" or sys.platform == "win32":
        return
    witness = InProcess("mmap", str(folder))
    outcome = [witness.outcome(operation) for operation in program][-1]
    witness.close()
    if type(outcome) is list:
        assert any(type(each) is list and each[0][0] in outcome[0] for each in right), outcome
    else:
        assert any_value or outcome in right
