"""``judge``: where a program first goes another way than the model, and who is to blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest

from mmap_conformance.channel import Answer
from mmap_conformance.judge import Divergence, Identity, Step, describe, failing, judge
from mmap_spec_tests.expectation import (
    ANYTHING,
    NONE,
    Accepts,
    Allowed,
    Expectation,
    Outcome,
    Shows,
    raised,
    returned,
)
from mmap_spec_tests.operations import Operation

VALUE_ERROR: Outcome = [["ValueError", "Exception"], None, "no"]
TYPE_ERROR: Outcome = [["TypeError", "Exception"], None, "no"]
CRASH: Outcome = {"crashed": "SIGSEGV"}
ONE = returned(1)


def step(method: str, *checks: tuple[str, Allowed], moves: bool = False, **more: Any) -> Step:
    """An operation with its expectation; ``moves`` says that it changes the model's world."""
    effect: Callable[[], None] | None = (lambda: None) if moves else None
    return Operation("m0", method), Expectation(checks, effect, **more)


def judged(
    steps: list[Step],
    *outcomes: Outcome,
    known: Collection[Identity] = (),
    waived: Collection[str] = (),
    strict: bool = False,
    exercised: Counter[str] | None = None,
    meanwhile: dict[int, list[Outcome]] | None = None,
) -> Divergence | None:
    exercised = Counter() if exercised is None else exercised
    answer = Answer(list(outcomes), None, meanwhile or {})

    def is_known(_: Sequence[Step], divergence: Divergence) -> bool:
        return divergence.identity in known

    return judge(steps, answer, lambda c: c not in waived, is_known, exercised, strict=strict)


def found(*args: Any, **kwargs: Any) -> Divergence:
    divergence = judged(*args, **kwargs)
    assert divergence is not None
    return divergence


def test_lawful_outcomes_are_counted_by_clause() -> None:
    exercised: Counter[str] = Counter()
    steps = [step("seek", ("x.a", NONE)), step("tell", ("x.a", ONE), ("x.b", ONE))]
    assert judged(steps, "None", "1", exercised=exercised) is None
    assert exercised == {"x.a": 2, "x.b": 1}


def test_the_first_divergence_counts() -> None:
    steps = [step("seek", ("x.a", ONE)), step("write", ("x.b", ONE)), step("close", ("x.c", ONE))]
    divergence = found(steps, "1", "2", "3")
    assert (divergence.number, divergence.clause, divergence.operation) == (1, "x.b", "write")
    assert (divergence.allowed, divergence.outcome, divergence.kind) == (ONE, "2", "returned")
    assert not divergence.of_state


def test_the_first_clause_that_does_not_allow_it_is_to_blame() -> None:
    allows, refuses = ("x.a", returned(2)), ("x.b", ONE)
    assert found([step("tell", allows, refuses, ("x.c", ONE))], "2").clause == "x.b"
    assert found([step("tell", ("x.c", ONE), allows, refuses)], "2").clause == "x.c"


def test_a_clause_that_does_not_hold_is_neither_compared_nor_counted() -> None:
    exercised: Counter[str] = Counter()
    steps = [step("tell", ("x.a", ONE), ("x.b", returned(2)))]
    assert judged(steps, "2", waived={"x.a"}, exercised=exercised) is None
    assert exercised == {"x.b": 1}


@pytest.mark.parametrize(
    ("outcome", "kind", "words"),
    [
        ("2", "returned", "returned 2"),
        (VALUE_ERROR, "raised", "raised ValueError: no"),
        ([["OSError"], 22, "bad"], "raised", "raised OSError (errno 22): bad"),
        (CRASH, "crashed", "crashed with SIGSEGV"),
        ({"hung": 0.5}, "hung", "gave no answer in 0.5 s"),
        ({"protocol": "?"}, "protocol", "broke the protocol with '?'"),
    ],
)
def test_every_sort_of_outcome_has_a_name_and_words(
    outcome: Outcome, kind: str, words: str
) -> None:
    divergence = found([step("tell", ("x.a", ONE))], outcome)
    assert divergence.kind == kind
    assert describe(divergence.outcome) == words


