"""NBK107 empty-cells."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Edit, Fix, Notebook, NotebookRule, Problem


def _words(rows: list[str]) -> bool:
    """Whether comments are prose rather than code that is switched off."""
    signs = sum(any(sign in row for sign in ("(", "=", "[", "import ")) for row in rows)
    return signs * 2 < len(rows)


class EmptyCells(NotebookRule):
    """An empty code cell.

    What it does
    ------------
    Finds code cells with nothing, or nothing but comments, in them. An empty cell at the very end is where one
    types, and fine.

    Why is this bad?
    ----------------
    Left-overs make the reader ask what is missing.

    Example
    -------
    ::

        []

    Use instead
    -----------
    ::

        # the cell is deleted

    Fix safety
    ----------
    Safe: an empty cell does nothing. Cells of comments are left for a person to decide.

    References
    ----------
    - Known from pynblint (empty cells).
    """

    code = "NBK107"
    name = "empty-cells"
    severity = "note"
    fixes = "safe"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        for i, cell in enumerate(notebook.cells):
            if cell.kind != "code" or i == len(notebook.cells) - 1:
                continue
            rows = [line.strip() for line in cell.source.split("\n") if line.strip()]
            if any(not row.startswith("#") for row in rows) or cell.metadata.get("tags"):
                continue
            if any(row.startswith(("#@", "# %%", "#%%", "# mlopslint", "#|")) for row in rows):
                continue
            if rows and (len(rows) < 2 or _words(rows)):
                continue  # a remark to the reader, or a place to write an exercise
            what = "a code cell that is only comments" if rows else "an empty code cell"
            fix = None if rows else Fix("Delete the cell", "safe", (Edit((1, 1, 1, 1), "drop-cell"),))
            yield notebook.problem(cell, f"{what}; delete it", fix)

    GOOD = ({"cells": [("code", "x = 1"), ("code", "")]}, {"cells": [("code", "# your code here"), ("code", "x = 1")]})
    BAD = (
        ({"cells": [("code", ""), ("code", "x = 1")]}, {"cells": [("code", "x = 1")]}),
        {"cells": [("code", "# df = load(x)\n# df.head()"), ("code", "x = 1")]},
    )
