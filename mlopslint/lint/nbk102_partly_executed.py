"""NBK102 partly-executed."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Cell, Notebook, NotebookRule, Problem


def _substance(cell: Cell) -> bool:
    """Whether there is anything to run in a cell."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in cell.source.split("\n"))


class PartlyExecuted(NotebookRule):
    """Some code cells were run and some were not.

    What it does
    ------------
    Finds code cells without an execution count in notebooks where others have one. A notebook whose outputs are
    stripped is fine.

    Why is this bad?
    ----------------
    Nobody knows whether what was not run works, and whether the outputs above belong to this code.

    Example
    -------
    ::

        [1] df = load()
        [ ] model = fit(df)

    Use instead
    -----------
    ::

        [1] df = load()
        [2] model = fit(df)

    References
    ----------
    - Known from pynblint (non-executed cells).
    """

    code = "NBK102"
    name = "partly-executed"
    severity = "note"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        code = [cell for cell in notebook.code if _substance(cell)]
        skipped = [cell for cell in code if cell.executed is None]
        if not skipped or len(skipped) == len(code) or len(skipped) == 1 and skipped[0] is code[-1]:
            return
        more = f" and {len(skipped) - 1} more were" if len(skipped) > 1 else " was"
        yield notebook.problem(
            skipped[0],
            f"cell {skipped[0].number}{more} not run, others were: restart and run all, or strip the outputs",
        )

    GOOD = (
        {"cells": [("code", "a = 1", {"execution_count": 1}), ("code", "b = 2", {"execution_count": 2})]},
        {"cells": [("code", "a = 1"), ("code", "b = 2")]},
        {"cells": [("code", "a = 1", {"execution_count": 1}), ("code", "")]},
        {"cells": [("code", "a = 1", {"execution_count": 1}), ("code", "# only a note")]},
    )
    BAD = (
        {
            "cells": [
                ("code", "a = 1", {"execution_count": 1}),
                ("code", "b = 2"),
                ("code", "c = 3", {"execution_count": 2}),
            ]
        },
    )
