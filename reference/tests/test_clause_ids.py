"""The C code names the clauses that it keeps; a name that is none would mislead its readers."""

from __future__ import annotations

import re
from pathlib import Path

from mmap_spec_tests.clauses import CLAUSES

FOLDER = Path(__file__).parents[1] / "mmap_reference"
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
KNOWN = set(CLAUSES)
AREAS = "|".join(sorted({name.split(".")[0] for name in KNOWN}))
ID = re.compile(rf"(?<![\w.-])(?:{AREAS})\.[a-z][a-z0-9]+(?:-[a-z0-9]+)*(?![\w-])")


def named(text: str) -> set[str]:
    """What looks like the id of a clause in the comments."""
    return {name for comment in COMMENT.findall(text) for name in ID.findall(comment)}


def test_every_id_is_that_of_a_clause() -> None:
    found = {path.name: named(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.[ch]"))}
    unknown = {name: ids - KNOWN for name, ids in found.items() if ids - KNOWN}
    assert not unknown
    assert len(found["mmap_data.c"]) >= 10
    assert len(found["mmap_subscript.c"]) >= 8


def test_what_an_id_looks_like() -> None:
    text = """
        a = slices.nothing-at-all; /* move.copies, see position.no-such-thing */
        /* over two lines: search.no-such-thing
           and items.len. search.h is a file, and so is mmap_object.c */
    """
    assert named(text) == {
        "move.copies",
        "position.no-such-thing",
        "search.no-such-thing",
        "items.len",
    }
