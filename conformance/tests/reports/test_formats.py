"""What other tools read: that it is as they want it, whatever an implementation says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from junitparser import JUnitXml
from lxml import etree

from mmap_conformance.events import Finished, Found, Started, Verdict
from mmap_conformance.reports import FORMATS, github, markdown, render
from mmap_conformance.reports.reading import Report
from mmap_spec_tests.clauses import CLAUSES

SCHEMAS = Path(__file__).parent / "schemas"


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_an_implementation_says_is_more_than_text(six: Report, format: str) -> None:
    text = render(format, [six])
    assert text.encode("utf-8")
    assert {c for c in text if not c.isprintable()} <= {"\n"}
    if format in ("html", "junit", "badge"):
        assert not re.search(r"<script>alert|<img src=x|]]> --", text)


# JUnit


def junit(report: Report) -> ElementTree.Element:
    text = render("junit", [report])
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    schema.assertValid(etree.fromstring(text.encode()))
    return ElementTree.fromstring(text)


def test_junit_is_as_its_schema_says(six: Report) -> None:
    root = junit(six)
    assert [suite.get("name") for suite in root][:4] == ["right", "stdlib", "mmap@pypy3", "windows"]
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests", "")) == len(cases)
        for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.get(count, "")) == len(suite.findall(f"testcase/{tag}"))


def test_the_schema_of_junit_refuses_something() -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    assert not schema.validate(etree.fromstring("<testsuites><testsuite name='a'/></testsuites>"))


def test_junit_is_red_where_the_gate_is(made: Any) -> None:
    root = junit(made.report())
    cases = {case.get("name"): case for case in root[0].findall("testcase")}
    kinds = {name: [child.tag for child in case] for name, case in cases.items()}
    assert kinds["position.tell-returns-position"] == ["failure"]
    assert kinds["search.find-lowest"] == ["skipped"]
    assert kinds["slices.set-from-itself"] == ["system-out"]
    assert kinds["flush.range"] == ["error"]  # untested, and nothing is in the way
    assert kinds["items.len"] == ["failure"]  # stale
    assert kinds["search.rfind-highest"] == []
    failure = cases["position.tell-returns-position"][0]
    assert failure.get("message") == "m0.tell(): returned 2"
    assert failure.text is not None and "expected: returns 1\ngot:      returned 2" in failure.text
    assert "did not start: cannot import b" in root[1][1][0].get("message", "")


def test_junit_is_read_by_its_readers(six: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(render("junit", [six]), "utf-8")
    suites = list(JUnitXml.fromfile(str(path)))
    assert [len(list(suite)) for suite in suites[:4]] == [len(CLAUSES)] * 4


# CTRF


def test_ctrf_is_as_its_schema_says(six: Report, made: Any) -> None:
    schema = json.loads((SCHEMAS / "ctrf.schema.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for report in (six, made.report()):
        content = json.loads(render("ctrf", [report]))
        validator.validate(content)
        results = content["results"]
        for status in ("passed", "failed", "skipped"):
            counted = sum(test["status"] == status for test in results["tests"])
            assert results["summary"][status] == counted > 0
    by_name = {test["name"]: test for test in results["tests"]}
    assert by_name["flush.range"]["status"] == "failed"
    assert by_name["search.find-lowest"]["message"] == "expected: bug 5"
    assert by_name["position.tell-returns-position"]["snippet"].startswith('"""')
    del results["tool"]
    assert not validator.is_valid(content)


# GitHub


def annotations(report: Report) -> list[tuple[str, str, str]]:
    """As a runner reads them: kind, title and text."""
    told = []
    for line in render("github", [report]).splitlines():
        found = re.fullmatch(r"::(error|warning|notice) title=([^:,]*)::(.*)", line)
        assert found is not None, line
        told.append((found[1], found[2], found[3]))
    return told


def test_annotations_tell_what_counts(made: Any) -> None:
    told = annotations(made.report())
    assert [kind for kind, _, _ in told] == ["error", "error", "warning", "notice", "notice"]
    assert "did not start" in told[0][2]
    assert told[1][1] == "position.tell-returns-position (must%2C failed)%3A a"
    assert "%0Am0.tell()%0Aexpected: returns 1%0Agot: returned 2" in told[1][2]


def test_no_line_of_an_implementation_is_a_command(six: Report) -> None:
    assert len(annotations(six)) > 3


def test_no_more_annotations_than_are_shown(made: Any) -> None:
    clauses = list(CLAUSES)[:25]
    many = [made.finding(clause, made.map, made.tell) for clause in clauses]
    crash = replace(many[-1], kind="crashed", got="crashed with SIGSEGV")
    events = [made.started, *map(Found, (*many[:-1], crash)), made.finished]
    told = annotations(made.report(events, ["a"]))
    musts = sum(CLAUSES[clause].level != "may" for clause in clauses)
    assert [kind for kind, _, _ in told].count("error") == github.MOST
    assert "SIGSEGV" in told[0][2]
    assert told[9][2] == f"{musts - 9} more are in the report of the run"


# Badge


def badge(report: Report) -> tuple[str, str]:
    content = json.loads(render("badge-endpoint", [report]))
    assert content["schemaVersion"] == 1 and content["label"] == "mmap conformance"
    image = ElementTree.fromstring(render("badge", [report]))
    assert image.get("aria-label") == f"mmap conformance: {content['message']}"
    return content["message"], content["color"]


