"""The script that runs the worker in Pyodide under Node."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zlib import decompress as inflate

import pytest

from mmap_conformance.adapters import PYODIDE, WORKER, Adapter
from mmap_conformance.engine import names_of, scratch
from mmap_conformance.errors import StartError
from mmap_conformance.options import Options
from mmap_conformance.workers import Workers
from mmap_spec_tests.operations import Operation

FOLDER = os.environ.get("MMAP_PYODIDE", "")
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="needs node")
needs_pyodide = pytest.mark.skipif(
    not shutil.which("node") or not (Path(FOLDER) / "pyodide.mjs").is_file(),
    reason="needs node, and MMAP_PYODIDE to be the folder of the npm package pyodide",
)

STAND_IN = """
import { writeSync } from "node:fs";
export const version = "1.2";
export async function loadPyodide(options) {
  const text = (bytes) => bytes && new TextDecoder().decode(bytes);
  writeSync(1, `makes ${options._makeSnapshot}, loads ${text(options._loadSnapshot)}\\n`);
  return {
    makeMemorySnapshot: () => new TextEncoder().encode("fresh"),
    setStdin() {}, setStdout() {}, setStderr() {},
    FS: { writeFile: (path, bytes) => writeSync(1, `${path}: ${text(bytes)}\\n`) },
    pyimport: () => ({ set argv(words) { writeSync(1, `${words}\\n`); } }),
    toPy: (words) => words.join(" "),
    runPython: () => 7,
  };
}
"""


def node(
    folder: Path | str, *words: str, memory: Path | None = None, text: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "TMPDIR"}
    if memory is not None:
        environment["TMPDIR"] = str(memory)
    command = ["node", str(PYODIDE), str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, input=text, env=environment)


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """A package that only tells what it is asked for, and a program in its folder."""
    (tmp_path / "pyodide.mjs").write_text(STAND_IN, "utf-8")
    (tmp_path / "program.py").write_text("pass", "utf-8")
    return tmp_path


@needs_node
def test_a_file_is_run_with_its_arguments(stand_in: Path) -> None:
    run = node(stand_in, str(stand_in / "program.py"), "a", "b")
    told = "makes undefined, loads undefined\n/program.py: pass\n/program.py a b\n"
    assert (run.stdout, run.stderr, run.returncode) == (told, "", 7)


@needs_node
def test_the_memory_is_copied_once(stand_in: Path) -> None:
    program, memory = str(stand_in / "program.py"), stand_in / "memory"
    memory.mkdir()
    first = node(stand_in, program, memory=memory)
    assert first.stdout.startswith("makes true, loads undefined\n")
    (copy,) = memory.iterdir()
    assert (copy.name, inflate(copy.read_bytes(), -15)) == ("pyodide-1.2.memory", b"fresh")
    second = node(stand_in, program, memory=memory)
    assert second.stdout.startswith("makes undefined, loads fresh\n")


@needs_node
def test_a_copy_of_the_memory_that_cannot_be_kept_does_no_harm(stand_in: Path) -> None:
    run = node(stand_in, str(stand_in / "program.py"), memory=stand_in / "nowhere")
    assert run.stdout.startswith("makes true, loads undefined\n/program.py: pass\n")
    assert (run.stderr, run.returncode) == ("", 7)


@needs_node
def test_what_is_not_there_is_told_in_one_line(stand_in: Path) -> None:
    run = node("nowhere", str(stand_in / "program.py"))
    line = "there is no Pyodide in nowhere: npm install pyodide makes node_modules/pyodide\n"
    assert (run.stdout, run.stderr, run.returncode) == ("", line, 1)
    run = node(stand_in, "nothing.py")
    assert run.stderr.count("\n") == 1 and "nothing.py" in run.stderr


@needs_node
def test_a_worker_without_pyodide_says_so() -> None:
    command = ("node", str(PYODIDE), "nowhere", str(WORKER), "mmap")
    with (
        scratch() as directory,
        Workers(Adapter("x", command), Options(), directory) as workers,
        pytest.raises(StartError, match="did not start: there is no Pyodide in nowhere"),
    ):
        workers.hello()


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test leaves a copy of the memory from which the others start."""
    return tmp_path_factory.mktemp("memory")


@needs_pyodide
@pytest.mark.parametrize(
    ("program", "out", "error", "code"),
    [
        ("import sys; print(sys.argv, sys.stdin.read())", "['/it.py', 'a b'] in\n\n", "", 0),
        ("import sys; sys.exit(3)", "", "", 3),
        ("import sys; sys.exit('no')", "", "no\n", 1),
        ("1 / 0", "", "ZeroDivisionError", 1),
        ("import ctypes, os; os.dup2(2, 1); ctypes.string_at(3 << 30)", "", "out of bounds", 1),
        ("import sys; sys.stdout.write('no line')", "no line", "", 0),
    ],
)
def test_pyodide_runs_it_as_python_would(
    program: str, out: str, error: str, code: int, tmp_path: Path, memory: Path
) -> None:
    (tmp_path / "it.py").write_text(program, "utf-8")
    run = node(FOLDER, str(tmp_path / "it.py"), "a b", memory=memory, text="in\n")
    assert (run.stdout, run.returncode) == (out, code)
    assert error in run.stderr and bool(error) == bool(run.stderr)


@needs_pyodide
def test_the_worker_runs_in_pyodide() -> None:
    adapter = Adapter("x", ("node", str(PYODIDE), FOLDER, str(WORKER), "mmap"))
    with scratch() as directory, Workers(adapter, Options(), directory) as workers:
        hello = workers.hello()
        assert (hello["platform"], hello["system"]) == ("unix", "emscripten")
        assert names_of(adapter, hello) == ("x", "mmap@cpython", "mmap@cpython-emscripten")
        workers.self_test()
        workers.refresh()  # the next one starts from a copy of the memory
        workers.self_test()
        program = [Operation("m0", "mmap()", [-1, 3]), Operation("", "exit()")]
        answer = workers.execute(program)
        assert (answer.outcomes, answer.died_in) == (["None"], 1)
        workers.self_test()


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"platform": "unix", "system": "emscripten"}, "mmap@cpython-emscripten"),
        ({"platform": "unix", "system": "linux"}, "mmap@cpython-unix"),
        ({"platform": "windows", "system": "win32", "debug": True}, "mmap@cpython-debug-windows"),
        ({"platform": "unix"}, "mmap@cpython-unix"),  # of a worker that is not ours
    ],
)
def test_emscripten_is_a_platform_of_its_own_to_expectations(
    facts: dict[str, object], kind: str
) -> None:
    hello = {"implementation": "mmap", "interpreter": "cpython 3.14.2", **facts}
    assert names_of(Adapter("x", (sys.executable,)), hello)[2] == kind
