"""``mlopslint scan``: the main job."""

from __future__ import annotations

import sys
from typing import Any

import click

from mlopslint.cli import options


@click.command("scan")
@click.argument("path", default=".")
@options.source
@click.option(
    "-f", "--format", "format_", default="terminal", metavar="FORMAT", help="terminal, json, markdown, html or csv."
)
@click.option("-o", "--output", multiple=True, metavar="FILE", help="Write a file too; its suffix chooses the format.")
@click.option("--fail-under", type=float, metavar="SCORE", help="Fail when the score is lower.")
@click.option("--min-level", type=int, metavar="N", help="Fail when the level is lower.")
@click.option("--gate", multiple=True, metavar="CATEGORY=SCORE", help="Fail when a category's score is lower.")
@click.option("--baseline", metavar="FILE", help="Fail on any step backwards from this file.")
@click.option("--update-baseline", is_flag=True, help="Record what is better now; never loosens.")
@click.option("--allow-lower", is_flag=True, help="With --update-baseline: record what is worse, too.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors and gates.")
@click.option("--verbose", "-v", is_flag=True, help="All practices with their evidence.")
@click.option("--no-color", is_flag=True, help="No colour.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when a gate is not met.")
def command(
    path: str,
    format_: str,
    output: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    no_color: bool,
    exit_zero: bool,
    **rest: Any,
) -> int:
    """Assess the repository at PATH: a folder, a git work tree, a bare repository or a git URL."""
    from mlopslint import report as reports
    from mlopslint.errors import MlopslintError
    from mlopslint.rules import nearest

    formats = [(name, reports.format_of(name)) for name in output]
    if format_ not in reports.FORMATS:
        raise MlopslintError(f"no format {format_!r}{nearest(format_, reports.FORMATS)}")
    result = options.assess(path, rest, quiet)
    for name, kind in formats:
        try:
            with open(name, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(reports.render(result, kind))
        except OSError as error:
            raise MlopslintError(f"--output {name}: {error.strerror}") from None
    if not quiet:
        if format_ == "terminal":
            from mlopslint.report.terminal import show

            show(result, verbose=verbose, color=options.colour(no_color))
        else:
            sys.stdout.write(reports.render(result, format_))
    return _gates(result, path, exit_zero, rest)


def _gates(result: Any, path: str, exit_zero: bool, given: dict[str, Any]) -> int:
    from mlopslint import gates

    missed = gates.check(result, path, given)
    for line in missed:
        click.echo(f"gate: {line}", err=True)
    return 1 if missed and not exit_zero else 0
