"""The state machines: silent on what is right, and on what is wrong they name the clause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from mmap_conformance.adapters import REFERENCES
from mmap_conformance.inprocess import InProcess
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import Edition
from mmap_spec_tests.expectation import (
    NONE,
    RAISES,
    Either,
    Expectation,
    Outcome,
    Raises,
    Returns,
    ReturnsLike,
    Shows,
    raised,
    returned,
)
from mmap_spec_tests.machines import Disagreement, Executor, Machine, compare, machine_for
from mmap_spec_tests.model import Facts, World, expect, follow
from mmap_spec_tests.model.files import InChild
from mmap_spec_tests.operations import Operation
from mmap_spec_tests.rules import AREAS, rules_of

FEW = settings(
    max_examples=12,
    stateful_step_count=20,
    database=None,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Obedient:
    """No implementation: it answers what the model allows, and so shows that something is."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.reset()

    def reset(self) -> None:
        self.world = World(self.facts)

    def outcome(self, operation: Operation) -> Outcome:
        return lawful(follow(self.world, operation))


def lawful(expectation: Expectation) -> Outcome:
    """An outcome that every check allows."""
    children: dict[int, list[Any]] = defaultdict(list)
    for _, allowed in expectation.checks:
        if isinstance(allowed, InChild):
            children[allowed[0]].append(allowed[1])
    if expectation.clauses[:1] == ("sharing.forked-child-shares-memory",) and children:
        return {"forked": [common(children[n]) for n in range(len(children))], "status": 0}
    assumed = [expectation.assumed] if expectation.assumed is not None else []
    return common([*assumed, *(allowed for _, allowed in expectation.checks)])


def common(sets: list[Any]) -> Outcome:
    """A member of every set."""
    candidates = ["None", *(each for allowed in sets for each in members(allowed))]
    for candidate in candidates:
        if all(allowed.matches(candidate) for allowed in sets):
            return candidate
    raise AssertionError(f"no outcome is allowed by all of {sets}")


def members(allowed: Any) -> Iterator[Outcome]:
    """Some members of a set, with one of each kind."""
    if isinstance(allowed, Returns):
        yield allowed.text
    elif isinstance(allowed, ReturnsLike):
        yield allowed.words.replace("...", "mmap")
    elif isinstance(allowed, Raises):
        yield from ([[name, "Exception"], allowed.errno, ""] for name in allowed.names)
    elif isinstance(allowed, Either):
        for option in allowed.options:
            yield from members(option)
    elif isinstance(allowed, Shows):
        yield from members(allowed.value)


FULL = GRANTED | {"madvise", "fork", "python-buffers", "set_name"}


@pytest.mark.parametrize("edition", [(3, 1), (3, 11), (3, 15)], ids=str)
@pytest.mark.parametrize("area", AREAS)
def test_the_machine_of_an_area_is_silent_on_what_the_model_says(
    area: str, edition: tuple[int, ...]
) -> None:
    facts = Facts(edition, constants={"MADV_NORMAL": 0}, capabilities=FULL)
    run_state_machine_as_test(machine_for(area, Obedient(facts)), settings=FEW)


def with_each_map(area: str, executor: Executor, extra: str, *arguments: Any) -> type[Machine]:
    """The machine of an area, which does one thing more with each map it makes."""

    class More(machine_for(area, executor)):  # type: ignore[misc]
        def take(self, operation: Operation) -> None:
            super().take(operation)
            if operation.method == "mmap()":
                super().take(Operation(operation.target, extra, arguments))

    return More


@pytest.mark.parametrize("area", ["lifecycle", "position"])
def test_it_goes_on_where_the_only_map_is_gone(area: str) -> None:
    """Also where no rule of the area can make another."""
    machine = with_each_map(area, Obedient(Facts()), "del")
    run_state_machine_as_test(machine, settings=FEW)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(("module", "edition"), REFERENCES.values(), ids=REFERENCES)
