"""Which of many literals stand where: one pass over the bytes finds them all, where ``in`` and ``find`` take one each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import product


class Group:
    """Literals that somebody waits for; ``words`` (short ones, in lower case) are found however they are capitalised."""

    def __init__(self, search: Search, literals: Iterable[bytes], words: Iterable[bytes]) -> None:
        self.search = search
        self.patterns = [(literal, literal) for literal in literals]
        self.patterns += [(spelling, word) for word in words for spelling in _spellings(word)]

    def places(self, data: bytes) -> dict[bytes, list[int]]:
        """Literals that stand in ``data`` -> the places at which they begin, in order."""
        return self.search.found(data)[self]

    def among(self, data: bytes) -> set[bytes]:
        """The literals that stand in ``data``."""
        return set(self.search.found(data)[self])


class Search:
    """Groups of literals that are looked for together, each in the bytes that it asks of: what one has found the next one gets."""

    def __init__(self) -> None:
        self._groups: list[Group] = []
        self._finder: _Finder | None = None
        self._last: tuple[bytes, dict[Group, dict[bytes, list[int]]]] = (b"", {})

    def group(self, literals: Iterable[bytes], words: Iterable[bytes] = ()) -> Group:
        """Wait for these, too."""
        made = Group(self, literals, words)
        self._groups.append(made)
        self._finder = None
        return made

    def found(self, data: bytes) -> dict[Group, dict[bytes, list[int]]]:
        """What each group waits for and where it stands; the last answer is remembered."""
        if self._finder is None:
            self._finder = _Finder(self._groups)
        elif data is self._last[0]:
            return self._last[1]
        found: dict[Group, dict[bytes, list[int]]] = {group: {} for group in self._groups}
        for pattern, starts in self._finder.matches(data).items():
            for group, name in self._finder.targets[pattern]:
                if name in found[group]:
                    found[group][name] = sorted({*found[group][name], *starts})
                else:
                    found[group][name] = starts
        self._last = data, found
        return found


class _Finder:
    """All patterns of some groups, built once."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.targets: dict[bytes, list[tuple[Group, bytes]]] = {}
        for group in groups:
            for pattern, name in group.patterns:
                self.targets.setdefault(pattern, []).append((group, name))
        try:
            from ahocorasick import Automaton
        except ImportError:  # nobody builds it for this platform
            self._automaton = None
            return
        self._automaton = Automaton()
        for pattern in self.targets:
            self._automaton.add_word(pattern.decode("latin-1"), pattern)
        self._automaton.make_automaton()

    def matches(self, data: bytes) -> dict[bytes, list[int]]:
        """The patterns that stand in ``data`` -> the places at which they begin, in order."""
        found: dict[bytes, list[int]] = defaultdict(list)
        if self._automaton is None:
            for pattern in self.targets:
                at = data.find(pattern)
                while at >= 0:
                    found[pattern].append(at)
                    at = data.find(pattern, at + 1)
            return found
        if self.targets:
            for end, pattern in self._automaton.iter(data.decode("latin-1")):
                found[pattern].append(end)
        return {pattern: [end - len(pattern) + 1 for end in ends] for pattern, ends in found.items()}


def _spellings(word: bytes) -> Iterable[bytes]:
    """``word`` in every mixture of capitals and small letters."""
    return map(bytes, product(*({letter, *bytes([letter]).upper()} for letter in word)))


def lines_with(words: Iterable[str], text: str) -> list[int]:
    """The lines of ``text``, counted from 1, that hold one of ``words``; each line once."""
    places = []
    for word in words:
        at = text.find(word)
        while at >= 0:
            places.append(at)
            end = text.find("\n", at)
            at = text.find(word, end) if end >= 0 else -1
    found: list[int] = []
    line, begin = 1, 0
    for at in sorted(places):
        line += text.count("\n", begin, at)
        begin = at
        if not found or line > found[-1]:
            found.append(line)
    return found


#: What the readers of facts and the checks wait for, found in one pass over each file.
SHARED = Search()
