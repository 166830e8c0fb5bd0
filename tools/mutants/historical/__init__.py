"""Publicly known bugs of mmaps, each built into the reference's type once more.

A fault is a function that makes a type from one which has none. They are written against what
a type mmap does, not against the text of any implementation, and are put into a package of the
reference beside its own modules: standard library only.
"""

from .table import FAULTS, without_fault  # noqa: I001
from . import construction, contents, lifecycle, position, search, subscripts  # noqa: F401


def plant(name, base):
    """The type with a fault, under the name of the one without; with none, for no name."""
    made = without_fault(base)
    if name:
        made = FAULTS[name].make(made)
    made.__name__ = base.__module__ + "." + base.__name__  # what repr() goes by
    return made
