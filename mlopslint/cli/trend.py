"""``mlopslint trend``: past moments of a repository, straight from the object database."""

from __future__ import annotations

import sys
from typing import Any

import click

from mlopslint.cli import options


@click.command("trend")
@click.argument("path", default=".")
@click.option(
    "--every",
    type=click.Choice(["week", "month", "quarter", "year", "commit"]),
    default="quarter",
    show_default=True,
    help="One point at the end of each.",
)
@click.option(
    "--since", metavar="DATE", help="From this day on (YYYY-MM-DD, YYYY-MM or YYYY; default: the first commit)."
)
@click.option("--until", metavar="DATE", help="Up to this day (default: today).")
@click.option("--rev", default="HEAD", metavar="REV", help="Follow the first parents of this commit.")
@click.option("--no-commits", is_flag=True, help="Do not look for the commit behind each change (faster).")
@click.option("--model", metavar="NAME", help="Read the verdicts with this maturity model.")
@click.option("--config", metavar="FILE", help="Use this configuration file.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Without rules with these prefixes.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), metavar="N", help="Worker processes (default: one a core).")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--cache-dir", metavar="DIR", help="Where the cache lies.")
@click.option(
    "-f", "--format", "format_", default="terminal", metavar="FORMAT", help="terminal, json, csv, markdown or html."
)
@click.option("-o", "--output", multiple=True, metavar="FILE", help="Write a file too; its suffix chooses the format.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
@click.option("--verbose", "-v", is_flag=True, help="Every change of every point.")
@click.option("--no-color", is_flag=True, help="No colour.")
def command(
    path: str,
    every: Any,
    since: str | None,
    until: str | None,
    rev: str,
    no_commits: bool,
    format_: str,
    output: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    no_color: bool,
    **rest: Any,
) -> int:
    """How the repository at PATH (a work tree or a bare repository) came to be what it is.

    Assesses the commit that stood at the end of each period, by today's rules and configuration, without a checkout.
    """
    from mlopslint import trend
    from mlopslint.errors import MlopslintError
    from mlopslint.report import trends

    formats = [(name, trends.format_of(name)) for name in output]
    render = trends.renderer(format_)
    with options.progress(quiet) as tell:
        report = trend.trend(
            path,
            every=every,
            since=trend.parse_day(since) if since else None,
            until=trend.parse_day(until, "--until") if until else None,
            rev=rev,
            by_commit=0
            if no_commits
            else trends.SHOWN
            if format_ == "terminal" and not verbose and not output
            else None,
            progress=tell,
            model=rest["model"],
            config=rest["config"],
            jobs=rest["jobs"],
            cache_dir=rest["cache_dir"],
            use_cache=not rest["no_cache"],
            adjust=options.adjusted({"select": (), "extend_select": (), "ignore": rest["ignore"]}),
        )
    for name, made in formats:
        try:
            with open(name, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(made(report))
        except OSError as error:
            raise MlopslintError(f"--output {name}: {error.strerror}") from None
    if format_ == "terminal":
        text = trends.terminal(report, verbose=verbose, color=options.colour(no_color))
    else:
        text = render(report)
    sys.stdout.write("" if quiet else text)
    return 0
