"""The supply of workers: programs under way, restarts; and the worker's file itself."""

from __future__ import annotations

import ast
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mmap_conformance.adapters import WORKER, resolve
from mmap_conformance.channel import Answer, Channel
from mmap_conformance.engine import scratch
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.options import Options
from mmap_conformance.workers import Workers
from mmap_spec_tests.operations import Operation, octets, pattern, reentrant

ANONYMOUS = Operation("m0", "mmap()", [-1, 13])
CRASH = Operation("m0", "readline")
INTERPRETERS = (*(f"python3.{minor}" for minor in range(6, 16)), "pypy3")

Make = Callable[..., Workers]


@pytest.fixture
def made() -> Iterator[Make]:
    """Makes supplies of workers."""
    with scratch() as directory, ExitStack() as closing:

        def make(name: str = "stdlib") -> Workers:
            return closing.enter_context(Workers(resolve(name), Options(timeout=2), directory))

        yield make


def seek(position: int) -> list[Operation]:
    return [ANONYMOUS, Operation("m0", "seek", [position]), Operation("m0", "tell")]


def test_a_program_under_way_is_not_lost_to_another(made: Make) -> None:
    workers = made()
    workers.submit(seek(5))
    assert workers.execute(seek(7)).outcomes[-1] == "7"
    assert workers.collect().outcomes[-1] == "5"
    workers.submit(seek(9))
    assert workers.collect().outcomes[-1] == "9"


def test_a_program_under_way_is_not_lost_to_a_fresh_worker(made: Make) -> None:
    workers = made()
    workers.submit(seek(5))
    workers.refresh()
    assert workers.collect().outcomes[-1] == "5"


def test_a_death_under_way_is_told_when_it_is_collected(made: Make, faulty: Path) -> None:
    workers = made("segfault")
    workers.submit([ANONYMOUS, CRASH])
    assert workers.execute(seek(7)).outcomes[-1] == "7"
    assert workers.collect() == Answer([{"crashed": "SIGSEGV"}], 1)


def test_a_fresh_worker_follows_each_death(made: Make, faulty: Path) -> None:
    workers = made("segfault")
    for restarts in (1, 2):
        assert workers.execute([ANONYMOUS, CRASH]) == Answer([{"crashed": "SIGSEGV"}], 1)
        assert workers.restarts == restarts
        assert workers.last_death == "crashed with SIGSEGV"
        assert workers.execute(seek(7)).outcomes[-1] == "7"


def test_a_complete_answer_has_the_outcomes_before_a_death(made: Make, faulty: Path) -> None:
    answer = made("segfault").execute([*seek(5), CRASH], complete=True)
    assert answer == Answer(["None", "None", "5", {"crashed": "SIGSEGV"}], 3)


def test_leaving_as_asked_is_no_restart(made: Make) -> None:
    workers = made()
    assert workers.execute([ANONYMOUS, Operation("", "exit()")]) == Answer(["None"], 1)
    assert workers.execute(seek(7)).outcomes[-1] == "7"
    assert (workers.restarts, workers.last_death) == (0, "")


def test_last_words_are_kept(made: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "talker.py").write_text(
        "import mmap as stdlib, os, sys\n"
        "class mmap(stdlib.mmap):\n"
        "    def tell(self):\n"
        "        print('goodbye', file=sys.stderr, flush=True)\n"
        "        os._exit(7)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    workers = made("talker")
    workers.execute(seek(1))
    assert workers.last_death == "crashed with exit code 7"
    assert workers.last_words == "goodbye\n"


def test_a_change_of_timeout_counts_at_once(made: Make, faulty: Path) -> None:
    workers = made("hangs_holding_gil")
    workers.execute([ANONYMOUS])
    workers.timeout = 0.3
    answer = workers.execute([ANONYMOUS, Operation("m0", "seek", [0, 2])])
    assert answer == Answer([{"hung": 0.3}], 1)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, StartError])
def test_a_start_that_is_interrupted_ends_the_worker(
    error: type[BaseException], made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Channel] = []

    def interrupted(channel: Channel) -> None:
        started.append(channel)
        raise error

    monkeypatch.setattr(Channel, "hello", interrupted)
    with pytest.raises(error):
        made().hello()
    (channel,) = started
    assert channel._process.returncode == -signal.SIGKILL


def test_the_self_test_passes_on_what_works(made: Make) -> None:
    workers = made()
    workers.self_test()
    for number, kind in ((signal.SIGSEGV, "crashed"), (signal.SIGSTOP, "hung")):
        workers.timeout = 0.3
        workers.see_death(number, kind)
    workers.self_test()


def test_the_self_test_fails_on_what_does_not(
    made: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meddler.py").write_text(
        "from mmap import mmap\n"
        "import __main__\n"
        "__main__.File.contents = lambda self: b'something else'\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(StartError, match="failed the self-test of the channel"):
        made("meddler").self_test()


def test_a_death_that_is_not_seen_is_told(made: Make) -> None:
    with pytest.raises(StartError, match=r"SIGSEGV of the worker was taken for .*crashed"):
        made().see_death(signal.SIGSEGV, "hung")
    with pytest.raises(StartError, match="SIGCONT of the worker was taken for None"):
        made().see_death(signal.SIGCONT, "crashed")


def test_in_process_has_the_same_outcomes() -> None:
    inner = reentrant(2, [Operation("m0", "seek", [1]), Operation("m0", "tell")])
    program = [*seek(5), Operation("m0", "[]", [13]), Operation("m0", "read", [inner])]
    program += [Operation("m0", "tell"), Operation("", "exit()")]
    answers = []
    for isolation in ("process", "none"):
        with scratch() as directory:
            options = Options(isolation=isolation)
            with Workers(resolve("stdlib"), options, directory) as workers:
                answers.append(workers.execute(program[:-1]))
                workers.submit(program)
                assert workers.collect().outcomes[-1] == "None"
    assert answers[0] == answers[1]
    assert answers[0].outcomes[-2:] == [repr(bytes(2)), "3"]
    assert answers[0].meanwhile == {4: ["None", "1"]}


# The worker's file.


def test_the_worker_is_python_3_6() -> None:
    ast.parse(WORKER.read_text("utf-8"), feature_version=(3, 6))


def test_the_worker_needs_the_standard_library_alone() -> None:
    imported = set()
    for node in ast.walk(ast.parse(WORKER.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module
            imported.add(node.module.partition(".")[0])
    assert imported and imported <= sys.stdlib_module_names


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_the_worker_runs_under(interpreter: str, made: Make) -> None:
    try:
        workers = made(f"mmap@{interpreter}")
    except UsageError as error:
        pytest.skip(str(error))
    hello = workers.hello()
    version = ".".join(map(str, hello["version"]))
    assert version.startswith(interpreter.removeprefix("python").removeprefix("pypy"))
    assert hello["interpreter"].startswith("pypy" if "pypy" in interpreter else "cpython")
    workers.self_test()
    program = [
        Operation("f0", "file()", [pattern(13)]),
        Operation("m0", "mmap()", [{"descriptor": "f0"}, 0]),
        Operation("m0", "write", [octets(b"abc")]),
        Operation("m0", "flush"),
        Operation("f0", "contents"),
        Operation("v0", "memoryview()", [{"handle": "m0"}]),
    ]
    outcomes = workers.execute(program).outcomes
    assert outcomes[4].startswith("b'abc")
    assert outcomes[5] == "None"
    workers.see_death(signal.SIGSEGV, "crashed")
    workers.timeout = 0.4
    workers.see_death(signal.SIGSTOP, "hung")
