"""The facts of files: of each by kind and by name, and of all that were read together.

What is derived from those of a file is kept with them, for all commits that hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlopslint.records import Fact, FileError


class FileFacts(dict[str, list[Fact]]):
    """Kind -> the facts of that kind in one file, in their order."""

    __slots__ = ("_keys", "_named")

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        super().__init__()
        for fact in facts:
            kind = fact.kind
            if kind in self:
                self[kind].append(fact)
            else:
                self[kind] = [fact]
        self._named: dict[str, dict[str, list[Fact]]] = {}
        self._keys: dict[str, set[str]] = {}

    def named(self, kind: str) -> dict[str, list[Fact]]:
        """Name -> the facts of a kind that have it."""
        found = self._named.get(kind)
        if found is None:
            found = self._named[kind] = {}
            for fact in self._of(kind):
                name = fact.name
                if name in found:
                    found[name].append(fact)
                else:
                    found[name] = [fact]
        return found

    def keys_of(self, kind: str) -> set[str]:
        """The keys that values of facts of a kind hold."""
        found = self._keys.get(kind)
        if found is None:
            values = [fact.value for fact in self.get(kind, ())]
            found = self._keys[kind] = set().union(*[value for value in values if value.__class__ is dict])
        return found

    def _of(self, kind: str) -> Iterable[Fact]:
        facts = self.get(kind, [])
        if kind == "key":  # a schema says what a resource of its kind may hold, not what one holds
            return [fact for fact in facts if "openAPIV3Schema" not in fact.name]
        if kind == "call" and "key" in self:
            return [*facts, *_targets(self["key"])]
        return facts


@dataclass(frozen=True)
class Gathered:
    """Facts by path, with the kind of each file, and what could not be read; how many were kept, and how many read anew."""

    facts: dict[str, FileFacts]
    kinds: dict[str, str]
    errors: tuple[FileError, ...]
    hits: int
    misses: int


def _targets(keys: list[Fact]) -> Iterator[Fact]:
    """What Hydra and its kin call: what a configuration names as its target."""
    for fact in keys:
        if fact.name.endswith("_target_") and isinstance(fact.value, str) and "." in fact.value:
            yield Fact("call", fact.value, fact.line)
