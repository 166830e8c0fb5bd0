"""The corpus with its expected outcomes as JSON, for harnesses that are not written in Python.

The format is told in ``conformance/VECTORS.md``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from mmap_conformance import __version__
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import Edition, edition_text
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import corpus, killers
from mmap_spec_tests.expectation import (
    Accepts,
    Allowed,
    Either,
    Expectation,
    Raises,
    Returns,
    ReturnsLike,
    Shows,
    Survives,
)
from mmap_spec_tests.model import Facts, Unrunnable
from mmap_spec_tests.model.files import ChildEnded, InChild
from mmap_spec_tests.operations import Operation, Program
from mmap_spec_tests.programs import modelled

FORMAT = "mmap-vectors/1"
CAPABILITIES = {
    "unix": GRANTED | {"madvise", "fork", "python-buffers", "set_name"},
    "windows": GRANTED,
}
"""By platform, what an implementation may be able to do."""
CONSTANTS = {
    name: number
    for number, name in enumerate(("MADV_NORMAL", "MADV_WILLNEED", "MS_SYNC", "MS_ASYNC"))
}
"""Those that programs name and not every system has; the numbers stand for nothing."""
GRANULARITY = {"unix": 4096, "windows": 1 << 16}
_DIGEST = re.compile(r"<(\d+) bytes, crc32 ([0-9a-f]{8})>")


def vectors(edition: Edition, platform: str) -> dict[str, Any]:
    """The programs of the corpus that make sense there, each operation with what is allowed.

    Args:
        edition: of the documentation.
        platform: ``unix`` or ``windows``.
    """
    granularity = GRANULARITY[platform]
    facts = Facts(
        edition,
        platform,
        granularity=granularity,
        constants=CONSTANTS if platform == "unix" else {},
        capabilities=CAPABILITIES[platform],
    )
    return {
        "format": FORMAT,
        "suite": __version__,
        "edition": edition_text(edition),
        "platform": platform,
        "page": facts.page,
        "granularity": granularity,
        "largest": facts.largest,
        "vectors": [
            vector
            for entry in (*corpus(), *killers())
            for vector in _vector(entry.clause, entry.program, facts)
        ],
    }


def _vector(clause: str, program: Program, facts: Facts) -> list[dict[str, Any]]:
    """One vector, or none where the program or its clause is not for these facts."""
    rule = CLAUSES[clause]
    if not rule.holds(facts.edition, facts.platform, facts.capabilities):
        return []
    try:
        steps = modelled(program, facts)
    except Unrunnable:
        return []
    operations = [_step(operation, expectation, facts) for operation, expectation in steps]
    return [
        {"clause": clause, "level": rule.level, "statement": rule.statement, "needs": rule.needs,
         "program": operations}
    ]  # fmt: skip


def _step(operation: Operation, expectation: Expectation, facts: Facts) -> dict[str, Any]:
    held = (facts.edition, facts.platform, facts.capabilities)
    told: dict[str, Any] = {
        "target": operation.target,
        "method": operation.method,
        "arguments": list(operation.arguments),
        "keywords": dict(operation.keywords),
        "expected": [
            {"clause": clause, "allowed": _allowed(allowed)}
            for clause, allowed in expectation.checks
            if CLAUSES[clause].holds(*held)
        ],
    }
    if expectation.meanwhile:
        told["meanwhile"] = [_step(*nested, facts) for nested in expectation.meanwhile]
    return told


def _allowed(allowed: Allowed) -> dict[str, Any]:
    """A set of outcomes; a kind of set that is not known here is an error of ours."""
    match allowed:
        case ChildEnded():
            return {"child ended": allowed.describe()}
        case InChild():
            number, outcome = allowed
            return {"in child": number, "allowed": _allowed(outcome)}
        case Returns(text):
            return {"returns": value_of(text)}
        case ReturnsLike(pattern, words):
            return {"returns like": pattern, "words": words}
        case Raises(names, errno):
            return {"raises": list(names), **({"errno": errno} if errno is not None else {})}
        case Either(options):
            return {"either": [_allowed(option) for option in options]}
        case Shows(value):
            return {"if it returns": _allowed(value)}
        case Accepts():
            return {"does not raise": ["TypeError"]}
        case Survives():
            return {"survives": True}
    raise TypeError(f"cannot export {allowed!r}")


def value_of(text: str) -> Any:
    """A returned value as arguments have them, from its representation."""
    digest = _DIGEST.fullmatch(text)
    if digest:
        return {"digest": {"length": int(digest[1]), "crc32": digest[2]}}
    return _tagged(ast.literal_eval(text))


def _tagged(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_tagged(item) for item in value]
    return value
