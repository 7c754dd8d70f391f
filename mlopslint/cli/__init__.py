"""The command line: one small module a command, heavy imports inside the command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

import click

from mlopslint.version import __version__

#: command -> (module, one line of help); the module is imported only when the command runs.
COMMANDS: dict[str, tuple[str, str]] = {
    "scan": ("scan", "Assess a repository: level, score, failed practices with evidence, next steps."),
    "lint": ("lint", "Find defects in code, notebooks, workflows and images; fix what can be fixed."),
    "roadmap": ("roadmap", "The ordered steps to the next (or a given) level."),
    "trend": ("trend", "Past moments of a repository: score and level over time, and what moved with which commit."),
    "report": ("report", "The maturity report of a quarter, for one repository or for all that are recorded."),
    "fleet": ("fleet", "Many repositories from a list, told as one organisation; locally or on a Dask cluster."),
    "history": ("history", "Keep assessments over time, and look them up again."),
    "rules": ("rules", "The catalogue of practices."),
    "explain": ("explain", "One rule in full: what, why, how it is detected, how to fix it."),
    "init": ("init", "Write configuration, pre-commit and CI wiring for this repository."),
    "server": ("server", "Serve findings to an editor (language server protocol)."),
    "badge": ("badge", "SVG badge and shields.io endpoint JSON."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports a command's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mlopslint.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from mlopslint.errors import nearest

            raise click.UsageError(f"no command {args[0]!r}{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="mlopslint %(version)s")
def group() -> None:
    """Which MLOps practices a repository follows, with evidence, and what to do next."""


def main() -> None:
    """Entry point: runs a command and turns what it raises into exit codes 0, 1 and 2."""
    leave(run(group))


def leave(code: int) -> NoReturn:
    """End the process at once: freeing a repository's worth of objects one by one takes a tenth of a run (mypy does the same)."""
    import os

    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)  # the reader has gone: the interpreter's own way out deals with what is left
    os._exit(code)


def run(command: Callable[..., Any]) -> int:
    """Exit code of a command: 2 for wrong usage, an unreadable configuration or an internal error, never a traceback."""
    from mlopslint.errors import MlopslintError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = command(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except MlopslintError as error:
        click.echo(f"mlopslint: {error}", err=True)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
    except (KeyboardInterrupt, click.Abort):
        click.echo("mlopslint: interrupted", err=True)
        return 130
    except BrokenPipeError:
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; nothing is left to say
        return 0
    except Exception as error:
        import os

        if os.environ.get("MLOPSLINT_TRACEBACK"):
            raise
        click.echo(
            f"mlopslint: internal error: {type(error).__name__}: {error} (MLOPSLINT_TRACEBACK=1 shows where)", err=True
        )
    return 2
