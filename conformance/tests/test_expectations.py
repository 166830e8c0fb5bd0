"""Findings that are known: which implementations an entry speaks of, and broken files."""

from __future__ import annotations

import mmap
import random
from pathlib import Path

import pytest

from mmap_conformance.errors import UsageError
from mmap_conformance.expectations import Expectations, shipped
from mmap_spec_tests.clause import EDITIONS, Edition
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.model import Facts
from mmap_spec_tests.operations import Operation
from mmap_spec_tests.programs import Generator
from mmap_spec_tests.rules import AREAS

CLAUSE = "search.find-lowest"
PROGRAM = '[["m0", "mmap()", [-1, 1], {}], ["m0", "find", [{"bytes": "a"}], {}]]'
NEEDED = f"""
[[finding]]
clause = "{CLAUSE}"
operation = "find"
got = "returned"
program = '{PROGRAM}'
"""
ENTRY = NEEDED + 'kind = "bug"\nreason = "off by one"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "known.toml"


def speaks(
    path: Path,
    text: str,
    *names: str,
    version: Edition = (3, 11),
    platform: str = "unix",
) -> bool:
    """Whether the one entry of a file speaks of an implementation."""
    path.write_text(text, "utf-8")
    return bool(list(Expectations.read(path).of(names or ("mymmap",), version, platform)))


def test_without_a_file_nothing_is_expected() -> None:
    assert Expectations.read(None).entries == ()


def test_an_empty_file_expects_nothing(path: Path) -> None:
    assert not speaks(path, "")


def test_an_entry_is_read(path: Path) -> None:
    path.write_text("# ours\n# and theirs\n" + ENTRY + 'link = "gh-5"\nexpected = "returns 0"\n')
    known = Expectations.read(path)
    (entry,) = known.entries
    assert entry.key == (CLAUSE, "find", "returned")
    assert entry.program == [
        Operation("m0", "mmap()", [-1, 1], {}),
        Operation("m0", "find", [{"bytes": "a"}], {}),
    ]
    assert (entry.kind, entry.told, entry.expected) == ("bug", "off by one (gh-5)", "returns 0")
    assert known.comment == "# ours\n# and theirs"


def test_one_fault_may_come_to_several_outcomes(path: Path) -> None:
    path.write_text(ENTRY + 'also = ["crashed", "ValueError"]\n')
    (entry,) = Expectations.read(path).entries
    assert entry.sorts == ("returned", "crashed", "ValueError")
    assert entry.key == (CLAUSE, "find", "returned")


def test_without_a_reason_it_is_expected_all_the_same(path: Path) -> None:
    path.write_text(NEEDED)
    (entry,) = Expectations.read(path).entries
    assert entry.told == "no reason given"


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
    assert speaks(path, f"implementations = {names}\n{ENTRY}") is matches


def test_an_implementation_goes_by_its_kind_of_interpreter_too(path: Path) -> None:
    """However the interpreter was named on the command line."""
    text = f'implementations = ["mmap@cpython"]\n{ENTRY}'
    assert speaks(path, text, "mmap@/usr/bin/python3.11", "mmap@cpython")
    assert not speaks(path, text, "mmap@pypy3", "mmap@pypy")


@pytest.mark.parametrize(
    ("condition", "version", "platform", "matches"),
    [
        ('since = "3.11"', (3, 11), "unix", True),
        ('since = "3.11"', (3, 11, 4), "unix", True),
        ('since = "3.11"', (3, 10, 9), "unix", False),
        ('until = "3.11.4"', (3, 11, 3), "unix", True),
        ('until = "3.11.4"', (3, 11, 4), "unix", False),
        ('until = "3.11.4"', (3, 9), "unix", True),
        ('since = "3.9"\nuntil = "3.11"', (3, 10), "unix", True),
        ('since = "3.9"\nuntil = "3.11"', (3, 8), "unix", False),
        ('since = "3.9"\nuntil = "3.11"', (3, 11), "unix", False),
        ('platform = "windows"', (3, 11), "windows", True),
        ('platform = "windows"', (3, 11), "unix", False),
    ],
)
def test_an_entry_may_have_a_condition(
    path: Path, condition: str, version: Edition, platform: str, matches: bool
) -> None:
    text = f"{ENTRY}{condition}\n"
    assert speaks(path, text, version=version, platform=platform) is matches


