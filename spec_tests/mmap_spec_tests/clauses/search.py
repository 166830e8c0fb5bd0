"""find and rfind."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "search.find-lowest",
        "find returns the lowest index at which the bytes stand whole inside the range.",
        "must",
        restates=("8a421bf059", "e7316c5873"),
    ),
    Clause(
        "search.rfind-highest",
        "rfind returns the highest index at which the bytes stand whole inside the range.",
        "must",
        restates=("268e0cb237", "2ffc54d015"),
    ),
    Clause(
        "search.absent-minus-one",
        "find and rfind return -1 for bytes that are not there.",
        "must",
        restates=("e1cd9b7b85",),
    ),
    Clause(
        "search.bounds-as-in-slices",
        "start and end mean what they mean in a slice: negative ones count from the end, those "
        "past the end stand for it, end is not part of the range.",
        "must",
        restates=("3acb76d190",),
    ),
    Clause(
        "search.huge-bounds-clamp",
        "A bound too large for the system stands for the end, as in a slice.",
        "must",
        restates=("3acb76d190",),
    ),
    Clause(
        "search.starts-at-position",
        "Without start the search starts at the position.",
        "should",
    ),
    Clause(
        "search.keeps-position",
        "find and rfind do not move the position.",
        "should",
    ),
    Clause(
        "search.empty-needle",
        "No bytes at all are found at the start of the range by find, at its end by rfind.",
        "should",
    ),
    Clause(
        "search.nothing-past-end",
        "Not even no bytes at all are found where the search starts past the end.",
        "should",
        since=(3, 15),
        source="gh-151021",
    ),
    Clause(
        "search.takes-buffers",
        "The bytes to look for can be any object with contiguous bytes, writable ones included.",
        "must",
        since=(3, 5),
        source="bpo-23001",
    ),
    Clause(
        "search.argument-types",
        "Bytes to look for that are no bytes, and bounds that are no integers, are a TypeError.",
        "should",
    ),
    Clause(
        "search.none-bounds",
        "A bound of None stands for the default; whether an end counts that is given with a start "
        "of None is left open.",
        "should",
        since=(3, 14, 1),
        source="gh-116738",
    ),
)
