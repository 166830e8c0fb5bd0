"""The supply: programs by number, which do not depend on who else takes them."""

from __future__ import annotations

from mmap_conformance.judge import Divergence
from mmap_conformance.known import Known
from mmap_conformance.options import Options
from mmap_conformance.supply import Supplies, Supply
from mmap_spec_tests.expectation import NONE
from mmap_spec_tests.model import Facts
from mmap_spec_tests.operations import Program
from mmap_spec_tests.programs import Step

NUMBERS = range(40)
COPIES = "move.copies"


def supply(takers: int = 1, seed: int = 0) -> Supply:
    made = Supply(Facts(), Options(seed=seed), ())
    made.takers = takers
    return made


def knows_of_move() -> Known:
    """One who knows that a copy of bytes kills, and avoids it."""
    known = Known(lambda clause: True)
    fault = Divergence(0, COPIES, "move", "move", NONE, {"crashed": "SIGSEGV"})
    known.add(fault, spoils=True)
    return known


def copies(steps: list[Step]) -> bool:
    return any(COPIES in expectation.clauses for _, expectation in steps)


def operations(steps: list[Step]) -> Program:
    return [operation for operation, _ in steps]


def test_a_number_and_a_seed_make_a_program() -> None:
    one, again, other = supply(), supply(), supply(seed=1)
    backwards = {n: operations(again.program(n)) for n in reversed(NUMBERS)}
    assert backwards == {n: operations(one.program(n)) for n in NUMBERS}
    assert any(operations(other.program(n)) != backwards[n] for n in NUMBERS)


def test_programs_are_shared_by_those_who_know_nothing() -> None:
    shared = supply(takers=2)
    first, second = Known(lambda clause: True), Known(lambda clause: True)
    for number in NUMBERS:
        assert shared.program(number, first) is shared.program(number, second)


def test_what_one_avoids_is_as_if_it_were_alone_and_left_to_others() -> None:
    shared, alone = supply(takers=2), supply()
    ours, same, nothing = knows_of_move(), knows_of_move(), Known(lambda clause: True)
    left = 0
    for number in NUMBERS:
        steps = shared.program(number, ours)
        assert operations(steps) == operations(alone.program(number, same))
        assert not copies(steps)
        left += copies(shared.program(number, nothing))
    assert left


def test_areas_take_turns() -> None:
    made = Supply(Facts(), Options(), ("move", "search"))
    assert [made.area(n) for n in range(3)] == ["move", "search", "move"]


def test_implementations_with_the_same_facts_have_one_supply() -> None:
    supplies = Supplies(Options(), ())
    first = supplies.of(Facts(constants={"MAP_SHARED": 1}))
    assert supplies.of(Facts(constants={"MAP_SHARED": 1})) is first
    assert supplies.of(Facts(constants={"MAP_SHARED": 2})) is not first
