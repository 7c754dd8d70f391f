"""NBK106 too-long."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Cell, Notebook, NotebookRule, Problem

CELLS = 50
LINES = 60


class TooLong(NotebookRule):
    """A notebook or a cell that is too long to be read at once.

    What it does
    ------------
    Finds notebooks of more than 50 code cells, and code cells of more than 60 lines that hold code: empty lines and comments do not
    count, nor do cells whose length is one literal or that are handed to another program (``%%writefile``, ``%%html``).

    Why is this bad?
    ----------------
    A long notebook has a long hidden state: nobody can hold in mind which cell changed what. Long cells are functions without a name,
    arguments and tests.

    Example
    -------
    One notebook that loads, explores, trains and evaluates in 120 cells.

    Use instead
    -----------
    Move what is settled into a module, and let one notebook do one thing::

        from churn.features import build_features

    References
    ----------
    - A. Rule et al., "Ten simple rules for writing and sharing computational analyses in Jupyter Notebooks", PLoS Computational
      Biology, 2019.
    - Known from pynblint (notebook-too-long, cell-too-long) and Julynter.
    """

    code = "NBK106"
    name = "too-long"
    severity = "note"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        cells = [cell for cell in notebook.code if cell.source.strip()]
        if len(cells) > CELLS:
            yield notebook.problem(cells[0], f"the notebook has {len(cells)} code cells, {CELLS} are a lot already")
        for cell in cells:
            length = _length(cell)
            if length > LINES:
                yield notebook.problem(cell, f"cell {cell.number} has {length} lines of code, more than {LINES}")

    GOOD = (
        {"cells": [("code", "x = 1")] * 50},
        {"cells": [("code", "# a\n\n" * 80 + "x = 1")]},
        {"cells": [("code", "%%writefile a.py\n" + "x = 1\n" * 80)]},
        {"cells": [("code", "words = [\n" + "    'a',\n" * 80 + "]")]},
    )
    BAD = (
        {"cells": [("code", "x = 1")] * 51},
        {"cells": [("code", "x = 1\n" * 61)]},
    )


def _length(cell: Cell) -> int:
    if cell.tree is None or cell.source.count("\n") < LINES:
        return 0
    rows = [row for row in cell.source.split("\n") if row.strip() and not row.lstrip().startswith("#")]
    data = sum(
        (node.end_lineno or 0) - node.lineno
        for node in cell.tree.body
        if isinstance(node, (ast.Assign, ast.Expr))
        and isinstance(node.value, (ast.List, ast.Dict, ast.Tuple, ast.Constant))
    )
    if not cell.tree.body:  # all of it went to a cell magic
        return 0
    return len(rows) - data
