"""``mlopslint history``: assessments kept over time, in a SQLite file or any database that SQLAlchemy reaches."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mlopslint.cli import options

if TYPE_CHECKING:
    from mlopslint.history.store import Row, Store
    from mlopslint.records import Report

_STORE = click.option(
    "--store", metavar="FILE|URL", help="The store (default: MLOPSLINT_STORE, else a file in the user's data folder)."
)


@click.group("history")
def command() -> None:
    """Record assessments, and look them up again."""


@command.command("record")
@click.argument("path", default=".")
@_STORE
@click.option("--name", metavar="NAME", help="Record it under this name (default: the remote, else the folder's name).")
@click.option("--team", metavar="TEAM", help="Whose repository it is.")
@options.source
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
def record(path: str, store: str | None, name: str | None, team: str | None, quiet: bool, **rest: Any) -> int:
    """Assess the checked-out commit at PATH (or --rev) and keep the result; or a result file (.json, - for standard input)."""
    from mlopslint import gitio
    from mlopslint.history.store import Store, identity

    from_file = path == "-" or path.endswith(".json")
    if (
        not from_file
        and not rest["rev"]
        and not rest["staged"]
        and gitio.run(path, "rev-parse", "-q", "--verify", "HEAD")
    ):
        rest["rev"] = "HEAD"  # history is by commit: what is not committed does not count
    report = _read(path) if from_file else options.assess(path, rest, quiet)
    kept = Store(store, create=True)
    known = name or identity(report.repository)
    added = kept.record(report, repository=known, team=team)
    if not quiet:
        about = f"{known} {(report.repository.revision or '')[:10]}, rubric {report.assessment.rubric}"
        click.echo(f"recorded {about}" if added else f"{about} is recorded already")
    for line in _warnings(kept, known, report, None if from_file else path):
        click.echo(f"mlopslint: {line}", err=True)
    return 0


def _read(path: str) -> Report:
    import msgspec

    from mlopslint.errors import MlopslintError
    from mlopslint.records import Report

    try:
        if path == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(path, "rb") as stream:
                data = stream.read()
        return msgspec.json.decode(data, type=Report)
    except OSError as error:
        raise MlopslintError(f"{path}: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise MlopslintError(f"{path}: not a result of `mlopslint scan -f json`: {error}") from None


def _warnings(store: Store, repository: str, report: Report, path: str | None) -> list[str]:
    """What a reader of the history should know: clocks that run ahead, and commits that a rewrite took away."""
    from datetime import datetime, timezone

    from mlopslint import gitio
    from mlopslint.history.store import utc
    from mlopslint.snapshot import looks_like_url

    out = []
    when = utc(report.repository.committed_at)
    if when > datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"):
        out.append(f"the commit is dated {when}, in the future: periods are told by that date")
    if path is not None and not looks_like_url(path):
        rows = store.rows(repository)
        present = gitio.sizes(path, sorted({row.revision for row in rows}))
        lost = [row for row in rows if row.revision not in present]
        if lost:
            out.append(
                f"{len(lost)} of {len(rows)} recorded commits are not in this repository any more "
                "(rewritten or shallow history); their results stay"
            )
    return out


@command.command("list")
@_STORE
@click.option("--repository", metavar="NAME", help="Only this one (an end of its name is enough).")
@click.option("--since", metavar="DATE", help="Commits from this day on.")
@click.option("--until", metavar="DATE", help="Commits up to this day.")
@click.option("-f", "--format", "format_", type=click.Choice(["terminal", "json", "csv"]), default="terminal")
def list_(store: str | None, repository: str | None, since: str | None, until: str | None, format_: str) -> int:
    """What is recorded, by repository and date of commit."""
    import csv

    import msgspec

    from mlopslint.history.store import Row, Store

    kept = Store(store)
    name = kept.resolve(repository) if repository else None
    rows = kept.rows(name, since=_day(since, "--since"), until=_day(until, "--until"))
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode([row._asdict() for row in rows]), indent=2).decode())
    elif format_ == "csv":
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(Row._fields)
        table.writerows(rows)
    else:
        _table(rows)
    return 0


def _table(rows: list[Row]) -> None:
    from mlopslint.report.text import flat
    from mlopslint.report.words import number

    before: Row | None = None
    for row in rows:
        if before is None or before.repository != row.repository:
            click.echo(
                f"{'' if before is None else chr(10)}{flat(row.repository)}"
                + (f" ({flat(row.team)})" if row.team else "")
            )
            before = None
        moved = ""
        if before and before.rubric != row.rubric:
            moved = f"rubric {before.rubric} → {row.rubric}: not comparable"
        elif before and row.score is not None and before.score is not None and row.model == before.model:
            moved = f"{row.score - before.score:+.1f}"
        model = "" if row.model == "mlopslint" else f"  {row.model}"
        click.echo(
            f"  {row.committed_at[:10]}  {row.revision[:10]}  {number(row.score):>5}  level {row.level}  {moved}{model}".rstrip()
        )
        before = row
    if not rows:
        click.echo("nothing is recorded")


@command.command("show")
@click.argument("repository")
@_STORE
@click.option("--rev", metavar="REV", help="The recorded commit that begins so (default: the newest).")
@click.option("--at", metavar="DATE", help="What stood there at the end of this day.")
@click.option("-f", "--format", "format_", default="terminal", metavar="FORMAT", help="Any format of `scan`.")
@click.option("-o", "--output", multiple=True, metavar="FILE", help="Write a file too; its suffix chooses the format.")
@click.option("--verbose", "-v", is_flag=True, help="All practices with their evidence.")
@click.option("--no-color", is_flag=True, help="No colour.")
def show(
    repository: str,
    store: str | None,
    rev: str | None,
    at: str | None,
    format_: str,
    output: tuple[str, ...],
    verbose: bool,
    no_color: bool,
) -> int:
    """A recorded result of REPOSITORY again, in any format."""
    from mlopslint import report as reports
    from mlopslint.errors import MlopslintError
    from mlopslint.history.store import Store

    formats = [(name, reports.format_of(name)) for name in output]
    kept = Store(store)
    name = kept.resolve(repository)
    rows = [row for row in kept.rows(name, until=_day(at, "--at")) if not rev or row.revision.startswith(rev)]
    if not rows:
        raise MlopslintError(f"{name}: nothing is recorded " + (f"of commit {rev}" if rev else f"up to {at}"))
    result = kept.report(rows[-1])
    for file, kind in formats:
        try:
            with open(file, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(reports.render(result, kind))
        except OSError as error:
            raise MlopslintError(f"--output {file}: {error.strerror}") from None
    if format_ == "terminal":
        from mlopslint.report.terminal import fitted

        sys.stdout.write(fitted(result, verbose=verbose, color=options.colour(no_color)))
    else:
        sys.stdout.write(reports.render(result, format_))
    return 0


@command.command("prune")
@_STORE
@click.option("--repository", metavar="NAME", help="Only this one (an end of its name is enough).")
@click.option("--keep-last", type=click.IntRange(0), metavar="N", help="Keep the newest N commits of each repository.")
@click.option("--before", metavar="DATE", help="Remove what was committed before this day.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def prune(store: str | None, repository: str | None, keep_last: int | None, before: str | None, dry_run: bool) -> int:
    """Remove old results. Nothing else ever does."""
    from mlopslint.errors import MlopslintError
    from mlopslint.history.store import Store

    if keep_last is None and before is None:
        raise MlopslintError("prune needs --keep-last N or --before DATE")
    day = _day(before, "--before")
    kept = Store(store)
    rows = kept.rows(kept.resolve(repository) if repository else None)
    newer: dict[str, set[str]] = {}
    doomed = []
    for row in reversed(rows):
        seen = newer.setdefault(row.repository, set())
        seen.add(row.revision)
        if (keep_last is not None and len(seen) > keep_last) or (day is not None and row.committed_at < day):
            doomed.append(row)
    removed = len(doomed) if dry_run else kept.remove([row.id for row in doomed])
    whose = len({row.repository for row in doomed})
    click.echo(
        f"{'would remove' if dry_run else 'removed'} {removed} of {len(rows)} results"
        + (f" of {whose} {'repository' if whose == 1 else 'repositories'}" if whose else "")
    )
    return 0


@command.command("export")
@click.argument("output", default="-")
@_STORE
@click.option("--repository", metavar="NAME", help="Only this one (an end of its name is enough).")
def export(output: str, store: str | None, repository: str | None) -> int:
    """Everything recorded as JSON lines, to OUTPUT or standard output: one object a result, the result itself under `report`."""
    import msgspec

    from mlopslint.errors import MlopslintError
    from mlopslint.history.store import Store

    kept = Store(store)
    rows = kept.rows(kept.resolve(repository) if repository else None)
    damaged = 0
    try:
        with click.open_file(output, "wb") as stream:
            for row in rows:
                try:
                    report = kept.report(row)
                except MlopslintError as error:
                    click.echo(f"mlopslint: {error}", err=True)
                    damaged += 1
                    continue
                stream.write(msgspec.json.encode({**row._asdict(), "report": report}) + b"\n")
    except OSError as error:
        raise MlopslintError(f"{output}: {error.strerror}") from None
    return 1 if damaged else 0


def _day(text: str | None, option: str) -> str | None:
    from mlopslint.trend import parse_day

    return parse_day(text, option).isoformat() if text else None
