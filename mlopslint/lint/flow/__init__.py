"""Data leakage by data flow: what was learned from rows, and where those rows end up, through a module or notebook."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["MARKERS", "Leak", "Step", "analyse"]

#: None of these in the source: nothing is fitted, split or sampled, and ``analyse`` finds nothing.
MARKERS: tuple[bytes, ...] = (
    b".fit",
    b"fit_transform",
    b"fit_resample",
    b"train_test_split",
    b"cross_val",
    b"KFold",
    b"ShuffleSplit",
    b"random_split",
    b"xgb",
    b"lgb",
    b"lightgbm",
)

_ORDER = {"high": 0, "medium": 1, "low": 2}


class Step(NamedTuple):
    """One point of the path of a leak: where something was fitted, split or evaluated."""

    text: str
    line: int
    cell: int


class Leak(NamedTuple):
    """One leak, pointing at an expression."""

    code: str
    node: ast.AST
    cell: int
    message: str
    steps: tuple[Step, ...]
    confidence: str
    fix: tuple[str, ...] = ()


def analyse(cells: Sequence[tuple[ast.Module, int]], calls: Iterable[tuple[str, str]] | None = None) -> list[Leak]:
    """The leaks of one module (cell 0) or of the cells of a notebook in their order.

    ``calls``, where they are known: which name each function calls. Functions that nothing calls are then looked at only where
    they come to a fit or a split.
    """
    # Only where there is something to analyse: the interpreter takes longer to load than to run.
    from mlopslint.lint.flow import rules
    from mlopslint.lint.flow.engine import Machine
    from mlopslint.lint.flow.reach import reaching

    machine = Machine(None if calls is None else reaching(calls))
    # An expression nested beyond Python's own stack ends the reading; what was found until there stands.
    with contextlib.suppress(RecursionError):
        machine.run(cells)
    rules.finish(machine)
    best: dict[tuple[str, int], Leak] = {}
    for found in machine.found:
        leak = Leak(*found)
        key = (leak.code, id(leak.node))
        if key not in best or _ORDER[leak.confidence] < _ORDER[best[key].confidence]:
            best[key] = leak
    machine.release()
    return sorted(best.values(), key=lambda leak: (leak.cell, getattr(leak.node, "lineno", 0), leak.code))
