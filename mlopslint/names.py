"""Many names, asked often: globs are answered from sorted names and one joined text instead of a look at every name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property

from mlopslint.globs import NameGlob, name_pattern


class Names:
    """Names in their order, each once."""

    def __init__(self, names: Iterable[str]) -> None:
        self.rank = {name: at for at, name in enumerate(names)}

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.rank)

    @cached_property
    def _backwards(self) -> list[str]:
        return sorted(name[::-1] for name in self.rank)

    @cached_property
    def _joined(self) -> str:
        return "\n".join(["", *(name for name in self.rank if "\n" not in name), ""])

    @cached_property
    def _broken(self) -> list[str]:
        """Names of more than one line, which the joined text cannot hold."""
        return [name for name in self.rank if "\n" in name]

    def matching(self, globs: Iterable[str]) -> list[str]:
        """The names that match at least one of the globs, in their order."""
        found: set[str] = set()
        for text in globs:
            found.update(self._of(name_pattern(text)))
        return sorted(found, key=self.rank.__getitem__)

    def _of(self, glob: NameGlob) -> Iterable[str]:
        text = glob.text
        if glob.kind == "exact":
            return (text,) if text in self.rank else ()
        if glob.kind == "start":
            return _beginning(self._sorted, text)
        if glob.kind == "end":
            return (name[::-1] for name in _beginning(self._backwards, text[::-1]))
        if glob.kind == "inside":
            return self.holding(text)
        # a star within: the longest text without one is looked up, and the whole glob asked of what holds it
        return (name for name in self.holding(glob.part) if glob.match(name))

    def holding(self, part: str) -> Iterator[str]:
        """The names that hold this text, in no order of their own."""
        if not part:
            yield from self.rank
            return
        yield from (name for name in self._broken if part in name)
        joined = self._joined
        at = joined.find(part)
        while at >= 0:
            end = joined.find("\n", at)
            yield joined[joined.rfind("\n", 0, at) + 1 : end]
            at = joined.find(part, end)


def _beginning(names: list[str], text: str) -> Iterator[str]:
    for at in range(bisect_left(names, text), len(names)):
        if not names[at].startswith(text):
            return
        yield names[at]
