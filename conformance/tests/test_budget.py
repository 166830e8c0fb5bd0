"""The budget: only an implementation's own turns count."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mmap_conformance import budget


def test_the_turns_of_others_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr(budget, "time", SimpleNamespace(monotonic=lambda: now.time))
    mine = budget.Budget(5)
    now.time += 3
    assert mine.spent == 3 and not mine.over
    with mine.suspended():
        now.time += 50
    assert mine.spent == 3 and not mine.over
    now.time += 2.5
    assert mine.spent == 5.5 and mine.over


def test_an_interrupt_ends_it() -> None:
    interrupts = [False, True]
    mine = budget.Budget(1000, lambda: interrupts.pop(0))
    assert not mine.over
    assert mine.over
