"""NBK101 out-of-order."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Cell, Notebook, NotebookRule, Problem


class OutOfOrder(NotebookRule):
    """Cells were run in another order than they stand.

    What it does
    ------------
    Finds notebooks whose execution counts do not rise from the top.

    Why is this bad?
    ----------------
    What is saved was made by an order that nobody sees: run from the top, the notebook may fail or say something
    else.

    Example
    -------
    ::

        [3] df = load()
        [1] model = fit(df)

    Use instead
    -----------
    ::

        [1] df = load()
        [2] model = fit(df)

    References
    ----------
    - Pimentel et al., "A Large-scale Study about Quality and Reproducibility of Jupyter Notebooks" (MSR 2019)
    - Known from pynblint and Julynter.
    """

    code = "NBK101"
    name = "out-of-order"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        last: Cell | None = None
        for cell in notebook.code:
            if cell.executed is None or not cell.source.strip():
                continue
            if last is not None and last.executed is not None and cell.executed < last.executed:
                yield notebook.problem(
                    cell,
                    f"cell [{cell.executed}] stands below cell [{last.executed}]: restart and run all before saving",
                )
                return
            last = cell

    GOOD = (
        {"cells": [("code", "a = 1", {"execution_count": 1}), ("code", "b = 2", {"execution_count": 5})]},
        {"cells": [("code", "a = 1"), ("code", "b = 2")]},
    )
    BAD = (
        {"cells": [("code", "a = 1", {"execution_count": 2}), ("code", "b = 2", {"execution_count": 1})]},
        {
            "cells": [
                ("code", "a = 1", {"execution_count": 7}),
                ("code", "x"),
                ("code", "b = 2", {"execution_count": 3}),
            ]
        },
    )
