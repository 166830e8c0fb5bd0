"""``benchmark_reduction``: a few faults, and what it says of programs that are too long."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from mmap_conformance.events import Finding
from mmap_spec_tests.operations import Operation, octets


@pytest.fixture
def tool_module(tool: Callable[[str], ModuleType]) -> ModuleType:
    if importlib.util.find_spec("mmap_reference._mmap") is None:
        pytest.skip("the C extension mmap_reference was not built")
    module = tool("benchmark_reduction")
    module.OPTIONS = replace(module.OPTIONS, budget="20", clauses=())
    return module


@pytest.mark.parametrize("fault", ["tell-written-lies", "write-moved-stays", "move-later-dies"])
def test_a_planted_fault_is_reduced_to_what_it_needs(tool_module: ModuleType, fault: str) -> None:
    reduced = tool_module.measure(fault)
    assert reduced.found is not None and reduced.minimal
    assert 1 < reduced.operations < 8 and reduced.seconds > 0


def test_a_program_that_is_too_long_is_not_minimal(
    tool_module: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = "tell-written-lies"
    program = [
        Operation("m0", "mmap()", [-1, 13]),
        Operation("m0", "write", [octets(b"a")]),
        Operation("m0", "len()"),
        Operation("m0", "tell"),
    ]
    for number, minimal in ((2, True), (None, False)):
        shorter = [each for place, each in enumerate(program) if place != number]
        finding = Finding(fault, "", "must", "tell", "returned", "", "", shorter)
        assert tool_module.is_minimal(tool_module.adapter_for(fault), finding) is minimal
    assert tool_module.report([tool_module.Reduced(fault, 1.0, 0.1, 4)], None) == 1
    assert f"NOT MINIMAL: {fault}: 4 operations" in capsys.readouterr().out


def test_a_fault_that_is_not_found_is_told(
    tool_module: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tool_module.report([tool_module.Reduced("tell-always-lies")], None) == 1
    assert "NOT FOUND: tell-always-lies" in capsys.readouterr().out


def test_every_fault_is_one_of_its_own(tool_module: ModuleType) -> None:
    assert len(set(tool_module.names())) == len(tool_module.names()) > 50
