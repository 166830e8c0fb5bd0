"""Creating a map: files, anonymous memory, lengths, flags and protection."""

from mmap_spec_tests.clause import Clause

_UNIX = ("unix",)
_WINDOWS = ("windows",)

CLAUSES = (
    Clause(
        "constructor.maps-length-bytes",
        "A positive length maps that many bytes of the file, counted from the offset.",
        "must",
        restates=("efb0667084", "083e1a6e48", "c533d46442", "360f796184"),
    ),
    Clause(
        "constructor.length-zero-maps-whole-file",
        "Length 0 maps the file as long as it is at the time of the call.",
        "must",
        restates=("d6a7fe00ff", "3af7aba68c"),
    ),
    Clause(
        "constructor.accepts-descriptor",
        "The file is given by its descriptor, whether from fileno() or from os.open().",
        "must",
        restates=("8e4f52bc10", "bb0fa52390"),
    ),
    Clause(
        "constructor.accepts-access-keyword",
        "access can be given by keyword, alone, on every platform.",
        "must",
        restates=("09d5d35b0b", "51a31a13e0", "848bcc5503"),
    ),
    Clause(
        "constructor.access-unknown-raises",
        "access has three values besides the default; any other is refused.",
        "must",
        restates=("dd9bbed215",),
    ),
    Clause(
        "constructor.access-unknown-value-error",
        "The refusal of an unknown access is a ValueError.",
        "should",
    ),
    Clause(
        "constructor.needs-update-descriptor",
        "A map that writes through is refused on a descriptor opened for reading only.",
        "must",
        restates=("7e44bf70b6",),
    ),
    Clause(
        "constructor.read-descriptor-suffices",
        "A descriptor opened for reading is enough for ACCESS_READ and ACCESS_COPY.",
        "should",
    ),
    Clause(
        "constructor.anonymous",
        "File number -1 and a length give memory of that length that belongs to no file.",
        "must",
        restates=("d4ecd7582d",),
    ),
    Clause(
        "constructor.anonymous-zero-filled",
        "Anonymous memory starts as zeros.",
        "should",
    ),
    Clause(
        "constructor.anonymous-length-zero-raises",
        "Anonymous memory of length 0 is refused.",
        "should",
    ),
    Clause(
        "constructor.flags-choose-sharing",
        "flags say what kind of mapping it is: MAP_PRIVATE keeps changes in the process, "
        "MAP_SHARED shows them to all who map the same part of the file.",
        "must",
        platforms=_UNIX,
        restates=("288196acd6", "64c3028d54"),
    ),
    Clause(
        "constructor.flags-default-shared",
        "Without flags the mapping is shared.",
        "must",
        platforms=_UNIX,
        restates=("bce901dcb9",),
    ),
    Clause(
        "constructor.prot-limits-access",
        "prot says whether the pages may be read and written: what would change a map made with "
        "PROT_READ alone is refused.",
        "must",
        platforms=_UNIX,
        restates=("8a7e4fdda1",),
    ),
    Clause(
        "constructor.prot-read-only-type-error",
        "The refusal to change a map made with PROT_READ alone is a TypeError.",
        "should",
        since=(3, 3),
        platforms=_UNIX,
        source="bpo-11391",
    ),
    Clause(
        "constructor.prot-default-read-write",
        "Without prot the pages can be read and written.",
        "must",
        platforms=_UNIX,
        restates=("aac2962606",),
    ),
    Clause(
        "constructor.access-excludes-flags-and-prot",
        "access together with flags or prot is an error.",
        "must",
        platforms=_UNIX,
        restates=("08da0e9796",),
    ),
    Clause(
        "constructor.access-excludes-value-error",
        "The refusal of access together with flags or prot is a ValueError, also when only one "
        "of the two differs from its default.",
        "should",
        platforms=_UNIX,
    ),
    Clause(
        "constructor.empty-file-raises",
        "An empty file cannot be mapped with length 0: ValueError.",
        "should",
    ),
    Clause(
        "constructor.length-beyond-file-raises",
        "A length that reaches past the end of a regular file is a ValueError.",
        "should",
        platforms=_UNIX,
        source="SF 585792",
    ),
    Clause(
        "constructor.negative-length-overflow-error",
        "A negative length is an OverflowError.",
        "should",
    ),
    Clause(
        "constructor.argument-types",
        "Arguments that are not integers are a TypeError; integers too large for the system an "
        "OverflowError; __index__ is honoured.",
        "should",
    ),
    Clause(
        "constructor.bad-descriptor-os-error",
        "A number that is no open descriptor is an OSError.",
        "should",
    ),
    Clause(
        "constructor.descriptor-kept-where-it-stands",
        "Mapping a file does not move the position of its descriptor.",
        "should",
        platforms=_UNIX,
    ),
    Clause(
        "constructor.failed-changes-nothing",
        "A refused constructor leaves the file as it was.",
        "should",
    ),
    Clause(
        "constructor.descriptor-may-be-closed",
        "The map keeps working after the descriptor it was made from is closed.",
        "should",
    ),
    Clause(
        "constructor.trackfd-false",
        "With trackfd=False the map keeps no descriptor: size() and resize() are refused.",
        "must",
        since=(3, 13),
        platforms=_UNIX,
        source="gh-78502",
    ),
    Clause(
        "constructor.windows-default-writes-through",
        "Without access a map writes through.",
        "must",
        platforms=_WINDOWS,
        restates=("4b2e3a14b9",),
    ),
    Clause(
        "constructor.windows-extends-file",
        "A length larger than the file extends the file to that length.",
        "must",
        platforms=_WINDOWS,
        restates=("f3e41f1b90",),
    ),
    Clause(
        "constructor.windows-extends-for-writing-only",
        "A length larger than the file is an OSError where the map cannot write to the file.",
        "should",
        platforms=_WINDOWS,
    ),
    Clause(
        "constructor.windows-empty-file-raises",
        "Length 0 on an empty file is an error.",
        "must",
        platforms=_WINDOWS,
        restates=("3af7aba68c",),
    ),
    Clause(
        "constructor.windows-tagname-names",
        "A tagname that is a string names the mapping: an existing name is opened, a new one "
        "created.",
        "must",
        platforms=_WINDOWS,
        restates=("0736b35229", "53c4be9464"),
    ),
    Clause(
        "constructor.windows-tagname-none",
        "Without a tagname, or with None, the mapping has no name.",
        "must",
        platforms=_WINDOWS,
        restates=("75572ccfdd",),
    ),
    Clause(
        "constructor.windows-tagname-types",
        "A tagname that is neither text nor None is a TypeError, one with a null character a "
        "ValueError.",
        "should",
        platforms=_WINDOWS,
        source="gh-81489",
    ),
    Clause(
        "constructor.windows-zero-is-anonymous",
        "File number 0 gives memory that belongs to no file, as -1 does.",
        "should",
        platforms=_WINDOWS,
    ),
    Clause(
        "constructor.windows-many-mappings",
        "One file can have several mappings at once.",
        "must",
        platforms=_WINDOWS,
        restates=("d654bddc78",),
    ),
)
