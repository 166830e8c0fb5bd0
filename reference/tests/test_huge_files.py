"""Files of 6 GiB, which hold next to nothing, and offsets beyond 4 GiB."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mmap_reference as ref
import mmap_reference.latest as latest

pytestmark = [
    pytest.mark.skipif(sys.maxsize < 2**33, reason="no room for 6 GiB of addresses"),
    pytest.mark.skipif(sys.platform == "win32", reason="files store what is empty there"),
]

GIB = 2**30
SIZE = 6 * GIB
FAR = 5 * GIB + 3 * ref.PAGESIZE
"""No multiple of 4 GiB more than what is near: a cut offset would show other bytes."""
NEEDLE = b"far away\n"


@pytest.fixture
def huge(tmp_path: Path) -> Iterator[int]:
    """The descriptor of such a file, with a line far from its start."""
    fd = os.open(tmp_path / "huge", os.O_RDWR | os.O_CREAT)
    try:
        try:
            os.ftruncate(fd, SIZE)
            os.pwrite(fd, NEEDLE, FAR)
        except OSError as error:
            pytest.skip(f"no files of 6 GiB here: {error}")
        if os.fstat(fd).st_blocks * 512 > GIB:
            pytest.skip("this file system stores what is empty")
        yield fd
    finally:
        os.close(fd)


@pytest.fixture(params=[ref, latest], ids=["3.1", "3.15"])
def module(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_all_of_a_huge_file(huge: int, module: Any) -> None:
    with module.mmap(huge, 0) as map:
        assert len(map) == map.size() == SIZE
        assert map[FAR : FAR + len(NEEDLE)] == NEEDLE
        assert map[FAR] == map[FAR - SIZE] == NEEDLE[0]
        assert map[FAR + 8 : FAR - 1 : -2] == NEEDLE[::-2]
        assert map.find(NEEDLE, FAR - 1000) == FAR
        assert map.rfind(NEEDLE, FAR - 1000, FAR + 1000) == FAR
        assert map.seek(FAR) == FAR
        assert map.readline() == NEEDLE
        assert map.tell() == FAR + len(NEEDLE)
        map.seek(-4 * GIB, 2)
        assert map.read(3) == bytes(3)
        map.seek(-1, 2)
        map.write_byte(7)
        assert map.tell() == SIZE
        map.move(GIB, FAR, len(NEEDLE))
        map[FAR : FAR + 3] = b"FAR"
        map.flush(FAR // ref.PAGESIZE * ref.PAGESIZE, ref.PAGESIZE)
    assert os.pread(huge, len(NEEDLE), GIB) == NEEDLE
    assert os.pread(huge, 4, FAR) == b"FAR "
    assert os.pread(huge, 2, SIZE - 1) == b"\7"


def test_a_window_beyond_4_gib(huge: int, module: Any) -> None:
    with module.mmap(huge, ref.PAGESIZE, offset=FAR) as map:
        assert map.readline() == NEEDLE
        assert map.size() == SIZE
        assert f"offset={FAR}" in repr(map)
        map[0] = 0
        map.resize(2 * ref.PAGESIZE)
        assert os.fstat(huge).st_size == FAR + 2 * ref.PAGESIZE
        assert map[:] == b"\0" + NEEDLE[1:] + bytes(2 * ref.PAGESIZE - len(NEEDLE))
    with module.mmap(huge, 0, offset=FAR) as map:
        assert len(map) == 2 * ref.PAGESIZE


def test_resize_on_both_sides_of_4_gib(huge: int, module: Any) -> None:
    with module.mmap(huge, 0) as map:
        for size in (FAR + 1, 4 * GIB + 1, 4 * GIB, 4 * GIB - 1, 10, FAR + 1, SIZE):
            map.resize(size)
            assert len(map) == map.size() == os.fstat(huge).st_size == size
            map[size - 1] = 7
            assert os.pread(huge, 2, size - 1) == b"\7"
        assert map[FAR] == 7  # of when it was the last
        assert map[FAR + 1 : FAR + len(NEEDLE)] == bytes(len(NEEDLE) - 1)
