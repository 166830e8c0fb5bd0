"""Expectations files as they are written: canonical, readable, and read back the same."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.adapters import resolve
from mmap_conformance.engine import run
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.events import Event, Found, Stale
from mmap_conformance.expectations import Expectations, Expected
from mmap_conformance.options import Options
from mmap_conformance.update import Update, as_toml
from mmap_spec_tests.operations import Operation, Program, octets

MAP = Operation("m0", "mmap()", [-1, 1], {})
FINDS: Program = [MAP, Operation("m0", "find", [octets(b"\0")], {})]
CLAUSE = "search.find-lowest"


def entry(**more: Any) -> Expected:
    given = {"got": "returned", "program": FINDS, **more}
    return Expected(("*",), given.pop("clause", CLAUSE), "find", **given)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "known.toml"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"kind": "bug", "reason": 'it\'s "so"\n\x7f\\', "link": "gh-1", "expected": "returns 0"},
        {"also": ("crashed", "ValueError")},
        {"since": (3, 8), "until": (3, 11, 4), "platform": "windows"},
        {"program": [MAP, Operation("m0", "find", [octets(b"'\x7f\"\\\n\xff")], {})]},
        {"program": [MAP, Operation("m0", "[]", [{"slice": [None, 2**70, -1]}], {})]},
    ],
)
def test_what_is_written_is_read_back(path: Path, more: dict[str, Any]) -> None:
    known = Expectations((entry(**more),), ("*",), "# ours\n# and theirs")
    path.write_text(as_toml(known), "utf-8")
    assert Expectations.read(path) == known


def test_a_person_can_read_the_program(path: Path) -> None:
    assert "# m0 = mmap.mmap(-1, 1)\n# m0.find(b'\\x00')\n" in as_toml(Expectations((entry(),)))


def updated(
    path: Path, known: Expectations, *names: str, clauses: tuple[str, ...] = (CLAUSE,)
) -> Update:
    """What a short run makes of a file."""
    path.write_text(as_toml(known), "utf-8")
    options = Options(budget="0.6", clauses=clauses, expectations=path, timeout=2)
    adapters = [resolve(name) for name in names]
    update = Update(Expectations.read(path), adapters, options)
    for event in run(adapters, options):
        update(event)
    return update


def test_what_is_found_is_added_without_kind_and_reason(path: Path, faulty: Path) -> None:
    update = updated(path, Expectations(), "find_off_by_one")
    (new,) = update.result().entries
    assert new.key == (CLAUSE, "find", "returned")
    assert (new.kind, new.reason, new.since, new.until) == ("", "", None, None)
    assert new.expected.startswith("returns ") and update.gone == []


def test_what_is_gone_is_left_out(path: Path) -> None:
    update = updated(path, Expectations((entry(kind="bug", reason="x"),)), "stdlib")
    assert update.result().entries == ()
    assert [each.reason for each in update.gone] == ["x"]


def test_what_shows_otherwise_stays_where_that_is_expected(path: Path, faulty: Path) -> None:
    known = Expectations((entry(got="ValueError", also=("returned",), kind="bug", reason="x"),))
    update = updated(path, known, "find_off_by_one")
    assert update.result().entries == known.entries
    assert update.gone == update.new == []


def test_what_one_of_several_still_shows_stays(path: Path, faulty: Path) -> None:
    known = Expectations((entry(kind="bug", reason="x"),))
    update = updated(path, known, "stdlib", "find_off_by_one")
    assert [each.reason for each in update.result().entries] == ["x"]
    assert update.gone == []


def test_entries_are_in_the_order_of_the_specification(path: Path, faulty: Path) -> None:
    empty = [MAP, Operation("m0", "find", [octets(b"")], {})]
    later = entry(clause="search.empty-needle", program=empty, reason="second")
    update = updated(
        path, Expectations((later,)), "find_off_by_one", clauses=(CLAUSE, "search.empty-needle")
    )
    assert [each.clause for each in update.result().entries] == [CLAUSE, "search.empty-needle"]


def test_a_new_entry_is_limited_to_the_versions_that_have_it(
    path: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = sys.version_info[:3]
    newer, older = (here[0], here[1] + 1, 0), (here[0], here[1] - 1, 9)
    wrong, right = resolve("find_off_by_one"), resolve("stdlib")
    for other, since, until in ((newer, None, newer), (older, here, None)):
        update = Update(Expectations(), [wrong, right], Options(timeout=2))
        update._versions.update({wrong.name: here, right.name: other})
        update._add(next(iter(found("find_off_by_one"))).finding)
        (new,) = update.result().entries
        assert (new.since, new.until) == (since, until)


def found(name: str) -> list[Found]:
    events: list[Event] = list(run([resolve(name)], Options(budget="0.6", clauses=(CLAUSE,))))
    assert not [event for event in events if isinstance(event, Stale)]
    return [event for event in events if isinstance(event, Found)]


def test_a_file_about_others_is_not_written_into(path: Path) -> None:
    known = Expectations((), ("mymmap", "other@*"))
    with pytest.raises(UsageError, match="the file is about mymmap, other@"):
        updated(path, known, "stdlib")


def test_what_does_not_start_is_not_taken_for_clean(path: Path, faulty: Path) -> None:
    with pytest.raises(StartError, match="cannot import raises_at_import"):
        updated(path, Expectations(), "raises_at_import")
