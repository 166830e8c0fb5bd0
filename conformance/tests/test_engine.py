"""The engine: what a run tells, from its start to the verdicts."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mmap_conformance import budget, engine
from mmap_conformance.adapters import resolve
from mmap_conformance.engine import run, scratch
from mmap_conformance.errors import UsageError
from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    ProgramsRun,
    Restarted,
    Stale,
    Started,
)
from mmap_conformance.expectations import Expectations, Expected
from mmap_conformance.judge import describe
from mmap_conformance.options import Options
from mmap_conformance.replay import replay
from mmap_conformance.update import as_toml
from mmap_spec_tests.clauses import AREA_OF, CLAUSES
from mmap_spec_tests.operations import Operation, Program, octets


def ran(name: str, budget: float = 0.5, **options: Any) -> list[Event]:
    options.setdefault("timeout", 2.0)
    return list(run([resolve(name)], Options(budget=str(budget), **options)))


def finished(events: list[Event]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


def findings(events: list[Event]) -> list[Finding]:
    return [event.finding for event in events if isinstance(event, Found)]


def statuses(events: list[Event]) -> dict[str, str]:
    return {verdict.clause: verdict.status for verdict in finished(events).verdicts}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time that passes by being asked for, so that a budget is a number of programs."""
    ticks = itertools.count(1 << 20)
    passing = SimpleNamespace(monotonic=lambda: next(ticks) / 1024)  # without a rounding error
    monkeypatch.setattr(budget, "time", passing)


def test_events_come_in_order() -> None:
    events = ran("stdlib", areas=("search",), seed=3)
    started = events[0]
    assert isinstance(started, Started)
    assert (started.implementation, started.seed, started.level) == ("stdlib", 3, "should")
    assert started.edition == ".".join(map(str, sys.version_info[:3]))
    assert [type(event) for event in events].count(Started) == 1
    assert [type(event) for event in events].count(Finished) == 1
    assert finished(events).findings == tuple(findings(events))
    progress = [event for event in events if isinstance(event, ProgramsRun)]
    assert progress and all(0 <= event.done <= 1 for event in progress)
    assert [e.operations for e in progress] == sorted(e.operations for e in progress)
    assert progress[-1].operations <= finished(events).operations


def test_the_budget_is_kept() -> None:
    assert 0.5 <= finished(ran("stdlib", 0.5, areas=("items",))).seconds < 1.5


@pytest.mark.parametrize("isolation", ["process", "none"])
def test_the_same_seed_makes_the_same_run(clock: None, isolation: str) -> None:
    def told(seed: int) -> tuple[object, ...]:
        # The budget of a clock that starts anew is the same number of programs.
        events = ran("stdlib", 1, areas=("search",), seed=seed, isolation=isolation)
        last = finished(events)
        return last.programs, last.operations, findings(events), last.verdicts

    assert told(1) == told(1) != told(2)


# What a run says of each clause.


