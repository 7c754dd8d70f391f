"""NBK107 empty-cells."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Edit, Fix, Notebook, NotebookRule, Problem
from mlopslint.lint.notebooks import only_comments, tags
from mlopslint.patterns import late

_EXERCISE = late(
    r"(?im)^\s*#\s*[!%]|copyright|licen[sc]e|your|todo|uncomment|if needed|optional|install|in case|coming|exercise|solution|answer|here|write|insert|fill|\?\?|try|end of|begin|=====|-----|@title|%%"
)


class EmptyCells(NotebookRule):
    """A code cell that is empty, or holds nothing but code that was commented out.

    What it does
    ------------
    Finds code cells without text, and code cells that hold comments only. Left alone are the empty cell that editors keep at the
    end, cells with a tag or with output, licences, and comments that ask the reader to do something.

    Why is this bad?
    ----------------
    They are left-overs: whoever reads the notebook wonders what is missing.

    Example
    -------
    ::

        # %% [code]
        # df = df.head(100)

    Use instead
    -----------
    Delete the cell; a remark belongs into a Markdown cell.

    Fix safety
    ----------
    Safe: it deletes cells that are wholly empty. Cells with comments are left to their author.

    References
    ----------
    - Known from pynblint (empty-cells).
    """

    code = "NBK107"
    name = "empty-cells"
    severity = "note"
    fixes = "safe"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        last = notebook.cells[-1].number if notebook.cells else 0
        for cell in notebook.code:
            if not only_comments(cell) or cell.outputs or tags(cell) or "nbgrader" in cell.metadata:
                continue
            text = cell.source.strip()
            if not text and cell.number != last:
                fix = Fix(f"Delete cell {cell.number}", "safe", (Edit((1, 1, 1, 1), "drop-cell"),))
                yield notebook.problem(cell, f"code cell {cell.number} is empty", fix)
            elif text and not _EXERCISE.search(text):
                problem = notebook.problem(cell, f"code cell {cell.number} holds nothing but comments")
                # As often code to be run on demand, or a task, as code that was forgotten.
                yield problem._replace(confidence="low")

    GOOD = (
        {"cells": [("code", "x = 1"), ("markdown", ""), ("code", "")]},
        {"cells": [("code", "# Your code here"), ("code", "x = 1  # one")]},
        {"cells": [("code", "# parameters", {"metadata": {"tags": ["parameters"]}}), ("code", "x = 1")]},
        {"cells": [("code", "!ls # files"), ("code", "%matplotlib inline")]},
    )
    BAD = (
        ({"cells": [("code", ""), ("code", "x = 1")]}, {"cells": [("code", "x = 1")]}),
        {"cells": [("code", "# x = 1\n\n# y = 2\n"), ("code", "x = 1")]},
    )
