"""move."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "move.copies",
        "move copies count bytes from src to dest, as if through a copy where they overlap.",
        "must",
        restates=("72916f9a0c", "590b08a204"),
    ),
    Clause(
        "move.out-of-range-value-error",
        "A negative argument, or bytes outside the map, are a ValueError and move nothing.",
        "should",
    ),
    Clause(
        "move.keeps-position",
        "move does not move the position.",
        "should",
    ),
    Clause(
        "move.argument-types",
        "move takes three integers; any other type is a TypeError, an integer too large for the "
        "system an OverflowError.",
        "should",
    ),
)