@pytest.fixture(scope="module")
def search() -> list[Event]:
    """A run of one area on an implementation with a fault."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent / "faulty"), prepend=os.pathsep)
        return ran("find_off_by_one", 1, areas=("search",))


def test_every_clause_has_one_verdict(search: list[Event]) -> None:
    assert [verdict.clause for verdict in finished(search).verdicts] == list(CLAUSES)


def test_only_what_was_compared_has_passed(search: list[Event]) -> None:
    for verdict in finished(search).verdicts:
        assert (verdict.checks > 0) == (verdict.status in ("passed", "failed", "information"))


def test_what_is_kept_runs_however_little_time_there_is() -> None:
    """Else what a run covers would depend on how busy the machine is."""
    told = statuses(ran("stdlib", 0.001))
    assert "untested" not in told.values() and "passed" in told.values()


def test_what_nothing_was_compared_with_is_untested(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in ("corpus", "found", "killers"):
        monkeypatch.setattr(engine, kept, tuple)
    told = statuses(ran("stdlib", 0.001, areas=("search",)))
    assert set(told.values()) == {"untested", "not applicable"}
    assert told["search.find-lowest"] == "untested"


def test_what_is_not_asked_for_is_not_applicable(search: list[Event]) -> None:
    whys = {verdict.why for verdict in finished(search).verdicts if verdict.why}
    assert "not asked for" in whys
    for verdict in finished(search).verdicts:
        if AREA_OF[verdict.clause] == "search":
            assert verdict.why != "not asked for"
    assert statuses(search)["flush.returns-none"] == "not applicable"


def test_the_fault_is_found(search: list[Event]) -> None:
    assert statuses(search)["search.find-lowest"] == "failed"
    assert statuses(search)["search.rfind-highest"] == "passed"
    finding = next(f for f in findings(search) if f.clause == "search.find-lowest")
    assert (finding.operation, finding.kind, finding.level) == ("find", "returned", "must")
    assert [o.method for o in finding.program if o.method != "file()"] == ["mmap()", "find"]
    assert not finding.flaky and not finding.reason


def test_no_finding_is_told_twice(search: list[Event]) -> None:
    told = [
        (f.clause, f.operation, f.got.partition(":")[0] if f.kind == "raised" else f.kind)
        for f in findings(search)
    ]
    assert len(told) == len(set(told))


def test_findings_replay_to_the_same_divergence(search: list[Event], faulty: Path) -> None:
    assert findings(search)
    for finding in findings(search):
        result = replay(resolve("find_off_by_one"), finding.program, Options())
        divergence = result.divergence
        assert divergence is not None and divergence.number == len(finding.program) - 1
        assert (divergence.clause, divergence.operation) == (finding.clause, finding.operation)
        assert describe(divergence.outcome) == finding.got
        assert divergence.allowed is not None
        assert divergence.allowed.describe() == finding.expected


def test_findings_are_not_there_where_the_fault_is_not(search: list[Event]) -> None:
    finding = next(f for f in findings(search) if f.clause == "search.find-lowest")
    assert replay(resolve("stdlib"), finding.program, Options()).divergence is None


def test_a_known_fault_hides_nothing_behind_it(faulty: Path) -> None:
    events = ran("position_not_advanced", 1, areas=("position",))
    told = statuses(events)
    assert told["position.read-advances"] == "failed"
    for other in ("read-returns-bytes", "write-advances", "write-stores", "readline-advances"):
        assert told[f"position.{other}"] == "passed"


# Filters and levels.


def test_one_clause_alone_is_judged(faulty: Path) -> None:
    events = ran("find_off_by_one", clauses=("search.find-lowest",))
    told = statuses(events)
    assert told.pop("search.find-lowest") == "failed"
    assert set(told.values()) == {"not applicable"}
    assert {f.clause for f in findings(events)} == {"search.find-lowest"}


def test_deaths_that_other_clauses_speak_of_are_not_told(faulty: Path) -> None:
    events = ran("segfault", 1, clauses=("position.write-stores",))
    assert any(isinstance(event, Restarted) for event in events)
    assert findings(events) == []
    assert {c for c, s in statuses(events).items() if s == "passed"} == {"position.write-stores"}


def test_what_is_not_in_the_edition_is_not_applicable() -> None:
    for verdict in finished(ran("stdlib", edition=(3, 1), areas=("search",))).verdicts:
        if CLAUSES[verdict.clause].since > (3, 1):
            assert (verdict.status, verdict.checks) == ("not applicable", 0)
            assert verdict.why.startswith("since edition 3.")


@pytest.mark.parametrize(("level", "status"), [("must", "information"), ("should", "failed")])
def test_clauses_below_the_level_inform(level: str, status: str, faulty: Path) -> None:
    events = ran("find_off_by_one", level=level, clauses=("search.empty-needle",))
    assert statuses(events)["search.empty-needle"] == status


@pytest.mark.parametrize(
    ("asked", "claimed", "edition"),
    [((3, 5), (3, 7), "3.5"), (None, (3, 7), "3.7"), (None, None, "%d.%d.%d")],
)
def test_the_edition_is_the_one_asked_for_or_claimed(
    asked: Any, claimed: Any, edition: str
) -> None:
    adapter = replace(resolve("stdlib"), edition=claimed)
    started = next(run([adapter], Options(budget="0.1", edition=asked)))
    assert isinstance(started, Started)
    assert started.edition == (edition % sys.version_info[:3] if "%" in edition else edition)


# Findings that are known.


MAP = Operation("m0", "mmap()", [-1, 1], {})
FINDS = [MAP, Operation("m0", "find", [octets(b"\0")], {})]
EMPTY = [MAP, Operation("m0", "find", [octets(b"")], {})]
HUGE = [MAP, Operation("m0", "find", [octets(b""), 2**63], {})]


def entry(path: Path, clause: str, reason: str, program: Program, got: str = "returned") -> Path:
    known = Expected(("*",), clause, "find", got, program, kind="bug", reason=reason)
    path.write_text(as_toml(Expectations((known,))))
    return path


def test_findings_of_both_files_are_expected(faulty: Path, tmp_path: Path) -> None:
    ours = entry(tmp_path / "ours.toml", "search.find-lowest", "bug 5", FINDS)
    theirs = entry(tmp_path / "theirs.toml", "search.empty-needle", "bug 6", EMPTY)
    adapter = replace(resolve("find_off_by_one"), expectations=theirs)
    clauses = ("search.find-lowest", "search.empty-needle", "search.huge-bounds-clamp")
    events = list(run([adapter], Options(budget="0.5", clauses=clauses, expectations=ours)))
    told = statuses(events)
    assert [told[clause] for clause in clauses] == ["expected", "expected", "failed"]
    assert {f.clause: f.reason for f in findings(events)} == {
        "search.find-lowest": "bug 5",
        "search.empty-needle": "bug 6",
        "search.huge-bounds-clamp": "",
    }
    assert not [event for event in events if isinstance(event, Stale)]


def test_what_is_expected_is_replayed_first_and_then_masked(faulty: Path, tmp_path: Path) -> None:
    known = entry(tmp_path / "known.toml", "search.find-lowest", "bug 5", FINDS)
    options = Options(budget="0.5", clauses=("search.find-lowest",), expectations=known)
    events = list(run([resolve("find_off_by_one")], options))
    assert isinstance(events[1], Found) and events[1].finding.program == FINDS
    assert [finding.reason for finding in findings(events)] == ["bug 5"]


def test_what_is_gone_is_stale(tmp_path: Path) -> None:
    """The stdlib has no such bug."""
    known = entry(tmp_path / "known.toml", "search.find-lowest", "bug 5", FINDS)
    events = ran("stdlib", clauses=("search.find-lowest",), expectations=known)
    assert [e for e in events if isinstance(e, Stale)] == [
        Stale("stdlib", "search.find-lowest", "find", "returned", FINDS)
    ]
    assert statuses(events)["search.find-lowest"] == "passed"


def test_what_has_changed_is_stale_and_says_how(tmp_path: Path) -> None:
    clause = "search.huge-bounds-clamp"
    known = entry(tmp_path / "known.toml", clause, "bug 5", HUGE, "crashed")
    events = ran("stdlib", clauses=(clause,), expectations=known)
    (stale,) = (event for event in events if isinstance(event, Stale))
    assert stale.was == "crashed" and stale.got.startswith("raised OverflowError")
    assert "failed" in statuses(events)[clause]


def test_an_entry_for_what_is_not_asked_is_not_replayed(tmp_path: Path) -> None:
    known = entry(tmp_path / "known.toml", "search.find-lowest", "bug 5", FINDS)
    events = ran("stdlib", clauses=("search.rfind-highest",), expectations=known)
    assert not [event for event in events if isinstance(event, (Stale, Found))]


def test_a_broken_file_is_told_before_anything_runs(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('[[finding]]\nclause = "no.such"\n')
    with pytest.raises(UsageError, match=r"operation is missing"):
        next(run([resolve("stdlib"), replace(resolve("stdlib"), expectations=broken)], Options()))


def test_versions_of_expectations_are_the_interpreters(tmp_path: Path) -> None:
    """Whatever edition it is held to."""
    clause = "search.huge-bounds-clamp"
    known = entry(tmp_path / "known.toml", clause, "as it were", HUGE, "OverflowError")
    known.write_text(known.read_text() + 'since = "3.10"\n')
    events = ran("stdlib", clauses=(clause,), edition=(3, 5), expectations=known)
    assert "as it were" in [finding.reason for finding in findings(events)]


# What does not start, dies, or is abandoned.


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("not_an_mmap", "module not_an_mmap has no type 'mmap'"),
        ("raises_at_import", "cannot import raises_at_import: RuntimeError: "),
        ("no_such_module", "cannot import no_such_module: ModuleNotFoundError: "),
    ],
)
@pytest.mark.parametrize("isolation", ["process", "none"])
def test_what_does_not_start_says_so_and_nothing_else(
    name: str, why: str, isolation: str, monkeypatch: pytest.MonkeyPatch, faulty: Path
) -> None:
    monkeypatch.syspath_prepend(faulty)
    (event,) = ran(name, isolation=isolation)
    assert isinstance(event, NotStarted)
    assert event.implementation == name and event.reason.startswith(why)


def test_deaths_are_told(faulty: Path) -> None:
    events = ran("segfault", 1, areas=("position",))
    restarted = [event for event in events if isinstance(event, Restarted)]
    assert restarted and restarted[0].outcome == "crashed with SIGSEGV"
    assert restarted[-1].restarts <= finished(events).restarts
    found = {(f.operation, f.kind, f.got) for f in findings(events)}
    assert ("readline", "crashed", "crashed with SIGSEGV") in found
    assert not finished(events).stopped


def test_too_many_deaths_end_the_run(faulty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_MOST_DEATHS", 0)
    last = finished(ran("segfault", 20, areas=("position",)))
    assert last.stopped == "1 programs killed the worker"
    assert last.seconds < 10


def test_a_worker_that_cannot_be_replaced_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "once.py").write_text(
        "import mmap as stdlib, os, pathlib\n"
        f"if os.path.exists({str(tmp_path / 'used')!r}): raise RuntimeError('used up')\n"
        "class mmap(stdlib.mmap):\n"
        "    def readline(self):\n"
        f"        pathlib.Path({str(tmp_path / 'used')!r}).touch()\n"
        "        os.abort()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    last = finished(ran("once", 20, areas=("position",)))
    assert last.stopped == "no fresh worker: cannot import once: RuntimeError: used up"
    assert [verdict.clause for verdict in last.verdicts] == list(CLAUSES)


@pytest.mark.parametrize("kind", [Started, ProgramsRun, Finished])
def test_a_run_that_is_abandoned_ends_its_worker(
    kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, processes = subprocess.Popen, []

    def start(*args: Any, **kwargs: Any) -> Any:
        processes.append(begin(*args, **kwargs))
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    events = run([resolve("stdlib")], Options(budget="0.3", areas=("search",)))
    assert next(event for event in events if isinstance(event, kind))
    events.close()  # type: ignore[attr-defined]
    assert processes and all(process.returncode is not None for process in processes)


def test_scratch_folders_go() -> None:
    with scratch() as directory:
        (Path(directory) / "file").write_text("x")
    assert not Path(directory).exists()