@pytest.mark.parametrize("area", AREAS)
def test_the_machine_is_silent_on_the_reference(
    area: str, module: str, edition: Edition, tmp_path: Path
) -> None:
    executor = InProcess(module, str(tmp_path), edition)
    run_state_machine_as_test(machine_for(area, executor), settings=FEW)


def test_the_last_look_catches_lost_data() -> None:
    """What no operation shows, the contents of the file do at the end."""

    class Loses(Obedient):
        def outcome(self, operation: Operation) -> Outcome:
            outcome = super().outcome(operation)
            return "b'lost'" if operation.method == "contents" else outcome

    with pytest.raises(Disagreement, match=r"^[a-z.-]+: f0 contents .* returns .*, got b'lost'"):
        run_state_machine_as_test(machine_for("position", Loses(Facts())), settings=FEW)


def test_the_first_disagreement_is_the_one_that_is_told() -> None:
    """The last look at what is broken already would tell of something else."""

    class Breaks(Obedient):
        broken = False

        def reset(self) -> None:
            super().reset()
            self.broken = False

        def outcome(self, operation: Operation) -> Outcome:
            self.broken |= operation.method == "seek"
            outcome = super().outcome(operation)
            return "'broken'" if self.broken else outcome

    with pytest.raises(Disagreement, match=r": m0 seek .*, got 'broken'"):
        run_state_machine_as_test(machine_for("position", Breaks(Facts((3, 13)))), settings=FEW)


def test_what_is_lawful_but_not_assumed_begins_another_world() -> None:
    """Shared anonymous memory may refuse to grow, after which the model knows no more."""
    refusals = 0

    class Refuses(Obedient):
        def outcome(self, operation: Operation) -> Outcome:
            nonlocal refusals
            refused = "resize.grown-anonymous-usable" in expect(self.world, operation).clauses
            if not refused or operation.method != "resize":
                return super().outcome(operation)
            refusals += 1
            return [["ValueError", "Exception"], None, ""]

    executor = Refuses(Facts((3, 11), capabilities=FULL))
    run_state_machine_as_test(with_each_map("items", executor, "resize", 9000), settings=FEW)
    assert refusals > 3


def test_compare_names_clause_call_and_outcome() -> None:
    operation = Operation("m0", "seek", [99])
    errors = RAISES, raised("ValueError"), raised("OSError")
    checks = tuple(zip(("move.copies", "items.len", "items.truth"), errors, strict=True))
    wrong = [["IndexError", "LookupError", "Exception"], None, "no"]
    with pytest.raises(Disagreement) as caught:
        compare(operation, Expectation(checks), wrong, Facts())
    assert str(caught.value) == f"items.len: m0 seek [99] raises ValueError, got {wrong}"


def test_compare_is_silent_on_what_all_clauses_allow() -> None:
    operation = Operation("m0", "tell")
    both = ("move.copies", NONE), ("items.len", Shows(NONE))
    compare(operation, Expectation(both), "None", Facts())
    compare(operation, Expectation(()), "anything", Facts())
    with pytest.raises(Disagreement, match=r"^items\.len: "):
        compare(operation, Expectation((both[0], ("items.len", returned(0)))), "None", Facts())


def test_compare_asks_nothing_that_does_not_hold() -> None:
    operation, checks = Operation("m0", "flush"), (("flush.returns-none", NONE),)
    compare(operation, Expectation(checks), "0", Facts((3, 7)))
    with pytest.raises(Disagreement):
        compare(operation, Expectation(checks), "0", Facts((3, 8)))


@pytest.mark.parametrize("area", AREAS)
def test_a_machine_has_the_rules_of_its_area(area: str) -> None:
    machine = machine_for(area, Obedient(Facts()))
    assert machine.__name__ == f"{area.capitalize()}Machine"
    steps = {name for name, each in vars(machine).items() if callable(each)}
    assert steps == {f"{rule.area}_{rule.name}" for rule in rules_of(area)}


def test_there_is_no_machine_of_an_unknown_area() -> None:
    with pytest.raises(KeyError):
        machine_for("no such area", Obedient(Facts()))


def test_a_disagreement_is_an_assertion_that_failed() -> None:
    assert issubclass(Disagreement, AssertionError)
