"""One module a format, each with one pure ``render(report)``; loaded only when asked for."""

from __future__ import annotations

from importlib import import_module

from mlopslint.errors import MlopslintError
from mlopslint.records import Report

#: format -> module of this package
FORMATS: dict[str, str] = {"json": "json", "markdown": "markdown", "html": "html", "csv": "csv", "terminal": "terminal"}
_SUFFIXES = {".json": "json", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".csv": "csv", ".txt": "terminal"}


def render(report: Report, format_: str) -> str:
    """The report in one format; raises MlopslintError for one that there is not."""
    if format_ not in FORMATS:
        from mlopslint.rules import nearest

        raise MlopslintError(f"no format {format_!r}{nearest(format_, FORMATS)}")
    module = import_module(f"mlopslint.report.{FORMATS[format_]}")
    text: str = module.render(report)
    return text


def format_of(path: str) -> str:
    """The format that the suffix of an output file asks for; raises MlopslintError for an unknown one."""
    suffix = "." + path.rpartition(".")[2].lower() if "." in path else ""
    if suffix not in _SUFFIXES:
        raise MlopslintError(f"--output {path}: the suffix chooses the format; there is {', '.join(_SUFFIXES)}")
    return _SUFFIXES[suffix]
