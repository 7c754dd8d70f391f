"""Regular expressions that are compiled when they are first used, and answers that are remembered.

Most runs need few of the two hundred that there are. What they are asked is the same again and again: a name stands in many facts,
and nearly all names of a commit are those of the commit before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from functools import lru_cache
from typing import Any, AnyStr, TypeVar, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern", "flags", "groups")


class _Late:
    """Stands for a compiled pattern; the first method that is asked for compiles it, and then all are plain attributes."""

    __slots__ = ("_given", *_METHODS)

    def __init__(self, given: tuple[Any, int]) -> None:
        self._given = given

    def __getattr__(self, name: str) -> Any:  # only reached while the slot of that name is empty
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(*self._given)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def late(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """``re.compile`` at the first use instead of at import; the tests compile every one."""
    return cast("re.Pattern[AnyStr]", _Late((pattern, int(flags))))


#: What a pattern may not hold to be asked of texts in lower case: classes such as ``\\S``, codes, names, and parts that heed the case.
_HEEDS_CASE = re.compile(r"\\[A-ZxuN]|\(\?P|\(\?-|\(\?[a-z]*i[a-z]*:")


def _lowered(pattern: str, flags: int = 0) -> Callable[[str], object] | None:
    """A search that ignores case by looking at texts in lower case, which takes half the time; None where that is not the same."""
    if pattern.startswith("(?i)"):
        pattern, flags = pattern[4:], flags | re.I
    if not flags & re.I or not pattern.isascii() or _HEEDS_CASE.search(pattern):
        return None
    in_lower, either = re.compile(pattern.lower(), flags & ~re.I).search, late(pattern, flags)

    def search(text: str) -> object:
        return in_lower(text.lower()) if text.isascii() else either.search(text)

    return search


class Asked(dict[str, bool]):
    """Text -> whether a pattern is found in it; each text is searched once, as long as there is room to remember it."""

    __slots__ = ("_having", "_search")
    ROOM = 30_000

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._search = _lowered(pattern, flags) or re.compile(pattern, flags).search
        self._having: set[str] = set()

    def __missing__(self, text: str) -> bool:
        self._make_room(1)
        found = self[text] = self._search(text) is not None
        if found:
            self._having.add(text)
        return found

    def among(self, texts: Set[str]) -> set[str]:
        """Those of the texts in which the pattern is found: a look at each that is new, and none at the others."""
        new: Set[str] = texts - self.keys()
        if self._make_room(len(new)):
            new = texts
        search, having = self._search, self._having
        for text in new:
            found = self[text] = search(text) is not None
            if found:
                having.add(text)
        return having & texts

    def _make_room(self, many: int) -> bool:
        """Whether all was forgotten so that so many more can be remembered."""
        if len(self) + many <= self.ROOM:
            return False
        self.clear()
        self._having.clear()
        return True


F = TypeVar("F")
_FORGETTABLE: list[Any] = []


def forgettable(function: F) -> F:
    """A cached function whose answers are about what was read: ``forget`` clears it."""
    _FORGETTABLE.append(function)
    return function


@forgettable
@lru_cache(maxsize=2048)
def remembered(pattern: str, flags: int = 0) -> Asked:
    """What was asked of this pattern, until ``forget``."""
    return Asked(pattern, flags)


def forget() -> None:
    """Let go of all answers: what was read is no more of use."""
    for function in _FORGETTABLE:
        function.cache_clear()
