"""A worker's process seen through its channel: values, errors, and every way to die."""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mmap_conformance import channel as channel_module
from mmap_conformance.adapters import WORKER
from mmap_conformance.channel import Answer, Channel
from mmap_conformance.errors import StartError
from mmap_spec_tests.expectation import represent
from mmap_spec_tests.operations import (
    Operation,
    descriptor,
    octets,
    pattern,
    pattern_bytes,
)

FILE = Operation("f0", "file()", [pattern(5000, 7)])
MAP = Operation("m0", "mmap()", [descriptor("f0"), 0])
ANONYMOUS = Operation("m0", "mmap()", [-1, 13])
TELL = Operation("m0", "tell")

Open = Callable[..., Channel]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens channels to workers whose current directory is ``tmp_path``."""
    channels = []

    def open_channel(*command: str, module: str = "mmap") -> Channel:
        command = command or (sys.executable, str(WORKER), module)
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        channels.append(Channel(command, environment, 5.0, str(tmp_path)))
        return channels[-1]

    yield open_channel
    for each in channels:
        each.close()


@pytest.fixture
def slow(tmp_path: Path) -> str:
    """The name of a module whose ``tell`` sleeps and whose ``size`` leaves a child and hangs."""
    (tmp_path / "slow.py").write_text(
        """
