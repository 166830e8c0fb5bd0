"""Generated programs: self-contained, repeatable, rich in boundaries, sound when cut down."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mmap_conformance.reduce import reduce
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.expectation import Expectation
from mmap_spec_tests.model import Facts, Unrunnable, World, follow
from mmap_spec_tests.model.state import Map
from mmap_spec_tests.operations import Operation, Value, nested_operations, tag_of
from mmap_spec_tests.programs import Generator, Step, beginning, ending
from mmap_spec_tests.rules import AREAS, RULES, rules_of

Programs = Callable[..., list[list[Step]]]
MakeFacts = Callable[..., Facts]
EDITIONS = ((3, 1), (3, 11), (3, 15))
EVERY_AREA = pytest.mark.parametrize("area", AREAS)


def told(expectation: Expectation) -> tuple[Any, ...]:
    """What an expectation says; effects are functions, which compare by identity."""
    inner = [(operation, told(nested)) for operation, nested in expectation.meanwhile]
    return (*expectation._replace(effect=None, meanwhile=()), inner)


@EVERY_AREA
@pytest.mark.parametrize("edition", EDITIONS, ids=str)
def test_a_program_is_self_contained(
    area: str, edition: tuple[int, ...], programs: Programs, make_facts: MakeFacts
) -> None:
    for steps in programs(area, edition, 30):
        world = World(make_facts(edition))
        for operation, expectation in steps:
            assert told(follow(world, operation)) == told(expectation)


@EVERY_AREA
def test_the_same_bytes_give_the_same_program(area: str, make_facts: MakeFacts) -> None:
    choices = random.Random(area)
    for _ in range(5):
        data = choices.randbytes(300)
        first, again, other = (
            Generator(make_facts((3, 11))).program(BytesDraw(each), area, 30)
            for each in (data, data, data[::-1])
        )
        assert [(each, told(e)) for each, e in first] == [(each, told(e)) for each, e in again]
        assert [each for each, _ in first] != [each for each, _ in other]


@EVERY_AREA
def test_programs_differ_and_are_no_longer_than_asked(area: str, programs: Programs) -> None:
    made = programs(area, (3, 11), 60)
    assert len({repr([operation for operation, _ in steps]) for steps in made}) == len(made)
    last_look = [sum(o.target[:1] in ("m", "f", "b", "") for o, _ in s[43:]) for s in made]
    assert all(len(steps) <= 3 + 40 + looks for steps, looks in zip(made, last_look, strict=True))
    assert sum(map(len, made)) > 20 * len(made)


@EVERY_AREA
def test_the_beginning_binds_what_the_rest_uses(area: str, programs: Programs) -> None:
    for steps in programs(area, (3, 15), 60):
        assert steps[0][0].method in ("file()", "mmap()")
        bound: set[str] = set()
        for operation, expectation in steps:
            used = _handles(operation)
            assert used <= bound, operation
            if operation.method in MAKERS and _succeeds(expectation):
                assert operation.target not in bound, "nothing is bound twice"
                bound.add(operation.target)
            if operation.method == "del":
                bound.remove(operation.target)


MAKERS = ("file()", "mmap()", "memoryview()", "bytearray()")


def _succeeds(expectation: Expectation) -> bool:
    return all(allowed.matches("None") for _, allowed in expectation.checks)


def _handles(operation: Operation) -> set[str]:
    """What an operation uses, but for what it makes."""
    made = operation.method in MAKERS or not operation.target
    used = set() if made else {operation.target}
    for value in (*operation.arguments, *operation.keywords.values()):
        if tag_of(value) in ("handle", "descriptor"):
            used.add(next(iter(value.values())))
    for nested in nested_operations(operation):
        used |= _handles(nested)
    return used


@EVERY_AREA
def test_nothing_is_asked_of_the_dead(area: str, programs: Programs, make_facts: MakeFacts) -> None:
    """Of released views, or of open maps whose bytes are the system's business."""
    dropped = released = 0
    for steps in programs(area, (3, 11), 60):
        world = World(make_facts((3, 11)))
        looks = len(steps) - len(list(ending(_end(steps, make_facts((3, 11))))))
        for number, (operation, _) in enumerate(steps):
            used = [world.maps[n] for n in _handles(operation) if n in world.maps]
            assert number >= looks or all(map.certain or map.closed for map in used), operation
            if operation.method == "del":  # what a view exports is alive without a name
                assert not any(view.of in used for view in world.views.values()), operation
            view = world.views.get(operation.target)
            assert view is None or not view.released, operation
            follow(world, operation)
            dropped += operation.method == "del"
            released += operation.method == "release"
    if area in ("lifecycle", "everything"):
        assert dropped
        assert released


