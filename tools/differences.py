"""Writes the table of what implementations differ in, and of the clauses that see it.

    python tools/differences.py

``differences.toml`` says which clauses speak of a kind of difference, or of a change from one
version to the next; who is known to fail them comes from the expectations that ship. A kind that
nobody fails, and a change that neither a clause nor an entry is limited to, needs a reason: where
there is none it is listed, nothing is written, and the exit code is 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmap_conformance import toml
from mmap_conformance.expectations import Expected, shipped
from mmap_spec_tests.clause import Clause, edition_text
from mmap_spec_tests.clauses import CLAUSES

SOURCE = Path(__file__).with_suffix(".toml")
TARGET = Path(__file__).parents[1] / "docs" / "kinds.md"
FAULTY = "conformance/tests/faulty"
Row = dict[str, Any]

HEAD = """# What implementations differ in

Written by `python tools/differences.py`. `mmap-conformance explain CLAUSE` says more of a clause.
"""


def failing(entries: Iterable[Expected]) -> str:
    """The implementations that entries speak of, each with the versions that have any of it."""
    found: dict[str, list[Expected]] = {}
    for entry in entries:
        for name in entry.implementations:
            found.setdefault(name, []).append(entry)
    return ", ".join(f"`{name}`{_versions(about)}" for name, about in found.items())


def _versions(entries: Sequence[Expected]) -> str:
    """From the first to the last that has one of the findings, in words."""
    since = [each.since for each in entries if each.since is not None]
    until = [each.until for each in entries if each.until is not None]
    first = min(since) if len(since) == len(entries) else None
    last = max(until) if len(until) == len(entries) else None
    return replace(entries[0], since=first, until=last).versions


def kind(row: Row, entries: Sequence[Expected]) -> tuple[str, str]:
    """Who fails a kind of difference, and what is wrong with the row."""
    found = failing(each for each in entries if each.clause in row["clauses"])
    if found:
        return found, ""
    if "planted" in row:
        return f"planted: `{FAULTY}/{row['planted']}.py`", ""
    why = row.get("why", "")
    return why, "" if why else "nobody is known to fail it"


def change(row: Row, entries: Sequence[Expected]) -> tuple[str, str]:
    """Where it shows that a version changed something, and what is wrong with the row."""
    version = row["version"]
    clauses = [CLAUSES[clause] for clause in row["clauses"]]
    said = [f"held{_held(each)}" for each in clauses if version in _limits(each)]
    known = [each for each in entries if each.clause in row["clauses"] and version in _limits(each)]
    if known:
        said.append(failing(known))
    if said:
        return ", ".join(dict.fromkeys(said)), ""
    why = row.get("why", "")
    return why, "" if why else f"no clause and no entry is limited to {version}"


def _limits(what: Clause | Expected) -> list[str]:
    """The versions that begin or end what a clause asks, or what an entry tells."""
    return [edition_text(each) for each in (what.since, what.until) if each is not None]


def _held(clause: Clause) -> str:
    since = f" from {edition_text(clause.since)}" if clause.since > (3, 1) else ""
    return since + (f" before {edition_text(clause.until)}" if clause.until else "")


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [columns, ["---"] * len(columns), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _clauses(row: Row) -> str:
    return ", ".join(f"`{clause}`" for clause in row["clauses"]) or "none"


def text(tables: dict[str, list[Row]], entries: Sequence[Expected]) -> tuple[str, list[str]]:
    """The page, and what is wrong with the rows."""
    wrong: list[str] = []
    parts = [HEAD, "## By kind\n"]
    for title, columns, key, tell in (
        ("", ("difference", "clauses", "known to fail them"), "kind", kind),
        ("\n## By version\n", ("since", "change", "clauses", "where it shows"), "change", change),
    ):
        rows = []
        for row in tables[key]:
            unknown = [clause for clause in row["clauses"] if clause not in CLAUSES]
            if unknown:
                wrong.append(f"{row['what']}: there is no clause {unknown[0]}")
                continue
            who, problem = tell(row, entries)
            if problem:
                wrong.append(f"{row['what']}: {problem}")
            version = [row["version"]] if "version" in row else []
            rows.append([*version, row["what"], _clauses(row), who])
        parts += [title] if title else []
        parts += _table(columns, rows)
    return "\n".join(parts) + "\n", wrong


def main() -> int:
    """Write the page; 1 if something is wrong with the rows."""
    page, wrong = text(toml.read(SOURCE, SOURCE.name), shipped().entries)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(page, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
