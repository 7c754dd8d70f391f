"""Files that a command writes beside its standard output: the suffix chooses the format, known before any work is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mlopslint.errors import MlopslintError, nearest

SUFFIXES = {
    "json": "json", "csv": "csv", "md": "markdown", "markdown": "markdown", "html": "html", "htm": "html", "txt": "terminal",
}  # fmt: skip


def outputs(files: Sequence[str], format_: str, known: Sequence[str]) -> Callable[[Callable[[str], str]], str]:
    """A function that is given how to render each format: it writes the files, and returns the text for standard output.

    Raises MlopslintError for a format that is not ``known``, and later for a file that cannot be written.
    """
    if format_ not in known:
        raise MlopslintError(f"no format {format_!r}{nearest(format_, known)} (formats: {', '.join(known)})")
    formats = []
    for name in files:
        kind = SUFFIXES.get(name.rpartition(".")[2].lower(), "")
        if kind not in known:
            ends = ", ".join(f".{end}" for end, made in SUFFIXES.items() if made in known)
            raise MlopslintError(f"--output {name}: the suffix chooses the format; there is {ends}")
        formats.append((name, kind))

    def write(render: Callable[[str], str]) -> str:
        for name, kind in formats:
            try:
                with open(name, "w", encoding="utf-8", newline="\n") as stream:
                    stream.write(render(kind))
            except OSError as error:
                raise MlopslintError(f"--output {name}: {error.strerror}") from None
        return render(format_)

    return write
