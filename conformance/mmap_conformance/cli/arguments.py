"""What may stand on the command line."""

from __future__ import annotations

import argparse
import difflib
import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NoReturn

from mmap_conformance.cli import (
    diff,
    expectations,
    explain,
    init,
    listing,
    replay,
    report,
    run,
    selftest,
    vectors,
)
from mmap_conformance.cli.version import Version
from mmap_conformance.errors import UsageError
from mmap_conformance.options import BUDGETS, Options
from mmap_conformance.reports import COMPARING, FORMATS
from mmap_spec_tests.clause import EDITIONS, LEVELS, Edition, edition_text, parse_edition
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.rules import AREAS


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace whose ``verb`` carries it out.

    Raises:
        UsageError: it makes no sense.
    """
    return parser().parse_args(arguments)


def parser() -> argparse.ArgumentParser:
    """What reads a command line."""
    parser = _Parser(
        prog="mmap-conformance",
        description="Tests implementations of mmap against the documentation, clause by clause.",
    )
    parser.add_argument("--version", action=Version, nargs=0, help="show it, and what it runs on")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    _run(verbs.add_parser("run", help="test implementations"))
    _list(verbs.add_parser("list", help="list clauses, implementations or editions"))
    _explain(verbs.add_parser("explain", help="tell what a clause says"))
    _replay(verbs.add_parser("replay", help="run recorded programs again"))
    _report(verbs.add_parser("report", help="show reports as a page, Markdown, JUnit …"))
    _diff(verbs.add_parser("diff", help="tell where two implementations differ"))
    _expectations(verbs.add_parser("expectations", help="keep a file of known findings"))
    _selftest(verbs.add_parser("selftest", help="see that an implementation can be tested"))
    _init(verbs.add_parser("init", help="set up the gate in your project"))
    _vectors(verbs.add_parser("vectors", help="the corpus for harnesses of other languages"))
    return parser


def _run(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(verb=run.run)
    _common(
        parser,
        "stdlib, reference, MODULE, MODULE@INTERPRETER, or a name from pyproject.toml "
        "(default: reference stdlib)",
    )
    _search(parser)
    parser.add_argument(
        "--expectations", type=Path, metavar="FILE", help="findings that are known (TOML)"
    )
    parser.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="FORMAT=PATH",
        help=f"write a report; FORMAT is jsonl, {', '.join(FORMATS)} (repeatable)",
    )
    parser.add_argument(
        "--reproducers", type=Path, metavar="DIR", help="write a script for each finding"
    )
    told = parser.add_mutually_exclusive_group()
    told.add_argument(
        "--verbose", action="store_true", help="show every clause, and what dying workers wrote"
    )
    told.add_argument("--quiet", action="store_true", help="show the verdict, and no findings")


def _search(parser: argparse.ArgumentParser) -> None:
    defaults = Options()
    names = ", ".join(f"{name} ({seconds:g} s)" for name, seconds in BUDGETS.items())
    parser.add_argument(
        "--budget",
        type=budget,
        default=defaults.budget,
        help=f"how long to search, for each implementation: {names}, or SECONDS "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=defaults.seed, help="of all choices (default: %(default)s)"
    )
    parser.add_argument(
        "--jobs",
        type=positive,
        default=defaults.jobs,
        metavar="N",
        help="processes that share the work (default: %(default)s)",
    )
    parser.add_argument(
        "--clause", type=clause, action="append", default=[], help="only this one (repeatable)"
    )
    parser.add_argument(
        "--area", type=area, action="append", default=[], help="only this one (repeatable)"
    )


def _report(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(verb=report.run)
    parser.add_argument(
        "files", type=Path, metavar="FILE", nargs="+", help="written with --report jsonl=FILE"
    )
    parser.add_argument("--format", choices=FORMATS, required=True, help="what to make of them")
    parser.add_argument(
        "--before",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=f"tell what has changed since this report ({', '.join(COMPARING)}; repeatable)",
    )
    parser.add_argument(
        "--output", type=Path, metavar="PATH", help="where to write (default: standard output)"
    )


def _diff(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(verb=diff.run)
    parser.add_argument("first", metavar="IMPLEMENTATION", help="as for run")
    parser.add_argument("second", metavar="IMPLEMENTATION", help="as for run")
    _surroundings(parser)
    _search(parser)


def _expectations(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    update = verbs.add_parser("update", help="write what is found, leave out what is gone")
    update.set_defaults(verb=expectations.update)
    update.add_argument("file", type=Path, metavar="FILE", help="written anew (TOML)")
    _common(update, "as for run", nargs="+")
    _search(update)
    check = verbs.add_parser("check", help="refuse findings without kind or reason")
    check.set_defaults(verb=expectations.check)
    check.add_argument("files", type=Path, metavar="FILE", nargs="+", help="TOML")


def _vectors(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    export = verbs.add_parser("export", help="write programs and expected outcomes as JSON")
    export.set_defaults(verb=vectors.export)
    export.add_argument(
        "file", type=Path, metavar="FILE", nargs="?", help="(default: standard output)"
    )
    export.add_argument(
        "--edition",
        type=edition,
        default=EDITIONS[-1],
        help=f"of the documentation (default: {edition_text(EDITIONS[-1])})",
    )
    export.add_argument(
        "--platform",
        choices=("unix", "windows"),
        default="unix",
        help="of the implementation (default: %(default)s)",
    )


def _list(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(verb=listing.run)
    parser.add_argument("what", choices=("clauses", "implementations", "editions"))
    parser.add_argument("--edition", type=edition, help="clauses that hold in this one")
    parser.add_argument("--level", choices=LEVELS, help="clauses of this level")
    parser.add_argument("--area", type=area, help="clauses of this area")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(verb=explain.run)
    parser.add_argument("clause", type=clause, metavar="CLAUSE", help="id of a clause")


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(verb=replay.run)
    parser.add_argument(
        "what",
        metavar="FILE|CLAUSE",
        help="a report, a program (a JSON list of operations), or a clause for its examples",
    )
    _common(parser, "as for run (default: those of the report, or else reference stdlib)")


def _selftest(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(verb=selftest.run)
    _common(parser, "as for run (default: reference stdlib)")


def _init(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(verb=init.run)
    parser.add_argument(
        "implementation",
        nargs="?",
        metavar="MODULE[@INTERPRETER]",
        help="what is to be tested (default: the module here whose source has a type mmap)",
    )
    parser.add_argument(
        "--ci",
        choices=("github", "gitlab", "none"),
        help="where to run it on each change (default: what the project has, or else github)",
    )
    parser.add_argument(
        "--requirement",
        default="mmap-conformance",
        help="how pip installs the suite: a name, a wheel, an address (default: %(default)s)",
    )
    parser.add_argument("--yes", action="store_true", help="write without asking")


def _common(parser: argparse.ArgumentParser, implementations: str, *, nargs: str = "*") -> None:
    parser.add_argument(
        "implementations", metavar="IMPLEMENTATION", nargs=nargs, help=implementations
    )
    _surroundings(parser)


def _surroundings(parser: argparse.ArgumentParser) -> None:
    defaults = Options()
    parser.add_argument(
        "--edition",
        type=edition,
        help="of the documentation (default: the one each implementation claims)",
    )
    parser.add_argument(
        "--level",
        choices=LEVELS,
        default=defaults.level,
        help="clauses below it inform and never fail (default: %(default)s)",
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=defaults.timeout,
        metavar="SECONDS",
        help="for each operation (default: %(default)g)",
    )
    parser.add_argument(
        "--isolation",
        choices=("process", "none"),
        default=defaults.isolation,
        help="none: in this process, which a crash then ends (default: %(default)s)",
    )


def clause(text: str) -> str:
    """The id of a clause.

    Raises:
        ArgumentTypeError: there is no such clause.
    """
    return _one_of(text, CLAUSES, "clause", "`mmap-conformance list clauses` lists them")


def area(text: str) -> str:
    """An area.

    Raises:
        ArgumentTypeError: there is no such area.
    """
    return _one_of(text, AREAS, "area", f"known are {', '.join(AREAS)}")


def _one_of(text: str, known: Collection[str], what: str, help: str) -> str:
    if text in known:
        return text
    close = difflib.get_close_matches(text, known, 1)
    raise argparse.ArgumentTypeError(
        f"unknown {what} {text!r}; " + (f"did you mean {close[0]}?" if close else help)
    )


def edition(text: str) -> Edition:
    """An edition.

    Raises:
        ArgumentTypeError: there is no such edition.
    """
    try:
        return parse_edition(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def budget(text: str) -> str:
    """A named budget, or a number of seconds.

    Raises:
        ArgumentTypeError: it is neither.
    """
    if text not in BUDGETS:
        try:
            seconds(text)
        except argparse.ArgumentTypeError:
            names = ", ".join(BUDGETS)
            raise argparse.ArgumentTypeError(
                f"{text!r} is neither {names} nor a number of seconds"
            ) from None
    return text


def seconds(text: str) -> float:
    """A time.

    Raises:
        ArgumentTypeError: it is no positive number.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number of seconds")
    return number


def positive(text: str) -> int:
    """A count.

    Raises:
        ArgumentTypeError: it is no positive integer.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive integer")
    return int(text)
