"""The text that findings point at: lines of a file, or of a notebook's cell, read when a format wants to show them."""

from __future__ import annotations

from collections.abc import Callable

Read = Callable[[str], "bytes | None"]


class Sources:
    """Lines by path and cell; a file that cannot be read has none."""

    def __init__(self, read: Read | None = None) -> None:
        self._read = read
        self._data: dict[str, bytes | None] = {}
        self._lines: dict[tuple[str, int], list[str]] = {}

    def data(self, path: str) -> bytes | None:
        """The bytes of a file."""
        if path not in self._data:
            self._data[path] = self._read(path) if self._read else None
        return self._data[path]

    def lines(self, path: str, cell: int | None = None) -> list[str]:
        """The lines of a file or cell."""
        key = (path, cell or 0)
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = self._split(path, cell)
        return found

    def _split(self, path: str, cell: int | None) -> list[str]:
        data = self.data(path)
        if data is None:
            return []
        if cell:
            from mlopslint.facts.notebook import sources_of

            for number, source in enumerate(sources_of(data), 1):
                self._lines[path, number] = source.split("\n")
            return self._lines.get((path, cell), [])
        from mlopslint.facts.text import decode

        return decode(data).replace("\r\n", "\n").split("\n")
