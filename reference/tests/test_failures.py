"""System calls that fail: nothing is changed by them, nothing is left behind."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

STATE = """
CONTENT = bytes(range(256)) * (3 * PAGESIZE // 256) + b"rest"

def state(map, stream):
    return (descriptors(), mapped(), contents(stream), map[:], len(map), map.tell(),
            map.size(), repr(map))

def keeps_all(map, stream, error, numbers, call, *arguments):
    map.seek(7)
    before = state(map, stream)
    for _ in range(3):
        raised = fails(error, call, *arguments)
        assert raised.errno in numbers, raised
        assert state(map, stream) == before
    map[0] = map[0]
"""


def test_resize_beyond_what_a_file_may_hold(script: Callable[..., str]) -> None:
    script(
        STATE
        + """
import errno
stream = make_file(CONTENT)
map = mmap(stream.fileno(), 0)
window = mmap(stream.fileno(), PAGESIZE, offset=PAGESIZE)
private = mmap(stream.fileno(), 0, flags=ref.MAP_PRIVATE)
private[5] = 77
resource.setrlimit(resource.RLIMIT_FSIZE, (len(CONTENT) + 100, resource.RLIM_INFINITY))
for one in (map, window, private):
    for more in (101, 10 * PAGESIZE, 1000 * PAGESIZE):
        keeps_all(one, stream, OSError, {errno.EFBIG}, one.resize, len(CONTENT) + more)
assert private[5] == 77
map.resize(len(CONTENT) + 100)
assert map[:] == CONTENT + bytes(100)
"""
    )


def test_resize_of_a_sealed_file(script: Callable[..., str]) -> None:
    script(
        STATE
        + """
import errno, fcntl
class Sealed:
    def __init__(self, seals):
        self.fd = os.memfd_create("mmap-test-sealed", os.MFD_ALLOW_SEALING)
        os.write(self.fd, CONTENT)
        fcntl.fcntl(self.fd, fcntl.F_ADD_SEALS, seals)
    def fileno(self):
        return self.fd
grows = Sealed(fcntl.F_SEAL_SHRINK)
map = mmap(grows.fileno(), 0)
window = mmap(grows.fileno(), PAGESIZE)
for size in (1, PAGESIZE, len(CONTENT) - 1):
    keeps_all(map, grows, PermissionError, {errno.EPERM}, map.resize, size)
keeps_all(window, grows, PermissionError, {errno.EPERM}, window.resize, 2 * PAGESIZE)
map.resize(len(CONTENT) + PAGESIZE)
shrinks = Sealed(fcntl.F_SEAL_GROW)
map = mmap(shrinks.fileno(), 0)
for size in (len(CONTENT) + 1, 10 * len(CONTENT)):
    keeps_all(map, shrinks, PermissionError, {errno.EPERM}, map.resize, size)
map.resize(1)
assert contents(shrinks) == CONTENT[:1]
"""
    )


def test_resize_of_a_private_map_of_a_file_that_is_read_only(script: Callable[..., str]) -> None:
    script(
        STATE
        + """
import errno
stream = make_file(CONTENT)
reading = open(stream.name, "rb")
map = mmap(reading.fileno(), 0, flags=ref.MAP_PRIVATE)
map[-1] = map[5] = 77
for size in (1, PAGESIZE, len(CONTENT), len(CONTENT) + 1, 10 * len(CONTENT)):
    keeps_all(map, stream, OSError, {errno.EINVAL}, map.resize, size)
assert map[-1] == map[5] == 77
"""
    )


def test_resize_without_address_space(script: Callable[..., str]) -> None:
    script(
        STATE
        + """
import errno
stream = make_file(CONTENT)
maps = [mmap(stream.fileno(), 0), mmap(stream.fileno(), PAGESIZE, offset=PAGESIZE),
        mmap(stream.fileno(), 0, flags=ref.MAP_PRIVATE)]
limit = addresses() + (1 << 26)
resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
for map in maps:
    for size in (1 << 27, 1 << 40, sys.maxsize - PAGESIZE):
        keeps_all(map, stream, OSError, {errno.ENOMEM, errno.EINVAL}, map.resize, size)
before = descriptors(), addresses(), sys.getrefcount(mmap)
os.truncate(stream.fileno(), 1 << 30)
for _ in range(100):
    assert fails(OSError, mmap, stream.fileno(), 0).errno == errno.ENOMEM
    assert fails(OSError, mmap, -1, 1 << 30).errno == errno.ENOMEM
assert (descriptors(), addresses(), sys.getrefcount(mmap)) == before
"""
    )


def test_resize_to_nothing_keeps_the_file(script: Callable[..., str]) -> None:
    script(
        STATE
        + """
import errno
stream = make_file(CONTENT)
map = mmap(stream.fileno(), 0)
keeps_all(map, stream, OSError, {errno.EINVAL}, map.resize, 0)
"""
    )


@pytest.mark.parametrize("growing", [True, False])
def test_resize_of_a_map_in_several_areas(script: Callable[..., str], growing: bool) -> None:
    # madvise cuts the map in two, and mremap extends only one area.
    script(
        STATE
        + f"size = {'10 * PAGESIZE' if growing else 'PAGESIZE + 1'}\n"
        + """
stream = make_file(CONTENT)
map = mmap(stream.fileno(), 0)
map.madvise(ref.MADV_DONTFORK, 0, PAGESIZE)
assert len(areas()) == 2
map.resize(size)
expected = (CONTENT + bytes(size))[:size]
assert map[:] == contents(stream) == expected
assert mapped() == -(-size // PAGESIZE) * PAGESIZE
map[size - 1] = 1
assert contents(stream)[-1] == 1
map.close()
assert areas() == []
"""
    )


def test_failed_resize_of_a_map_in_several_areas(script: Callable[..., str]) -> None:
    script(
        STATE
        + """
import errno
stream = make_file(CONTENT)
map = mmap(stream.fileno(), 0)
map.madvise(ref.MADV_DONTFORK, 0, PAGESIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (len(CONTENT), resource.RLIM_INFINITY))
keeps_all(map, stream, OSError, {errno.EFBIG}, map.resize, 10 * PAGESIZE)
"""
    )


def test_growing_private_memory_in_several_areas(script: Callable[..., str]) -> None:
    script(
        """
        map = mmap(-1, 3 * PAGESIZE, flags=ref.MAP_PRIVATE)
        map[:] = bytes(range(256)) * (3 * PAGESIZE // 256)
        before = map[:]
        map.madvise(ref.MADV_DONTFORK, 0, PAGESIZE)
        space = addresses()
        try:
            map.resize(100 * PAGESIZE)
        except OSError:
            assert addresses() == space and len(map) == len(before)
        assert map[: len(before)] == before
        """
    )


def test_constructor_without_descriptors(script: Callable[..., str]) -> None:
    script(
        STATE
        + """
import errno
stream = make_file(CONTENT)
before = descriptors(), areas(), sys.getrefcount(mmap)
resource.setrlimit(resource.RLIMIT_NOFILE, (before[0][-1] + 1, 4096))
held = [os.dup(0) for _ in range(before[0][-1] + 1 - len(before[0]))]
for _ in range(100):
    assert fails(OSError, mmap, stream.fileno(), 0).errno == errno.EMFILE
    mmap(stream.fileno(), 0, trackfd=False).close()
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
for fd in held:
    os.close(fd)
assert (descriptors(), areas(), sys.getrefcount(mmap)) == before
"""
    )


def test_constructors_that_fail_leave_nothing(script: Callable[..., str]) -> None:
    script(
        STATE
        + """
stream, empty = make_file(CONTENT), make_file(b"")
reading = open(stream.name, "rb")
reader, writer = os.pipe()
folder = os.open("/", os.O_RDONLY)
calls = [
    (stream.fileno(), len(CONTENT) + 1), (empty.fileno(), 0), (stream.fileno(), -1),
    (stream.fileno(), 0, ref.MAP_SHARED, ref.PROT_READ, 0, 1),
    (stream.fileno(), 0, ref.MAP_SHARED, ref.PROT_READ, 0, 100 * PAGESIZE),
    (stream.fileno(), 0, ref.MAP_PRIVATE, ref.PROT_READ, 1), (stream.fileno(), 0, 0),
    (reading.fileno(), 0), (reader, 10), (folder, 10), (9999, 10), (-2, 10), (-1, 0),
    (-1, sys.maxsize), ("x", 1), (-1, 1, 2.0), (-1,),
]
def fail_all():
    for call in calls:
        fails((OSError, ValueError, TypeError, OverflowError), mmap, *call)
fail_all()
gc.collect()
before = descriptors(), areas(), addresses(), sys.getrefcount(mmap)
for _ in range(200):
    fail_all()
gc.collect()
after = descriptors(), areas(), addresses(), sys.getrefcount(mmap)
assert after[:2] + after[3:] == before[:2] + before[3:]
assert after[2] - before[2] < 50 * PAGESIZE  # sixteen calls of two hundred each, were one to leak
"""
    )
