"""C sources as trees, without what the preprocessor alone understands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter
import tree_sitter_c

Node = tree_sitter.Node

_LANGUAGE = tree_sitter.Language(tree_sitter_c.language())
_BARE_MACRO = re.compile(rb"^[ \t]*(?:Py_?|PyObject_)?[A-Z][A-Z0-9_]+[ \t]*$", re.MULTILINE)
"""A macro alone on its line, such as ``Py_BEGIN_ALLOW_THREADS``, is no statement of C."""
_QUALIFIER = re.compile(rb"^[A-Z][A-Z_]+(?= \w+[ *\n])", re.MULTILINE)
"""A macro before a function's type, such as ``ALWAYS_INLINE``."""
_UNTOUCHED = ("ERROR", "preproc_def", "preproc_function_def", "preproc_include", "enumerator")
_ENDS = ("{0}", "{0,0}", "{0,NULL}", "{NULL}", "{NULL,0}", "{NULL,0,0,0,NULL}",
         "{NULL,NULL,0,NULL}", "{NULL,NULL,NULL,NULL,NULL}")  # fmt: skip
_IN_CONDITION = ("preproc_if", "preproc_ifdef", "preproc_elif", "preproc_elifdef")


def parse(source: bytes) -> Node:
    """The root of a file's tree; its places are those of the file."""

    for macro in (_BARE_MACRO, _QUALIFIER):
        source = macro.sub(lambda found: b" " * len(found[0]), source)
    return tree_sitter.Parser(_LANGUAGE).parse(source).root_node


def inside(node: Node) -> Iterator[Node]:
    """A node and all that is in it, in the order of the text, but for what was not understood,
    what the preprocessor reads, the values of an ``enum``, what an exception says, and the
    ends of tables."""
    if node.type in _UNTOUCHED or _words_message(node) or _ends_table(node):
        return
    yield node
    condition = node.child_by_field_name("condition") if node.type in _IN_CONDITION else None
    for child in node.children:
        if child != condition:
            yield from inside(child)


def _words_message(node: Node) -> bool:
    """Whether a node is an argument of an exception that is raised, but not its class."""
    listed = node.parent
    if listed is None or listed.type != "argument_list" or not node.is_named:
        return False
    call = listed.parent
    raises = call is not None and callee(call) in ("PyErr_SetString", "PyErr_Format")
    return raises and node != listed.named_children[0]


def _ends_table(node: Node) -> bool:
    """Whether a node is the entry that ends a table: what comes after it would be chance."""
    return node.type == "initializer_list" and text(node).replace(" ", "") in _ENDS


def functions(root: Node) -> Iterator[Node]:
    """The definitions of functions in a file."""
    return (node for node in inside(root) if node.type == "function_definition")


def name_of(function: Node) -> str:
    """The name of a function."""
    return text(next(n for n in inside(declarator_of(function)) if n.type == "identifier"))


def declarator_of(function: Node) -> Node:
    """The part of a function's definition that has its name and its parameters."""
    declarator = function.child_by_field_name("declarator")
    assert declarator is not None
    return declarator


def body_of(function: Node) -> Node:
    """The block of a function."""
    body = function.child_by_field_name("body")
    assert body is not None
    return body


def text(node: Node) -> str:
    """The source of a node, on one line."""
    assert node.text is not None
    return " ".join(node.text.decode("utf-8").split())


def calls(node: Node, name: str) -> list[Node]:
    """The calls of a function in a node."""
    return [n for n in inside(node) if n.type == "call_expression" and callee(n) == name]


def callee(call: Node) -> str:
    """The name of what is called."""
    function = call.child_by_field_name("function")
    return "" if function is None else text(function)


def arguments(call: Node) -> list[Node]:
    """The arguments of a call."""
    listed = call.child_by_field_name("arguments")
    return [] if listed is None else [n for n in listed.named_children if n.type != "comment"]
