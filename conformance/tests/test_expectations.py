"""Findings that are known: which divergences an entry speaks of, and broken files."""

from __future__ import annotations

import mmap
import random
from pathlib import Path

import pytest

from mmap_conformance.errors import UsageError
from mmap_conformance.expectations import Expectations, shipped
from mmap_conformance.judge import Divergence
from mmap_spec_tests.clause import EDITIONS, Edition
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.model import Facts
from mmap_spec_tests.programs import Generator
from mmap_spec_tests.rules import AREAS

CLAUSE, OTHER = "search.find-lowest", "search.rfind-highest"
ENTRY = f'[[finding]]\nclause = "{CLAUSE}"\nreason = "bug 5"\n'


def diverging(clause: str = CLAUSE, operation: str = "find") -> Divergence:
    return Divergence(3, clause, operation, operation, None, "1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "known.toml"


def reason(
    path: Path,
    text: str,
    divergence: Divergence | None = None,
    *,
    name: str = "mymmap",
    edition: Edition = (3, 11),
) -> str:
    path.write_text(text, "utf-8")
    return Expectations.read(path).reason((name,), edition, divergence or diverging())


def test_without_a_file_nothing_is_expected() -> None:
    assert Expectations.read(None).reason(("stdlib",), (3, 11), diverging()) == ""


def test_an_empty_file_expects_nothing(path: Path) -> None:
    assert reason(path, "") == ""


def test_an_entry_speaks_of_its_clause(path: Path) -> None:
    assert reason(path, ENTRY) == "bug 5"
    assert reason(path, ENTRY, diverging(OTHER)) == ""


def test_an_entry_may_speak_of_one_operation(path: Path) -> None:
    text = ENTRY + 'operation = "find"\n'
    assert reason(path, text) == "bug 5"
    assert reason(path, text, diverging(operation="rfind")) == ""
    assert reason(path, ENTRY, diverging(operation="rfind")) == "bug 5"


@pytest.mark.parametrize(
    ("names", "matches"),
    [
        ('["mymmap"]', True),
        ('["stdlib", "my*"]', True),
        ('["*"]', True),
        ('["mymmap@*"]', False),
        ('["mymma"]', False),
        ('["MYMMAP"]', False),
        ("[]", False),
    ],
)
def test_a_file_may_speak_of_some_implementations(path: Path, names: str, matches: bool) -> None:
    assert reason(path, f"implementations = {names}\n{ENTRY}") == ("bug 5" if matches else "")


def test_an_implementation_goes_by_its_kind_of_interpreter_too(path: Path) -> None:
    """However the interpreter was named on the command line."""
    path.write_text(f'implementations = ["mmap@cpython"]\n{ENTRY}', "utf-8")
    known = Expectations.read(path)
    names = ("mmap@/usr/bin/python3.11", "mmap@cpython")
    assert known.reason(names, (3, 11), diverging()) == "bug 5"
    assert known.reason(("mmap@pypy3", "mmap@pypy"), (3, 11), diverging()) == ""


def test_names_of_interpreters_can_be_matched(path: Path) -> None:
    text = f'implementations = ["mmap@python3*"]\n{ENTRY}'
    assert reason(path, text, name="mmap@python3.12") == "bug 5"
    assert reason(path, text, name="mmap@pypy3") == ""


@pytest.mark.parametrize(
    ("versions", "edition", "matches"),
    [
        ('since = "3.11"', (3, 11), True),
        ('since = "3.11"', (3, 11, 4), True),
        ('since = "3.11"', (3, 10, 9), False),
        ('until = "3.11.4"', (3, 11, 3), True),
        ('until = "3.11.4"', (3, 11, 4), False),
        ('until = "3.11.4"', (3, 9), True),
        ('since = "3.9"\nuntil = "3.11"', (3, 10), True),
        ('since = "3.9"\nuntil = "3.11"', (3, 8), False),
        ('since = "3.9"\nuntil = "3.11"', (3, 11), False),
    ],
)
def test_an_entry_may_speak_of_some_versions(
    path: Path, versions: str, edition: Edition, matches: bool
) -> None:
    assert bool(reason(path, f"{ENTRY}{versions}\n", edition=edition)) is matches


def test_the_first_entry_that_matches_tells_the_reason(path: Path) -> None:
    text = ENTRY.replace("bug 5", "of others") + 'operation = "rfind"\n' + ENTRY
    assert reason(path, text + ENTRY.replace("bug 5", "later")) == "bug 5"


def test_files_add_up(path: Path) -> None:
    path.write_text(ENTRY)
    other = path.with_name("other.toml")
    other.write_text(f'[[finding]]\nclause = "{OTHER}"\nreason = "bug 6"\n')
    both = Expectations.read(path) + Expectations.read(None) + Expectations.read(other)
    assert both.reason(("x",), (3, 1), diverging()) == "bug 5"
    assert both.reason(("x",), (3, 1), diverging(OTHER)) == "bug 6"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[finding", "are no TOML: "),
        (ENTRY.replace("find-lowest", "no-such"), "finding 1: unknown clause 'search.no-such'"),
        (ENTRY + '[[finding]]\nreason = "x"', "finding 2: clause is missing"),
        (f'[[finding]]\nclause = "{CLAUSE}"', "finding 1: reason is missing"),
        (f'[[finding]]\nclause = "{CLAUSE}"\nreason = ""', "finding 1: reason is missing"),
        (ENTRY + 'method = "find"', "finding 1: unknown key 'method'"),
        (ENTRY + 'since = "2.7"', "finding 1: unknown edition '2.7'"),
        (ENTRY + 'until = "soon"', "finding 1: unknown edition 'soon'"),
        (ENTRY + "since = 3.9", "finding 1: "),
        (ENTRY + "operation = 5", "finding 1: "),
        (ENTRY + 'operation = "fnid"', "finding 1: unknown operation 'fnid'"),
        ("[[finding]]\nclause = 5\nreason = 'x'", "finding 1: "),
        ("[[finding]]\nclause = ['a']\nreason = 'x'", "finding 1: "),
        (f"[[finding]]\nclause = '{CLAUSE}'\nreason = 5", "finding 1: "),
        ("finding = ['x']", "finding 1: "),
        ("finding = 5", ": "),
        ('implementations = "stdlib"', "implementations is no list of names"),
        ("implementations = [1]", "implementations is no list of names"),
        (ENTRY.replace("[[finding]]", "[[findings]]"), "findings"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(path: Path, text: str, told: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        Expectations.read(path)
    message = str(caught.value)
    assert message.startswith(f"expectations {path}") and told in message
    assert "\n" not in message


def test_a_file_that_cannot_be_read_is_told(path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read expectations .*: No such file"):
        Expectations.read(path)
    with pytest.raises(UsageError, match=r"cannot read expectations .*: Is a directory"):
        Expectations.read(path.parent)
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="are no TOML"):
        Expectations.read(path)


# What is shipped.


@pytest.fixture(scope="module")
def methods() -> set[str]:
    """Every method that the rules propose, or nearly."""
    constants = {name: getattr(mmap, name) for name in dir(mmap) if name.isupper()}
    facts = Facts(EDITIONS[-1], constants=constants, capabilities=frozenset(["resize"]))
    choices = random.Random(5)
    return {
        operation.method
        for area in AREAS * 8
        for operation, _ in Generator(facts).program(BytesDraw(choices.randbytes(500)), area, 60)
    }


def test_what_is_shipped_speaks_of_the_stdlib_alone() -> None:
    names = {name for entry in shipped().entries for name in entry.implementations}
    assert names == {"mmap@cpython-unix", "mmap@cpython-windows"}


@pytest.mark.parametrize("entry", shipped().entries, ids=lambda e: e.clause)
def test_what_is_shipped_names_what_there_is(entry, methods: set[str]) -> None:  # type: ignore[no-untyped-def]
    clause = CLAUSES[entry.clause]
    assert entry.operation in methods
    assert entry.reason
    for version in (entry.since, entry.until):
        assert version is None or version > clause.since


def test_what_is_shipped_says_nothing_twice() -> None:
    entries = [(e.implementations, e.clause, e.operation) for e in shipped().entries]
    assert len(entries) == len(set(entries))
