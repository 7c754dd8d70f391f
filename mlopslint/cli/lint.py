"""``mlopslint lint``: findings in the files named, and their fixes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from mlopslint.cli import options

if TYPE_CHECKING:
    from mlopslint.linting import Linted
    from mlopslint.records import LintReport

FORMATS = ("terminal", "concise", "json", "github", "gitlab", "sarif", "junit", "rdjson", "csv", "markdown")
_SUFFIXES = {".json": "json", ".sarif": "sarif", ".xml": "junit", ".csv": "csv", ".md": "markdown", ".txt": "terminal"}


@click.command("lint")
@click.argument("paths", nargs=-1)
@options.reading
@click.option("-f", "--format", "format_", default="terminal", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")
@click.option("-o", "--output", multiple=True, metavar="FILE", help="Write a file too; its suffix chooses the format.")
@click.option("--fix", is_flag=True, help="Apply the fixes that keep behaviour.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply also the fixes that change behaviour on purpose.")
@click.option("--diff", is_flag=True, help="Show what the fixes would change, and write nothing.")
@click.option("--stdin-filename", metavar="PATH", help="Lint standard input as the content of this file.")
@click.option("--confidence", type=click.Choice(["low", "medium", "high"]), help="Leave out less sure findings.")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note"]), default="note", help="Exit with 1 from here."
)
@click.option("--add-ignores", metavar="REASON", help="Write an inline ignore with this reason at every finding.")
@click.option("--baseline", metavar="FILE", help="Leave out the findings that this file knows.")
@click.option("--update-baseline", is_flag=True, help="Record what is left; never adds, but at the first time.")
@click.option("--allow-more", is_flag=True, help="With --update-baseline: record new findings, too.")
@click.option("--statistics", is_flag=True, help="How often each rule was broken.")
@click.option("--quiet", "-q", is_flag=True, help="Only findings, no totals and no frames.")
@click.option("--verbose", "-v", is_flag=True, help="Say which files were read from where.")
@click.option("--no-color", is_flag=True, help="No colour.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
def command(paths: tuple[str, ...], format_: str, output: tuple[str, ...], exit_zero: bool, **rest: Any) -> int:
    """Findings in the files and folders PATHS (default: the current folder)."""
    from mlopslint.errors import MlopslintError, nearest

    if format_ not in FORMATS:
        raise MlopslintError(f"no format {format_!r}{nearest(format_, FORMATS)}")
    files = [(name, _format_of(name)) for name in output]
    fixing = rest["fix"] or rest["unsafe_fixes"] or rest["diff"]
    if fixing and (rest["rev"] or rest["staged"]):
        raise MlopslintError("--fix mends the work tree; it cannot be used with --rev or --staged")
    if rest["add_ignores"] is not None and (fixing or rest["rev"] or rest["staged"] or rest["stdin_filename"]):
        raise MlopslintError(
            "--add-ignores writes to the work tree and goes with no fix, --rev, --staged or --stdin-filename"
        )
    result = _lint(paths, rest)
    if fixing:
        from mlopslint.cli.fixing import fix

        result, changed = fix(result, rest)
        if rest["diff"] or rest["stdin_filename"]:
            return 1 if changed and rest["diff"] and not exit_zero else 0
    elif rest["add_ignores"] is not None:
        from mlopslint.cli.fixing import add_ignores

        click.echo(add_ignores(result, rest["add_ignores"]), err=True)
        return 0
    if rest["baseline"]:
        from mlopslint.gates import known_findings

        result = known_findings(result, rest["baseline"], rest["update_baseline"], rest["allow_more"])
    elif rest["update_baseline"]:
        raise MlopslintError("--update-baseline needs --baseline FILE")
    for name, kind in files:
        try:
            with open(name, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(_text(result, kind, rest, color=False))
        except OSError as error:
            raise MlopslintError(f"--output {name}: {error.strerror}") from None
    color = options.colour(rest["no_color"])
    if rest["statistics"]:
        from mlopslint.report.lint_terminal import statistics

        sys.stdout.write(statistics(result.report))
    else:
        sys.stdout.write(_text(result, format_, rest, color))
    if rest["verbose"]:
        _say(result.report)
    return 1 if not exit_zero and _failing(result.report, rest["fail_on"]) else 0


def _lint(paths: tuple[str, ...], rest: dict[str, Any]) -> Linted:
    from mlopslint.linting import lint

    given = None
    if rest["stdin_filename"]:
        given = (rest["stdin_filename"], sys.stdin.buffer.read())
    with options.progress(rest["quiet"]) as tell:
        return lint(
            paths,
            rev=rest["rev"],
            staged=rest["staged"],
            config=rest["config"],
            jobs=rest["jobs"],
            cache_dir=rest["cache_dir"],
            use_cache=not rest["no_cache"],
            progress=tell,
            adjust=options.adjusted(rest),
            stdin=given,
        )


def _format_of(name: str) -> str:
    from mlopslint.errors import MlopslintError

    suffix = os.path.splitext(name)[1].lower()
    if suffix not in _SUFFIXES:
        raise MlopslintError(f"--output {name}: the suffix chooses the format; there is {', '.join(_SUFFIXES)}")
    return _SUFFIXES[suffix]


def _text(result: Linted, format_: str, rest: dict[str, Any], color: bool) -> str:
    from mlopslint.report.sources import Sources

    report = result.report
    if format_ in ("terminal", "concise"):
        from mlopslint.report import lint_terminal

        plain = "utf" not in (sys.stdout.encoding or "ascii").lower()
        frames = format_ == "terminal" and not rest["quiet"]
        where = lint_terminal.prefix_of(result.root)
        text = lint_terminal.render(report, Sources(result.read), color=color, prefix=where, ascii=plain, frames=frames)
        return "" if rest["quiet"] and not report.findings else text
    if format_ == "json":
        import msgspec

        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    if format_ in ("csv", "markdown"):
        from mlopslint.report import findings_table

        return findings_table.csv(report) if format_ == "csv" else findings_table.markdown(report)
    from importlib import import_module

    made: str = import_module(f"mlopslint.report.{format_}").render(report, Sources(result.read))
    return made


def _failing(report: LintReport, level: str) -> bool:
    from mlopslint.report.issues import ORDER

    return any(ORDER[item.severity] <= ORDER[level] for item in report.findings)


def _say(report: LintReport) -> None:
    seen = report.statistics
    click.echo(
        f"{report.files} files, {seen.cache_hits} from the cache, {seen.cache_misses} read; {seen.seconds:.2f} s",
        err=True,
    )
