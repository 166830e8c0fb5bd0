"""What a mutant is: a few edits of one source tree, under a name that stays the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Edit:
    """A piece of a file that is replaced.

    Attributes:
        file: its name in the source tree.
        start: of the piece, in bytes.
        end: where it ends.
        replacement: what stands there instead.
    """

    file: str
    start: int
    end: int
    replacement: bytes


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes:
        id: names it for good: file, function, operator, and the text that is changed; no
            line numbers, which move.
        operator: the sort of fault.
        line: where it is, counted from 1.
        edits: what is changed, in one file or several.
        platform: the only one whose code is changed, or an empty string.
    """

    id: str
    operator: str
    line: int
    edits: tuple[Edit, ...]
    platform: str = ""

    def files(self) -> set[str]:
        """The files that it changes."""
        return {edit.file for edit in self.edits}

    def text_of(self, file: str, original: bytes) -> bytes:
        """The changed text of a file."""
        edits = [edit for edit in self.edits if edit.file == file]
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            original = original[: edit.start] + edit.replacement + original[edit.end :]
        return original


def unique(mutants: Iterable[Mutant]) -> list[Mutant]:
    """The mutants, those of the same id told apart by a number."""
    found: dict[str, Mutant] = {}
    for mutant in mutants:
        name, number = mutant.id, 2
        while name in found:
            name = f"{mutant.id} #{number}"
            number += 1
        found[name] = replace(mutant, id=name)
    return list(found.values())
