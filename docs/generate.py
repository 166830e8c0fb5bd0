"""Makes the reference pages from what they are about, so that they cannot be out of date.

python docs/generate.py FOLDER
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, _SubParsersAction
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import mmap_conformance
from mmap_conformance.cli.arguments import parser
from mmap_conformance.expectations import Expected, shipped
from mmap_conformance.gate import EXIT_CODES
from mmap_conformance.render import lines
from mmap_spec_tests.clause import EDITIONS, LEVELS, Clause, edition_text
from mmap_spec_tests.clauses import AREA_OF, CLAUSES
from mmap_spec_tests.corpus import example


def clauses() -> Iterator[str]:
    """Every clause, by area."""
    yield "# Clauses\n"
    yield f"All {len(CLAUSES)} of them. `must`: the documentation says so. `should`: it does not, "
    yield "but every CPython of that edition does it, or loses data or crashes where it does not. "
    yield "`may`: left open; shown as information, never a failure.\n"
    area = ""
    for clause in CLAUSES.values():
        if AREA_OF[clause.id] != area:
            area = AREA_OF[clause.id]
            yield f"## {area.capitalize()}\n"
        yield from _clause(clause)


def _clause(clause: Clause) -> Iterator[str]:
    yield f"({clause.id})=\n### {clause.id}\n"
    yield f"{_plain(clause.statement)}\n"
    until = f", before {edition_text(clause.until)}" if clause.until else ""
    facts = [f"`{clause.level}`", f"since edition {edition_text(clause.since)}{until}"]
    if len(clause.platforms) == 1:
        facts.append(f"only on {clause.platforms[0]}")
    if clause.needs:
        facts.append(f"needs `{clause.needs}`")
    if clause.source:
        facts.append(f"discussed in {clause.source}")
    restated = len(clause.restates)
    facts.append(f"restates {_count(restated, 'sentence')}" if restated else "undocumented")
    yield f"{', '.join(facts)}.\n"
    program = example(clause.id)
    if program is not None:
        yield _code("python", "\n".join(lines(program)))


def editions() -> Iterator[str]:
    """What each edition asks for, and what it changed."""
    yield "# Editions\n"
    yield "An implementation is held to the edition it claims: by `--edition`, by its "
    yield "configuration, or by the version of its interpreter.\n"
    yield from _table(("edition", *LEVELS), (_counts(edition) for edition in EDITIONS))
    for edition in EDITIONS[1:]:
        # 3.14.1 is told with 3.14: a patch release is no edition of its own.
        new = [c for c in CLAUSES.values() if c.since[:2] == edition]
        gone = [c for c in CLAUSES.values() if c.until and c.until[:2] == edition]
        if new or gone:
            yield f"## {edition_text(edition)}\n"
        for title, changed in (("New", new), ("No longer asked for", gone)):
            if changed:
                yield f"{title}:\n"
                yield "\n".join(f"- {_link(c.id)}: {_plain(c.statement)}" for c in changed) + "\n"


def _counts(edition: tuple[int, ...]) -> Sequence[str]:
    holds = [c for c in CLAUSES.values() if not c.why_not(edition, c.platforms[0], {c.needs})]
    return edition_text(edition), *(str(sum(c.level == level for c in holds)) for level in LEVELS)


def options() -> Iterator[str]:
    """The command line: what ``--help`` says of every verb."""
    yield "# Command line\n"
    os.environ["COLUMNS"] = "96"  # argparse asks the terminal otherwise
    yield from _verb(parser(), 2)


def _verb(of: ArgumentParser, depth: int) -> Iterator[str]:
    yield f"{'#' * depth} {of.prog}\n"
    yield _code("text", of.format_help())
    for action in of._actions:
        if isinstance(action, _SubParsersAction):
            for inner in action.choices.values():
                yield from _verb(inner, min(depth + 1, 4))


def exit_codes() -> Iterator[str]:
    """What the gate's exit codes mean."""
    yield "# Exit codes\n"
    yield "The gravest reason first, where there are several: 4, 1, 6, 5.\n"
    yield from _table(("code", "meaning"), ((str(c), text) for c, text in EXIT_CODES.items()))


