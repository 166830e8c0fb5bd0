"""What a conformance run cannot see: descriptors, references, threads, interpreters."""

from __future__ import annotations

import copy
import ctypes
import gc
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ref: Any = pytest.importorskip("mmap_reference")

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows extends files, has no flags")


@linux
def test_descriptors_and_areas_stay_flat(script: Callable[..., str]) -> None:
    script(
        """
        stream = make_file(b"x" * 3 * PAGESIZE)
        before = descriptors(), areas()
        for number in range(300):
            map = mmap(stream.fileno(), 0)
            map.resize((number % 5 + 1) * PAGESIZE + number)
            if number % 2:
                map.close()
                map.close()
            del map
        with mmap(stream.fileno(), 0) as map:
            assert len(descriptors()) == len(before[0]) + 1 and len(areas()) == 1
        assert (descriptors(), areas()) == before
        """
    )


@linux
def test_address_space_follows_the_length(script: Callable[..., str]) -> None:
    script(
        """
        stream = make_file(b"x" * 10 * PAGESIZE)
        for flags in (ref.MAP_SHARED, ref.MAP_PRIVATE):
            map = mmap(stream.fileno(), 0, flags)
            for pages in (10, 3, 1, 7, 2, 20, 1):
                map.resize(pages * PAGESIZE - 1)
                assert mapped() == pages * PAGESIZE
                map.resize(pages * PAGESIZE)
                assert mapped() == pages * PAGESIZE
            map.resize(10 * PAGESIZE)
            map.close()
            assert mapped() == 0
        """
    )


@linux
def test_descriptor_is_its_own_and_not_inherited(script: Callable[..., str]) -> None:
    script(
        """
        stream = make_file(b"bytes")
        before = descriptors()
        map = mmap(stream.fileno(), 0)
        [own] = set(descriptors()) - set(before)
        assert not os.get_inheritable(own)
        assert os.path.sameopenfile(own, stream.fileno())
        stream.close()
        assert map.size() == 5
        map.close()
        assert own not in descriptors()
        reused = os.open(os.devnull, os.O_RDONLY)
        map.close()
        os.fstat(reused)
        """
    )


@linux
def test_trackfd_false_keeps_no_descriptor(script: Callable[..., str]) -> None:
    script(
        """
        stream = make_file(b"bytes")
        before = descriptors()
        map = mmap(stream.fileno(), 0, trackfd=False)
        assert descriptors() == before and map[:] == b"bytes"
        assert "trackfd" in str(fails(ValueError, map.size))
        assert "trackfd" in str(fails(ValueError, map.resize, 1))
        assert contents(stream) == b"bytes"
        """
    )


@pytest.mark.parametrize(
    ("length", "offset", "error", "message"),
    [
        (0, ref.PAGESIZE, ValueError, "mmap offset is greater than file size"),
        pytest.param(6, 0, ValueError, "mmap length is greater than file size", marks=unix),
        pytest.param(
            1, ref.PAGESIZE, ValueError, "mmap length is greater than file size", marks=unix
        ),
        (-1, 0, OverflowError, "memory mapped length must be positive"),
        (0, -1, OverflowError, "memory mapped offset must be positive"),
    ],
)
def test_what_the_constructor_says(
    tmp_path: Path, length: int, offset: int, error: type[Exception], message: str
) -> None:
    (tmp_path / "file").write_bytes(b"bytes")
    with open(tmp_path / "file", "r+b") as stream:
        with pytest.raises(error, match=f"^{message}$"):
            ref.mmap(stream.fileno(), length, offset=offset)
        stream.truncate(0)
        with pytest.raises(ValueError, match=r"^cannot mmap an empty file$"):
            ref.mmap(stream.fileno(), 0)


def test_errors_leave_no_references(make_map: Callable[..., Any]) -> None:
    map = make_map(b"bytes" * 100)
    needle, source, number = b"needle" * 20, bytearray(600), 10**6 + 1

    def provoke() -> None:
        for call in (
            lambda: map.find(needle, "x"),
            lambda: map.rfind(needle, None, 1.5),
            lambda: map.write(source),
            lambda: map.__setitem__(slice(0, 5), source),
            lambda: map.__setitem__(slice(0, 500, 3), source),
            lambda: map.__setitem__(number, number),
            lambda: map.__getitem__(number),
            lambda: map.__getitem__(source),
            lambda: map.seek(number),
            lambda: map.read(source),
            lambda: map.resize(source),
        ):
            with pytest.raises((TypeError, ValueError, IndexError)):
                call()
        assert map.find(needle) == -1

    provoke()
    gc.collect()  # what other tests left holds the type
    before = [sys.getrefcount(thing) for thing in (needle, source, number, ref.mmap, map)]
    for _ in range(50):
        provoke()
    assert [sys.getrefcount(thing) for thing in (needle, source, number, ref.mmap, map)] == before
    source.append(0)  # BufferError, were a view of it left
    map.close()


