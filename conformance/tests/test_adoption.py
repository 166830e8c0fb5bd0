"""A port's life with the gate: what is wrong is written down, mended, and something else breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mmap_conformance.gate import FINDINGS, OK, STALE


class Port(NamedTuple):
    """A faulty implementation, of which a copy is patched.

    Attributes:
        module: in ``faulty/``.
        clause: that it does not meet.
        wrong: what its code says.
        right: what it is to say.
        worse: the same, with another fault.
    """

    module: str
    clause: str
    wrong: str
    right: str
    worse: str


CUT = "line[:-1] if len(line) > 20 else line"
REFUSES = "raise ValueError(str(error)) from None"
READLINE = "super().readline(*args, **kwargs)\n        ctypes.string_at(1)"
RIGHT = "return super().readline(*args, **kwargs)"
PORTS = [
    Port("find_off_by_one", "search.find-lowest", "result + 1", "result", "result[0]"),
    Port("value_for_type_error", "access.read-refuses-move", REFUSES, "raise", "return"),
    Port("readline_stops_early", "position.readline-returns-line", CUT, "line", "line + 1"),
    Port("size_lies", "size.returns-file-length", ") + 1", ")", ") / 0"),
    Port("segfault", "position.readline-returns-line", READLINE, RIGHT, "return b''"),
]


@pytest.mark.parametrize("port", PORTS, ids=lambda port: port.module)
def test_the_gate_is_green_until_something_changes(
    port: Port, faulty: Path, tmp_path: Path, command: Callable[..., Any]
) -> None:
    source = (faulty / f"{port.module}.py").read_text("utf-8")
    options = ["--budget", "3", "--clause", port.clause]

    def gated(code: str) -> int:
        (tmp_path / "port.py").write_text(source.replace(port.wrong, code), "utf-8")
        told = command("run", "port", "--expectations", "known.toml", *options)
        return int(told.code)

    assert source.count(port.wrong) == 1
    (tmp_path / "port.py").write_text(source, "utf-8")
    assert command("expectations", "update", "known.toml", "port", *options).code == OK
    assert gated(port.wrong) == OK
    assert gated(port.right) == STALE
    assert gated(port.worse) == FINDINGS
