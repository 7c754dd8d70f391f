"""``mlopslint server``: the language server, over standard input and output."""

from __future__ import annotations

import click


@click.command("server")
def command() -> int:
    """Serve diagnostics, fixes and rule pages to an editor (the language server protocol over stdio)."""
    from mlopslint.errors import MlopslintError

    try:
        from mlopslint.server import server
    except ImportError as error:
        raise MlopslintError(
            f"the language server needs more packages: pip install 'mlopslint[server]' ({error})"
        ) from None
    server.start_io()
    return 0