def test_results_leave_no_memory(make_map: Callable[..., Any]) -> None:
    tracemalloc = pytest.importorskip("tracemalloc")
    map = make_map(b"line\n" * 1000)

    def use() -> None:
        map.seek(0)
        map.read(100)
        map.readline()
        map.write(memoryview(map)[:100])
        map[::7] = map[::7]
        map[::7] = bytearray(map[::7])
        map[3:900], map[5], list(map), repr(map), map.size(), map.find(b"x"), map.flush()

    use()
    tracemalloc.start()
    try:
        use()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20):
            use()
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 2000
    finally:
        tracemalloc.stop()


def test_type_is_collected_with_its_module(script: Callable[..., str]) -> None:
    script(
        """
        import weakref
        import mmap_reference.latest
        kinds = weakref.ref(mmap), weakref.ref(ref.latest.mmap)
        ref._mmap.some = mmap(-1, 1), ref.latest.mmap(-1, 1)  # in the cycle of module and types
        del mmap, mmap_reference
        for name in [name for name in sys.modules if name.startswith("mmap_reference")]:
            del sys.modules[name]
        del ref
        for _ in range(3):
            gc.collect()
        assert [kind() for kind in kinds] == [None, None]
        """
    )


def test_audit_event(script: Callable[..., str]) -> None:
    script(
        """
        seen, refuse = [], False
        def hook(name, arguments):
            if name == "mmap.__new__":
                seen.append(arguments)
                if refuse:
                    raise KeyError("no")
        sys.addaudithook(hook)
        stream = make_file(b"x" * 2 * PAGESIZE)
        fd = stream.fileno()
        mmap(fd, 0, access=ref.ACCESS_COPY, offset=PAGESIZE)
        mmap(fd, 10, prot=ref.PROT_READ)
        fails(ValueError, mmap, fd, 3 * PAGESIZE)
        assert seen == [(fd, 0, ref.ACCESS_COPY, PAGESIZE), (fd, 10, ref.ACCESS_READ, 0),
                        (fd, 3 * PAGESIZE, ref.ACCESS_DEFAULT, 0)]
        fails(ValueError, lambda: mmap(fd, 0, access=9))
        fails(OverflowError, mmap, fd, -1)
        assert len(seen) == 3
        before = descriptors(), areas()
        refuse = True
        fails(KeyError, mmap, fd, 0)
        assert (descriptors(), areas()) == before
        """
    )


INTERPRETERS = """
import importlib
for name in ("_interpreters", "_xxsubinterpreters"):
    try:
        interpreters = importlib.import_module(name)
        break
    except ImportError:
        pass
else:
    print("skip")
    sys.exit()
code = '''
import mmap_reference.latest
for module in (mmap_reference, mmap_reference.latest):
    map = module.mmap(-1, 10)
    map[2:4] = b"ab"
    assert map.find(b"ab") == 2
    assert (map.flush() is None) == (module is mmap_reference.latest)
    assert repr(map).startswith("<mmap.mmap closed=False")
    view = memoryview(map)
'''
"""


def test_subinterpreters(script: Callable[..., str]) -> None:
    printed = script(
        INTERPRETERS
        + """
for _ in range(5):
    other = interpreters.create()
    failed = interpreters.run_string(other, code)
    assert not failed, failed
    interpreters.destroy(other)
map = mmap(-1, 10)
exec(code)
"""
    )
    if "skip" in printed:
        pytest.skip("this Python has no module that makes interpreters")


def test_weak_references(make_map: Callable[..., Any]) -> None:
    map = make_map(b"bytes")
    called: list[object] = []
    weak = weakref.ref(map, called.append)
    assert weak() is map
    map.close()
    assert weak() is map
    del map
    gc.collect()
    assert weak() is None
    assert called == [weak]


