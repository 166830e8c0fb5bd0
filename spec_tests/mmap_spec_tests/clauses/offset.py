"""Maps that start inside the file."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "offset.counts-from-file-start",
        "Everything in the map is relative to the offset, which counts from the file's start.",
        "must",
        restates=("336a5c1aa9",),
    ),
    Clause(
        "offset.default-zero",
        "Without an offset the map starts with the file.",
        "must",
        restates=("944b5b3a44",),
    ),
    Clause(
        "offset.negative-raises",
        "A negative offset is refused.",
        "must",
        restates=("f0e1d743cd",),
    ),
    Clause(
        "offset.negative-overflow-error",
        "The refusal of a negative offset is an OverflowError.",
        "should",
    ),
    Clause(
        "offset.unaligned-raises",
        "An offset that is not a multiple of the allocation granularity is refused.",
        "must",
        restates=("bea3aa3f93", "5261e0e97f"),
    ),
    Clause(
        "offset.unaligned-os-error",
        "The refusal of an unaligned offset is an OSError or a ValueError.",
        "should",
    ),
    Clause(
        "offset.past-end-value-error",
        "An offset at or past the end of the file is a ValueError for length 0.",
        "should",
    ),
    Clause(
        "offset.resize-counts-from-offset",
        "After a resize the file ends where the map ends.",
        "should",
        needs="resize",
    ),
    Clause(
        "offset.seek-end-is-window-end",
        "whence 2 counts from the end of the map, even where the file goes on.",
        "should",
    ),
)
