"""All mutants of a source tree."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from mutants.mutant import Edit, Mutant, unique
from mutants.operators import OPERATORS, Proposal
from mutants.parsing import Node, functions, inside, name_of, parse, text
from mutants.rechecks import rechecks

_LONGEST = 60
"""Characters of a text that stand in an id."""


def sources(folder: Path) -> dict[str, bytes]:
    """The C sources and headers of a package, by name."""
    paths = sorted([*folder.glob("*.c"), *folder.glob("*.h")])
    return {path.name: path.read_bytes() for path in paths}


def mutants_of(folder: Path) -> list[Mutant]:
    """Every mutant that the operators make of a package, in an order that stays the same."""
    trees = {name: parse(source) for name, source in sources(folder).items()}
    found = [mutant for name, root in trees.items() for mutant in _of_file(name, root)]
    return unique([*found, *rechecks(trees)])


def ready_made(folder: Path, original: Path) -> list[Mutant]:
    """A mutant for each package in a folder that differs from the original.

    Their files must have the names that those of the original have.
    """
    before = sources(original)
    found = []
    for package in sorted(path for path in folder.iterdir() if path.is_dir()):
        after = sources(package)
        changed = [name for name, text in after.items() if name in before and before[name] != text]
        edits = tuple(Edit(name, 0, len(before[name]), after[name]) for name in changed)
        platforms = {Path(name).stem.rpartition("_")[2] for name in changed}
        (platform,) = platforms if platforms in ({"unix"}, {"windows"}) else {""}
        if edits:
            found.append(Mutant(package.name, "ready-made", 0, edits, platform))
    return found


def sample(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many of them, by chance."""
    return random.Random(seed).sample(mutants, min(count, len(mutants)))


def _of_file(name: str, root: Node) -> Iterator[Mutant]:
    ranges = [(each.start_byte, each.end_byte, name_of(each)) for each in functions(root)]
    for node in inside(root):
        around = (f for start, end, f in ranges if start <= node.start_byte < end)
        function = next(around, "")
        for operator, proposes in OPERATORS.items():
            for proposal in proposes(node):
                yield _mutant(name, function, operator, proposal)


def _mutant(file: str, function: str, operator: str, proposal: Proposal) -> Mutant:
    node, replacement = proposal.node, proposal.replacement
    edit = Edit(file, node.start_byte, (proposal.last or node).end_byte, replacement.encode())
    change = _short(text(node))
    if replacement.strip(";"):
        change += f" => {_short(replacement)}"
    if not node.named_children and node.parent is not None:
        change += f" in {_short(text(node.parent))}"
    line = node.start_point.row + 1
    id = f"{file}:{function}:{operator}:{change}"
    return Mutant(id, operator, line, (edit,), platform_of(file, node))


def platform_of(file: str, node: Node) -> str:
    """The only platform that code is for; an empty string where it is for both."""
    stem = Path(file).stem
    for platform in ("unix", "windows"):
        if stem.endswith(f"_{platform}"):
            return platform
    while node.parent is not None:
        above = node.parent
        if above.type == "preproc_ifdef" and text(above.children[1]) == "_WIN32":
            other = above.child_by_field_name("alternative") == node
            return "unix" if (text(above.children[0]) == "#ifndef") != other else "windows"
        node = above
    return ""


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
