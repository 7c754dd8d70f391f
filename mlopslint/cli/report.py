"""``mlopslint report``: the maturity report of a quarter, month, half year, year or any stretch of days."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mlopslint.cli import options

if TYPE_CHECKING:
    from mlopslint.history.store import Store
    from mlopslint.periods import Period
    from mlopslint.records import Portfolio


@click.command("report")
@click.argument("path", default=".")
@click.option(
    "--period",
    required=True,
    metavar="PERIOD",
    help="2026Q3, 2026H1, 2026-07, 2026, or 2026-07-01..2026-09-30.",
)
@click.option("--from-history", is_flag=True, help="From recorded results: all repositories, or with --repository one.")
@click.option("--repository", metavar="NAME", help="With --from-history: only this one (an end of its name is enough).")
@click.option("--store", metavar="FILE|URL", help="With --from-history: the store (default: as `mlopslint history`).")
@click.option("--rev", default="HEAD", metavar="REV", help="Follow the first parents of this commit.")
@click.option("--no-commits", is_flag=True, help="Do not look for the commit behind each change (faster).")
@click.option("--model", metavar="NAME", help="Read the verdicts with this maturity model.")
@click.option("--config", metavar="FILE", help="Use this configuration for all commits, instead of their own.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), metavar="N", help="Worker processes (default: one a core).")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--cache-dir", metavar="DIR", help="Where the cache lies.")
@click.option("-f", "--format", "format_", default="markdown", metavar="FORMAT", help="markdown, html or json.")
@click.option("-o", "--output", multiple=True, metavar="FILE", help="Write a file too; its suffix chooses the format.")
@click.option("--site", metavar="DIR", help="Write a static site: index, a page a repository, rules, search.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
def command(path: str, period: str, site: str | None, from_history: bool, repository: str | None, store: str | None, rev: str,
            no_commits: bool, format_: str, output: tuple[str, ...], quiet: bool, **rest: Any) -> int:  # fmt: skip
    """The maturity report of a period: the state at its end, what moved since it began and why, targets, next steps.

    PATH is a work tree or a bare repository: the commits that stood there at the ends of periods are assessed. With
    --from-history recorded results are told instead.
    """
    from mlopslint import quarterly
    from mlopslint.errors import MlopslintError
    from mlopslint.periods import parse
    from mlopslint.report import writing

    if (repository or store) and not from_history:
        raise MlopslintError("--repository and --store go with --from-history")
    wanted = parse(period)
    made = writing.outputs(output, format_, ("markdown", "html", "json"))
    found: Any
    if from_history:
        from mlopslint.history.store import Store
        from mlopslint.report import portfolio, quarter

        kept = Store(store)
        known = kept.repositories()
        if repository or len(known) == 1:
            found, room = quarterly.from_store(kept, repository or known[0], wanted), quarter.__dict__
        else:
            room = portfolio.__dict__
            found = _with_site(kept, wanted, site) if site else quarterly.all_from_store(kept, wanted)
            site = None
    else:
        from mlopslint.report import quarter

        with options.progress(quiet) as tell:
            found = quarterly.from_commits(
                path, wanted, rev=rev, name_commits=not no_commits, model=rest["model"], config=rest["config"],
                jobs=rest["jobs"], cache_dir=rest["cache_dir"], use_cache=not rest["no_cache"], progress=tell,
            )  # fmt: skip
        room = quarter.__dict__
    if site:
        from mlopslint.site import of_repository

        of_repository(site, found)
    text = made(lambda name: room[name](found))
    sys.stdout.write("" if quiet else text)
    return 0


def _with_site(store: Store, period: Period, folder: str) -> Portfolio:
    """All recorded repositories in the period, and the site with a page for each."""
    from mlopslint.portfolio import slug
    from mlopslint.quarterly import all_from_store, from_store
    from mlopslint.site import Site

    site = Site(folder)
    found = all_from_store(
        store, period, detail=lambda name: site.repository(slug(name), name, from_store(store, name, period))
    )
    site.finish(found)
    return found
