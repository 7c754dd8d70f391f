"""Findings for a terminal: the place, the message, and the lines of source with a mark below them."""

from __future__ import annotations

import os

from mlopslint.records import Finding, LintReport, Report
from mlopslint.report.issues import counted, told
from mlopslint.report.sources import Sources
from mlopslint.report.text import visible

_COLOURS = {"error": "31", "warning": "33", "note": "36"}
_WIDTH = 150
_LINES = 6


class _Paint:
    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


def render(
    result: LintReport | Report,
    sources: Sources | None = None,
    *,
    color: bool = False,
    prefix: str = "",
    ascii: bool = False,
    frames: bool = True,
) -> str:
    """All findings with their frames, what could not be read, and one line of totals.

    ``prefix`` goes before each path: from where the reader stands to the root of the repository.
    """
    paint = _Paint(color)
    text = sources or Sources()
    out: list[str] = []
    for item in result.findings:
        out += _finding(item, text, paint, prefix, frames)
    for error in result.errors:
        out.append(paint("not read ", "33") + visible(f"{prefix}{error.path}: {error.reason}"))
    if result.errors:
        out.append("")
    out.append(totals(result))
    whole = "\n".join(out) + "\n"
    return whole.encode("ascii", "backslashreplace").decode() if ascii else whole


def _finding(item: Finding, sources: Sources, paint: _Paint, prefix: str, frames: bool) -> list[str]:
    cell = f"cell {item.cell}:" if item.cell else ""
    where = f"{paint(visible(prefix + item.path), '1')}:{cell}{item.line}:{item.column}"
    mark = {"safe": " [*]", "unsafe": " [?]"}.get(item.fix_safety, "")
    sure = f" ({item.confidence} confidence)" if item.confidence != "high" else ""
    code = paint(item.code, "1;" + _COLOURS[item.severity])
    out = [f"{where}: {code}{paint(mark, '36')} {visible(item.message)}{paint(sure, '2')}"]
    if frames:
        out += frame(item, sources, paint)
    for step in item.steps if frames else ():
        there = f"cell {step.cell} line {step.line}" if step.cell else f"line {step.line}"
        out.append(paint("  = ", "2") + f"{there}: {visible(step.text)}")
    if item.fix and frames:
        option = "--fix" if item.fix_safety == "safe" else "--unsafe-fixes"
        out.append(paint("  = ", "2") + f"fix ({option}): {visible(item.fix)}")
    if frames:
        out.append("")
    return out


def frame(item: Finding, sources: Sources, paint: _Paint | None = None) -> list[str]:
    """The lines that a finding is about, with their numbers and a mark below the first."""
    paint = paint or _Paint(False)
    rows = sources.lines(item.path, item.cell)
    if not 0 < item.line <= len(rows) or len(rows[item.line - 1]) > 2_000:
        return []
    last = min(item.end_line, item.line + _LINES - 1, len(rows))
    wide = len(str(last))
    out = [" " * wide + paint(" |", "2")]
    for number in range(item.line, last + 1):
        row = visible(rows[number - 1].replace("\t", "    "))
        cut = row[: _WIDTH - 1] + "…" if len(row) > _WIDTH else row
        out.append(paint(f"{number:>{wide}} |", "2") + (f" {cut}" if cut else ""))
        if number == item.line:
            raw = rows[number - 1]
            start = len(visible(raw[: item.column - 1].replace("\t", "    ")))
            end = item.end_column - 1 if item.end_line == item.line else len(raw.rstrip())
            length = len(visible(raw[item.column - 1 : end].replace("\t", "    "))) or 1
            if start < _WIDTH:
                signs = "^" * min(length, _WIDTH - start)
                out.append(" " * wide + paint(" | ", "2") + " " * start + paint(signs, _COLOURS[item.severity]))
    if last < min(item.end_line, len(rows)):
        out.append(" " * wide + paint(" | ", "2") + "…")
    return out


def totals(result: LintReport | Report) -> str:
    """One line: how many findings of which severity, how many of them can be fixed, how many are hidden."""
    found = result.findings
    parts = []
    if found:
        parts.append(told(result))
        safe = sum(item.fix_safety == "safe" for item in found)
        unsafe = sum(item.fix_safety == "unsafe" for item in found)
        if safe or unsafe:
            options = [f"{safe} with --fix [*]"] if safe else []
            options += [f"{unsafe} with --unsafe-fixes [?]"] if unsafe else []
            parts.append("fixable: " + ", ".join(options))
    else:
        files = result.files if isinstance(result, LintReport) else result.inventory.files
        parts.append(f"no findings in {counted(files, 'file')}")
    if result.suppressed:
        parts.append(f"{result.suppressed} suppressed")
    if isinstance(result, LintReport) and result.known:
        parts.append(f"{result.known} known to the baseline")
    return "; ".join(parts)


def statistics(result: LintReport | Report) -> str:
    """How often each rule was broken, the most frequent first."""
    number: dict[tuple[str, str], int] = {}
    fixes: dict[tuple[str, str], str] = {}
    for item in result.findings:
        key = (item.code, item.name)
        number[key] = number.get(key, 0) + 1
        if item.fix_safety:
            fixes[key] = {"safe": "[*]", "unsafe": "[?]"}[item.fix_safety]
    rows = sorted(number.items(), key=lambda row: (-row[1], row[0]))
    return "".join(f"{n:>6}  {code}  {fixes.get((code, name), '   ')}  {name}\n" for (code, name), n in rows)


def prefix_of(root: str) -> str:
    """What leads from the current folder to the root, with a slash at its end; "" where they are one."""
    try:
        inner = os.path.relpath(root, os.path.realpath("."))
    except ValueError:  # another drive
        return root.rstrip("/\\") + "/"
    return "" if inner == "." else inner.replace(os.sep, "/") + "/"
