"""``mlopslint`` and ``python -m mlopslint``; ``--version`` answers before anything is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the installed command."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from mlopslint.version import __version__

        sys.stdout.write(f"mlopslint {__version__}\n")
        return
    if sys.argv[1:2] == ["scan"]:
        from mlopslint.replay import play

        code = play(sys.argv[1:])
        if code is not None:
            sys.exit(code)
    from mlopslint.cli import main as run

    run()


if __name__ == "__main__":
    # ``python -m`` puts the current folder first on the path: a click.py of a scanned repository must not be imported
    del sys.path[0]
    main()
