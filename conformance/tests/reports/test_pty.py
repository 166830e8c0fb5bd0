"""A run at a terminal, as somebody sees it who sits there."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from mmap_conformance.events import Finished
from mmap_conformance.reports.reading import read

fcntl = pytest.importorskip("fcntl")
pty = pytest.importorskip("pty")
pyte = pytest.importorskip("pyte")
import termios  # noqa: E402

PATIENCE = 120.0
"""Seconds that a run of a few seconds may take on a machine with much else to do."""
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7])(?:;\d+)*m")


class Seen(NamedTuple):
    """What there was to be seen, and the exit code."""

    code: int
    raw: str
    screen: list[str]


Watch = Callable[..., Seen]


@pytest.fixture
def watch(faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Run the command line at a terminal of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def watch(
        *arguments: str, columns: int = 80, rows: int = 40, interrupt_at: Sequence[str] = ()
    ) -> Seen:
        """What is shown; Ctrl-C is typed as soon as each of some texts is there."""
        command = [sys.executable, "-m", "mmap_conformance", *arguments]
        child, terminal = pty.fork()
        if child == 0:
            os.execv(sys.executable, command)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        raw, deadline = b"", time.monotonic() + PATIENCE
        waiting = [text.encode() for text in interrupt_at]
        try:
            while time.monotonic() < deadline:
                if waiting and waiting[0] in raw:
                    os.write(terminal, b"\x03")
                    waiting.pop(0)
                if not select.select([terminal], [], [], 1.0)[0]:
                    continue
                chunk = os.read(terminal, 65536)
                if not chunk:
                    break
                raw += chunk
        except OSError:  # there is nobody at the other end any more
            pass
        finally:
            os.close(terminal)
            if time.monotonic() >= deadline:
                os.kill(child, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        screen = pyte.Screen(columns, rows)
        pyte.ByteStream(screen).feed(raw)
        shown = [line.rstrip() for line in screen.display]
        return Seen(code, raw.decode("utf-8", "replace"), shown)

    return watch


RUN = ("run", "stdlib", "find_off_by_one", "--budget=4", "--area=search", "--area=move")


@pytest.mark.parametrize("columns", [80, 200])
def test_a_run_at_a_terminal(watch: Watch, columns: int) -> None:
    seen = watch(*RUN, columns=columns)
    assert seen.code == 1
    # While it lasts: how fast, how much longer, and what has been found.
    assert re.search(r"[\d,]+ operations/s", seen.raw)
    assert re.search(r"\d:\d\d:\d\d.*left", seen.raw) and "of 2 done" in seen.raw
    found = seen.raw.index("search.find-lowest (must) - find_off_by_one: ")
    assert found < seen.raw.index("Findings (")
    # In the end: one screen with the matrix and the verdict, no bars, and nothing cut.
    screen = seen.screen
    head = next(number for number, line in enumerate(screen) if line.startswith("clause "))
    assert screen[head].split()[-2:] == ["stdlib", "find_off_by_one"]
    assert [line.split()[0] for line in screen[head + 1 :] if line.startswith("search ")]
    told = [line for line in screen if line]
    assert told[-1].endswith(".") and "Not conformant: " in " ".join(told[-3:])
    assert not any("━" in line or "…" in line for line in screen)
    assert COLOUR.search(seen.raw)


def test_no_colour_where_none_is_wanted(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    seen = watch(*RUN)
    assert not COLOUR.search(seen.raw)
    assert "F failed" in "\n".join(seen.screen)


def test_a_dumb_terminal_gets_plain_lines(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in watch(*RUN).raw


def test_quiet_shows_the_verdict_alone(watch: Watch) -> None:
    seen = watch(*RUN, "--quiet")
    told = " ".join(line for line in seen.screen if line)
    assert told.startswith("stdlib (") and "Not conformant: " in told
    assert "search.find-lowest" not in seen.raw and "━" not in seen.raw


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_with_a_report_of_what_was_done(watch: Watch, jobs: str) -> None:
    seen = watch(
        *RUN, "--budget=600", f"--jobs={jobs}", "--report=jsonl=lines", "--report=html=page",
        interrupt_at=["operations/s"],
    )  # fmt: skip
    assert seen.code == 130
    assert "ending the run, with a report of what was done" in seen.raw
    assert "stopped early: interrupted" in " ".join(seen.raw.split())
    assert next(line for line in reversed(seen.screen) if line) == "mmap-conformance: interrupted"
    report = read(Path("lines"))
    ended = [event for event in report.events if isinstance(event, Finished)]
    assert ended and all(event.stopped == "interrupted" for event in ended)
    assert any(verdict.checks for verdict in ended[0].verdicts)
    assert "stopped early: interrupted" in Path("page").read_text("utf-8")


def test_ctrl_c_twice_ends_at_once_with_what_was_told(watch: Watch) -> None:
    """The worker hangs in its first operation, and the timeout is long."""
    seen = watch(
        "run", "hangs_in_python", "--clause=flush.range", "--timeout=600", "--budget=600",
        "--report=jsonl=lines", interrupt_at=["started", "ending the run"],
    )  # fmt: skip
    assert seen.code == 130
    assert read(Path("lines")).header["implementations"] == ["hangs_in_python"]
