"""NBK103 outputs-committed."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Cell, Edit, Fix, Notebook, NotebookRule, Problem

#: Characters of saved output, of one cell and of the whole notebook.
CELL_LIMIT = 200_000
NOTEBOOK_LIMIT = 1_000_000


class OutputsCommitted(NotebookRule):
    """A notebook saved with large outputs.

    What it does
    ------------
    Finds code cells with more than 200 kB of saved output (pictures count as they are encoded), and notebooks with more than 1 MB of
    output in all, there told at the largest cell.

    Why is this bad?
    ----------------
    Every run makes a new copy of the outputs in the history: clones grow, differences cannot be read, and what the outputs show of the
    data stays there for good.

    Example
    -------
    ::

        df.to_html()  # an output of 3 MB, committed

    Use instead
    -----------
    Clear the outputs before the commit, or let a filter do it::

        nbstripout - -install

    Fix safety
    ----------
    Safe: it clears the saved outputs of the cell; its code stays as it is, and running it makes them again.

    References
    ----------
    - nbstripout: https://github.com/kynan/nbstripout
    """

    code = "NBK103"
    name = "outputs-committed"
    severity = "note"
    fixes = "safe"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        cells = notebook.code
        large = [cell for cell in cells if cell.output_size > CELL_LIMIT]
        for cell in large:
            yield notebook.problem(
                cell, f"{_size(cell.output_size)} of saved output in cell {cell.number}", _clear(cell)
            )
        total = sum(cell.output_size for cell in cells)
        if total > NOTEBOOK_LIMIT and not large:
            largest = max(cells, key=lambda cell: cell.output_size)
            yield notebook.problem(largest, f"{_size(total)} of saved output in the notebook", _clear(largest))

    GOOD = (
        {"cells": [("code", "print(1)", {"outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]})]},
        {"cells": [("code", "print(1)")]},
    )
    BAD = (
        (
            {
                "cells": [
                    (
                        "code",
                        "print(x)",
                        {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 210_000}]},
                    )
                ]
            },
            {"cells": [("code", "print(x)")]},
        ),
        {
            "cells": [
                ("code", "print(x)", {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 150_000}]})
            ]
            * 7
        },
    )


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{count // 1000} kB"


def _clear(cell: Cell) -> Fix:
    return Fix(f"Clear the outputs of cell {cell.number}", "safe", (Edit((1, 1, 1, 1), "clear-outputs"),))