def test_files_add_up(path: Path) -> None:
    path.write_text(ENTRY)
    other = path.with_name("other.toml")
    other.write_text(ENTRY.replace("off by one", "bug 6"))
    both = Expectations.read(path) + Expectations.read(None) + Expectations.read(other)
    assert [entry.reason for entry in both.entries] == ["off by one", "bug 6"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[finding", "are no TOML: "),
        (ENTRY.replace("find-lowest", "no-such"), "finding 1: unknown clause 'search.no-such'"),
        (ENTRY + '[[finding]]\nreason = "x"', "finding 2: clause is missing"),
        (NEEDED.replace("got =", "kind ="), "finding 1: got is missing"),
        (NEEDED.replace("program =", "link ="), "finding 1: program is missing"),
        (ENTRY + 'method = "find"', "finding 1: unknown key 'method'"),
        (ENTRY + 'since = "2.7"', "finding 1: unknown edition '2.7'"),
        (ENTRY + 'until = "soon"', "finding 1: unknown edition 'soon'"),
        (ENTRY + "since = 3.9", "finding 1: since is no text"),
        (ENTRY.replace('"find"', '"fnid"', 1), "finding 1: unknown operation 'fnid'"),
        (ENTRY.replace('"bug"', '"feature"'), "finding 1: unknown kind 'feature'"),
        (ENTRY.replace('"returned"', '"retuned"'), "finding 1: unknown got 'retuned'"),
        (ENTRY + 'also = "crashed"', "finding 1: also is no list of texts"),
        (ENTRY + "also = [1]", "finding 1: also is no list of texts"),
        (ENTRY + 'also = ["hung", "cashed"]', "finding 1: unknown also 'cashed'; known are"),
        (ENTRY + 'also = [""]', "finding 1: unknown also ''"),
        (ENTRY + 'platform = "beos"', "finding 1: unknown platform 'beos'"),
        (ENTRY.replace("[-1, 1], {}]", "[-1, 1]"), "finding 1: program is none: "),
        (ENTRY.replace('"mmap()", [-1, 1]', '"mmap()", 5'), "an operation is [target, method"),
        ("[[finding]]\nclause = 5\nreason = 'x'", "finding 1: clause is no text"),
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
    facts = Facts(EDITIONS[-1], constants=constants)
    choices = random.Random(5)
    return {
        operation.method
        for area in AREAS * 8
        for operation, _ in Generator(facts).program(BytesDraw(choices.randbytes(500)), area, 60)
    }


def test_what_is_shipped_says_of_whom_it_speaks() -> None:
    names = {name for entry in shipped().entries for name in entry.implementations}
    assert names == {
        "mmap@cpython-unix", "mmap@cpython-windows", "mmap@cpython-emscripten", "mmap@pypy-unix",
        "fmmap@cpython-unix",
    }  # fmt: skip


@pytest.mark.parametrize("entry", shipped().entries, ids=lambda e: e.clause)
def test_what_is_shipped_names_what_there_is(entry, methods: set[str]) -> None:  # type: ignore[no-untyped-def]
    clause = CLAUSES[entry.clause]
    assert entry.operation in methods
    assert entry.reason and entry.kind
    for version in (entry.since, entry.until):
        assert version is None or version > clause.since


def test_what_is_shipped_says_nothing_twice() -> None:
    entries = [(e.implementations, e.key, e.since, e.until) for e in shipped().entries]
    assert len(entries) == len(set(entries))
