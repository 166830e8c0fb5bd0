"""Sources of choices: in range, the same again, every possibility once."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmap_spec_tests.draw import BytesDraw, Draw, EnumeratingDraw, every
from mmap_spec_tests.model import Facts, World, follow
from mmap_spec_tests.operations import Operation
from mmap_spec_tests.programs import Generator
from mmap_spec_tests.rules import RULES

SPANS = (1, 2, 3, 255, 256, 257, 4097, 65536, 65537, 2**64, 2**70)


@pytest.mark.parametrize("span", SPANS)
@given(data=st.binary(max_size=24), low=st.integers(-(2**66), 2**66))
def test_integers_are_in_range(span: int, data: bytes, low: int) -> None:
    draw = BytesDraw(data)
    for _ in range(4):
        assert low <= draw.integer(low, low + span - 1) < low + span


@given(data=st.binary(max_size=12), count=st.integers(1, 600))
def test_choices_are_options(data: bytes, count: int) -> None:
    draw, options = BytesDraw(data), [f"option {number}" for number in range(count)]
    assert all(draw.choice(options) in options for _ in range(6))


@given(st.binary(max_size=40))
def test_the_same_bytes_give_the_same_choices(data: bytes) -> None:
    def made(draw: Draw) -> list[object]:
        return [draw.integer(-3, 3), draw.choice("abc"), draw.integer(0, 10**6), draw.choice("xy")]

    assert made(BytesDraw(data)) == made(BytesDraw(data))


def test_one_byte_reaches_every_value_of_a_small_span() -> None:
    assert {BytesDraw(bytes([b])).integer(-5, 250) for b in range(256)} == set(range(-5, 251))
    assert {BytesDraw(bytes([b])).choice("abcde") for b in range(256)} == set("abcde")
    options = range(256)
    assert {BytesDraw(bytes([b])).choice(options) for b in range(256)} == set(options)


def test_two_bytes_reach_every_value_of_a_larger_span() -> None:
    pairs = [bytes([low, high]) for low in range(256) for high in range(256)]
    assert {BytesDraw(pair).integer(1, 300) for pair in pairs} == set(range(1, 301))
    options = range(300)
    assert {BytesDraw(pair).choice(options) for pair in pairs} == set(options)


def test_every_choice_takes_bytes_of_its_own() -> None:
    draw = BytesDraw(bytes([7, 1, 2, 3, 9, 8]))
    assert draw.integer(0, 255) == 7
    assert draw.choice("abcd") == "b"
    assert draw.integer(1, 65536) == 1 + (0x090302 & 0xFFFF)
    assert draw.exhausted is False
    assert draw.integer(0, 255) == 8
    assert draw.exhausted is True


@pytest.mark.parametrize("data", [b"", b"\xff"])
def test_used_up_bytes_give_the_first_of_everything(data: bytes) -> None:
    draw = BytesDraw(data)
    for _ in data:
        draw.integer(0, 255)
    assert draw.exhausted
    assert [draw.integer(-4, 4), draw.integer(3, 10**9)] == [-4, 3]
    assert [draw.choice("abc"), draw.choice(range(5, 900))] == ["a", 5]
    assert draw.exhausted


def test_used_up_in_the_midst_of_an_integer() -> None:
    draw = BytesDraw(b"\x05")
    assert draw.integer(0, 10**6) == 5
    assert draw.exhausted


def test_an_empty_string_of_bytes_is_enough_for_a_program() -> None:
    steps = Generator(Facts()).program(BytesDraw(b""), "position", 20)
    looks = ["tell", "len()", "[]", "leaked()"]
    assert [operation.method for operation, _ in steps] == ["mmap()", *["tell"] * 20, *looks]


def test_enumerating_follows_its_script_and_then_takes_the_first() -> None:
    draw = EnumeratingDraw([2, 1])
    assert (draw.integer(10, 14), draw.choice("abc"), draw.integer(-1, 1)) == (12, "b", -1)
    assert draw.made == [(2, 5), (1, 3), (0, 3)]


def test_every_possibility_comes_once_and_in_order() -> None:
    def make(draw: Draw) -> tuple[int, str]:
        return draw.integer(4, 6), draw.choice("ab")

    assert list(every(make)) == [(n, letter) for n in (4, 5, 6) for letter in "ab"]


def test_every_possibility_of_a_tree_whose_branches_differ() -> None:
    def make(draw: Draw) -> tuple[object, ...]:
        kind = draw.integer(0, 3)
        if kind == 0:
            return ("leaf",)
        if kind == 1:
            return "one", draw.choice("abc")
        if kind == 2:
            return "two", draw.integer(0, 1), draw.choice(("only",)), draw.integer(5, 6)
        return "three", *(draw.integer(0, 1) for _ in range(draw.integer(0, 2)))

    made = Counter(every(make))
    assert set(made.values()) == {1}
    assert [sum(name[0] == kind for name in made) for kind in ("leaf", "one", "two", "three")] == [
        1, 3, 4, 1 + 2 + 4,
    ]  # fmt: skip


def test_every_of_no_choice_at_all_is_one() -> None:
    assert list(every(lambda draw: "nothing to choose")) == ["nothing to choose"]
    assert list(every(lambda draw: draw.choice("a"))) == ["a"]


@pytest.mark.parametrize("name", ["delete", "look", "close_again", "tell"])
def test_every_proposal_of_a_rule_in_a_tiny_world(name: str) -> None:
    world = World(Facts((3, 9)))
    follow(world, Operation("m0", "mmap()", [-1, 2]))
    (rule,) = {rule for rule in RULES if rule.name == name}
    seen = [repr(each) for each in every(lambda draw: rule.propose(draw, world))]
    expected = {"delete": 4, "look": 3 + 5 + 256 + 5 + 3, "close_again": 1, "tell": 1}
    assert len(set(seen)) == expected[name]
    assert len(seen) < expected[name] + 8  # a byte that is there may come twice
