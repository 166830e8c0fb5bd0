"""Compare a documentation file with the clauses: what no clause restates, and what is gone.

The project holds no text of the documentation; every sentence shown comes from the user's FILE.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.document import Sentence, sentences
from mmap_spec_tests.informative import INFORMATIVE

EXIT_TRACED, EXIT_UNTRACED, EXIT_USAGE = 0, 1, 2


class Restating(Protocol):
    """What the tool asks of a clause."""

    @property
    def id(self) -> str: ...
    @property
    def restates(self) -> tuple[str, ...]: ...


class Trace(NamedTuple):
    """What a documentation file and the clauses say of each other."""

    found: list[Sentence]
    restated: int
    informative: int
    unrestated: list[Sentence]
    gone: list[Restating]

    @property
    def complete(self) -> bool:
        return not self.unrestated and not self.gone

    def summary(self) -> str:
        return (
            f"{len(self.found)} sentences: {self.restated} restated, "
            f"{self.informative} informative, {len(self.unrestated)} restated by no clause; "
            f"{len(self.gone)} clauses gone"
        )

    def as_json(self) -> dict[str, Any]:
        """The lists and the counts, as a JSON object."""
        return {
            "sentences": len(self.found),
            "restated": self.restated,
            "informative": self.informative,
            "unrestated": [sentence._asdict() for sentence in self.unrestated],
            "gone": [{"id": clause.id, "restates": clause.restates} for clause in self.gone],
        }


def trace(
    found: list[Sentence], clauses: Iterable[Restating], informative: Mapping[str, str]
) -> Trace:
    """Compare sentences with clauses; a clause that restates nothing is never gone.

    A sentence that is both restated and informative counts as restated.
    """
    clauses = list(clauses)
    present = {sentence.fingerprint for sentence in found}
    restated = {fingerprint for clause in clauses for fingerprint in clause.restates}
    others = [sentence for sentence in found if sentence.fingerprint not in restated]
    unrestated = [sentence for sentence in others if sentence.fingerprint not in informative]
    return Trace(
        found=found,
        restated=len(found) - len(others),
        informative=len(others) - len(unrestated),
        unrestated=unrestated,
        gone=[
            clause for clause in clauses if clause.restates and present.isdisjoint(clause.restates)
        ],
    )


def show(result: Trace, console: Console) -> None:
    """Print tables on a terminal, else a line for each item with tabs between its fields."""
    unrestated = [
        (str(item.line), item.fingerprint, item.kind, item.text) for item in result.unrestated
    ]
    gone = [(clause.id, " ".join(clause.restates)) for clause in result.gone]
    _rows("Restated by no clause", ("line", "fingerprint", "kind", "text"), unrestated, console)
    _rows("Clauses whose every sentence is gone", ("clause", "restated"), gone, console)
    console.print(Text(result.summary()), soft_wrap=True)


def _rows(
    title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], console: Console
) -> None:
    if not rows:
        return
    if console.is_terminal:
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
        return
    console.out(f"{title}:", highlight=False)
    for row in rows:
        # Not with the console, which makes tabs spaces.
        print("\t".join(" ".join(cell.split()) for cell in row), file=console.file)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="trace_document",
        description="List the sentences of a documentation FILE that no clause restates, and the "
        "clauses whose every sentence is gone from it.",
        epilog="exit code: 0 nothing to list, 1 something listed, 2 FILE is of no use",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="an mmap.rst, or a copy of it")
    parser.add_argument("--json", metavar="PATH", type=Path, help="write the result there as well")
    options = parser.parse_args(arguments)
    try:
        found = sentences(options.file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        return _refuse(f"cannot read {options.file}: {_reason(error)}")
    if not found:
        return _refuse(f"no sentence in {options.file}")
    result = trace(found, CLAUSES.values(), INFORMATIVE)
    if options.json:
        try:
            options.json.write_text(json.dumps(result.as_json(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            return _refuse(f"cannot write {options.json}: {_reason(error)}")
    show(result, Console())
    return EXIT_TRACED if result.complete else EXIT_UNTRACED


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _refuse(message: str) -> int:
    print(f"trace_document: {message}", file=sys.stderr)
    return EXIT_USAGE


if __name__ == "__main__":
    sys.exit(main())
