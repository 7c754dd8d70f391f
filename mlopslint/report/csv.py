"""CSV for spreadsheets: one row a practice."""

from __future__ import annotations

import csv
import io

from mlopslint.records import Report
from mlopslint.report import words
from mlopslint.report.text import flat

_COLUMNS = (
    "code",
    "name",
    "category",
    "status",
    "level",
    "weight",
    "rung",
    "confidence",
    "reason",
    "evidence",
    "remediation",
)

#: What makes a spreadsheet compute a cell (the last four are the full-width forms).
_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def cell(value: object) -> str:
    """A cell of one line that no spreadsheet takes for a formula."""
    raw = "" if value is None else str(value)
    text = flat(raw)
    return "'" + text if raw[:1] in _STARTS or text[:1] in _STARTS else text


def render(report: Report) -> str:
    """The practices as CSV with a header; the evidence is the first place where a practice was seen."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for v in report.assessment.practices:
        evidence = words.place(v.evidence[0]) if v.evidence else ""
        row = (v.code, v.name, v.category, v.status, v.level, v.weight, v.rung, v.confidence, v.reason, evidence)
        writer.writerow(map(cell, (*row, v.remediation)))
    return out.getvalue()
