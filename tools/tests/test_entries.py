"""Each entry that ships is missed where it is left out, and told where it has gone stale."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from mmap_conformance.adapters import Adapter, resolve
from mmap_conformance.cli import main as command_line
from mmap_conformance.expectations import SHIPPED, Expectations, Expected
from mmap_conformance.update import as_toml
from mmap_spec_tests.clauses import AREA_OF

KNOWN = SHIPPED / ("cpython-windows.toml" if sys.platform == "win32" else "cpython.toml")


@pytest.fixture
def entries(tool: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "ports")
    monkeypatch.delitem(sys.modules, "machine", raising=False)
    return tool("ports/entries")


@pytest.fixture
def stdlib() -> Adapter:
    """The interpreter's own mmap, with what is known of it."""
    return replace(resolve("stdlib"), expectations=KNOWN)


def test_the_entries_are_those_about_the_implementation(
    entries: ModuleType, stdlib: Adapter
) -> None:
    found = entries.entries_of(stdlib)
    assert 5 <= len(found) <= len(Expectations.read(KNOWN).entries)
    here = sys.version_info[:3]
    assert all(each.until is None or here < each.until for each in found)


def test_every_entry_of_the_stdlib_is_missed(entries: ModuleType, stdlib: Adapter) -> None:
    assert list(entries.unnoticed(stdlib, entries.entries_of(stdlib))) == []


@pytest.mark.skipif(not shutil.which("pypy3"), reason="there is no pypy3")
def test_entries_of_a_port_with_many_faults_are_missed(entries: ModuleType) -> None:
    """Some of them: ``tools/ports/entries.py`` tries all."""
    pypy = replace(resolve("mmap@pypy3"), expectations=SHIPPED / "pypy.toml")
    every = entries.entries_of(pypy)
    assert len(every) > 40
    assert list(entries.unnoticed(pypy, every[::8])) == []


def test_an_entry_that_another_covers_is_told(entries: ModuleType, stdlib: Adapter) -> None:
    one, *rest = entries.entries_of(stdlib)
    told = list(entries.unnoticed(stdlib, [one, replace(one, reason="again"), *rest]))
    assert [(entry.key, problem) for entry, problem in told] == [
        (one.key, "would not be missed")
    ] * 2


def test_an_entry_that_is_gone_is_told(entries: ModuleType, stdlib: Adapter) -> None:
    one, *_ = entries.entries_of(stdlib)
    gone: Expected = replace(one, program=[*one.program[:-1], one.program[-2]])
    ((entry, problem),) = entries.unnoticed(stdlib, [gone])
    assert entry is gone and problem.startswith("is stale: ")


def test_a_whole_run_turns_red_without_an_entry(
    entries: ModuleType, stdlib: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its seed: the program of the entry is kept."""
    monkeypatch.chdir(tmp_path)
    every = entries.entries_of(stdlib)
    for number in (0, len(every) // 2, len(every) - 1):
        rest = [*every[:number], *every[number + 1 :]]
        area = AREA_OF[every[number].clause]
        options = ["--area", area, "--budget", "5", "--seed", "9", "--expectations", "known.toml"]
        for kept, code in ((every, 0), (rest, 1)):
            Path("known.toml").write_text(as_toml(Expectations(tuple(kept))), "utf-8")
            assert command_line(["run", "stdlib", *options]) == code


def test_the_exit_code_tells_of_it(
    entries: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(entries, "entries_of", lambda adapter: (entry,))
    entry = Expectations.read(KNOWN).entries[0]
    machine = sys.modules["machine"]
    monkeypatch.setattr(machine, "CPYTHONS", (sys.executable,))
    name = f"c{sys.executable}"
    for problems, code in (((), 0), (((entry, "would not be missed"),), 1)):
        monkeypatch.setattr(entries, "unnoticed", lambda *_, problems=problems: problems)
        assert entries.main([str(tmp_path), name]) == code
        out = capsys.readouterr().out
        assert f"{name}: 1 entries tried" in out
        assert (f"{name}: {' '.join(entry.key)}: would not be missed" in out) == bool(code)
    monkeypatch.setattr(entries, "entries_of", lambda adapter: ())
    assert entries.main([str(tmp_path), name]) == 77
    assert entries.main([str(tmp_path), "nothing"]) == 2
    assert "entries: no port is called 'nothing'" in capsys.readouterr().err
