"""The sorts of faults: each operator looks at a node and proposes what might stand there.

A proposal is a node and the text in its place. All are local, made from the tree alone; what
a compiler finds to be the same as the original, or as another, is dropped later. Numbers of
an ``enum`` are left alone, since nothing depends on them but that they differ, and so is what
an exception says: no clause is about that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mutants.parsing import Node, arguments, body_of, callee, declarator_of, inside, text


class Proposal(NamedTuple):
    """A change: the text in the place of a node, or of all from it to another."""

    node: Node
    replacement: str
    last: Node | None = None


Operator = Callable[[Node], Iterator[Proposal]]

OPERATORS: dict[str, Operator] = {}
"""By name, as it stands in a mutant's id."""


def operator(name: str) -> Callable[[Operator], Operator]:
    """Add an operator to the table."""

    def register(proposes: Operator) -> Operator:
        OPERATORS[name] = proposes
        return proposes

    return register


def _field(node: Node, name: str) -> Node:
    found = node.child_by_field_name(name)
    assert found is not None
    return found


def _other_signs(node: Node, signs: dict[str, tuple[str, ...]]) -> Iterator[Proposal]:
    if node.type in ("binary_expression", "assignment_expression"):
        sign = _field(node, "operator")
        for other in signs.get(text(sign), ()):
            yield Proposal(sign, other)


@operator("boundary")
def boundary(node: Node) -> Iterator[Proposal]:
    """The border itself falls on the other side."""
    return _other_signs(node, {"<": ("<=",), "<=": ("<",), ">": (">=",), ">=": (">",)})


@operator("relational")
def relational(node: Node) -> Iterator[Proposal]:
    """Another comparison."""
    others = {
        "<": ("!=",), "<=": ("==",), ">": ("!=",), ">=": ("==",),
        "==": ("<=", ">="), "!=": ("<", ">"),
    }  # fmt: skip
    if "NULL" not in text(node):
        yield from _other_signs(node, others)


@operator("arithmetic")
def arithmetic(node: Node) -> Iterator[Proposal]:
    """Another operation."""
    others = {
        "+": ("-",), "-": ("+",), "*": ("+",), "/": ("*",), "%": ("/",),
        "&": ("|",), "|": ("&",), "^": ("|",), "<<": (">>",), ">>": ("<<",),
        "+=": ("-=", "="), "-=": ("+=", "="), "*=": ("+=",), "|=": ("&=", "="),
        "&=": ("|=", "="), "<<=": (">>=",), ">>=": ("<<=",),
    }  # fmt: skip
    return _other_signs(node, others)


@operator("logical")
def logical(node: Node) -> Iterator[Proposal]:
    """``&&`` for ``||``, or one half alone."""
    yield from _other_signs(node, {"&&": ("||",), "||": ("&&",)})
    if node.type == "binary_expression" and text(_field(node, "operator")) in ("&&", "||"):
        yield Proposal(node, text(_field(node, "left")))
        yield Proposal(node, text(_field(node, "right")))


_SIZES = ("size_t", "ptrdiff_t", "Py_ssize_t")


@operator("off by one")
def off_by_one(node: Node) -> Iterator[Proposal]:
    """A number, a sum, or a size that is handed on, one more or less."""
    if _is_size(node):
        yield Proposal(node, f"({text(node)} + 1)")
        yield Proposal(node, f"({text(node)} - 1)")


def _is_size(node: Node) -> bool:
    if node.type == "number_literal":
        return node.parent is None or node.parent.type != "return_statement"
    if node.type == "binary_expression":
        return text(_field(node, "operator")) in ("+", "-")
    return node.type == "cast_expression" and text(_field(node, "type")) in _SIZES


_BRANCHES = ("if_statement", "while_statement", "do_statement", "conditional_expression")


@operator("condition")
def condition(node: Node) -> Iterator[Proposal]:
    """A condition turned round, always or never true."""
    if node.type in _BRANCHES or (node.type == "for_statement" and _has_condition(node)):
        asked = _field(node, "condition")
        if node.type in ("if_statement", "while_statement", "do_statement"):
            asked = asked.named_children[0]  # without its parentheses
        yield Proposal(asked, f"!({text(asked)})")
        yield Proposal(asked, "0")
        if node.type in ("if_statement", "conditional_expression"):
            yield Proposal(asked, "1")
    elif node.type == "unary_expression" and text(_field(node, "operator")) == "!":
        yield Proposal(node, f"({text(_field(node, 'argument'))})")


def _has_condition(node: Node) -> bool:
    return node.child_by_field_name("condition") is not None


@operator("removed check")
def removed_check(node: Node) -> Iterator[Proposal]:
    """An ``if`` that would have left the function is gone."""
    if _is_check(node):
        yield Proposal(node, ";")


def _is_check(node: Node) -> bool:
    if node.type != "if_statement" or node.child_by_field_name("alternative") is not None:
        return False
    return any(inner.type == "return_statement" for inner in inside(node))


@operator("removed statement")
def removed_statement(node: Node) -> Iterator[Proposal]:
    """An assignment, a call, a ``break`` or a ``continue`` is gone."""
    jumps = node.type in ("break_statement", "continue_statement")
    acts = node.type == "expression_statement" and not _is_rollback(node) and not _moves(node)
    if jumps or acts:
        yield Proposal(node, ";")


