"""A badge for level or score: a self-contained SVG, and the JSON of a shields.io endpoint."""

from __future__ import annotations

from typing import Any, Literal

from mlopslint.records import Report
from mlopslint.report import view, words

_COLOURS = {"red": "#b3261e", "orange": "#a8500a", "yellowgreen": "#557a10", "green": "#1f7a3d", "lightgrey": "#6b7280"}
_LABEL = "MLOps maturity"


def _message(report: Report, kind: str) -> tuple[str, str]:
    """What the badge says, and its colour by the name that shields.io knows."""
    assessment = report.assessment
    if kind == "score":
        if assessment.score is None:
            return "not assessed", "lightgrey"
        whole = words.scale(assessment)
        share, message = assessment.score / whole, f"{words.number(assessment.score)} of {whole}"
    else:
        last = view.top(report)
        share, message = (assessment.level / last if last else 0.0), f"level {assessment.level} of {last}"
    return message, "green" if share >= 0.75 else "yellowgreen" if share >= 0.5 else "orange" if share > 0 else "red"


def endpoint(report: Report, kind: Literal["level", "score"] | str = "level") -> dict[str, Any]:
    """The shields.io endpoint object (schema version 1)."""
    message, colour = _message(report, kind)
    return {"schemaVersion": 1, "label": _LABEL, "message": message, "color": colour}


def svg(report: Report, kind: Literal["level", "score"] | str = "level") -> str:
    """A flat badge with an accessible title."""
    message, colour = _message(report, kind)
    left, right = 7 * len(_LABEL) + 10, 7 * len(message) + 12
    whole = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img"'
        f' aria-label="{_LABEL}: {message}">'
        f"<title>{_LABEL}: {message}</title>"
        f'<clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444c56"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{_COLOURS[colour]}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 12}">{_LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{message}</text></g></svg>\n'
    )
