"""Which functions of a module come to a fit, a split or a resampling: what no other can lead to is not a leak."""

from __future__ import annotations

from collections.abc import Iterable

from mlopslint.patterns import late

_LEARNS_OR_SPLITS = late(r"fit|split|cross_val|Fold|sampl|xgb|lgb|lightgbm|SMOTE|ADASYN|CV$")


def reaching(calls: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Last names of the functions, of (name that is called, function that calls it) pairs.

    Functions of one name are taken for one, and what a function holds is taken to be called by it.
    """
    callers: dict[str, set[str]] = {}
    found: set[str] = set()
    for name, where in calls:
        parts = where.split(".")
        if _LEARNS_OR_SPLITS.search(name):
            found.update(parts)
        for part in parts:
            callers.setdefault(name.rpartition(".")[2], set()).add(part)
        for outer, inner in zip(parts, parts[1:], strict=False):
            callers.setdefault(inner, set()).add(outer)
    pending = list(found)
    while pending:
        for caller in callers.get(pending.pop(), ()):
            if caller not in found:
                found.add(caller)
                pending.append(caller)
    return frozenset(found)