@operator("missing rollback")
def missing_rollback(node: Node) -> Iterator[Proposal]:
    """What a failure has to undo or to give back is left as it is."""
    if _is_rollback(node):
        yield Proposal(node, ";")


def _is_rollback(node: Node) -> bool:
    """Whether a statement stands between a failure and the return that tells of it."""
    if node.type != "expression_statement" or not node.named_children:
        return False
    block = node.parent
    while block is not None and block.type == "compound_statement":
        branch = block.parent
        if branch is not None and branch.type == "if_statement":
            last = block.named_children[-1]
            called = callee(node.named_children[0])
            return _is_check(branch) and last.type == "return_statement" and "Err" not in called
        return False
    return False


def _moves(node: Node) -> bool:
    return bool(node.named_children) and "position" in text(node.named_children[0])


@operator("missing position update")
def missing_position_update(node: Node) -> Iterator[Proposal]:
    """The position, or another counter, stays where it is."""
    if node.type == "expression_statement" and _moves(node):
        yield Proposal(node, ";")
    elif node.type == "update_expression":
        yield Proposal(node, text(_field(node, "argument")))


@operator("swapped arguments")
def swapped_arguments(node: Node) -> Iterator[Proposal]:
    """Two neighbouring arguments of a call change places."""
    if node.type == "call_expression" and not callee(node).startswith("PyErr_"):
        given = [text(each) for each in arguments(node)]
        for place in range(len(given) - 1):
            swapped = [*given]
            swapped[place : place + 2] = given[place + 1], given[place]
            if swapped != given:
                yield Proposal(_field(node, "arguments"), f"({', '.join(swapped)})")


_GROUPS = (
    ("ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"),
    ("PROT_READ", "PROT_WRITE", "PROT_EXEC"),
    ("MAP_SHARED", "MAP_PRIVATE"),
    ("MAP_ANONYMOUS", "MAP_POPULATE"),
    ("MS_SYNC", "MS_ASYNC"),
    ("EINVAL", "EACCES"),
    ("EBADF", "ENOMEM"),
    ("EFAULT", "ENOMEM"),
    ("EINTR", "EAGAIN"),
    ("F_DUPFD_CLOEXEC", "F_DUPFD"),
    ("PyBUF_SIMPLE", "PyBUF_WRITABLE"),
    ("PY_SSIZE_T_MAX", "INT_MAX"),
    ("PTRDIFF_MAX", "INT32_MAX"),
    ("Py_None", "Py_True"),
    ("'\\n'", "'\\0'"),
    ("MAPPING_DONE", "MAPPING_EMPTY_FILE", "MAPPING_OFFSET_PAST_END", "MAPPING_LENGTH_PAST_END",
     "MAPPING_TOO_LARGE", "MAPPING_BAD_DESCRIPTOR"),
    ("FILE_BEGIN", "FILE_CURRENT", "FILE_END"),
    ("PAGE_READONLY", "PAGE_READWRITE", "PAGE_WRITECOPY"),
    ("FILE_MAP_READ", "FILE_MAP_WRITE", "FILE_MAP_COPY"),
)  # fmt: skip
_OTHER = {name: group[i - 1] for group in _GROUPS for i, name in enumerate(group)}
_EXCEPTIONS = ("PyExc_ValueError", "PyExc_TypeError", "PyExc_IndexError", "PyExc_OverflowError",
               "PyExc_BufferError", "PyExc_OSError")  # fmt: skip


@operator("constant")
def constant(node: Node) -> Iterator[Proposal]:
    """Another constant of the same sort, or none."""
    if node.type in ("identifier", "char_literal") and text(node) in _OTHER:
        yield Proposal(node, _OTHER[text(node)])
    elif node.type == "number_literal" and text(node) not in ("0", "1", "-1"):
        yield Proposal(node, "0")


@operator("exception class")
def exception_class(node: Node) -> Iterator[Proposal]:
    """Another exception is raised."""
    if node.type == "identifier" and text(node) in _EXCEPTIONS:
        for other in _EXCEPTIONS[:2]:
            if other != text(node):
                yield Proposal(node, other)


@operator("return value")
def return_value(node: Node) -> Iterator[Proposal]:
    """The same is returned whatever came out."""
    if node.type == "return_statement" and node.named_children:
        value = node.named_children[0]
        yield Proposal(value, {"0": "1", "1": "0", "-1": "0"}.get(text(value), "0"))


@operator("removed entry")
def removed_entry(node: Node) -> Iterator[Proposal]:
    """An entry of a table is gone."""
    listed = node.parent
    if (
        node.type in ("initializer_list", "call_expression", "initializer_pair")
        and listed is not None
        and listed.type == "initializer_list"
        and node.next_sibling is not None
        and text(node.next_sibling) == ","
    ):
        yield Proposal(node, "", node.next_sibling)


@operator("early return")
def early_return(node: Node) -> Iterator[Proposal]:
    """A function returns before it has done anything."""
    if node.type == "function_definition":
        kind = text(_field(node, "type"))
        opening = body_of(node).children[0]
        if declarator_of(node).type == "pointer_declarator":
            values = ["Py_NewRef(Py_None)"] if kind == "PyObject" else ["NULL"]
        else:
            values = [""] if kind == "void" else ["0", "1"]
        for value in values:
            yield Proposal(opening, f"{{ return {value};")
