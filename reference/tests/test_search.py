"""find and rfind against those of bytes, where the algorithm could go wrong."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

ref: Any = pytest.importorskip("mmap_reference")


def map_of(content: bytes) -> Any:
    """Memory with these bytes."""
    map = ref.mmap(-1, max(len(content), 1))
    map[: len(content)] = content
    return map


def agree(map: Any, content: bytes, needle: bytes, start: int, end: int) -> None:
    assert map.find(needle, start, end) == content.find(needle, start, end), (
        f"find({needle!r}, {start}, {end}) in {content!r}"
    )
    assert map.rfind(needle, start, end) == content.rfind(needle, start, end), (
        f"rfind({needle!r}, {start}, {end}) in {content!r}"
    )


@pytest.mark.parametrize("alphabet", [b"a", b"ab", b"abc", bytes(range(256))])
def test_random_texts(alphabet: bytes) -> None:
    choices = random.Random(len(alphabet))
    for _ in range(1500):
        size = choices.choice((1, 5, 31, 32, 33, 34, 63, 64, 65, 100, 300))
        content = bytes(choices.choices(alphabet, k=size))
        map = map_of(content)
        for _ in range(8):
            start, end = choices.randint(-size - 2, size + 2), choices.randint(-size - 2, size + 2)
            at, length = choices.randrange(size), choices.choice((0, 1, 2, 3, 8, 40, 70))
            needle = content[at : at + length]
            if needle and choices.random() < 0.4:
                place = choices.randrange(len(needle))
                needle = needle[:place] + bytes(choices.choices(alphabet)) + needle[place + 1 :]
            agree(map, content, needle, start, end)
            agree(map, content, needle, 0, size)
        map.close()


def fibonacci(length: int) -> bytes:
    old, new = b"b", b"a"
    while len(new) < length:
        old, new = new, new + old
    return new[:length]


@pytest.mark.parametrize("needle_length", [1, 2, 3, 16, 63, 64, 65, 130])
def test_every_place_of_a_few_blocks(needle_length: int) -> None:
    # 64 places are looked at together, and what is left over at the end one by one.
    needle = bytes(range(1, needle_length + 1))
    for places in (1, 2, 15, 16, 17, 62, 63, 64, 65, 79, 80, 127, 128, 129, 192, 200):
        size = places + needle_length - 1
        map = map_of(bytes(size))
        for place in range(places):
            map[:] = bytes(place) + needle + bytes(places - 1 - place)
            assert map.find(needle, 0, size) == map.rfind(needle, 0, size) == place
            map[place + needle_length // 2] ^= 255
            assert map.find(needle, 0, size) == map.rfind(needle, 0, size) == -1
        map.close()


def text_of(choices: random.Random, alphabet: bytes, size: int) -> bytes:
    """Letters at random, or the same few again and again with a few wrong ones."""
    unit = bytes(choices.choices(alphabet, k=choices.choice((1, 2, 3, 5, 8, 13, 300, size))))
    content = bytearray((unit * size)[:size])
    for _ in range(choices.choice((0, 1, 5))):
        content[choices.randrange(size)] = choices.choice(alphabet)
    return bytes(content)


@pytest.mark.parametrize("letters", [1, 2, 3, 4])
def test_few_letters(letters: int) -> None:
    # So many comparisons fail that the needle is studied; the text is searched from there on.
    choices = random.Random(letters)
    alphabet = b"abcd"[:letters]
    for _ in range(400):
        size = choices.randint(1000, 3000)
        content = text_of(choices, alphabet + b"a", size)
        map = map_of(content)
        for _ in range(10):
            length = choices.choice((2, 3, 5, 8, 21, 64, 100, 500))
            at = choices.randrange(size - length)
            needle = bytearray(content[at : at + length])
            for _ in range(choices.choice((0, 1, 1, 2))):
                needle[choices.randrange(length)] = choices.choice(b"abcde")
            agree(map, content, bytes(needle), 0, size)
            agree(map, content, bytes(needle), choices.randrange(size), choices.randrange(size))
        map.close()


def test_long_texts_that_repeat_themselves() -> None:
    choices = random.Random(5)
    for _ in range(150):
        unit = bytes(choices.choices(b"ab", k=choices.randint(1, 9)))
        content = bytearray(choices.choice((unit * 5000, fibonacci(20000)))[:20000])
        for _ in range(choices.randint(0, 3)):
            content[choices.randrange(len(content))] = choices.choice(b"abc")
        map = map_of(bytes(content))
        for length in (2, 3, 10, 100, 1000):
            at = choices.randrange(len(content) - length)
            needle = bytearray(content[at : at + length])
            needle[choices.randrange(length)] = choices.choice(b"ab")
            agree(map, bytes(content), bytes(needle), 0, len(content))
        map.close()


HARD = {
    "a...ab in a...a": (b"a", lambda k: b"a" * k + b"b"),
    "ba...a in a...a": (b"a", lambda k: b"b" + b"a" * k),
    "a...aba...a in a...a": (b"a", lambda k: b"a" * k + b"b" + b"a" * k),
    "a...aba...aa...a in a...a": (b"a", lambda k: b"a" * k + b"b" + b"a" * 2 * k),
    "ab...b...ab in ab...": (b"ab", lambda k: b"ab" * k + b"b" + b"ab" * k),
    "ab...ba...ab in ab...": (b"ab", lambda k: b"ab" * k + b"ba" + b"ab" * k),
    "a...aca...ab in aab...": (b"aab", lambda k: b"aab" * k + b"a" + b"aab" * k),
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("method", ["find", "rfind"])
def test_time_is_linear(name: str, method: str) -> None:
    # A search that is quadratic takes a minute for this.
    unit, make = HARD[name]
    length = 1 << 22
    map = map_of((unit * length)[:length])
    begun = time.perf_counter()
    for size in (10, 1000, 99_991, 1_000_000 // len(unit)):
        assert getattr(map, method)(make(size)) == -1
    assert time.perf_counter() - begun < 6
    map.close()


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("size", [3, 10, 50, 400])
def test_found_after_the_study(name: str, size: int) -> None:
    unit, make = HARD[name]
    needle = make(size)
    rest = (unit * 70_000)[:70_000]
    for content in (needle + rest, rest + needle, rest + needle + rest):
        map = map_of(content)
        agree(map, content, needle, 0, len(content))
        agree(map, content, needle, 1, len(content) - 1)
        map.close()


def test_none_is_the_default_bound() -> None:
    map = map_of(b"abcabcabc")
    map.seek(1)
    assert map.find(b"a", None) == map.find(b"a", None, None) == map.find(b"a") == 3
    assert map.rfind(b"a", None, 6) == map.rfind(b"a", 2, 6) == 3
    assert map.rfind(b"a", 0, None) == 6
    map.close()


@pytest.mark.skipif(sys.platform == "win32", reason="asks for memory that Windows would reserve")
def test_the_default_end_is_far_away() -> None:
    size = (1 << 32) + 10
    map = ref.mmap(-1, size, flags=ref.MAP_PRIVATE | ref.MAP_NORESERVE)
    map[size - 3] = 97
    assert map.find(b"a", size - 9) == map.rfind(b"a", size - 9) == size - 3
    map.close()


def test_reads_nothing_outside_the_range(script: Callable[..., str]) -> None:
    # What follows the page is not mapped any more: reading it is a SIGSEGV.
    script(
        """
        map = mmap(-1, PAGESIZE * 2, flags=ref.MAP_PRIVATE | ref.MAP_ANONYMOUS)
        map.resize(PAGESIZE)
        for length in (1, 2, 3, 17, 33, 64):
            for back in range(70):
                map.seek(0)
                end = PAGESIZE - back
                map[:] = bytes(PAGESIZE)
                assert map.find(b"x" * length) == map.rfind(b"x" * length) == -1
                map[end - length : end] = b"x" * length
                assert map.find(b"x" * length) == map.rfind(b"x" * length) == end - length
                assert map.find(b"x" * length, 0, end - 1) == -1
                assert map.rfind(b"x" * length, end - length + 1) == -1
                map.seek(end - 10)
                assert len(map.readline()) == back + 10
        """
    )
