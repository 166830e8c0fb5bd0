"""``run_coverage``: lines that nothing reaches are told, and lists that are out of date."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="preloads a shim"),
    pytest.mark.usefixtures("can_build"),
    pytest.mark.skipif(shutil.which("gcov") is None, reason="there is no gcov"),
]

UNREACHED = "mapping_unix.c", "mapping_destroy", "mapping->data = mapping->data + 1;"
PLANTED = (
    "mapping_unix.c",
    "        unpoison_tail(mapping);\n        unmap(",
    f"        if (mapping->fd == -2) {{\n            {UNREACHED[2]}\n        }}\n        unmap(",
)


def test_a_planted_line_that_nothing_reaches_is_told(
    tool: Callable[[str], ModuleType], planted: Callable[..., Path], tmp_path: Path
) -> None:
    run_coverage = tool("run_coverage")
    folder = tmp_path / "built"
    folder.mkdir()
    run_coverage.build(folder, run_coverage.FLAGS, source=planted(PLANTED))
    run_coverage.fail_calls(folder)
    package = Path("reference", "mmap_reference")
    reached = run_coverage.read(folder / "objects" / package, folder / package)
    known = run_coverage.listed("unix", sys.version_info[:2])
    unlisted, stale = run_coverage.compare(reached.never(), known)
    in_file = [line for _, line in unlisted if line.file == UNREACHED[0]]
    assert run_coverage.Line(*UNREACHED) in in_file
    assert [line for line in in_file if line.function == UNREACHED[1]] == [UNREACHED]
    assert stale == []
    assert sum(reached.counts.values()) > 1_000


def test_a_listed_line_that_was_reached_is_stale(tool: Callable[[str], ModuleType]) -> None:
    run_coverage = tool("run_coverage")
    one, other = (run_coverage.Line("a.c", "f", code) for code in ("return 1;", "return 2;"))
    never = [(7, one)]
    assert run_coverage.compare(never, {}) == (never, [])
    assert run_coverage.compare(never, {one: "why"}) == ([], [])
    assert run_coverage.compare(never, {one: "why", other: "why"}) == ([], [other])


@pytest.mark.parametrize("platform", ["unix", "windows"])
def test_the_list_is_of_lines_that_there_are(
    tool: Callable[[str], ModuleType], platform: str
) -> None:
    run_coverage = tool("run_coverage")
    package = run_coverage.ROOT / "reference" / "mmap_reference"
    known = run_coverage.listed(platform, (3, 13))
    other = {"unix": "windows", "windows": "unix"}[platform]
    assert known and not any(line.file.endswith(f"_{other}.c") for line in known)
    for line, reason in known.items():
        source = (package / line.file).read_text("utf-8").splitlines()
        assert line.code in map(str.strip, source)
        assert reason
