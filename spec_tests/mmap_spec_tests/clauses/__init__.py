"""Every clause of the specification, by id."""

from mmap_spec_tests.clause import Clause
from mmap_spec_tests.clauses import (
    access,
    constructor,
    flush,
    items,
    lifecycle,
    move,
    offset,
    position,
    reentrancy,
    resize,
    search,
    sharing,
)

_AREAS = (
    constructor, access, position, items, search, move, flush, resize, lifecycle, reentrancy,
    offset, sharing,
)  # fmt: skip

AREA_OF: dict[str, str] = {
    clause.id: area.__name__.rpartition(".")[2] for area in _AREAS for clause in area.CLAUSES
}
"""The area of each clause: a file of clauses, of rules, and a state machine."""

CLAUSES: dict[str, Clause] = {clause.id: clause for area in _AREAS for clause in area.CLAUSES}
