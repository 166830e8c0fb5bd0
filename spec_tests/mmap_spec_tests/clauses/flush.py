"""flush."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "flush.writes-back",
        "After flush the file holds what the map shows.",
        "must",
        restates=("e4df65b850", "f169eec921"),
    ),
    Clause(
        "flush.range",
        "flush(offset, size) flushes that range; without them the whole map is flushed.",
        "must",
        restates=("467e9672b1",),
    ),
    Clause(
        "flush.returns-zero",
        "flush returns 0.",
        "must",
        until=(3, 8),
        platforms=("unix",),
        restates=("526f4c24b6",),
    ),
    Clause(
        "flush.returns-nonzero",
        "flush returns a nonzero value for success, zero for failure.",
        "must",
        until=(3, 8),
        platforms=("windows",),
        restates=("167c7e0b4c",),
    ),
    Clause(
        "flush.returns-none",
        "flush returns None.",
        "must",
        since=(3, 8),
        source="bpo-2122",
    ),
    Clause(
        "flush.failure-raises",
        "A flush that cannot be done, as of a range that is not inside the map, raises.",
        "must",
        platforms=("unix",),
        restates=("6b2fc0f800",),
    ),
    Clause(
        "flush.unaligned-raises",
        "A start that is not on a page is an error, since the system flushes whole pages.",
        "should",
        platforms=("unix",),
    ),
    Clause(
        "flush.out-of-range-value-error",
        "A range that is not inside the map is a ValueError.",
        "should",
    ),
    Clause(
        "flush.empty-range",
        "A range of no bytes, up to the very end of the map, can be flushed.",
        "should",
    ),
    Clause(
        "flush.offset-alone",
        "flush(offset) flushes from there to the end.",
        "must",
        since=(3, 15),
        source="gh-138092",
    ),
    Clause(
        "flush.minus-one-is-the-rest",
        "A size of -1 stands for all from the offset to the end.",
        "should",
        since=(3, 15),
        source="gh-138092",
    ),
    Clause(
        "flush.flags",
        "flags, by keyword alone, tells the system how to flush; 0 is as if it were not given.",
        "must",
        since=(3, 15),
        source="gh-63016",
    ),
    Clause(
        "flush.argument-types",
        "flush takes integers; any other type is a TypeError, an integer too large for the "
        "system an OverflowError.",
        "should",
    ),
    Clause(
        "flush.read-only-does-nothing",
        "flush of an ACCESS_READ or ACCESS_COPY map does nothing, and says so as success.",
        "should",
        since=(3, 2),
        source="bpo-8046",
    ),
)