import fcntl, mmap as stdlib, os, time
class mmap(stdlib.mmap):
    def tell(self):
        time.sleep(0.2)
        return super().tell()
    def size(self):
        lock = os.open("lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(lock, fcntl.LOCK_EX)  # a fork shares it, until the last process ends
        os.fork()
        time.sleep(1000)
"""
    )
    return "slow"


def outcomes(channel: Channel, *program: Operation, full: bool = False) -> list[object]:
    return asked(channel, *program, full=full).outcomes


def asked(channel: Channel, *program: Operation, full: bool = False) -> Answer:
    channel.send(program, full=full)
    return channel.receive()


def fake(answer: object) -> tuple[str, ...]:
    """The command of a worker that gives each request the same answer."""
    line = answer if isinstance(answer, str) else json.dumps(answer)
    code = f"import sys\nfor line in sys.stdin: print({line!r}, flush=True)"
    return (sys.executable, "-c", code)


def test_hello_tells_the_facts(opened: Open) -> None:
    hello = opened().hello()
    assert hello["protocol"] == 1
    assert hello["implementation"] == "mmap"
    assert hello["version"] == list(sys.version_info[:3])
    assert hello["page"] == mmap.PAGESIZE
    assert hello["granularity"] == mmap.ALLOCATIONGRANULARITY
    assert hello["constants"]["ACCESS_READ"] == mmap.ACCESS_READ
    assert {"madvise", "fork"} <= set(hello["capabilities"])


def test_values_come_through(opened: Open) -> None:
    program = [
        (FILE, "None"),
        (MAP, "None"),
        (Operation("m0", "[]=", [0, 255]), "None"),
        (Operation("m0", "[]", [{"slice": [0, 3, None]}]), repr(b"\xff" + pattern_bytes(3, 7)[1:])),
        (Operation("m0", "[]", [{"index": 0}]), "255"),
        (Operation("m0", "in", [octets(b"no")]), "False"),
        (Operation("m0", "re.search()", [octets(b"\xff")]), "[0, 1]"),
        (Operation("m0", "list()", [2]), repr([b"\xff", pattern_bytes(2, 7)[1:]])),
        (Operation("m0", ".closed"), "False"),
        (Operation("m0", "__enter__"), "<mmap>"),
        (Operation("f0", "contents"), represent(b"\xff" + pattern_bytes(5000, 7)[1:])),
    ]
    operations, expected = zip(*program, strict=True)
    assert outcomes(opened(), *operations) == list(expected)


def test_errors_come_through(opened: Open) -> None:
    program = [
        (Operation("m0", "mmap()", [-1, -1]), "OverflowError", None),
        (ANONYMOUS, "", None),
        (Operation("m0", "[]", [13]), "IndexError", None),
        (Operation("m0", "no such method"), "AttributeError", None),
        (Operation("m1", "tell"), "KeyError", None),
        (Operation("m0", "mmap()", [9999, 13]), "OSError", 9),
        (Operation("m0", "seek", [{"object": None}]), "TypeError", None),
    ]
    operations = [operation for operation, *_ in program]
    for (_, name, errno), outcome in zip(program, outcomes(opened(), *operations), strict=True):
        if not name:
            assert outcome == "None"
            continue
        mro, number, message = outcome
        assert (mro[0], number) == (name, errno)
        assert mro[-2:] == ["BaseException", "object"] and type(message) is str


def test_long_bytes_come_in_full_when_asked_for(opened: Open) -> None:
    data = bytes(range(256)) * 4000
    program = [Operation("f0", "file()", [octets(data)]), Operation("f0", "contents")]
    channel = opened()
    assert outcomes(channel, *program)[1] == represent(data)
    assert outcomes(channel, *program, full=True)[1] == repr(data)
    assert outcomes(channel, *program)[1] == represent(data)


def test_every_program_begins_with_nothing(opened: Open, tmp_path: Path) -> None:
    channel = opened()
    assert outcomes(channel, FILE, MAP, Operation("v0", "memoryview()", [{"handle": "m0"}]))
    assert outcomes(channel, TELL)[0][0][0] == "KeyError"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# Deaths.


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_signal_is_a_crash(opened: Open, number: signal.Signals) -> None:
    channel = opened()
    assert outcomes(channel, ANONYMOUS)
    channel.signal(number)
    assert asked(channel, ANONYMOUS) == Answer([{"crashed": number.name}], -1)


@pytest.mark.parametrize(
    ("module", "method", "outcome"),
    [
        ("segfault", "readline", {"crashed": "SIGSEGV"}),
        ("exits_zero", "rfind", {"crashed": "exit code 0"}),
        ("breaks_protocol", "tell", {"protocol": "ÿ this is not the protocol"}),
    ],
)
def test_a_death_is_booked_to_its_operation(
    opened: Open, faulty: Path, module: str, method: str, outcome: object
) -> None:
    arguments = [octets(b"a")] if method == "rfind" else []
    program = [ANONYMOUS, Operation("m0", "seek", [0]), Operation("m0", method, arguments)]
    channel = opened(module=module)
    assert asked(channel, *program, ANONYMOUS) == Answer([outcome], 2)


def test_a_hang_ends_with_the_whole_process_group(opened: Open, slow: str, tmp_path: Path) -> None:
    channel = opened(module=slow)
    channel.hello()
    channel.timeout = 0.5
    assert asked(channel, ANONYMOUS, Operation("m0", "size")) == Answer([{"hung": 0.5}], 1)
    with (tmp_path / "lock").open("r+") as lock:
        for _ in range(100):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(0.02)
    pytest.fail("a child of the worker still lives")


def test_the_deadline_is_for_each_operation(opened: Open, slow: str) -> None:
    channel = opened(module=slow)
    channel.hello()
    channel.timeout = 0.8
    assert outcomes(channel, ANONYMOUS, *[TELL] * 5) == ["None", *["0"] * 5]


@pytest.mark.parametrize(
    "answer",
    [
        "not JSON",
        [1],
        {"id": 1},
        {"id": 99, "outcomes": ["None"], "meanwhile": {}},
        {"id": 1, "outcomes": 5, "meanwhile": {}},
        {"id": 1, "outcomes": [], "meanwhile": {}},
        {"id": 1, "outcomes": [[]], "meanwhile": {}},
        {"id": 1, "outcomes": ["None"], "meanwhile": 5},
        {"id": 1, "outcomes": ["None"], "meanwhile": {"x": []}},
    ],
    ids=str,
)
def test_an_answer_that_is_none_breaks_the_protocol(opened: Open, answer: object) -> None:
    (outcome,) = outcomes(opened(*fake(answer)), ANONYMOUS)
    assert "protocol" in outcome


def test_an_answer_of_a_fake_worker_may_also_be_right(opened: Open) -> None:
    answer = {"id": 1, "outcomes": ["5"], "meanwhile": {"0": ["None"]}}
    assert asked(opened(*fake(answer)), ANONYMOUS) == Answer(["5"], None, {0: ["None"]})


def test_leaving_as_asked_is_no_death(opened: Open) -> None:
    program = [FILE, MAP, Operation("", "exit()")]
    assert asked(opened(), *program) == Answer(["None"], 2)


def test_dying_while_leaving_is_one(opened: Open, faulty: Path) -> None:
    program = [ANONYMOUS, Operation("", "exit()")]
    assert asked(opened(module="dies_at_exit"), *program) == Answer([{"crashed": "SIGABRT"}], 1)


# What must be survived.


def test_prints_do_not_corrupt_the_channel(opened: Open, faulty: Path) -> None:
    channel = opened(module="prints_on_stdout")
    read = Operation("m0", "read", [3])
    assert outcomes(channel, ANONYMOUS, read, read)[1:] == [repr(bytes(3))] * 2
    assert '{"id": 1}' in channel.stderr()


def test_the_end_of_standard_error_is_kept(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "import sys\nfrom mmap import mmap\nsys.stderr.write('x' * 9000 + ', the end')\n"
    )
    channel = opened(module="loud")
    assert outcomes(channel, ANONYMOUS) == ["None"]
    assert channel.stderr().endswith("xxx, the end")
    assert len(channel.stderr()) == 4000


@pytest.mark.skipif(sys.platform != "linux", reason="the address space is limited on Linux only")
def test_memory_is_limited(opened: Open, faulty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_module, "MEMORY", 100 << 20)
    channel = opened(module="eats_memory")
    channel.hello()
    outcome = outcomes(channel, ANONYMOUS, Operation("m0", "write_byte", [1]))[1]
    assert outcome[0][0] == "MemoryError"


# A start that fails.


def test_a_worker_refuses_a_protocol_that_it_does_not_know(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_module, "PROTOCOL", 99)
    with pytest.raises(StartError, match="protocol 99 is not known here"):
        opened().hello()


def test_a_worker_of_another_protocol_is_refused(opened: Open) -> None:
    with pytest.raises(StartError, match="speaks protocol 2, not 1"):
        opened(*fake({"id": 1, "protocol": 2})).hello()


def test_pages_of_no_size_are_refused(opened: Open) -> None:
    hello = {"id": 1, "protocol": 1, "page": 4096, "granularity": 0}
    with pytest.raises(StartError, match=r"ALLOCATIONGRANULARITY is no size: \[4096, 0\]"):
        opened(*fake(hello)).hello()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("/no/such/program",), "cannot start /no/such/program: No such file or directory"),
        ((sys.executable, "-c", "raise SystemExit('no licence')"), "did not start: no licence"),
        ((sys.executable, "-c", "raise SystemExit(3)"), "did not start: crashed with exit code 3"),
        (fake("hello yourself"), "did not start: broke the protocol with 'hello yourself'"),
        (fake({"id": 1, "problem": "I am tired"}), "^I am tired$"),
    ],
)
def test_a_start_that_fails_says_why(opened: Open, command: tuple[str, ...], why: str) -> None:
    with pytest.raises(StartError, match=why):
        opened(*command).hello()


def test_a_start_may_take_only_so_long(
    opened: Open, faulty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_module, "_START", 0.3)
    with pytest.raises(StartError, match=r"gave no answer in 0\.3 s"):
        opened(module="slow_start").hello()


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("no_such_module", "cannot import no_such_module: ModuleNotFoundError: .*no_such_module"),
        ("raises_at_import", "cannot import raises_at_import: RuntimeError: .* be imported"),
        ("not_an_mmap", "module not_an_mmap has no type 'mmap'"),
    ],
)
def test_a_module_that_is_none_says_why(opened: Open, faulty: Path, module: str, why: str) -> None:
    with pytest.raises(StartError, match=why):
        opened(module=module).hello()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open descriptors")
def test_closing_gives_every_descriptor_back(opened: Open) -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    opened().hello()  # whatever is opened once and for all
    before = count()
    for _ in range(3):
        channel = opened()
        channel.hello()
        channel.close()
    with pytest.raises(StartError):
        opened("/no/such/program")
    assert count() == before
