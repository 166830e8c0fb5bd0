"""``diff``: programs whose last operation comes to something else on two implementations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.adapters import Adapter, resolve
from mmap_conformance.difference import differences
from mmap_conformance.errors import UsageError
from mmap_conformance.options import Options
from mmap_conformance.workers import Workers

SEARCH = Options(budget="1.5", areas=("search",), timeout=2)


def test_one_fault_is_one_difference_reduced(faulty: Path, stdlib: Adapter) -> None:
    found = list(differences([resolve("find_off_by_one"), stdlib], SEARCH))
    assert {each.program[-1].method for each in found} == {"find"}
    assert all(len(each.program) <= 4 for each in found)
    for each in found:
        wrong, right = each.outcomes
        assert wrong == str(int(right) + 1)
        assert each.clauses


def test_the_same_is_no_different(stdlib: Adapter) -> None:
    assert list(differences([stdlib, replace(stdlib, name="again")], SEARCH)) == []


def test_a_death_is_a_difference(faulty: Path, stdlib: Adapter) -> None:
    options = replace(SEARCH, areas=("position",))
    found = list(differences([stdlib, resolve("segfault")], options))
    (death,) = (each for each in found if each.program[-1].method == "readline")
    assert death.outcomes[1] == {"crashed": "SIGSEGV"}


def test_platforms_cannot_be_compared(stdlib: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    hello = Workers.hello

    def elsewhere(self: Workers) -> dict[str, Any]:
        platform = "windows" if self._adapter.name == "there" else "unix"
        return {**hello(self), "platform": platform}

    monkeypatch.setattr(Workers, "hello", elsewhere)
    with pytest.raises(UsageError, match="different platforms"):
        list(differences([stdlib, replace(stdlib, name="there")], SEARCH))


def test_the_command_line_tells_both_outcomes(command: Callable[..., Any], faulty: Path) -> None:
    done = command("diff", "find_off_by_one", "stdlib", "--area=search", "--budget=1.5")
    assert done.code == 1
    assert (
        "   find_off_by_one: returned " in done.out and "   stdlib:          returned " in done.out
    )
    assert done.out.rstrip().endswith("of find_off_by_one and stdlib")
    done = command("diff", "stdlib", "mmap", "--area=move", "--budget=0.5")
    assert done.code == 0 and done.out == "0 differences of stdlib and mmap\n"
    done = command("diff", "stdlib", "raises_at_import")
    assert done.code == 4 and "cannot import" in done.complaint
