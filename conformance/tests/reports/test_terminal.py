"""The report for people at a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import pytest

from mmap_conformance.events import Event, Finding, Finished, Found, NotStarted, Restarted, Started
from mmap_conformance.reports.matrix import SYMBOLS
from mmap_conformance.reports.terminal import Terminal
from mmap_spec_tests.clauses import CLAUSES


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    events: Sequence[Event],
    names: Sequence[str] = ("a", "b"),
    *,
    screen: bool = False,
    **how: bool,
) -> tuple[str, str]:
    out, err = Screen() if screen else io.StringIO(), io.StringIO()
    terminal = Terminal(names, stdout=out, stderr=err, **how)
    for event in events:
        terminal(event)
    terminal.close()
    return out.getvalue(), err.getvalue()


def test_the_matrix_shows_what_is_not_simply_passed(made: Any) -> None:
    out, _ = shown(made.events)
    table = out[out.index("\nclause ") :].strip().partition("\n\n")[0]
    rows = {line.split()[0]: line.split()[-1] for line in table.splitlines()}
    for clause, status in {**made.statuses, "flush.range": "untested"}.items():
        assert rows[clause] == SYMBOLS[status][0]  # type: ignore[index]
    assert "search.rfind-highest" not in rows
    assert "search.rfind-highest" in shown(made.events, verbose=True)[0]
    passed = sum(clause.startswith("search.") for clause in CLAUSES) - 1
    assert f"{passed}+ 1x" in next(line for line in out.splitlines() if line.startswith("search "))
    assert "F failed" in out and "x expected" in out


def test_findings_and_expected_ones_are_told_apart(made: Any) -> None:
    out, _ = shown(made.events)
    unexpected, _, rest = out.partition("Expected findings (1)")
    expected, _, below = rest.partition("Information, below level should (1)")
    assert "Findings (1)" in unexpected
    assert "1. position.tell-returns-position (must) - a" in unexpected
    assert CLAUSES["position.tell-returns-position"].statement in unexpected
    assert "m0 = mmap.mmap(-1, 13, access=mmap.ACCESS_WRITE)\n       m0.tell()" in unexpected
    assert "expected: returns 1\n   got:      returned 2" in unexpected
    assert "a: search.find-lowest: m0.find(b'z') returned 2 - bug 5" in expected
    assert "slices.set-from-itself" in below


def test_flaky_findings_say_so(made: Any) -> None:
    flaky = Finding(**{**vars(made.unexpected), "repeats": (2, 3)})
    told = shown([made.events[0], Found(flaky)])[0]
    assert "Flaky, so not counted (1)" in told and "seen in 2 of 3 replays" in told
    crash = Finding(**{**vars(flaky), "kind": "crashed"})
    assert "flaky:    a, seen in 2 of 3 replays" in shown([made.events[0], Found(crash)])[0]
    assert "flaky" not in shown(made.events)[0]


def test_the_verdict_comes_last(made: Any) -> None:
    out, _ = shown(made.events)
    assert "1 failed, 1 expected, 1 information, 1 untested; 1,234 programs" in out
    assert "b: did not start: cannot import b: ImportError: no" in out
    last = out.rstrip().splitlines()[-1]
    assert last == (
        "Not conformant: 1 unexpected finding in a. "
        "Stale: 1 expected finding of a is gone or changed. Did not start: b. "
        "Not everything was tested of a."
    )


def test_findings_that_several_share_are_told_once(made: Any) -> None:
    other = Finding(**{**vars(made.unexpected), "implementation": "b"})
    out, _ = shown([made.events[0], Found(made.unexpected), Found(other)])
    assert "Findings (2, 1 different)" in out
    assert "1. position.tell-returns-position (must) - a, b" in out and "\n2. " not in out


def test_a_run_that_did_not_end_says_so(made: Any) -> None:
    assert "not finished" in shown(made.events[:3])[0]


def test_progress_without_a_terminal_is_a_line_for_what_happens_seldom(made: Any) -> None:
    _, err = shown(made.events)
    assert err.splitlines() == [
        "a: started, cpython 3.11.7, edition 3.11.7",
        "F position.tell-returns-position (must) - a: m0.tell() returned 2",
        "a: finished, 45,678 operations in 1.5 s, 1 finding",
    ]
    assert (
        "a: worker crashed with SIGSEGV, restarted\nlast words\n"
        in shown(made.events, verbose=True)[1]
    )


def test_quiet_is_the_verdict_alone(made: Any) -> None:
    out, err = shown(made.events, quiet=True)
    assert err == ""
    assert out.startswith("\na (cpython 3.11.7, edition 3.11.7): ")
    assert shown(made.events)[0].endswith(out)


# What comes last fits one screen.


def last_screen(
    made: Any, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], count: int
) -> list[str]:
    """What is shown from the matrix on, or from the line that says why there is none."""
    monkeypatch.setenv("COLUMNS", str(size[0]))
    monkeypatch.setenv("LINES", str(size[1]))
    monkeypatch.setenv("NO_COLOR", "1")
    names = [f"implementation-{number}" for number in range(count)]
    events = [event for name in names for event in made.named(name)]
    out, _ = shown(events, names, screen=True)
    out = re.sub(r"\x1b\[\d*m", "", out)
    begin = max(out.find("\nclause "), out.find("\nThe matrix has no room"))
    return out[begin + 1 :].splitlines()


@pytest.mark.parametrize("count", [1, 2, 6, 30])
@pytest.mark.parametrize("size", [(80, 24), (80, 50), (200, 24), (200, 60)], ids=str)
def test_the_end_fits_one_screen(
    made: Any, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], count: int
) -> None:
    screen = last_screen(made, monkeypatch, size, count)
    assert all(len(line) <= size[0] for line in screen)
    if count < 30:  # so many lines of implementations are more than a screen by themselves
        assert len(screen) < size[1]
    assert "Not conformant" in "".join(screen)


def test_the_matrix_has_as_much_as_there_is_room_for(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def head(size: tuple[int, int], count: int) -> tuple[list[str], bool]:
        screen = last_screen(made, monkeypatch, size, count)
        return screen[0].split(), any("  search.find-lowest " in line for line in screen)

    assert head((200, 60), 2) == (
        ["clause", "level", "implementation-0", "implementation-1"],
        True,
    )
    assert head((80, 24), 1) == (["clause", "implementation-0"], False)
    assert head((80, 60), 3) == (["clause", *map(str, range(1, 4))], True)
    assert head((80, 30), 3) == (["clause", *(f"implementation-{n}" for n in range(3))], False)
    assert head((80, 28), 6) == (["clause", *map(str, range(1, 7))], False)
    assert head((80, 15), 6)[0][:3] == ["The", "matrix", "has"]
    wide = last_screen(made, monkeypatch, (80, 60), 6)
    assert any(line.startswith("3 implementation-2 (cpython") for line in wide)


EVIL = "\x1b[31mred\x07\x08\x9b2J\rover\u202eevil\x00"


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("stream", [0, 1], ids=["stdout", "stderr"])
def test_nothing_a_terminal_obeys_comes_from_an_implementation(
    made: Any, stream: int, verbose: bool
) -> None:
    events = [
        Started("a", {"interpreter": EVIL}, "3.11", "should", 0, "smoke", notes=(EVIL,)),
        Found(
            made.finding(
                "position.tell-returns-position", made.map, made.tell, got=EVIL, expected=EVIL
            )
        ),
        Found(made.finding("search.find-lowest", made.map, made.tell, got=EVIL, reason="known")),
        Restarted("a", f"broke the protocol with {EVIL}", 1, EVIL),
        Finished("a", made.verdicts, (), 1, 1, 0, 1.0, EVIL),
        NotStarted("b", EVIL),
    ]
    text = shown(events, verbose=verbose)[stream]
    assert "\\x1b[31mred" in text
    assert {c for c in text if not c.isprintable()} <= {"\n"}
