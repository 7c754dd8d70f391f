"""Which of many literals stand where: one pass over the bytes finds them all, where ``in`` and ``find`` take one each."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable

#: Bytes after which building the automaton costs less than it saves.
_MANY = 100_000


class Group:
    """Literals that somebody waits for; ``words`` (in lower case) are found however they are capitalised."""

    def __init__(self, search: Search, literals: Iterable[bytes], words: Iterable[bytes]) -> None:
        self.search = search
        self.patterns = [*((literal, False) for literal in literals), *((word, True) for word in words)]

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
        self._last: tuple[bytes | None, dict[Group, dict[bytes, list[int]]]] = (None, {})
        self._one = threading.Lock()  # an automaton looks through one text at a time

    def group(self, literals: Iterable[bytes], words: Iterable[bytes] = ()) -> Group:
        """Wait for these, too."""
        made = Group(self, literals, words)
        self._groups.append(made)
        self._finder = None
        return made

    def prepare(self) -> None:
        """Be ready for much to look through, ahead of the processes that will."""
        with self._one:
            self._known().build()

    def found(self, data: bytes) -> dict[Group, dict[bytes, list[int]]]:
        """What each group waits for and where it stands; the last answer is remembered."""
        with self._one:
            finder = self._known()
            if data is self._last[0]:
                return self._last[1]
            found: dict[Group, dict[bytes, list[int]]] = {group: {} for group in self._groups}
            for pattern, starts in finder.matches(data).items():
                for group, name in finder.targets[pattern]:
                    if name in found[group]:
                        found[group][name] = sorted({*found[group][name], *starts})
                    else:
                        found[group][name] = starts
            self._last = data, found
            return found

    def _known(self) -> _Finder:
        if self._finder is None:  # somebody waits for more than was looked for so far
            self._finder = _Finder(self._groups)
            self._last = None, {}
        return self._finder


class _Finder:
    """All patterns of some groups: the automaton that finds them in one pass is built when there is enough to look through."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.targets: dict[tuple[bytes, bool], list[tuple[Group, bytes]]] = {}
        for group in groups:
            for pattern in group.patterns:
                self.targets.setdefault(pattern, []).append((group, pattern[0]))
        self._patterns = list(self.targets)
        self._scan: Callable[..., object] | None = None
        self._left = _MANY if self._patterns else sys.maxsize

    def matches(self, data: bytes) -> dict[tuple[bytes, bool], list[int]]:
        """The patterns that stand in ``data`` -> the places at which they begin, in order."""
        self._left -= len(data)
        if self._left < 0 and self._scan is None:
            self.build()
        return self._one_by_one(data) if self._scan is None else self._at_once(data, self._scan)

    def build(self) -> None:
        """Make the automaton; where none can be had, each literal goes on being looked for by itself."""
        self._left = sys.maxsize
        try:
            import hyperscan
        except ImportError:  # nobody builds it for this platform
            return
        base = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        try:
            base.compile(
                expressions=[literal for literal, _ in self._patterns],
                ids=range(len(self._patterns)),
                flags=[hyperscan.HS_FLAG_CASELESS if caseless else 0 for _, caseless in self._patterns],
                literal=True,
            )
        except hyperscan.HyperscanError:  # the processor is older than what it is built for
            return
        self._scan = base.scan

    def _one_by_one(self, data: bytes) -> dict[tuple[bytes, bool], list[int]]:
        found = {}
        lower = data.lower()
        for pattern in self._patterns:
            literal, caseless = pattern
            text = lower if caseless else data
            at = text.find(literal)
            if at >= 0:
                starts = found[pattern] = [at]
                while (at := text.find(literal, at + 1)) >= 0:
                    starts.append(at)
        return found

    def _at_once(self, data: bytes, scan: Callable[..., object]) -> dict[tuple[bytes, bool], list[int]]:
        ends: dict[int, list[int]] = defaultdict(list)

        def keep(number: int, _begin: int, end: int, _flags: int, _context: object) -> None:
            ends[number].append(end)

        scan(data, match_event_handler=keep)
        patterns = self._patterns
        return {patterns[i]: [end - len(patterns[i][0]) for end in some] for i, some in ends.items()}


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
