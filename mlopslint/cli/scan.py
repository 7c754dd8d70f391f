"""``mlopslint scan``: the main job."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mlopslint.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlopslint.records import Report


@click.command("scan")
@click.argument("path", default=".")
@options.source
@click.option(
    "-f",
    "--format",
    "format_",
    default="terminal",
    metavar="FORMAT",
    help="terminal, json, markdown, html, csv, sarif, junit, github, gitlab or rdjson.",
)
@click.option("-o", "--output", multiple=True, metavar="FILE", help="Write a file too; its suffix chooses the format.")
@click.option("--against", metavar="REV", help="What moved since the commit at which this one left REV.")
@click.option(
    "--why", metavar="CODE", help="Why one practice reads as it does: what was looked for, found and not counted."
)
@click.option("--fail-under", type=float, metavar="SCORE", help="Fail when the score is lower.")
@click.option("--min-level", type=int, metavar="N", help="Fail when the level is lower.")
@click.option("--gate", multiple=True, metavar="CATEGORY=SCORE", help="Fail when a category's score is lower.")
@click.option("--baseline", metavar="FILE", help="Fail on any step backwards from this file.")
@click.option("--update-baseline", is_flag=True, help="Record what is better now; never loosens.")
@click.option("--allow-lower", is_flag=True, help="With --update-baseline: record what is worse, too.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors and gates.")
@click.option("--verbose", "-v", is_flag=True, help="All practices with their evidence; Markdown in full.")
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
    against: str | None,
    why: str | None,
    **rest: Any,
) -> int:
    """Assess the repository at PATH: a folder, a git work tree, a bare repository or a git URL."""
    from msgspec.structs import replace

    from mlopslint import gates, replay
    from mlopslint import report as reports
    from mlopslint.collector import without_collector
    from mlopslint.errors import MlopslintError, nearest
    from mlopslint.records import Statistics

    click.get_current_context().with_resource(without_collector())  # also while the result is rendered
    if why:
        return _why(path, why, format_, rest, options.colour(no_color))
    formats = [(name, reports.format_of(name)) for name in output]
    if not reports.known(format_):
        raise MlopslintError(f"no format {format_!r}{nearest(format_, reports.FORMATS)}")
    arguments = sys.argv[1:]
    state = replay.key(arguments)
    rest["anchors"] = any(kind in reports.OF_ISSUES for kind in (format_, *(kind for _, kind in formats)))
    result = options.assess(path, rest, quiet)
    if against:
        from mlopslint.compare import compare

        base = options.base(path, against, rest["rev"])
        result = replace(
            result, delta=compare(options.assess(path, {**rest, "rev": base, "staged": False}, quiet), result)
        )
    unreadable: MlopslintError | None = None
    try:
        result = replace(result, gates=tuple(gates.check(result, path, rest)))
    except MlopslintError as error:
        unreadable = error  # the result itself is wanted all the same
    missed = [condition.told for condition in result.gates if not condition.met]
    read = _sources(path, rest)
    for name, kind in formats:
        try:
            with open(name, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(reports.render(result, kind, read, full=verbose))
        except OSError as error:
            raise MlopslintError(f"--output {name}: {error.strerror}") from None
    text = "" if quiet else _text(result, format_, verbose, options.colour(no_color), read)
    sys.stdout.write(text)
    if unreadable:
        raise unreadable
    errors = "".join(f"gate: {line}\n" for line in missed)
    sys.stderr.write(errors)
    code = 1 if missed and not exit_zero else 0
    if state:
        if text and format_ == "json":  # what is replayed was read from the cache
            files = result.statistics.cache_hits + result.statistics.cache_misses
            text = reports.render(replace(result, statistics=Statistics(0.0, files, 0)), "json")
        replay.keep(arguments, state, code, text, errors)
    return code


def _why(path: str, code: str, format_: str, rest: dict[str, Any], color: bool) -> int:
    """One verdict, with everything that it rests on."""
    import msgspec

    from mlopslint.errors import MlopslintError
    from mlopslint.report import whys
    from mlopslint.why import why

    if format_ not in ("terminal", "json"):
        raise MlopslintError(f"--why speaks terminal and json, not {format_}")
    found = why(
        path, code, rev=rest["rev"], staged=rest["staged"], config=rest["config"], jobs=rest["jobs"],
        cache_dir=rest["cache_dir"], use_cache=not rest["no_cache"], adjust=options.adjusted(rest),
    )  # fmt: skip
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        click.echo(whys.terminal(found), nl=False, color=color)
    return 0


def _sources(path: str, rest: dict[str, Any]) -> Callable[[str], bytes | None]:
    """The bytes of files as they were assessed, read when a format asks for the first."""
    held: dict[str, Any] = {}

    def read(name: str) -> bytes | None:
        from mlopslint.snapshot import open_snapshot

        if not held:
            snapshot = open_snapshot(path, rest["rev"], rest["staged"])
            held["read"] = snapshot.read
            held["entries"] = {entry.path: entry for entry in snapshot.entries}
        entry = held["entries"].get(name)
        return next((data for _, data, _ in held["read"]([entry])), None) if entry else None

    return read


def _text(
    result: Report, format_: str, verbose: bool, color: bool, read: Callable[[str], bytes | None] | None = None
) -> str:
    from mlopslint import report as reports

    if format_ == "terminal":
        from mlopslint.report.terminal import fitted

        return fitted(result, verbose=verbose, color=color)
    return reports.render(result, format_, read, full=verbose)
