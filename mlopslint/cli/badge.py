"""``mlopslint badge``: SVG and shields.io endpoint."""

from __future__ import annotations

import json
from typing import Any

import click

from mlopslint.cli import options


@click.command("badge")
@click.argument("path", default=".")
@click.option("--kind", type=click.Choice(["level", "score"]), default="level", help="What the badge shows.")
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(["svg", "endpoint"]),
    default="svg",
    help="An SVG, or shields.io endpoint JSON.",
)
@click.option("-o", "--output", metavar="FILE", help="Write to this file.")
@options.source
def command(path: str, kind: str, format_: str, output: str | None, **rest: Any) -> int:
    """A badge for the level or the score of the repository at PATH."""
    from mlopslint.errors import MlopslintError
    from mlopslint.report import badge

    report = options.assess(path, rest)
    text = badge.svg(report, kind) if format_ == "svg" else json.dumps(badge.endpoint(report, kind)) + "\n"
    if output:
        try:
            with open(output, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except OSError as error:
            raise MlopslintError(f"--output {output}: {error.strerror}") from None
    else:
        click.echo(text, nl=False)
    return 0
