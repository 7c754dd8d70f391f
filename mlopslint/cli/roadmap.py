"""``mlopslint roadmap``: the ordered steps to the next or a given level."""

from __future__ import annotations

from typing import Any

import click

from mlopslint.cli import options


@click.command("roadmap")
@click.argument("path", default=".")
@click.option(
    "--to", "to", type=click.IntRange(1, 9), metavar="LEVEL", help="Up to this level (default: the next one)."
)
@click.option("-f", "--format", "format_", type=click.Choice(["terminal", "json", "markdown"]), default="terminal")
@options.source
def command(path: str, to: int | None, format_: str, **rest: Any) -> int:
    """What to do next at PATH: what blocks the next level first, then by points gained over effort."""
    import msgspec

    from mlopslint.report import words

    report = options.assess(path, rest)
    assessment = report.assessment
    goal = to if to is not None else assessment.level + 1
    steps = [step for step in assessment.roadmap if step.level is not None and step.level <= goal]
    if format_ == "json":
        content = {"repository": report.repository, "level": assessment.level, "to": goal, "steps": steps}
        click.echo(msgspec.json.format(msgspec.json.encode(content), indent=2).decode())
        return 0
    mark = "#" if format_ == "markdown" else ""
    click.echo(
        f"{mark + ' ' if mark else ''}From level {assessment.level} to level {goal}: {len(steps)} steps, {sum(s.gain for s in steps):.1f} points"
    )
    for place, step in enumerate(steps, 1):
        blocks = ", blocks the next level" if step.blocks else ""
        click.echo(
            f"\n{place}. {step.code} {step.title} (+{step.gain:g} points, {words.EFFORTS[step.effort]} effort, level {step.level}{blocks})"
        )
        click.echo(f"   {step.reason}")
        click.echo(f"   {step.remediation}")
        if step.snippet:
            click.echo(f"\n   {'```' + step.snippet.language if mark else step.snippet.file + ':'}")
            for line in step.snippet.code.rstrip().split("\n"):
                click.echo("   " + line if mark else "     " + line)
            if mark:
                click.echo("   ```")
    return 0
