"""size and resize."""

from mmap_spec_tests.clause import Clause

_ANON = "gh-138204"

CLAUSES = (
    Clause(
        "size.returns-file-length",
        "size() is the length of the file, which the map may show only a part of.",
        "must",
        restates=("0894f0142c", "7394148e58"),
    ),
    Clause(
        "size.follows-file",
        "size() tells the length of the file at the time of the call.",
        "should",
    ),
    Clause(
        "size.anonymous-or-os-error",
        "size() of anonymous memory is its length, or an OSError for want of a file.",
        "should",
        until=(3, 15),
    ),
    Clause(
        "size.anonymous",
        "size() of anonymous memory is its length.",
        "must",
        since=(3, 15),
        platforms=("unix",),
        source="gh-87595",
    ),
    Clause(
        "resize.changes-map-and-file",
        "resize gives the map the new length and the file a length to match.",
        "must",
        needs="resize",
        restates=("61b312f6bf", "b9e131b442"),
    ),
    Clause(
        "resize.keeps-bytes",
        "The bytes that are in the old and the new length stay; new ones are zeros.",
        "should",
        needs="resize",
    ),
    Clause(
        "resize.keeps-position",
        "resize does not move the position.",
        "should",
        needs="resize",
    ),
    Clause(
        "resize.grown-anonymous-usable",
        "Anonymous memory that was allowed to grow can be used in its new length.",
        "must",
        until=(3, 13, 8),
        platforms=("unix",),
        needs="resize",
        restates=("61b312f6bf",),
        source=_ANON,
    ),
    Clause(
        "resize.grow-shared-anonymous-value-error",
        "Where the system cannot extend shared anonymous memory, growing it is a ValueError.",
        "should",
        since=(3, 14),
        platforms=("unix",),
        needs="resize",
        source=_ANON,
    ),
    Clause(
        "resize.anonymous",
        "resize of anonymous memory gives it the new length.",
        "must",
        needs="resize",
        restates=("61b312f6bf",),
    ),
    Clause(
        "resize.read-copy-type-error",
        "resize of an ACCESS_READ or ACCESS_COPY map is a TypeError.",
        "must",
        needs="resize",
        restates=("afe946f1a7",),
    ),
    Clause(
        "resize.exports-buffer-error",
        "resize while a buffer of the map is exported is a BufferError.",
        "should",
        needs="resize",
        source="bpo-3797",
    ),
    Clause(
        "resize.zero-raises",
        "A map cannot be resized to nothing: OSError or ValueError.",
        "should",
        needs="resize",
    ),
    Clause(
        "resize.windows-held-elsewhere",
        "Named memory that another map holds as well cannot be resized: OSError.",
        "should",
        since=(3, 11),
        platforms=("windows",),
        needs="resize",
        source="bpo-40915",
    ),
    Clause(
        "resize.zero-keeps-file",
        "A refused resize to nothing leaves every byte of the file.",
        "should",
        needs="resize",
    ),
    Clause(
        "resize.out-of-range-value-error",
        "A negative size is a ValueError.",
        "should",
        needs="resize",
    ),
    Clause(
        "resize.too-large-raises",
        "A size that cannot be mapped is an error.",
        "should",
        needs="resize",
    ),
    Clause(
        "resize.too-large-keeps-file",
        "A refused resize to a size that cannot be mapped leaves the length of the file.",
        "should",
        needs="resize",
    ),
    Clause(
        "resize.failed-changes-nothing",
        "A refused resize leaves the map, the position and the file as they were.",
        "should",
    ),
    Clause(
        "resize.argument-types",
        "resize takes one integer; any other type is a TypeError, an integer too large for the "
        "system an OverflowError.",
        "should",
        needs="resize",
    ),
)
