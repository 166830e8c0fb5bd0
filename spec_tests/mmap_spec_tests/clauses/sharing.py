"""Several maps of one file, other processes, changes to the file itself."""

from mmap_spec_tests.clause import Clause

CLAUSES = (
    Clause(
        "sharing.maps-of-one-file",
        "Shared maps of one file show each other's changes.",
        "must",
        platforms=("unix",),
        needs="coherence",
        restates=("64c3028d54",),
    ),
    Clause(
        "sharing.private-map-hides-changes",
        "Changes to a private map are not seen by other maps of the file.",
        "must",
        platforms=("unix",),
        restates=("64c3028d54",),
    ),
    Clause(
        "sharing.file-changes-are-seen",
        "A shared map shows what is written into the file by other means.",
        "should",
        needs="coherence",
    ),
    Clause(
        "sharing.forked-child-shares-memory",
        "Anonymous shared memory and shared maps are one memory for parent and forked child.",
        "must",
        platforms=("unix",),
        needs="fork",
        restates=("aa7dd41032", "64c3028d54"),
    ),
    Clause(
        "sharing.private-memory-is-forked-apart",
        "A private map changed in a forked child keeps its bytes in the parent.",
        "must",
        platforms=("unix",),
        needs="fork",
        restates=("64c3028d54",),
    ),
    Clause(
        "sharing.position-is-forked-apart",
        "The position belongs to the object: moving it in a child does not move the parent's.",
        "should",
        platforms=("unix",),
        needs="fork",
    ),
    Clause(
        "sharing.length-stays-when-file-grows",
        "A map keeps its length when its file grows.",
        "should",
    ),
)
