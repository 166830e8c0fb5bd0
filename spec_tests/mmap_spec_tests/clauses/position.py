"""Methods of a file: reading, writing and the position."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "position.starts-at-zero",
        "The position of a new map is 0.",
        "should",
    ),
    Clause(
        "position.read-returns-bytes",
        "read(n) returns the next n bytes, or as many as are left.",
        "must",
        restates=("b92a7fc827", "7f950a6d74", "d54ca80fda"),
    ),
    Clause(
        "position.read-advances",
        "read moves the position past the bytes it returned.",
        "must",
        restates=("b92a7fc827",),
    ),
    Clause(
        "position.read-rest",
        "read() with no argument, None or a negative number returns all that is left.",
        "must",
        since=(3, 3),
        source="bpo-12021",
    ),
    Clause(
        "position.read-argument-types",
        "read takes an integer or None; any other type is a TypeError, an integer too large for "
        "the system an OverflowError.",
        "should",
        since=(3, 3),
    ),
    Clause(
        "position.read-byte-returns-int",
        "read_byte returns the byte at the position as an integer.",
        "must",
        restates=("1adad3902f", "c2ea0618a9"),
    ),
    Clause(
        "position.read-byte-advances",
        "read_byte moves the position by 1.",
        "must",
        restates=("1adad3902f",),
    ),
    Clause(
        "position.read-byte-at-end-value-error",
        "read_byte at the end is a ValueError and moves nothing.",
        "should",
    ),
    Clause(
        "position.readline-returns-line",
        "readline returns the bytes from the position up to and with the next newline, or to "
        "the end when there is none.",
        "must",
        restates=("fc054c7c3e", "b9408fe8c7"),
    ),
    Clause(
        "position.readline-advances",
        "readline moves the position past the line it returned.",
        "should",
    ),
    Clause(
        "position.write-stores",
        "write puts the bytes at the position.",
        "must",
        restates=("be78c4fbe3", "6d1d1219ab", "d54ca80fda"),
    ),
    Clause(
        "position.write-advances",
        "write moves the position past the bytes written.",
        "must",
        restates=("be78c4fbe3",),
    ),
    Clause(
        "position.write-returns-count",
        "write returns the number of bytes written.",
        "must",
        since=(3, 6),
        source="bpo-26335",
    ),
    Clause(
        "position.write-too-long-value-error",
        "write of more bytes than are left is a ValueError and writes nothing.",
        "should",
    ),
    Clause(
        "position.write-takes-buffers",
        "write takes any object with contiguous bytes, writable ones included.",
        "must",
        since=(3, 5),
        source="bpo-23001",
    ),
    Clause(
        "position.write-argument-types",
        "write of an object without bytes is a TypeError and writes nothing.",
        "should",
    ),
    Clause(
        "position.write-byte-stores",
        "write_byte puts an integer into the byte at the position.",
        "must",
        restates=("84efb3c836", "f6c92e578d"),
    ),
    Clause(
        "position.write-byte-advances",
        "write_byte moves the position by 1.",
        "must",
        restates=("84efb3c836",),
    ),
    Clause(
        "position.write-byte-at-end-value-error",
        "write_byte at the end is a ValueError and writes nothing.",
        "should",
    ),
    Clause(
        "position.write-byte-range-overflow-error",
        "write_byte of an integer outside 0 to 255 is an OverflowError and writes nothing.",
        "should",
    ),
    Clause(
        "position.write-byte-argument-types",
        "write_byte of an object that is no integer is a TypeError and writes nothing.",
        "should",
    ),
    Clause(
        "position.seek-absolute",
        "seek(n), or whence 0, sets the position to n.",
        "must",
        restates=("ee9288db6f", "ae772ec327", "f927567fb3", "d54ca80fda"),
    ),
    Clause(
        "position.seek-relative",
        "seek with whence 1 moves the position by n.",
        "must",
        restates=("ae772ec327",),
    ),
    Clause(
        "position.seek-from-end",
        "seek with whence 2 counts from the end.",
        "must",
        restates=("ae772ec327",),
    ),
    Clause(
        "position.seek-unknown-whence-value-error",
        "Any other whence is a ValueError and moves nothing.",
        "should",
    ),
    Clause(
        "position.seek-out-of-range-value-error",
        "seek before the start or past the end is a ValueError and moves nothing; the end "
        "itself can be sought.",
        "should",
    ),
    Clause(
        "position.seek-argument-types",
        "seek takes integers; any other type is a TypeError, an integer too large for the "
        "system an OverflowError.",
        "should",
    ),
    Clause(
        "position.seek-returns-position",
        "seek returns the new position.",
        "must",
        since=(3, 13),
        source="gh-111835",
    ),
    Clause(
        "position.tell-returns-position",
        "tell returns the position.",
        "must",
        restates=("3b840aa54b", "78d4ea2a11"),
    ),
    Clause(
        "position.seekable",
        "seekable returns True.",
        "must",
        since=(3, 13),
        source="gh-111835",
    ),
    Clause(
        "position.others-keep-position",
        "Nothing but read, readline, read_byte, write, write_byte and seek moves the position.",
        "should",
    ),
    Clause(
        "position.failed-keeps-position",
        "A method that raises leaves the position where it was.",
        "should",
    ),
    Clause(
        "position.past-end-after-shrink",
        "A resize keeps the position; where it is past the new end, read and readline return "
        "nothing, read_byte, write_byte and write are a ValueError.",
        "should",
        needs="resize",
    ),
)
