"""Faults planted in the reference: how they are made and built, and that the suite finds them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from mutants import gate, generate, ratchet, running
from mutants.building import Builder, native
from mutants.equivalent import equivalent
from mutants.historical import FAULTS
from mutants.mutant import Mutant
from mutants.operators import OPERATORS

from mmap_conformance import toml
from mmap_spec_tests.clauses import CLAUSES

SOURCE = Path(__file__).parents[2] / "reference" / "mmap_reference"
C_SAMPLE, C_KILLED = 10, 5
"""So many mutants of the C code, by chance, of which the corpus alone kills so many or more."""

CODE = """
static const int table[] = {FIRST(1), FIRST(2)};
static int
move(int *data, int size, int place)
{
    int status = 0;
    if (place < 0 || place >= size) {
        PyErr_SetString(PyExc_ValueError, "out of range");
        return -1;
    }
    while (status == 0) {
        status = copy(data, (size_t)size);
        self->position += size - 1;
        if (status != 0) {
            give_back(data);
            return 0;
        }
    }
    flags |= MAP_SHARED;
    return status;
}
"""
EXPECTED = {
    "boundary": ("<", "<="),
    "relational": ("==", "<="),
    "arithmetic": ("-", "+"),
    "logical": ("||", "&&"),
    "off by one": ("size - 1", "(size - 1 + 1)"),
    "condition": ("status == 0", "!(status == 0)"),
    "removed check": ("if (place < 0", ";"),
    "removed statement": ("status = copy(data, (size_t)size);", ";"),
    "missing rollback": ("give_back(data);", ";"),
    "missing position update": ("self->position += size - 1;", ";"),
    "swapped arguments": ("(data, (size_t)size)", "((size_t)size, data)"),
    "constant": ("MAP_SHARED", "MAP_PRIVATE"),
    "exception class": ("PyExc_ValueError", "PyExc_TypeError"),
    "return value": ("-1", "0"),
    "removed entry": ("FIRST(1),", ""),
    "early return": ("{", "{ return 0;"),
}


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    yield Builder(SOURCE, native(), tmp_path_factory.mktemp("objects"))


def made_of(folder: Path, code: str) -> list[Mutant]:
    (folder / "code.c").write_text(code, "utf-8")
    return generate.mutants_of(folder)


def test_every_operator_is_tried_here() -> None:
    assert set(EXPECTED) == set(OPERATORS)


@pytest.mark.parametrize("operator", EXPECTED)
def test_operators(operator: str, tmp_path: Path) -> None:
    was, replacement = EXPECTED[operator]
    edits = [m.edits[0] for m in made_of(tmp_path, CODE) if m.operator == operator]
    changes = [(CODE.encode()[e.start : e.end].decode(), e.replacement.decode()) for e in edits]
    assert any(was in old and new == replacement for old, new in changes), changes


def test_what_an_exception_says_is_left_alone(tmp_path: Path) -> None:
    for mutant in made_of(tmp_path, CODE):
        for edit in mutant.edits:
            changed = CODE.encode()[edit.start : edit.end]
            assert b"out of range" not in changed or changed.startswith((b"if", b"PyErr"))


def test_a_check_is_moved_before_the_conversion(tmp_path: Path) -> None:
    code = """
