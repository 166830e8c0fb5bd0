"""What an implementation may lack is probed, and compared with what its adapter declares."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mmap_conformance import engine
from mmap_conformance.adapters import WORKER, Adapter, resolve
from mmap_conformance.difference import differences
from mmap_conformance.engine import scratch
from mmap_conformance.events import Event, Finding, Finished, Found, Started
from mmap_conformance.expectations import SHIPPED
from mmap_conformance.gate import fails
from mmap_conformance.introduction import Introduction, introduce
from mmap_conformance.options import Options
from mmap_conformance.replay import replay
from mmap_conformance.reports.terminal import Terminal
from mmap_conformance.workers import Workers
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.operations import Operation, descriptor, octets

FAULTY = Path(__file__).parent / "faulty"
Introduced = Callable[[Adapter], Introduction]
OPTIONS = Options(budget="3", seed=1, expectations=SHIPPED / "cpython.toml")

linux = pytest.mark.skipif(sys.platform != "linux", reason="maps the memory again, as Linux does")


def faulty(module: str, *lacks: str) -> Adapter:
    path = os.pathsep.join((str(FAULTY), os.environ.get("PYTHONPATH", "")))
    command = (sys.executable, str(WORKER), module)
    known = SHIPPED / "cpython.toml"  # what is wrong with what it is made of
    return Adapter(
        module, command, module, lacks=lacks, environment={"PYTHONPATH": path}, expectations=known
    )


@pytest.fixture
def introduced() -> Introduced:
    def get(adapter: Adapter) -> Introduction:
        with scratch() as directory, Workers(adapter, Options(), directory) as workers:
            return introduce(adapter, Options(), workers)

    return get


def run(adapter: Adapter, **options: object) -> list[Event]:
    return list(engine.run([adapter], replace(OPTIONS, **options)))  # type: ignore[arg-type]


def findings(events: list[Event]) -> list[Finding]:
    return [e.finding for e in events if isinstance(e, Found) and fails(e.finding, "should")]


def verdicts(events: list[Event]) -> dict[str, tuple[str, str]]:
    (finished,) = (event for event in events if isinstance(event, Finished))
    return {each.clause: (each.status, each.why) for each in finished.verdicts}


@pytest.mark.parametrize("name", ["stdlib", "reference", "reference-latest"])
def test_what_works_is_granted_without_a_word(name: str, introduced: Introduced) -> None:
    hello, facts, notes = introduced(resolve(name))
    assert (hello["lacks"], notes) == ([], ())
    assert facts.capabilities >= GRANTED


@pytest.mark.parametrize("name", sorted(GRANTED))
def test_what_works_is_tested_though_it_is_declared_to_lack(
    name: str, introduced: Introduced
) -> None:
    hello, facts, notes = introduced(replace(resolve("stdlib"), lacks=(name,)))
    assert hello["lacks"] == [] and name in facts.capabilities
    assert notes == (
        f"{name} works, though lacks declares it absent: it is tested; take it out of lacks",
    )


FAULTS = [
    # module, what it lacks as well, what it lacks, an area and a clause where that shows
    ("cannot_resize", (), "resize", "resize", "resize.anonymous"),
    pytest.param(
        *("incoherent", ("resize",), "coherence", "access", "access.write-updates-file"),
        marks=linux,
    ),
]


@pytest.mark.parametrize(("module", "others", "name", "area", "clause"), FAULTS)
def test_what_is_lacking_undeclared_is_told_and_found(
    module: str, others: tuple[str, ...], name: str, area: str, clause: str
) -> None:
    events = run(faulty(module, *others), areas=(area,), budget="5")
    (started,) = (event for event in events if isinstance(event, Started))
    assert started.facts["lacks"] == list(others)
    assert started.notes == (
        f"{name} does not work: mend it, or where it cannot be had declare lacks = ['{name}']",
    )
    assert clause in {finding.clause for finding in findings(events)}


@pytest.mark.parametrize(("module", "others", "name", "area", "clause"), FAULTS)
def test_what_is_declared_to_lack_does_not_apply(
    module: str, others: tuple[str, ...], name: str, area: str, clause: str
) -> None:
    events = run(faulty(module, name, *others))
    (started,) = (event for event in events if isinstance(event, Started))
    assert (started.facts["lacks"], started.notes) == (sorted((name, *others)), ())
    assert findings(events) == []
    told = verdicts(events)
    needing = [told[each.id] for each in CLAUSES.values() if each.needs == name]
    assert {status for status, _ in needing} == {"not applicable"}
    assert f"needs {name}" in {why for _, why in needing}


@linux
def test_what_is_declared_to_lack_hides_no_lost_bytes() -> None:
    """The file is to have them after a flush, at the latest."""
    events = run(faulty("write_does_not_reach_file", "coherence"))
    lost = [finding for finding in findings(events) if finding.program[-1][1] == "contents"]
    assert {"flush.writes-back"} <= {finding.clause for finding in lost}


def test_a_refused_resize_changes_nothing_though_it_is_declared_to_lack(
    tmp_path: Path,
) -> None:
    (tmp_path / "truncates.py").write_text(
        "import os, cannot_resize\n"
        "globals().update(vars(cannot_resize))\n"
        "class mmap(cannot_resize.mmap):\n"
        "    __slots__ = ('_fileno',)\n"
        "    def __init__(self, fileno, *_, **__):\n"
        "        self._fileno = fileno\n"
        "    def resize(self, size):\n"
        "        os.ftruncate(self._fileno, size)\n"
        "        raise SystemError('there is no mremap')\n",
        "utf-8",
    )
    adapter = faulty("truncates", "resize")
    environment = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(FAULTY)))}
    events = run(replace(adapter, environment=environment), areas=("resize",))
    (lost,) = findings(events)
    assert (lost.clause, lost.operation) == ("resize.failed-changes-nothing", "resize")


def test_replaying_and_comparing_heed_what_is_declared() -> None:
    program = [
        Operation("f0", "file()", [octets(b"abc")]),
        Operation("m0", "mmap()", [descriptor("f0"), 0]),
        Operation("m0", "resize", [2]),
    ]
    found = replay(faulty("cannot_resize"), program, Options()).divergence
    assert found is not None and found.clause == "resize.changes-map-and-file"
    assert replay(faulty("cannot_resize", "resize"), program, Options()).divergence is None
    pair = [resolve("stdlib"), faulty("cannot_resize", "resize")]
    options = Options(budget="1", areas=("resize",))
    for told in differences(pair, options):
        assert told.program[-1].method == "resize"
        assert told.clauses[-1] == "resize.failed-changes-nothing"


def test_the_report_says_what_lacks_and_why_clauses_do_not_apply(
    capsys: pytest.CaptureFixture[str],
) -> None:
    adapter = faulty("cannot_resize", "resize", "coherence")
    terminal = Terminal([adapter.name], verbose=True)
    for event in run(adapter, budget="0.1"):
        terminal(event)
    terminal.close()
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if "needs resize" in line)
    assert line.startswith("  cannot_resize: needs resize: ")
    assert "resize.changes-map-and-file, resize.keeps-bytes, " in line
    assert "cannot_resize: coherence works, though lacks declares it absent" in out
