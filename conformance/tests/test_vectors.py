"""The corpus for harnesses that are not Python, and one such harness."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance import vectors as vectors_module
from mmap_conformance.cli import main
from mmap_conformance.vectors import CAPABILITIES, value_of, vectors
from mmap_spec_tests.clause import EDITIONS
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import Entry, corpus
from mmap_spec_tests.operations import Operation, Value, descriptor, octets, pattern

CONSUMER = Path(__file__).parents[1] / "examples" / "vectors.mjs"


@pytest.mark.parametrize("platform", ("unix", "windows"))
@pytest.mark.parametrize("edition", EDITIONS)
def test_every_clause_that_has_a_program_is_exported(
    edition: tuple[int, ...], platform: str
) -> None:
    told = vectors(edition, platform)
    json.dumps(told)
    kept = {entry.clause for entry in corpus()}
    held = {c.id for c in CLAUSES.values() if c.holds(edition, platform, CAPABILITIES[platform])}
    assert {vector["clause"] for vector in told["vectors"]} == kept & held
    asked = {e["clause"] for v in told["vectors"] for o in v["program"] for e in o["expected"]}
    assert asked <= held


def test_values() -> None:
    assert value_of("b'a\\xff'") == {"bytes": "a\xff"}
    assert value_of("[1, b'x', None, True]") == [1, {"bytes": "x"}, None, True]
    assert value_of("<100 bytes, crc32 0000beef>") == {
        "digest": {"length": 100, "crc32": "0000beef"}
    }


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vectors", "export", "--edition", "3.1"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["edition"], shown["platform"]) == ("3.1", "unix")
    assert main(["vectors", "export", str(tmp_path / "v.json"), "--platform", "windows"]) == 0
    assert json.loads((tmp_path / "v.json").read_text("utf-8"))["granularity"] == 1 << 16
    assert main(["vectors", "export", str(tmp_path / "no" / "v.json")]) == 2
    assert "cannot write" in capsys.readouterr().err


def consume(consumer: Path, told: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    path = folder / "vectors.json"
    path.write_text(json.dumps(told), "utf-8")
    return subprocess.run([node, consumer, path], capture_output=True, text=True, timeout=60)


def test_another_language_can_use_them(tmp_path: Path) -> None:
    done = consume(CONSUMER, vectors(EDITIONS[-1], "unix"), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = int(done.stdout.split("passed: ")[1].split(",")[0])
    assert passed >= 10


def on(target: str, method: str, *arguments: Value) -> Operation:
    return Operation(target, method, arguments)


def m(method: str, *arguments: Value) -> Operation:
    return on("m0", method, *arguments)


FILE = Operation("f0", "file()", [pattern(13)])
MAP = Operation("m0", "mmap()", [descriptor("f0"), 0])
PROGRAMS = [
    Entry("position.read-advances", [FILE, MAP, m("read", 5), m("read", 5), m("tell")]),
    Entry("position.write-stores", [FILE, MAP, m("write", octets(b"x")), on("f0", "contents")]),
    Entry("position.seek-returns-position", [FILE, MAP, m("seek", -2, 2), m("seek", 99)]),
]


@pytest.mark.parametrize(
    ("right", "wrong", "clause"),
    [
        ("taken, this.position)", "taken, this.position - 1)", "position.read-"),
        ("bytes.copy(this.data, this.position);", "", "position.write-stores"),
        ("(this.position = target)", "(this.position = 0)", "position.seek-"),
        ("target > this.data.length) raise", "target > 1000) raise", "position.seek-out-of-range"),
    ],
)
def test_it_sees_faults(
    right: str, wrong: str, clause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors_module, "corpus", lambda: PROGRAMS)
    monkeypatch.setattr(vectors_module, "killers", lambda: [])
    told = vectors(EDITIONS[-1], "unix")
    done = consume(CONSUMER, told, tmp_path)
    assert "passed: 3" in done.stdout, done.stdout + done.stderr
    text = CONSUMER.read_text("utf-8")
    assert text.count(right) == 1
    faulty = tmp_path / "faulty.mjs"
    faulty.write_text(text.replace(right, wrong), "utf-8")
    done = consume(faulty, told, tmp_path)
    assert done.returncode == 1
    assert clause in done.stdout
