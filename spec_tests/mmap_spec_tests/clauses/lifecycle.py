"""close, exported buffers, closed maps, arguments in general."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "lifecycle.close",
        "close() closes the map.",
        "must",
        restates=("6200d855e5", "4f383e31c5"),
    ),
    Clause(
        "lifecycle.closed-raises",
        "Every other method of a closed map raises.",
        "must",
        restates=("127edb99e0",),
    ),
    Clause(
        "lifecycle.closed-value-error",
        "What a closed map raises is a ValueError.",
        "should",
    ),
    Clause(
        "lifecycle.closed-operators-value-error",
        "len, truth, items, slices, iteration and buffers of a closed map are a ValueError.",
        "should",
    ),
    Clause(
        "lifecycle.close-twice",
        "close() of a closed map does nothing.",
        "should",
    ),
    Clause(
        "lifecycle.closed-attribute",
        "closed tells whether the map is closed.",
        "must",
        since=(3, 2),
        source="bpo-8046",
    ),
    Clause(
        "lifecycle.context-manager",
        "`with m` gives m itself and closes it at the end.",
        "must",
        since=(3, 2),
        source="bpo-8046",
    ),
    Clause(
        "lifecycle.exports-block-close",
        "close() while a buffer of the map is exported is a BufferError; the map stays open.",
        "should",
        source="bpo-3797",
    ),
    Clause(
        "lifecycle.released-exports-do-not-block",
        "Once its buffers are released a map can be closed.",
        "should",
        source="bpo-3797",
    ),
    Clause(
        "lifecycle.view-shows-map",
        "A memoryview of a map shows and changes the bytes of the map itself.",
        "should",
    ),
    Clause(
        "lifecycle.view-read-only",
        "A memoryview of an ACCESS_READ map cannot be written to: TypeError.",
        "should",
    ),
    Clause(
        "lifecycle.bytes-survive-close",
        "What was written is in the file after the map is closed or collected.",
        "should",
    ),
    Clause(
        "lifecycle.weak-references",
        "A map can be referred to weakly.",
        "should",
        since=(3, 4),
        source="bpo-4885",
    ),
    Clause(
        "lifecycle.arguments-let-go",
        "A method that has returned or raised holds on to no buffer of its arguments: a bytearray "
        "can be resized again.",
        "should",
    ),
    Clause(
        "lifecycle.descriptors-given-back",
        "A map that is closed, or was refused, keeps no descriptor open.",
        "should",
    ),
    Clause(
        "lifecycle.clean-exit",
        "An interpreter that has used maps ends without a crash.",
        "should",
    ),
    Clause(
        "arguments.count",
        "Too few or too many arguments are a TypeError.",
        "should",
    ),
    Clause(
        "arguments.dunder-index",
        "Where an integer is asked for, an object with __index__ stands for the integer that it "
        "returns.",
        "should",
        since=(3, 8),
    ),
    Clause(
        "arguments.positional-only",
        "Arguments of methods cannot be given by keyword: TypeError.",
        "should",
    ),
    Clause(
        "madvise.returns-none",
        "madvise with an option of the system and a range in the map returns None.",
        "must",
        since=(3, 8),
        platforms=("unix",),
        needs="madvise",
        source="bpo-32941",
    ),
    Clause(
        "madvise.out-of-range-value-error",
        "madvise with a start outside the map or a negative length is a ValueError.",
        "should",
        since=(3, 8),
        platforms=("unix",),
        needs="madvise",
    ),
    Clause(
        "naming.returns-none",
        "set_name gives anonymous memory a name, where the system has names, and returns None.",
        "must",
        since=(3, 15),
        platforms=("unix",),
        needs="set_name",
        source="gh-142419",
    ),
    Clause(
        "naming.file-value-error",
        "set_name of a map of a file is a ValueError.",
        "must",
        since=(3, 15),
        platforms=("unix",),
        needs="set_name",
        source="gh-142419",
    ),
    Clause(
        "naming.argument-types",
        "A name that is no text is a TypeError; one with a null character, or of more than 66 "
        "bytes, a ValueError.",
        "should",
        since=(3, 15),
        platforms=("unix",),
        needs="set_name",
        source="gh-142419",
    ),
)
