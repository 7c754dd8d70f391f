"""Which of many literals stand where: one pass over the bytes finds them all, where ``in`` and ``find`` take one each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from itertools import product

#: Bytes that ``among`` looks through at a time, so that a file of nothing but literals does not fill the memory.
_CHUNK = 1 << 18


class Literals:
    """Literals that are looked for together; ``words`` (short ones, in lower case) are found however they are capitalised."""

    def __init__(self, literals: Iterable[bytes], words: Iterable[bytes] = ()) -> None:
        pairs = [(literal, literal) for literal in literals]
        pairs += [(spelling, word) for word in words for spelling in _spellings(word)]
        self._patterns = [pattern for pattern, _ in pairs]
        self._names = [name for _, name in pairs]
        self._longest = max(map(len, self._patterns), default=0)

    @cached_property
    def _find(self) -> Callable[[bytes], list[tuple[int, int, int]]]:
        """What gives the number of each literal that stands in some bytes, where it begins and where it ends."""
        try:
            from ahocorasick_rs import BytesAhoCorasick, Implementation
        except ImportError:  # nobody builds it for this platform
            return self._find_each
        automaton = BytesAhoCorasick(self._patterns, implementation=Implementation.DFA)
        return partial(automaton.find_matches_as_indexes, overlapping=True)

    def _find_each(self, data: bytes) -> list[tuple[int, int, int]]:
        found = []
        for index, pattern in enumerate(self._patterns):
            at = data.find(pattern)
            while at >= 0:
                found.append((index, at, at + len(pattern)))
                at = data.find(pattern, at + 1)
        return sorted(found, key=lambda place: place[1])

    def places(self, data: bytes) -> dict[bytes, list[int]]:
        """Literals that stand in ``data`` -> the places at which they begin, in order."""
        names = self._names
        found: dict[bytes, list[int]] = {}
        for index, start, _ in self._find(data):
            found.setdefault(names[index], []).append(start)
        return found

    def among(self, data: bytes) -> set[bytes]:
        """The literals that stand in ``data``."""
        parts = (data[begin : begin + _CHUNK + self._longest] for begin in range(0, len(data), _CHUNK))
        return {self._names[index] for part in parts for index, _, _ in self._find(part)}


def _spellings(word: bytes) -> Iterable[bytes]:
    """``word`` in every mixture of capitals and small letters."""
    return map(bytes, product(*({letter, *bytes([letter]).upper()} for letter in word)))
