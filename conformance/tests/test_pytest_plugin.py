"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from mmap_conformance.reports import reading
from mmap_spec_tests.clauses import AREA_OF, CLAUSES

pytest_plugins = ["pytester"]

KNOWN = """
[[finding]]
clause = "search.find-lowest"
operation = "find"
got = "returned"
program = '[["m0", "mmap()", [-1, 1]], ["m0", "find", [{"bytes": "\\u0000"}]]]'
kind = "bug"
reason = "off by one"
"""

FAULTY = Path(__file__).parent / "faulty"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project that gates the faulty implementations with one ordinary test."""
    monkeypatch.setenv("PYTHONPATH", str(FAULTY))
    pytester.makepyfile(test_ordinary="def test_ordinary(): pass")
    return pytester


def run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    installed = any(point.name == "mmap_conformance" for point in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "mmap_conformance.pytest_plugin")
    return project.runpytest_subprocess(*plugin, *arguments)


def test_nothing_happens_where_it_is_not_used(project: pytest.Pytester) -> None:
    result = run(project)
    result.assert_outcomes(passed=1)


def test_an_item_for_each_clause_tells_the_verdict(project: pytest.Pytester) -> None:
    result = run(
        project,
        "--mmap-implementation=find_off_by_one",
        "--mmap-edition=3.1",
        "--mmap-area=search",
        "--mmap-budget=1",
        "--junitxml=report.xml",
        "-rs",
    )
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] >= 1 and outcomes["passed"] > 5
    later = [c for c in CLAUSES.values() if AREA_OF[c.id] == "search" and c.since > (3, 1)]
    assert outcomes["skipped"] == len(later) > 1
    result.stdout.fnmatch_lines(["search.*(must): *", "    *.find(*", "expected: returns *"])
    result.stdout.fnmatch_lines(["SKIPPED * not applicable: since edition 3.14.1"])
    cases = ElementTree.parse(project.path / "report.xml").iter("testcase")
    told = {
        (case.get("classname"), case.get("name")): {
            each.get("name"): each.get("value") for each in case.iter("property")
        }
        for case in cases
    }
    assert told["mmap.find_off_by_one", "search.find-lowest"] == {
        "mmap_clause": "search.find-lowest",
        "mmap_level": "must",
        "mmap_implementation": "find_off_by_one",
        "mmap_status": "failed",
    }


def test_what_is_declared_to_lack_and_works_is_told(project: pytest.Pytester) -> None:
    project.makepyprojecttoml(
        """
        [tool.mmap-conformance.implementations.port]
        lacks = ["resize"]
        """
    )
    result = run(
        project, "--mmap-implementation=port", "--mmap-clause=resize.keeps-bytes", "--mmap-budget=1"
    )
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*port: resize works, though lacks declares it absent: *"])


def test_ini_keys_say_the_same_as_options(project: pytest.Pytester) -> None:
    project.makeini(
        """
        [pytest]
        mmap_implementation = find_off_by_one
        mmap_clause = search.find-lowest
        mmap_budget = 1
        """
    )
    result = run(project)
    result.assert_outcomes(passed=1, failed=1)


def test_expected_findings_are_xfailed(project: pytest.Pytester) -> None:
    project.makefile(
        ".toml",
        known=KNOWN,
    )
    result = run(
        project,
        "--mmap-implementation=find_off_by_one",
        "--mmap-clause=search.find-lowest",
        "--mmap-budget=1",
        "--mmap-expectations=known.toml",
    )
    result.assert_outcomes(passed=1, xfailed=1)


def test_a_path_in_a_configuration_is_taken_from_its_folder(project: pytest.Pytester) -> None:
    (project.path / "known.toml").write_text(KNOWN)
    project.makeini(
        """
        [pytest]
        mmap_implementation = find_off_by_one
        mmap_clause = search.find-lowest
        mmap_budget = 1
        mmap_expectations = known.toml
        """
    )
    elsewhere = project.mkdir("elsewhere")
    project.makepyfile(**{"elsewhere/test_there": "def test_there(): pass"})
    project.chdir()
    with pytest.MonkeyPatch.context() as context:
        context.chdir(elsewhere)
        result = run(project)
    result.assert_outcomes(passed=1, xfailed=1)


def test_a_report_and_reproducers_are_written(project: pytest.Pytester) -> None:
    run(
        project,
        "--mmap-implementation=find_off_by_one",
        "--mmap-clause=search.find-lowest",
        "--mmap-budget=1",
        "--mmap-report=jsonl=report.jsonl",
        "--mmap-reproducers=scripts",
    )
    report = reading.read(project.path / "report.jsonl")
    assert [finding.clause for finding in report.findings] == ["search.find-lowest"]
    (script,) = (project.path / "scripts").iterdir()
    assert script.name == "search.find_lowest-find-find_off_by_one.py"


def test_a_stale_expectation_fails(project: pytest.Pytester) -> None:
    (project.path / "known.toml").write_text(KNOWN)
    result = run(
        project,
        "--mmap-implementation=size_lies",
        "--mmap-clause=search.find-lowest",
        "--mmap-budget=1",
        "--mmap-expectations=known.toml",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*an expected finding of find (returned) is stale: *"])


def test_an_implementation_that_does_not_start_fails_once(project: pytest.Pytester) -> None:
    result = run(project, "--mmap-implementation=raises_at_import", "--mmap-area=move")
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] == 1 and outcomes["passed"] == 1
    result.stdout.fnmatch_lines(["raises_at_import did not start: cannot import *"])


@pytest.mark.parametrize(
    "option", ["--mmap-edition=9.9", "--mmap-clause=no.such", "--mmap-budget=soon"]
)
def test_bad_options_are_usage_errors(project: pytest.Pytester, option: str) -> None:
    result = run(project, "--mmap-implementation=stdlib", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_k_chooses_among_the_items(project: pytest.Pytester) -> None:
    result = run(
        project, "--mmap-implementation=find_off_by_one", "--mmap-budget=1", "-k", "find-lowest"
    )
    assert result.parseoutcomes()["failed"] == 1
    assert result.parseoutcomes()["deselected"] > 100