def test_the_badge_tells_the_verdict(made: Any) -> None:
    passed = tuple(Verdict(clause, "passed", 1) for clause in CLAUSES)
    finished = replace(made.finished, verdicts=passed)
    started, stale = made.events[0], made.events[5]
    for events, told in (
        ([started, finished], ("conformant", "brightgreen")),
        ([started, Found(made.expected), finished], ("conformant", "brightgreen")),
        ([started, Found(made.unexpected), finished], ("1 finding", "red")),
        ([started, stale, finished], ("stale", "orange")),
        ([started], ("incomplete", "lightgrey")),
        ([started, replace(finished, stopped="interrupted")], ("incomplete", "lightgrey")),
        ([made.events[-1]], ("did not start", "red")),
    ):
        names = ["b"] if told[0] == "did not start" else ["a"]
        assert badge(made.report(events, names)) == told


# Markdown


def test_markdown_tells_the_gravest_first(made: Any) -> None:
    crash = replace(made.finding("items.len", made.map, made.tell), kind="crashed")
    text = render("markdown", [made.report([*made.events[:3], Found(crash), *made.events[3:]])])
    found = [text.index(f"`{clause}`") for clause in ("items.len", *made.statuses)]
    assert found == sorted(found)
    assert "**Not conformant: 2 unexpected findings in a." in text
    assert "```python\nm0 = mmap.mmap(-1, 13, access=mmap.ACCESS_WRITE)\nm0.tell()\n```" in text


def test_markdown_stays_below_what_is_shown(made: Any) -> None:
    long = "ü" * 1900
    many = [
        made.finding(clause, made.map, made.tell, got=f"{number} {long}")
        for number in range(3)
        for clause in CLAUSES
    ]
    text = render(
        "markdown", [made.report([made.started, *map(Found, many), made.finished], ["a"])]
    )
    size = len(text.encode())
    assert 900_000 < size < 2**20
    left = re.search(r"\*\*(\d+) more findings\*\* are left out", text)
    assert left is not None
    assert int(left[1]) + text.count("\n### ") == len(many)


@pytest.mark.parametrize("text", ["", "`", "``a`", " ", "a|b", "<b>&amp;", "*_["])
def test_code_spans_hold_any_line(text: str) -> None:
    span = markdown.code(text)
    found = re.fullmatch(r"(`+)( ?)(.*?)\2\1", span)
    assert found is not None
    assert (found[3].replace("\\|", "|").strip() or "") == text.strip()
    assert len(found[1]) not in {len(run) for run in re.findall("`+", found[3])}


# Several reports as one


def test_several_reports_are_one(made: Any) -> None:
    other = made.report(made.named("c", platform="windows", system="win32"), ["c"])
    text = render("markdown", [made.report(), other])
    assert "`a`" in text and "`c`" in text and "windows" in text


def test_the_same_name_is_told_apart_by_what_differs(made: Any) -> None:
    here, there = made.named("a"), made.named("a", platform="windows", system="win32")
    root = junit(made.report(here, ["a"]))
    text = render("junit", [made.report(here, ["a"]), made.report(there, ["a"])])
    assert [suite.get("name") for suite in root] == ["a"]
    names = [suite.get("name") for suite in ElementTree.fromstring(text)]
    assert names == ["a (unix, linux)", "a (windows, win32)"]


def test_shares_of_one_run_become_one_column(made: Any) -> None:
    """One looked at searches, the other at all else, and each says of the rest that it did not."""

    def share(asked: bool) -> list[Started | Finished]:
        verdicts = tuple(
            Verdict(clause, "passed", 2)
            if clause.startswith("search.") is asked
            else Verdict(clause, "not applicable", why="not asked for")
            for clause in CLAUSES
        )
        return [made.started, replace(made.finished, verdicts=verdicts, findings=())]

    reports = [made.report(share(asked), ["a"]) for asked in (True, False)]
    assert 'errors="0"' in render("junit", reports)
    assert f"| {len(CLAUSES)} | 0 | 0 | 0 | 0 | 0 | 91,356 |" in render("markdown", reports)
    assert json.loads(render("badge-endpoint", reports))["message"] == "conformant"
    broken = made.report([*share(True)[:1], Found(made.unexpected), *share(True)[1:]], ["a"])
    assert json.loads(render("badge-endpoint", [*reports, broken]))["message"] == "1 finding"


# The page, as far as it needs no browser


def test_the_page_stays_below_3_mb(made: Any) -> None:
    names = [f"implementation-{number}" for number in range(20)]
    events: list[Any] = []
    for name in names:
        many = [
            made.finding(
                clause, made.map, made.tell, implementation=name, got=f"{name} {'<' * 300}"
            )
            for clause in CLAUSES
        ]
        started = replace(made.started, implementation=name)
        events += [started, *map(Found, many), replace(made.finished, implementation=name)]
    text = render("html", [made.report(events, names)])
    assert 2_000_000 < len(text.encode()) < 3_000_000
    assert "more in the JSON lines of the run" in text
    assert "The reproducer is in the JSON lines of the run" in text