def report() -> Iterator[str]:
    """The JSON-lines report, from its schema."""
    path = Path(mmap_conformance.__file__).with_name("reports") / "schema.json"
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    definitions = schema["$defs"]
    yield "# Report\n"
    yield "`--report jsonl=PATH` writes one JSON object a line. Each is one of these:\n"
    records = [each["$ref"].rpartition("/")[2] for each in schema["oneOf"]]
    for name in records:
        yield from _definition(name, definitions[name])
    yield "## What they are made of\n"
    for name, definition in definitions.items():
        if name not in records:
            said = definition.get("description", "")
            yield f"### {name}\n"
            yield f"{said}\n"
            yield _code("json", json.dumps(definition, indent=2))


def _definition(name: str, definition: dict[str, Any]) -> Iterator[str]:
    yield f"## {name}\n"
    if "description" in definition:
        yield f"{definition['description']}\n"
    rows = []
    for key, value in definition["properties"].items():
        said = value.get("description", "")
        rest = {k: v for k, v in value.items() if k != "description"}
        rows.append((f"`{key}`", f"`{json.dumps(rest)}`", said))
    yield from _table(("key", "value", ""), rows)


def differences() -> Iterator[str]:
    """Where implementations differ today: what the suite ships as expected."""
    yield "# Where implementations differ today\n"
    yield "What is known of them ships with the suite, each finding with a program that shows it."
    yield "In a clone of the repository `tox run -e ports` replays them on all that is there;"
    yield "one that is gone or has changed fails the gate. The same [by kind](../kinds.md).\n"
    groups: dict[tuple[str, ...], list[Expected]] = defaultdict(list)
    for entry in shipped().entries:
        groups[entry.implementations].append(entry)
    yield from _table(
        ("implementation", "findings", "clauses"),
        (
            (
                f"[{_names(names)}](#{_anchor(names)})",
                str(len(of)),
                str(len({e.clause for e in of})),
            )
            for names, of in groups.items()
        ),
    )
    for names, entries in groups.items():
        yield f"({_anchor(names)})=\n## {_names(names)}\n"
        for clause in dict.fromkeys(entry.clause for entry in entries):
            level = CLAUSES[clause].level
            yield f"### {clause} of {_names(names)}\n"
            yield f"{_link(clause)} (`{level}`): {_plain(CLAUSES[clause].statement)}\n"
            for entry in entries:
                if entry.clause == clause:
                    yield from _entry(entry)


def _entry(entry: Expected) -> Iterator[str]:
    where = f"{entry.versions}{' on ' + entry.platform if entry.platform else ''}".strip()
    link = f" ([discussed]({entry.link}))" if entry.link else ""
    yield f"**{entry.kind}**{', ' + where if where else ''}: {_plain(entry.reason)}{link}.\n"
    yield _code("python", "\n".join(lines(entry.program)))
    got = _SORTS.get(entry.got, f"raises {entry.got}")
    yield f"It {got}, where one that is right {_plain(entry.expected)}.\n"


def _names(names: Iterable[str]) -> str:
    return ", ".join(names).replace("*", "\\*")


def _anchor(names: Iterable[str]) -> str:
    return "known-" + "-".join(names).replace("@", "-").replace("*", "")


def _link(clause: str) -> str:
    return f"[{clause}](#{clause})"


def _plain(text: str) -> str:
    """Text in which nothing is markup but what stands in backquotes."""
    code = text.split("`")
    for number in range(0, len(code), 2):
        for sign in "\\*_[]<>":
            code[number] = code[number].replace(sign, "\\" + sign)
    return "`".join(code)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _code(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


_SORTS = {
    "returned": "returns something else",
    "crashed": "crashes",
    "hung": "hangs",
    "protocol": "breaks the protocol of the worker",
}
"""The sorts of outcomes in expectations files that are no names of exceptions, as verbs."""

PAGES = {
    "clauses": clauses,
    "editions": editions,
    "command-line": options,
    "exit-codes": exit_codes,
    "report": report,
    "differences": differences,
}
"""The pages by the names of their files."""


def write(folder: Path) -> None:
    """Write every page; what has not changed stays as it is, so that Sphinx need not read it."""
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        path, text = folder / f"{name}.md", "\n".join(page())
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
