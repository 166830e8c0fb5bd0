"""The benchmark measures what it says, on both, and tells all of it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("mmap_reference")

TOOLS = Path(__file__).parents[1]
SMALL = 1 << 20  # what is larger takes too long for a test


@pytest.fixture
def benchmark(tool: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(TOOLS)
    return tool("benchmark_reference")


def outcome(benchmark: ModuleType, name: str, case: Any) -> tuple[object, bytes]:
    """What the last expression of the statement is, and the bytes of the map afterwards."""
    measuring = importlib.import_module("benchmarks.measure")
    module = importlib.import_module(benchmark.IMPLEMENTATIONS[name])
    *first, last = case.statement.split("; ")
    with measuring.given(module, case) as names:
        exec("\n".join([case.setup, *first]), names)
        value: object = None
        if last.startswith(("for ", "with ", "m.seek", "m.flush")) or "\n" in last or " = " in last:
            exec(last, names)  # no value, or one that editions do not agree on
        else:
            value = eval(last, names)
        return value, names["m"][:]


def test_both_do_the_same(benchmark: ModuleType) -> None:
    cases = [case for case in benchmark.CASES if case.size <= SMALL]
    assert len(cases) > 150
    for case in cases:
        ours, theirs = (outcome(benchmark, name, case) for name in benchmark.IMPLEMENTATIONS)
        assert ours == theirs, case
        if case.group == "search":
            assert (ours[0] == -1) == ("absent" in case.name), case


def test_every_method_and_size_is_measured(benchmark: ModuleType) -> None:
    statements = " ".join(case.statement for case in benchmark.CASES)
    for method in (
        *("close", "find", "flush", "move", "read", "read_byte", "readline", "resize"),
        *("rfind", "seek", "size", "tell", "write", "write_byte"),
    ):
        assert f".{method}" in statements, method
    assert {1, 1 << 26} <= {case.size for case in benchmark.CASES}
    assert len({(case.group, case.name, case.size) for case in benchmark.CASES}) == len(
        benchmark.CASES
    )


def test_measures_and_writes(
    benchmark: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(benchmark, "QUICK", benchmark.Effort(2, 0.0, 0.0001))
    monkeypatch.setattr(
        benchmark, "CASES", [case for case in benchmark.CASES if case.size <= SMALL]
    )
    monkeypatch.setattr(
        benchmark, "WORST_CASES", [case for case in benchmark.WORST_CASES if case.size <= SMALL]
    )
    arguments = ["--quick", "--group", "in", "--group", "iteration", "--group", "worst cases"]
    paths = ["--json", str(tmp_path / "json"), "--markdown", str(tmp_path / "markdown")]
    assert benchmark.main(arguments + paths) == 0
    figures = json.loads((tmp_path / "json").read_text("utf-8"))
    assert list(figures["groups"]) == ["in", "iteration"]
    for case in figures["cases"]:
        assert case["reference"] > 0
        assert case["ratio"] > 0
    assert len(figures["worst_cases"]) == 12
    text = (tmp_path / "markdown").read_text("utf-8")
    assert "| in | 4 |" in text and "| rfind of ba…a in a…a |" in text
    assert "iteration" in capsys.readouterr().out


def test_slow_is_told_and_is_no_error(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(results: list[Any], worst: list[Any], effort: Any, console: Any) -> None:
        for result in results:
            result.turns = [{"reference": 2.0, "stdlib": 1.0}]

    monkeypatch.setattr(benchmark, "run", run)
    assert benchmark.main(["--group", "lines"]) == 0
    printed = capsys.readouterr().out
    assert "0.50" in printed and "readline" in printed


def test_medians_of_turns_and_geometric_means(benchmark: ModuleType) -> None:
    report = importlib.import_module("benchmarks.report")
    results = [report.Result(case) for case in benchmark.CASES if case.group == "lines"][:2]
    for result, ratio in zip(results, (2.0, 8.0), strict=True):
        for seconds, wrong in ((1.0, 1.0), (3.0, 1.0), (90.0, 0.001)):
            result.turns.append({"reference": seconds, "stdlib": seconds * ratio * wrong})
        result.turns.append({"reference": 3.0, "stdlib": 3.0 * ratio})
    assert [result.ratio for result in results] == [2.0, 8.0]
    assert results[0].seconds("reference") == 3.0
    [group] = report.groups(results)
    assert (group.mean, group.lowest, group.meets) == (pytest.approx(4.0), 2.0, True)
    results[0].turns = [{"reference": 2.0, "stdlib": 1.0}]
    [group] = report.groups(results)
    assert (group.lowest, group.meets) == (0.5, False)


def test_refusals(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark, "run", lambda results, worst, effort, console: None)
    monkeypatch.setattr(benchmark, "summary", lambda results, worst: "")
    monkeypatch.setattr(benchmark, "markdown", lambda results, worst: "")
    assert benchmark.main(["--markdown", "/nowhere/file"]) == 2
    assert "cannot write /nowhere/file" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        benchmark.main(["--group", "nothing"])
    assert left.value.code == 2
    monkeypatch.setitem(benchmark.IMPLEMENTATIONS, "reference", "no_such_module")
    assert benchmark.main([]) == 4
