"""Calls that no program of the suite makes: from C, and with what few would give."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import pytest

import mmap_reference as ref

unix = pytest.mark.skipif(sys.platform == "win32", reason="a call of Unix")


@pytest.fixture
def sequence() -> Any:
    """The functions of C that change an item of a sequence."""
    if not hasattr(ctypes.pythonapi, "PySequence_SetItem"):
        pytest.skip("this interpreter does not show its functions of C")
    ctypes.pythonapi.PySequence_SetItem.argtypes = [
        ctypes.py_object,
        ctypes.c_ssize_t,
        ctypes.py_object,
    ]
    ctypes.pythonapi.PySequence_DelItem.argtypes = [ctypes.py_object, ctypes.c_ssize_t]
    return ctypes.pythonapi


def test_items_set_through_the_sequence_protocol(sequence: Any) -> None:
    map = ref.mmap(-1, 3)
    sequence.PySequence_SetItem(map, 1, b"b")
    sequence.PySequence_SetItem(map, -1, b"c")
    assert map[:] == b"\0bc"
    for index in (3, -4):
        with pytest.raises(IndexError, match="out of range"):
            sequence.PySequence_SetItem(map, index, b"x")
    for value in (b"", b"xy", 1, bytearray(b"x")):
        with pytest.raises(IndexError, match="length-1 bytes"):
            sequence.PySequence_SetItem(map, 0, value)
    with pytest.raises(TypeError, match="deletion"):
        sequence.PySequence_DelItem(map, 0)
    assert map[:] == b"\0bc"


def test_items_set_through_the_sequence_protocol_need_a_map_that_takes_them(
    sequence: Any, make_map: Callable[..., Any]
) -> None:
    map = make_map(b"abc", access=ref.ACCESS_READ)
    with pytest.raises(TypeError, match="readonly"):
        sequence.PySequence_SetItem(map, 0, b"x")
    map.close()
    with pytest.raises(ValueError, match="closed"):
        sequence.PySequence_SetItem(map, 0, b"x")


def test_slices_of_what_is_no_integer(make_map: Callable[..., Any]) -> None:
    map = make_map(b"abc")
    for wrong in (slice("a", None), slice(None, None, 0)):
        with pytest.raises((TypeError, ValueError)):
            map[wrong]
        with pytest.raises((TypeError, ValueError)):
            map[wrong] = b"xyz"
    assert map[:] == b"abc"


def test_indices_that_raise(make_map: Callable[..., Any]) -> None:
    class Refuses:
        def __index__(self) -> int:
            raise LookupError

    map = make_map(b"abc")
    with pytest.raises(LookupError):
        map[Refuses()]
    with pytest.raises(LookupError):
        map[Refuses()] = 1
    with pytest.raises(LookupError):
        map[0] = Refuses()
    assert map[:] == b"abc"


@unix
def test_memory_to_be_written_only() -> None:
    map = ref.mmap(-1, 3, prot=ref.PROT_WRITE)
    assert "ACCESS_WRITE" in repr(map)
    assert map.write(b"abc") == 3


@unix
def test_advice_of_wrong_types() -> None:
    map = ref.mmap(-1, ref.PAGESIZE)
    for arguments in (("a",), (ref.MADV_NORMAL, "a"), (ref.MADV_NORMAL, 0, "a")):
        with pytest.raises(TypeError, match="integer"):
            map.madvise(*arguments)


@unix
def test_advice_beyond_the_integers() -> None:
    map = ref.mmap(-1, 2 * ref.PAGESIZE)
    with pytest.raises(OverflowError, match="too large"):
        map.madvise(ref.MADV_NORMAL, ref.PAGESIZE, sys.maxsize)
    map.madvise(ref.MADV_NORMAL, 0, sys.maxsize)
