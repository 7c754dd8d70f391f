"""Data flow from loading to evaluation: where rows that judge a model have taken part in making it (DAT101 to DAT107).

An abstract interpreter over the syntax tree. It follows which rows a value holds, which part of which split they are, what was learned
from which rows and applied to them, and which rows a model was trained and judged on. Definitions after Yang, Brower-Sinning, Lewis and
Kästner, "Data Leakage in Notebooks: Static Detection and Better Processes" (ASE 2022).
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

#: A source without any of these holds nothing for the analysis.
MARKERS: tuple[bytes, ...] = (b".fit", b"fit_transform", b"fit_resample", b"train_test_split", b".adapt(", b"cross_val")


class Step(NamedTuple):
    """One point on the path of a leak: where it was fitted, split or evaluated."""

    text: str
    line: int
    cell: int


class Leak(NamedTuple):
    """One leak: the rule, where to point, what to say, and the path."""

    code: str
    node: ast.AST
    cell: int
    message: str
    steps: tuple[Step, ...]
    confidence: str
    fix: tuple[str, ...] = ()


def analyse(cells: Sequence[tuple[ast.Module, int]]) -> list[Leak]:
    """The leaks of one module (cell 0), or of the cells of a notebook in their order; in the order of the source."""
    from mlopslint.lint.flow.interpreter import Interpreter

    run = Interpreter()
    with suppress(RecursionError):  # nested deeper than Python itself would run
        run.module(cells)
    return run.leaks()
