"""``run_sanitized``: its short form, and faults that only sanitizers see."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from mmap_conformance.errors import UsageError
from mmap_spec_tests.operations import Operation, Program

pytestmark = pytest.mark.usefixtures("can_build")

SHORT = ("--budget", "1", "--area", "position")
FAULTS = (
    (
        "mmap_object.h",
        "    return PyBytes_From",
        "    if (length == 13) *(volatile unsigned char *)(self->mapping.data + start + length);\n"
        "    return PyBytes_From",
    ),
    (
        "arguments.c",
        "    return *size != -1 || !PyErr_Occurred();",
        "    volatile Py_ssize_t next = *size + 1;\n"
        "    return (void)next, *size != -1 || !PyErr_Occurred();",
    ),
    ("mmap_object.h", "require(self->access != ACCESS_READ,", "require(1,"),
    ("mmap_system.c", "    self->mapping.data = NULL;\n", ""),
)
"""A byte past the end is read, a sum overflows, a check is missing, a closed map is used."""
MAKE = Operation("m0", "mmap()", [-1, 13])
MAKE_TO_READ = Operation("m0", "mmap()", [-1, 13], {"access": {"constant": "ACCESS_READ"}})
SEEN: list[tuple[str, Program]] = [
    ("AddressSanitizer: use-after-poison", [MAKE, Operation("m0", "read", [13])]),
    ("runtime error: signed integer overflow", [MAKE, Operation("m0", "seek", [sys.maxsize])]),
    ("AddressSanitizer: SEGV", [MAKE_TO_READ, Operation("m0", "write_byte", [1])]),
    ("AddressSanitizer: SEGV", [MAKE, Operation("m0", "close"), Operation("m0", "read_byte")]),
]
"""What a sanitizer says of each, and to which program."""


@pytest.fixture
def run_sanitized(tool: Callable[[str], ModuleType]) -> ModuleType:
    module = tool("run_sanitized")
    try:
        module.library("libasan.so")
    except UsageError as error:
        pytest.skip(str(error))
    if sys.platform != "linux":
        pytest.skip("preloads a library")
    return module


def test_sanitizers_see_nothing(
    run_sanitized: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_sanitized.measure(run_sanitized.SOURCE, SHORT) == 0
    shown = capsys.readouterr().out
    assert "Conformant: reference-sanitized, reference-latest-sanitized" in shown


def test_planted_faults_are_seen(
    run_sanitized: ModuleType, planted: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "built"
    folder.mkdir()
    run_sanitized.build(folder, run_sanitized.FLAGS, source=planted(*FAULTS))
    for words, program in SEEN:
        replayer = importlib.import_module("safety.replayer").Replayer(
            [sys.executable], folder, "mmap_reference", environment=run_sanitized.environment()
        )
        replayer.send([[MAKE]])
        assert replayer.receive() is None
        replayer.send([program])
        with pytest.raises(EOFError):
            replayer.receive()
        status, errors = replayer.end()
        assert status != 0
        assert words in errors
