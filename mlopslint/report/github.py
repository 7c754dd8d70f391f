"""Workflow commands that GitHub shows as annotations, no more than it shows of each severity."""

from __future__ import annotations

from mlopslint.report.issues import Result, by_severity, counted, issues
from mlopslint.report.sources import Sources

#: Annotations of each severity that one step may make; GitHub drops the rest without a word.
CAP = 10
_WORDS = {"error": "error", "warning": "warning", "note": "notice"}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render(result: Result, sources: Sources | None = None) -> str:
    """One line an issue, the worst first; what is over the cap is named in a last line."""
    shown: dict[str, int] = {}
    left: dict[str, int] = {}
    lines = []
    for item in by_severity(issues(result)):
        word = _WORDS[item.severity]
        if shown.get(word, 0) >= CAP - (word == "notice"):
            left[word] = left.get(word, 0) + 1
            continue
        shown[word] = shown.get(word, 0) + 1
        where = f"file={_property(item.path)}"
        if not item.cell:  # a line of a cell is no line of the file
            where += f",line={item.line},endLine={item.end_line}"
            if item.line == item.end_line and item.end_column > item.column:
                where += f",col={item.column},endColumn={item.end_column}"
        cell = f"cell {item.cell}, line {item.line}: " if item.cell else ""
        title = _property(f"{item.code} {item.name}")
        lines.append(f"::{word} {where},title={title}::{_data(cell + item.message)}")
    if left:
        more = ", ".join(counted(number, word) for word, number in left.items())
        lines.append(f"::notice title=mlopslint::{more} more, which GitHub would not show here")
    return "".join(f"{line}\n" for line in lines)
