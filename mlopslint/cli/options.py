"""Options that several commands share, and how they reach the main line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mlopslint.config import Config
    from mlopslint.gather import Progress

F = TypeVar("F", bound=Callable[..., Any])


def source(function: F) -> F:
    """What to assess, and with which settings."""
    function = click.option(
        "--profile", metavar="NAME", help="What the repository is for: application, library, research or template."
    )(function)
    return reading(
        click.option("--model", metavar="NAME", help="Read the verdicts with this maturity model.")(function)
    )


def reading(function: F) -> F:
    """What to read, and with which settings."""
    for option in reversed(
        (
            click.option("--rev", metavar="REV", help="Read this commit, from the object database."),
            click.option("--staged", is_flag=True, help="Read the index instead of the work tree."),
            click.option("--config", "config", metavar="FILE", help="Use this configuration file."),
            click.option("--select", multiple=True, metavar="CODES", help="Only rules with these prefixes."),
            click.option("--extend-select", multiple=True, metavar="CODES", help="These rules as well."),
            click.option("--ignore", multiple=True, metavar="CODES", help="Without rules with these prefixes."),
            click.option(
                "--jobs", "-j", type=click.IntRange(1, 256), metavar="N", help="Worker processes (default: one a core)."
            ),
            click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
            click.option("--cache-dir", metavar="DIR", help="Where the cache lies."),
        )
    ):
        function = option(function)
    return function


def split(values: tuple[str, ...]) -> tuple[str, ...]:
    """``A,B`` and repeated options alike."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def adjusted(options: dict[str, Any]) -> Callable[[Config], Config]:
    """The configuration with what the options say."""
    from msgspec.structs import replace

    def adjust(config: Config) -> Config:
        changes: dict[str, Any] = {}
        if options["select"]:
            changes["select"] = split(options["select"])
        if options["extend_select"]:
            changes["extend_select"] = (*config.extend_select, *split(options["extend_select"]))
        if options["ignore"]:
            changes["ignore"] = (*config.ignore, *split(options["ignore"]))
        if options.get("profile"):
            changes["profile"] = options["profile"]
        if options.get("confidence"):
            changes["confidence"] = options["confidence"]
        return replace(config, **changes) if changes else config

    return adjust


def assess(path: str, options: dict[str, Any], quiet: bool = False) -> Any:
    """Run the review that these options ask for."""
    from mlopslint.mainline import review

    with progress(quiet) as tell:
        return review(
            path,
            rev=options["rev"],
            staged=options["staged"],
            config=options["config"],
            model=options["model"],
            jobs=options["jobs"],
            cache_dir=options["cache_dir"],
            use_cache=not options["no_cache"],
            progress=tell,
            adjust=adjusted(options),
            anchors=bool(options.get("anchors")),
        )


def base(path: str, against: str, rev: str | None) -> str:
    """The commit at which what is assessed left ``against``: their merge base, or ``against`` itself where they share none.

    Raises MlopslintError when there is no such commit.
    """
    from mlopslint import gitio
    from mlopslint.errors import MlopslintError

    if against.startswith("-") or gitio.run(path, "rev-parse", "-q", "--verify", f"{against}^{{commit}}") is None:
        raise MlopslintError(f"--against {against}: no such commit in this repository")
    found = gitio.run(path, "merge-base", against, rev or "HEAD") if not (rev or "").startswith("-") else None
    return found.decode().split("\n")[0] if found else against


class progress:
    """A progress bar on standard error, on a terminal and for long scans only."""

    def __init__(self, quiet: bool) -> None:
        self.shown = not quiet and sys.stderr.isatty()
        self.bar: Any = None

    def __enter__(self) -> Progress | None:
        return self.tell if self.shown else None

    def tell(self, done: int, total: int) -> None:
        if self.bar is None:
            if total < 300:
                return
            self.bar = click.progressbar(length=total, label="reading", file=sys.stderr)
            self.bar.__enter__()
        self.bar.update(done - self.bar.pos)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()


def colour(no_color: bool) -> bool:
    """Whether standard output gets colour: the flag, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    import os

    if no_color or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