def test_views_keep_the_map(make_map: Callable[..., Any]) -> None:
    map = make_map(b"bytes")
    weak, view = weakref.ref(map), memoryview(map)[1:3]
    with pytest.raises(BufferError):
        map.close()
    with pytest.raises(BufferError):
        map.resize(10)
    del map
    gc.collect()
    assert weak() is not None
    assert view.tobytes() == b"yt"
    view.release()
    del view
    gc.collect()
    assert weak() is None


def test_a_refused_writable_view_is_not_counted(make_map: Callable[..., Any]) -> None:
    map = make_map(b"bytes", access=ref.ACCESS_READ)
    with pytest.raises((BufferError, TypeError)):
        ctypes.c_char.from_buffer(map)
    map.close()
    assert map.closed


def test_subclasses() -> None:
    class Named(ref.mmap):  # type: ignore[misc, name-defined]
        def __new__(cls, name: str, length: int) -> Any:
            self = super().__new__(cls, -1, length)
            self.name = name
            return self

        def close(self) -> None:
            raise AssertionError("the built-in close is called")

    with Named("a", 10) as map:
        assert (map.name, len(map), type(map)) == ("a", 10, Named)
        assert repr(map).startswith("<Named closed=False, ")
        map.itself = map
    assert map.closed
    assert repr(map) == "<Named closed=True>"
    weak = weakref.ref(map)
    del map
    gc.collect()
    assert weak() is None


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_is_refused(make_map: Callable[..., Any], protocol: int) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(make_map(b"bytes"), protocol)


def test_copying_is_refused(make_map: Callable[..., Any]) -> None:
    with pytest.raises(TypeError):
        copy.copy(make_map(b"bytes"))


class Closing:
    """An integer that closes a map first."""

    def __init__(self, map: Any, number: int) -> None:
        self.map, self.number = map, number

    def __index__(self) -> int:
        self.map.close()
        return self.number


CONVERTED: dict[str, Callable[[Any, Any], object]] = {
    "read": lambda map, one: map.read(one),
    "seek": lambda map, one: map.seek(one),
    "whence": lambda map, one: map.seek(0, one),
    "find": lambda map, one: map.find(b"a", one),
    "rfind": lambda map, one: map.rfind(b"a", 0, one),
    "move": lambda map, one: map.move(0, one, 1),
    "flush": lambda map, one: map.flush(0, one),
    "write_byte": lambda map, one: map.write_byte(one),
    "resize": lambda map, one: map.resize(one),
    "item": lambda map, one: map[one],
    "set item": lambda map, one: map.__setitem__(one, 1),
    "set value": lambda map, one: map.__setitem__(0, one),
    "slice": lambda map, one: map[0:one],
    "set slice": lambda map, one: map.__setitem__(slice(0, one), b"a"),
}
if sys.platform != "win32":
    CONVERTED["madvise"] = lambda map, one: map.madvise(0, 0, one)


@pytest.mark.parametrize("name", CONVERTED)
def test_closed_by_an_argument(make_map: Callable[..., Any], name: str) -> None:
    map = make_map(b"bytes")
    with pytest.raises(ValueError, match="mmap closed or invalid"):
        CONVERTED[name](map, Closing(map, 1))


def test_a_subscript_is_judged_before_a_value_that_is_no_integer(
    make_map: Callable[..., Any],
) -> None:
    map = make_map(b"bytes")
    for index in (5, -6, 2**70):
        with pytest.raises(IndexError):
            map[index] = b"a"
    with pytest.raises(TypeError, match=r"^mmap item value must be an int$"):
        map[4] = b"a"
    with pytest.raises(ValueError, match="closed"):
        map[Closing(map, 1)] = b"a"


