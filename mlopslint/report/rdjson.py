"""Reviewdog's diagnostic format, with the fixes as suggestions."""

from __future__ import annotations

from typing import Any

import msgspec

from mlopslint.records import Finding
from mlopslint.report.issues import Result, issues
from mlopslint.report.sources import Sources

_SEVERITY = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def render(result: Result, sources: Sources | None = None) -> str:
    """The issues as one DiagnosticResult."""
    found = sources or Sources()
    content = {
        "source": {"name": "mlopslint"},
        "diagnostics": [_diagnostic(item, found) for item in issues(result)],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _range(region: tuple[int, int, int, int]) -> dict[str, Any]:
    line, column, end_line, end_column = region
    return {"start": {"line": line, "column": column}, "end": {"line": end_line, "column": end_column}}


def _diagnostic(item: Finding, sources: Sources) -> dict[str, Any]:
    location: dict[str, Any] = {"path": item.path}
    if not item.cell:
        location["range"] = _range((item.line, item.column, item.end_line, item.end_column))
    cell = f"cell {item.cell}, line {item.line}: " if item.cell else ""
    found: dict[str, Any] = {
        "message": cell + item.message,
        "location": location,
        "severity": _SEVERITY[item.severity],
        "code": {"value": item.code},
    }
    if item.edits and not item.cell:
        from mlopslint.fixes import text_edits

        edits = text_edits(item, "\n".join(sources.lines(item.path)))
        if edits:
            found["suggestions"] = [{"range": _range(region), "text": text} for region, text in edits]
    return found
