"""The three access modes and what reaches the file."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "access.starts-with-file-contents",
        "Whatever the access, a map of a file first shows the bytes of the file.",
        "must",
        restates=("7abac53ddc",),
    ),
    Clause(
        "access.read-refuses-assignment",
        "Assignment to an ACCESS_READ map is a TypeError.",
        "must",
        restates=("59608a3192",),
    ),
    Clause(
        "access.read-refuses-write",
        "write() and write_byte() on an ACCESS_READ map are a TypeError.",
        "must",
        restates=("15fc90e091",),
    ),
    Clause(
        "access.read-refuses-move",
        "move() on an ACCESS_READ map is a TypeError.",
        "must",
        restates=("aa0bfbf2a4",),
    ),
    Clause(
        "access.refusal-before-range",
        "On a read-only map the TypeError comes before any complaint about the range.",
        "should",
    ),
    Clause(
        "access.refusal-changes-nothing",
        "A refused change leaves the bytes of the map and of the file as they were.",
        "must",
        restates=("59608a3192",),
    ),
    Clause(
        "access.write-updates-file",
        "A change to a shared writable map is seen in the file.",
        "must",
        restates=("2bc6d8b1ad",),
    ),
    Clause(
        "access.copy-leaves-file",
        "A change to a copy-on-write map is seen in the map and not in the file.",
        "must",
        restates=("a4348cb995",),
    ),
    Clause(
        "access.looking-changes-nothing",
        "What only reads, searches or tells of the map changes no byte of it.",
        "should",
    ),
    Clause(
        "access.reading-leaves-file",
        "What only reads, or was refused, leaves the file as it was.",
        "should",
    ),
)