def _end(steps: list[Step], facts: Facts) -> World:
    """The world that the last look finds, before everything is closed."""
    world = World(facts)
    assert steps[-1][0].method == "leaked()"
    for operation, _ in steps[:-1]:
        follow(world, operation)
    return world


@EVERY_AREA
def test_the_end_looks_at_every_map_and_file(
    area: str, programs: Programs, make_facts: MakeFacts
) -> None:
    for steps in programs(area, (3, 11), 60):
        world = _end(steps, make_facts((3, 11)))
        looks = list(ending(world))
        assert [operation for operation, _ in steps[len(steps) - len(looks) :]] == looks
        seen = Counter((each.target, each.method) for each in looks)
        for name, map in world.maps.items():
            assert seen[name, "tell"] == (not map.closed)
            assert seen[name, "[]"] == seen[name, "len()"] == (not map.closed and map.certain)
        assert all(seen[name, "contents"] == 1 for name in world.files)
        assert all(seen[name, "append"] == 1 for name in world.buffers)
        assert seen["", "leaked()"] == 1


def test_masked_operations_are_left_out(make_facts: MakeFacts) -> None:
    facts = make_facts((3, 15))
    asked: list[str] = []

    def masked(operation: Operation, expectation: Expectation) -> bool:
        asked.append(operation.method)
        return operation.method in ("seek", "[]=") or "lifecycle.close" in expectation.clauses

    generator, choices = Generator(facts, masked), random.Random(3)
    for area in AREAS:
        for _ in range(10):
            steps = generator.program(BytesDraw(choices.randbytes(300)), area, 40)
            assert not [o for o, e in steps if masked(o, e)]
            world = World(facts)  # what is left out has not happened in the model either
            for operation, expectation in steps:
                assert told(follow(world, operation)) == told(expectation)
    assert asked.count("seek") > 20
    assert asked.count("[]=") > 20


def test_where_every_map_is_masked_only_files_are_left(make_facts: MakeFacts) -> None:
    generator = Generator(make_facts((3, 11)), lambda operation, _: operation.method == "mmap()")
    choices = random.Random(4)
    for area in AREAS:
        steps = generator.program(BytesDraw(choices.randbytes(300)), area, 40)
        assert {operation.target[:1] for operation, _ in steps} <= {"f", ""}


def integers(value: Value) -> Iterator[int]:
    """The integers in an argument."""
    if type(value) is int:
        yield value
    elif tag_of(value) == "index":
        yield value["index"]
    elif tag_of(value) == "slice":
        for part in value["slice"]:
            yield from integers(part)


BOUNDARIES: dict[str, Callable[[int, int], bool]] = {
    "0": lambda number, size: number == 0,
    "1": lambda number, size: number == 1,
    "page - 1": lambda number, size: number == 4095,
    "page": lambda number, size: number == 4096,
    "page + 1": lambda number, size: number == 4097,
    "negative": lambda number, size: number < 0,
    "last": lambda number, size: number == size - 1,
    "end": lambda number, size: number == size,
    "just past the end": lambda number, size: number == size + 1,
    "past the end": lambda number, size: size + 1 < number < 2**20,
    "huge": lambda number, size: 2**31 <= number < 2**63,
    "beyond ssize_t": lambda number, size: number > 2**63 - 1,
    "below ssize_t": lambda number, size: number < -(2**63),
}
CALLS = {
    "position": ("seek", "read"),
    "items": ("[]", "[]="),
    "search": ("find", "rfind"),
    "move": ("move",),
    "flush": ("flush",),
    "resize": ("resize",),
}
HARMLESS = {("read", "page - 1"), ("resize", "last"), ("read", "last")}
"""Boundaries that say nothing for a method."""


