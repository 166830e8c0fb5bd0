"""The editions: what differs between them, and that each has the shape of the stdlib's module."""

from __future__ import annotations

import errno
import mmap as stdlib
import pickle
import re
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

seed: Any = pytest.importorskip("mmap_reference")
latest: Any = pytest.importorskip("mmap_reference.latest")

both = pytest.mark.parametrize("module", [seed, latest], ids=["3.1", "3.15"])
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone names memory")
unix = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has one way to flush, and a size for all memory"
)

PAGE = seed.PAGESIZE
OUT_OF_RANGE = "^flush values out of range$"


@unix
def test_flush_gives_what_its_edition_says() -> None:
    for access in (seed.ACCESS_WRITE, seed.ACCESS_READ, seed.ACCESS_COPY):
        assert seed.mmap(-1, 10, access=access).flush() == 0
        assert latest.mmap(-1, 10, access=access).flush() is None
        assert seed.mmap(-1, 10, access=access).flush(0, 10) == 0
        assert latest.mmap(-1, 10, access=access).flush(0, 10) is None


@unix
def test_flush_without_a_size() -> None:
    old, new = seed.mmap(-1, PAGE + 10), latest.mmap(-1, PAGE + 10)
    assert old.flush(0) == 0
    for start in (0, PAGE):
        assert new.flush(start) is None
        assert new.flush(start, -1) is None
        assert new.flush(start, -1, flags=latest.MS_ASYNC) is None
        with pytest.raises(ValueError, match=OUT_OF_RANGE):
            old.flush(start, -1)
    with pytest.raises(ValueError, match=OUT_OF_RANGE):
        old.flush(PAGE)
    with pytest.raises(OSError) as raised:
        new.flush(1)
    assert raised.value.errno == errno.EINVAL


@both
@pytest.mark.parametrize(
    "arguments",
    [(-1,), (-1, -1), (0, -2), (PAGE + 11,), (PAGE + 11, -1), (0, PAGE + 11), (PAGE, 11),
     (-sys.maxsize - 1,), (-sys.maxsize - 1, -1), (sys.maxsize, sys.maxsize)],
)  # fmt: skip
def test_flush_out_of_range(module: Any, arguments: tuple[int, ...]) -> None:
    for access in (module.ACCESS_WRITE, module.ACCESS_READ):
        with pytest.raises(ValueError, match=OUT_OF_RANGE):
            module.mmap(-1, PAGE + 10, access=access).flush(*arguments)


@unix
@both
def test_flush_passes_its_flags_to_the_system(module: Any) -> None:
    map = module.mmap(-1, PAGE)
    flushed = map.flush()
    for flags in (0, module.MS_SYNC, module.MS_ASYNC, module.MS_SYNC | module.MS_INVALIDATE):
        assert map.flush(flags=flags) == map.flush(0, PAGE, flags=flags) == flushed
    with pytest.raises(OSError) as raised:
        map.flush(flags=module.MS_SYNC | module.MS_ASYNC)
    assert raised.value.errno == errno.EINVAL
    assert module.mmap(-1, 1, access=module.ACCESS_READ).flush(flags=77) == flushed


@unix
@both
def test_flush_refuses_what_it_does_not_know(module: Any) -> None:
    map = module.mmap(-1, PAGE)
    for wrong in (
        lambda: map.flush(0, 1, module.MS_SYNC),
        lambda: map.flush(size=1),
        lambda: map.flush(flags=1, size=1),
        lambda: map.flush(flags="1"),
        lambda: map.flush(flags=None),
    ):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(OverflowError):
        map.flush(flags=2**31)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="not exported before 3.11")
def test_no_keywords_may_be_an_empty_tuple(script: Callable[..., str]) -> None:
    """As C callers are free to say it."""
    script(
        """
        import ctypes
        call = ctypes.pythonapi.PyObject_Vectorcall
        call.restype = ctypes.py_object
        flush, empty = ctypes.py_object(mmap(-1, 10).flush), ctypes.py_object(())
        assert call(flush, None, ctypes.c_size_t(0), empty) == 0
        """
    )


@unix
@both
def test_flags_of_flush_are_converted_before_the_map_is_looked_at(module: Any) -> None:
    class Closing:
        def __index__(self) -> int:
            map.close()
            return int(module.MS_SYNC)

    map = module.mmap(-1, PAGE)
    with pytest.raises(ValueError, match="closed"):
        map.flush(0, 1, flags=Closing())
    with pytest.raises(TypeError):
        map.flush(flags="closed")


@unix
def test_size_of_memory_of_no_file() -> None:
    with pytest.raises(OSError) as raised:
        seed.mmap(-1, 10).size()
    assert raised.value.errno == errno.EBADF
    assert latest.mmap(-1, 10).size() == 10


@both
def test_size_of_a_file(module: Any, tmp_path: Any) -> None:
    (tmp_path / "file").write_bytes(b"bytes")
    with open(tmp_path / "file", "r+b") as stream:
        assert module.mmap(stream.fileno(), 3).size() == 5