def test_exceptions_make_different_findings_and_values_do_not() -> None:
    steps = [step("tell", ("x.a", ONE))]
    identities = [found(steps, o).identity for o in ("2", "3", VALUE_ERROR, TYPE_ERROR, CRASH)]
    assert identities[0] == identities[1]
    assert len(set(identities)) == 4


# Deaths: the outcomes before the death went down with the worker.


def test_a_death_is_compared_after_what_came_before_it() -> None:
    steps = [step("seek", ("x.a", ONE)), step("read", ("x.b", ONE))]
    assert found(steps, "2", CRASH).clause == "x.a"
    divergence = found(steps, "1", CRASH)
    assert (divergence.number, divergence.clause, divergence.kind) == (1, "x.b", "crashed")


@pytest.mark.parametrize("allowed", [Accepts(), ANYTHING])
def test_no_expectation_allows_a_death(allowed: Allowed) -> None:
    assert found([step("read", ("x.a", allowed))], CRASH).clause == "x.a"


def test_a_death_is_booked_to_what_asks_for_another_outcome() -> None:
    steps = [step("read", ("x.a", Accepts()), ("x.b", ONE))]
    assert found(steps, CRASH).clause == "x.b"


def test_a_death_without_a_clause_that_holds_breaks_the_clean_exit() -> None:
    divergence = found([step("close", ("x.a", ONE))], CRASH, waived={"x.a"})
    assert (divergence.clause, divergence.allowed) == ("lifecycle.clean-exit", None)


def test_a_death_in_what_is_the_workers_own_is_nobodys_fault() -> None:
    """The machine may stop a process at any time."""
    assert judged([step("file()"), step("tell", ("x.a", ONE))], CRASH) is None


def test_a_death_is_not_due_to_what_it_would_have_shown() -> None:
    steps = [step("write", ("x.a", NONE)), step("readline", ("x.a", Shows(ONE)), ("x.b", ONE))]
    assert found(steps, "None", CRASH).clause == "x.b"
    divergence = found(steps, "None", CRASH, waived={"x.b"})
    assert (divergence.clause, divergence.operation) == ("lifecycle.clean-exit", "readline")


def test_a_death_that_no_clause_asked_for_speaks_of_is_passed_over() -> None:
    waived = {"x.a", "lifecycle.clean-exit"}
    assert judged([step("close", ("x.a", ONE))], CRASH, waived=waived) is None


def test_leaving_as_asked_is_no_death() -> None:
    assert judged([step("tell", ("x.a", ONE)), step("exit()", ("x.b", NONE))], "1", "None") is None


# Findings that are known.


def test_what_is_known_is_passed_over_and_hides_nothing() -> None:
    steps = [step("size", ("x.a", ONE)), step("tell", ("x.b", ONE))]
    known = {found(steps, "2", "1").identity}
    assert judged(steps, "2", "1", known=known) is None
    assert found(steps, "2", "2", known=known).clause == "x.b"


def test_the_same_clause_by_another_operation_or_outcome_is_not_known() -> None:
    known = {found([step("size", ("x.a", ONE))], "2").identity}
    assert judged([step("tell", ("x.a", ONE))], "2", known=known)
    assert judged([step("size", ("x.a", ONE))], VALUE_ERROR, known=known)


def test_strict_does_not_pass_over_what_is_known_in_the_last_operation() -> None:
    steps = [step("size", ("x.a", ONE)), step("size", ("x.a", ONE))]
    known = {found(steps, "2").identity}
    assert judged(steps, "2", "1", known=known, strict=True) is None
    assert found(steps, "2", "2", known=known, strict=True).number == 1


def test_a_known_divergence_that_left_the_worlds_apart_ends_the_judging() -> None:
    after = step("tell", ("x.b", ONE))
    wrong_count = [step("write", ("x.a", ONE), moves=True), after]
    known = {found(wrong_count, "2").identity}
    assert judged(wrong_count, "2", "2", known=known) is None

    wrong_error = [step("write", ("x.a", raised("TypeError")), moves=True), after]
    known = {found(wrong_error, VALUE_ERROR).identity}
    assert found(wrong_error, VALUE_ERROR, "2", known=known).clause == "x.b"


