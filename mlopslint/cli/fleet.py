"""``mlopslint fleet``: many repositories from a list, on this machine or on a Dask cluster."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from mlopslint.cli import options

if TYPE_CHECKING:
    from mlopslint.fleet.run import Done
    from mlopslint.records import Standing

FORMATS = ("terminal", "json", "csv", "markdown", "html")


@click.command("fleet")
@click.argument("file")
@click.option(
    "--results", metavar="DIR", help="Keep each repository's JSON result here; a run that was cut off goes on from it."
)
@click.option("--fresh", is_flag=True, help="Assess all anew, whatever --results holds.")
@click.option("--against", metavar="DIR", help="What moved since the results of an earlier run.")
@click.option("--site", metavar="DIR", help="Write a static site: index, a page a repository, rules, search.")
@click.option("--title", metavar="TEXT", default="MLOps maturity of the fleet", help="What the report is called.")
@click.option("--record", "store", metavar="FILE|URL", help="Record each result in this store of `mlopslint history`.")
@click.option("--scheduler", metavar="ADDRESS", help="Run on a Dask cluster, such as tcp://HOST:8786.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="No longer than this for one repository (local runs).",
)
@click.option("--jobs", "-j", type=click.IntRange(1, 256), metavar="N", help="Worker processes (default: one a core).")
@click.option("--model", metavar="NAME", help="Read the verdicts with this maturity model.")
@click.option("--config", metavar="FILE", help="Use this configuration for all, instead of their own.")
@click.option("--fail-under", type=float, metavar="SCORE", help="Fail when a repository has a lower score.")
@click.option("--min-level", type=int, metavar="N", help="Fail when a repository has a lower level.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--cache-dir", metavar="DIR", help="Where the cache lies.")
@click.option("-f", "--format", "format_", default="terminal", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")
@click.option("-o", "--output", multiple=True, metavar="FILE", help="Write a file too; its suffix chooses the format.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors and gates.")
@click.option("--no-color", is_flag=True, help="No colour.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when a gate is not met or a repository failed.")
def command(
    file: str, format_: str, output: tuple[str, ...], quiet: bool, no_color: bool, exit_zero: bool, **rest: Any
) -> int:
    """Assess the repositories that FILE lists (YAML or CSV), and tell them as one organisation.

    What cannot be assessed is listed with its reason and stops nothing. Exit code 1 when there is such a one, or a gate is missed.
    """
    from mlopslint.errors import MlopslintError
    from mlopslint.fleet import members, results, run
    from mlopslint.records import Portfolio, Tool
    from mlopslint.report import portfolio as portfolios
    from mlopslint.report import writing
    from mlopslint.version import __version__

    made = writing.outputs(output, format_, FORMATS)
    listed = members.read(file)
    if rest["scheduler"] and rest["timeout"]:
        raise MlopslintError("--timeout is for local runs; a cluster has its own limits")
    known = {}
    if rest["results"]:
        results.folder(rest["results"])
        if not rest["fresh"]:
            known = results.current(rest["results"], listed)
    settings = run.Settings(rest["model"], rest["config"], rest["cache_dir"], not rest["no_cache"], rest["timeout"])
    if settings.config or settings.model:
        _checked(settings)
    todo = [member for member in listed if member.name not in known]
    work = (
        run.cluster(todo, settings, rest["scheduler"])
        if rest["scheduler"] and todo
        else run.local(todo, settings, rest["jobs"])
    )
    desk = _Desk(rest)
    ready = (run.Done(member, known[member.name]) for member in listed if member.name in known)
    for done in _shown(_both(ready, work), len(listed), quiet):
        desk.take(done)
    order = {member.name: place for place, member in enumerate(listed)}
    standings = tuple(sorted(desk.standings, key=lambda item: order[item.name]))
    gone = results.unlisted(rest["against"], listed) if rest["against"] else []
    if gone:
        more = f" and {len(gone) - 10} more" if len(gone) > 10 else ""
        desk.notices.append(f"In {desk.since}, and not in the list any more: {', '.join(gone[:10])}{more}.")
    notices = tuple(desk.notices)
    whole = Portfolio("1.0", Tool("mlopslint", __version__), rest["title"], standings, desk.since, notices)
    if desk.site is not None:
        desk.site.finish(whole)

    def render(kind: str) -> str:
        if kind == "terminal":
            return portfolios.terminal(whole, color=options.colour(no_color))
        return str(getattr(portfolios, kind)(whole))

    text = made(render)
    sys.stdout.write("" if quiet else text)
    missed = list(_missed(standings, rest["fail_under"], rest["min_level"]))
    for line in missed:
        click.echo(f"gate: {line}", err=True)
    return 1 if missed and not exit_zero else 0


def _checked(settings: Any) -> None:
    """A wrong configuration or model is said once, not for each repository."""
    from mlopslint.config import Config, load_file
    from mlopslint.mainline import checked
    from mlopslint.rules import load

    config = load_file(settings.config) if settings.config else Config()
    if not config.rules:
        checked(load([]), config, settings.model)


def _both(ready: Iterable[Done], work: Iterable[Done]) -> Iterator[Done]:
    yield from ready
    yield from work


class _Desk:
    """Where each result is put as it comes in: its file, the store, its page; only its figures stay in memory."""

    def __init__(self, rest: dict[str, Any]) -> None:
        from mlopslint.site import Site

        self.results, self.against = rest["results"], rest["against"]
        self.site = Site(rest["site"]) if rest["site"] else None
        self.store: Any = None
        if rest["store"]:
            from mlopslint.history.store import Store

            self.store = Store(rest["store"], create=True)
        self.standings: list[Standing] = []
        self.notices: list[str] = []
        self.since: str | None = None
        if self.against:
            import os

            from mlopslint.errors import MlopslintError

            if not os.path.isdir(self.against):
                raise MlopslintError(f"--against {self.against}: no such folder")
            self.since = os.path.basename(os.path.normpath(self.against))

    def take(self, done: Done) -> None:
        from msgspec.structs import replace

        from mlopslint.compare import compare, moment
        from mlopslint.errors import MlopslintError
        from mlopslint.fleet import results
        from mlopslint.portfolio import standing
        from mlopslint.records import Standing

        member, report = done.member, done.report
        before = results.kept(self.against, member) if self.against else None
        if report is None:
            was = moment(before) if before is not None else None
            self.standings.append(
                Standing(member.name, member.team, member.tags, member.criticality, before=was, error=done.error)
            )
            return
        if self.results:
            results.keep(self.results, member, report)
        if self.store is not None:
            try:
                self.store.record(report, repository=member.name, team=member.team)
            except MlopslintError as error:
                self.notices.append(f"{member.name} is not recorded: {error}")
        detail = None
        if self.site is not None:
            shown = replace(report, delta=compare(before, report)) if before is not None else report
            detail = self.site.repository(member.slug, member.name, shown)
        self.standings.append(
            standing(
                report, before, name=member.name, team=member.team, tags=member.tags, criticality=member.criticality,
                detail=detail,
            )
        )  # fmt: skip


def _shown(work: Iterable[Done], total: int, quiet: bool) -> Iterator[Done]:
    """The work with a progress bar, its rate and the time that is left, on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield from work
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("assessing", total=total, rate="")
        for done in work:
            speed = progress.tasks[0].speed
            progress.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")
            yield done


def _missed(standings: Iterable[Standing], score: float | None, level: int | None) -> Iterator[str]:
    """One line for each repository that failed or is below a gate."""
    from mlopslint.report.words import number

    for item in standings:
        if item.at is None:
            yield f"{item.name} could not be assessed: {item.error}"
            continue
        if score is not None and (item.at.score is None or item.at.score < score):
            yield f"{item.name}: score {number(item.at.score)} is below {score:g}"
        if level is not None and item.at.level < level:
            why = f"; missing: {', '.join(item.blockers[:5])}" if item.blockers else ""
            yield f"{item.name}: level {item.at.level} is below {level}{why}"
