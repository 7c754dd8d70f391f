"""GitLab's code quality report: one JSON object an issue."""

from __future__ import annotations

from typing import Any

import msgspec

from mlopslint.report.issues import Result, issues
from mlopslint.report.sources import Sources

_SEVERITY = {"error": "major", "warning": "minor", "note": "info"}


def render(result: Result, sources: Sources | None = None) -> str:
    """The issues as GitLab's merge request widget reads them; fingerprints are unique within the report."""
    rows: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for item in issues(result):
        seen[item.fingerprint] = seen.get(item.fingerprint, 0) + 1
        again = f"-{seen[item.fingerprint]}" if seen[item.fingerprint] > 1 else ""
        cell = f"cell {item.cell}, line {item.line}: " if item.cell else ""
        rows.append(
            {
                "description": f"{item.code} {cell}{item.message}",
                "check_name": item.code,
                "fingerprint": item.fingerprint + again,
                "severity": _SEVERITY[item.severity],
                "location": {"path": item.path, "lines": {"begin": 1 if item.cell else item.line}},
            }
        )
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"
