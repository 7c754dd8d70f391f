"""NBK108 duplicate-cells."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Cell, Notebook, NotebookRule, Problem


class DuplicateCells(NotebookRule):
    """The same code stands in two cells.

    What it does
    ------------
    Finds code cells of at least three lines that are the same as an earlier one.

    Why is this bad?
    ----------------
    A change of one is forgotten in the other.

    Example
    -------
    ::

        [3] plot_losses(...)
        [9] plot_losses(...)

    Use instead
    -----------
    ::

        def show(history): ...

    References
    ----------
    - Known from studies of clones in notebooks (Kallen and Wrigstad, 2021).
    """

    code = "NBK108"
    name = "duplicate-cells"
    severity = "note"
    default = False

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        seen: dict[str, Cell] = {}
        for cell in notebook.code:
            text = "\n".join(line.rstrip() for line in cell.source.strip().split("\n"))
            if text.count("\n") < 2:
                continue
            first = seen.setdefault(text, cell)
            if first is not cell:
                yield notebook.problem(cell, f"the same code as cell {first.number}; make it a function")

    GOOD = ({"cells": [("code", "a\nb\nc"), ("code", "a\nb\nd")]}, {"cells": [("code", "a"), ("code", "a")]})
    BAD = ({"cells": [("code", "a = 1\nb = 2\nc = 3"), ("code", "a = 1\nb = 2\nc = 3\n")]},)
