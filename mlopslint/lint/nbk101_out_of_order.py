"""NBK101 out-of-order."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Notebook, NotebookRule, Problem
from mlopslint.lint.notebooks import listed, restarts


class OutOfOrder(NotebookRule):
    """A notebook whose cells ran in another order than they stand in.

    What it does
    ------------
    Finds notebooks whose saved execution counts do not increase from the top: a cell ran before the one above it, or they come from
    different runs. A stripped notebook has no counts and is fine, and so are gaps, and a new start of the kernel after an installation.
    Told once for each notebook, at the first cell that is out of order.

    Why is this bad?
    ----------------
    The saved outputs are those of another program than the one that a reader sees: run from top to bottom it may give other results, or
    fail.

    Example
    -------
    ::

        [7]: df = df.dropna()
        [3]: df = pd.read_csv("churn.csv")

    Use instead
    -----------
    Restart the kernel, run all cells, and save::

        [1]: df = pd.read_csv("churn.csv")
        [2]: df = df.dropna()

    References
    ----------
    - J. F. Pimentel et al., "A Large-Scale Study About Quality and Reproducibility of Jupyter Notebooks", MSR 2019.
    - Known from pynblint (non-linear-execution) and Julynter.
    """

    code = "NBK101"
    name = "out-of-order"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        # some platforms save 0 for every cell: that says nothing of the order
        ran = [cell for cell in notebook.code if cell.executed and cell.executed > 0 and cell.source.strip()]
        found = [
            (before, cell)
            for before, cell in zip(ran, ran[1:], strict=False)
            if (cell.executed or 0) <= (before.executed or 0)
        ]
        if found:  # where packages were installed and the kernel started again the counts begin anew
            anew = next((cell.number for cell in notebook.code if restarts(cell)), 0)
            found = [pair for pair in found if not (0 < anew < pair[1].number and pair[1].executed in (1, 2))]
        if not found:
            return
        before, cell = found[0]
        first = (
            f"cell {cell.number} has the count [{cell.executed}], and cell {before.number} above it [{before.executed}]"
        )
        if len(found) == 1:
            yield notebook.problem(
                cell,
                f"cell {cell.number} ran out of order: it has the count [{cell.executed}], and cell {before.number} above it [{before.executed}]",
            )
        else:
            numbers = listed([cell.number for _, cell in found])
            yield notebook.problem(cell, f"cells {numbers} ran out of order: {first}")

    GOOD = (
        {
            "cells": [
                ("code", "!pip install -q x", {"execution_count": 1}),
                ("code", "import x", {"execution_count": 1}),
            ]
        },
        {"cells": [("code", "a = 1", {"execution_count": 1}), ("code", "b = 1", {"execution_count": 9})]},
        {"cells": [("code", "a = 1"), ("code", "b = 1")]},
        {"cells": [("code", "a = 1", {"execution_count": 0}), ("code", "b = 1", {"execution_count": 0})]},
        {"cells": [("code", "a = 1", {"execution_count": 3}), ("code", "", {"execution_count": 1})]},
    )
    BAD = (
        {"cells": [("code", "a = 1", {"execution_count": 3}), ("code", "b = 1", {"execution_count": 2})]},
        {
            "cells": [
                ("code", "a = 1", {"execution_count": 1}),
                ("markdown", "x"),
                ("code", "b = 1", {"execution_count": 1}),
            ]
        },
        {"cells": [("code", f"a{i} = 1", {"execution_count": n}) for i, n in enumerate((5, 4, 9, 6))]},
    )
