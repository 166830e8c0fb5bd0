"""Every planted fault is caught, told as what it is, and shown by a script of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmap_conformance.events import Finding, Finished
from mmap_conformance.expectations import shipped
from mmap_conformance.gate import FINDINGS, NOT_STARTED
from mmap_conformance.reports.reading import Report, read
from mmap_conformance.reproducer import file_stem

FAULTY = Path(__file__).parent / "faulty"

CAUGHT = [
    # module, kind of the outcome, method that is blamed, what the outcome is told as
    ("segfault", "crashed", "readline", "SIGSEGV"),
    ("sigbus", "crashed", "move", "SIGBUS"),
    ("exits_zero", "crashed", "rfind", "exit code 0"),
    ("dies_at_exit", "crashed", "exit()", "SIGABRT"),
    ("hangs_holding_gil", "hung", "seek", "no answer"),
    ("hangs_in_python", "hung", "flush", "no answer"),
    ("eats_memory", "raised", "write_byte", "MemoryError"),
    ("breaks_protocol", "protocol", "tell", "protocol"),
    ("find_off_by_one", "returned", "find", "returned"),
    ("position_not_advanced", "returned", "read", "returned"),
    ("size_lies", "returned", "size", "returned"),
    ("value_for_type_error", "raised", "write_byte", "ValueError"),
    ("value_for_type_error", "raised", "[]=", "ValueError"),
    ("write_does_not_reach_file", "returned", "[]=", "returned"),
    ("copy_reaches_file", "returned", "[]=", "returned"),
    ("failed_resize_changes_file", "returned", "resize", "returned"),
    ("exports_do_not_block_close", "returned", "close", "returned"),
    ("leaks_descriptor", "returned", "mmap()", "returned 1"),
    ("keeps_buffer", "raised", "write", "BufferError"),
    ("readline_stops_early", "returned", "readline", "returned"),
    ("flaky", "returned", "tell", "returned"),
]


def gate(name: str, folder: Path, *options: str) -> tuple[int, Report, str]:
    """Run the gate on a faulty module; exit code, report, and what it printed."""
    report = folder / "report.jsonl"
    command = [sys.executable, "-m", "mmap_conformance", "run", name, f"--report=jsonl={report}"]
    run = subprocess.run(
        [*command, f"--reproducers={folder / 'scripts'}", *options],
        env={**os.environ, "PYTHONPATH": path(FAULTY)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert "Traceback" not in run.stderr, run.stderr
    return run.returncode, read(report), run.stdout


def path(*folders: Path) -> str:
    """A PYTHONPATH with folders before those that are there already."""
    return os.pathsep.join([*map(str, folders), os.environ.get("PYTHONPATH", "")])


def blamed(report: Report, kind: str, method: str) -> list[Finding]:
    return [f for f in report.findings if f.kind == kind and f.operation == method]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, Report, str, Path]]:
    """What the gate said of each module, kept for the tests that come later."""
    return {}


@pytest.fixture
def run_of(runs, tmp_path_factory):  # type: ignore[no-untyped-def]
    def get(name: str) -> tuple[int, Report, str, Path]:
        if name not in runs:
            folder = tmp_path_factory.mktemp(name)
            # Memory takes a while to fill; all others are quick to show.
            timeout = "10" if name == "eats_memory" else "1"
            runs[name] = (*gate(name, folder, "--budget=5", f"--timeout={timeout}"), folder)
        return runs[name]

    return get


@pytest.mark.parametrize(("name", "kind", "method", "told"), CAUGHT)
def test_fault_is_caught(name, kind, method, told, run_of) -> None:  # type: ignore[no-untyped-def]
    code, report, printed, _ = run_of(name)
    # A flaky finding does not fail the gate, though one of the stdlib's may beside it.
    assert code == FINDINGS or name == "flaky"
    found = blamed(report, kind, method)
    assert found, [(f.kind, f.operation, f.clause) for f in report.findings]
    assert any(told in f.got for f in found)
    assert found[0].clause in printed
    # Whatever it did to the worker, every clause has a verdict.
    (finished,) = (event for event in report.events if isinstance(event, Finished))
    statuses = {verdict.clause: verdict.status for verdict in finished.verdicts}
    flaky = all(finding.flaky for finding in found)
    assert flaky == (name == "flaky")
    assert statuses[found[0].clause] == ("information" if flaky else "failed")
    assert len(statuses) > 150 and "passed" in statuses.values()


@pytest.mark.parametrize(("name", "kind", "method", "told"), CAUGHT)
def test_fault_has_a_reproducer(name, kind, method, told, run_of) -> None:  # type: ignore[no-untyped-def]
    _, report, _, folder = run_of(name)
    finding = next(f for f in blamed(report, kind, method) if told in f.got)
    script = folder / "scripts" / f"{file_stem(finding)}.py"
    assert finding.clause in script.read_text()
    assert execute(script, name, FAULTY) != 0
    if importlib.util.find_spec("mmap_reference") is None:
        pytest.skip("the C extension mmap_reference was not built")
    assert execute(script, "mmap_reference", Path.cwd()) == 0


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("leaks_descriptor", "lifecycle.descriptors-given-back"),
        ("keeps_buffer", "lifecycle.arguments-let-go"),
        ("readline_stops_early", "position.readline-returns-line"),
    ],
)
def test_fault_is_booked_to_one_clause_and_to_nothing_else(  # type: ignore[no-untyped-def]
    name: str, clause: str, run_of
) -> None:
    _, report, _, _ = run_of(name)
    method = next(method for module, _, method, _ in CAUGHT if module == name)
    stdlibs = {entry.clause for entry in shipped().entries}
    told = {(f.clause, f.operation) for f in report.findings if f.clause not in stdlibs}
    assert told - {("slices.set-from-itself", "[]=")} == {(clause, method)}


def execute(script: Path, module: str, folder: Path) -> int:
    """Run a reproducer on a module; its exit code."""
    return subprocess.run(
        [sys.executable, str(script), module],
        env={**os.environ, "PYTHONPATH": path(folder)},
        cwd=script.parent,
        capture_output=True,
        timeout=60,
    ).returncode


def test_flaky_finding_is_told_to_be_flaky_or_repeats(run_of) -> None:  # type: ignore[no-untyped-def]
    _, report, _, _ = run_of("flaky")
    assert all(f.repeats[1] >= 1 and f.repeats[0] <= f.repeats[1] for f in report.findings)


def test_prints_do_not_disturb(run_of) -> None:  # type: ignore[no-untyped-def]
    _, report, _, _ = run_of("prints_on_stdout")
    assert not [f for f in report.findings if f.kind == "protocol" or f.operation == "read"]


@pytest.mark.parametrize(
    ("name", "told"),
    [("raises_at_import", "cannot import"), ("not_an_mmap", "has no type 'mmap'")],
)
def test_implementation_that_does_not_start(name: str, told: str, tmp_path: Path) -> None:
    code, report, printed = gate(name, tmp_path)
    assert code == NOT_STARTED
    assert told in printed
    assert not report.findings


def test_slow_start_is_given_up(tmp_path: Path) -> None:
    code, _, printed = gate("slow_start", tmp_path)
    assert code == NOT_STARTED
    assert "no answer" in printed
