"""What is different about the constructor on Windows: named memory, and files that grow."""

from __future__ import annotations

from mmap_spec_tests.expectation import Raises
from mmap_spec_tests.model.arguments import TYPE_ERROR, VALUE_ERROR, whole
from mmap_spec_tests.model.state import COPY, File, Memory, World
from mmap_spec_tests.operations import Value, tag_of


def name_of(tagname: Value) -> str:
    """The name that a tagname gives; empty for none."""
    return str(tagname["tagname"]) if tag_of(tagname) == "tagname" else ""


def misnamed(tagname: Value) -> Raises | None:
    """How a tagname is refused that is no name, and not None."""
    if tagname is None:
        return None
    if tag_of(tagname) != "tagname":
        return TYPE_ERROR
    return VALUE_ERROR if "\0" in tagname["tagname"] else None


def held(world: World, tagname: Value, file: File | None, size: int, access: str) -> Memory | None:
    """The memory that has a name already, if any.

    Raises:
        LookupError: what comes of it is not said.
    """
    name = name_of(tagname)
    for _, map in world.open_maps():
        if name and map.name == name:
            if file is not None or map.file is not None or COPY in (access, map.access):
                raise LookupError("what a name gives that is taken for a file is not said")
            if (size, access) != (map.size, map.access):
                raise LookupError(
                    "what another length or access of the same name gives is not said"
                )
            return map.memory
    return None


def extend(file: File, length: int) -> None:
    """Make a file as long as a map of it has to be."""
    if length > len(file.data):
        file.data.extend(bytes(length - len(file.data)))
        file.reach = ("constructor.windows-extends-file",)


def claims(world: World, given: dict[str, Value], file: File | None) -> list[str]:
    """The clauses that a map which was made speaks for, the most telling first."""
    found = []
    if name_of(given.get("tagname")):
        found.append("constructor.windows-tagname-names")
    elif "tagname" in given:
        found.append("constructor.windows-tagname-none")
    if whole(given["fileno"]) == 0:
        found.append("constructor.windows-zero-is-anonymous")
    if file is not None and any(map.file is file for _, map in world.open_maps()):
        found.append("constructor.windows-many-mappings")
    return found
