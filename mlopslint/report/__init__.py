"""One module a format, each with one pure ``render(report)``; loaded only when asked for."""

from __future__ import annotations

from importlib import import_module

from mlopslint.errors import MlopslintError
from mlopslint.plugins import plugins
from mlopslint.records import Report
from mlopslint.report.sources import Read, Sources

#: format -> (module, function)
RENDERERS: dict[str, tuple[str, str]] = {
    "terminal": ("mlopslint.report.terminal", "render"),
    "json": ("mlopslint.report.json", "render"),
    "markdown": ("mlopslint.report.markdown", "render"),
    "html": ("mlopslint.report.html", "render"),
    "csv": ("mlopslint.report.csv", "render"),
    "sarif": ("mlopslint.report.sarif", "render"),
    "junit": ("mlopslint.report.junit", "render"),
    "github": ("mlopslint.report.github", "render"),
    "gitlab": ("mlopslint.report.gitlab", "render"),
    "rdjson": ("mlopslint.report.rdjson", "render"),
}

#: Formats of findings, which want to see the sources, and the failures of practices at a file.
OF_ISSUES = frozenset({"sarif", "junit", "github", "gitlab", "rdjson"})

#: The names of the formats.
FORMATS: tuple[str, ...] = tuple(RENDERERS)

_SUFFIXES = {
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".csv": "csv",
    ".sarif": "sarif",
    ".xml": "junit",
    ".txt": "terminal",
}


def render(report: Report, format_: str, read: Read | None = None, *, full: bool = False) -> str:
    """The report in one format; ``read`` gives the sources that findings point at, ``full`` asks Markdown for everything.

    Raises MlopslintError for a format that there is not.
    """
    added = (
        next((item for item in plugins("mlopslint.reporters") if item.name == format_), None)
        if format_ not in RENDERERS
        else None
    )
    if added is not None:
        return str(added.load()(report))
    if format_ not in RENDERERS:
        from mlopslint.errors import nearest

        raise MlopslintError(f"no format {format_!r}{nearest(format_, RENDERERS)} (formats: {', '.join(RENDERERS)})")
    module, function = RENDERERS[format_]
    made = getattr(import_module(module), function)
    if format_ == "markdown":
        return str(made(report, full))
    text: str = made(report, Sources(read)) if format_ in OF_ISSUES else made(report)
    return text


def known(format_: str) -> bool:
    """Whether there is such a format, built in or of a plugin."""
    return format_ in RENDERERS or any(item.name == format_ for item in plugins("mlopslint.reporters"))


def by_suffix(path: str) -> str:
    """The format that the suffix of an output file asks for; raises MlopslintError when there is none."""
    name = path.replace("\\", "/").rpartition("/")[2]
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    format_ = _SUFFIXES.get(suffix, "")
    if format_ not in RENDERERS:
        known = ", ".join(f"{end} ({kind})" for end, kind in _SUFFIXES.items() if kind in RENDERERS)
        raise MlopslintError(f"--output {path}: the suffix chooses the format; there is {known}")
    return format_


format_of = by_suffix
