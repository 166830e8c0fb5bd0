"""What Windows has of its own: files that are extended, names, and what keeps a file busy.

Runs on Windows, or under wine: `tools/tests/test_windows.py` sees to that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import pytest

if sys.platform != "win32":
    pytest.skip("needs Windows", allow_module_level=True)

ref: Any = pytest.importorskip("mmap_reference")

ERROR_ACCESS_DENIED = 5
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_INVALID_PARAMETER = 87
ERROR_FILE_INVALID = 1006
ERROR_MAPPED_ALIGNMENT = 1132
ERROR_USER_MAPPED_FILE = 1224

CONTENT = bytes(range(256)) * 300
HUGE = 1 << 50
"""Bytes that no process has addresses for."""


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[IO[bytes]]:
    """A file with some content, its position inside."""
    with open(tmp_path / "file", "w+b", buffering=0) as stream:
        stream.write(CONTENT)
        stream.seek(7)
        yield stream


def contents(stream: IO[bytes]) -> bytes:
    with open(stream.name, "rb") as other:
        return other.read()


def handles() -> int:
    """How many handles this process has open."""
    import ctypes

    is_open = ctypes.windll.kernel32.GetHandleInformation
    flags = ctypes.c_ulong()
    return sum(bool(is_open(number, ctypes.byref(flags))) for number in range(4, 1 << 13, 4))


def memory() -> int:
    """The bytes that this process has to itself."""
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", ctypes.c_ulong),
            ("faults", ctypes.c_ulong),
            *((name, ctypes.c_size_t) for name in "abcdefgh"),
        ]

    kernel, counters = ctypes.windll.kernel32, Counters(cb=ctypes.sizeof(Counters))
    process = ctypes.c_void_p(-1)  # this one
    assert kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb)
    return int(counters.g)


def free_address() -> int:
    """Where the system would put the next gigabyte."""
    import ctypes

    kernel = ctypes.windll.kernel32
    kernel.VirtualAlloc.restype = ctypes.c_void_p
    address = kernel.VirtualAlloc(None, ctypes.c_size_t(1 << 30), 0x2000, 1)  # reserved only
    assert address and kernel.VirtualFree(ctypes.c_void_p(address), 0, 0x8000)
    return int(address)


def refused(call: Callable[..., object], *arguments: Any) -> int:
    """The number of the error of Windows that the call raises."""
    try:
        call(*arguments)
    except OSError as error:  # pytest.raises would keep what was called with alive
        return int(error.winerror)
    raise AssertionError("nothing was raised")


def test_the_module_has_nothing_of_unix() -> None:
    assert not [name for name in dir(ref) if name.startswith(("MAP_", "PROT_", "MADV_"))]
    assert not hasattr(ref.mmap, "madvise")
    assert (ref.PAGESIZE, ref.ALLOCATIONGRANULARITY) == (4096, 65536)


def test_arguments_in_their_order(stream: IO[bytes]) -> None:
    map = ref.mmap(stream.fileno(), 10, None, ref.ACCESS_READ, 65536)
    assert map[:] == CONTENT[65536:65546]
    assert "access=ACCESS_READ, length=10, pos=0, offset=65536" in repr(map)
    with pytest.raises(TypeError):
        ref.mmap(stream.fileno(), 0, flags=1)


def test_a_file_becomes_as_long_as_the_map(stream: IO[bytes]) -> None:
    map = ref.mmap(stream.fileno(), 100_000)
    assert map[:] == contents(stream) == CONTENT + bytes(100_000 - len(CONTENT))
    window = ref.mmap(stream.fileno(), 10, offset=131072)
    assert os.path.getsize(stream.name) == window.size() == map.size() == 131082
    assert stream.tell() == 7


@pytest.mark.parametrize("access", ["ACCESS_READ", "ACCESS_COPY"])
def test_a_file_that_is_not_to_change_is_not_extended(stream: IO[bytes], access: str) -> None:
    number = refused(ref.mmap, stream.fileno(), 100_000, None, getattr(ref, access))
    assert number == ERROR_NOT_ENOUGH_MEMORY
    assert contents(stream) == CONTENT


def test_a_failed_constructor_leaves_the_file(stream: IO[bytes]) -> None:
    def fail_all() -> None:
        for length, offset, number in (
            (100_000, 1, ERROR_MAPPED_ALIGNMENT),
            (HUGE, 0, ERROR_NOT_ENOUGH_MEMORY),
            (HUGE, 65536, ERROR_NOT_ENOUGH_MEMORY),
            (sys.maxsize, 0, ERROR_NOT_ENOUGH_MEMORY),
        ):
            assert refused(ref.mmap, stream.fileno(), length, None, 0, offset) == number
            assert contents(stream) == CONTENT

    fail_all()
    with ref.mmap(stream.fileno(), 0):  # which would keep a longer file from being cut again
        fail_all()
    with open(stream.name, "rb") as reading:
        assert refused(ref.mmap, reading.fileno(), 100_000) == ERROR_ACCESS_DENIED
    # Whose name is taken by less memory: seen only when the view is made.
    with ref.mmap(-1, 10, "mmap-test-small"):
        number = refused(ref.mmap, stream.fileno(), 100_000, "mmap-test-small")
        assert number == ERROR_ACCESS_DENIED
    assert contents(stream) == CONTENT
    assert stream.tell() == 7


@pytest.mark.parametrize(
    ("length", "offset", "message"),
    [(0, 131072, "mmap offset is greater than file size"), (0, 0, "cannot mmap an empty file")],
)
def test_length_zero(stream: IO[bytes], length: int, offset: int, message: str) -> None:
    if offset == 0:
        stream.truncate(0)
    with pytest.raises(ValueError, match=f"^{message}$"):
        ref.mmap(stream.fileno(), length, offset=offset)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((-1, -1, None, 9), ValueError, "mmap invalid access parameter"),
        ((-1, -1, None, 0, -1), OverflowError, "memory mapped length must be positive"),
        ((-1, 1, None, 0, -1), OverflowError, "memory mapped offset must be positive"),
        ((-1, -1, b"name", 9), TypeError, "expected str or None for 'tagname', not bytes"),
        ((-1, 1, "na\0me"), ValueError, "embedded null character"),
        ((9999, 1), OSError, "Bad file descriptor"),
        ((-2, 1), OSError, "Bad file descriptor"),
    ],
)
def test_what_the_constructor_refuses(
    arguments: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ref.mmap(*arguments)


def test_a_descriptor_of_nothing_is_refused(stream: IO[bytes]) -> None:
    closed = os.dup(stream.fileno())
    os.close(closed)
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        ref.mmap(closed, 1)
    assert caught.value.errno == 9


def test_descriptors_zero_and_minus_one_are_memory() -> None:
    for fileno in (0, -1):
        with ref.mmap(fileno, 100) as map:
            assert (map[:], map.size()) == (bytes(100), 100)
    assert refused(ref.mmap, -1, 0) == ERROR_INVALID_PARAMETER


def test_the_descriptor_may_be_closed(stream: IO[bytes]) -> None:
    map = ref.mmap(stream.fileno(), 0)
    stream.close()
    map.resize(100_000)
    map[99_999] = 1
    map.flush()
    assert map.size() == 100_000
    map.close()
    assert contents(stream)[-1] == 1


def test_trackfd_false_keeps_no_handle(stream: IO[bytes]) -> None:
    before = handles()
    map = ref.mmap(stream.fileno(), 0, trackfd=False)
    assert handles() == before + 1  # the file mapping object
    assert map[:] == CONTENT
    for call in (map.size, lambda: map.resize(1)):
        with pytest.raises(ValueError, match="trackfd=False"):
            call()


def test_flush_tells_of_success(stream: IO[bytes]) -> None:
    for access in (ref.ACCESS_WRITE, ref.ACCESS_READ, ref.ACCESS_COPY):
        with ref.mmap(stream.fileno(), 0, access=access) as map:
            assert map.flush() and map.flush(4096, 10) and map.flush(0, 0)
            with pytest.raises(ValueError, match="flush values out of range"):
                map.flush(0, len(CONTENT) + 1)


def test_flush_of_no_bytes() -> None:
    with ref.mmap(-1, 4096) as map:
        assert map.flush(0, 0) and map.flush(4096, 0)


def test_flush_in_the_newest_edition(stream: IO[bytes]) -> None:
    from mmap_reference import latest

    with latest.mmap(stream.fileno(), 65536) as map:
        assert map.flush() is map.flush(4096) is map.flush(65536) is None
        assert map.flush(0, 10, flags=5) is None  # which Unix alone has


@pytest.mark.parametrize("name", ["mmap-test", "mmap-test-\xe9\u20ac\U0001f40d"])
def test_a_name_is_shared(name: str) -> None:
    first, second = ref.mmap(-1, 10, name), ref.mmap(-1, 10, tagname=name)
    other = ref.mmap(-1, 10, name + "-other")
    first[0] = 1
    assert (second[0], other[0]) == (1, 0)
    first.close()
    second[1] = 2
    assert ref.mmap(-1, 10, name)[:2] == b"\x01\x02"
    second.close()
    assert ref.mmap(-1, 10, name)[:2] == bytes(2)


def test_the_names_are_those_of_the_system(stream: IO[bytes]) -> None:
    import mmap

    with ref.mmap(stream.fileno(), 0, "mmap-test-file") as map:
        with mmap.mmap(-1, 100, "mmap-test-file") as theirs:
            theirs[5] = 77
        assert map[5] == contents(stream)[5] == 77


def test_none_is_no_name() -> None:
    first, second = ref.mmap(-1, 10, None), ref.mmap(-1, 10, None)
    first[0] = 1
    assert second[0] == 0


@pytest.mark.parametrize("name", [None, "mmap-test-resized"])
@pytest.mark.parametrize("size", [1, 4096, 65536, 65537, 76800, 200_000])
def test_resize_of_a_file(stream: IO[bytes], name: str | None, size: int) -> None:
    map = ref.mmap(stream.fileno(), 0, name)
    map.seek(5)
    map[0] = 99
    map.resize(size)
    expected = (b"\x63" + CONTENT[1:] + bytes(size))[:size]
    assert map[:] == contents(stream) == expected
    assert (len(map), map.size(), map.tell(), stream.tell()) == (size, size, 5, 7)
    map[size - 1] = 98
    if name is not None:
        assert ref.mmap(-1, size, name)[:] == map[:]
    map.close()
    assert contents(stream)[-1] == 98


def test_resize_of_a_window(stream: IO[bytes]) -> None:
    map = ref.mmap(stream.fileno(), 100, offset=65536)
    map.resize(200)  # what is behind the window is cut off, as on Unix
    assert contents(stream) == CONTENT[: 65536 + 200]
    map.resize(300)
    assert contents(stream) == CONTENT[: 65536 + 200] + bytes(100)
    assert map[:] == contents(stream)[65536:]


@pytest.mark.parametrize("name", [None, "mmap-test-memory"])
def test_resize_of_memory(name: str | None) -> None:
    map = ref.mmap(-1, 5000, name)
    map[:] = CONTENT[:5000]
    for size, kept in ((70_000, 5000), (5000, 5000), (10, 10), (4096, 10), (100_000, 10)):
        map.resize(size)
        assert map[:] == CONTENT[:kept] + bytes(size - kept)
        if name is not None:
            assert ref.mmap(-1, size, name)[:] == map[:]


@pytest.mark.parametrize("name", [None, "mmap-test-kept"])
@pytest.mark.parametrize("of_file", [True, False])
def test_a_failed_resize_changes_nothing(
    stream: IO[bytes], name: str | None, of_file: bool
) -> None:
    map = ref.mmap(stream.fileno() if of_file else -1, len(CONTENT), name)
    map[:] = CONTENT
    map.seek(3)
    before = handles()
    for size, number in (
        (0, ERROR_FILE_INVALID),
        (HUGE, ERROR_NOT_ENOUGH_MEMORY),
        (sys.maxsize, ERROR_NOT_ENOUGH_MEMORY),
    ):
        assert refused(map.resize, size) == number
        assert (map[:], map.tell(), contents(stream)) == (CONTENT, 3, CONTENT)
        assert handles() == before
        if name is not None:
            with ref.mmap(-1, 10, name) as other:
                other[1] = map[1] + 1
                assert other[1] == map[1] == CONTENT[1] + 1
                other[1] = CONTENT[1]
    map.resize(1)
    assert map[:] == CONTENT[:1]


@pytest.mark.parametrize("of_file", [True, False])
@pytest.mark.parametrize("size", [5, 200_000])
def test_a_name_that_others_hold_is_not_resized(
    stream: IO[bytes], of_file: bool, size: int
) -> None:
    fileno = stream.fileno() if of_file else -1
    map, other = (ref.mmap(fileno, len(CONTENT), "mmap-test-held") for _ in range(2))
    map[:] = CONTENT
    before = handles()
    for each in (map, other, map):
        assert refused(each.resize, size) == ERROR_USER_MAPPED_FILE
        each[0] += 1
        assert map[:] == other[:] and contents(stream)[1:] == CONTENT[1:]
    assert (map[0], handles()) == (3, before)
    other.close()
    map.resize(size)
    assert len(map) == size


def test_a_file_that_others_map_is_not_cut(stream: IO[bytes]) -> None:
    map, other = ref.mmap(stream.fileno(), 0), ref.mmap(stream.fileno(), 0)
    map.seek(3)
    before = handles()
    for _ in range(3):
        assert refused(map.resize, 5) == ERROR_USER_MAPPED_FILE
        assert map[:] == other[:] == contents(stream) == CONTENT
    map[0] = 99
    assert (other[0], map.tell(), handles()) == (99, 3, before)
    map.resize(100_000)
    map[99_999] = 98
    assert contents(stream)[99_999] == 98
    other.close()
    map.resize(5)
    assert contents(stream) == b"\x63" + CONTENT[1:5]


def test_no_handle_is_leaked(stream: IO[bytes]) -> None:
    def use() -> None:
        for name in (None, "mmap-test-leak"):
            for fileno in (stream.fileno(), -1):
                with ref.mmap(fileno, 100_000, name) as map:
                    for size in (200_000, 10, 100_000, 0, HUGE):
                        with suppress(OSError):
                            map.resize(size)
        for arguments in (
            (stream.fileno(), HUGE),
            (stream.fileno(), 0, "na\0me"),
            (stream.fileno(), 1, None, 0, 1),
            (stream.fileno(), 0, None, 0, 1 << 30),
            (stream.fileno(), 1 << 30, None, ref.ACCESS_READ),
            (9999, 1),
            (-1, 0, "mmap-test-leak"),
        ):
            with pytest.raises((OSError, ValueError)):
                ref.mmap(*arguments)

    use()
    before = handles()
    for _ in range(20):
        use()
    assert handles() == before


def test_no_address_is_leaked(stream: IO[bytes]) -> None:
    before = free_address()
    for _ in range(3):
        refused(ref.mmap, stream.fileno(), 1 << 30, None, ref.ACCESS_READ)
        with ref.mmap(stream.fileno(), 0) as map:
            map.resize(100_000)
            map.resize(len(CONTENT))
    assert free_address() == before


def test_no_memory_is_leaked() -> None:
    name = "n" * 10_000  # two copies of it, 40,000 bytes, for each map

    def use(times: int) -> None:
        for _ in range(times):
            with ref.mmap(-1, 10, name) as map:
                map.resize(20)

    use(100)
    before = memory()
    use(1000)
    assert memory() - before < 10_000_000


def test_beyond_four_gigabytes(stream: IO[bytes]) -> None:
    offset = (4 << 30) + 65536
    map = ref.mmap(stream.fileno(), 10, offset=offset)
    map[:] = b"0123456789"
    assert map.size() == offset + 10
    map.resize(20)
    assert map[:] == b"0123456789" + bytes(10)
    with open(stream.name, "rb") as other:
        other.seek(offset)
        assert other.read() == map[:]


def test_the_audit_event_comes_first(stream: IO[bytes]) -> None:
    seen: list[tuple[Any, ...]] = []
    here = True
    sys.addaudithook(
        lambda name, arguments: seen.append(arguments) if here and name == "mmap.__new__" else None
    )
    with ref.mmap(stream.fileno(), 10, None, ref.ACCESS_COPY, 65536):
        pass
    for arguments in ((stream.fileno(), 0, None, 9), (stream.fileno(), -1)):
        with pytest.raises((ValueError, OverflowError)):
            ref.mmap(*arguments)
    here = False
    fileno = stream.fileno()
    assert seen == [(fileno, 10, ref.ACCESS_COPY, 65536), (fileno, 0, 9, 0), (fileno, -1, 0, 0)]
