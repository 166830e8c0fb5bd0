"""The HTML report, opened in a headless Chromium as a reader would open it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.events import Found
from mmap_conformance.reports import render
from mmap_conformance.reports.reading import Report
from mmap_spec_tests.clauses import AREA_OF, CLAUSES

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs the extra 'browser': no browser test"
)
playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 360, "height": 740}
CLAUSE = "position.tell-returns-position"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"there is no browser: none of {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(six: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render("html", [six]), "utf-8")
    return path


Open = Callable[..., Any]


@pytest.fixture
def show(browser: Any, file: Path) -> Iterator[Open]:
    """Open a page; what it complains of, asks for or pops up is an error."""
    contexts, complaints = [], []

    def stop(route: Any) -> None:
        complaints.append(route.request.url)
        route.abort()

    def show(anchor: str = "", *, at: Path = file, **how: Any) -> Any:
        how.setdefault("viewport", WIDE)
        context = browser.new_context(**how)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.route(lambda url: not url.startswith(at.as_uri()), stop)
        page.goto(f"{at.as_uri()}{anchor}")
        return page

    yield show
    for context in contexts:
        context.close()
    assert complaints == []


def shown(page: Any) -> list[str]:
    """The clauses that can be seen."""
    rows = page.locator("tr.clause")
    return list(rows.evaluate_all("rows => rows.filter(r => r.checkVisibility()).map(r => r.id)"))


def heads(page: Any) -> list[str]:
    """The implementations that can be seen."""
    names = page.locator("#matrix thead .name")
    return list(
        names.evaluate_all(
            "names => names.filter(n => n.checkVisibility()).map(n => n.textContent.trim())"
        )
    )


def accessible(page: Any) -> None:
    """No violation of the levels A and AA."""
    found = axe.Axe().run(page, options={"runOnly": list(LEVELS)})
    assert found.violations_count == 0, found.generate_report()


def test_the_matrix_has_a_column_for_each_implementation(show: Open, made: Any) -> None:
    page = show()
    assert heads(page)[:4] == ["right", "stdlib", "mmap@pypy3", "windows"]
    assert len(heads(page)) == 6
    assert shown(page) == list(CLAUSES)
    row = page.locator(f'[id="{CLAUSE}"]')
    cells = row.locator("td.mark").all_inner_texts()
    assert [cell.split()[0] for cell in cells[:4]] == ["+", "F", "F", "F"]
    assert page.locator(".detail.open").count() == 0


def test_it_can_be_filtered(show: Open) -> None:
    page = show()
    for name, choice, wanted in (
        ("area", "search", [c for c in CLAUSES if AREA_OF[c] == "search"]),
        ("level", "may", [c for c in CLAUSES if CLAUSES[c].level == "may"]),
        ("outcome", "failed", [CLAUSE]),
        ("outcome", "expected", ["search.find-lowest"]),
        ("outcome", "untested", ["flush.range"]),
    ):
        page.get_by_label(name.capitalize()).select_option(choice)
        assert shown(page) == wanted
        assert page.url.endswith(f"#?{name}={choice}")
        count = page.locator("#shown").text_content()
        assert count == f"{len(wanted)} of {len(CLAUSES)} clauses"
        page.get_by_role("button", name="Show all").click()
        expect(page.locator("#shown")).to_have_text(f"{len(CLAUSES)} clauses")
    page.get_by_label("Edition").select_option("3.9.16")
    assert heads(page) == ["mmap@pypy3"]
    page.get_by_label("Edition").select_option("3.1")
    page.get_by_label("Outcome").select_option("failed")
    assert (heads(page), shown(page)) == (["right"], [])
    assert page.get_by_text("No clause is like that.").is_visible()
    page.get_by_label("Edition").select_option("")
    page.get_by_label("Platform").select_option("windows")
    assert (heads(page), shown(page)) == (["windows"], [CLAUSE])


def test_it_can_be_searched(show: Open) -> None:
    page = show()
    for text, wanted in (
        ("FIND-lowest", ["search.find-lowest"]),
        ("m0.find(b'z')", ["search.find-lowest"]),
        ("bug  5", ["search.find-lowest"]),
        (CLAUSES["flush.range"].statement[:40], ["flush.range"]),
        ("no such thing at all", []),
    ):
        page.get_by_label("Search").fill(text)
        assert shown(page) == sorted(wanted, key=list(CLAUSES).index)


def test_it_can_be_drilled_down(show: Open) -> None:
    page = show()
    page.get_by_role("button", name=CLAUSE, exact=True).click()
    article = page.locator(".detail.open article")
    text = article.inner_text()
    clause = CLAUSES[CLAUSE]
    for told in (
        clause.statement, "must · since 3.1", "unix, windows", "passed: right",
        "m0 = mmap.mmap(-1, 13, access=mmap.ACCESS_WRITE)\nm0.tell()", "returns 1", "returned 2",
    ):  # fmt: skip
        assert told in text
    assert article.locator("h4").count() == 1  # four implementations share it
    assert "stdlib, mmap@pypy3, windows, <script>" in article.locator("h4").inner_text()
    assert page.url.endswith(f"#{CLAUSE}")
    page.get_by_role("button", name=CLAUSE, exact=True).click()
    assert page.locator(".detail.open").count() == 0


def test_it_follows_deep_links(show: Open) -> None:
    page = show(f"#{CLAUSE}")
    assert page.locator(".detail.open").count() == 1
    box = page.get_by_role("button", name=CLAUSE, exact=True).bounding_box()
    assert 0 <= box["y"] < WIDE["height"]
    page = show("#search.find-lowest?outcome=expected&area=search")
    assert shown(page) == ["search.find-lowest"]
    assert page.locator(".detail.open article").is_visible()
    assert page.get_by_label("Outcome").input_value() == "expected"
    page.get_by_role("link", name=re.compile("failed$")).click()
    expect(page.locator("#shown")).to_have_text(f"1 of {len(CLAUSES)} clauses")
    assert shown(page) == [CLAUSE]
    for odd in ("#no.such-clause", "#%", "#%ff?%ff", "#?outcome=none"):
        assert show(odd).locator("#matrix").is_visible()


def test_a_reproducer_can_be_copied(show: Open, six: Report) -> None:
    page = show(f"#{CLAUSE}", permissions=["clipboard-read", "clipboard-write"])
    script = next(each.script for each in six.told if each.finding.clause == CLAUSE)
    page.locator(".detail.open summary").click()
    page.locator(".detail.open .copy").click()
    page.get_by_text("The reproducer is copied.").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()") == script


def test_a_reproducer_can_be_copied_where_the_clipboard_is_not_to_be_had(show: Open) -> None:
    page = show(f"#{CLAUSE}")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error('no')); }")
    page.locator(".detail.open summary").click()
    page.locator(".detail.open .copy").click()
    expect(page.locator("#said")).not_to_be_empty()
    assert page.evaluate("getSelection().toString()").startswith('"""')