@linux
@both
def test_names_that_are_refused(module: Any, tmp_path: Any) -> None:
    map = module.mmap(-1, 10)
    assert map.set_name("é" * 33) is None
    assert map.set_name("") is None
    for name, error, message in (
        ("a" * 67, ValueError, "name is too long"),
        ("é" * 33 + "a", ValueError, "name is too long"),
        ("a\0", ValueError, "embedded null character"),
        ("\udc00", UnicodeEncodeError, "surrogates"),
        (b"name", TypeError, "must be str, not bytes"),
        (None, TypeError, "must be str, not None"),
    ):
        with pytest.raises(error, match=message):
            map.set_name(name)
    (tmp_path / "file").write_bytes(b"bytes")
    with open(tmp_path / "file", "r+b") as stream:
        for tracks in (True, False):
            with pytest.raises(ValueError, match="on non-anonymous mappings"):
                module.mmap(stream.fileno(), 0, trackfd=tracks).set_name("name")
    map.close()
    with pytest.raises(ValueError, match="closed"):
        map.set_name("a" * 67)
    with pytest.raises(TypeError):
        map.set_name(1)


@linux
def test_a_name_is_set_in_development_mode(script: Callable[..., str]) -> None:
    printed = script(
        """
        import errno
        def named():
            return [line for line in open("/proc/self/maps") if "cpython:mmap:test]" in line]
        map = mmap(-1, 10, ref.MAP_PRIVATE)
        try:
            map.set_name("test")
        except OSError as error:
            assert error.errno == errno.EINVAL and not named()
            print("refused")
        else:
            assert len(named()) == 1
        """,
        PYTHONDEVMODE="1",
    )
    if "refused" in printed:
        pytest.skip("this kernel is built without names for memory of no file")


# The shape of the module.


@both
def test_it_has_all_that_the_stdlibs_module_has(module: ModuleType) -> None:
    public = {name for name in vars(stdlib) if not name.startswith("_")}
    assert public <= set(module.__all__) | {"PROT_NONE"}
    for name in public - {"mmap"}:
        assert getattr(module, name) == getattr(stdlib, name)
    assert set(dir(stdlib.mmap)) <= set(dir(module.mmap))


def test_editions_share_all_but_the_type() -> None:
    assert seed.__all__ == latest.__all__
    assert len(set(seed.__all__)) == len(seed.__all__)
    differ = {name for name in seed.__all__ if getattr(seed, name) is not getattr(latest, name)}
    assert {name for name in differ if getattr(seed, name) != getattr(latest, name)} == {"mmap"}
    assert vars(seed.mmap).keys() == vars(latest.mmap).keys()


@both
def test_the_type_says_where_it_lives(module: ModuleType) -> None:
    assert (module.mmap.__module__, module.mmap.__name__) == (module.__name__, "mmap")
    assert module.mmap.__qualname__ == "mmap"
    assert module.mmap.__mro__ == (module.mmap, object)
    with pytest.raises(TypeError, match="immutable"):
        module.mmap.find = None
    assert module.error is OSError


@both
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_type_is_pickled_by_its_name(module: ModuleType, protocol: int) -> None:
    assert pickle.loads(pickle.dumps(module.mmap, protocol)) is module.mmap


@both
def test_maps_show_themselves_as_those_of_the_stdlib(module: Any) -> None:
    ours, theirs = (kind(-1, 10, access=module.ACCESS_COPY) for kind in (module.mmap, stdlib.mmap))
    assert repr(ours) == repr(theirs)
    ours.close()
    assert repr(ours) == "<mmap.mmap closed=True>"
    kind = type("Named", (module.mmap,), {"__module__": "elsewhere"})
    assert re.match("<Named closed=False, ", repr(kind(-1, 1)))


@both
def test_subclasses_keep_the_edition(module: Any) -> None:
    class Named(module.mmap):  # type: ignore[misc]
        pass

    class Further(Named):
        def flush(self, *arguments: int) -> Any:
            return "overridden", super().flush(*arguments)

    assert (Named(-1, 1).flush() is None) == (module is latest)
    overridden, flushed = Further(-1, 1).flush()
    assert overridden and (flushed is None) == (module is latest)
    assert not isinstance(Further(-1, 1), (latest if module is seed else seed).mmap)


@both
def test_it_stands_in_for_the_stdlib(module: ModuleType, script: Callable[..., str]) -> None:
    script(
        f"""
        import importlib, io, pickle
        swapped = importlib.import_module({module.__name__!r})
        sys.modules["mmap"] = swapped
        import mmap
        from mmap import *
        from mmap import ACCESS_READ, mmap as kind
        assert kind is swapped.mmap and error is OSError and PAGESIZE == ALLOCATIONGRANULARITY
        stream = make_file(b"line\\nrest")
        with kind(stream.fileno(), 0, access=ACCESS_READ) as map:
            assert [map.readline(), map.readline(), map.readline()] == [b"line\\n", b"rest", b""]
            assert repr(map).startswith("<mmap.mmap closed=False, access=ACCESS_READ, length=9")
        assert pickle.loads(pickle.dumps(kind)) is kind
        """
    )


@both
def test_with_ends_as_it_began(module: Any) -> None:
    map = module.mmap(-1, 1)
    for wrong in ((), (None,), (None, None, None, None)):
        with pytest.raises(TypeError):
            map.__exit__(*wrong)
    assert not map.closed
    assert map.__exit__(None, None, None) is None
    assert map.closed