@pytest.mark.parametrize(("area", "method"), [(a, m) for a, all_ in CALLS.items() for m in all_])
def test_boundaries_of_positions_and_sizes_occur(
    area: str, method: str, make_facts: MakeFacts
) -> None:
    seen: Counter[str] = Counter()
    facts, choices = make_facts((3, 15)), random.Random(method)
    for _ in range(800 if method in ("flush", "resize") else 300):
        world = World(facts)
        for operation, _ in Generator(facts).program(BytesDraw(choices.randbytes(300)), area, 30):
            map = world.maps.get(operation.target)
            if operation.method == method and map is not None and not map.closed:
                for value in operation.arguments:
                    for number in integers(value):
                        seen.update(n for n, at in BOUNDARIES.items() if at(number, map.size))
            follow(world, operation)
    assert [name for name in BOUNDARIES if not seen[name] and (method, name) not in HARMLESS] == []


def test_boundaries_of_the_constructor_occur(programs: Programs) -> None:
    seen: dict[str, set[int]] = defaultdict(set)
    for steps in programs("constructor", (3, 15), 400):
        sizes = {o.target: len(e) for o, e in _contents(steps)}
        for operation, _ in steps:
            if operation.method != "mmap()":
                continue
            given = dict(zip(("fileno", "length"), operation.arguments, strict=False))
            given.update(operation.keywords)
            for name, value in given.items():
                seen[name].update(integers(value))
            if tag_of(given["fileno"]) == "descriptor":
                rest = sizes[given["fileno"]["descriptor"]]
                for number in integers(given["length"]):
                    seen["to the end"].add(number - rest)
    assert seen["length"] >= {0, 1, -1, 2**40, 4095, 4096, 4097}
    assert max(seen["length"]) > 2**63 - 1 > -(2**63) > min(seen["length"])
    assert seen["to the end"] >= {-1, 0, 1}
    assert seen["offset"] >= {-1, 1, 4095, 4096, -4096, 2**70}
    assert seen["fileno"] >= {-1, -2, 9999, 2**31}
    assert seen["access"] >= {4, 9, -1}


def _contents(steps: list[Step]) -> Iterator[tuple[Operation, bytes]]:
    """Files with what they hold at first."""
    world = World(Facts())
    for operation, _ in steps:
        if operation.method == "file()":
            follow(world, operation)
            yield operation, bytes(world.files[operation.target].data)


@EVERY_AREA
def test_sizes_of_maps_at_which_implementations_go_wrong(area: str, make_facts: MakeFacts) -> None:
    sizes: Counter[int] = Counter()
    choices = random.Random(area)
    for _ in range(400):
        world = World(make_facts((3, 11)))
        for operation in beginning(BytesDraw(choices.randbytes(9)), make_facts((3, 11)), area):
            follow(world, operation)
        things: list[Map] = list(world.maps.values())
        sizes.update([map.size for map in things] or [len(world.files["f1"].data)])
    whole = {"offset": {13, 4096, 4097}, "everything": {4095, 4096}}  # others than at an offset
    assert sizes.keys() >= {1, 2, *whole.get(area, {4095, 4096, 4097, 3 * 4096})}


@EVERY_AREA
def test_every_rule_of_an_area_is_proposed(area: str, programs: Programs) -> None:
    methods = {o.method for edition in EDITIONS for s in programs(area, edition, 60) for o, _ in s}
    named = {"size", "resize", "flush", "madvise", "seek", "tell", "read", "write", "move", "close"}
    expected = {rule.name for rule in rules_of(area)} & named
    assert expected <= methods


def test_rules_have_names_of_their_own() -> None:
    rules = {(rule.area, rule.name): rule.propose for rule in RULES}
    assert len(rules) == len(set(rules.values()))
    assert {rule.area for rule in RULES} < set(AREAS)
    with pytest.raises(KeyError):
        rules_of("no such area")


@EVERY_AREA
def test_what_is_left_of_a_program_is_sound_or_unrunnable(
    area: str, programs: Programs, make_facts: MakeFacts
) -> None:
    """Reduction leaves out operations and makes arguments plainer: nothing else may come of it."""
    choices, kept = random.Random(area), 0
    for steps in programs(area, (3, 15), 12):
        for share in (0.5, 0.8, 0.95):
            some = [operation for operation, _ in steps if choices.random() < share]
            kept += _runs(some, make_facts((3, 15)))
        whole = [operation for operation, _ in steps]

        def fails(candidate: list[Operation]) -> bool:
            runs = _runs(candidate, make_facts((3, 15)))
            return runs and choices.random() < 0.3

        reduce(whole, fails, 25)
    assert kept


def _runs(program: list[Operation], facts: Facts) -> bool:
    world = World(facts)
    try:
        for operation in program:
            follow(world, operation)
    except Unrunnable:
        return False
    return True
