"""How Sphinx builds the documentation; the pages in ``generated/`` are made first."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import generate

import mmap_conformance

project = "mmap-conformance"
author = "the mmap-conformance developers"
copyright = f"2026 {author}"
release = version = mmap_conformance.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "tests"]
myst_enable_extensions = ["attrs_inline"]
myst_heading_anchors = 3
smartquotes = False  # quotes of outcomes are those of Python
nitpicky = True
nitpick_ignore_regex = [
    ("py:class", r"(pathlib|collections|argparse)\..*|Path|optional"),  # Python's own
    ("py:class", r"mmap_(conformance|spec_tests)\..*|Clause"),  # not public, told where it matters
]
autodoc_typehints = "description"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"mmap-conformance {version}"
html_copy_source = False

generate.write(Path(__file__).parent / "generated")
