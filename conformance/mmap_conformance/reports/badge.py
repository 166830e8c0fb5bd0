"""The verdict as a badge: an SVG image, and the JSON that shields.io makes one of."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape, quoteattr

from mmap_conformance.gate import FINDINGS, NOT_STARTED, OK, STALE
from mmap_conformance.reports.summary import Summary

LABEL = "mmap conformance"
_COLOURS = {"brightgreen": "#2a7f3b", "red": "#b3261e", "orange": "#a04a00", "lightgrey": "#5f6368"}
_WIDTH = 6.6
"""Pixels of a letter, of the sort that a browser is asked for, at 11 pixels: about."""


def message(summary: Summary) -> tuple[str, str]:
    """The verdict in two or three words, and its colour as shields.io calls it."""
    gate = summary.gate
    if gate.code == OK:
        return ("incomplete", "lightgrey") if summary.problems else ("conformant", "brightgreen")
    if gate.code == NOT_STARTED:
        return "did not start", "red"
    if gate.code == FINDINGS:
        number = len(gate.failures)
        return f"{number} finding{'' if number == 1 else 's'}", "red"
    return ("stale", "orange") if gate.code == STALE else ("incomplete", "lightgrey")


def endpoint(summary: Summary) -> str:
    """What a shields.io endpoint answers."""
    text, colour = message(summary)
    content = {"schemaVersion": 1, "label": LABEL, "message": text, "color": colour}
    return json.dumps(content) + "\n"


def svg(summary: Summary) -> str:
    """The image."""
    text, colour = message(summary)
    left, right = (round(len(part) * _WIDTH) + 12 for part in (LABEL, text))
    title = quoteattr(f"{LABEL}: {text}")
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" \
aria-label={title}>
<title>{escape(f"{LABEL}: {text}")}</title>
<clipPath id="round"><rect width="{left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)">
<rect width="{left}" height="20" fill="#454545"/>
<rect x="{left}" width="{right}" height="20" fill="{_COLOURS[colour]}"/>
</g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" \
font-size="11">
<text x="{left / 2}" y="14" textLength="{left - 12}">{escape(LABEL)}</text>
<text x="{left + right / 2}" y="14" textLength="{right - 12}">{escape(text)}</text>
</g>
</svg>
"""