@pytest.mark.parametrize("step", [1, 2, -1, -3])
def test_source_is_the_map_itself(make_map: Callable[..., Any], step: int) -> None:
    content = bytes(range(200))
    map, count = make_map(content), len(content[::step])
    for start in {0, 200 - count, (200 - count) // 2}:
        map[:] = expected = bytearray(content)
        expected[::step] = content[start : start + count]
        with memoryview(map) as view:
            map[::step] = view[start : start + count]
        assert map[:] == expected
    map.close()


@pytest.mark.parametrize(("start", "stop"), [(0, 150), (1, 151), (40, 200), (0, 0)])
def test_writing_the_map_into_itself(make_map: Callable[..., Any], start: int, stop: int) -> None:
    content = bytes(range(200))
    map, count = make_map(content), stop - start
    map.seek(3)
    with memoryview(map) as view:
        assert map.write(view[start:stop]) == count
    assert map[:] == content[:3] + content[start:stop] + content[3 + count :]
    assert map.tell() == 3 + count
    map[:] = content
    with memoryview(map) as view:
        map[40 : 40 + count] = view[start:stop]
    assert map[:] == (content[:40] + content[start:stop] + content[40 + count :])[:200]
    map.close()


@unix
@pytest.mark.parametrize("shorter", [10, 5000, 8192, 20000])
def test_what_a_shrink_dropped_does_not_come_back(
    make_map: Callable[..., Any], shorter: int
) -> None:
    for map in (
        ref.mmap(-1, 20001, flags=ref.MAP_PRIVATE),
        make_map(b"y" * 20001),
        make_map(b"y" * 20001, flags=ref.MAP_PRIVATE),
    ):
        map[:] = b"x" * 20001
        map.resize(shorter)
        map.resize(50000)
        assert map[:] == b"x" * shorter + bytes(50000 - shorter)
        map.close()


def test_collection_during_an_operation_cannot_close_the_map(
    make_map: Callable[..., Any],
) -> None:
    # The garbage collector runs finalizers whenever it likes.
    map = make_map(b"bytes" * 1000)
    refused: list[BaseException] = []

    class Closes:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            try:
                map.resize(5000 if len(map) < 5000 else 4000)
            except BufferError as error:
                refused.append(error)

    old = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(200):
            Closes()
            map.seek(0)
            taken = map.read(), map[:], map[::2], list(map)[:3], bytes(memoryview(map)), repr(map)
            assert {len(taken[0]), len(taken[1]), len(taken[4])} <= {4000, 5000}
    finally:
        gc.set_threshold(*old)
    map.close()


def test_threads(script: Callable[..., str]) -> None:
    script(
        """
        import random, threading, time
        sys.setswitchinterval(1e-5)
        stream = make_file(b"line\\n" * 3 * PAGESIZE)
        shared = [mmap(stream.fileno(), 0)]
        until, wrong, replacing = time.monotonic() + 2, [], threading.Lock()
        def use(number):
            choices = random.Random(number)
            calls = [
                lambda map: map.read(100), lambda map: map.readline(), lambda map: map.seek(0),
                lambda map: map.find(b"absent", 0), lambda map: map.rfind(b"\\n", 0),
                lambda map: map[:], lambda map: map[::3], lambda map: map[0],
                lambda map: map.__setitem__(0, 108), lambda map: map.flush(),
                lambda map: map.__setitem__(slice(0, 10, 2), b"lieln"),
                lambda map: map.write(b"line"), lambda map: map.size(), repr, len,
                lambda map: map.resize(choices.randrange(1, 9) * PAGESIZE),
                lambda map: map.madvise(ref.MADV_WILLNEED), lambda map: bytes(memoryview(map)),
                lambda map: map.move(0, 5, 20),
            ]
            while time.monotonic() < until:
                try:
                    if choices.random() < 0.01:
                        with replacing:  # a second map would die of the first one's resize
                            shared[0].close()
                            shared[0] = mmap(stream.fileno(), 0)
                    choices.choice(calls)(shared[0])
                except (ValueError, BufferError):
                    pass
                except BaseException as error:
                    wrong.append(error)
                    raise
        threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong, wrong
        del shared[:]
        assert areas() == []
        """
    )


def test_the_import_says_how_to_build(tmp_path: Path) -> None:
    folder = tmp_path / "mmap_reference"
    folder.mkdir()
    assert ref.__file__ is not None
    (folder / "__init__.py").write_bytes(Path(ref.__file__).read_bytes())
    done = subprocess.run(
        [
            sys.executable,
            "-S",  # an editable install would find the other half
            "-c",
            f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import mmap_reference",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: mmap_reference has no compiled part: install a C")
    assert done.stderr.count("Error: ") == 1


@linux
def test_a_wrong_length_is_refused_before_the_source_is_copied(script: Callable[..., str]) -> None:
    script(
        """
        import resource
        source = mmap(-1, 1 << 30)
        used = int(open("/proc/self/statm").read().split()[0]) * PAGESIZE
        resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 28), resource.RLIM_INFINITY))
        map = mmap(-1, 10)
        try:
            map[::2] = source
        except IndexError:
            pass
        else:
            raise AssertionError
        """
    )
