"""The pytest plugin: one test item for each clause and implementation.

    pytest --mmap-implementation mymmap

It does nothing unless an implementation is named, on the command line or as
``mmap_implementation`` in pytest's configuration. Each implementation is run once, when
its first item is; the items then tell what became of their clauses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # the rest is imported where it is used: elsewhere the plugin costs nothing
    from mmap_conformance.adapters import Adapter
    from mmap_conformance.events import Finding, Finished, Stale, Verdict
    from mmap_conformance.options import Options
    from mmap_conformance.outputs import Outputs

_OPTIONS = {
    "edition": "edition of the documentation",
    "level": "must, should or may: clauses below it never fail",
    "budget": "smoke, ci, deep or seconds, for each implementation",
    "seed": "of all choices",
    "timeout": "seconds for each operation",
    "isolation": "process, or none for pytest's own",
    "expectations": "file of findings that are known",
    "reproducers": "folder for a script of each finding",
}
_PATHS = ("expectations", "reproducers")
"""Options that are paths: in a configuration file relative to where it is."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each with an ini key of the same name."""
    group = parser.getgroup("mmap", "conformance of mmap implementations")
    for name, help in (
        ("implementation", "test this implementation of mmap (repeatable)"),
        ("clause", "only this clause (repeatable)"),
        ("area", "only this area (repeatable)"),
        ("report", "write a report, FORMAT=PATH (repeatable)"),
    ):
        group.addoption(f"--mmap-{name}", action="append", default=[], help=help)
        parser.addini(f"mmap_{name}", help, type="linelist", default=[])
    for name, help in _OPTIONS.items():
        group.addoption(f"--mmap-{name}", help=help)
        parser.addini(f"mmap_{name}", help)


def _given(config: pytest.Config, name: str) -> Any:
    value = config.getoption(f"--mmap-{name}")
    if value:
        return value
    value = config.getini(f"mmap_{name}")
    if value and name in _PATHS and config.inipath is not None:
        return config.inipath.parent / value
    return value


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose among the items
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the items."""
    if not _given(config, "implementation"):
        return
    from mmap_conformance.errors import StartError, UsageError

    try:
        adapters, options, outputs = _run_of(config)
    except (StartError, UsageError) as error:
        raise pytest.UsageError(str(error)) from error
    config.add_cleanup(outputs.close)
    for adapter in adapters:
        node = f"mmap/{adapter.name}"
        collector = ImplementationCollector.from_parent(session, name=node, nodeid=node)
        collector.prepare(adapter, options, outputs)
        items.extend(collector.collect())


def _run_of(config: pytest.Config) -> tuple[list[Adapter], Options, Outputs]:
    import argparse

    from mmap_conformance.cli.arguments import parse
    from mmap_conformance.cli.implementations import adapters
    from mmap_conformance.cli.options import options_of
    from mmap_conformance.errors import StartError
    from mmap_conformance.expectations import Expectations
    from mmap_conformance.outputs import Outputs

    words = ["run"]
    for name in ("clause", "area", "report"):
        for value in _given(config, name):
            words += [f"--{name}", value]
    for name in _OPTIONS:
        value = _given(config, name)
        if value:
            words += [f"--{name}", str(value)]
    parsed: argparse.Namespace = parse(words)
    options = options_of(parsed)
    Expectations.read(options.expectations)
    names = _given(config, "implementation")
    there, missing = adapters(names, options.isolation)
    if missing:
        raise StartError(missing[0].reason)
    return there, options, Outputs(options, names, parsed.report, parsed.reproducers)


class ImplementationCollector(pytest.Collector):
    """One implementation; runs the engine when the first of its items asks."""

    def prepare(self, adapter: Adapter, options: Options, outputs: Outputs) -> None:
        """Say what is to be run, and who else is told of it."""
        self._adapter = adapter
        self._outputs = outputs
        self._options = options
        self._finished: Finished | None = None
        self.stale: list[Stale] = []
        self._problem = ""

    def collect(self) -> Iterator[ClauseItem]:
        """An item for each clause."""
        from mmap_spec_tests.clauses import CLAUSES

        wanted = self._options.wanted()
        for clause in filter(wanted.__contains__, CLAUSES):
            item = ClauseItem.from_parent(self, name=clause)
            item.user_properties.append(("mmap_clause", clause))
            item.user_properties.append(("mmap_level", CLAUSES[clause].level))
            item.user_properties.append(("mmap_implementation", self._adapter.name))
            yield item

    def finished(self) -> Finished:
        """What the run said, once it is done.

        Raises:
            ConformanceFailure: the implementation did not start.
        """
        if self._problem:
            pytest.skip(self._problem)  # told by the item that was the first to ask
        if self._finished is None:
            from mmap_conformance import engine
            from mmap_conformance.events import Finished, NotStarted, Stale, Started

            for event in engine.run([self._adapter], self._options):
                self._outputs(event)
                if isinstance(event, NotStarted):
                    self._problem = f"{event.implementation} did not start: {event.reason}"
                    raise ConformanceFailure(self._problem)
                if isinstance(event, Started):
                    for note in event.notes:
                        self.warn(pytest.PytestWarning(f"{event.implementation}: {note}"))
                if isinstance(event, Stale):
                    self.stale.append(event)
                if isinstance(event, Finished):
                    self._finished = event
        assert self._finished is not None
        return self._finished


class ConformanceFailure(Exception):
    """A clause is not met; the text says which program shows it."""


class ClauseItem(pytest.Item):
    """One clause of one implementation."""

    def runtest(self) -> None:
        """Pass, fail or skip as the run's verdict says."""
        collector = self.parent
        assert isinstance(collector, ImplementationCollector)
        finished = collector.finished()
        verdict = next(v for v in finished.verdicts if v.clause == self.name)
        self.user_properties.append(("mmap_status", verdict.status))
        findings = [finding for finding in finished.findings if finding.clause == self.name]
        for event in collector.stale:
            if event.clause == self.name and verdict.status != "failed":
                now = event.got or "does what it should"
                raise ConformanceFailure(
                    f"an expected finding of {event.operation} ({event.was}) is stale: "
                    f"its program now {now}"
                )
        self._pass(verdict, findings)

    def _pass(self, verdict: Verdict, findings: list[Finding]) -> None:
        told = "\n\n".join(map(_told, findings))
        if verdict.status == "failed":
            raise ConformanceFailure(told)
        if verdict.status == "expected":
            pytest.xfail(findings[0].reason)
        if verdict.status == "information":
            self.add_report_section("call", "information", told)
        if verdict.status == "untested":
            if not verdict.why:
                raise ConformanceFailure("untested: no program reached it in this budget")
            pytest.skip(f"untested: {verdict.why} may be in the way")
        if verdict.status == "not applicable":
            pytest.skip(f"not applicable: {verdict.why}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding, without the plugin's own traceback."""
        if isinstance(excinfo.value, ConformanceFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, None, str]:
        """Where the item is said to be."""
        assert self.parent is not None
        return self.parent.name, None, f"{self.parent.name} {self.name}"


def _told(finding: Finding) -> str:
    from mmap_conformance.render import lines
    from mmap_spec_tests.clauses import CLAUSES

    program = "\n".join(f"    {line}" for line in lines(finding.program))
    return (
        f"{finding.clause} ({finding.level}): {CLAUSES[finding.clause].statement}\n{program}\n"
        f"expected: {finding.expected}\ngot:      {finding.got}"
    )
