"""The terminal: level, score, categories and next steps on one screen; everything with ``verbose``."""

from __future__ import annotations

import io
import sys
from typing import Any

from mlopslint.compare import largest
from mlopslint.records import RUNGS, Report, Step, Verdict
from mlopslint.report import issues, view, words
from mlopslint.report.text import flat, visible

_STYLES = {
    "pass": "green",
    "attested": "green",
    "partial": "yellow",
    "fail": "red",
    "waived": "magenta",
    "unknown": "cyan",
    "n/a": "dim",
}
_TONES = {"none": "dim", "low": "red", "mid": "yellow", "high": "green"}

#: What stands for a sign where the terminal has only ASCII; always one character, so that columns hold.
_ASCII = str.maketrans("✓◐✗–⊘✎█░·→…\ufffd", "+~x-wa#.->.?")


def render(
    report: Report, *, verbose: bool = False, color: bool = False, width: int | None = None, ascii: bool = False
) -> str:
    """The report as text for a terminal of this width (100 columns without one)."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=width or 100,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    _head(console, report)
    _categories(console, report)
    _movement(console, report, verbose)
    _steps(console, report.assessment.roadmap[:5])
    if verbose:
        _details(console, report)
    _tail(console, report, verbose)
    text = "".join(line.rstrip() + "\n" for line in out.getvalue().split("\n")[:-1])
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode() if ascii else text


def fitted(report: Report, *, verbose: bool, color: bool) -> str:
    """The report at the width of the terminal, in the signs that the encoding of standard output has."""
    import shutil

    width = min(max(shutil.get_terminal_size((100, 40)).columns, 60), 140)
    plain = "utf" not in (sys.stdout.encoding or "ascii").lower()
    return render(report, verbose=verbose, color=color, width=width, ascii=plain)


def _text(content: str, style: str = "") -> Any:
    from rich.text import Text

    return Text(flat(content) if content.strip() else content, style=style)


def _join(*parts: tuple[str, str]) -> Any:
    """One line of parts with their styles; no line of the repository's making breaks it."""
    from rich.text import Text

    return Text.assemble(*((visible(part.replace("\n", " ").replace("\t", " ")), style) for part, style in parts))


def _line(console: Any, *parts: tuple[str, str]) -> None:
    """Print one line, cut at the edge."""
    console.print(_join(*parts), no_wrap=True, overflow="ellipsis", crop=True)


def _bar(score: float | None, width: int) -> tuple[str, str]:
    filled = round((score or 0.0) / 100 * width)
    return "█" * filled + "░" * (width - filled), _TONES[view.tone(score)]


def _heading(console: Any, content: str) -> None:
    console.print()
    _line(console, (content, "bold"))


def _head(console: Any, report: Report) -> None:
    assessment = report.assessment
    _line(console, (words.title(report), "bold"))
    rungs = " → ".join(f"{level.level} {'✓' if level.met else '✗'}" for level in assessment.levels)
    _line(
        console,
        (f"Level {assessment.level} of {view.top(report)} · {assessment.level_name}", "bold cyan"),
        (f"   {rungs}", "dim"),
    )
    parts = [("Score ", ""), (f"{words.number(assessment.score)} ", "bold"), _bar(words.share(assessment), 20)]
    if words.scale(assessment) != 100:
        parts.append((f"  of {words.scale(assessment)}", ""))
    parts.append((f"  assessed {words.number(assessment.assessed)} %", "dim"))
    if assessment.score_without_waivers != assessment.score:
        parts.append((f"  ({words.number(assessment.score_without_waivers)} without waivers)", "dim"))
    _line(console, *parts)
    about = []
    if assessment.target:
        target = assessment.target
        by = f" by {target.by}" if target.by else ""
        about.append(f"Target: level {target.level}{by}, {'reached' if target.met else 'not reached'}")
    if words.told_profile(assessment) and assessment.profile:
        about.append(words.standing(assessment.profile))
    if about:
        _line(console, (" · ".join(about), "dim"))
    following = words.next_level(assessment)
    if following and following.blockers:
        _line(console, (f"Level {following.level} is held up by {', '.join(following.blockers)}", "yellow"))
    elif following:
        share = words.number(following.score)
        _line(console, (f"Level {following.level} asks for 75 % of its weight; {share} % is earned", "yellow"))


def _categories(console: Any, report: Report) -> None:
    from rich.table import Table

    console.print()
    bar = 14 if console.width >= 60 else 4
    # what stands beside the name: bar, score, three counts, and two spaces between the columns
    room = max(console.width - (bar + 5 + 3 * 4 + 5 * 2), 4)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    for _ in range(2):
        table.add_column(no_wrap=True)
    for _ in range(4):
        table.add_column(no_wrap=True, justify="right")
    for category in report.assessment.categories:
        table.add_row(
            _text(flat(f"{category.code} {category.name}", room)),
            _join(_bar(category.score, bar)),
            _text(words.number(category.score), "bold"),
            _text(f"✓ {category.passed}"),
            _text(f"◐ {category.partial}"),
            _text(f"✗ {category.failed}"),
        )
    console.print(table)


