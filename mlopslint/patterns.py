"""Regular expressions that are compiled when they are first used: most runs need few of the two hundred that there are."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

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
