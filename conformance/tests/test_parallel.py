"""Several implementations at once: driver processes of their own, one stream of events."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mmap_conformance.adapters import Adapter, resolve
from mmap_conformance.errors import UsageError
from mmap_conformance.events import Event, Finished, Found, NotStarted, Started
from mmap_conformance.options import Options
from mmap_conformance.parallel import run
from mmap_spec_tests.clauses import CLAUSES


def ran(adapters: Sequence[Adapter], jobs: int = 2) -> list[Event]:
    return list(run(adapters, Options(budget="0.5", jobs=jobs, areas=("search",))))


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_implementation_has_its_own_stream(jobs: int, faulty: Path) -> None:
    names = ("find_off_by_one", "raises_at_import", "stdlib")
    events = ran([resolve(name) for name in names], jobs)
    streams = {name: [e for e in events if e.implementation == name] for name in names}
    assert sum(map(len, streams.values())) == len(events)
    assert [type(event) for event in streams["raises_at_import"]] == [NotStarted]
    for name in ("find_off_by_one", "stdlib"):
        first, *_, last = streams[name]
        assert isinstance(first, Started) and isinstance(last, Finished)
        assert [verdict.clause for verdict in last.verdicts] == list(CLAUSES)
    found = {e.finding.clause for e in streams["find_off_by_one"] if isinstance(e, Found)}
    assert "search.find-lowest" in found
    found = {e.finding.clause for e in streams["stdlib"] if isinstance(e, Found)}
    assert "search.find-lowest" not in found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no list of processes")
def test_they_run_at_the_same_time_and_end_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(
            f"import os, pathlib\nfrom mmap import *\nfrom mmap import mmap\n"
            f"pathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch()\n"
        )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    events = run([resolve("one"), resolve("two")], Options(budget="60", jobs=2))
    begun = set()
    for event in events:
        assert not isinstance(event, Finished)
        begun.add(event.implementation)
        if len(begun) == 2:
            break
    events.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 5
    numbers = [path.name for path in tmp_path.iterdir() if path.name.isdecimal()]
    while any(map(lives, numbers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(numbers) >= 2 and not any(map(lives, numbers))


def lives(number: str) -> bool:
    """Whether a process runs; what is only not yet waited for does not."""
    try:
        return Path("/proc", number, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_usage_error_of_a_driver_is_raised(stdlib: Adapter, tmp_path: Path) -> None:
    broken = replace(stdlib, name="broken", expectations=tmp_path / "missing.toml")
    with pytest.raises(UsageError, match=r"cannot read expectations .*: No such file"):
        ran([stdlib, broken])


def test_any_other_error_comes_with_its_traceback(stdlib: Adapter) -> None:
    broken = replace(stdlib, name="broken", command=())
    with pytest.raises(RuntimeError, match=r"Traceback(?s:.)*IndexError"):
        ran([broken, replace(broken, name="again")])
