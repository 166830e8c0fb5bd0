"""Items, slices, iteration: what a map shares with bytearray."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "items.get-returns-int",
        "m[i] is the byte at i as an integer, a negative i counted from the end.",
        "must",
        restates=("cbd35c38ea", "0b81c7f2fb"),
    ),
    Clause(
        "items.get-out-of-range-index-error",
        "m[i] outside the map is an IndexError, however large i is.",
        "should",
    ),
    Clause(
        "items.index-types",
        "A subscript is an integer, an object with __index__ or a slice; any other is a TypeError.",
        "should",
    ),
    Clause(
        "items.set-stores",
        "m[i] = v puts the integer v into the byte at i.",
        "must",
        restates=("0c9de345e7", "cbd35c38ea"),
    ),
    Clause(
        "items.set-out-of-range-index-error",
        "m[i] = v outside the map is an IndexError and writes nothing.",
        "should",
    ),
    Clause(
        "items.set-value-range-value-error",
        "m[i] = v with v outside 0 to 255 is a ValueError and writes nothing.",
        "should",
    ),
    Clause(
        "items.set-value-type-error",
        "m[i] = v with v no integer is a TypeError and writes nothing.",
        "should",
    ),
    Clause(
        "items.delete-type-error",
        "Items and slices cannot be deleted: TypeError.",
        "should",
    ),
    Clause(
        "slices.get-returns-bytes",
        "m[i:j] is a copy of these bytes, with bounds as for any sequence.",
        "must",
        restates=("cbd35c38ea", "e3a977702f"),
    ),
    Clause(
        "slices.get-with-step",
        "m[i:j:k] is every k-th of these bytes, backwards for a negative k.",
        "must",
        restates=("cbd35c38ea",),
    ),
    Clause(
        "slices.step-zero-value-error",
        "A slice with step 0 is a ValueError.",
        "should",
    ),
    Clause(
        "slices.bound-types",
        "A slice bound that is no integer and not None is a TypeError.",
        "should",
    ),
    Clause(
        "slices.set-stores",
        "m[i:j] = data puts data into these bytes.",
        "must",
        restates=("0c9de345e7",),
    ),
    Clause(
        "slices.set-with-step",
        "m[i:j:k] = data puts data into every k-th of these bytes.",
        "must",
        restates=("cbd35c38ea",),
    ),
    Clause(
        "slices.set-takes-buffers",
        "Slice assignment takes any object with contiguous bytes: bytes, bytearray, "
        "memoryview, array, a map.",
        "should",
    ),
    Clause(
        "slices.set-from-itself",
        "m[i:j:k] = m with a step other than 1 stores the bytes as they were before.",
        "may",
    ),
    Clause(
        "slices.set-wrong-length-raises",
        "Slice assignment cannot change the length of the map: data of another length is "
        "refused and nothing is written.",
        "must",
        restates=("e3a977702f",),
    ),
    Clause(
        "slices.set-wrong-length-index-error",
        "The refusal of data of another length is an IndexError.",
        "should",
    ),
    Clause(
        "slices.set-value-type-error",
        "Slice assignment of an object without bytes is a TypeError and writes nothing.",
        "should",
    ),
    Clause(
        "items.len",
        "len(m) is the number of bytes mapped.",
        "must",
        restates=("cbd35c38ea", "efb0667084", "083e1a6e48"),
    ),
    Clause(
        "items.truth",
        "A map is true, having at least one byte.",
        "should",
    ),
    Clause(
        "items.iteration-yields-bytes",
        "Iteration yields bytes objects of length 1.",
        "should",
    ),
    Clause(
        "items.contains-byte",
        "`b in m` tells whether the single byte b, a bytes object of length 1, is in the map.",
        "should",
    ),
    Clause(
        "items.contains-other",
        "`x in m` is no error for an x that is no single byte: an integer, several bytes, or "
        "whatever else.",
        "should",
    ),
    Clause(
        "items.buffer",
        "A map can be used where bytes are expected: memoryview(m) shows its bytes.",
        "must",
        restates=("0b81c7f2fb",),
    ),
    Clause(
        "items.regular-expressions",
        "re searches through a map.",
        "must",
        restates=("0b81c7f2fb",),
    ),
    Clause(
        "items.repr",
        "repr tells closed, access, length, pos and offset.",
        "should",
        since=(3, 9),
        source="bpo-34953",
    ),
)
