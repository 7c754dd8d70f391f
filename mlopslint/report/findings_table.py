"""Findings as tables: CSV for spreadsheets, Markdown for comments."""

from __future__ import annotations

import csv as csv_
import io

from mlopslint.records import LintReport, Report
from mlopslint.report.csv import cell
from mlopslint.report.issues import by_severity, counted
from mlopslint.report.lint_terminal import totals

_COLUMNS = ("code", "name", "severity", "confidence", "path", "cell", "line", "column", "message", "fix", "fingerprint")
_ROWS = 200


def csv(report: LintReport | Report) -> str:
    """One row a finding, with a header; no cell is a formula."""
    out = io.StringIO()
    writer = csv_.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for item in report.findings:
        writer.writerow(cell(getattr(item, name)) for name in _COLUMNS)
    return out.getvalue()


def markdown(report: LintReport | Report) -> str:
    """A table of the findings, the worst first, at most 200 rows."""
    from mlopslint.report.markdown import text

    lines = [f"**{totals(report).capitalize()}**", ""]
    if report.findings:
        lines += ["| Where | Rule | Severity | Finding |", "|---|---|---|---|"]
    found = by_severity(report.findings)
    for item in found[:_ROWS]:
        place = f"{item.path}{f' cell {item.cell}' if item.cell else ''}:{item.line}"
        lines.append(f"| {text(place)} | {item.code} {text(item.name)} | {item.severity} | {text(item.message)} |")
    if len(found) > _ROWS:
        lines += ["", f"{counted(len(found) - _ROWS, 'finding')} more."]
    return "\n".join(lines) + "\n"
