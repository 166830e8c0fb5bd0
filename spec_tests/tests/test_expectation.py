"""Sets of outcomes: what they hold, what they do not, and how they are told to a person."""

from __future__ import annotations

from binascii import crc32
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmap_conformance import worker
from mmap_spec_tests.expectation import (
    ANY_ERROR,
    ANYTHING,
    LONGEST,
    NONE,
    RAISES,
    RETURNS,
    Accepts,
    Allowed,
    Either,
    Expectation,
    Outcome,
    Raises,
    Returns,
    ReturnsLike,
    Shows,
    Survives,
    raised,
    represent,
    returned,
)


def error(kind: type[BaseException], errno: int | None = None) -> Outcome:
    """The outcome of raising it, as a worker tells it."""
    return [[each.__name__ for each in kind.__mro__], errno, "a message"]


CRASH: Outcome = {"crashed": "SIGSEGV"}
HANG: Outcome = {"hung": 5.0}
FORKED: Outcome = {"forked": ["None"], "status": 0}
VALUE_ERROR, TYPE_ERROR = error(ValueError), error(TypeError)
BOTH = Either((returned(1), raised("ValueError")))

MATCHES: list[tuple[Allowed, list[Outcome], list[Outcome]]] = [
    (returned(5), ["5"], ["6", "05", "5.0", "True", "'5'", VALUE_ERROR, CRASH, FORKED]),
    (returned(1), ["1"], ["True"]),
    (returned(True), ["True"], ["1"]),
    (returned(b"a"), ["b'a'"], ["'a'", "bytearray(b'a')", "<bytearray>", "97"]),
    (NONE, ["None"], ["0", "False", VALUE_ERROR, CRASH]),
    (returned([1, 2]), ["[1, 2]"], ["[2, 1]", ["[1, 2]"], VALUE_ERROR]),
    (RETURNS, ["", "0", "b'\\n'", "two\nlines"], [VALUE_ERROR, CRASH, HANG, FORKED]),
    (ReturnsLike("[0-9]+", "digits"), ["12"], ["12 ", "a12", VALUE_ERROR, CRASH]),
    (
        raised("ValueError"),
        [VALUE_ERROR, error(UnicodeDecodeError), error(ValueError, 22)],
        ["None", TYPE_ERROR, error(OSError), CRASH, HANG],
    ),
    (raised("OSError"), [error(OSError, 22), error(PermissionError, 13)], [VALUE_ERROR]),
    (raised("OSError", errno=22), [error(OSError, 22)], [error(OSError, 13), error(OSError)]),
    (raised("IndexError", "TypeError"), [TYPE_ERROR, error(IndexError)], [error(LookupError)]),
    (
        RAISES,
        [VALUE_ERROR, error(OSError, 9), error(MemoryError)],
        ["None", error(SystemExit), error(KeyboardInterrupt), CRASH, FORKED],
    ),
    (BOTH, ["1", VALUE_ERROR], ["2", TYPE_ERROR, CRASH]),
    (Either(()), [], ["None", VALUE_ERROR, CRASH]),
    (Shows(returned(5)), ["5", VALUE_ERROR, error(OSError, 5), CRASH], ["6", "True"]),
    (Accepts(), ["5", VALUE_ERROR, error(OverflowError), CRASH], [TYPE_ERROR]),
    (Survives(), ["5", VALUE_ERROR, FORKED], [CRASH, HANG, {"protocol": "garbage"}]),
]


@pytest.mark.parametrize(("allowed", "inside", "outside"), MATCHES, ids=lambda _: "")
def test_matches(allowed: Allowed, inside: list[Outcome], outside: list[Outcome]) -> None:
    assert [outcome for outcome in inside if not allowed.matches(outcome)] == []
    assert [outcome for outcome in outside if allowed.matches(outcome)] == []


def test_a_subclass_of_the_type_error_is_not_accepted_either() -> None:
    class Odd(TypeError):
        pass

    assert not Accepts().matches(error(Odd))


@pytest.mark.parametrize(
    ("allowed", "words"),
    [
        (returned(5), "returns 5"),
        (returned(b"a"), "returns b'a'"),
        (NONE, "returns None"),
        (RETURNS, "returns anything"),
        (ReturnsLike("x+", "many x"), "returns many x"),
        (raised("ValueError"), "raises ValueError"),
        (raised("ValueError", "OSError"), "raises ValueError or OSError"),
        (raised("OSError", errno=22), "raises OSError with errno 22"),
        (RAISES, "raises an exception"),
        (BOTH, "returns 1 or raises ValueError"),
        (Shows(returned(5)), "returns 5"),
        (Accepts(), "does not raise TypeError"),
        (ANYTHING, "returns or raises"),
    ],
    ids=lambda value: value if type(value) is str else "",
)
def test_describe(allowed: Allowed, words: str) -> None:
    assert allowed.describe() == words


def test_names_of_any_error_are_those_that_describe_knows() -> None:
    assert Raises(("Exception",)) == RAISES
    assert RAISES.names is ANY_ERROR


VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 255, 2**63, -(2**70), "", "text", "quote'", 'a"b', "\n", 0.5,
    b"", b"a", b"'", b'"', b"'\"", b"\\", bytes(range(95)), b"\0" * LONGEST,
    b"\0" * (LONGEST + 1), bytes(range(256)), b"\xff" * 5000, [], [1, 2], [b"a", b"\n", b"'"],
    [None, True, [3]], [bytes(LONGEST)],
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_the_worker_represents_values_alike(value: Any) -> None:
    assert represent(value) == worker.represent(value)


@given(st.one_of(st.binary(max_size=3 * LONGEST), st.integers(), st.text(), st.booleans()))
def test_the_worker_represents_any_value_alike(value: Any) -> None:
    assert represent(value) == worker.represent(value)


def test_the_worker_agrees_on_what_is_long() -> None:
    assert worker.LONGEST == LONGEST


def test_long_bytes_are_told_by_length_and_checksum() -> None:
    data = bytes(LONGEST + 1)
    assert represent(data) == f"<97 bytes, crc32 {crc32(data):08x}>"
    assert represent(data[:-1]) == repr(data[:-1])


@given(st.binary(min_size=LONGEST + 1, max_size=2 * LONGEST), st.data())
def test_a_wrong_byte_in_long_bytes_shows(data: bytes, source: st.DataObject) -> None:
    place = source.draw(st.integers(0, len(data) - 1))
    wrong = bytearray(data)
    wrong[place] ^= source.draw(st.integers(1, 255))
    assert not returned(data).matches(represent(bytes(wrong)))
    assert not returned(data).matches(represent(data[:-1]))
    assert returned(data).matches(represent(bytes(data)))


def test_clauses_of_an_expectation_are_in_the_order_of_its_checks() -> None:
    expectation = Expectation((("b.b", NONE), ("a.a", RAISES), ("b.b", Returns("1"))))
    assert expectation.clauses == ("b.b", "a.a", "b.b")
    assert Expectation(()).clauses == ()