def _movement(console: Any, report: Report, verbose: bool) -> None:
    """What moved since the earlier assessment, the largest movements first."""
    delta = report.delta
    if delta is None:
        return
    _heading(console, words.moved(delta))
    changes = largest(delta.changes)
    shown = changes if verbose else changes[:8]
    for change in shown:
        style = "green" if change.points > 0 else "red" if change.points < 0 else "dim"
        _line(
            console,
            (f"{change.points:+6.1f}  ", style),
            (change.code, "cyan"),
            (f" {change.title}: {words.passage(change)}", ""),
            ("" if change.cause == "code" else f"  ({change.cause})", "dim"),
        )
    if len(changes) > len(shown):
        _line(console, (f"{len(changes) - len(shown)} more with --verbose", "dim"))
    if delta.findings_new or delta.findings_gone:
        told = f"{view.plural(len(delta.findings_new), 'finding')} new, {len(delta.findings_gone)} gone"
        _line(console, (told, "red" if delta.findings_new else "green"))


def _steps(console: Any, steps: tuple[Step, ...]) -> None:
    if not steps:
        return
    _heading(console, "Next steps")
    for place, step in enumerate(steps, 1):
        effect = view.effect(step)
        room = max(console.width - len(f"{place}. {step.code}   {effect}"), 20)
        title = flat(step.title, room)
        _line(console, (f"{place}. ", ""), (step.code, "cyan"), (f" {title}", "bold"), (f"  {effect}", "dim"))
        _line(console, (f"   {step.reason}", ""))


def _tail(console: Any, report: Report, verbose: bool) -> None:
    console.print()
    if report.findings:
        _line(console, ("Code: ", "bold"), (f"{issues.told(report)}; mlopslint lint shows them", ""))
    shown = report.notices if verbose else report.notices[: 1 if report.findings else 2]
    for notice in shown:
        _line(console, (f"note: {notice}", "yellow"))
    if len(report.notices) > len(shown):
        _line(console, (f"note: {len(report.notices) - len(shown)} more with --verbose", "yellow"))
    if report.errors:
        _line(console, (f"{view.plural(len(report.errors), 'file')} could not be analysed in full", "yellow"))
        for error in report.errors if verbose else report.errors[:3]:
            _line(console, (f"  {error.path}: {error.reason}", "dim"))
    if not verbose:
        roadmap = report.assessment.roadmap
        first = roadmap[0].code if roadmap else "STR001"
        hint = f"All evidence: mlopslint scan --verbose · One rule: mlopslint explain {first}"
        _line(console, (hint, "dim"))


def _details(console: Any, report: Report) -> None:
    for code, name, verdicts in words.by_category(report):
        _heading(console, f"{code} {name}")
        for verdict in verdicts:
            _verdict(console, verdict)
    register = view.register(report)
    if register:
        _heading(console, "Waivers and attestations")
        for verdict in register:
            was = f", otherwise {words.WORDS[verdict.underlying]}" if verdict.underlying else ""
            console.print(_text(f"{verdict.code} {words.WORDS[verdict.status]}{was}: {verdict.note}"))
    reading = report.assessment.profile
    if reading and reading.left_out:
        _heading(console, f"Left out by the profile {reading.name}")
        console.print(_text(words.by_profile(reading)))
        for item in reading.left_out:
            console.print(_text(f"{item.code} {item.title} ({words.WORDS[item.status]}): {item.why}"))
    others = view.models(report)
    if others:
        _heading(console, "Other models")
        for row in others:
            console.print(_text(f"{row.model.title}: {row.summary}"))
    groups = view.technologies(report)
    if groups:
        _heading(console, "Technologies")
        for kind, uses in groups:
            names = ", ".join(f"{use.name}{' (declared)' if RUNGS[use.rung] == 'declared' else ''}" for use in uses)
            console.print(_text(f"{kind}: {names}"))
    if report.projects:
        _heading(console, "Projects")
        for project in report.projects:
            inner = project.assessment
            told = f"{project.path}: level {inner.level} {inner.level_name}, score {words.number(inner.score)}"
            console.print(_text(told))


def _verdict(console: Any, verdict: Verdict) -> None:
    style = _STYLES[verdict.status]
    head = f"  {words.ICONS[verdict.status]} {words.WORDS[verdict.status]:<8} {verdict.code} "
    _line(
        console,
        (head, style),
        (verdict.title, ""),
        ("" if verdict.level is not None else "  (for other models)", "dim"),
    )
    _indented(console, verdict.reason)
    if verdict.status == "n/a":
        return
    for item in verdict.evidence[:5]:
        told = view.detail(item)
        _indented(console, f"{words.place(item)}{'  ' + told if told else ''}", "dim")
    if len(verdict.evidence) > 5:
        _indented(console, f"… {len(verdict.evidence) - 5} more", "dim")


def _indented(console: Any, content: str, style: str = "") -> None:
    """Text that keeps its indent where it wraps."""
    from rich.padding import Padding

    console.print(Padding(_text(content, style), (0, 0, 0, 13)))