def test_the_keyboard_does(show: Open) -> None:
    page = show()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    first, second, *_, last = CLAUSES

    def focus() -> str:
        return str(page.evaluate("document.activeElement.closest('tr, form').id"))

    page.get_by_role("button", name=first, exact=True).focus()
    for key, wanted in (
        ("ArrowDown", second), ("ArrowUp", first), ("ArrowUp", first), ("End", last),
        ("Home", first),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert focus() == wanted
    page.keyboard.press("Enter")
    assert page.locator(".detail.open").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".detail.open").count() == 0
    page.keyboard.press("/")
    assert focus() == "filters"
    page.keyboard.type("find-lowest/")
    assert page.get_by_label("Search").input_value() == "find-lowest/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_is_accessible(show: Open, scheme: str, size: dict[str, int]) -> None:
    page = show(f"#{CLAUSE}", viewport=size, color_scheme=scheme)
    page.locator(".detail.open summary").click()
    accessible(page)


def test_it_can_be_read_in_a_narrow_window(show: Open) -> None:
    page = show(f"#{CLAUSE}", viewport=NARROW, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    box = page.locator(".detail.open article").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= NARROW["width"]
    assert page.locator("#matrix .level").first.is_hidden()
    page.get_by_label("Outcome").select_option("expected")
    assert shown(page) == ["search.find-lowest"]


def test_it_is_dark_where_that_is_wanted(show: Open) -> None:
    def brightness(scheme: str) -> int:
        page = show(color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3]))

    assert brightness("light") > 600 > 150 > brightness("dark")


def test_it_can_be_printed(show: Open) -> None:
    page = show()
    page.emulate_media(media="print")
    assert page.locator("#filters").is_hidden()
    assert page.locator(f'[id="{CLAUSE}"] + .detail').is_visible()
    assert page.locator('[id="items.len"] + .detail').is_hidden()


def test_it_can_be_read_without_scripts(show: Open) -> None:
    page = show(java_script_enabled=False)
    assert page.locator(f'[id="{CLAUSE}"] + .detail').is_visible()


def test_history_is_shown(show: Open, made: Any, tmp_path: Path) -> None:
    crash = replace(made.expected, kind="crashed", got="crashed with SIGSEGV")
    fresh = made.finding("items.len", made.map, made.tell)
    after = [made.started, Found(crash), Found(made.below), Found(fresh), made.finished]
    before = made.report([made.started, *map(Found, made.findings), made.finished], ["a"])
    text = render("html", [made.report(after, ["a"])], [before])
    path = tmp_path / "history.html"
    path.write_text(text, "utf-8")
    page = show(at=path)
    rows = page.locator("section:has(#history) tbody tr").all_inner_texts()
    assert [row.split()[:2] for row in rows] == [
        ["gone", CLAUSE],
        ["new", "items.len"],
        ["changed", "search.find-lowest"],
    ]
    page.get_by_label("Change").select_option("new")
    assert shown(page) == ["items.len"]
    accessible(page)


def test_what_a_hostile_implementation_says_is_text(show: Open, made: Any) -> None:
    page = show("#size.returns-file-length")
    text = page.locator(".detail.open article").inner_text()
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in text
    assert "\\n::error::y\\r\\x00\\x1b[31m" in text and "\\ud800" in text
    assert "49" not in page.locator(".detail.open dd").first.inner_text()
    assert page.locator("img, a[href^=javascript]").count() == 0
