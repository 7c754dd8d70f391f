"""The terminal: level, score, categories and next steps on one screen; everything with ``verbose``."""

from __future__ import annotations

import io
import sys
from typing import Any

from mlopslint.records import Report, Verdict
from mlopslint.report import words

_STYLES = {"pass": "green", "attested": "green", "partial": "yellow", "fail": "red", "waived": "magenta", "unknown": "cyan", "n/a": "dim"}


def render(report: Report, *, verbose: bool = False, color: bool = False, width: int = 100) -> str:
    """The report as text for a terminal of this width."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=color, no_color=not color, color_system="standard" if color else None, highlight=False, emoji=False)
    _write(console, report, verbose)
    return out.getvalue()


def show(report: Report, *, verbose: bool, color: bool) -> None:
    """Write the report to standard output at the width of the terminal."""
    import shutil

    width = min(max(shutil.get_terminal_size((100, 40)).columns, 60), 140)
    text = render(report, verbose=verbose, color=color, width=width)
    encoding = (sys.stdout.encoding or "ascii").lower()
    if "utf" not in encoding:
        for sign, plain in {"✓": "+", "◐": "~", "✗": "x", "–": "-", "⊘": "w", "✎": "a", "█": "#", "░": ".", "·": "-", "→": "->"}.items():
            text = text.replace(sign, plain)
    sys.stdout.write(text)


def _text(content: str, style: str = "") -> Any:
    from rich.text import Text

    return Text("".join(c if c.isprintable() or c == "\n" else "�" for c in content), style=style)


def _bar(score: float | None, width: int = 20) -> Any:
    filled = round((score or 0.0) / 100 * width)
    tone = "dim" if score is None else "red" if score < 50 else "yellow" if score < 75 else "green"
    return _text("█" * filled + "░" * (width - filled), tone)


def _table(*columns: tuple[str, dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1), expand=False)
    for _, options in columns:
        table.add_column(**options)
    return table


def _write(console: Any, report: Report, verbose: bool) -> None:
    assessment = report.assessment
    console.print(_text(words.title(report), "bold"))
    top = max((level.level for level in assessment.levels), default=assessment.level)
    ladder = " → ".join(f"{level.level}{'✓' if level.met else ''}" for level in assessment.levels)
    console.print(_text(f"Level {assessment.level} of {top} · {assessment.level_name}", "bold cyan"), _text(f"   {ladder}", "dim"))
    line = _text("Score ")
    line.append(f"{words.number(assessment.score)} ", "bold")
    line.append_text(_bar(assessment.score))
    line.append(f"  assessed {assessment.assessed:g} %", "dim")
    if assessment.score_without_waivers != assessment.score:
        line.append(f"  ({words.number(assessment.score_without_waivers)} without waivers)", "dim")
    console.print(line)
    if assessment.target:
        target = assessment.target
        console.print(_text(f"Target: level {target.level}{' by ' + target.by if target.by else ''}, {'reached' if target.met else 'not reached'}", "dim"))
    following = words.next_level(assessment)
    if following and following.blockers:
        console.print(_text(f"Level {following.level} is held up by {', '.join(following.blockers)}", "yellow"))
    elif following:
        console.print(_text(f"Level {following.level} asks for 75 % of its weight; {words.number(following.score)} % is earned", "yellow"))
    console.print()
    table = _table(("", {"no_wrap": True}), ("", {"no_wrap": True}), ("", {"justify": "right"}), ("", {"no_wrap": True}))
    for category in assessment.categories:
        counts = _text(f"✓ {category.passed}  ◐ {category.partial}  ✗ {category.failed}", "dim")
        table.add_row(_text(f"{category.code} {category.name}"), _bar(category.score, 14), _text(words.number(category.score)), counts)
    console.print(table)
    console.print()
    if assessment.roadmap:
        console.print(_text("Next steps", "bold"))
        steps = _table(("", {}), ("", {"no_wrap": True}), ("", {"ratio": 1}))
        for place, step in enumerate(assessment.roadmap[:5], 1):
            body = _text(step.title, "bold")
            body.append(f"  +{step.gain:g} points, {words.EFFORTS[step.effort]} effort" + (", blocks the next level" if step.blocks else ""), "dim")
            body.append(f"\n{step.reason[:160]}")
            steps.add_row(_text(f"{place}."), _text(step.code, "cyan"), body)
        console.print(steps)
    if verbose:
        _details(console, report)
    for notice in report.notices:
        console.print(_text(f"note: {notice}", "yellow"))
    if report.errors:
        console.print(_text(f"{len(report.errors)} file{'s' if len(report.errors) > 1 else ''} could not be analysed in full", "yellow"))
        for error in report.errors[: None if verbose else 3]:
            console.print(_text(f"  {error.path}: {error.reason}", "dim"))
    if not verbose:
        first = assessment.roadmap[0].code if assessment.roadmap else "STR001"
        console.print(_text(f"\nAll practices and evidence: mlopslint scan --verbose   One rule: mlopslint explain {first}", "dim"))


def _details(console: Any, report: Report) -> None:
    for code, name, verdicts in words.by_category(report):
        console.print()
        console.print(_text(f"{code} {name}", "bold"))
        for verdict in verdicts:
            _verdict(console, verdict)
    console.print()
    console.print(_text("Other models", "bold"))
    for model in report.assessment.models:
        if model.name != report.assessment.model:
            detail = model.reading or model.level_name
            score = f" · {words.number(model.score)}" if model.score is not None else ""
            console.print(_text(f"  {model.title}: {detail}{score}"))
    console.print()
    console.print(_text("Technologies", "bold"))
    kinds: dict[str, list[str]] = {}
    for use in report.inventory.technologies:
        kinds.setdefault(use.kind, []).append(use.name)
    for kind, names in kinds.items():
        if not kind.startswith("tracker-"):
            console.print(_text(f"  {kind}: {', '.join(names)}"))
    console.print()


def _verdict(console: Any, verdict: Verdict) -> None:
    style = _STYLES[verdict.status]
    head = _text(f"  {words.ICONS[verdict.status]} {verdict.code} ", style)
    head.append(verdict.title)
    head.append(f"  {words.WORDS[verdict.status]}: {verdict.reason}", "dim")
    console.print(head)
    if verdict.note:
        console.print(_text(f"      {verdict.note}", "magenta"))
    if verdict.status not in ("n/a",):
        for item in verdict.evidence[:3]:
            console.print(_text(f"      {words.place(item)}  {item.detail}", "dim"))
