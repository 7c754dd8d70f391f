"""A trend told as a table: the points with their figures, and what came or went with which commit."""

from __future__ import annotations

import csv as csv_
import io
from collections.abc import Callable, Sequence

import msgspec

from mlopslint.compare import largest
from mlopslint.errors import MlopslintError
from mlopslint.records import Change, Report, TrendPoint
from mlopslint.report import markdown as md
from mlopslint.report import words
from mlopslint.report.text import visible

#: Changes of a point that the terminal shows.
SHOWN = 3
Renderer = Callable[[Report], str]


def renderer(format_: str) -> Renderer:
    """The renderer of a format; raises MlopslintError for one that there is not."""
    known: dict[str, Renderer] = {
        "terminal": terminal,
        "json": json,
        "csv": csv,
        "markdown": markdown,
        "html": html,
    }
    if format_ not in known:
        from mlopslint.errors import nearest

        raise MlopslintError(f"no format {format_!r} for a trend{nearest(format_, known)}")
    return known[format_]


def format_of(path: str) -> Renderer:
    """The renderer that the suffix of an output file asks for; raises MlopslintError when there is none."""
    suffix = path.rpartition(".")[2].lower()
    known = {
        "json": "json",
        "csv": "csv",
        "md": "markdown",
        "markdown": "markdown",
        "html": "html",
        "htm": "html",
        "txt": "terminal",
    }
    if suffix not in known:
        raise MlopslintError(
            f"--output {path}: the suffix chooses the format; there is .json, .csv, .md, .html and .txt"
        )
    return renderer(known[suffix])


def json(report: Report) -> str:
    """The points with all their changes, and whose they are."""
    content = {
        "schema_version": report.schema_version,
        "tool": report.tool,
        "repository": report.repository,
        "model": report.assessment.model,
        "points": report.trend,
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def csv(report: Report) -> str:
    """One row a point: date, commit, score, level and the score of each category."""
    codes = [category.code for category in report.assessment.categories]
    out = io.StringIO()
    table = csv_.writer(out, lineterminator="\n")
    table.writerow(["date", "revision", "committed_at", "rubric", "score", "score_without_waivers", "level", *codes])
    for point in report.trend:
        at = point.at
        figures = [at.score, at.score_without_waivers, at.level, *(at.categories.get(code) for code in codes)]
        table.writerow(
            [point.date, at.revision, at.committed_at, at.rubric, *("" if f is None else f for f in figures)]
        )
    return out.getvalue()


def html(report: Report) -> str:
    """The whole report of the newest point with the trend in it."""
    from mlopslint.report.html import render

    return render(report)


def told(points: Sequence[TrendPoint]) -> list[tuple[TrendPoint, list[Change]]]:
    """The points at which something moved (and the first and last), each with its changes, the largest first."""
    out = []
    for place, point in enumerate(points):
        same = place and point.at.revision == points[place - 1].at.revision
        if place in (0, len(points) - 1) or not same:
            out.append((point, largest(point.changes)))
    return out


def _because(change: Change) -> str:
    """What is behind a change, as short as it can be told."""
    if change.commit:
        return f"{change.commit.revision[:8]} {change.commit.subject}"
    return "" if change.cause == "code" else change.cause


def _signs(change: Change) -> str:
    return "→".join(words.ICONS[status] if status else " " for status in (change.before, change.after))


def terminal(report: Report, *, verbose: bool = False, color: bool = False) -> str:
    """A sparkline, a line a point, and what moved most at each."""
    import shutil

    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    width = min(max(shutil.get_terminal_size((100, 40)).columns, 60), 160)
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, color_system="standard" if color else None,
        highlight=False, emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip

    def line(*parts: tuple[str, str]) -> None:
        text = Text.assemble(*((visible(part.replace("\n", " ")), style) for part, style in parts))
        console.print(text, no_wrap=True, overflow="ellipsis", crop=True)

    points = report.trend
    first, last = points[0].at, points[-1].at
    line((f"{report.repository.name}, {points[0].date} to {points[-1].date}", "bold"))
    moved = f" ({last.score - first.score:+.1f})" if last.score is not None and first.score is not None else ""
    line(
        (f"Score {words.number(first.score)} → {words.number(last.score)}{moved}", ""),
        (f", level {first.level} → {last.level}   ", ""),
        (words.spark([point.at.score for point in points]), "cyan"),
    )
    console.print()
    before: float | None = None
    for point, changes in told(points):
        at = point.at
        step = f"{at.score - before:+5.1f}" if at.score is not None and before is not None else "     "
        before = at.score
        style = "green" if step.strip().startswith("+") and step.strip() != "+0.0" else "red" if "-" in step else "dim"
        line(
            (f"{point.date}  ", "bold"),
            (f"{(at.revision or '')[:8]}  ", "dim"),
            (f"{words.number(at.score):>5} ", ""),
            (step, style),
            (f"  level {at.level} {at.level_name}", ""),
        )
        shown = changes if verbose else [change for change in changes if abs(change.points) >= 0.05][:SHOWN]
        for change in shown:
            line(
                (f"{change.points:+12.1f}  ", "green" if change.points > 0 else "red" if change.points < 0 else "dim"),
                (change.code, "cyan"),
                (f" {_signs(change)} {change.title}", ""),
                (f"  {_because(change)}", "dim"),
            )
        if len(changes) > len(shown):
            line((f"{'':12}  {len(changes) - len(shown)} more with --verbose", "dim"))
    lines = out.getvalue().split("\n")[:-1]
    return "".join(text.rstrip() + "\n" for text in lines)


def markdown(report: Report) -> str:
    """The points as a table, and below it what moved at each, with its commit."""
    points = report.trend
    rows = [
        f"# Maturity of {md.text(report.repository.name)}, {points[0].date} to {points[-1].date}",
        "",
        f"{words.spark([point.at.score for point in points])}  judged by rubric {points[-1].at.rubric}",
        "",
        "| date | commit | score | level | moved |",
        "|---|---|---:|---:|---|",
    ]
    before: float | None = None
    for point, changes in told(points):
        at = point.at
        step = f"{at.score - before:+.1f}" if at.score is not None and before is not None else ""
        before = at.score
        codes = ", ".join(f"{change.code} {change.points:+.1f}" for change in changes[:3])
        more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
        rows.append(
            f"| {point.date} | `{(at.revision or '')[:10]}` | {words.number(at.score)} {step} | {at.level} | {codes}{more} |"
        )
    for point, changes in told(points):
        if changes:
            rows += ["", f"## {point.date}", "", "| points | practice | | commit |", "|---:|---|---|---|"]
            rows += [
                f"| {change.points:+.1f} | {change.code} {md.text(change.title)} | {words.passage(change)} | {md.text(_because(change), 120)} |"
                for change in changes
            ]
    return "\n".join(rows) + "\n"
