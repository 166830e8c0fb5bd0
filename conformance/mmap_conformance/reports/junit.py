"""The report as JUnit XML, as Jenkins, GitLab and others read it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mmap_conformance.reports.cases import Case, cases, text_of
from mmap_conformance.reports.summary import Column, Summary


def render(summary: Summary) -> str:
    """A suite for each implementation, a case for each clause.

    Expected findings are skipped; what was tested is told in properties of the suite.
    """
    root = Element("testsuites", name="mmap-conformance")
    for column in summary.columns:
        root.append(_suite(summary, column))
    for what in ("tests", "failures", "errors"):
        root.set(what, str(sum(int(suite.attrib[what]) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"


def _suite(summary: Summary, column: Column) -> Element:
    told = list(cases(summary, column))
    suite = Element("testsuite", name=column.label, tests=str(len(told)))
    for what, result in (("failures", "failed"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(what, str(sum(case.result == result for case in told)))
    suite.set("time", f"{column.seconds:.3f}")
    if summary.dates:
        suite.set("timestamp", summary.dates[-1].partition("+")[0])
    properties = SubElement(suite, "properties")
    for name in ("interpreter", "system", "edition", "level", "operations"):
        SubElement(properties, "property", name=name, value=str(getattr(column, name)))
    for case in told:
        _case(SubElement(suite, "testcase"), column, case)
    return suite


def _case(element: Element, column: Column, case: Case) -> None:
    element.set("name", case.name)
    element.set("classname", f"{column.label}.{case.area}" if case.area else column.label)
    element.set("time", "0")
    text = "\n\n".join(map(text_of, case.entries))
    if case.result == "skipped":
        SubElement(element, "skipped", message=case.message).text = text
    elif case.result in ("failed", "error"):
        tag = "failure" if case.result == "failed" else "error"
        kind = case.entries[0].kind if case.entries else case.status
        SubElement(element, tag, type=kind, message=case.message).text = text
    elif text:
        SubElement(element, "system-out").text = text
