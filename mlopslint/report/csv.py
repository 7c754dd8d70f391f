"""CSV for spreadsheets: one row a practice."""

from __future__ import annotations

import csv
import io

from mlopslint.records import Report
from mlopslint.report import words

_COLUMNS = ("code", "name", "category", "status", "level", "weight", "rung", "confidence", "reason", "evidence", "remediation")


def cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def render(report: Report) -> str:
    """The practices as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for v in report.assessment.practices:
        evidence = "; ".join(words.place(item) for item in v.evidence[:3])
        writer.writerow(map(cell, (v.code, v.name, v.category, v.status, v.level, v.weight, v.rung, v.confidence, v.reason, evidence, v.remediation)))
    return out.getvalue()
