"""A badge for level or score: a self-contained SVG, and the JSON of a shields.io endpoint."""

from __future__ import annotations

from typing import Any

from mlopslint.records import Report
from mlopslint.report.words import number

_COLOURS = {"red": "#c0392b", "orange": "#b45309", "yellowgreen": "#5b7f12", "green": "#1f7a3d"}


def _message(report: Report, kind: str) -> tuple[str, str]:
    assessment = report.assessment
    if kind == "score":
        score = assessment.score or 0.0
        colour = "green" if score >= 75 else "yellowgreen" if score >= 60 else "orange" if score >= 40 else "red"
        return number(assessment.score), colour
    top = max((level.level for level in assessment.levels), default=assessment.level)
    share = assessment.level / top if top else 0.0
    colour = "green" if share >= 0.75 else "yellowgreen" if share >= 0.5 else "orange" if share > 0 else "red"
    return f"level {assessment.level} of {top}", colour


def endpoint(report: Report, kind: str = "level") -> dict[str, Any]:
    """The shields.io endpoint object (schema version 1)."""
    message, colour = _message(report, kind)
    return {"schemaVersion": 1, "label": "MLOps maturity", "message": message, "color": colour}


def svg(report: Report, kind: str = "level") -> str:
    """A flat badge with an accessible title."""
    message, colour = _message(report, kind)
    label = "MLOps maturity"
    left, right = 7 * len(label) + 10, 7 * len(message) + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{label}: {message}">'
        f"<title>{label}: {message}</title>"
        f'<rect width="{left}" height="20" rx="3" fill="#444c56"/><rect x="{left}" width="{right}" height="20" rx="3" fill="{_COLOURS[colour]}"/>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 12}">{label}</text><text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{message}</text></g></svg>\n'
    )