static int act_locked(MmapObject *self, int n) { return is_open_and_writable(self) && n; }
PyObject *method(PyObject *op, PyObject *given)
{
    if (!to_size(given, &n)) { return NULL; }
    return act_locked((MmapObject *)op, n);
}
"""
    (mutant,) = [m for m in made_of(tmp_path, code) if m.operator == "missing re-check"]
    text = mutant.text_of("code.c", code.encode()).decode()
    assert "return is_writable(self) && n;" in text
    assert "{ if (!is_open((MmapObject *)op)) { return NULL; }\n    if (!to_size" in text


def test_ids_are_unique_and_do_not_move(tmp_path: Path) -> None:
    before = made_of(tmp_path, CODE)
    assert len({mutant.id for mutant in before}) == len(before)
    after = made_of(tmp_path, "/* one more line */\n" + CODE)
    assert [mutant.id for mutant in after] == [mutant.id for mutant in before]
    assert [mutant.line - 1 for mutant in after] == [mutant.line for mutant in before]


def test_the_reference_has_mutants_of_every_sort_on_both_platforms() -> None:
    found = generate.mutants_of(SOURCE)
    assert len(found) > 2000
    assert {mutant.operator for mutant in found} == {*OPERATORS, "missing re-check"}
    assert {mutant.platform for mutant in found} == {"", "unix", "windows"}


def test_packages_that_are_mutants_already(tmp_path: Path) -> None:
    for name, old, new in (("one", b"mmap closed", b"mmap shut"), ("two", b"", b"")):
        (tmp_path / name).mkdir()
        for path in SOURCE.glob("*.[ch]"):
            text = path.read_bytes().replace(old, new) if old else path.read_bytes()
            (tmp_path / name / path.name).write_bytes(text)
    (mutant,) = generate.ready_made(tmp_path, SOURCE)
    assert (mutant.id, mutant.platform) == ("one", "")
    (file,) = mutant.files()
    assert (
        mutant.text_of(file, (SOURCE / file).read_bytes()) == (tmp_path / "one" / file).read_bytes()
    )


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    found = generate.mutants_of(SOURCE)
    one, other = (generate.sample(found, 20, seed) for seed in (1, 2))
    assert one == generate.sample(found, 20, 1)
    assert len(one) == 20 and one != other


def test_recorded_mutants_exist_and_have_a_reason() -> None:
    recorded = equivalent()
    assert not recorded.keys() - {mutant.id for mutant in generate.mutants_of(SOURCE)}
    assert all(len(reason) > 20 for reason in recorded.values())


@pytest.mark.usefixtures("can_build")
def test_what_compiles_to_the_same_is_no_mutant(builder: Builder) -> None:
    name = "arguments.c"
    text = (SOURCE / name).read_bytes()
    mutant = Mutant("made here", "none", 1, ())
    assert builder.build_texts(mutant, {name: text + b"/* nothing */\n"}) is None
    assert builder.build_texts(mutant, {name: text + b"no C\n"}) is None
    assert builder.build_texts(mutant, {name: text + b"char *p = 5;\n"}) is None
    built = builder.build_texts(mutant, {name: text + b"int one = 1;\n"})
    assert built is not None and list(built.objects) == [name]
    header = (SOURCE / "mapping.h").read_bytes().replace(b"PAST_END = -2", b"PAST_END = -9")
    built = builder.build_texts(mutant, {"mapping.h": header})
    assert built is not None and len(built.objects) > 1


@pytest.mark.usefixtures("can_build")
def test_known_bugs_are_found_by_the_clauses_they_break(builder: Builder, tmp_path: Path) -> None:
    recorded = toml.read(ratchet.FILE, ratchet.FILE.name)
    assert len(recorded) >= 25
    found = ratchet.broken(recorded, builder, tmp_path)
    missing = {name: sorted(set(recorded[name]) - found[name]) for name in recorded}
    assert not {name: clauses for name, clauses in missing.items() if clauses}


def test_few_bugs_cover_all_clauses() -> None:
    clauses = {"a": {"x"}, "b": {"x", "y"}, "c": {"y", "z"}, "d": set()}
    assert ratchet.cover(clauses) == {"b": ["x", "y"], "c": ["z"]}


@pytest.mark.usefixtures("can_build")
def test_a_clause_that_is_not_checked_is_missed(
    builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, clause = "gh-111835", "position.seek-returns-position"
    assert clause in toml.read(ratchet.FILE, ratchet.FILE.name)[name]
    others = {id: each for id, each in CLAUSES.items() if id != clause}
    monkeypatch.setattr(gate, "CLAUSES", others)
    assert ratchet.broken_by(name, builder, tmp_path / name) == set()


@pytest.mark.usefixtures("can_build")
def test_nothing_is_found_where_there_is_no_fault(builder: Builder, tmp_path: Path) -> None:
    assert ratchet.broken_by("", builder, tmp_path / "none") == set()


@pytest.mark.usefixtures("can_build")
def test_the_corpus_alone_kills_most_of_a_sample(builder: Builder, tmp_path: Path) -> None:
    found = [m for m in generate.mutants_of(SOURCE) if m.platform != "windows"]
    chosen = [built for m in generate.sample(found, 3 * C_SAMPLE, 5) if (built := builder.build(m))]
    assert len(chosen) >= C_SAMPLE
    killed = 0
    for number, built in enumerate(chosen[:C_SAMPLE]):
        folder = tmp_path / str(number)
        builder.link(built, folder)
        edition = gate.adapters(folder)[0]
        killed += bool(gate.failing_clauses(edition) or gate.gate(edition, "0.01"))
    assert killed >= C_KILLED


def test_known_bugs_are_named_after_an_issue() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.link for fault in FAULTS.values()}) >= 50
    for name, fault in FAULTS.items():
        number = next(part for part in name.split("-") if part.isdigit())
        assert fault.link.startswith("https://") and number in fault.link
        assert fault.did


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    import runpy

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["mutants", *arguments])
        monkeypatch.setattr(sys, "path", [*sys.path])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(Path(gate.__file__).parent), run_name="__main__")
        return int(ended.value.code or 0)

    return run


def test_bad_usage(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("--sample", "0") == 2
    assert "--sample is the number of mutants, not 0" in capsys.readouterr().err
    assert command("--source", str(tmp_path)) == 2
    assert "has no C code" in capsys.readouterr().err
    assert command("--sample", "1", "--json", str(tmp_path / "no" / "x.json")) == 2
    assert "there is no folder for" in capsys.readouterr().err


def test_figures(tmp_path: Path) -> None:
    from mutants.report import figures

    kill = gate.Kill(0.5, "items.len")
    mutants = [Mutant(f"a.c:f:boundary:{n}", "boundary", n, ()) for n in range(3)]
    results = [
        running.Result(mutants[0], "unix", {"smoke": kill, "ci": kill}, frozenset(("items.len",))),
        running.Result(mutants[1], "unix", {"smoke": None, "ci": gate.Kill(9.5, "move.copies")}),
        running.Result(mutants[2], "unix", {"smoke": None, "ci": None}),
    ]
    told = json.loads(json.dumps(figures(results, [], {})))
    assert told["suites"]["unix"]["smoke"]["killed"] == 1
    row = told["suites"]["unix"]["ci"]
    assert (row["killed"], row["mutants"], row["median_seconds"]) == (2, 3, 5.0)
    assert told["suites"]["unix"]["test_mmap"] is None
    assert told["clauses"]["items.len"] == told["clauses"]["move.copies"] == 1
    assert told["survivors"] == {"smoke": [m.id for m in mutants[1:]], "ci": [mutants[2].id]}
