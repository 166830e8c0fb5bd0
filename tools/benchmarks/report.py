"""What was measured, as tables and as JSON."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from .cases import TARGETS, Case, human


@dataclass
class Result:
    """The timings of a case: seconds on each implementation, turn by turn."""

    case: Case
    turns: list[dict[str, float]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How many times as long the stdlib takes: the median of all turns."""
        return statistics.median(turn["stdlib"] / turn["reference"] for turn in self.turns)

    def seconds(self, name: str) -> float:
        """The median of an implementation's timings."""
        return statistics.median(turn[name] for turn in self.turns)

    @property
    def per_byte(self) -> float:
        """Nanoseconds that the reference takes for each byte of the map."""
        return 1e9 * self.seconds("reference") / self.case.size


@dataclass(frozen=True)
class Group:
    """The ratios of some cases."""

    name: str
    cases: int
    mean: float
    lowest: float
    target: float

    @property
    def meets(self) -> bool:
        """Whether the group is as fast as it should be, and so is each case of it."""
        return self.mean >= self.target and self.lowest >= 0.9


def groups(results: Iterable[Result]) -> list[Group]:
    """One for each group of cases, in their order."""
    ratios: dict[str, list[float]] = {}
    for result in results:
        ratios.setdefault(result.case.group, []).append(result.ratio)
    return [
        Group(name, len(each), statistics.geometric_mean(each), min(each), TARGETS.get(name, 1.0))
        for name, each in ratios.items()
    ]


def duration(seconds: float) -> str:
    """Three digits and the unit that fits."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def where() -> str:
    """The interpreter and the machine, as far as they matter."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors"


def growth(worst: Iterable[Result]) -> dict[str, list[Result]]:
    """The results of each worst case, from the shortest text to the longest."""
    by_name: dict[str, list[Result]] = {}
    for result in worst:
        by_name.setdefault(result.case.name, []).append(result)
    return by_name


def rows(results: Iterable[Result], worst: Iterable[Result]) -> Iterator[str]:
    """The lines of the Markdown, from the groups on."""
    yield "| group | cases | geometric mean | target | lowest |"
    yield "|---|---:|---:|---:|---:|"
    for group in groups(results):
        yield (
            f"| {group.name} | {group.cases} | {group.mean:.2f} | {group.target:g} "
            f"| {group.lowest:.2f} |"
        )
    for name, each in growth(worst).items():
        if name == next(iter(growth(worst))):
            yield from ("", "## Worst cases", "")
            yield (
                "Searches of the reference for needles half as long as the text, in nanoseconds "
                "for each byte of the text. Linear is what stays the same, but for a step where "
                "text and needle no longer fit into the processor's cache."
            )
            yield ""
            yield "| search | " + " | ".join(human(result.case.size) for result in each) + " |"
            yield "|---|" + "---:|" * len(each)
        yield f"| {name} | " + " | ".join(f"{result.per_byte:.3f}" for result in each) + " |"
    for group in groups(results):
        yield from ("", f"## {group.name.capitalize()}", "")
        yield "| case | size | reference | stdlib | ratio |"
        yield "|---|---:|---:|---:|---:|"
        for result in results:
            if result.case.group == group.name:
                yield (
                    f"| {result.case.name} | {human(result.case.size)} "
                    f"| {duration(result.seconds('reference'))} "
                    f"| {duration(result.seconds('stdlib'))} | {result.ratio:.2f} |"
                )


def markdown(results: list[Result], worst: list[Result]) -> str:
    """All of it."""
    head = f"""\
# How fast the reference is

Measured by `tools/benchmark_reference.py`, which writes this file ({where()}).
Each statement is timed on the reference and on the interpreter's own `mmap` in turn, many times
and in several processes. A ratio is how many times as long the stdlib takes: the median of the
ratios of two timings that are beside each other; above 1 the reference is faster. Times are
medians of processor time, and of real time where a statement waits for the disk (`flush`). Sizes
are those of the map.

"""
    return head + "\n".join(rows(results, worst)) + "\n"


def as_json(results: list[Result], worst: list[Result]) -> dict[str, Any]:
    """The same for programs, in seconds."""
    return {
        "where": where(),
        "groups": {
            group.name: {
                "cases": group.cases,
                "geometric_mean": group.mean,
                "lowest": group.lowest,
                "target": group.target,
                "meets": group.meets,
            }
            for group in groups(results)
        },
        "cases": [
            {
                "group": result.case.group,
                "name": result.case.name,
                "size": result.case.size,
                "reference": result.seconds("reference"),
                "stdlib": result.seconds("stdlib"),
                "ratio": result.ratio,
            }
            for result in results
        ],
        "worst_cases": [
            {
                "name": result.case.name,
                "size": result.case.size,
                "nanoseconds_per_byte": result.per_byte,
            }
            for result in worst
        ],
    }


def summary(results: list[Result], worst: list[Result]) -> Table:
    """The groups, and what is below what it should be."""
    table = Table(box=None, pad_edge=False)
    for column in ("", "cases", "ratio", "target", "lowest", ""):
        table.add_column(column, justify="right" if column else "left")
    for group in groups(results):
        slow = [each for each in results if each.case.group == group.name and each.ratio < 0.9]
        table.add_row(
            group.name,
            str(group.cases),
            f"{group.mean:.2f}",
            f"{group.target:g}",
            f"{group.lowest:.2f}",
            "; ".join(f"{each.case.name}, {human(each.case.size)}" for each in slow),
        )
    for name, each in growth(worst).items():
        spread = max(result.per_byte for result in each) / min(result.per_byte for result in each)
        table.add_row(name, str(len(each)), "", "", "", f"time for a byte differs by {spread:.2f}")
    return table
