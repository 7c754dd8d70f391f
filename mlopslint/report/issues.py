"""What code review shows: the findings, and beside them the missing practices at the file where they would be put in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from mlopslint.digest import digest
from mlopslint.records import Finding, LintReport, Report, Verdict

Result: TypeAlias = "Report | LintReport"

ORDER = {"error": 0, "warning": 1, "note": 2}


def issues(result: Result) -> list[Finding]:
    """Findings, then missing and half practices where the result has some."""
    found = list(result.findings)
    if isinstance(result, Report):
        found += [_practice(verdict, result) for verdict in failed(result)]
    return found


def failed(report: Report) -> Iterable[Verdict]:
    """Practices of the ladder that are missing or half in place."""
    return (v for v in report.assessment.practices if v.status in ("fail", "partial") and v.level is not None)


def _practice(verdict: Verdict, report: Report) -> Finding:
    place = next((item for item in verdict.evidence if verdict.status == "partial" and not item.cell), None)
    path = place.path if place else report.anchors.get(verdict.code) or "README.md"
    mark = digest("sha256", f"{verdict.code}\0{path}".encode("utf-8", "backslashreplace"))[:24]
    line = place.line or 1 if place else 1
    return Finding(
        code=verdict.code,
        name=verdict.name,
        severity="warning" if verdict.weight >= 3 and verdict.status == "fail" else "note",
        path=path,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
        cell=None,
        message=f"{verdict.title}: {verdict.reason}. {verdict.remediation}",
        fix=None,
        fingerprint=mark,
        confidence=verdict.confidence,
    )


def by_severity(found: Iterable[Finding]) -> list[Finding]:
    """The worst first, the rest of the order kept."""
    return sorted(found, key=lambda item: ORDER[item.severity])


def count(found: Iterable[Finding]) -> dict[str, int]:
    """How many of each severity, the worst first; severities that do not occur are left out."""
    total: dict[str, int] = {}
    for item in by_severity(found):
        total[item.severity] = total.get(item.severity, 0) + 1
    return total


def counted(number: int, word: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def place(item: Finding) -> str:
    """``path:line:column``; in a notebook ``path:cell 3:line:column``."""
    cell = f"cell {item.cell}:" if item.cell else ""
    return f"{item.path}:{cell}{item.line}:{item.column}"


def told(result: Result) -> str:
    """How many findings of which severity in how many files."""
    found = result.findings
    if not found:
        return "no findings"
    kinds = ", ".join(counted(number, word) for word, number in count(found).items())
    return f"{counted(len(found), 'finding')} ({kinds}) in {counted(len({item.path for item in found}), 'file')}"
