"""Arguments whose conversion runs Python code that closes or resizes the map."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "reentrancy.closed-by-argument",
        "A map closed by the conversion of an argument is treated as closed: an exception, "
        "never a crash.",
        "should",
        source="gh-103987",
    ),
    Clause(
        "reentrancy.resized-by-argument",
        "A map resized by the conversion of an argument is treated in its new length: nothing "
        "outside it is read or written.",
        "should",
        needs="resize",
        source="gh-157335",
    ),
    Clause(
        "reentrancy.changed-by-argument",
        "Bytes or position changed by the conversion of an argument are seen by the method.",
        "should",
    ),
)