# Where several outcomes are lawful, the model went one way.


def test_judging_ends_where_another_outcome_than_the_assumed_one_came() -> None:
    steps = [
        step("resize", ("x.a", ANYTHING), moves=True, assumed=NONE),
        step("tell", ("x.b", ONE)),
    ]
    assert judged(steps, VALUE_ERROR, "2") is None
    assert found(steps, "None", "2").clause == "x.b"


def test_judging_ends_where_a_clause_that_does_not_hold_may_have_failed_unseen() -> None:
    steps = [step("write", ("x.a", ONE), moves=True), step("tell", ("x.b", ONE))]
    assert judged(steps, VALUE_ERROR, "2", waived={"x.a"}) is None
    assert found(steps, "1", "2", waived={"x.a"}).clause == "x.b"


# Whose fault it is, is asked later: here it is told whether that is to be asked at all.


def test_what_shows_the_state_may_be_the_fault_of_another() -> None:
    for method, check in (("[]", Shows(ONE)), ("contents", ONE)):
        divergence = found([step(method, ("x.a", check))], "2")
        assert divergence.of_state and divergence.operation == method


def test_what_is_refused_wrongly_is_its_own_fault() -> None:
    assert not found([step("[]", ("x.a", Shows(ONE)), ("x.b", ONE))], VALUE_ERROR).of_state


def test_failing_clauses_are_told_in_their_order() -> None:
    _, expectation = step("[]", ("x.a", Shows(ONE)), ("x.b", returned(2)), ("x.c", ONE))
    assert failing(expectation, "2", lambda _: True) == ["x.a", "x.c"]
    assert failing(expectation, "2", lambda _: True, own=True) == ["x.c"]
    assert failing(expectation, "2", lambda clause: clause != "x.c") == ["x.a"]


# What runs inside the conversion of an argument is judged by its own outcome.

INNER = (step("close", ("x.a", NONE)), step("size", ("x.b", ONE)))
CONVERTS = step("read", ("reentrancy.x", ONE), ("x.c", ONE), meanwhile=INNER)
AFTER = step("flush", ("x.d", ONE))


def test_what_is_lawful_inside_and_outside_is_counted() -> None:
    exercised: Counter[str] = Counter()
    inner = {1: ["None", "1"]}
    lawful = judged([AFTER, CONVERTS], "1", "1", meanwhile=inner, exercised=exercised)
    assert lawful is None
    assert exercised == {"x.a": 1, "x.b": 1, "reentrancy.x": 1, "x.c": 1, "x.d": 1}


def test_what_went_wrong_inside_comes_first() -> None:
    divergence = found([AFTER, CONVERTS], "1", "2", meanwhile={1: ["None", "2"]})
    assert (divergence.number, divergence.inner) == (1, True)
    assert (divergence.clause, divergence.operation) == ("x.b", "size")
    assert not found([AFTER, CONVERTS], "1", "2", meanwhile={1: ["None", "1"]}).inner


def test_what_is_known_to_go_wrong_inside_ends_the_judging() -> None:
    inner: dict[int, list[Outcome]] = {0: ["None", "2"]}
    known = {found([CONVERTS], "1", meanwhile=inner).identity}
    assert judged([CONVERTS, AFTER], "2", "2", meanwhile=inner, known=known) is None


def test_arguments_that_were_not_converted_waive_what_speaks_of_their_conversion() -> None:
    for inner in ({}, {0: ["None"]}):
        assert judged([CONVERTS, AFTER], "1", "2", meanwhile=inner) is None
        assert found([CONVERTS, AFTER], "2", "1", meanwhile=inner).clause == "x.c"


def test_a_death_inside_is_that_of_the_operation() -> None:
    divergence = found([AFTER, CONVERTS], "1", CRASH)
    assert (divergence.clause, divergence.inner) == ("reentrancy.x", False)
