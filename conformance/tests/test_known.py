"""``Known``: what is passed over, and what programs do without, once something is found."""

from __future__ import annotations

from typing import Any

import pytest

from mmap_conformance.judge import Divergence
from mmap_conformance.known import Known
from mmap_spec_tests.expectation import NONE, Allowed, Expectation, Outcome, Shows, returned
from mmap_spec_tests.operations import Operation
from mmap_spec_tests.programs import Step

CRASH: Outcome = {"crashed": "SIGSEGV"}
ONE = returned(1)


def step(method: str, *checks: tuple[str, Allowed], **more: Any) -> Step:
    return Operation("m0", method), Expectation(checks, **more)


def found(
    clause: str, operation: str, shown_by: str = "", outcome: Outcome = "2", number: int = 0
) -> Divergence:
    allowed: Allowed = Shows(ONE) if shown_by else ONE
    return Divergence(number, clause, operation, shown_by or operation, allowed, outcome)


@pytest.fixture
def known() -> Known:
    return Known(lambda clause: True)


WRITE = step("write", ("x.stores", NONE), marks=("x.advances",))
LOOK = step("[]", ("x.stores", Shows(ONE)), ("x.get", ONE))


def test_nothing_is_known_at_first(known: Known) -> None:
    assert not known.covers([LOOK], found("x.get", "[]"))
    assert not known.avoids(*WRITE)


def test_a_finding_is_new_once(known: Known) -> None:
    assert known.add(found("x.get", "[]"), spoils=False)
    assert not known.add(found("x.get", "[]"), spoils=False)
    assert known.add(found("x.get", "[]", outcome=CRASH), spoils=False)


def test_a_look_that_is_wrong_itself_covers_what_it_seems_to_show(known: Known) -> None:
    known.add(found("x.get", "[]"), spoils=False)
    assert known.covers([WRITE, LOOK], found("x.stores", "[]", "[]", number=1))


def test_another_look_is_not_covered_by_it(known: Known) -> None:
    known.add(found("x.get", "[]"), spoils=False)
    read = step("read", ("x.stores", Shows(ONE)), ("x.read", ONE))
    assert not known.covers([WRITE, read], found("x.stores", "read", "read", number=1))


def test_what_a_method_leaves_wrong_covers_what_shows_after_it(known: Known) -> None:
    known.add(found("x.stores", "write", "[]"), spoils=True)
    shown = found("x.other", "read", "read", number=1)
    assert known.covers([WRITE, LOOK], shown)
    assert not known.covers([LOOK, LOOK], shown)
    assert not known.covers([WRITE, LOOK], found("x.get", "read", number=1))  # its own fault


def test_what_turns_out_to_be_known_again_and_again_is_passed_over(known: Known) -> None:
    raw = found("x.stores", "[]", "[]")
    for _ in range(4):
        known.add_consequence(raw)
        assert not known.covers([LOOK], raw)
    known.add_consequence(raw)
    assert known.covers([LOOK], raw)


def test_what_spoils_programs_is_left_out_of_most(known: Known) -> None:
    known.add(found("x.advances", "write", "tell"), spoils=True)
    avoided = []
    for _ in range(8):
        known.begin_program()
        avoided.append(known.avoids(*WRITE))
    assert avoided.count(False) == 2
    assert not any(known.avoids(*LOOK) for _ in range(4))


def test_what_kills_is_left_out_of_all(known: Known) -> None:
    known.add(found("x.stores", "write", outcome=CRASH), spoils=True)
    for _ in range(8):
        known.begin_program()
        assert known.avoids(*WRITE)


def test_what_hangs_is_never_called_again(known: Known) -> None:
    """What kills is avoided by programs that are made, and not by those that are kept."""
    known.add(found("x.get", "[]", outcome=CRASH), spoils=False)
    assert known.avoids(*LOOK) and not known.gave_up(*LOOK)
    known.add(found("x.get", "[]", outcome={"hung": 1.0}), spoils=False)
    assert known.gave_up(*LOOK)
    assert not known.gave_up(*WRITE)


def test_other_outcomes_of_the_same_fault_are_known_with_it(known: Known) -> None:
    known.add(found("x.stores", "write"), spoils=False, sorts=("TypeError", "crashed"))
    refused = found("x.stores", "write", outcome=[["TypeError"], None, ""])
    assert known.is_told(found("x.stores", "write", outcome=CRASH))
    assert known.covers([WRITE], refused)
    assert not known.covers([WRITE], refused._replace(outcome=[["ValueError"], None, ""]))
    assert known.avoids(*WRITE)  # it may kill, though it has not


def test_a_method_that_keeps_hanging_is_not_called_any_more(known: Known) -> None:
    hung = found("x.get", "[]", outcome={"hung": 1.0})
    known.add(found("x.other", "read"), spoils=False)
    known.died(hung)
    assert not known.avoids(*LOOK)
    known.died(hung)
    assert known.avoids(*LOOK)
